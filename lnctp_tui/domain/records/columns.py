"""The columns of every table: which a protocol field or a condition may name, what each takes, where answers stand.

Source: docs/protocol.md, "Columns and answers"; docs/import.md. Tests hold that models/ has the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lnctp_tui.domain.values.ages import OLDEST


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


COLUMNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "case": words("""status close_reason report_class triage anonymity consent_store consent_share
            callback_allowed callback_channel callback_identifier_id callback_window callback_say code_word
            summary"""),
        "contact": words("""channel direction kind dropped reporter_type reporter_person_id country state
            municipality language interpreter narrative outcome"""),
        "person": words("""role headcount name age_min age_max age_estimated birth_date sex gender nationality
            origin_state origin_municipality migration_status education relation_to_trafficker trafficker_role
            network_level consented"""),
        "place": words("person_id role country state municipality locality venue address note"),
        "identifier": words("person_id kind platform value"),
        "money": words("""person_id flag instrument institution way time place amount currency
            amount_estimated known_by share_consent"""),
    }
)
"""Table → columns that a person fills. Ids, clocks, heads and derived columns are no field's business."""

SHORTHANDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"person": {"age": ("age_min", "age_max", "age_estimated")}}
)
"""Table → field code that is no column → the columns that it fills."""

PREFIXES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        words("""act means modality indicator vulnerability violence aggravating trait hooking_means
        hooking_method platform language lap age capacity need"""),
        "person",
    )
    | dict.fromkeys(words("cssrs danger situation other_crime no_report_reason"), "case")
)
"""Answer prefix, which is the name of its catalog → the table whose `answers` hold it."""


CLOSED = words("""kind person_role place_role identifier_kind case_status task_status task_kind referral_status
    direction triage report_class known_by support_modality anonymity relation answer""")
"""Catalogs whose codes the program itself reads: a column of one holds a code or nothing, whoever fills it."""


def fills(table: str, code: str) -> tuple[str, ...]:
    """The columns that a field fills: itself, or what its shorthand stands for; () if it is no column."""
    if code in COLUMNS[table]:
        return (code,)
    return SHORTHANDS.get(table, {}).get(code, ())


CODES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "cases": {
        "status": "case_status", "close_reason": "close_reason", "report_class": "report_class",
        "triage": "triage", "anonymity": "anonymity", "consent_store": "answer", "consent_share": "answer",
        "callback_allowed": "answer", "callback_channel": "channel",
    },
    "contacts": {
        "channel": "channel", "direction": "direction", "kind": "kind", "reporter_type": "reporter_type",
        "country": "country", "state": "state", "municipality": "municipality", "language": "language",
    },
    "people": {
        "role": "person_role", "sex": "sex", "gender": "gender", "nationality": "country",
        "origin_state": "state", "origin_municipality": "municipality",
        "migration_status": "migration_status", "education": "education",
        "relation_to_trafficker": "relation", "trafficker_role": "trafficker_role",
        "network_level": "network_level", "consented": "answer",
    },
    "places": {
        "role": "place_role", "country": "country", "state": "state", "municipality": "municipality",
        "venue": "venue",
    },
    "identifiers": {"kind": "identifier_kind", "platform": "platform"},
    "money": {
        "flag": "flag", "instrument": "instrument", "currency": "currency", "known_by": "known_by",
        "share_consent": "answer",
    },
    "notes": {},
    "referrals": {
        "reason": "referral_reason", "consent": "answer", "channel": "channel", "status": "referral_status",
    },
    "supports": {"kind": "support_type", "modality": "support_modality"},
    "files": {"entity": "state", "stage": "file_stage"},
    "tasks": {"kind": "task_kind", "channel": "channel", "status": "task_status"},
})  # fmt: skip
"""Table → column → the catalog of its codes."""

OF_ALL = words("id heads extra created_at created_by erased_at")
"""Columns of every synchronised row that the program itself writes."""

_OWN: Mapping[str, str] = {
    "cases": "folio opened_at closed_at merged_into class_confirmed_by owner_id team protocol_version answers",
    "contacts": "case_id started_at ended_at counselor_id answers",
    "people": "case_id answers",
    "places": "case_id",
    "identifiers": "case_id normalised",
    "money": "case_id",
    "notes": "case_id author_id written_at text",
    "referrals": """case_id person_id provider_id provider_name reason consent consented_fields channel sent_at
        status status_at refusal_reason outcome""",
    "supports": "case_id person_id kind modality on minutes counselor_id note",
    "files": "case_id number authority entity opened_on stage stage_on note",
    "tasks": "case_id kind due_from due_to channel say assignee_id status done_at outcome",
    "counselors": "name role team time_zone",
    "devices": "counselor_id public_key folio_prefix state",
    "providers": """name kind services populations states municipalities hours languages capacity phones
        last_verified reliability answers""",
}
_FIELDS_OF = {"cases": "case", "contacts": "contact", "people": "person", "places": "place",
              "identifiers": "identifier", "money": "money"}  # fmt: skip

DECLARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        table: words(own) | OF_ALL | COLUMNS.get(_FIELDS_OF.get(table, ""), frozenset())
        for table, own in _OWN.items()
    }
)
"""SQL table → all its columns."""

REFERENCES = {"person_id": "people", "reporter_person_id": "people", "callback_identifier_id": "identifiers"}
"""Column → the table of the record it names, which is in the document or in the store."""
ELSEWHERE = words("merged_into owner_id class_confirmed_by counselor_id author_id provider_id assignee_id")
"""Ids of records that need not be on this laptop."""
BOOLS = words("dropped interpreter age_estimated amount_estimated")
WHOLE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "headcount": (1, 10**6), "age_min": (0, OLDEST), "age_max": (0, OLDEST), "minutes": (0, 10**6),
        "reliability": (0, 10**6),
    }
)  # fmt: skip
"""Whole numbers: the least and the most."""
NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType({"amount": (0, 10**15)})
"""Numbers with a fraction, between these."""
LISTS = words("consented_fields services populations states municipalities languages phones")
"""Lists of texts."""
LONG_TEXTS = words("""summary narrative text say note outcome way address callback_window callback_say""")
OBJECTS = words("heads extra answers")
STANDING = frozenset({("people", "role")})
"""(Table, column) that once said is never empty: a person without a role leaves the assessment without a word."""

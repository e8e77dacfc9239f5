"""The columns that a protocol field or a condition may name, per table, and where each answer stands.

Source: docs/protocol.md, "Columns and answers". A test holds that models/ has the same columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


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

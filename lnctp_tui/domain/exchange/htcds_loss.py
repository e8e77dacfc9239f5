"""What a row of HTCDS could not say of a case, by name and reason, never by value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from lnctp_tui.domain.exchange.htcds import NUMBERS, Export, Victim
from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.domain.values.values import FREE


class Lost(NamedTuple):
    """A field of the case and why the file does not say it."""

    field: str
    reason: str
    """`no_column`, `local_only` (only in a column of ours), `collapsed` (several of our codes are one value),
    `free_text`, `withheld` (no yes to it for this recipient), `other_rows` (said once, or not of this person)."""


SAID: Final[Mapping[str, frozenset[str]]] = {
    "cases": frozenset({"status", "owner_id", "consent_share", "close_reason"}),
    "people": frozenset({
        "role", "name", "birth_date", "sex", "gender", "nationality", "relation_to_trafficker", "headcount", "age_min",
        "age_max", "origin_state",
    }),
    "places": frozenset({"person_id", "role", "venue"}),
    "contacts": frozenset({"reporter_type", "started_at", "direction"}),
    "referrals": frozenset({"person_id", "provider_id", "provider_name", "sent_at", "status", "reason"}),
    "files": frozenset({"stage", "victim_ids"}),
    "identifiers": frozenset({"person_id", "kind", "value", "normalised"}),
}  # fmt: skip
"""Columns that a row says something of, each table's."""
LOCAL: Final = frozenset({"people.origin_state", *(f"people.{column}" for column in NUMBERS.values())})
PREFIXES: Final = frozenset(
    {"modality", "hooking_means", "violence", "indicator", "means", "hooking_method", "danger"}
)
"""Checklists that columns of the standard are made of."""
OURS: Final = frozenset({"act"})
"""Those that only a column of ours says."""
OWN: Final = frozenset({"share", "express"})
"""Answers that are about the referral itself."""


def lost(export: Export, victim: Victim, cells: Mapping[str, str]) -> list[Lost]:
    """What this row lost, sorted, each once."""
    losses = set(_records(victim)) | set(_codes(export, victim)) | set(_withheld(victim, cells))
    return sorted(losses)


def _records(victim: Victim) -> Iterator[Lost]:
    person = victim.person["id"]
    for table, record in _of(victim):
        if table == "people" and record["id"] != person:
            yield Lost("people", "other_rows")
            continue
        if table == "identifiers" and not (
            record.get("person_id") == person and record.get("kind") == "phone"
        ):
            yield Lost("identifiers", "no_column")
            continue
        if table == "places" and record.get("person_id") not in (None, person):
            yield Lost("places", "other_rows")
            continue
        for name, value in record.items():
            if value in (None, "", [], {}) or name in ("id", "answers", "case_id"):
                continue
            yield from _column(table, name, value)
        for code, answer in (record.get("answers") or {}).items():
            yield from _answer(code, answer)


def _of(victim: Victim) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "cases", victim.document["case"]
    for table in BY_TABLE:
        for record in victim.document.get(table, ()) if table != "cases" else ():
            yield table, record


def _column(table: str, name: str, value: object) -> Iterator[Lost]:
    field = f"{table}.{name}"
    if isinstance(value, str) and value.startswith(FREE) and name in SAID.get(table, ()):
        yield Lost(field, "free_text")
    elif name not in SAID.get(table, ()):
        yield Lost(field, "no_column")
    elif field in LOCAL:
        yield Lost(field, "local_only")


def _answer(code: str, answer: object) -> Iterator[Lost]:
    prefix = code.partition(".")[0]
    if prefix in OWN:
        return
    if answer != "yes":
        yield Lost(f"answers.{prefix}", "no_column")
    elif prefix in OURS:
        yield Lost(f"answers.{prefix}", "local_only")
    elif prefix not in PREFIXES:
        yield Lost(f"answers.{prefix}", "no_column")


def _codes(export: Export, victim: Victim) -> Iterator[Lost]:
    """Codes of which the standard's value does not tell which of ours it was."""
    said_by = export.standard.said_by
    alike = Counter(pair for pairs in said_by.values() for pair in pairs)
    for code in victim.codes:
        for column, value in said_by.get(code, ()):
            if alike[column, value] > 1:
                yield Lost(f"{column}: {code}", "collapsed")


def _withheld(victim: Victim, cells: Mapping[str, str]) -> Iterator[Lost]:
    person = victim.person
    if person.get("name") and "prs_FirstName" not in cells:
        yield Lost("people.name", "withheld")
    if person.get("birth_date") and "prs_Birthdate" not in cells:
        yield Lost("people.birth_date", "withheld")
    numbers = [row for row in victim.document.get("identifiers", ()) if row.get("person_id") == person["id"]]
    if any(row.get("kind") == "email" for row in numbers):
        yield Lost("identifiers.email", "withheld")
    if any(row.get("kind") == "phone" for row in numbers) and "prs_MobilePhone" not in cells:
        yield Lost("identifiers.phone", "withheld")
    here = [place for place in victim.places if place.get("role") == "actual" and place.get("state")]
    if here and "prs_MailingState" not in cells:
        yield Lost("places.state", "withheld")
    if victim.referrals and "cas_ReferredOrganisation" not in cells:
        yield Lost("referrals.provider_name", "withheld")

"""Which number, address or service of a provider holds: what two people stand behind, else what it came with.

Whoever changes the number of a refuge decides where a victim goes. So a number is a row that never changes
(domain.records.bound); another number is another row, a proposal, until somebody who is not the one who proposed it
called and says so. Until then the old one stands. Nothing here asks which came first: a clock is what a laptop says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from lnctp_tui.domain.records import bound

Row = Mapping[str, Any]
Standing = Literal["verified", "founding", "proposed"]
"""A second person verified it; the provider was entered with it and nobody verified it; neither."""
ORDER: Final = {"verified": 0, "founding": 1, "proposed": 2}
PURPOSES: Final = {"guardia": 0, "canalizacion": 1, "publico": 2, "direccion": 3}
DIALLED: Final = ("phone", "whatsapp")
PLACE_OF: Final = frozenset({"provider_id", "site_id", "replaces_id", "drafted_by"})
"""Bound columns that say where a row hangs, and not what it says."""
Person = Callable[[str], str]
"""Id that somebody writes as → the person: two laptops of one person are one voice."""


@dataclass(frozen=True)
class Stated:
    """One number or address, and how far it is to be believed."""

    row: Row
    standing: Standing
    verified_at: str | None = None
    """Last verified by a second person."""


@dataclass(frozen=True)
class Believed:
    """All numbers, or all addresses, of one provider."""

    current: tuple[Stated, ...]
    """What is shown and dialled, first first. Verified ones before those that the provider was entered with."""
    proposed: tuple[Stated, ...]
    """What somebody wants to change, which nobody else has verified: never dialled, never first."""
    former: tuple[Stated, ...]
    """In whose place a verified one stands."""


def content_key(table: str, values: Row) -> str:
    """What a number or address says, wherever it hangs: by this a provider names those it was entered with."""
    said = {name: values.get(name) for name in bound.BOUND[table] if name not in PLACE_OF}
    return bound.row_id(table, said)


def founded_on(rows: Iterable[tuple[str, Row]]) -> list[str]:
    """Of tables and values, what a new provider's `founded_on` says; the provider's own id is made of it."""
    return sorted({content_key(table, values) for table, values in rows})


def believed(
    table: str, provider: Row, rows: Iterable[Row], checks: Sequence[Row], person: Person
) -> Believed:
    """Which of a provider's rows of `table` hold. `checks` are all of the provider."""
    stated = [
        _stated(table, provider, row, checks, person)
        for row in rows
        if row["provider_id"] == provider["id"] and not row.get("erased_at")
    ]
    standing = [entry for entry in stated if entry.standing != "proposed"]
    over = {entry.row.get("replaces_id") for entry in standing if entry.standing == "verified"}
    return Believed(
        tuple(sorted((entry for entry in standing if entry.row["id"] not in over), key=_order)),
        tuple(sorted((entry for entry in stated if entry.standing == "proposed"), key=_order)),
        tuple(sorted((entry for entry in standing if entry.row["id"] in over), key=_order)),
    )


def to_dial(channels: Believed) -> Stated | None:
    """The number to call; None when there is none that anybody may be sent to."""
    return next((entry for entry in channels.current if entry.row.get("kind") in DIALLED), None)


def is_draft(provider: Row, service: Row, checks: Sequence[Row], person: Person) -> bool:
    """Whether a service is what a counselor added to somebody else's provider, and nobody verified."""
    drafted_by = service.get("drafted_by")
    if not drafted_by or drafted_by == provider.get("drafted_by"):
        return False
    return _verified_at(service, drafted_by, checks, person) is None


def may_verify(row: Row, by: str, person: Person) -> bool:
    """Whether somebody may verify this row: not what they themselves proposed or drafted, on whatever laptop."""
    proposed_by = row.get("proposed_by") or row.get("drafted_by")
    return not proposed_by or person(by) != person(str(proposed_by))


def _stated(table: str, provider: Row, row: Row, checks: Sequence[Row], person: Person) -> Stated:
    verified_at = _verified_at(row, row.get("proposed_by"), checks, person)
    if verified_at is not None:
        return Stated(row, "verified", verified_at)
    founding = not row.get("replaces_id") and content_key(table, row) in (provider.get("founded_on") or ())
    return Stated(row, "founding" if founding else "proposed")


def _verified_at(row: Row, proposed_by: Any, checks: Sequence[Row], person: Person) -> str | None:
    """When somebody other than who proposed the row last verified it by calling, and who answered."""
    if not isinstance(proposed_by, str) or not proposed_by:
        return None
    return max(
        (
            str(check["at"])
            for check in checks
            if check.get("kind") == "verified"
            and check.get("about_id") == row["id"]
            and check.get("at")
            and check.get("by_id")
            and str(check.get("told_by") or "").strip()
            and not check.get("erased_at")
            and person(str(check["by_id"])) != person(proposed_by)
        ),
        default=None,
    )


def _order(entry: Stated) -> tuple[int, int, str]:
    row = entry.row
    return ORDER[entry.standing], PURPOSES.get(str(row.get("purpose")), len(PURPOSES)), str(row["id"])

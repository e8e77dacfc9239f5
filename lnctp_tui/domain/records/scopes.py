"""Whom a change concerns: the unit that is granted and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lnctp_tui.domain.records.kinds import KINDS

PUBLIC_TABLES = frozenset(kind.table for kind in KINDS if kind.scope == "everybody")
OWN_TABLES = frozenset(kind.table for kind in KINDS if kind.scope == "own")
"""Whose rows are of no case: a scope each, or in the scope of the record that they name (WITHIN)."""
WITHIN: Final[Mapping[str, str]] = {kind.table: kind.within for kind in KINDS if kind.within}
"""Table → the column that names the record whose scope a row is in."""
SHOWN_TO: Final[Mapping[str, str]] = {kind.table: kind.shown_to for kind in KINDS if kind.shown_to}
"""Table → the column that names who sees a new row besides its writer."""
NAMES_CASE: Final = "item_case_id"
"""Column of a row of no case that names one: only who may see that case names it."""
DIRECTORY_TABLES = frozenset(
    kind.table for kind in KINDS if kind.writers in ("curator", "reporter") and kind.scope == "everybody"
)
"""What the directory is searched and ranked by."""
ERASED_ALONE = frozenset(kind.table for kind in KINDS if kind.names_people)
"""Everybody's tables whose rows an order to erase names one by one, by their id."""
EVERYBODY = "@all"
"""The scope of what everybody may see."""


def owner_of(table: str, row: str, patch: Mapping[str, Any], former: str | None = None) -> str | None:
    """What a change of a record says as its `case`; `former`: what the record's last one said."""
    if table == "cases":
        return row
    owner = patch.get(WITHIN.get(table, "case_id"), former)
    return None if owner is None else str(owner)


def scope_of(change: Mapping[str, Any]) -> str:
    """The scope of a change: its case, else the record itself; what is public concerns everybody."""
    if change["table"] in PUBLIC_TABLES:
        return EVERYBODY
    return str(change["case"] or change["row"])

"""Whom a change concerns: the unit that is granted and revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.records.kinds import KINDS

PUBLIC_TABLES = frozenset(kind.table for kind in KINDS if kind.scope == "everybody")
OWN_TABLES = frozenset(kind.table for kind in KINDS if kind.scope == "own")
"""Whose rows are a scope each, of no case."""
DIRECTORY_TABLES = frozenset(
    kind.table for kind in KINDS if kind.scope == "everybody" and kind.writers in ("curator", "reporter")
)
"""What the directory is searched and ranked by."""
EVERYBODY = "@all"
"""The scope of what everybody may see."""


def scope_of(change: Mapping[str, Any]) -> str:
    """The scope of a change: its case, else the record itself; what is public concerns everybody."""
    if change["table"] in PUBLIC_TABLES:
        return EVERYBODY
    return str(change["case"] or change["row"])

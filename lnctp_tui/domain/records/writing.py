"""Whose task it is to write which table: one declaration for the server that accepts, the laptop that believes and
the form that offers.

What belongs to a case goes by who holds the case. What everybody sees has writers by role: who somebody is, they
say themselves, and only that; which services there are, those who keep the directory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from lnctp_tui.domain.records.kinds import KINDS, Writers
from lnctp_tui.domain.records.scopes import PUBLIC_TABLES

Reach = Literal["own", "any"]
"""Of the rows of a table: the writer's own, or every one."""

ROLES: Final = ("counselor", "supervisor", "analyst", "admin")

REACHES: Final[Mapping[Writers, Mapping[str, Reach]]] = {
    "anyone": dict.fromkeys(ROLES, "any"),
    "self": dict.fromkeys(ROLES, "own"),
    "self_or_admin": {**dict.fromkeys(ROLES, "own"), "admin": "any"},
    "supervisor": {"supervisor": "any", "admin": "any"},
}
"""Writers of a kind → role → rows. The first key of a device stands for ever: nobody writes for another's."""
TASKS: Final[Mapping[str, Mapping[str, Reach]]] = {
    kind.table: REACHES[kind.writers] for kind in KINDS if kind.scope == "everybody"
}
"""Table → role → rows. A table or a role that is not here writes nothing of what everybody sees."""

SAID: Final[Mapping[str, Mapping[str, Collection[Any]]]] = {
    kind.table: said
    for kind in KINDS
    if (said := {column.name: column.own for column in kind.columns if column.own is not None})
}
"""What somebody may say of themselves in these fields: what every new row says. The office says the rest."""

SIGNATURES: Final[Mapping[str, frozenset[str]]] = {
    kind.table: names
    for kind in KINDS
    if (names := frozenset(column.name for column in kind.columns if column.signature))
}
"""Table → columns in which people name themselves: nobody signs for somebody else."""


def signed(change: Mapping[str, Any], actors: Collection[str]) -> bool:
    """Whether every signature in a change is of one of `actors`, the ids that its writer's device writes as."""
    names = SIGNATURES.get(change["table"])
    return names is None or all(
        isinstance(value, str) and value in actors
        for name, value in (change["patch"] or {}).items()
        if name in names
    )


def allowed(change: Mapping[str, Any], role: str | None, actors: Collection[str]) -> bool:
    """Whether its writer may write this change: what everybody sees, and of a case's the signatures.

    `role` is the writer's; one that nobody knows, or of somebody who left, writes only what is their own. `actors` are
    the ids that the writer's device writes as.
    """
    table = change["table"]
    if table not in PUBLIC_TABLES:
        return signed(change, actors)
    reach = TASKS[table].get(str(role)) if role in ROLES else _least(table)
    if reach is None:
        return False
    return reach == "any" or _own(change, actors)


def may(table: str, role: str) -> bool:
    """Whether somebody of this role has any row of the table to write: for forms and commands."""
    return table not in PUBLIC_TABLES or role in TASKS[table]


def _least(table: str) -> Reach | None:
    reaches = {TASKS[table].get(role) for role in ROLES}
    return "own" if None not in reaches else None


def _own(change: Mapping[str, Any], actors: Collection[str]) -> bool:
    table, patch = change["table"], change["patch"] or {}
    if any(name in patch and patch[name] not in values for name, values in SAID.get(table, {}).items()):
        return False
    if table == "counselors":
        return change["row"] in actors
    whose = patch.get("counselor_id", change["actor"])
    return change["row"] == change["device"] and isinstance(whose, str) and whose in actors

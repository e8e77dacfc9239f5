"""Whose task it is to write which table: one declaration for the server that accepts, the laptop that believes and
the form that offers.

What belongs to a case goes by who holds the case. What everybody sees has writers by role: who somebody is, they
say themselves, and only that; which services there are, those who keep the directory: supervision, administration and
counselors who were made curators. Beside them a counselor adds
what they tried and drafts of their own, and rewrites nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import KINDS, Writers

Reach = Literal["own", "any", "drafts", "new"]
"""Of the rows of a table: the writer's own; every one; new ones that bear the writer's name, and what is `reported` of
every one; new ones."""

ROLES: Final = ("counselor", "curator", "supervisor", "analyst", "admin")

REACHES: Final[Mapping[Writers, Mapping[str, Reach]]] = {
    "anyone": dict.fromkeys(ROLES, "any"),
    "self": dict.fromkeys(ROLES, "own"),
    "self_or_admin": {**dict.fromkeys(ROLES, "own"), "admin": "any"},
    "supervisor": {"supervisor": "any", "admin": "any"},
    "curator": {"counselor": "drafts", "curator": "any", "supervisor": "any", "admin": "any"},
    "reporter": {"counselor": "new", "curator": "new", "supervisor": "new", "admin": "new"},
}
"""Writers of a kind → role → rows. The first key of a device stands for ever: nobody writes for another's."""
TASKS: Final[Mapping[str, Mapping[str, Reach]]] = {
    kind.table: REACHES[kind.writers] for kind in KINDS if kind.scope != "case"
}
"""Table of no case → role → rows. A table or a role that is not here writes nothing there."""
REPORTED: Final[Mapping[str, frozenset[str]]] = {
    kind.table: frozenset(column.name for column in kind.columns if column.reported) for kind in KINDS
}
"""Table → what anybody who may add to it says of a row that is there."""
DRAFT: Final = "drafted_by"

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
    if bound.flaw(change) or not signed(change, actors):
        return False
    if table not in TASKS:
        return True
    reach = _reach(table, role)
    if reach == "own":
        return _own(change, actors)
    return reach in ("any", "new") or (reach == "drafts" and (_reports(change) or _drafts(change, actors)))


def rewrites(change: Mapping[str, Any], role: str | None) -> bool:
    """Whether somebody of this role may write this, which is `allowed`, to a record that is there already."""
    reach = _reach(change["table"], role) if change["table"] in TASKS else "any"
    return reach in ("any", "own") or (reach == "drafts" and _reports(change))


def may(table: str, role: str) -> bool:
    """Whether somebody of this role has any row of the table to write: for forms and commands."""
    return table not in TASKS or role in TASKS[table]


def curates(role: str | None) -> bool:
    """Whether somebody of this role keeps the directory. Without a server a laptop is its person's alone."""
    return role is None or TASKS["providers"].get(role) == "any"


def _reach(table: str, role: str | None) -> Reach | None:
    return TASKS[table].get(role) if role in ROLES else _least(table)


def _least(table: str) -> Reach | None:
    reaches = {TASKS[table].get(role) for role in ROLES}
    return "own" if None not in reaches else None


def _reports(change: Mapping[str, Any]) -> bool:
    patch = change["patch"] or {}
    return bool(patch) and patch.keys() <= REPORTED[change["table"]]


def _drafts(change: Mapping[str, Any], actors: Collection[str]) -> bool:
    """A whole row under an id that bears the writer's name (domain.records.bound), a provider as a draft."""
    patch = change["patch"] or {}
    return patch.get(DRAFT) in actors and (change["table"] != "providers" or patch.get("status") == "draft")


def _own(change: Mapping[str, Any], actors: Collection[str]) -> bool:
    table, patch = change["table"], change["patch"] or {}
    if any(name in patch and patch[name] not in values for name, values in SAID.get(table, {}).items()):
        return False
    if table == "counselors":
        return change["row"] in actors
    whose = patch.get("counselor_id", change["actor"])
    return change["row"] == change["device"] and isinstance(whose, str) and whose in actors

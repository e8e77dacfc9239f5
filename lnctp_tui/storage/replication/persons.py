"""Who is one person: the ids that the laptops of one person write as are one voice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import Connection

from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import authority, server_state


def persons(connection: Connection) -> Callable[[str], str]:
    """Id that somebody writes as → one id for the person.

    A laptop writes as its person and as what it called itself before; what officers signed of its key counts too, so
    that nobody becomes a second person by another laptop.
    """
    keys = state.starting_with(connection, server_state.KEY)
    groups: dict[str, list[str]] = {
        device: list(actors)
        for device, actors in state.starting_with(connection, server_state.WRITES_AS).items()
    }
    if authority.pinned(connection) is not None and (book := authority.book(connection)).versions:
        standing = book.standing
        for device, key in keys.items():
            if (whose := standing.whose(key)) is not None:
                groups.setdefault(device, []).append(whose)
    return joined(groups.values())


def joined(groups: Iterable[Iterable[str]]) -> Callable[[str], str]:
    """Id → the least id among those that it shares a group with, by however many steps."""
    leads: dict[str, str] = {}

    def lead(id_: str) -> str:
        while (next_ := leads.get(id_, id_)) != id_:
            id_ = next_
        return id_

    for group in groups:
        first, *rest = sorted({lead(id_) for id_ in group}) or [""]
        leads.update(dict.fromkeys(rest, first))
    return lead

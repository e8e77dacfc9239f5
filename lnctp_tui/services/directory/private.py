"""What of a provider supervision alone knows: a secret address, a concern. It is on no counselor's laptop.

A counselor asks; supervision reads out, and the chain of views says what was read to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from lnctp_tui.domain.records import writing
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import transfer
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import audit, sound
from lnctp_tui.storage.database.session import TABLES, Store
from lnctp_tui.storage.replication import server_state

TABLE: Final = "provider_private"
SEEN, ASKED, TOLD = "private.seen", "private.asked", "private.told:"
"""What the chain of views says was done."""
_ROWS = TABLES[TABLE]


class Told(NamedTuple):
    """A row that was read out."""

    row: str
    to: str
    at: str


class Private(NamedTuple):
    """All of one provider that is kept apart."""

    rows: list[Mapping[str, Any]]
    told: list[Told]
    """The newest first; `to` by name."""
    people: Mapping[str, str]
    """Id → name of everybody who may ask."""


def may_see(connection: Connection) -> bool:
    """Whether it is this person's to see. Without a server a laptop is its person's alone."""
    server = server_state.server(connection)
    return server is None or (bool(server.role) and writing.may(TABLE, str(server.role)))


def view(store: Store, provider_id: str) -> Private:
    """What is kept apart. Raises Refused `kept_apart`."""
    people = transfer.names(store)
    with store.read() as connection:
        if not may_see(connection):
            raise Refused("kept_apart")
        query = select(_ROWS).where(_ROWS.c.provider_id == provider_id, _ROWS.c.erased_at.is_(None))
        rows = [sound.row(TABLE, row) for row in connection.execute(query.order_by(_ROWS.c.id)).mappings()]
        listed = [entry for row in rows for entry in _told(connection, str(row["id"]), people)]
    return Private(list(rows), sorted(listed, key=lambda entry: entry.at, reverse=True), people)


def _told(connection: Connection, row: str, people: Mapping[str, str]) -> list[Told]:
    table = audit.ACCESS
    query = select(table.c.action).where(
        table.c.record == row, table.c.action.startswith(TOLD, autoescape=True)
    )
    said = (action.removeprefix(TOLD).partition("@") for action in connection.execute(query).scalars())
    return [Told(row, people.get(to, to), at) for to, _sign, at in said]


def keeping(provider_id: str, values: Mapping[str, Any], row: str | None = None) -> Deed:
    """The deed that keeps a secret address or a concern, of a new row or one that is there."""
    return deed("private_keep", row or ids.new_id(), provider_id, dict(values))


def keep(store: Store, row: str, provider_id: str, values: Mapping[str, Any]) -> None:
    """Keep what only supervision sees. Raises Refused `kept_apart`."""
    with store.write() as unit:
        if not may_see(unit.connection):
            raise Refused("kept_apart")
        stored = unit.stored(TABLE, row)
        said = values if stored else {"provider_id": provider_id, **values}
        patch = {name: value for name, value in said.items() if stored is None or stored.get(name) != value}
        if patch:
            unit.record(TABLE, row, patch)


def telling(store: Store, row: str, to: str) -> Deed:
    """The deed that notes to whom a row was read out, now."""
    return deed("private_told", row, to, instants.iso(store.now()))


def told(store: Store, row: str, to: str, at: str) -> None:
    """Note in the chain of views, once, that this person read a row to somebody. Raises Refused `kept_apart`."""
    action = f"{TOLD}{to}@{at}"
    with store.write() as unit:
        if not may_see(unit.connection):
            raise Refused("kept_apart")
        table = audit.ACCESS
        there = select(table.c.seq).where(table.c.record == row, table.c.action == action)
        if unit.connection.execute(there).first() is None:
            audit.note(unit.connection, unit.now, unit.author.actor, action, row)

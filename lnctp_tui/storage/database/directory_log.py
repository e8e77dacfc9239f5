"""What the log of this laptop says of a stretch of changes to the directory: for taking an import back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection

from lnctp_tui.storage.database.directory import OF

LAST = "SELECT coalesce(max(seq), 0) FROM changes"
ENDS = "SELECT id FROM changes WHERE seq IN (?, ?)"
MADE = """SELECT id, "table", row, patch FROM changes WHERE seq BETWEEN ? AND ? ORDER BY seq"""
OF_ROW = """SELECT seq FROM changes WHERE "table" = ? AND row = ?"""
HOLDS = """SELECT 1 FROM referrals WHERE provider_id = :id AND erased_at IS NULL
UNION SELECT 1 FROM exclusions WHERE provider_id = :id AND erased_at IS NULL
UNION SELECT 1 FROM provider_private WHERE provider_id = :id AND erased_at IS NULL LIMIT 1"""
NAMES = """SELECT 1 FROM referrals WHERE :id IN (channel_id, service_id) AND erased_at IS NULL
UNION SELECT 1 FROM provider_checks WHERE about_id = :id
UNION SELECT 1 FROM provider_channels WHERE replaces_id = :id AND erased_at IS NULL
UNION SELECT 1 FROM provider_sites WHERE replaces_id = :id AND erased_at IS NULL LIMIT 1"""


class Made(NamedTuple):
    """One change of a stretch."""

    id: str
    table: str
    row: str
    patch: Mapping[str, Any]


def last(connection: Connection) -> int:
    """The place of the last change in the log."""
    return int(connection.exec_driver_sql(LAST).scalar() or 0)


def ends(connection: Connection, first: int, final: int) -> list[str]:
    """The ids of the first and last change of a stretch, sorted: by them it is known again."""
    return sorted(connection.exec_driver_sql(ENDS, (first, final)).scalars())


def made(connection: Connection, first: int, final: int) -> list[Made]:
    """The changes of a stretch."""
    rows = connection.exec_driver_sql(MADE, (first, final))
    return [Made(id_, table, row, json.loads(patch)) for id_, table, row, patch in rows]


def row(connection: Connection, change: Made) -> dict[str, Any] | None:
    """The row of a change as it stands, its `heads` read."""
    stored = (
        connection.exec_driver_sql(f"SELECT * FROM {change.table} WHERE id = ?", (change.row,))
        .mappings()
        .first()
    )
    return {**stored, "heads": json.loads(stored["heads"])} if stored else None


def name(connection: Connection, provider_id: str) -> str:
    """What a provider is called."""
    stored = connection.exec_driver_sql("SELECT name FROM providers WHERE id = ?", (provider_id,)).scalar()
    return str(stored or provider_id)


def provider_lives(connection: Connection, provider_id: str, own: range) -> bool:
    """Whether anybody said anything of a provider outside a stretch, or needs it."""
    if connection.exec_driver_sql(HOLDS, {"id": provider_id}).first():
        return True
    return any(_said_outside(connection, table, id_, own) for table, id_ in _all(connection, provider_id))


def row_lives(connection: Connection, change: Made, own: range) -> bool:
    """The same of one row of a provider."""
    if connection.exec_driver_sql(NAMES, {"id": change.row}).first():
        return True
    return _said_outside(connection, change.table, change.row, own)


def _said_outside(connection: Connection, table: str, id_: str, own: range) -> bool:
    return any(seq not in own for seq in connection.exec_driver_sql(OF_ROW, (table, id_)).scalars())


def _all(connection: Connection, provider_id: str) -> Iterator[tuple[str, str]]:
    yield "providers", provider_id
    for table in OF:
        query = f"SELECT id FROM {table} WHERE provider_id = ?"
        for id_ in connection.exec_driver_sql(query, (provider_id,)).scalars():
            yield table, id_

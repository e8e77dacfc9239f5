"""What this laptop remembers for itself: a small key-value table and the list of stale index rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlmodel import SQLModel

from lnctp_tui.domain.records.scopes import DIRECTORY_TABLES
from lnctp_tui.models import SyncState

STALE = "INSERT OR IGNORE INTO search_stale (id) SELECT value FROM json_each(?)"
ONE = "SELECT value FROM sync_state WHERE key = ?"
PUT = (
    "INSERT INTO sync_state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
DIRECTORY = "d:"
"""Before the id of a row of the directory in the list of stale index rows."""
ALL_DIRECTORY = DIRECTORY + "*"
STATE = SQLModel.metadata.tables[str(SyncState.__tablename__)]


def get(connection: Connection, key: str, default: Any = None) -> Any:
    """The value under `key`, or the default."""
    # Asked many times in a round with nothing to do: a statement without SQLAlchemy's own language.
    found = connection.exec_driver_sql(ONE, (key,)).first()
    return default if found is None else _read(found[0])


def several(connection: Connection, *keys: str) -> dict[str, Any]:
    """The values under these keys, as far as there are any."""
    marks = ", ".join("?" * len(keys))
    found = connection.exec_driver_sql(f"SELECT key, value FROM sync_state WHERE key IN ({marks})", keys)
    return {key: _read(value) for key, value in found}


def _read(value: Any) -> Any:
    # SQLite keeps what looks like a number as one.
    return orjson.loads(value) if isinstance(value, str) else value


def put(connection: Connection, key: str, value: Any) -> None:
    """Keep a value; None forgets it."""
    if value is None:
        connection.execute(delete(STATE).where(STATE.c.key == key))
        return
    statement = insert(STATE).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
    )


def put_plain(connection: Connection, key: str, value: Any) -> None:
    """The same for every save, without SQLAlchemy's own language: `value` is not None, its integers have 64 bits."""
    connection.exec_driver_sql(PUT, (key, orjson.dumps(value).decode()))


def starting_with(connection: Connection, prefix: str) -> dict[str, Any]:
    """Every pair whose key starts so, without the prefix."""
    rows = connection.execute(
        select(STATE.c.key, STATE.c.value).where(STATE.c.key.startswith(prefix, autoescape=True))
    )
    return {key.removeprefix(prefix): value for key, value in rows}


def mark_stale(connection: Connection, ids: Iterable[str]) -> None:
    """Remember that the search index has to read these cases or contacts again."""
    connection.exec_driver_sql(STALE, (orjson.dumps(list(ids)).decode(),))


def stale_ids(table: str, row: str, case: str | None) -> set[str]:
    """What the indexes have to read again for a changed record."""
    if table in DIRECTORY_TABLES:
        return {DIRECTORY + row}
    if table == "devices":  # who is one person decides whose word counts twice
        return {row, ALL_DIRECTORY}
    return {case or row}

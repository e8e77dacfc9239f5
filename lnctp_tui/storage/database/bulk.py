"""Many rows in one statement, or as they lie in the file.

Python's lock is given back for each step of a statement: with one statement per row, as executemany has it, every row
waits until the other threads let go again, up to 5 ms while they compute. A thousand rows take 12 seconds then
instead of a fifth of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Integer, literal_column

MOST = 512
"""Rows in a statement."""
VARIABLES = 32_766
"""Marks that SQLite takes in a statement, as it comes."""
AS_STORED = literal_column("cases.rowid", Integer)
"""The order in which cases came to this laptop: what hangs on them lies near each other in the file."""


def insert(
    connection: Connection,
    into: str,
    marks: str,
    rows: Sequence[Sequence[Any]],
    conflict: str = "",
    *,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Insert `rows`: `into` is the statement up to VALUES, `marks` one row of it, `conflict` what follows.

    `options` are the statement's execution options.
    """
    most = min(MOST, VARIABLES // marks.count("?"))
    place = 0
    while left := len(rows) - place:
        # Powers of two: the same few statements come again and again, and stay prepared.
        count = 1 << min(left, most).bit_length() - 1
        piece = rows[place : place + count]
        connection.exec_driver_sql(
            _statement(into, marks, conflict, count), tuple(chain.from_iterable(piece)), options
        )
        place += count


def insert_rows(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows under their columns' names, but those that are there; members that are no column are left out."""
    named = connection.exec_driver_sql(f'PRAGMA table_info("{table}")').all()
    names = [column[1] for column in named]
    columns = ", ".join(f'"{name}"' for name in names)
    values = [tuple(row.get(name) for name in names) for row in rows]
    insert(
        connection, f'INSERT OR IGNORE INTO "{table}" ({columns})', f"({', '.join('?' * len(names))})", values
    )


@lru_cache(128)
def _statement(into: str, marks: str, conflict: str, count: int) -> str:
    return f"{into} VALUES {', '.join([marks] * count)} {conflict}"

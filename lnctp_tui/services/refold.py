"""The log against the tables: every record must be what its changes fold to (docs/synchronisation.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as member
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from lnctp_tui.domain import merge
from lnctp_tui.models import SYNCED
from lnctp_tui.storage import folding
from lnctp_tui.storage.session import CHANGES, COLUMNS, TABLES
from lnctp_tui.storage.tables import SCOPES

PAGE = 500


@dataclass
class Compared:
    """What was compared and what differs."""

    records: int = 0
    changes: int = 0
    different: list[tuple[str, str]] = member(default_factory=list)
    """(table, id) of records that are not what the log says, or that only one of the two knows."""


def compare(connection: Connection) -> Compared:
    """Folds the log of every record and holds it against its row."""
    found = Compared()
    for table in SYNCED:
        for rows in _pages(connection, table):
            logs = _logs(connection, table, list(rows))
            for row, stored in rows.items():
                changes = logs.get(row, [])
                found.records += 1
                found.changes += len(changes)
                if not _agrees(table, stored, merge.fold(changes)):
                    found.different.append((table, row))
        found.different += [(table, row) for row in _without_row(connection, table)]
    return found


def _pages(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    source, last = TABLES[table], ""
    while True:
        query = select(source).where(source.c.id > last).order_by(source.c.id).limit(PAGE)
        rows = {row["id"]: row for row in connection.execute(query).mappings()}
        if not rows:
            return
        yield rows
        last = max(rows)


def _logs(connection: Connection, table: str, ids: list[str]) -> dict[str, list[Any]]:
    order = func.coalesce(CHANGES.c.placed, CHANGES.c.hlc).label("hlc")
    query = select(CHANGES.c.row, CHANGES.c.id, order, CHANGES.c.base, CHANGES.c.patch).where(
        CHANGES.c.table == table, CHANGES.c.row.in_(ids)
    )
    changes = connection.execute(query.order_by(CHANGES.c.row)).mappings()
    return {row: list(each) for row, each in groupby(changes, key=lambda change: str(change["row"]))}


def _agrees(table: str, stored: Any, folded: merge.Folded) -> bool:
    wanted = folding.row_values(table, folded)
    names = COLUMNS[table] | {"extra"}
    return all(stored[name] == wanted[name] for name in names) and _heads(stored["heads"]) == _heads(
        folded.heads
    )


def _heads(heads: Any) -> dict[str, list[str]]:
    return {change: sorted(fields) for change, fields in heads.items() if fields}


def _without_row(connection: Connection, table: str) -> list[str]:
    """Records that only the log knows, but for what the law erased and what was revoked before it was sent."""
    source = TABLES[table]
    gone = select(SCOPES.c.id).where(SCOPES.c.state == "gone")
    query = (
        select(CHANGES.c.row)
        .distinct()
        .outerjoin(source, source.c.id == CHANGES.c.row)
        .where(CHANGES.c.table == table, source.c.id.is_(None), CHANGES.c.patch != {})
        .where(func.coalesce(CHANGES.c.case, CHANGES.c.row).not_in(gone))
    )
    return list(connection.scalars(query))

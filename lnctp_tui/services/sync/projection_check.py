"""The log against the tables: every record must be what its changes fold to (docs/synchronisation.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any

from sqlalchemy import Connection, func, select

from lnctp_tui.domain.records import merge
from lnctp_tui.models import SYNCED
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CHANGES, COLUMNS, TABLES
from lnctp_tui.storage.database.tables import SCOPES
from lnctp_tui.storage.replication import projection

PAGE = 500


@dataclass
class Compared:
    """What was compared and what differs."""

    records: int = 0
    changes: int = 0
    different: list[tuple[str, str]] = member(default_factory=list)
    """(table, id) of records that are not what the log says, or that only one of the two knows."""
    unfit: list[tuple[str, str, str]] = member(default_factory=list)
    """(table, id, reason) of changes that fit no table, and of rows with values that fit no column."""


def compare(connection: Connection) -> Compared:
    """Folds the log of every record and holds it against its row."""
    result = Compared()
    for table in SYNCED:
        for rows in _pages(connection, table):
            logs = projection.logs(connection, table, list(rows))
            result.unfit += [(table, row, reason) for row, reason in logs.unfit.values()]
            result.changes += len(logs.unfit)
            for row, stored in rows.items():
                changes = logs.fit.get(row, [])
                result.unfit += [(table, row, f"row:{name}") for name in sound.flaws(table, stored)]
                result.records += 1
                result.changes += len(changes)
                if not _agrees(table, stored, merge.fold(changes)):
                    result.different.append((table, row))
        lost, apart = _without_row(connection, table)
        result.different += [(table, row) for row in lost]
        result.unfit += [(table, row, reason) for row, reason in apart]
    return result


def _pages(connection: Connection, table: str) -> Iterator[dict[str, Any]]:
    source, last = TABLES[table], ""
    while True:
        query = select(source).where(source.c.id > last).order_by(source.c.id).limit(PAGE)
        rows = {row["id"]: row for row in connection.execute(query).mappings()}
        if not rows:
            return
        yield rows
        last = max(rows)


def _agrees(table: str, stored: Any, folded: merge.Folded) -> bool:
    expected = projection.row_values(table, folded)
    names = COLUMNS[table] | {"extra"}
    if sound.flaws(table, stored) or not all(stored[name] == expected[name] for name in names):
        return False
    return _heads(stored["heads"]) == _heads(folded.heads)


def _heads(heads: Any) -> dict[str, list[str]]:
    return {change: sorted(fields) for change, fields in heads.items() if fields}


def _without_row(connection: Connection, table: str) -> tuple[set[str], list[tuple[str, str]]]:
    """Records that only the log knows, but for what the law erased and what was revoked before it was sent.

    And what fits no table among their changes, with its reason.
    """
    source = TABLES[table]
    gone = select(SCOPES.c.id).where(SCOPES.c.state == "gone")
    query = (
        select(CHANGES.c.row)
        .distinct()
        .outerjoin(source, source.c.id == CHANGES.c.row)
        .where(CHANGES.c.table == table, source.c.id.is_(None), CHANGES.c.patch != {})
        .where(func.coalesce(CHANGES.c.case, CHANGES.c.row).not_in(gone))
    )
    logs = projection.logs(connection, table, connection.scalars(query))
    return {row for row, of in logs.fit.items() if any(change["patch"] for change in of)}, [
        *logs.unfit.values()
    ]

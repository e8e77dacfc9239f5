"""The log against the tables: every record must be what its changes fold to; and the chain without a break."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import dict_row

from lnctp_tui.models import SYNCED
from lnctp_tui.server.ingest import cursors, rows
from lnctp_tui.server.ingest.rows import Key
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.sync.wire import Cursor, chained

PAGE = 500
KEYS = """SELECT "table", "row" FROM records WHERE team = %s AND ("row", "table") > (%s, %s)
  ORDER BY "row", "table" LIMIT %s"""
STRAY = """SELECT d.id FROM data.{0} d WHERE d.of_team = %s AND NOT EXISTS (
  SELECT FROM records r WHERE r.team = d.of_team AND r."row" = d.id AND r."table" = '{0}')"""
LOST = """SELECT DISTINCT l."table", l."row" FROM log l WHERE l.team = %s AND l.kind = 'change' AND NOT EXISTS (
  SELECT FROM records r WHERE r.team = l.team AND r."row" = l."row" AND r."table" = l."table")"""
CHAIN = "SELECT n, chain, id, hash FROM log WHERE team = %s AND n > %s ORDER BY n LIMIT %s"


@dataclass
class Compared:
    """What was compared and what differs."""

    records: int = 0
    changes: int = 0
    different: list[Key] = field(default_factory=list)
    """(table, row) of records that are not what the log says, or that only one of the two knows."""


def compare(database: Pool | Db, team: str) -> Compared:
    """Folds the log of every record and holds it against its row; reads one consistent state."""
    compared = Compared()
    with transaction(database, team, SERVE) as connection:
        last = ("", "")
        while keys := connection.execute(KEYS, (team, last[1], last[0], PAGE)).fetchall():
            logs = rows.logs(connection, team, keys)
            stored = _stored(connection, team, keys)
            for key, changes in logs.items():
                compared.records += 1
                compared.changes += len(changes)
                unerased = [change for change in changes if change["patch"] is not None]
                expected = rows.row_of(team, key[0], unerased) if unerased else None
                if expected != stored.get(key):
                    compared.different.append(key)
            last = keys[-1]
        for table in SYNCED:
            stray = connection.execute(STRAY.format(table), (team,))
            compared.different += [(table, row) for (row,) in stray]
        compared.different += connection.execute(LOST, (team,)).fetchall()
    return compared


def _stored(connection: Db, team: str, keys: list[Any]) -> dict[Key, dict[str, Any]]:
    rows: dict[Key, dict[str, Any]] = {}
    with connection.cursor(row_factory=dict_row) as cursor:
        for table in {table for table, _ in keys}:
            ids = [row for kind, row in keys if kind == table]
            cursor.execute(f"SELECT * FROM data.{table} WHERE of_team = %s AND id = ANY(%s)", (team, ids))
            rows |= {(table, row["id"]): row for row in cursor}
    return rows


def broken_at(database: Pool | Db, team: str) -> int | None:
    """The first number of the log that is missing or does not fit the chain, or None."""
    last = Cursor(0, "")
    with transaction(database, team, SERVE) as connection:
        while rows := connection.execute(CHAIN, (team, last.n, PAGE)).fetchall():
            for n, chain, id_, hash_ in rows:
                if n != last.n + 1 or chain != chained(last.chain, id_, hash_):
                    return last.n + 1
                last = Cursor(n, chain)
        return None if last == cursors.head(connection, team) else last.n + 1

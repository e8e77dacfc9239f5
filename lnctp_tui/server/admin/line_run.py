"""The whole Line at once: once a day what matches is told to whoever holds it, also what two pushes did not see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lnctp_tui.domain.links.grade import MANY, STRONG
from lnctp_tui.server.admin import audit
from lnctp_tui.server.ingest import linking, log
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, in_order, transaction
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import link_keys
from lnctp_tui.storage.protocol import protocol_loader

PIECE = 2000
"""Records whose keys are made anew in one transaction."""
KEPT_DAYS = 2
SHARED = f"""WITH shared AS (
    SELECT key FROM line_keys WHERE team = %(team)s GROUP BY key HAVING count(*) BETWEEN 2 AND {50 * MANY})
  SELECT k.key, array_agg(DISTINCT k.case_id), array_agg(DISTINCT k.case_id) FILTER (WHERE k.asked)
  FROM shared s JOIN line_keys k ON k.team = %(team)s AND k.key = s.key
  WHERE k.strength = {STRONG} AND k.case_id <> '' AND NOT {linking.PUBLIC}
  GROUP BY k.key HAVING count(DISTINCT k.case_id) BETWEEN 2 AND {MANY}"""
"""Strong keys of several cases, and in which of them it was looked up."""
CLAIM = """INSERT INTO settings (key, value) VALUES (%s, %s)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value RETURNING key"""
SETTING = "SELECT value FROM settings WHERE key = %s"
FORGET = "DELETE FROM line_asked WHERE team = %s AND day < %s"
NEXT = "SELECT id FROM data.{table} WHERE of_team = %s AND id > %s ORDER BY id LIMIT %s"
LOCK = (
    """SELECT FROM records WHERE team = %s AND "table" = %s AND "row" = ANY(%s) ORDER BY "row" FOR UPDATE"""
)
ROWS = """SELECT to_jsonb(t) FROM data.{table} t WHERE of_team = %s AND id = ANY(%s)"""


def daily(database: Pool | Db, team: str, now: datetime) -> int | None:
    """Once a day, whichever process comes first: how many were told something; None when it was done today."""
    renew(database, team)
    day = instants.iso(now)[:10]
    with transaction(database, team, SERVE) as connection:
        if connection.execute(CLAIM, (f"line_run:{team}", day)).fetchone() is None:
            return None
        connection.execute(FORGET, (team, day))
        return run(connection, team, now)


def run(connection: Db, team: str, now: datetime) -> int:
    """Tells everybody about how many cases match theirs, where that is new; how many were told. Duty `serve`."""
    others: dict[str, set[str]] = {}
    for _key, cases, asked in connection.execute(SHARED, {"team": team}):
        for case in asked or ():
            others.setdefault(case, set()).update(other for other in cases if other != case)
    told = linking.tell(connection, team, linking.bands(connection, team, others), now)
    for actor, action, record in told.notes:
        audit.note(connection, team, now, actor, action, record)
    log.append(connection, team, told.entries)
    return len(told.entries)


def renew(database: Pool | Db, team: str) -> int:
    """Makes all keys anew when this program makes others than those that stand; how many records.

    What stood before anybody counted is taken as looked up.
    """
    name, version = f"line_keys:{team}", link_keys.version(protocol_loader.load())
    with transaction(database, team, SERVE) as connection:
        if (row := connection.execute(SETTING, (name,)).fetchone()) and row[0] == version:
            return 0
    count = sum(len(ids) for table in sorted(linking.TABLES) for ids in _pieces(database, team, table))
    with transaction(database, team, SERVE) as connection:
        connection.execute(CLAIM, (name, version))
    return count


def _pieces(database: Pool | Db, team: str, table: str) -> Iterator[list[str]]:
    """Records whose keys are made anew, a few in each transaction, locked as ingest locks them."""
    last = ""
    while True:
        with transaction(database, team, SERVE) as connection:
            with in_order(connection):
                ids = [id_ for (id_,) in connection.execute(NEXT.format(table=table), (team, last, PIECE))]
            if ids:
                connection.execute(LOCK, (team, table, ids))
                _renew(connection, team, table, ids)
        if not ids:
            return
        last = ids[-1]
        yield ids


def _renew(connection: Db, team: str, table: str, ids: list[str]) -> None:
    listed = "\n".join(ids)
    stood = {(row, key): asked for row, key, asked in connection.execute(linking.STOOD, (team, listed))}
    rows = [row for (row,) in connection.execute(ROWS.format(table=table), (team, ids))]
    entries = [entry for row in rows for entry in linking.made((table, row["id"]), row)]
    certain = {row["id"] for row in rows if not row.get("drafted_by")}
    connection.execute(linking.DROP, (team, listed))
    linking.add(
        connection, team, entries,
        [
            entry.row in certain if entry.case_id == linking.NOBODY else stood.get((entry.row, entry.key), True)
            for entry in entries
        ],
    )  # fmt: skip

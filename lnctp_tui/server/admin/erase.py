"""Erasure by law: the values of a case go from log, rows and quarantine; ids, hashes and signatures stay.

The one exception to append-only. An entry of the log carries it to every device; what is delivered later for
an erased record enters blank (server.ingest.ingest). A restored backup replays it from `erasures`.
"""

from __future__ import annotations

from datetime import datetime

from lnctp_tui.domain.records.scopes import ERASED_ALONE
from lnctp_tui.errors import Declined
from lnctp_tui.models import SYNCED
from lnctp_tui.server.admin import audit
from lnctp_tui.server.ingest import log
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.sync.wire import EVERYBODY

LOCK = """SELECT r."table", r."row" FROM records r
  WHERE r.team = %(team)s AND ((r."row", r."table") IN (
    SELECT b."row", b."table" FROM belongs b WHERE b.team = %(team)s AND b.scope = %(scope)s)
    OR (r."row" = %(scope)s AND r."table" = ANY(%(alone)s)))
  ORDER BY r."row", r."table" FOR UPDATE OF r"""
"""The records of a scope, or the one of everybody's that names a person and has this id."""
MARK = """UPDATE records r SET erased = true FROM unnest(%s::text[], %s::text[]) AS k(t, r)
  WHERE r.team = %s AND r."row" = k.r AND r."table" = k.t"""
IDS = """SELECT l.id FROM unnest(%s::text[], %s::text[]) AS k(t, r)
  JOIN log l ON l.team = %s AND l.kind = 'change' AND l."row" = k.r AND l."table" = k.t ORDER BY l.n"""
BLANK = """UPDATE log SET patch = NULL, salt = NULL, size = 0
  WHERE team = %s AND id = ANY(%s) AND patch IS NOT NULL"""
QUARANTINE = """UPDATE quarantine SET content = NULL, decided_why = NULL, state = 'erased'
  WHERE team = %s AND (scope = %s OR "row" = ANY(%s))"""
KEYS = 'DELETE FROM line_keys WHERE team = %s AND "row" = ANY(%s)'
ASKED = 'DELETE FROM line_asked WHERE team = %s AND "row" = ANY(%s)'
MATCHES = "DELETE FROM line_told WHERE team = %s AND case_id = %s"
AHEAD = """INSERT INTO records (team, "table", "row", erased) SELECT %s, unnest(%s::text[]), %s, true
  ON CONFLICT (team, "row", "table") DO UPDATE SET erased = true"""
DONE = "SELECT scope FROM log WHERE team = %s AND kind = 'erase' GROUP BY scope ORDER BY min(n)"
MARKED = """SELECT "row" FROM records WHERE team = %s AND "table" = 'cases' AND erased ORDER BY "row\""""


def erase(database: Pool | Db, team: str, scope: str, now: datetime, by: str) -> int:
    """Erases all records of a scope; how many changes are blank now. Doing it again adds nothing but a note.

    Raises Declined `not_found` for a scope nobody ever wrote, and for what everybody sees and names no person.
    """
    with transaction(database, team, SERVE) as connection:
        named = {"team": team, "scope": scope, "alone": [*ERASED_ALONE]}
        rows = connection.execute(LOCK, named).fetchall() if scope != EVERYBODY else []
        if not rows:
            raise Declined("not_found")
        tables, ids = [row[0] for row in rows], [row[1] for row in rows]
        changes = [id_ for (id_,) in connection.execute(IDS, (tables, ids, team))]
        blanked = connection.execute(BLANK, (team, changes)).rowcount
        connection.execute(MARK, (tables, ids, team))
        for table in SYNCED:
            of_it = [id_ for kind, id_ in zip(tables, ids, strict=True) if kind == table]
            if of_it:
                connection.execute(
                    f"DELETE FROM data.{table} WHERE of_team = %s AND id = ANY(%s)", (team, of_it)
                )
        connection.execute(QUARANTINE, (team, scope, ids))
        connection.execute(KEYS, (team, ids))
        connection.execute(ASKED, (team, ids))
        connection.execute(MATCHES, (team, scope))
        audit.note(connection, team, now, by, "erase", scope)
        log.append(
            connection, team, [log.event("erase", now, scope, data={"ids": changes})] if blanked else []
        )
        return blanked


def ahead(database: Pool | Db, team: str, scope: str) -> int:
    """Marks a scope that nobody wrote yet as erased; always 0 changes."""
    if scope != EVERYBODY:
        with transaction(database, team, SERVE) as connection:
            connection.execute(AHEAD, (team, ["cases", *sorted(ERASED_ALONE)], scope))
    return 0


def erasures(database: Pool | Db, team: str) -> list[str]:
    """The scopes ever erased, in order: to be kept beside the backups, and replayed after a restore.

    Those last that nobody delivered yet (`ahead`).
    """
    with transaction(database, team, SERVE) as connection:
        rows = [*connection.execute(DONE, (team,)), *connection.execute(MARKED, (team,))]
    return list(dict.fromkeys(scope for (scope,) in rows))

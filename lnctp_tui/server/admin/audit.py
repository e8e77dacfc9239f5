"""The server's chain of who did what to which record: an id and a verb, or a verb and its reason; never content."""

from __future__ import annotations

from datetime import datetime

from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.audit import START, sealed
from lnctp_tui.sync.wire import Cursor

NOTE = "SELECT note(%s, %s, %s, %s, %s)"
HEAD = "SELECT n, chain FROM audit_counter WHERE team = %s"
THEN = """SELECT c.n, c.chain, a.chain FROM audit_counter c LEFT JOIN audit a ON a.team = c.team AND a.n = %s
  WHERE c.team = %s"""
ALL = "SELECT n, at, actor, action, record, chain FROM audit WHERE team = %s ORDER BY n"


def note(connection: Db, team: str, now: datetime, actor: str, action: str, record: str) -> None:
    """Adds an entry. Locks the audit's counter, so nothing but the log's counter may be locked after it."""
    connection.execute(NOTE, (team, instants.iso(now), actor, action, record))


def head(connection: Db, team: str) -> Cursor:
    """Where the chain ends."""
    row = connection.execute(HEAD, (team,)).fetchone()
    return Cursor(*row) if row else Cursor(0, START)


def head_and(connection: Db, team: str, n: int) -> tuple[Cursor, str | None]:
    """Where the chain ends, and its value at entry `n`, by which a laptop sees that it is still the same one."""
    row = connection.execute(THEN, (n, team)).fetchone()
    if not row:
        return Cursor(0, START), START if n == 0 else None
    return Cursor(row[0], row[1]), START if n == 0 else row[2]


def broken_at(connection: Db, team: str) -> int | None:
    """The number of the first entry that does not fit the chain or is missing, or None."""
    last, expected = START, 1
    for n, at, actor, action, record, chain in connection.execute(ALL, (team,)):
        entry = {"at": at, "actor": actor, "action": action, "record": record}
        if n != expected or sealed(last, entry) != chain:
            return expected
        last, expected = chain, expected + 1
    return None if Cursor(expected - 1, last) == head(connection, team) else expected

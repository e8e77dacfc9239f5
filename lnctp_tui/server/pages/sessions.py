"""Ways into the board: a link that a signed request asked for, once and for a minute; then a cookie.

Stored is the SHA-256 of either, by which alone it is looked up; so nothing is compared byte by byte, and who reads the
tables opens nothing. Times are the database's, the same for every process.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from lnctp_tui.server.postgres.database import Db

LINK: Final = 60
"""Seconds in which a link opens."""
IDLE: Final = 600
LONGEST: Final = 8 * 3600
MOVES: Final = 30
"""Seconds after which it is written that a session was seen again."""
FORM: Final = re.compile(r"[0-9a-f]{32}")
"""128 bits, as they are written."""

CLOCK = "extract(epoch FROM clock_timestamp())"
TIDY = (
    f"DELETE FROM board_links WHERE team = %s AND until < {CLOCK}",
    f"DELETE FROM board_sessions WHERE team = %s AND (seen < {CLOCK} - {IDLE} OR began < {CLOCK} - {LONGEST})",
)
LINKED = f"""INSERT INTO board_links (team, hash, device, until) VALUES (%s, %s, %s, {CLOCK} + {LINK})
  ON CONFLICT (team, device) DO UPDATE SET hash = excluded.hash, until = excluded.until"""
SPEND = f"DELETE FROM board_links WHERE team = %s AND hash = %s AND until >= {CLOCK} RETURNING device"
BEGIN = f"""INSERT INTO board_sessions (team, hash, device, began, seen) VALUES (%s, %s, %s, {CLOCK}, {CLOCK})
  ON CONFLICT (team, device) DO UPDATE SET hash = excluded.hash, began = excluded.began, seen = excluded.seen"""
ALIVE = f"""SELECT device, {CLOCK} - seen > {MOVES} FROM board_sessions
  WHERE team = %s AND hash = %s AND seen >= {CLOCK} - {IDLE} AND began >= {CLOCK} - {LONGEST}"""
SEEN = f"UPDATE board_sessions SET seen = {CLOCK} WHERE team = %s AND hash = %s"
END = "DELETE FROM board_sessions WHERE team = %s AND hash = %s"


def link(connection: Db, team: str, device: str) -> str:
    """A new token of a device; one that was not used yet opens nothing any more. Duty `serve`."""
    token = secrets.token_hex(16)
    for statement in TIDY:
        connection.execute(statement, (team,))
    connection.execute(LINKED, (team, _hash(token), device))
    return token


def spend(connection: Db, team: str, token: str) -> str | None:
    """The device whose link this was, None for any other text; it opens nothing afterwards. Duty `serve`."""
    row = connection.execute(SPEND, (team, _hash(token))).fetchone()
    return str(row[0]) if row else None


def begin(connection: Db, team: str, device: str) -> str:
    """The value of a new cookie; the session that the device had before is over. Duty `serve`."""
    value = secrets.token_hex(16)
    connection.execute(BEGIN, (team, _hash(value), device))
    return value


def alive(connection: Db, team: str, value: str) -> str | None:
    """The device of a session that is neither idle nor too old, None for any other value. It was seen with this."""
    row = connection.execute(ALIVE, (team, _hash(value))).fetchone()
    if row is None:
        return None
    device, moves = row
    if moves:
        connection.execute(SEEN, (team, _hash(value)))
    return str(device)


def end(connection: Db, team: str, value: str) -> None:
    """Ends a session, if it is one."""
    connection.execute(END, (team, _hash(value)))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

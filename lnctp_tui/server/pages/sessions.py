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
FORM: Final = re.compile(r"[0-9a-f]{32}")
"""128 bits, as they are written."""

CLOCK = "extract(epoch FROM clock_timestamp())"
TIDY = (
    f"DELETE FROM board_links WHERE until < {CLOCK}",
    f"DELETE FROM board_sessions WHERE seen < {CLOCK} - {IDLE} OR began < {CLOCK} - {LONGEST}",
)
LINKED = f"""INSERT INTO board_links (hash, device, until) VALUES (%s, %s, {CLOCK} + {LINK})
  ON CONFLICT (device) DO UPDATE SET hash = excluded.hash, until = excluded.until"""
SPEND = f"DELETE FROM board_links WHERE hash = %s AND until >= {CLOCK} RETURNING device"
BEGIN = f"""INSERT INTO board_sessions (hash, device, began, seen) VALUES (%s, %s, {CLOCK}, {CLOCK})
  ON CONFLICT (device) DO UPDATE SET hash = excluded.hash, began = excluded.began, seen = excluded.seen"""
ALIVE = f"""SELECT device, {CLOCK} - seen > 30 FROM board_sessions
  WHERE hash = %s AND seen >= {CLOCK} - {IDLE} AND began >= {CLOCK} - {LONGEST}"""
SEEN = f"UPDATE board_sessions SET seen = {CLOCK} WHERE hash = %s"
END = "DELETE FROM board_sessions WHERE hash = %s"


def link(connection: Db, device: str) -> str:
    """A new token of a device; one that was not used yet opens nothing any more."""
    token = secrets.token_hex(16)
    for statement in TIDY:
        connection.execute(statement)
    connection.execute(LINKED, (_hash(token), device))
    return token


def spend(connection: Db, token: str) -> str | None:
    """The device whose link this was, None for any other text; it opens nothing afterwards."""
    row = connection.execute(SPEND, (_hash(token),)).fetchone()
    return str(row[0]) if row else None


def begin(connection: Db, device: str) -> str:
    """The value of a new cookie; the session that the device had before is over."""
    value = secrets.token_hex(16)
    connection.execute(BEGIN, (_hash(value), device))
    return value


def alive(connection: Db, value: str) -> str | None:
    """The device of a session that is neither idle nor too old, None for any other value. It was seen with this."""
    row = connection.execute(ALIVE, (_hash(value),)).fetchone()
    if row is None:
        return None
    device, moves = row
    if moves:
        connection.execute(SEEN, (_hash(value),))
    return str(device)


def end(connection: Db, value: str) -> None:
    """Ends a session, if it is one."""
    connection.execute(END, (_hash(value),))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""The small window of a laptop: a case that was closed 30 days ago, and is wholly on the server, leaves."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson

from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import eviction
from lnctp_tui.sync.transport import Line

DAYS = 30
MOST = 500
OLD = """
SELECT c.id FROM cases c JOIN scopes s ON s.id = c.id AND s.state = 'held'
WHERE c.status IN ('closed', 'merged') AND coalesce(c.closed_at, c.opened_at) < ?
  AND NOT EXISTS (SELECT 1 FROM changes u WHERE u."case" = c.id AND (u.sent < 2 OR u.refused IS NOT NULL))
  AND NOT EXISTS (SELECT 1 FROM changes u WHERE u."case" = c.id AND u.at > ?)
LIMIT ?"""
CALLS = """
SELECT k.id FROM contacts k JOIN scopes s ON s.id = k.id AND s.state = 'held'
WHERE k.case_id IN (SELECT value FROM json_each(?))
  AND NOT EXISTS (SELECT 1 FROM changes u WHERE u."table" = 'contacts' AND u.row = k.id AND u.sent < 2)"""


def expired(store: Store, now: datetime) -> list[str]:
    """The scopes to ask away: old closed cases that nobody touched since, and their calls."""
    limit = instants.iso(now - timedelta(days=DAYS))
    with store.read() as connection:
        cases = list(connection.exec_driver_sql(OLD, (limit, limit, MOST)).scalars())
        calls = connection.exec_driver_sql(CALLS, (orjson.dumps(cases).decode(),)).scalars() if cases else ()
        return [*cases, *calls]


def ask_away(store: Store, line: Line, now: datetime) -> int:
    """Ask the server to take them; they go with the revocation that comes through the log."""
    scopes = expired(store, now)
    with store.write(behind=True) as unit:
        eviction.ask_away(unit.connection, scopes)
    for start in range(0, len(scopes), 1000):
        line.call("POST", "/v1/window", {"scopes": scopes[start : start + 1000], "action": "leave"})
    return len(scopes)

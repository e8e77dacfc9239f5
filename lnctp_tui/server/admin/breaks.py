"""How many breaks were asked for: by team and week, never by person.

A push brings weeks and no name of who asked; what stands in memory is written once an hour, of all at once and in a
transaction of its own, so that no row stands beside another that names a laptop. Source: docs/security.md.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from lnctp_tui.domain.follow.breaks import week_of
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.storage import instants

HOUR = 3600
BELIEVED = timedelta(weeks=9)
"""How old a week may be that a laptop without a network still tells."""
LEAST = 5
"""Fewer are not shown: they could be told apart."""
ADD = """INSERT INTO breaks (team, week, n) VALUES (%s, %s, %s)
  ON CONFLICT (team, week) DO UPDATE SET n = breaks.n + excluded.n"""
SHOWN = "SELECT week, n FROM breaks WHERE team = %s AND n >= %s AND week < %s ORDER BY week DESC LIMIT 8"


class Breaks:
    """What one process counted and did not write yet."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._counts: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, team: str, weeks: Iterable[str], now: datetime) -> None:
        """Count breaks of these weeks; one that is to come, or too long ago, is none."""
        first, last = week_of(now - BELIEVED), week_of(now)
        with self._lock:
            self._counts.update((team, week) for week in weeks if first <= week <= last)

    def write(self) -> None:
        """Write what was counted, of each team in one transaction."""
        with self._lock:
            counted, self._counts = self._counts, Counter()
        for team in sorted({team for team, _week in counted}):
            rows = sorted((week, n) for (of, week), n in counted.items() if of == team)
            with transaction(self._pool, team, SERVE) as connection:
                for week, n in rows:
                    connection.execute(ADD, (team, week, n))

    async def hourly(self) -> None:
        """Writes at each full hour, whatever was asked meanwhile."""
        while True:
            await asyncio.sleep(HOUR - instants.now().timestamp() % HOUR)
            await asyncio.to_thread(self.write)


def shown(connection: Db, team: str, now: datetime) -> list[list[object]]:
    """Weeks that are over in which at least LEAST breaks were asked for, the newest first. Duty `serve`."""
    return [list(row) for row in connection.execute(SHOWN, (team, LEAST, week_of(now)))]

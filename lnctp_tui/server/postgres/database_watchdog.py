"""The embedded PostgreSQL of a running server: looked at each second, started again when it died.

It lives in the process that started it, beside one worker or above several. Whoever serves finds its way back
alone: connections that broke are made anew, and laptops are told to wait meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lnctp_tui.server.http import logs
from lnctp_tui.server.postgres import embedded
from lnctp_tui.server.postgres.embedded import Embedded

LOOK, LONGEST = 1.0, 30.0
"""Seconds between two looks; between two tries at most, doubling, when it does not stand or soon fell again."""
CALM = 60
"""Looks after which earlier tries are forgotten."""


class DatabaseWatchdog(threading.Thread):
    """The thread. `end` returns once nothing is being started any more."""

    def __init__(self, cluster: Embedded) -> None:
        super().__init__(name="lnctp-database-watchdog", daemon=True)
        self._found = cluster
        self._over = threading.Event()
        self._tries = self._stood = 0

    def run(self) -> None:
        while not self._over.wait(LOOK):
            if not embedded.listens(self._found):
                self._start_again()
                self._stood = 0
            elif self._stood < CALM:
                self._stood += 1
            else:
                self._tries = 0

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    def _start_again(self) -> None:
        logs.note("database_died", level=logging.ERROR)
        while not self._over.wait(min(LONGEST, LOOK * (2 ** min(self._tries, 9) - 1))):
            self._tries += 1
            try:
                embedded.start_again(self._found)
            except Exception as error:  # the thread's outer door: it tries again
                logs.note("database_down", level=logging.ERROR, error=error)
            else:
                logs.note("database_back")
                return


@contextmanager
def watching(cluster: Embedded | None) -> Iterator[None]:
    """The cluster is kept up while the block runs; None for a PostgreSQL that others keep."""
    if cluster is None:
        yield
        return
    watchdog = DatabaseWatchdog(cluster)
    watchdog.start()
    try:
        yield
    finally:
        watchdog.end()

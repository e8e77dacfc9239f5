"""The embedded PostgreSQL of a running server: looked at each second, started again when it died.

It lives in the process that started it, beside one worker or above several. Whoever serves finds its way back
alone: connections that broke are made anew, and laptops are told to wait meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from lnctp_tui.server import embedded, logs
from lnctp_tui.server.embedded import Embedded

LOOK, LONGEST = 1.0, 30.0
"""Seconds between two looks, and at most, doubling, when it does not stand or soon fell again."""
CALM = 30
"""Looks after which a start is forgotten."""


class Keeper(threading.Thread):
    """The thread. `end` returns once nothing is being started any more."""

    def __init__(self, found: Embedded, look: float = LOOK) -> None:
        super().__init__(name="lnctp-keeper", daemon=True)
        self._found, self._look_each = found, look
        self._over = threading.Event()
        self._starts = self._calm = 0

    def run(self) -> None:
        while not self._over.wait(min(LONGEST, self._look_each * 2 ** min(self._starts, 9))):
            self._look()

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()

    def _look(self) -> None:
        if embedded.listens(self._found):
            self._calm += 1
            if self._calm >= CALM:
                self._starts = 0
            return
        logs.note("database_died", level=logging.ERROR)
        self._starts, self._calm = self._starts + 1, 0
        try:
            embedded.start_again(self._found)
        except Exception as error:  # the thread's outer door: it tries again
            logs.note("database_down", level=logging.ERROR, error=error)
        else:
            logs.note("database_back")


@contextmanager
def keeping(found: Embedded | None) -> Iterator[None]:
    """The cluster is kept up while the block runs; None for a PostgreSQL that others keep."""
    if found is None:
        yield
        return
    keeper = Keeper(found)
    keeper.start()
    try:
        yield
    finally:
        keeper.end()

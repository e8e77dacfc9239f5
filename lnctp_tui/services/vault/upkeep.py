"""What is done for the files while nobody saves: fold the log in, force the mark to the disk, look for damage once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from lnctp_tui.errors import DatabaseDamaged, LnctpError, StorageFailed
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault.mark import SYNC, Mark
from lnctp_tui.storage.vault.vault import Key

QUIET = 2.0
"""Seconds without a save after which the log is folded into the database."""
TICK = 0.5
LOOK = 20.0
"""Seconds after the opening at which the seals of all pages are looked at, once, when it is quiet."""
AT_LOCK = 500
"""Milliseconds that the last folding waits for a reader."""


class Keeper(threading.Thread):
    """Has a connection of its own, so that no save waits for it."""

    def __init__(self, home: Path, key: Key, mark: Mark) -> None:
        super().__init__(name="keeper", daemon=True)
        self.path, self.key, self.mark = home / paths.DATABASE, key, mark
        self.on_told: Callable[[LnctpError], object] = lambda _: None
        """Called in this thread: the mark cannot be written, or a page is damaged."""
        self._end = threading.Event()
        self._folded = self._synced = time.monotonic()
        self._look_at: float | None = self._folded + LOOK
        self._told: str | None = None

    def run(self) -> None:
        while not self._end.wait(TICK):
            self.tick(time.monotonic())

    def tick(self, now: float) -> None:
        """One look at what there is to do, at an instant of the monotonic clock."""
        self._tell_trouble()
        quiet = now - self.mark.written >= QUIET
        if quiet and self.mark.written > self._folded:
            self._folded = now
            self._checkpoint("PASSIVE")
            self.mark.sync()
        elif now - self._synced >= SYNC:
            self._synced = now
            self.mark.sync()
        if quiet and self._look_at is not None and now >= self._look_at:
            self._look_at = None
            self._look()

    def stop(self) -> None:
        """End, with everything in the database file and the log empty, if no reader holds it."""
        self._end.set()
        if self.is_alive():
            self.join(QUIET)
        self._checkpoint("TRUNCATE")
        self.mark.sync()

    def _checkpoint(self, how: str) -> None:
        with suppress(LnctpError):
            self._on_own(lambda connection: engine.checkpoint(connection, how))

    def _on_own(self, job: Callable[[Any], Any]) -> Any:
        from sqlcipher3 import dbapi2

        try:
            connection = engine.connect(self.path, self.key.dek, cache=engine.READER_CACHE)
            try:
                engine.wait_at_most(connection, AT_LOCK)
                return job(connection)
            finally:
                connection.close()
        except dbapi2.Error as error:
            raise engine.translated(error, self.path) from None

    def _tell_trouble(self) -> None:
        trouble = self.mark.trouble
        if trouble and trouble != self._told:
            self.on_told(StorageFailed("mark_failed", reason=trouble))
        self._told = trouble

    def _look(self) -> None:
        """A page may just be written while it is looked at: what is broken twice is broken."""
        try:
            broken = self._on_own(engine.broken_seals) and self._on_own(engine.broken_seals)
        except DatabaseDamaged:
            broken = True
        except LnctpError:
            return
        if broken:
            self.on_told(DatabaseDamaged("pages_damaged"))

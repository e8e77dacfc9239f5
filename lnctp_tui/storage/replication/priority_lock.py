"""Whose turn it is to write: a counselor's save goes before what synchronisation brings."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PriorityLock:
    """A lock with two queues. Not for taking twice in one thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._taken = False
        self._before = 0
        """How many wait that go first."""

    @contextmanager
    def take(self, *, behind: bool = False) -> Iterator[None]:
        """Hold the turn; `behind` lets everybody else go first."""
        with self._changed:
            self._before += not behind
            try:
                self._changed.wait_for(lambda: not self._taken and not (behind and self._before))
            finally:
                self._before -= not behind
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

"""Threads for what blocks: as many at once as there are database connections, no more."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Found = TypeVar("Found")
POLITE = 10
"""Of a thread whose work can wait: 0 is everybody's, 19 the least."""


def give_way() -> None:
    """Lets every other thread go first, where the system can tell one thread from its process."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)


class Threads:
    """One limit. Lives on one event loop."""

    def __init__(self, most: int) -> None:
        self._limiter = CapacityLimiter(most)

    async def run(self, work: Callable[[], Found]) -> Found:
        """What `work` returns or raises; waits for its turn."""
        return await to_thread.run_sync(work, limiter=self._limiter)

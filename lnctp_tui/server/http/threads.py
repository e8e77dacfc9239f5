"""Threads for what blocks: as many at once as there are database connections, no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

Found = TypeVar("Found")


class Threads:
    """One limit. Lives on one event loop."""

    def __init__(self, most: int) -> None:
        self._limiter = CapacityLimiter(most)

    async def run(self, work: Callable[[], Found]) -> Found:
        """What `work` returns or raises; waits for its turn."""
        return await to_thread.run_sync(work, limiter=self._limiter)

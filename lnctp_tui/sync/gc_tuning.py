"""Thousands of objects at once, and hardly a cycle among them: Python looks for cycles less often meanwhile."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""Objects made, less those that went, after which it looks; by itself every 700."""
_LOCK = threading.Lock()
_WITHIN: list[tuple[int, int, int]] = []
"""For each who is within, the thresholds before the first of them."""


@contextmanager
def collecting_less() -> Iterator[None]:
    """For as long as pages or batches are made. Holds for all threads, until the last one is done."""
    with _LOCK:
        before = _WITHIN[0] if _WITHIN else gc.get_threshold()
        _WITHIN.append(before)
        gc.set_threshold(max(YOUNG, before[0]), *before[1:])
    try:
        yield
    finally:
        with _LOCK:
            _WITHIN.pop()
            if not _WITHIN:
                gc.set_threshold(*before)

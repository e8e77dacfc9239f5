"""Thousands of objects at once, and hardly a cycle among them: Python looks for cycles less often meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""Objects made, less those that went, after which it looks; by itself every 700."""


@contextmanager
def collecting_less() -> Iterator[None]:
    """For as long as pages or batches are made. Holds for all threads."""
    before = gc.get_threshold()
    gc.set_threshold(max(YOUNG, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)

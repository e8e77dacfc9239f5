"""How often: a few of each kind in every run, all of them in `make soak`."""

from __future__ import annotations

import os
from typing import Any

import pytest

SOAK = bool(os.environ.get("LNCTP_SOAK"))
"""Whether this run does the full counts."""


def often(full: int, everyday: int) -> int:
    """The number of tries: `full` in `make soak`."""
    return full if SOAK else everyday


def in_soak(*rows: Any) -> list[Any]:
    """Rows of a parametrisation whose kind another row holds in every run."""
    left_out = pytest.mark.skipif(not SOAK, reason="walked in make soak")
    return [pytest.param(*(row if isinstance(row, tuple) else (row,)), marks=left_out) for row in rows]

"""Sets of codes as whole numbers: the order of the catalog gives each code its bit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

MOST = 62
"""Bits of a whole number in SQLite, without its sign."""


def mask(codes: Iterable[Any] | None, known: Sequence[str]) -> int | None:
    """The mask of some codes; None for none, and where no catalog knows any of them: that is not known, not nobody."""
    if not isinstance(codes, list | tuple | set | frozenset) or not codes:
        return None
    named = set(codes)
    return sum(1 << place for place, code in enumerate(known[:MOST]) if code in named) or None


def codes(bits: int, known: Sequence[str]) -> list[str]:
    """The codes of a mask, in the catalog's order."""
    return [code for place, code in enumerate(known[:MOST]) if bits >> place & 1]

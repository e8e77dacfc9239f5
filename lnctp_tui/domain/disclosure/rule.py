"""Which cells are told by nobody, and how wide the interval must stay that an attacker can reckon for them."""

from __future__ import annotations

from dataclasses import dataclass

LEVELS = (3, 5, 10, 11)
"""The k of an edition: a number below it that is not zero is not printed."""
CASES = 3
"""Units other than cases that stem from fewer cases than this are told by nobody, however many they are."""
ZERO = 60.0
"""What it costs to hide a zero, in units of a printed cell's own count."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number, and from how many distinct cases it stems."""

    n: int
    cases: int

    def __add__(self, more: Count) -> Count:
        """Of periods that are apart, so no case is in both."""
        return Count(self.n + more.n, self.cases + more.cases)

    def __sub__(self, part: Count) -> Count:
        return Count(self.n - part.n, self.cases - part.cases)


NONE = Count(0, 0)


def primary(count: Count, k: int) -> bool:
    """Whether a number would tell of somebody: few, or of few cases. Zero tells of nobody."""
    return count.n > 0 and (count.n < k or count.cases < CASES)


def needs(count: Count, k: int) -> tuple[int, int]:
    """How far up and how far down a cell must be able to move: to 0 … k, and a concentrated one to n−k … n+k."""
    if count.n < k:
        return k - count.n, count.n
    return (k, k) if count.n and count.cases < CASES else (0, 0)


def price(n: int) -> float:
    """What it costs to hide a cell."""
    return 1.0 + n if n else ZERO

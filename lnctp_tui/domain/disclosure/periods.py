"""Periods of editions: whole calendar years or one half-year, that lie within one another or apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

WAIT = timedelta(days=30)
"""How long a period has been over before it is printed: late records come in."""
Side = Literal["apart", "same", "inside", "around", "across"]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Both days are in it."""

    start: date
    end: date

    def side(self, of: Period) -> Side:
        """How this period lies to another one."""
        if self == of:
            return "same"
        if self.end < of.start or of.end < self.start:
            return "apart"
        if of.start <= self.start and self.end <= of.end:
            return "inside"
        return "around" if self.start <= of.start and of.end <= self.end else "across"

    def holds(self, part: Period) -> bool:
        return self.start <= part.start and part.end <= self.end

    @property
    def whole(self) -> bool:
        """Whether it is one half of a calendar year, or whole calendar years."""
        first, last = (self.start.month, self.start.day), (self.end.month, self.end.day)
        if self.end < self.start:
            return False
        if (first, last) == ((1, 1), (12, 31)):
            return True
        return self.start.year == self.end.year and (first, last) in (((1, 1), (6, 30)), ((7, 1), (12, 31)))

    def over(self, today: date) -> bool:
        """Whether it has been over for as long as an edition waits."""
        return today > self.end + WAIT

    @property
    def issued_from(self) -> date:
        """The first day on which it may be printed."""
        return self.end + WAIT + timedelta(days=1)

    def without(self, parts: list[Period]) -> list[Period]:
        """What of it is in none of some periods that lie in it, apart from each other."""
        left, start = [], self.start
        for part in sorted(parts):
            if start < part.start:
                left.append(Period(start, part.start - timedelta(days=1)))
            start = max(start, part.end + timedelta(days=1))
        if start <= self.end:
            left.append(Period(start, self.end))
        return left

    def __str__(self) -> str:
        return f"{self.start.isoformat()}–{self.end.isoformat()}"


def month(code: str) -> Period:
    """`2019-02` → its days. Raises ValueError."""
    first = date.fromisoformat(f"{code}-01")
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def span(start: str, end: str) -> Period:
    """What a person wrote as first and last: years, halves (`2019-1`), months or days. Raises ValueError."""
    return Period(_edge(start)[0], _edge(end)[1])


def _edge(text: str) -> tuple[date, date]:
    if len(text) == 4:
        year = int(text)
        return date(year, 1, 1), date(year, 12, 31)
    if text[4:] in ("-1", "-2"):
        year = int(text[:4])
        return (
            (date(year, 1, 1), date(year, 6, 30))
            if text[5] == "1"
            else (date(year, 7, 1), date(year, 12, 31))
        )
    if len(text) == 7:
        days = month(text)
        return days.start, days.end
    day = date.fromisoformat(text)
    return day, day

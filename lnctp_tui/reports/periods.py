"""A period on the Line's clock as instants in UTC, made once: no row is converted."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = "America/Mexico_City"
"""The Line's clock."""
AFTER_ALL: Final = "~"
"""After every stored instant."""


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both in it."""

    start: date
    end: date
    months: tuple[str, ...]
    """`2020-02`: those that it touches."""
    bounds: tuple[str, ...]
    """Where each of them begins, within the period, and where the last one ends; as the beginning of a text."""

    @property
    def years(self) -> tuple[str, ...]:
        """`2020`: those that it touches."""
        return tuple(str(year).zfill(4) for year in range(self.start.year, self.end.year + 1))

    def month(self, instant: str) -> int:
        """Which of its months a stored instant is in; -1 for one outside."""
        at = bisect_right(self.bounds, instant) - 1
        return at if at < len(self.months) else -1

    def has_day(self, day: str) -> bool:
        """Whether a stored date, which may be a year or a month alone, is in it: its first day counts."""
        whole = (day + "-01-01")[:10] if len(day) == 4 else (day + "-01")[:10]
        return self.start.isoformat() <= whole <= self.end.isoformat()


def period(start: date, end: date, zone: str = ZONE) -> Period:
    """The period of these days on the clocks of `zone`. `end` is not before `start`."""
    months, bounds, day = [], [], start
    while day <= end:
        months.append(day.isoformat()[:7])
        bounds.append(midnight(day, zone))
        if (day.year, day.month) == (date.max.year, 12):
            break
        day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    after = AFTER_ALL if end == date.max else midnight(end + timedelta(days=1), zone)
    return Period(start, end, tuple(months), (*bounds, after))


def midnight(day: date, zone: str = ZONE) -> str:
    """The beginning of a day as the beginning of a stored instant.

    Without a `Z` and without seconds that are none: `…T06:00:00.5Z` comes after `…T06:00`, not before `…T06:00:00Z`.
    """
    try:
        moment = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:  # the first day there is, east of Greenwich
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M").zfill(16) + (f":{moment.second:02}" if moment.second else "")


def local_day(instant: str, zone: str = ZONE) -> date | None:
    """The day of a stored instant on the clocks of `zone`; None for what is none."""
    try:
        return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        return None

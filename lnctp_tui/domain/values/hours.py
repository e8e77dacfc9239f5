"""A moment as people say it: `ahora`, `22:00`, `ayer 9 pm`, `28/11 17:30`. A day without an hour is none."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from lnctp_tui.domain.values import dates
from lnctp_tui.domain.values.text import fold

AHEAD = timedelta(days=60)
"""How far ahead a day may be that is named without its year."""

_NOW = ("ahora", "ahorita", "ya", "now")
_COMING = {"manana": 1, "tomorrow": 1, "pasado manana": 2}
_NEAR = ("", "hoy", "today", "ayer", "yesterday", *_COMING)
"""Days after which a bare number can only be an hour."""
_CLOCK = re.compile(r"(?:^|\s)(a las? |at )?(\d{1,2})(?:[:.h](\d\d))?\s*(am|pm|hrs?|h)?$")


def at(typed: str, now: datetime) -> datetime | None:
    """The moment on the clock of `now`; None when it cannot be read.

    A day without a year is the one nearest to `now`.
    """
    text = re.sub(r"[\s,;]+", " ", fold(typed)).replace("a.m.", "am").replace("p.m.", "pm").strip()
    if text in _NOW:
        return now
    match = _CLOCK.search(text)
    if match is None:
        return None
    named = text[: match.start()].strip()
    if named not in _NEAR and not any(match.group(1, 3, 4)):
        return None
    day, clock = _day(named, now.date()), _time(match)
    return datetime.combine(day, clock, now.tzinfo) if day and clock else None


def _day(named: str, today: date) -> date | None:
    if not named:
        return today
    if named in _COMING:
        return today + timedelta(days=_COMING[named])
    read = (dates.parse(named, latest) for latest in (today, today + AHEAD))
    days = [partial.first() for partial in read if not isinstance(partial, str) and partial.day]
    return min(days, key=lambda day: abs(day - today), default=None)


def _time(match: re.Match[str]) -> time | None:
    hour, minute, half = int(match[2]), int(match[3] or 0), match[4]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "pm")
    return time(hour, minute) if hour < 24 and minute < 60 else None

"""When a next contact was promised, in the words of people: `mañana 10 a 12`, `en 3 días`, `15/12`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from lnctp_tui.domain.values.dates import LATEST, full_year
from lnctp_tui.domain.values.text import fold

AHEAD = 50
"""Years within which a promise of two digits (`15/12/27`) is looked for."""

_WEEKDAYS = {
    name: place
    for place, names in enumerate(
        (
            "lunes monday",
            "martes tuesday",
            "miercoles wednesday",
            "jueves thursday",
            "viernes friday",
            "sabado saturday",
            "domingo sunday",
        )
    )
    for name in names.split()
}
_UNITS = {
    "hora": "hours", "horas": "hours", "hour": "hours", "hours": "hours", "dia": "days", "dias": "days",
    "day": "days", "days": "days", "semana": "weeks", "semanas": "weeks", "week": "weeks", "weeks": "weeks",
}  # fmt: skip
_CLOCK = r"(\d{1,2})(?::(\d\d))?\s*(am|pm|h|hrs)?"
_HOURS = re.compile(rf"^(?:de |a las? |from |at )*{_CLOCK}(?:\s*(?:a|-|y|to|and)\s*(?:las )?{_CLOCK})?$")

Window = tuple[datetime, datetime]


def window(text_typed: str, now: datetime) -> Window | None:
    """From when until when, on the clock of `now`; None when it cannot be read.

    A day without an hour is the whole day; an hour alone lasts one. What is already over is no promise.
    """
    window_read = _read(text_typed, now)
    return window_read if window_read and window_read[1] > now else None


def is_over(text_typed: str, now: datetime) -> bool:
    """Whether it can be read, and is in the past."""
    window_read = _read(text_typed, now)
    return window_read is not None and window_read[1] <= now


def _read(text_typed: str, now: datetime) -> Window | None:
    text = re.sub(r"[\s,;]+", " ", fold(text_typed)).strip().removeprefix("el ").removeprefix("on ")
    for read in _DAYS:
        match = read[0].match(text)
        if match:
            return read[1](match, text[match.end() :].strip(), now)
    window_read = _at(now.date(), text, now)
    if window_read and window_read[1] <= now:
        window_read = _at(now.date() + timedelta(days=1), text, now)
    return window_read


def _at(day: date, hours: str, now: datetime) -> Window | None:
    start = datetime.combine(day, time(), now.tzinfo)
    if not hours:
        return max(start, now), start + timedelta(days=1, seconds=-1)
    match = _HOURS.match(hours)
    if match is None:
        return None
    half = match[3] if match[3] in ("am", "pm") else match[6]
    first = _clock(match[1], match[2], half)
    last = _clock(match[4], match[5], match[6] or half) if match[4] else None
    if first is None or (match[4] and last is None):
        return None
    end = last if last is not None else first + timedelta(hours=1)
    return (start + first, start + end) if end > first else None


def _clock(hour: str, minute: str | None, half: str | None) -> timedelta | None:
    at = int(hour) % 12 + 12 * (half == "pm") if half in ("am", "pm") else int(hour)
    return timedelta(hours=at, minutes=int(minute or 0)) if at < 24 and int(minute or 0) < 60 else None


def _near(match: re.Match[str], rest: str, now: datetime) -> Window | None:
    days = {"hoy": 0, "today": 0, "pasado manana": 2}.get(match[1], 1)
    return _at(now.date() + timedelta(days=days), rest, now)


def _weekday(match: re.Match[str], rest: str, now: datetime) -> Window | None:
    ahead = (_WEEKDAYS[match[1]] - now.weekday()) % 7
    window_read = _at(now.date() + timedelta(days=ahead), rest, now)
    return (
        window_read
        if ahead or (window_read and window_read[1] > now)
        else _at(now.date() + timedelta(days=7), rest, now)
    )


def _after(match: re.Match[str], rest: str, now: datetime) -> Window | None:
    unit, count = _UNITS[match[2]], int(match[1])
    if unit == "hours":
        return (now + timedelta(hours=count), now + timedelta(hours=count + 1)) if not rest else None
    return _at((now + timedelta(**{unit: count})).date(), rest, now)


def _date(match: re.Match[str], rest: str, now: datetime) -> Window | None:
    year = full_year(match[3], now.year + AHEAD) if match[3] else now.year
    if year > LATEST:
        return None
    try:
        day = date(year, int(match[2]), int(match[1]))
        if not match[3] and day < now.date():
            day = day.replace(year=day.year + 1)
    except ValueError:
        return None
    return _at(day, rest, now)


def _yesterday(match: re.Match[str], rest: str, now: datetime) -> Window | None:
    """Never a promise; read, so that it can be said to be over."""
    return _at(now.date() - timedelta(days=2 if "ant" in match[1] else 1), rest, now)


_DAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str, datetime], Window | None]], ...] = (
    (re.compile(r"(antier|anteayer|ayer|yesterday)\b"), _yesterday),
    (re.compile(r"(pasado manana|hoy|today|manana|tomorrow)\b"), _near),
    (re.compile(rf"({'|'.join(_WEEKDAYS)})\b"), _weekday),
    (
        re.compile(rf"(?:en|in|dentro de) (\d{{1,3}}) ({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b"),
        _after,
    ),
    (re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d\d))?(?=\s|$)"), _date),
)

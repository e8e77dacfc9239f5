"""Dates as people say them, kept with their precision: `ayer`, `hace 3 meses`, `marzo 2020`, `14/03/20`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from lnctp_tui.domain.values.numbers import WORDS
from lnctp_tui.domain.values.text import fold

EARLIEST, LATEST = 1900, 2200
"""The years that a record may hold."""
LONGEST = 60

Reader = Callable[[re.Match[str], date], "PartialDate | str"]


@dataclass(frozen=True)
class PartialDate:
    """A year, a month or a day; `str` is what is stored: 2020, 2020-03 or 2020-03-14."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04d}", *(f"{each:02d}" for each in (self.month, self.day) if each)]
        return "-".join(parts)

    def first(self) -> date:
        """The first day it can be."""
        return date(self.year, self.month or 1, self.day or 1)

    def last(self) -> date:
        """The last day it can be."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])


def stored(text: object) -> PartialDate | None:
    """The date that a record holds, None when it holds none that can be read."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text) if isinstance(text, str) else None
    if match is None:
        return None
    partial = PartialDate(*(int(part) if part else None for part in match.groups()))  # type: ignore[arg-type]
    return partial if EARLIEST <= partial.year <= LATEST and _exists(partial) else None


def full_year(text: str, latest: int) -> int:
    """A year as written; of two digits the last such year up to `latest`. The one pivot of the program."""
    year = int(text)
    return year if len(text) > 2 else latest - (latest - year) % 100


MOST_AHEAD = 50
"""Years."""


def parse(
    raw: str, today: date, *, birth: bool = False, written: bool = False, coming: bool = False
) -> PartialDate | str:
    """The date that `raw` says on the day `today`, or a problem code.

    Problems: `date_unreadable`, `date_impossible` (31/02), `date_future`, `date_too_old` (before 1900).
    Numbers are day/month/year, the Mexican order. "Hace 3 meses" is a month, "hace 2 años" a year, and a week
    is told as its month: no precision is invented. Nor is a year: a `birth` that says none is `date_no_year`,
    and so is everything that was `written` on a day nobody knows; what counts from that day (`ayer`) is
    `date_relative` there. `coming`: the day may be one that is still to come, and it names its year.
    """
    text = _tidy(raw)
    for pattern, read in _forms():
        if match := pattern.fullmatch(text):
            if read is _about:
                return parse(match["rest"], today, birth=birth, written=written, coming=coming)
            if written and read in _RELATIVE:
                return "date_relative"
            if (birth or written or coming) and _yearless(read, match):
                return "date_no_year"
            partial = read(match, today)
            if isinstance(partial, str):
                return partial
            return _ahead(partial, text, today) if coming else _checked(partial, today)
    return "date_unreadable"


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("ene|enero|jan|january", "feb|febrero|february", "mar|marzo|march", "abr|abril|apr|april"),
            *("may|mayo", "jun|junio|june", "jul|julio|july", "ago|agosto|aug|august"),
            *("sep|sept|septiembre|setiembre|september", "oct|octubre|october"),
            *("nov|noviembre|november", "dic|diciembre|dec|december"),
        ),
        start=1,
    )
    for name in names.split("|")
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            *("lunes|monday", "martes|tuesday", "miercoles|wednesday", "jueves|thursday"),
            *("viernes|friday", "sabado|saturday", "domingo|sunday"),
        )
    )
    for name in names.split("|")
}
_DAYS = {
    "hoy": 0, "today": 0, "esta manana": 0, "this morning": 0, "esta tarde": 0, "esta noche": 0,
    "ayer": 1, "yesterday": 1, "anoche": 1, "last night": 1,
    "antier": 2, "anteayer": 2, "antes de ayer": 2, "antes ayer": 2, "day before yesterday": 2,
}  # fmt: skip
_UNITS = {
    name: unit
    for unit, names in {
        "day": "dia dias day days",
        "week": "semana semanas week weeks",
        "month": "mes meses month months",
        "year": "ano anos year years",
    }.items()
    for name in names.split()
}
_LEAD = re.compile(
    r"^(?:(?:en|desde|el|la|los|las|del|de|the|on|in|since|from|mes de|month of|ano(?= \d)|dia(?= \d)) )+"
)

_PART_OF_DAY = re.compile(
    r"^(hoy|ayer|antier|anteayer|today|yesterday) (?:(?:en|por|a) la (?:manana|tarde|noche|madrugada)"
    r"|morning|afternoon|evening|night|in the (?:morning|afternoon|evening))$"
)
_YEAR_AND_HALF = re.compile(r"(?:\bun )?\bano y medio$")


def _tidy(raw: str) -> str:
    text = re.sub(r"(?<!\d)\.|\.(?!\d)|,", " ", fold(raw[:LONGEST]))
    text = _LEAD.sub("", re.sub(r"\s+", " ", re.sub(r"\s*([-/])\s*", r"\1", text)).strip())
    return _YEAR_AND_HALF.sub("18 meses", _PART_OF_DAY.sub(r"\1", text))


def _exists(partial: PartialDate) -> bool:
    try:
        partial.first()
    except ValueError:
        return False
    return partial.month != 0 and partial.day != 0


def _ahead(partial: PartialDate, text: str, today: date) -> PartialDate | str:
    """A day that may be to come; two digits of a year are the nearest such year."""
    if partial.year <= today.year - MOST_AHEAD and not re.search(r"\d{4}", text):
        partial = PartialDate(partial.year + 100, partial.month, partial.day)
    if partial.year > today.year + MOST_AHEAD:
        return "date_future"
    return _checked(partial, max(today, date(partial.year, 12, 31)))


def _checked(partial: PartialDate, today: date) -> PartialDate | str:
    if partial.year < EARLIEST:
        return "date_too_old"
    if partial.year > today.year:
        return "date_future" if _exists(PartialDate(2000, partial.month, partial.day)) else "date_impossible"
    if not _exists(partial):
        return "date_impossible"
    return partial if partial.first() <= today else "date_future"


def _yearless(read: Reader, match: re.Match[str]) -> bool:
    return read is _day_month or (read is _named and not match.groupdict().get("y"))


def _iso(match: re.Match[str], _today: date) -> PartialDate:
    year, month, day = (int(part) if part else None for part in match.groups())
    return PartialDate(year or 0, month, day)


def _day_month_year(match: re.Match[str], today: date) -> PartialDate:
    return PartialDate(full_year(match["y"], today.year), int(match["m"]), int(match["d"]))


def _month_year(match: re.Match[str], today: date) -> PartialDate:
    return PartialDate(full_year(match["y"], today.year), int(match["m"]))


def _day_month(match: re.Match[str], today: date) -> PartialDate:
    return _latest(int(match["m"]), int(match["d"]), today)


def _named(match: re.Match[str], today: date) -> PartialDate:
    parts = match.groupdict()
    month, day = _MONTHS[parts["month"]], parts.get("d")
    number = int(day) if day and day.isdecimal() else 1 if day else None
    if parts.get("y"):
        return PartialDate(full_year(parts["y"], today.year), month, number)
    return _latest(month, number, today)


def _latest(month: int, day: int | None, today: date) -> PartialDate:
    """The last time the day or month came; 29 February comes every 4 or 8 years."""
    for year in range(today.year, today.year - 9, -1):
        partial = PartialDate(year, month, day)
        if _exists(partial) and partial.first() <= today:
            return partial
    return PartialDate(today.year, month, day)


def _ago(match: re.Match[str], today: date) -> PartialDate | str:
    amount = match["n"]
    unit = _UNITS[match["unit"]]
    if amount in ("medio", "half a", "half"):
        return _back(6, "month", today) if unit == "year" else "date_unreadable"
    count = int(amount) if amount.isdecimal() else WORDS.get(amount)
    return "date_unreadable" if count is None else _back(count, unit, today)


def _back(count: int, unit: str, today: date) -> PartialDate:
    if unit == "year":
        return PartialDate(max(today.year - count, 0))
    if unit == "month":
        months = max(today.year * 12 + today.month - 1 - count, 0)
        return PartialDate(months // 12, months % 12 + 1)
    day = today - timedelta(days=count * (7 if unit == "week" else 1))
    return PartialDate(day.year, day.month, day.day if unit == "day" else None)


def _last_unit(match: re.Match[str], today: date) -> PartialDate:
    return _back(1, _UNITS[match["unit"]], today)


def _this_unit(match: re.Match[str], today: date) -> PartialDate:
    return _back(0, _UNITS[match["unit"]], today)


def _weekday(match: re.Match[str], today: date) -> PartialDate:
    back = (today.weekday() - _WEEKDAYS[match["weekday"]] - 1) % 7 + 1
    return _back(back, "day", today)


def _word(match: re.Match[str], today: date) -> PartialDate:
    return _back(_DAYS[match.group()], "day", today)


def _about(match: re.Match[str], today: date) -> PartialDate | str:
    return parse(match["rest"], today)


_RELATIVE = (_ago, _last_unit, _this_unit, _weekday, _word)
"""Readers of what counts from the day it is said."""


def _any(names: dict[str, int] | dict[str, str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_MONTH = f"(?P<month>{_any(_MONTHS)})"
_ENGLISH = "(?P<month>january|february|march|april|may|june|july|august|september|october|november|december)"
_UNIT = f"(?P<unit>{_any(_UNITS)})"
_COUNT = (
    r"(?:(?:ya|unos|unas|como|casi|aprox\w*|mas de|about|around|un|a) )*?"
    rf"(?P<n>\d{{1,4}}|half a|half|medio|{_any(WORDS)})(?: (?:de|of))?"
)
_LAST = "(?:pasado|pasada|ultimo|ultima|anterior|last|past|previous)"

_READERS: tuple[tuple[str, Reader], ...] = (
    (r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?", _iso),
    (r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4}|\d\d)", _day_month_year),
    (r"(?P<m>\d{1,2})[-/.](?P<y>\d{4})", _month_year),
    (r"(?P<d>\d{1,2})[-/](?P<m>\d{1,2})", _day_month),
    (
        rf"(?:(?:{_any(_WEEKDAYS)}) )?(?P<d>\d{{1,2}}|primero|1r?o)(?:st|nd|rd|th)?[ /-](?:de |of )?{_MONTH}"
        r"(?:[ /-](?:de |del |del ano |de ano )?(?P<y>\d{4}|\d\d))?",
        _named,
    ),
    (rf"{_MONTH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)? (?P<y>\d{{4}})", _named),
    (rf"{_ENGLISH} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?", _named),
    (rf"{_MONTH}(?:[ /-](?:de |del |del ano |of )?(?P<y>\d{{4}}))?", _named),
    (rf"{_MONTH}(?: (?:de|del) |[-/])(?P<y>\d\d)", _named),
    (rf"hace {_COUNT} {_UNIT}", _ago),
    (rf"{_COUNT} {_UNIT} ago", _ago),
    (rf"{_UNIT} {_LAST}", _last_unit),
    (rf"{_LAST} {_UNIT}", _last_unit),
    (rf"(?:este|esta|this) {_UNIT}", _this_unit),
    (rf"(?:{_LAST} )?(?P<weekday>{_any(_WEEKDAYS)})(?: {_LAST})?", _weekday),
    (_any(_DAYS), _word),
    (
        r"(?:a )?(?:principios?|inicios?|comienzos?|mediados|finales|final|fines|early|mid|late|"
        r"(?:beginning|start|middle|end)) ?-?(?:del?|of)? ?(?P<rest>.+)",
        _about,
    ),
)


@cache
def _forms() -> tuple[tuple[re.Pattern[str], Reader], ...]:
    """Compiled at the first date: no start has to wait for them."""
    return tuple((re.compile(pattern), read) for pattern, read in _READERS)

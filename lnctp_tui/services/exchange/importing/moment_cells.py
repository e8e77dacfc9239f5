"""Dates and instants of a spreadsheet: by the map's format, or as people and spreadsheets in Mexico write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from lnctp_tui.domain.values import dates
from lnctp_tui.domain.values.dates import PartialDate
from lnctp_tui.domain.values.moments import instant
from lnctp_tui.domain.values.text import fold

YEAR, MONTH, DAY = frozenset("YyGcx"), frozenset("mbBcxj"), frozenset("djcx")
"""Directives of a format that say the year, the month, the day."""
FIRST_SERIAL, EPOCH = 10_000, datetime(1899, 12, 30)  # noqa: DTZ001
"""A spreadsheet counts days from the end of 1899; a number below 10,000 (1927) is rather a year."""
AHEAD = 50
"""Years within which two digits may be in the future, where the column may."""

_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_HALF = re.compile(r"\b([ap])\s?\.?\s?m\b\.?")
_CLOCK = re.compile(
    r"(\d{1,2})[:.h](\d\d)(?:[:.](\d\d)(?:\.\d+)?)?\s*(am|pm)?\s*(?:h(?:rs?|oras)?\.?)?|(\d{1,2})\s*(am|pm)"
)
_WITH_CLOCK = re.compile(rf"(?P<day>.+?)(?:[ ,]|a las)+(?P<clock>{_CLOCK.pattern})")
_MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_WORD = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\b\.?")


@dataclass(frozen=True)
class Cell:
    """What one column says of a moment, and in which format, if the map says one."""

    text: str
    format: str | None


def directives(form: str) -> frozenset[str]:
    """The letters that a format reads by."""
    return frozenset(re.findall(r"%-?([A-Za-z])", form))


def read(cells: Sequence[Cell], today: date, *, whole: bool, ahead: bool) -> str | None:
    """A date as it is stored, or, `whole`, an instant in ISO 8601 without offset; None when it cannot be read.

    Several cells say one moment together (`FECHA` and `HORA`; `DÍA`, `MES` and `AÑO`). `ahead`: it may be to come.
    """
    if whole and len(cells) == 1 and instant(cells[0].text):
        return cells[0].text
    latest = today.year + (AHEAD if ahead else 0)
    if len(cells) > 1 and _apart(cells):
        together = Cell(" ".join(cell.text for cell in cells), " ".join(cell.format or "" for cell in cells))
        if moment := _read(together, today, latest, whole):
            return moment
    clocks = [cell for cell in cells if _only_clock(cell)]
    days = [cell for cell in cells if cell not in clocks]
    if len(days) != 1 or len(clocks) > 1:
        return None
    moment = _read(days[0], today, latest, whole)
    if not (clocks and whole and moment):
        return moment
    at = _time(clocks[0])
    return f"{moment[:10]}T{at.isoformat()}" if at else None


def _apart(cells: Sequence[Cell]) -> bool:
    """Whether each cell has a format, and no two read the same part."""
    letters = [letter for cell in cells for letter in directives(cell.format or "")]
    return all(cell.format for cell in cells) and len(letters) == len(set(letters))


def _only_clock(cell: Cell) -> bool:
    if _CLOCK.fullmatch(_tidy(cell.text)):
        return True
    return cell.format is not None and not directives(cell.format) & (YEAR | MONTH | DAY)


def _read(cell: Cell, today: date, latest: int, whole: bool) -> str | None:
    moment = _by_format(cell, latest) if cell.format else None
    if moment is None and not (cell.format and _month_first(cell.format) and not _spelled_out(cell.text)):
        moment = _as_written(cell.text, today, latest)
    if moment is None:
        return None
    day, at = moment
    if not whole:
        return str(day)
    return f"{day}T{(at or time()).isoformat(timespec='seconds')}" if day.day else None


def _by_format(cell: Cell, latest: int) -> tuple[PartialDate, time | None] | None:
    assert cell.format is not None
    form = cell.format
    for text in (cell.text.strip(), _in_english(cell.text)):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the counselor's clock; the rules give it its zone
        except ValueError:
            continue
        read = directives(form)
        year = dates.full_year(f"{moment.year % 100:02d}", latest) if "y" in read else moment.year
        month = moment.month if read & MONTH else None
        day = PartialDate(year, month, moment.day if month and read & DAY else None)
        return (day, moment.time()) if read & YEAR and dates.stored(str(day)) else None
    return None


def _month_first(form: str) -> bool:
    month, day = (min((form.find(f"%{letter}") for letter in letters if f"%{letter}" in form), default=-1)
                  for letters in ("mbB", "d"))  # fmt: skip
    return -1 < month < day and not form.lower().startswith("%y")


def _spelled_out(text: str) -> bool:
    """Whether the order of day and month is no question: ISO 8601, a serial number, a month by name."""
    plain = _tidy(text)
    return bool(re.match(r"\d{4}-", plain) or _SERIAL.fullmatch(plain) or _MONTH_WORD.search(plain))


def _as_written(text: str, today: date, latest: int) -> tuple[PartialDate, time | None] | None:
    """As typing reads it, a clock after it, or the number by which a spreadsheet keeps it."""
    plain = _tidy(text)
    if _SERIAL.fullmatch(plain):
        # To the second: a fraction of a day is never exact.
        moment = EPOCH + timedelta(seconds=round(float(plain.replace(",", ".")) * 86_400))
        return PartialDate(moment.year, moment.month, moment.day), moment.time()
    match = _WITH_CLOCK.fullmatch(plain)
    at = _time(Cell(match["clock"], None)) if match else None
    if match and at is None:
        return None
    last = date(latest, 12, 31) if latest > today.year else today
    partial = dates.parse(match["day"] if match else plain, last, written=True)
    return None if isinstance(partial, str) else (partial, at)


def _time(cell: Cell) -> time | None:
    match = _CLOCK.fullmatch(_tidy(cell.text))
    if match is None:
        return _time_by_format(cell)
    hour, minute, second, half = (
        int(match[1] or match[5]),
        int(match[2] or 0),
        int(match[3] or 0),
        match[4] or match[6],
    )
    if half and not 1 <= hour <= 12 and not (half == "pm" and hour < 24):
        return None
    hour = hour % 12 + 12 * (half == "pm") if half and hour <= 12 else hour
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _time_by_format(cell: Cell) -> time | None:
    try:
        return datetime.strptime(cell.text.strip(), cell.format or "").time()  # noqa: DTZ007
    except ValueError:
        return None


def _tidy(text: str) -> str:
    plain = re.sub(r"\s+", " ", fold(text)).strip()
    return _HALF.sub(r"\1m", re.sub(r"(?<=\d)t(?=\d)", " ", plain))


def _in_english(text: str) -> str:
    """Months and halves of the day as Python's C locale writes them."""
    plain = _tidy(text)
    return _MONTH_WORD.sub(lambda match: _ENGLISH[_MONTHS.index(match[1])], plain)

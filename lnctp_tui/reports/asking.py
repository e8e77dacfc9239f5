"""Days and questions as people write them: `2019`, `2020-06`, `2020-06-15`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Table
from lnctp_tui.errors import BadInput
from lnctp_tui.reports import printed, run
from lnctp_tui.reports.facts import Facts

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def first_day(text: str) -> date:
    """The first day of what was written. Raises BadInput `report_day`."""
    year, month, day = _parts(text)
    return _made(text, year, month or 1, day or 1)


def last_day(text: str) -> date:
    """Its last day."""
    year, month, day = _parts(text)
    if month and not day and 1 <= month <= 12:
        return _made(text, year, month, monthrange(year, month)[1])
    return _made(text, year, month or 12, day or 31)


def between(start: date, end: date) -> None:
    """Raises BadInput `report_backwards` when the period ends before it begins."""
    if end < start:
        raise BadInput("report_backwards")


def _parts(text: str) -> tuple[int, int, int]:
    parts = _DAY.fullmatch(text.strip())
    if not parts or not parts[1].isascii() or int(parts[1]) == 0:
        raise BadInput("report_day", text=text[:20])
    return int(parts[1]), int(parts[2] or 0), int(parts[3] or 0)


def _made(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput("report_day", text=text[:20]) from None


class Counted:
    """Tables of several periods; each period is read once."""

    def __init__(self, read: Callable[[date, date], Facts]) -> None:
        self.read = read
        self.facts: dict[tuple[date, date], Facts] = {}
        self.made: dict[tuple[date, date, Definition], Table] = {}

    def of(self, start: date, end: date) -> Facts:
        """What was read of a period."""
        if (start, end) not in self.facts:
            self.facts[start, end] = self.read(start, end)
        return self.facts[start, end]

    def table(self, start: date, end: date, definition: Definition) -> Table:
        """A table of a period."""
        key = (start, end, definition)
        if key not in self.made:
            (self.made[key],) = run.tables(self.of(start, end), [definition], printed.cited())
        return self.made[key]

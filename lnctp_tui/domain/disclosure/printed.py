"""What is printed of an edition, and nothing else of it: numbers, or that they are hidden, with what shares are of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lnctp_tui.domain.disclosure.edition import Edition, Key, Sheet
from lnctp_tui.domain.report.result import UNKNOWN

OK, HIDDEN, NOT_APPLICABLE = "ok", "hidden", "not_applicable"
LEAST_BASE = 30
"""Shares of fewer are not printed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed number, or its place."""

    key: Key
    count: int | None
    base: int | None
    percent: int | None
    flag: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A table as everybody sees it. Without lines it is withheld as a whole."""

    id: str
    unit: str
    rows: str
    columns: str
    many: bool
    lines: tuple[Line, ...]

    @property
    def cells(self) -> Mapping[Key, int | None]:
        return {line.key: line.count for line in self.lines}


def totals(edition: Edition) -> dict[str, int | None]:
    """Unit → its total; None where the unit is withheld."""
    return {
        unit: None if unit in edition.withheld else rounded(count.n, edition.rounded)
        for unit, count in sorted(edition.totals.items())
    }


def tables(edition: Edition) -> list[Printed]:
    """All tables in the order of their ids, each cell in the order of its codes."""
    return [_table(edition, sheet) for _id, sheet in sorted(edition.sheets.items())]


def _table(edition: Edition, sheet: Sheet) -> Printed:
    head = (sheet.id, sheet.unit, sheet.rows, sheet.columns, sheet.many)
    if sheet.withheld or sheet.unit in edition.withheld:
        return Printed(*head, ())
    base = _base(edition, sheet)
    cells = {key: count.n for key, count in sheet.cells.items()}
    cells |= _month_totals(sheet) if sheet.by_month else {}
    return Printed(
        *head, tuple(_line(sheet, key, cells[key], base, edition.rounded) for key in sorted(cells))
    )


def _line(sheet: Sheet, key: Key, n: int, base: int | None, step: int) -> Line:
    if key in sheet.hidden:
        return Line(key, None, base, None, HIDDEN)
    count = rounded(n, step)
    outside = sheet.of_known and UNKNOWN in key
    if base is None or outside or sheet.by_month:
        return Line(key, count, None, None, OK)
    return Line(key, count, base, share(count, base) if base >= LEAST_BASE else None, OK)


def _base(edition: Edition, sheet: Sheet) -> int | None:
    """What shares are of; None where that is not known to everybody."""
    total = edition.totals[sheet.unit].n
    if sheet.of_known:
        unknown = [key for key in sheet.cells if UNKNOWN in key]
        if any(key in sheet.hidden for key in unknown):
            return None
        total -= sum(sheet.cells[key].n for key in unknown)
    return rounded(total, edition.rounded)


def _month_totals(sheet: Sheet) -> dict[Key, int]:
    first = sheet.rows == "month"
    sums: Counter[Key] = Counter()
    for key, count in sheet.cells.items():
        sums[(key[0], "") if first else ("", key[1])] += count.n
    return sums


def rounded(n: int, step: int) -> int:
    """The nearest multiple, halves up."""
    return (2 * n + step) // (2 * step) * step


def share(n: int, base: int) -> int:
    """Whole per cent, halves up."""
    return (200 * n + base) // (2 * base)

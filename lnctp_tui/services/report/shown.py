"""What the report screen shows: a period that was counted, kept until another is, and questions about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import DIMENSIONS, UNITS
from lnctp_tui.domain.report.result import ALONE, Report, Table
from lnctp_tui.reports import behind, printed, run, tables
from lnctp_tui.reports.facts import Facts
from lnctp_tui.services.report import laptop

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.storage.database.session import Store

MOST: Final = 500
"""Cases listed behind a number."""


@dataclass
class Shown:
    """One period, counted at `at`."""

    report: Report
    facts: Facts
    at: datetime
    made: dict[Definition, Table] = field(default_factory=dict)

    def table(self, definition: Definition) -> Table:
        """A table of it, counted once."""
        if definition not in self.made:
            (self.made[definition],) = run.tables(self.facts, [definition], printed.cited())
        return self.made[definition]

    def months(self, definition: Definition) -> Table | None:
        """The same rows by month; None for rows that have no month."""
        if definition.special or definition.own_date or UNITS[definition.unit] == "contact":
            return None
        by_month = Definition(
            definition.id, definition.unit, definition.rows, "month", definition.base, definition.title
        )
        return self.table(by_month) if definition.rows != "month" else None


class _Last:
    """The last result of this process, which ends with the lock. Not stored: it is of one moment."""

    shown: Shown | None = None
    store: Store | None = None


def last(store: Store) -> Shown | None:
    """What was counted last of this store."""
    return _Last.shown if _Last.store is store else None


def keep(store: Store, shown: Shown) -> None:
    """This is what stands until another period is counted."""
    _Last.shown, _Last.store = shown, store


def count(store: Store, protocol: Protocol, start: date, end: date) -> Shown:
    """Counts all tables of a period; blocking."""
    facts = laptop.read(store, protocol, start, end)
    definitions = tables.built_in()
    report = run.made(facts, definitions, "laptop", protocol, cited=printed.cited())
    shown = Shown(report, facts, store.now(), dict(zip(definitions, report.tables, strict=True)))
    keep(store, shown)
    return shown


def cases(
    store: Store, shown: Shown, definition: Definition, row: str, column: str = ALONE
) -> Sequence[tuple[str, str]]:
    """Id and folio of the cases behind a cell that this laptop shows now; blocking."""
    ids = behind.roots(shown.facts, definition, row, column)[:MOST]
    folios = laptop.folios(store, ids)
    return [(case_id, folios[case_id]) for case_id in ids if case_id in folios]


def shifted(start: date, end: date, *, year: bool) -> tuple[date, date]:
    """The period before this one of the same length, or the same days a year before."""
    from datetime import timedelta

    if not year:
        return start - (end - start) - timedelta(days=1), start - timedelta(days=1)
    return _year_before(start), _year_before(end)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def is_cross(table: Table) -> bool:
    """Whether a table has two dimensions that are drawn as shades."""
    return bool(table.columns) and table.rows in DIMENSIONS

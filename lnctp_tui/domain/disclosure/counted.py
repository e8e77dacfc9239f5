"""A counted report as an edition with nothing hidden, and editions of parts as one of their whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lnctp_tui.domain.disclosure.edition import HUBS, UNIT_OF, Edition, Key, Sheet
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.rule import NONE, Count
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import OUTSIDE, UNKNOWN, Report, Table

UNITS = ("report", "case", "victim", "group", "file")
"""Units of which an edition prints something."""
TOLD_ELSEWHERE = frozenset(("year", "country", "age_band", "has_file", "file_year"))
"""Dimensions that say a second time, finer or coarser, what another table or another edition says: the two together
would narrow what each of them hides."""
Codes = Mapping[str, Sequence[str]]
"""Dimension → all its codes, also of those of which a report only lists what occurs."""


def published(definition: Definition) -> bool:
    """Whether a table is of those that an edition can protect."""
    unit = UNIT_OF.get(definition.unit, definition.unit)
    dimensions = {definition.rows, definition.columns} - {""}
    if (
        not definition.public
        or definition.special
        or definition.own_date
        or unit not in UNITS
        or not dimensions
    ):
        return False
    crossed = not definition.columns or HUBS[unit] in dimensions
    return crossed and not dimensions & TOLD_ELSEWHERE


def of_report(
    report: Report, definitions: Iterable[Definition], codes: Codes, period: Period, k: int
) -> Edition:
    """What an edition would print of a report if nothing were hidden."""
    known = {definition.id: definition for definition in definitions if published(definition)}
    tables = [table for table in report.tables if table.id in known]
    sheets = {table.id: _sheet(table, known[table.id].base[0] == "known", codes) for table in tables}
    totals = {"report": Count(report.reports, report.reports), "case": Count(report.cases, report.cases)}
    for table in tables:
        if table.unit in HUBS and table.unit not in totals and not table.many:
            totals[table.unit] = Count(table.units, table.cases)
    known_units = {id_: sheet for id_, sheet in sheets.items() if sheet.unit in totals}
    return Edition(
        period, k, totals, {id_: _whole(sheet, totals[sheet.unit].n) for id_, sheet in known_units.items()}
    )


def _whole(sheet: Sheet, total: int) -> Sheet:
    """The table; withheld if it is no partition of its unit, for then no equation of it holds."""
    whole = sheet.many or sum(count.n for count in sheet.cells.values()) == total
    return sheet if whole else replace(sheet, withheld=True)


def _sheet(table: Table, of_known: bool, codes: Codes) -> Sheet:
    unit = UNIT_OF.get(table.unit, table.unit)
    many = table.unit in UNIT_OF or bool(table.many)
    rows = _codes(table.rows, table.row_codes, table.many, codes)
    columns = _codes(table.columns, table.column_codes, table.many, codes) if table.columns else [""]
    cells = {(row, column): NONE for row in rows for column in columns}
    for cell in table.cells:
        if (cell.row, cell.column) in cells:
            cells[cell.row, cell.column] = Count(cell.count, cell.cases)
    return Sheet(table.id, unit, table.rows, table.columns, many, cells, of_known=of_known and not many)


def _codes(dimension: str, listed: Sequence[str], many: frozenset[str], codes: Codes) -> list[str]:
    """All codes whether they occur or not: a row that is only there when somebody is in it tells that somebody is.

    Of what a unit may have several of, nobody is told how many have none known: it would bind the others together.
    """
    extra = () if dimension == "month" else (OUTSIDE,) if dimension in many else (OUTSIDE, UNKNOWN)
    rows = dict.fromkeys([*codes.get(dimension, ()), *listed, *extra])
    return [row for row in rows if not (dimension in many and row == UNKNOWN)]


def joined(period: Period, k: int, parts: Sequence[Edition]) -> Edition:
    """A period that is made of others, as each of them was counted. Crosses are left out: they are for one alone."""
    totals = {
        unit: sum((part.totals.get(unit, NONE) for part in parts), NONE)
        for unit in UNITS
        if all(unit in part.totals for part in parts)
    }
    sheets = {}
    for id_, sheet in parts[-1].sheets.items():
        if sheet.unit not in totals or sheet.cross or not all(id_ in part.sheets for part in parts):
            continue
        cells: dict[Key, Count] = {}
        for part in parts:
            for key, count in part.sheets[id_].cells.items():
                cells[key] = cells.get(key, NONE) + count
        sheets[id_] = Sheet(
            id_, sheet.unit, sheet.rows, sheet.columns, sheet.many, cells, of_known=sheet.of_known
        )
    return Edition(period, k, totals, sheets)


def same(counted: Edition, issued: Edition) -> bool:
    """Whether a period counted anew has what it had when it was printed; crosses follow from the records too."""
    if any(counted.totals.get(unit, NONE) != total for unit, total in issued.totals.items()):
        return False
    for id_, sheet in issued.sheets.items():
        new = counted.sheets.get(id_)
        if new is None or (sheet.cross and not sheet.by_month):
            continue
        keys = set(sheet.cells) | set(new.cells)
        if any(sheet.count(key) != new.count(key) for key in keys):
            return False
    return True


def revised(counted: Edition, issued: Edition) -> Edition:
    """A period counted anew, with all hidden and withheld that was.

    Crosses of a unit that changed are withheld: what changed of the hidden cells of one row would be known.
    """
    sheets = {}
    for id_, sheet in counted.sheets.items():
        former = issued.sheets.get(id_)
        withheld = sheet.cross and not _unchanged(sheet.unit, counted, issued)
        if former is not None:
            sheet = replace(sheet, hidden=former.hidden)
            withheld = withheld or former.withheld
        sheets[id_] = replace(sheet, withheld=withheld)
    return replace(counted, sheets=sheets, withheld=issued.withheld)


def _unchanged(unit: str, counted: Edition, issued: Edition) -> bool:
    former = replace(
        issued,
        totals={unit: issued.totals.get(unit, NONE)},
        sheets={sheet.id: sheet for sheet in issued.tables(unit)},
    )
    return same(counted, former)


def small_changes(counted: Edition, issued: Edition) -> int:
    """How many printed numbers, and sums of hidden ones, would change by so little that it tells of somebody."""
    changes = [
        counted.totals.get(unit, NONE).n - total.n
        for unit, total in issued.totals.items()
        if unit not in issued.withheld
    ]
    for id_, sheet in issued.sheets.items():
        new = counted.sheets.get(id_)
        if new is None or sheet.withheld or sheet.cross:  # a cross of what changed is not printed again
            continue
        shown = {key: new.count(key).n - count.n for key, count in sheet.shown.items() if key in new.cells}
        changes += shown.values()
        if not sheet.many and not sheet.columns and sheet.hidden:
            changes.append(sum(new.count(key).n - sheet.count(key).n for key in sheet.hidden))
    return sum(0 < abs(change) < issued.k for change in changes)

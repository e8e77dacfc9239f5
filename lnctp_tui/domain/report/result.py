"""What a report is once it is counted: tables of codes and whole numbers. Words are put to them by whoever shows them.

Units and special rows: docs/report.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

UNKNOWN = "no_consta"
"""The row of what nobody knows, would say or asked; it opens into `Table.parts`."""
OUTSIDE = "fuera_de_catalogo"
"""The row of words typed freely and of codes that no catalog has."""
ALONE = ""
"""The column of a table with one dimension."""
PARTS = ("unknown", "refused", "no", "unasked")
"""What `no_consta` opens into: not known, refused, answered no to all that was asked, never asked."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table, by codes. A cell that is not there is a zero."""

    row: str
    column: str
    """`ALONE` where there is one dimension."""
    count: int
    """Of the table's unit."""
    cases: int
    """Distinct cases (of unit `report`: reports) behind `count`."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that is no count: a median, a least age. `value` is None where nothing was measured."""

    code: str
    value: float | None
    n: int
    """Units it was taken from."""
    cases: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table, counted."""

    id: str
    unit: str
    rows: str
    """The dimension; empty where the table is of measures alone."""
    columns: str
    """The second dimension, or empty."""
    many: frozenset[str]
    """Dimensions of which a unit may have several codes: their cells do not add up to the base."""
    cells: tuple[Cell, ...]
    """Those above zero, in the order of `row_codes` and `column_codes`."""
    base: int
    """What percentages are of."""
    units: int
    """How many units were counted: of mentions, the mentions; of all else, victims, files, …"""
    known: int
    """Units (of mentions: cases) of which the row is known."""
    unknown: int
    """And those of which it is not: the row `no_consta`."""
    notes: tuple[str, ...] = ()
    """Codes of notes that stand under it."""
    row_codes: tuple[str, ...] = ()
    """All rows, also those without a unit: zero is printed."""
    column_codes: tuple[str, ...] = ()
    parts: tuple[Cell, ...] = ()
    """What `no_consta` opens into: `row` is one of PARTS."""
    measures: tuple[Measure, ...] = ()
    cases: int = 0
    """Distinct cases (of unit `report`: reports) behind all units."""
    counts: dict[tuple[str, str], int] = field(init=False, repr=False, compare=False)
    """Row and column → the number in that cell, in the order of the cells."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", {(cell.row, cell.column): cell.count for cell in self.cells})

    def count(self, row: str, column: str = ALONE) -> int:
        """The number in a cell, 0 where there is none."""
        return self.counts.get((row, column), 0)


@dataclass(frozen=True, slots=True)
class Report:
    """A period, counted. Both days are in it, on the Line's clock."""

    start: date
    end: date
    scope: str
    """`laptop`: what this one holds; `server`: all."""
    tables: tuple[Table, ...]
    reports: int = 0
    cases: int = 0
    held: int = 0
    """Cases in the store, of any period."""
    first: date | None = None
    """Day of the earliest report in the store, of any period; None where there is none."""
    last: date | None = None
    zone: str = "America/Mexico_City"
    catalogs: str = ""
    """Version of the protocol whose catalogs the rows are from."""

    def table(self, table_id: str) -> Table:
        """The table of this id. Raises KeyError."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)

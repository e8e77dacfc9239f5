"""A counted report as words and numbers, ready to be set as a page or on paper: no codes, no markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import DIMENSIONS
from lnctp_tui.domain.report.result import ALONE, UNKNOWN, Report, Table
from lnctp_tui.i18n import _
from lnctp_tui.reports.printed import percent
from lnctp_tui.reports.render import phrases
from lnctp_tui.reports.render.plain import number
from lnctp_tui.reports.words import Words, base_of

WIDEST: Final = 12
"""Columns beside each other; a cross with more is a list of its cells."""
Hidden = frozenset[tuple[str, str, str]]
"""Cells that are not printed: table, row, column."""
DOT: Final = "·"
ZEROS: Final = 40
"""Rows at zero that are named."""


@dataclass(frozen=True)
class Row:
    """One line of a table: its label and the texts of its cells; None is hidden."""

    label: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Value:
    """A cell by itself, for drawing. `count` is None where it is hidden."""

    row: str
    column: str
    count: int | None
    code: str
    share: int | None = None


@dataclass(frozen=True)
class Shown:
    """One table in words."""

    anchor: str
    id: str
    title: str
    about: str
    head: tuple[str, ...]
    """Of the label and of each cell."""
    rows: tuple[Row, ...]
    measures: tuple[tuple[str, str, str], ...]
    """Label, figure, of how many."""
    below: tuple[str, ...]
    """Sentences under the table."""
    notes: tuple[tuple[str, str], ...]
    values: tuple[Value, ...]
    """What is drawn: cells of rows and columns that are not all zero."""
    kind: str
    """How it is drawn: `bars`, `ordered` bars, `months`, `grid`, or nothing."""
    of_states: bool
    """Whether its rows are states, so that a map can show it."""
    listed: bool
    """Whether it is a cross listed row by row: the cell of a row is words."""
    drawn: list[Any] = field(default_factory=list)


def clean(text: str) -> str:
    """Without controls and without marks that turn the direction of writing."""
    return "".join(
        " " if letter in "\t\r\n" else letter for letter in text
        if letter in "\t\r\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )  # fmt: skip


def of_report(
    report: Report, definitions: Iterable[Definition], words: Words, hidden: Hidden = frozenset()
) -> list[Shown]:
    """Every table of a report."""
    return [
        shown(table, definition, words, place, hidden)
        for place, (table, definition) in enumerate(zip(report.tables, definitions, strict=True), 1)
    ]


def chapters(tables: Iterable[Shown]) -> list[dict[str, Any]]:
    """Chapters with their tables, in the order of CHAPTERS."""
    made: dict[str, list[Shown]] = {}
    for table in tables:
        made.setdefault(_chapter(table), []).append(table)
    known = [(anchor, _(title)) for anchor, _letters, title in phrases.CHAPTERS]
    known.append((phrases.ASKED[0], _(phrases.ASKED[1])))
    return [
        {"anchor": anchor, "title": title, "tables": made[anchor]}
        for anchor, title in known if anchor in made
    ]  # fmt: skip


def _chapter(table: Shown) -> str:
    """By the first letter of its id; of one without, by its anchor."""
    for anchor, letters, _title in phrases.CHAPTERS:
        if table.anchor.startswith(f"{anchor}-") or (table.id and table.id[0] in letters):
            return anchor
    return phrases.ASKED[0]


def shown(table: Table, definition: Definition, words: Words, place: int, hidden: Hidden) -> Shown:
    """One table in words."""
    cross = _Cross(table, words, hidden)
    head, rows, below = cross.lines() if table.columns else _single(table, definition, words, hidden)
    if table.parts:
        below = [*below, _parts(table, words)]
    return Shown(
        f"tabla-{clean(table.id) or place}", clean(table.id), clean(words.title(table, definition)),
        "" if table.unit == "figure" else clean(words.under(table, definition.base)), tuple(map(clean, head)),
        tuple(Row(clean(row.label), row.cells) for row in rows),
        tuple(
            (clean(words.measure(measure.code)), number(measure.value), f"{measure.n:,}" if measure.n else "")
            for measure in table.measures
        ),
        tuple(map(clean, below)), tuple((note, clean(words.note(note))) for note in table.notes),
        tuple(cross.values(definition.base[0])), _kind(table), bool(table.rows) and _of_states(table), cross.listed,
    )  # fmt: skip


def _of_states(table: Table) -> bool:
    known = DIMENSIONS.get(table.rows)
    return bool(known and known.catalog == "state" and not table.columns and _kind(table))


def _kind(table: Table) -> str:
    if all(cell.row == UNKNOWN for cell in table.cells):
        return ""
    if "month" in (table.rows, table.columns):
        return "months"
    if table.columns:
        return "grid"
    return "ordered" if table.rows in ("year", "age_band", "age_class", "file_year", "has_file") else "bars"


def _parts(table: Table, words: Words) -> str:
    counts: dict[str, int] = {}
    for cell in table.parts:
        counts[cell.row] = counts.get(cell.row, 0) + cell.count
    opened = ", ".join(f"{words.of('part', part)} {count:,}" for part, count in counts.items())
    return f"{words.of('code', UNKNOWN)}: {opened}."


def _single(
    table: Table, definition: Definition, words: Words, hidden: Hidden
) -> tuple[list[str], list[Row], list[str]]:
    if not table.row_codes:
        return [], [], []
    bases = [base for base in definition.base if base_of(table, base)]
    share = phrases.labels()["share"]
    head = [_head(table, words), phrases.labels()["count"]]
    head += [share.format(base=words.of("base", base)) for base in bases]
    rows = []
    for row in table.row_codes:
        if (table.id, row, ALONE) in hidden:
            rows.append(Row(_label(words, table.rows, row), (None,) * (len(bases) + 1)))
            continue
        count = table.count(row)
        shares = [
            "" if row == UNKNOWN and base == "known" else f"{percent(count, base_of(table, base))} %"
            for base in bases
        ]
        rows.append(Row(_label(words, table.rows, row), (f"{count:,}", *shares)))
    return head, rows, []


def _label(words: Words, dimension: str, code: str) -> str:
    """A row's name; of a month `enero 2019`."""
    year, _dash, month = code.partition("-")
    if dimension == "month" and year.isdigit() and month.isdigit():
        return f"{phrases.month(int(month))} {year}"
    return words.row(dimension, code)


def _head(table: Table, words: Words) -> str:
    name = words.of("dimension", table.rows)
    return f"{name[:1].upper()}{name[1:]}"


class _Cross:
    """The cells of a table, without rows and columns that are zero throughout."""

    def __init__(self, table: Table, words: Words, hidden: Hidden) -> None:
        self.table, self.words = table, words
        self.hidden = {(row, column) for name, row, column in hidden if name == table.id}
        there = self.hidden | set(table.counts)
        self.rows = [code for code in table.row_codes if any(row == code for row, _column in there)]
        self.columns = [code for code in table.column_codes if any(column == code for _row, column in there)]
        self.turned = len(self.columns) > WIDEST >= len(self.rows)
        self.listed = min(len(self.columns), len(self.rows)) > WIDEST

    def text(self, row: str, column: str) -> str | None:
        return None if (row, column) in self.hidden else f"{self.table.count(row, column):,}"

    def values(self, base: str) -> list[Value]:
        table, words = self.table, self.words
        made = [
            Value(
                clean(_label(words, table.rows, row)), clean(_label(words, table.columns, column)),
                None if (row, column) in self.hidden else self.table.count(row, column), row,
                self._share(row, column, base),
            )
            for row in (table.row_codes if table.rows == "month" else self.rows)
            for column in (table.column_codes if table.columns == "month" else self.columns)
            if not (table.columns and ALONE in (row, column))
        ]  # fmt: skip
        if self.turned:
            made = [Value(value.column, value.row, value.count, "") for value in made]
        return made

    def _share(self, row: str, column: str, base: str) -> int | None:
        whole = base_of(self.table, base)
        if self.table.columns or not whole or (row == UNKNOWN and base == "known"):
            return None
        return percent(self.table.count(row, column), whole)

    def name(self, dimension: str, code: str) -> str:
        """Of a row or a column; without a code it is the sum of the others."""
        return _("Total") if code == ALONE else _label(self.words, dimension, code)

    def lines(self) -> tuple[list[str], list[Row], list[str]]:
        table, words = self.table, self.words
        if not self.rows:
            head = [_head(table, words), phrases.labels()["count"]]
            all_zero = _("Todas las columnas están en cero: {names}.")
            zero = ", ".join(_label(words, table.columns, code) for code in table.column_codes)
            rows = [Row(_label(words, table.rows, row), ("0",)) for row in table.row_codes]
            return head, rows, [all_zero.format(names=zero)]
        first, second = (table.columns, table.rows) if self.turned else (table.rows, table.columns)
        lines, across = (self.columns, self.rows) if self.turned else (self.rows, self.columns)
        names = [words.of("dimension", name) for name in (first, second)]
        if self.listed:
            return self._listed(names)
        head = [f"{names[0][:1].upper()}{names[0][1:]}", *(self.name(second, code) for code in across)]
        rows = [
            Row(
                self.name(first, line),
                tuple(self.text(code, line) if self.turned else self.text(line, code) for code in across),
            )
            for line in lines
        ]
        return head, rows, self._zeros()

    def _listed(self, names: list[str]) -> tuple[list[str], list[Row], list[str]]:
        table, words = self.table, self.words
        there = self.hidden | set(table.counts)
        rows = [
            Row(
                _label(words, table.rows, row),
                ("; ".join(
                    f"{_label(words, table.columns, column)} {self.text(row, column) or phrases.labels()['hidden']}"
                    for column in self.columns if (row, column) in there
                ),),
            )
            for row in self.rows
        ]  # fmt: skip
        head = [f"{name[:1].upper()}{name[1:]}" for name in names]
        return head, rows, [_("Lo que no está en la lista es cero.")]

    def _zeros(self) -> list[str]:
        table, words = self.table, self.words
        names = [_label(words, table.rows, code) for code in table.row_codes if code not in self.rows]
        across = [
            _label(words, table.columns, code) for code in table.column_codes if code not in self.columns
        ]
        return [zero(part) for part in (names, across) if part]


def zero(names: list[str]) -> str:
    """Which rows or columns have nothing; of very many, how many."""
    if len(names) > ZEROS:
        return _("En cero: otras {count} del catálogo.").format(count=len(names))
    return _("En cero: {names}.").format(names="; ".join(names))

"""A report as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import UNKNOWN, Table
from lnctp_tui.reports.printed import percent
from lnctp_tui.reports.words import Words, base_of

WIDEST = 8
"""Columns beside each other; a cross with more is a list of its cells."""
TEXT = 76
"""Characters of a line of words."""
LABEL = 46
"""Characters of a label before it goes on in another line."""


def lines(table: Table, definition: Definition, words: Words, *, notes: bool = True) -> Iterator[str]:
    """One table with its title, what is counted, its rows and its notes."""
    name = f"{table.id} " if table.id else ""
    yield f"{name}{words.title(table, definition)}"
    if table.unit != "figure":
        yield words.under(table, definition.base)
    yield from body(table, definition, words)
    if notes:
        for note in table.notes:
            yield from noted(note, words)


def noted(note: str, words: Words) -> Iterator[str]:
    """A note of the printed report."""
    head, *rest = folded(f"{note} {words.note(note)}", TEXT)
    yield f"  {head}"
    yield from (f"    {line}" for line in rest)


def body(table: Table, definition: Definition, words: Words) -> Iterator[str]:
    """The rows, what `no_consta` opens into, the measures."""
    if table.cells or table.row_codes:
        yield from _aligned(_cross(table, words) if table.columns else _single(table, definition, words))
    if table.parts:
        parts: dict[str, int] = {}
        for cell in table.parts:
            parts[cell.row] = parts.get(cell.row, 0) + cell.count
        opened = ", ".join(f"{words.of('part', part)} {count:,}" for part, count in parts.items())
        yield f"  {words.of('code', UNKNOWN)}: {opened}"
    for measure in table.measures:
        of = "" if not measure.n else f"  (n = {measure.n:,})"
        yield f"  {words.measure(measure.code)}: {number(measure.value)}{of}"


def number(value: float | None) -> str:
    """A figure as people read it: whole, or with one decimal; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _single(table: Table, definition: Definition, words: Words) -> Iterator[Sequence[str]]:
    for row in table.row_codes:
        count = table.count(row)
        shares = [
            f"{percent(count, base_of(table, base))} %"
            if base_of(table, base) and not (row == UNKNOWN and base == "known")
            else ""
            for base in definition.base
        ]
        yield (words.row(table.rows, row), f"{count:,}", *shares)


def _cross(table: Table, words: Words) -> Iterator[Sequence[str]]:
    columns = [
        code for code in table.column_codes if any((row, code) in table.counts for row in table.row_codes)
    ]
    columns = columns or list(table.column_codes)
    if len(columns) > WIDEST:
        for (row, column), count in table.counts.items():
            yield (f"{words.row(table.rows, row)} · {words.row(table.columns, column)}", f"{count:,}")
        return
    yield ("", *(shortened(words.row(table.columns, column)) for column in columns))
    for row in table.row_codes:
        yield (words.row(table.rows, row), *(f"{table.count(row, column):,}" for column in columns))


def shortened(label: str, most: int = 18) -> str:
    """The head of a column."""
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _aligned(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    cells = [list(row) for row in rows]
    if not cells:
        return
    widths = [max(len(row[at]) for row in cells if at < len(row)) for at in range(max(map(len, cells)))]
    widths[0] = min(widths[0], LABEL)
    for label, *counts in cells:
        head, *rest = folded(label, widths[0])
        numbers = "  ".join(text.rjust(width) for text, width in zip(counts, widths[1:], strict=False))
        yield f"  {head.ljust(widths[0])}  {numbers}".rstrip()
        yield from (f"    {line}" for line in rest)


def folded(text: str, width: int) -> list[str]:
    """A text in lines of a width, cut between words."""
    from textwrap import wrap

    return wrap(text, width) or [""]

"""A counted table as lines of a list: bars, numbers, months, heat."""

from __future__ import annotations

from collections.abc import Sequence

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import ALONE, UNKNOWN, Report, Table
from lnctp_tui.i18n import _
from lnctp_tui.reports.printed import percent
from lnctp_tui.reports.words import Words, base_of
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.row_list import Cell, Line, note

EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = " ▁▂▃▄▅▆▇█"
HEAT = "·░▒▓█"
BAR = 40
"""Cells of the longest bar."""
MEASURE = "measure:"
"""What keys of rows begin with that are no cells."""


def bar(count: int, most: int, width: int) -> str:
    """A bar in eighths of a cell; something where there is something."""
    if not count or not most:
        return ""
    eighths = max(1, round(count * width * 8 / most))
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def spark(counts: Sequence[int]) -> str:
    """Counts in a row as heights."""
    most = max(counts, default=0)
    return "".join(HEIGHTS[0 if not count else max(1, round(count * 8 / most))] for count in counts)


def heat(count: int, most: int) -> str:
    """A count as a shade."""
    return HEAT[0] if not count or not most else HEAT[min(4, 1 + count * 4 // (most + 1))]


def head(table: Table, definition: Definition, words: Words, width: int) -> list[Line]:
    """Title and what is counted."""
    title = f"{table.id} {words.title(table, definition)}"
    lines = [Line((Cell(title, None, "accent"),))]
    if table.unit != "figure":
        lines += [note(line) for line in wrap(words.under(table, definition.base), width - 3)]
    return lines


def bars(table: Table, definition: Definition, words: Words, width: int) -> list[Line]:
    """One row for each code, the most first, zeros together at the end."""
    from lnctp_tui.reports.render.plain import shortened

    if table.columns:
        return numbers(table, definition, words, width)
    rows = sorted(
        (row for row in table.row_codes if table.count(row)),
        key=lambda row: (row == UNKNOWN, -table.count(row)),
    )
    most = max((table.count(row) for row in rows), default=0)
    length = max(8, min(BAR, (width - 18) // 3))
    room = max(12, width - 18 - length)
    made = []
    for row in rows:
        count = table.count(row)
        base = base_of(table, definition.base[0])
        share = (
            f"{percent(count, base)} %"
            if base and not (row == UNKNOWN and definition.base[0] == "known")
            else ""
        )
        cells = (
            Cell(shortened(words.row(table.rows, row), room - 1), room),
            Cell(bar(count, most, length), length, "accent"),
            Cell(f"{count:,}".rjust(7), 8, "strong"), Cell(share.rjust(6), 6, "muted"),
        )  # fmt: skip
        made.append(Line(cells, f"{row}/"))
    zeros = sum(1 for row in table.row_codes if not table.count(row))
    if zeros:
        made.append(note(_("Otras {count}: 0").format(count=zeros)))
    return [*made, *measures(table, words, width)]


def measures(table: Table, words: Words, width: int) -> list[Line]:
    """Figures that are no counts, and what `no_consta` opens into."""
    from lnctp_tui.reports.render.plain import number

    lines = []
    for measure in table.measures:
        tail = f"n = {measure.n:,}" if measure.n else ""
        cells = (
            Cell(words.measure(measure.code), max(10, width - 34)), Cell(number(measure.value).rjust(16), 17, "strong"),
            Cell(tail, 12, "muted"),
        )  # fmt: skip
        lines.append(Line(cells, MEASURE + measure.code))
    parts: dict[str, int] = {}
    for cell in table.parts:
        parts[cell.row] = parts.get(cell.row, 0) + cell.count
    if parts:
        opened = ", ".join(f"{words.of('part', part)} {count:,}" for part, count in parts.items())
        lines += [note(line) for line in wrap(f"{words.of('code', UNKNOWN)}: {opened}", width - 3)]
    return lines


def numbers(table: Table, definition: Definition, words: Words, width: int) -> list[Line]:
    """Every cell as a number; of a cross as many columns as fit, else its cells one under the other."""
    from lnctp_tui.reports.render.plain import shortened

    if not table.columns:
        rows = [
            Line(
                (
                    Cell(words.row(table.rows, row), None),
                    Cell(f"{table.count(row):,}".rjust(9), 10, "strong"),
                ),
                f"{row}/",
            )
            for row in table.row_codes
        ]
        return [*rows, *measures(table, words, width)]
    columns = [code for code in table.column_codes if any(cell.column == code for cell in table.cells)]
    label = 24 if width >= 60 else 16
    fits = (width - 3 - label) // 11
    if len(columns) > fits:
        return [
            Line(
                (Cell(f"{words.row(table.rows, cell.row)} · {words.row(table.columns, cell.column)}", None),
                 Cell(f"{cell.count:,}".rjust(9), 10, "strong")),
                f"{cell.row}/{cell.column}",
            )
            for cell in table.cells
        ]  # fmt: skip
    size = min(26, (width - 3 - label) // len(columns)) if columns else 0
    names = (shortened(words.row(table.columns, code), size - 2) for code in columns)
    titles = tuple(Cell(name.rjust(size - 1), size, "muted") for name in names)
    lines = [Line((Cell("", label), *titles))]
    for row in table.row_codes:
        counts = tuple(Cell(f"{table.count(row, code):,}".rjust(size - 1), size) for code in columns)
        lines.append(Line((Cell(words.row(table.rows, row), label), *counts), f"{row}/"))
    return [*lines, *measures(table, words, width)]


def months(table: Table, words: Words, width: int) -> list[Line]:
    """A table by months: one line of heights for each row, its least and its greatest month."""
    label = max(12, min(30, width - 3 - len(table.column_codes) - 14))
    room = max(6, width - 3 - label - 14)
    lines = []
    for row in table.row_codes:
        counts = [table.count(row, month) for month in table.column_codes][-room:]
        if any(counts):
            cells = (
                Cell(words.row(table.rows, row), label), Cell(spark(counts), room, "accent"),
                Cell(f"{min(counts):,}–{max(counts):,}".rjust(13), 14, "muted"),
            )  # fmt: skip
            lines.append(Line(cells, f"{row}/"))
    shown = table.column_codes[-room:]
    if not shown or not lines:
        return [note(_("Ninguno."))]
    return [note(_("{start} a {end}, por mes").format(start=shown[0], end=shown[-1])), *lines]


def shades(table: Table, words: Words, width: int, column: int) -> list[Line]:
    """A cross as shades; `column` is where the mark stands."""
    columns = shade_columns(table)
    most = max((cell.count for cell in table.cells), default=0)
    label = max(12, min(30, width - 3 - 2 * len(columns)))
    mark = "".join("▼ " if at == column else "  " for at in range(len(columns)))
    here = words.row(table.columns, columns[column]) if columns else ""
    lines = [note(here), Line((Cell("", label), Cell(mark, None, "accent")))]
    for row in table.row_codes:
        shown = "".join(heat(table.count(row, code), most) + " " for code in columns)
        cells = (Cell(words.row(table.rows, row), label), Cell(shown, None))
        lines.append(Line(cells, f"{row}/{columns[column] if columns else ''}"))
    return lines


def shade_columns(table: Table) -> list[str]:
    """The columns of a cross that have something."""
    met = {cell.column for cell in table.cells}
    return [code for code in table.column_codes if code in met and code != ALONE]


def compared(then: Table, now: Table, words: Words, width: int) -> list[Line]:
    """Two periods side by side: row, before, now, difference."""
    label = max(14, width - 3 - 36)
    heads = (Cell(_("antes").rjust(10), 11, "muted"), Cell(_("ahora").rjust(10), 11, "muted"), Cell("", 12))
    lines = [Line((Cell("", label), *heads))]
    codes = list(dict.fromkeys((*now.row_codes, *then.row_codes)))
    for row in codes:
        before, after = (sum(cell.count for cell in table.cells if cell.row == row) for table in (then, now))
        if before or after:
            change = f"{after - before:+,}" if after != before else "="
            numbers = (Cell(f"{before:,}".rjust(10), 11), Cell(f"{after:,}".rjust(10), 11, "strong"))
            cells = (Cell(words.row(now.rows, row), label), *numbers, Cell(change.rjust(9), 12, "accent"))
            lines.append(Line(cells, f"{row}/"))
    return lines


def notes(table: Table, words: Words, width: int) -> list[Line]:
    """The notes that stand under it."""
    return [
        Line((Cell(line, None, "warning" if not at else "muted"),))
        for code in table.notes
        for at, line in enumerate(wrap(f"{code} {words.note(code)}", width - 3))
    ]


def quiet(text: str, width: int) -> list[Line]:
    """A sentence in as many lines as it takes."""
    return [note(line) for line in wrap(text, width - 3)]


def empty(report: Report) -> list[str]:
    """What is said of a period without a report; nothing of another."""
    if report.reports:
        return []
    sentences = [_("Ningún reporte entre {start} y {end}.").format(start=report.start, end=report.end)]
    if report.first is not None and report.last is not None:
        sentences.append(
            _("Los registros van de {first} a {last}.").format(first=report.first, last=report.last)
        )
    return [" ".join(sentences)]


def blanks(report: Report, words: Words, width: int) -> list[Line]:
    """The questions that would fill most blanks, the first on top."""
    from lnctp_tui.reports import blanks as counting

    lines = [Line((Cell(_("Qué pregunta llenaría más huecos"), None, "accent"),)), note("")]
    for blank in counting.first(report):
        name = words.of("dimension", blank.dimension)
        count_text = _("{count} de {of} {unit}").format(
            count=f"{blank.unknown:,}", of=f"{blank.of:,}", unit=words.of("unit", blank.unit)
        )
        lines.append(Line((Cell(name, max(16, width - 32), "strong"), Cell(count_text, None, "muted"))))
    return lines if len(lines) > 2 else [*lines, note(_("Ninguno."))]

"""A file of providers, read whole before anything of it is believed: size, macros, encoding, cells that are one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.errors import BadInput
from lnctp_tui.services.directory.importing.rows import ProviderRow, plan_of, read_row
from lnctp_tui.services.exchange.importing import archive, csv_lines, files, workbook
from lnctp_tui.services.exchange.importing.mapping import Plan
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.sheet import check_titles
from lnctp_tui.services.exchange.importing.table import Line, Table, table
from lnctp_tui.services.exchange.importing.workbook import Opened

MOST_BYTES, MOST_ROWS = 20 << 20, 50_000
OTHERS: Final = ("cp1252", "mac_roman", "utf-16")
"""Encodings that are proposed for a file that is not of its own."""
_SAMPLE: Final = 60


class Sheet(NamedTuple):
    """The lines of a file as providers."""

    rows: list[ProviderRow]
    columns: dict[str, int]
    """Title → cells that say something."""
    unmapped: tuple[str, ...]
    notes: list[tuple[int, Problem]]
    """Row, 0 for the file as a whole, and what of it is to be told."""


def read(
    path: Path, protocol: Protocol, mapping: Path | None, sheet: str | None, encoding: str | None = None
) -> Sheet:
    """Raises BadInput for a file or mapping that cannot be read at all: `import_too_large`, `import_unpacks`,
    `import_macros`, `import_encoding` and those of the sheet's own readers."""
    content = _content(path)
    form = files.guess(path, content)
    if form not in ("csv", "xlsx"):
        raise BadInput("import_format", name=path.name)
    first = plan_of(mapping, (), path.name, protocol) if mapping else None
    opened, lines = _table(path, content, form, first, sheet, encoding)
    plan = first or plan_of(None, lines.titles, path.name, protocol)
    check_titles(path, lines, plan)
    if len(lines.lines) > MOST_ROWS:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_ROWS}")
    filled = dict.fromkeys(plan.columns, 0)
    rows = []
    for line in lines.lines:
        cells = dict(zip(lines.titles, line.cells, strict=False))
        for title in plan.columns:
            filled[title] += bool(str(cells.get(title) or "").strip())
        row = read_row(line.number, cells, plan, protocol)
        if problem := line.problem or _torn(line, lines.titles):
            row.problems = [problem]
        rows.append(row)
    unmapped = tuple(title for title in lines.titles if title and title not in plan.columns)
    notes = [*_told(content, opened, lines, plan, rows, filled)] if opened else []
    return Sheet(rows, filled, unmapped, notes)


def _torn(line: Line, titles: Sequence[str]) -> Problem | None:
    """A line with fewer or more cells than titles: nobody knows which of them is missing."""
    if any(cell.strip() for cell in line.cells[len(titles) :]):
        return Problem("", "too_many_cells", {"line": line.number})
    if len(line.cells) < len(titles):
        return Problem("", "too_few_cells", {"line": line.number})
    return None


def _content(path: Path) -> bytes:
    """The whole file, unless it is too large to be read."""
    if str(path) != "-" and path.is_file() and path.stat().st_size > MOST_BYTES:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_BYTES >> 20} MB")
    content = files.read_raw(path)
    if len(content) > MOST_BYTES:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_BYTES >> 20} MB")
    return content


def _table(
    path: Path, content: bytes, form: str, plan: Plan | None, sheet: str | None, encoding: str | None
) -> tuple[Opened | None, Table]:
    skip = plan.skip if plan else 0
    if form == "xlsx":
        archive.check_macros(path.name, content)
        opened = workbook.opened(path, content, sheet or (plan.sheet if plan else None))
        return opened, table(workbook.lines_of(opened), skip)
    said = encoding or (plan.encoding if plan else "utf-8")
    try:
        "a".encode(said)
    except (LookupError, UnicodeError) as error:
        raise BadInput("import_mapping", name=path.name, key=said, reason="unknown_encoding") from error
    lines = table(csv_lines.lines(path, content, said, plan.delimiter if plan else None, skip), skip)
    _check_encoding(path, lines, said)
    return None, lines


def _check_encoding(path: Path, lines: Table, encoding: str) -> None:
    """Raises BadInput `import_encoding` with what the first unreadable text would say in another encoding."""
    texts = [(1, title) for title in lines.titles]
    texts += [(line.number, cell) for line in lines.lines for cell in (*line.cells, line.text)]
    for number, text in texts:
        if csv_lines.foreign(text) or "\0" in text:
            other, sample = _proposed(csv_lines.bytes_of(text, encoding), encoding, text)
            raise BadInput("import_encoding", name=path.name, line=number, other=other, sample=sample)


def _proposed(content: bytes, encoding: str, text: str) -> tuple[str, str]:
    for other in OTHERS if "\0" not in text else ("utf-16-le",):
        if other != encoding.lower().replace("_", "-").replace("windows-1252", "cp1252"):
            try:
                return other, content.decode(other)[:_SAMPLE]
            except UnicodeDecodeError:
                continue
    return OTHERS[0], content.decode(OTHERS[0], errors="replace")[:_SAMPLE]


def _told(
    content: bytes,
    opened: Opened,
    lines: Table,
    plan: Plan,
    rows: Iterable[ProviderRow],
    filled: Mapping[str, int],
) -> Iterator[tuple[int, Problem]]:
    """What a workbook hides. A row with cells that are one is refused: nobody knows of whom they speak."""
    by_number = {row.number: row for row in rows}
    mapped = {place: title for place, title in enumerate(lines.titles) if title in plan.columns}
    if opened.hidden:
        yield 0, Problem("", "hidden_sheet", {"sheets": ", ".join(opened.hidden)})
    for (first, left), (last, right) in opened.merged:
        if not any(left <= place <= right for place in mapped):
            continue
        block = f"{archive.column_letters(left + 1)}{first + 1}:{archive.column_letters(right + 1)}{last + 1}"
        problem = Problem("", "merged_cells", {"range": block})
        for number in range(first + 1, last + 2):
            if number in by_number:
                by_number[number].problems.append(problem)
            elif number > plan.skip:
                yield number, problem
    lost: dict[str, int] = {}
    for number, column in archive.unreckoned(content, opened.name):
        if number in by_number and column - 1 in mapped:
            lost[mapped[column - 1]] = lost.get(mapped[column - 1], 0) + 1
    for title in mapped.values():
        if title in lost or (by_number and not filled[title] and not _is_xlsx(content)):
            empty = {"column": title, "empty": len(by_number) - filled[title], "rows": len(by_number)}
            yield 0, Problem("", "formulas_unreckoned", empty)


def _is_xlsx(content: bytes) -> bool:
    """Whether a workbook's own formulas were looked at."""
    return content.startswith(archive.ZIP) and b"xl/workbook.xml" in content

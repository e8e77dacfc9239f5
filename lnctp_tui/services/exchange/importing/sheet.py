"""A spreadsheet as case documents, and its refused lines when they come back corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import MEMBERS, TABLE_OF
from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing import csv_lines, workbook
from lnctp_tui.services.exchange.importing.cells import EXTRA, Cells
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.mapping import Plan, Reading
from lnctp_tui.services.exchange.importing.table import Table, table


class Sheet(NamedTuple):
    """The documents of a spreadsheet."""

    rows: list[Row]
    unmapped: tuple[str, ...] = ()
    """Titles of columns that nothing was taken from."""
    placeholders: int = 0
    """Lines whose id says nothing, each a case of its own."""


def read(
    path: Path,
    content: bytes,
    form: str,
    plan: Plan | None,
    protocol: Protocol,
    today: date,
    sheet: str | None,
    tables: Mapping[str, str] = TABLE_OF,
) -> Sheet:
    """The documents of a CSV or a workbook. Without a mapping its titles are the targets themselves, on `tables`.

    Raises BadInput `import_columns` (a mapped title is missing), `import_same_title` (it stands twice),
    `import_mapping`, `import_not_utf8`, and those of importing_workbook.
    """
    table = raw_table(path, content, form, plan, sheet)
    if plan is None:
        plan = Reading(path.name, protocol, tables).of_titles(title for title in table.titles if title)
    check_titles(path, table, plan)
    cells = Cells(plan, protocol, today, table.titles)
    rows = [
        Row(line.number, None, line.text, (line.problem,), sheet=True)
        if line.problem
        else cells.line(line.number, line.cells)
        for line in table.lines
    ]
    taken = {*plan.columns, plan.identity}
    return Sheet(
        rows, tuple(title for title in table.titles if title and title not in taken), cells.placeholders
    )


def again(rows: Iterable[Row], plan: Plan | None, name: str, protocol: Protocol, today: date) -> Sheet:
    """Lines of a file of refusals among JSON rows: by the same map, or by titles that are the targets."""
    by_plan: dict[tuple[str, ...], Cells] = {}
    lines = []
    for row in rows:
        if not _is_line(row, plan):
            lines.append(row)
            continue
        titles = tuple(each for each in row.document if each != EXTRA)
        if titles not in by_plan:
            by_plan[titles] = Cells(plan or Reading(name, protocol).of_titles(titles), protocol, today)
        lines.append(by_plan[titles].row(row.number, row.document))
    return Sheet(lines, (), sum(each.placeholders for each in by_plan.values()))


def _is_line(row: Row, plan: Plan | None) -> bool:
    """Whether a JSON object is a line of a sheet: titles and cells, and no member of a document."""
    if not isinstance(row.document, dict) or {"case", "schema", *MEMBERS} & set(row.document):
        return False
    if plan is None:
        return bool(row.document) and all("." in title or title == EXTRA for title in row.document)
    return any(title in row.document for title in plan.columns)


def raw_table(path: Path, content: bytes, form: str, plan: Plan | None, sheet: str | None) -> Table:
    """The titles of a sheet and the lines under them, before any cell is understood."""
    skip = plan.skip if plan else 0
    if form == "xlsx":
        return table(workbook.lines(path, content, sheet or (plan.sheet if plan else None)), skip)
    encoding = plan.encoding if plan else "utf-8"
    return table(csv_lines.lines(path, content, encoding, plan.delimiter if plan else None, skip), skip)


def check_titles(path: Path, table: Table, plan: Plan) -> None:
    """Raises BadInput where a mapped title is missing or stands twice."""
    titles: Sequence[str] = [*plan.columns, *([plan.identity] if plan.identity else [])]
    twice = [title for title in titles if title in table.twice]
    if twice:
        raise BadInput("import_same_title", name=path.name, column=twice[0])
    missing = [title for title in titles if title not in table.titles]
    if missing or not plan.columns:
        raise BadInput("import_columns", name=path.name, column=missing[0] if missing else "")

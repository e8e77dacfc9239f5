"""HTCDS sheets into the store: the standard's names, the Excel template's and the survey's, with their known mistakes.

Each row is a case of its own. What is refused is told by row and column, never by value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from lnctp_tui.domain.exchange import htcds_reading
from lnctp_tui.domain.exchange.htcds import Export
from lnctp_tui.domain.exchange.htcds_reading import Reading, Unread
from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.exchange.standard import Standard, plain
from lnctp_tui.domain.records.columns import FOREIGN
from lnctp_tui.domain.values import spreadsheet
from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing import archive, csv_lines, files, run, workbook
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.run import Progress, Report
from lnctp_tui.services.exchange.importing.table import Line
from lnctp_tui.services.exchange.outgoing import sheets, standards
from lnctp_tui.services.vault.workspace import Workspace

FEWEST: Final = 4
"""Known names in a line that is the titles'."""
LOOKED: Final = 20
"""Lines among which the titles stand."""
MAILING: Final = (
    "prs_MailingStreet", "prs_MailingCity", "prs_MailingState", "prs_MailingPostalCode", "prs_MailingCountry",
)  # fmt: skip
UNNAMED: Final = "cas_ReasonForOutgoingReferral"
"""The column whose name is missing in the published Excel templates: column AJ."""
BESIDE: Final = ("cas_ReferredPrimaryCaseWorker", "cas_OutgoingReferralDate")
"""Its neighbours."""
TWICE: Final = "prs_SecondName"
"""The survey labels `prs_Title` "Second Name" too."""
OTHER: Final = re.compile(r"(?:org|prs|vic|per|cas|cco|hte|spl|con)_\w{1,60}")
"""A field of the standard that is not among its core columns, or not any more."""
REGULAR: Final = re.compile(r"\s*[=＝]|\s*[+@|＋＠-].*[(!]", re.DOTALL)
"""A text that a spreadsheet would reckon, and nobody writes by hand."""


class Plan(NamedTuple):
    """A mapping file: titles and values of one's own."""

    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]


@dataclass
class Titles:
    """Which column stands where."""

    columns: dict[int, str] = field(default_factory=dict)
    first: int = 0
    """Place of the first line of data."""
    labels_beat: bool = False
    """The labels of the mailing columns are in another order than their hidden names, and were followed."""
    unknown: tuple[str, ...] = ()
    """Titles that nothing is taken from."""
    others: dict[int, str] = field(default_factory=dict)
    """Place → title of a column of the standard that has no field: it goes to the note."""


class Told(NamedTuple):
    """What reading a row needs besides its cells."""

    export: Export
    note: str
    beside: Mapping[str, str]


@dataclass(frozen=True)
class Incoming:
    """What came in, and what was taken otherwise than it is named."""

    report: Report
    labels_beat: bool


def import_file(
    workspace: Workspace,
    path: Path,
    *,
    note: str = "{lines}",
    mapping: Path | None = None,
    rejects: Path | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Incoming:
    """Store what a sheet holds; `note` says around `{lines}` whose words those without a field are.

    Raises BadInput `exchange_not_htcds`, `exchange_map`, and those of a workbook.
    """
    content, standard = files.read_raw(path), standards.htcds()
    plan = _plan(mapping, standard) if mapping else Plan({}, {})
    lines, wrong = _lines(path, content, sheet)
    titles = _titles(lines, standard, plan)
    if titles is None:
        raise BadInput("exchange_not_htcds", name=path.name)
    export = sheets.export_of(workspace, Recipient(""))
    rows = list(_rows(lines, titles, plan, export, wrong, note))
    report = run.import_rows(
        workspace.store,
        rows,
        protocol=workspace.protocol,
        zone=workspace.zone,
        rejects=rejects,
        progress=progress,
    )
    report.unmapped = titles.unknown
    report.unknown = {name: count for name, count in report.unknown.items() if name != f"people.{FOREIGN}"}
    return Incoming(report, titles.labels_beat)


def _plan(path: Path, standard: Standard) -> Plan:
    try:
        content = tomllib.loads(files.read_bytes(path).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("exchange_map", name=path.name, key="TOML") from error
    columns, values = content.get("columns", {}), content.get("values", {})
    known = {*standard.columns, *standard.local}
    for name, part in (("columns", columns), ("values", values)):
        if not isinstance(part, dict):
            raise BadInput("exchange_map", name=path.name, key=name)
    for key in (*columns.values(), *values, *(content.keys() - {"columns", "values"})):
        if key not in known:
            raise BadInput("exchange_map", name=path.name, key=str(key)[:100])
    for key, words in values.items():
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            raise BadInput("exchange_map", name=path.name, key=f"values.{key}")
    return Plan(
        {plain(title): column for title, column in columns.items()},
        {column: {plain(text): value for text, value in words.items()} for column, words in values.items()},
    )


def _lines(path: Path, content: bytes, sheet: str | None) -> tuple[list[Line], dict[int, Problem]]:
    """The lines of a sheet, and by number why some cannot be trusted."""
    if not content.startswith((archive.ZIP, archive.OLD)):
        return list(csv_lines.lines(path, content, "utf-8", None, 0)), {}
    opened = workbook.opened(path, content, sheet)
    wrong: dict[int, Problem] = {}
    for (first, left), (last, right) in opened.merged:
        block = f"{archive.column_letters(left + 1)}{first + 1}:{archive.column_letters(right + 1)}{last + 1}"
        wrong |= dict.fromkeys(range(first + 1, last + 2), Problem("", "merged_cells", {"range": block}))
    for number in archive.formulas(content, opened.name):
        wrong[number] = Problem("", "formula_text")
    return list(workbook.lines_of(opened)), wrong


def _titles(lines: Sequence[Line], standard: Standard, plan: Plan) -> Titles | None:
    for at, line in enumerate(lines[:LOOKED]):
        by_name, by_label = (_named(line, names, plan) for names in (standard.names, standard.titles))
        if max(len(by_name), len(by_label)) < FEWEST:
            continue
        if len(by_name) < len(by_label):
            return Titles(by_label, at + 1, unknown=_unknown(line, by_label))
        others = {at_: text for at_, text in _titled(line, by_name).items() if OTHER.fullmatch(text)}
        titles = Titles(by_name, at + 1, unknown=_unknown(line, by_name | others), others=others)
        _unnamed(line, titles)
        following = _named(lines[at + 1], standard.titles, Plan({}, {})) if at + 1 < len(lines) else {}
        if len(following) >= FEWEST:
            titles.first = at + 2
            _follow_labels(titles, following)
        return titles
    return None


def _named(line: Line, names: Mapping[str, str], plan: Plan) -> dict[int, str]:
    """Place → column, of the cells of a line that are names; a name stands once."""
    columns: dict[int, str] = {}
    for place, cell in enumerate(line.cells):
        wanted = plain(cell.rpartition("/")[2]) if "/" in cell and plain(cell) not in names else plain(cell)
        column = plan.columns.get(plain(cell)) or names.get(wanted)
        if column == TWICE and column in columns.values():
            column = "prs_Title"
        if column and cell.strip() and column not in columns.values():
            columns[place] = column
    return columns


def _titled(line: Line, found: Mapping[int, str]) -> dict[int, str]:
    return {
        place: cell.strip() for place, cell in enumerate(line.cells) if cell.strip() and place not in found
    }


def _unknown(line: Line, found: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(
        " ".join(cell.split()) for place, cell in enumerate(line.cells) if cell.strip() and place not in found
    )


def _unnamed(line: Line, titles: Titles) -> None:
    """Names the column without a name by its neighbours."""
    places = {column: place for place, column in titles.columns.items()}
    before, after = (places.get(column) for column in BESIDE)
    if before is None or after is None or after - before != 2 or UNNAMED in places:
        return
    if not line.cells[before + 1].strip():
        titles.columns[before + 1] = UNNAMED


def _follow_labels(titles: Titles, labels: Mapping[int, str]) -> None:
    """Of the mailing columns what people see counts, not the hidden names."""
    for place, column in labels.items():
        if column in MAILING and titles.columns.get(place) in MAILING and titles.columns[place] != column:
            titles.columns[place] = column
            titles.labels_beat = True


def _rows(
    lines: Sequence[Line], titles: Titles, plan: Plan, export: Export, wrong: Mapping[int, Problem], note: str
) -> Iterator[Row]:
    for line in lines[titles.first :]:
        beside = {
            title: line.cells[place] for place, title in titles.others.items() if place < len(line.cells)
        }
        beside = {title: " ".join(text.split()) for title, text in beside.items() if text.strip()}
        if line.problem:
            yield Row(line.number, None, line.text, (line.problem,), sheet=True)
            continue
        cells = {
            column: line.cells[place]
            for place, column in titles.columns.items()
            if place < len(line.cells) and line.cells[place].strip()
        }
        if cells or line.number in wrong:
            yield _row(line.number, cells, plan, Told(export, note, beside), wrong.get(line.number))


def _row(number: int, cells: Mapping[str, str], plan: Plan, told: Told, wrong: Problem | None) -> Row:
    problems = [wrong] if wrong else []
    problems += [Problem(column, "formula_text") for column, text in cells.items() if REGULAR.match(text)]
    if problems:
        return Row(number, None, dict(cells), tuple(problems), sheet=True)
    words = {
        column: plan.values.get(column, {}).get(plain(text)) or spreadsheet.unquoted(text)
        for column, text in cells.items()
    }
    try:
        document: Any = htcds_reading.document(
            Reading(told.export, words, lambda lines: told.note.format(lines=lines), told.beside)
        )
    except Unread as unread:
        facts = {"catalog": "HTCDS"}
        problems = [Problem(column, reason, facts) for column, reason in unread.problems.items()]
        return Row(number, None, dict(cells), tuple(problems), sheet=True)
    return Row(number, document, dict(cells), sheet=True)

"""The strengths that a person keyed from the ILO brochure: read, checked, compared with the list in use.

Columns: `code`, one or more of AL, CL, AS, CS, `page` of the brochure, and who signed (`reviewed_by`,
`reviewed_on`). A set is keyed whole: every indicator has S, M, W, or - for "not in this set".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lnctp_tui.domain.assess.indicators import OBSERVATIONAL
from lnctp_tui.domain.protocol.protocol import Catalog, Review
from lnctp_tui.errors import BadInput

SETS = ("AL", "CL", "AS", "CS")
LETTERS = frozenset(("S", "M", "W", "-"))
MOST = 1_000_000
SOURCE = "OIT/CE, Indicadores operativos de la trata de seres humanos (2009), folleto, p. {page}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a keyed list. `line` counts from 1."""

    line: int
    code: str
    """no_columns, unknown_row, twice, bad_letter, not_keyed, no_page, no_signature."""
    what: str = ""


@dataclass(frozen=True)
class Difference:
    """One strength that the brochure says otherwise than the list in use."""

    indicator: str
    set: str
    now: str
    keyed: str


@dataclass(frozen=True)
class Keyed:
    """A keyed list."""

    sets: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    """Line and cells."""


def read(path: Path) -> Keyed:
    """The list of a file. Raises BadInput `bad_document`: no text, or no table with `code` and a set."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("bad_document", what=path.name) from error
    if len(content) > MOST:
        raise BadInput("bad_document", what=path.name)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = tuple(
            (reader.line_num, {str(name): (cell or "").strip() for name, cell in row.items() if name})
            for row in reader
        )
    except csv.Error as error:
        raise BadInput("bad_document", what=path.name) from error
    return Keyed(tuple(each for each in SETS if each in (reader.fieldnames or ())), rows)


def problems(keyed: Keyed, current: Catalog) -> list[Problem]:
    """Everything that keeps the list from being used, in its order."""
    if not keyed.sets or not all("code" in row for _, row in keyed.rows):
        return [Problem(1, "no_columns")]
    return [*_of_rows(keyed, current), *_left_out(keyed, current)]


def _of_rows(keyed: Keyed, current: Catalog) -> Iterator[Problem]:
    seen: set[str] = set()
    for line, row in keyed.rows:
        code = row["code"]
        if code not in _asked(current):
            yield Problem(line, "unknown_row", code)
            continue
        if code in seen:
            yield Problem(line, "twice", code)
        seen.add(code)
        for name in keyed.sets:
            if row.get(name, "") not in LETTERS:
                yield Problem(line, "bad_letter", f"{code} {name}")
        if not row.get("page", "").isdigit():
            yield Problem(line, "no_page", code)
        if not Review(row.get("reviewed_by", ""), row.get("reviewed_on", "")).signed:
            yield Problem(line, "no_signature", code)


def _left_out(keyed: Keyed, current: Catalog) -> Iterator[Problem]:
    there = {row["code"] for _, row in keyed.rows}
    yield from (Problem(1, "not_keyed", code) for code in _asked(current) if code not in there)


def _asked(current: Catalog) -> list[str]:
    return [row.code for row in current.rows if row.extra["dimension"] != OBSERVATIONAL and not row.valid_to]


def differences(keyed: Keyed, current: Catalog) -> list[Difference]:
    """The strengths that would change, in the list's order."""
    by_code = {row["code"]: row for _, row in keyed.rows}
    return [
        Difference(row.code, name, row.extra.get(name, ""), by_code[row.code].get(name, ""))
        for row in current.rows
        if row.code in by_code
        for name in keyed.sets
        if row.extra.get(name, "") != by_code[row.code].get(name, "")
    ]


def merged(keyed: Keyed, current: Catalog) -> str:
    """The whole indicators.csv with the keyed strengths, each row with its page, mark V and signature."""
    by_code = {row["code"]: row for _, row in keyed.rows}
    own = tuple(dict.fromkeys(name for row in current.rows for name in row.extra))
    common = ("code", "es", "en", "valid_from", "valid_to", "source", "mark", "note")
    out = io.StringIO()
    writer = csv.DictWriter(
        out, (*common, *own, "reviewed_by", "reviewed_on"), lineterminator="\n", restval=""
    )
    writer.writeheader()
    for row in current.rows:
        said = by_code.get(row.code, {})
        cells = {"code": row.code, "es": row.label.es, "en": row.label.en, "note": row.note, **row.extra}
        cells |= {"valid_from": row.valid_from, "valid_to": row.valid_to}
        cells |= {"source": row.source, "mark": row.mark}
        cells |= {"reviewed_by": row.review.reviewed_by, "reviewed_on": row.review.reviewed_on}
        if said:
            cells |= {name: said[name] for name in (*keyed.sets, "reviewed_by", "reviewed_on")}
            cells |= {"source": SOURCE.format(page=said["page"]), "mark": _mark(keyed, row.mark)}
        writer.writerow(cells)
    return out.getvalue()


def _mark(keyed: Keyed, before: str) -> str:
    """A row counts as seen in the brochure only when all four sets were keyed from it."""
    return "V" if set(keyed.sets) == set(SETS) else before

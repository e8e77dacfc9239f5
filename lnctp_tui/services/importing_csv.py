"""A spreadsheet as case documents: a TOML mapping says which column fills which field.

Cells are read like what a counselor types (domain.values). Source: docs/import.md.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lnctp_tui.domain import lookup, values
from lnctp_tui.domain.document import MEMBERS
from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.domain.text import fold
from lnctp_tui.errors import BadInput
from lnctp_tui.services.importing_files import Row
from lnctp_tui.services.importing_mapping import Plan, Reading, Target, catalog_of
from lnctp_tui.services.importing_rules import Problem

MEMBER_OF = {table: member for member, table in MEMBERS.items()}
Records = dict[tuple[str, str], dict[str, Any]]
"""(table, slot) → record."""

_LIMIT = 10_000_000


class Sheet(NamedTuple):
    """The documents of a spreadsheet."""

    rows: list[Row]
    unmapped: tuple[str, ...]
    """Titles of columns that nothing was taken from."""


def read(path: Path, content: bytes, plan: Plan | None, protocol: Protocol, today: date) -> Sheet:
    """The documents of a CSV. Without a mapping its titles are the targets themselves.

    Raises BadInput `import_columns` (a mapped title is missing), `import_mapping`, `import_not_utf8`.
    """
    text = _text(path, content, plan)
    csv.field_size_limit(_LIMIT)
    delimiter = (plan and plan.delimiter) or _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    titles = _titles(reader)
    if plan is None:
        plan = Plan({title: Reading(path.name, protocol).target(title) for title in titles if title})
    missing = [title for title in plan.columns if title not in titles]
    if missing or not plan.columns:
        raise BadInput("import_columns", name=path.name, column=missing[0] if missing else "")
    unmapped = tuple(title for title in titles if title and title not in {*plan.columns, plan.identity})
    return Sheet(list(_rows(reader, titles, _Cells(plan, protocol, today))), unmapped)


def _text(path: Path, content: bytes, plan: Plan | None) -> str:
    try:
        # Bytes that are not of the encoding stay recognisable, so that only their row is refused.
        return content.decode(plan.encoding if plan else "utf-8", errors="surrogateescape")
    except UnicodeDecodeError as error:  # an encoding of two bytes
        raise BadInput("import_not_utf8", name=path.name, line=1) from error


def _titles(reader: Any) -> list[str]:
    try:
        return [title.strip() for title in next(reader, [])]
    except csv.Error:
        return []


def _rows(reader: Any, titles: list[str], cells: _Cells) -> Iterator[Row]:
    while True:
        start = reader.line_num + 1
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(start, None, None, Problem("", "not_csv", {"line": start}))
            continue
        if any(cell.strip() for cell in found):
            yield cells.row(start, dict(zip(titles, found, strict=False)), len(found) > len(titles))


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t|", key=first.count)


@dataclass(frozen=True)
class _Cells:
    mapping: Plan
    protocol: Protocol
    today: date

    def row(self, number: int, cells: dict[str, str], too_many: bool) -> Row:
        if any("\udc80" <= char <= "\udcff" for cell in cells.values() for char in cell if char > "\ud7ff"):
            return Row(number, None, cells, Problem("", "not_utf8", {"line": number}))
        if too_many:
            return Row(number, None, cells, Problem("", "too_many_cells", {"line": number}))
        records: Records = {}
        for target, value in self.mapping.constants:
            self._put(records, target, value)
        for title, target in self.mapping.columns.items():
            cell = cells.get(title, "").strip()
            if cell:
                problem = self._cell(records, target, cell, title)
                if problem:
                    return Row(number, None, cells, problem)
        return Row(number, self._document(records, cells), cells)

    def _cell(self, records: Records, target: Target, cell: str, title: str) -> Problem | None:
        record = records.setdefault((target.on, target.slot), {})
        field = target.field
        if field.kind == "checklist":
            return self._checklist(record, target, cell, title)
        if field.kind == "instant" or (field.kind == "date" and target.format):
            return self._moment(record, target, cell, title)
        said = target.codes.get(fold(cell), cell)
        if field.code == "id":
            record[field.code] = said
            return None
        parsed = values.parse(field, said, protocol=self.protocol, today=self.today, record=record)
        if parsed.problem in (None, "replaced", "phone_unreadable"):
            merged = values.apply(record, parsed.patch)
            record |= {name: value for name, value in merged.items() if value is not None and value != {}}
            return None
        reason = _IN_A_FILE.get(str(parsed.problem), parsed.problem)
        return Problem(title, str(reason), parsed.facts)

    def _checklist(self, record: dict[str, Any], target: Target, cell: str, title: str) -> Problem | None:
        prefix = target.field.code
        catalog = catalog_of(self.protocol, prefix)
        assert catalog is not None
        for part in re.split(re.escape(target.separator) if target.separator else "[;,|\n]", cell):
            said = part.strip()
            if not said:
                continue
            said = target.codes.get(fold(said), said)
            found = lookup.exact(catalog, said)
            code = said if said in catalog.by_code else found[0].code if len(found) == 1 else None
            if code is None:
                return Problem(title, "unknown_code", {"catalog": prefix})
            record.setdefault("answers", {})[f"{prefix}.{code}"] = "yes"
        return None

    def _moment(self, record: dict[str, Any], target: Target, cell: str, title: str) -> Problem | None:
        whole = target.field.kind == "instant"
        try:
            found = _moment(cell, target.format)
        except ValueError:
            reason = "bad_instant" if whole else "bad_date"
            return Problem(title, reason, {"format": target.format or "ISO 8601"})
        record[target.field.code] = found.isoformat() if whole else found.date().isoformat()
        return None

    @staticmethod
    def _put(records: Records, target: Target, value: Any) -> None:
        record = records.setdefault((target.on, target.slot), {})
        code = target.field.code
        if target.field.kind == "checklist":
            record.setdefault("answers", {}).update({f"{code}.{each}": "yes" for each in _listed(value)})
        elif "." in code:
            record.setdefault("answers", {})[code] = value
        else:
            record[code] = value

    def _document(self, records: Records, cells: dict[str, str]) -> dict[str, Any]:
        document: dict[str, Any] = {"schema": 1, "case": records.pop(("case", "1"), {})}
        known = cells.get(self.mapping.identity or "", "").strip()
        for (on, slot), record in records.items():
            if known:
                record.setdefault("id", f"{on}:{slot}")
            document.setdefault(MEMBER_OF[on], []).append(record)
        if known:
            document["case"].setdefault("id", known)
        return document


_IN_A_FILE = {"not_in_catalog": "unknown_code", "not_a_code": "unknown_code", "ambiguous_code": "ambiguous"}
"""What a problem of a typed value is called in a file."""


def _moment(cell: str, form: str | None) -> datetime:
    # Without an offset it is the counselor's clock: importing_rules gives it its zone.
    return datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)  # noqa: DTZ007


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]

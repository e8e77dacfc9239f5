"""A spreadsheet as case documents: a TOML mapping says which column fills which field.

Cells are read like what a counselor types (domain.values). Source: docs/import.md.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from lnctp_tui.domain import lookup, values
from lnctp_tui.domain.columns import PREFIXES, SHORTHANDS
from lnctp_tui.domain.document import MEMBERS, TABLE_OF
from lnctp_tui.domain.protocol import Catalog, Field, Label, Protocol
from lnctp_tui.domain.text import fold
from lnctp_tui.errors import BadInput
from lnctp_tui.services.importing_columns import BOOLS, CODES, DATES, INSTANTS, WHOLE
from lnctp_tui.services.importing_files import Row
from lnctp_tui.services.importing_rules import Problem
from lnctp_tui.storage.session import COLUMNS

NUMBERS = frozenset({*WHOLE, "amount"})
MEMBER_OF = {table: member for member, table in MEMBERS.items()}
Records = dict[tuple[str, str], dict[str, Any]]
"""(table, slot) → record."""

_TARGET = re.compile(r"([a-z]+)(?::(\w{1,20}))?\.([a-z_0-9.]+)")
_LIMIT = 10_000_000


@dataclass(frozen=True)
class Target:
    """Where a cell goes: a table, which of its records, and a field."""

    on: str
    slot: str
    """Which record of the row: `1` unless the mapping says `person:2.name`."""
    field: Field
    format: str | None = None
    codes: Mapping[str, str] = member(default_factory=dict)
    separator: str | None = None


@dataclass(frozen=True)
class Plan:
    """A mapping file, checked."""

    columns: Mapping[str, Target]
    constants: tuple[tuple[Target, Any], ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    identity: str | None = None
    """The column whose value is the same at each import of one case."""


def read_mapping(path: Path, protocol: Protocol) -> Plan:
    """The mapping of a TOML file. Raises BadInput `import_mapping` (name, key, reason), `file_failed`."""
    from lnctp_tui.services.importing_files import read_bytes

    try:
        found = tomllib.loads(read_bytes(path).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("import_mapping", name=path.name, key="", reason="not_toml") from error
    reader = _Reader(path.name, protocol)
    return reader.read(found)


@dataclass(frozen=True)
class _Reader:
    name: str
    protocol: Protocol

    def read(self, found: Mapping[str, Any]) -> Plan:
        unknown = set(found) - {"file", "constant", "column"}
        if unknown:
            raise self._bad(min(unknown), "unknown_key")
        file = self._table(found.get("file", {}), "file", {"encoding", "delimiter", "id", "dates"})
        dates = file.get("dates")
        columns = {
            title: self._column(title, spec, dates)
            for title, spec in self._table(found.get("column", {}), "column").items()
        }
        constants = tuple(
            (self.target(key), value)
            for key, value in self._table(found.get("constant", {}), "constant").items()
        )
        self._encoding(file.get("encoding", "utf-8"))
        delimiter = file.get("delimiter")
        if delimiter is not None and not (isinstance(delimiter, str) and len(delimiter) == 1):
            raise self._bad("file.delimiter", "not_one_character")
        encoding = file.get("encoding", "utf-8")
        return Plan(columns, constants, encoding, delimiter, file.get("id"))

    def _table(self, found: Any, key: str, allowed: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(found, dict):
            raise self._bad(key, "not_a_table")
        if allowed is not None and (unknown := set(found) - allowed):
            raise self._bad(f"{key}.{min(unknown)}", "unknown_key")
        return found

    def _encoding(self, name: Any) -> None:
        try:
            "".encode(name)
        except (LookupError, TypeError) as error:
            raise self._bad("file.encoding", "unknown_encoding") from error

    def _column(self, title: str, spec: Any, dates: str | None) -> Target:
        if isinstance(spec, str):
            spec = {"to": spec}
        spec = self._table(spec, title, {"to", "codes", "format", "separator"})
        target = self.target(spec.get("to"), title)
        codes = self._table(spec.get("codes", {}), f"{title}.codes")
        return replace(
            target,
            format=spec.get("format") or (dates if target.field.kind in ("date", "instant") else None),
            codes={fold(str(key)).strip(): str(value) for key, value in codes.items()},
            separator=spec.get("separator"),
        )

    def target(self, text: Any, key: str | None = None) -> Target:
        """What `person:2.age` means. Raises BadInput when no such field is known."""
        match = _TARGET.fullmatch(text) if isinstance(text, str) else None
        if match is None or match[1] not in TABLE_OF:
            raise self._bad(key or str(text), "unknown_target")
        on, slot, code = match[1], match[2] or "1", match[3]
        found = self._field(on, code)
        if found is None:
            raise self._bad(key or str(text), "unknown_target")
        return Target(on, slot, found)

    def _field(self, on: str, code: str) -> Field | None:
        for _stage, each in self.protocol.fields:
            if (each.on, each.code) == (on, code):
                return each
        table, label = TABLE_OF[on], Label(code, code)
        if code.partition(".")[0] in PREFIXES and code not in COLUMNS[table]:
            return self._answer(on, code, label)
        if code in CODES[table]:
            catalog = CODES[table][code]
            return Field(on, code, "yesno" if catalog == "answer" else "catalog", label, catalog=catalog)
        if code in SHORTHANDS.get(on, {}):
            return Field(on, code, "age", label)
        if code not in COLUMNS[table] | {"id"}:
            return None
        kinds = ((INSTANTS, "instant"), (DATES, "date"), (BOOLS, "bool"), (NUMBERS, "number"))
        return Field(on, code, next((kind for names, kind in kinds if code in names), "text"), label)

    def _answer(self, on: str, code: str, label: Label) -> Field | None:
        prefix = code.partition(".")[0]
        known = _catalog(self.protocol, prefix)
        if known is None:
            return None
        if "." not in code:
            return Field(on, code, "checklist", label, catalog=prefix)
        return Field(on, code, "yesno", label) if code.partition(".")[2] in known.by_code else None

    def _bad(self, key: str, reason: str) -> BadInput:
        return BadInput("import_mapping", name=self.name, key=key, reason=reason)


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
        plan = Plan({title: _Reader(path.name, protocol).target(title) for title in titles if title})
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
        reason = "unknown_code" if parsed.problem == "not_in_catalog" else parsed.problem
        return Problem(title, str(reason), parsed.facts)

    def _checklist(self, record: dict[str, Any], target: Target, cell: str, title: str) -> Problem | None:
        prefix = target.field.code
        catalog = _catalog(self.protocol, prefix)
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


def _moment(cell: str, form: str | None) -> datetime:
    # Without an offset it is the counselor's clock: importing_rules gives it its zone.
    return datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)  # noqa: DTZ007


def _catalog(protocol: Protocol, prefix: str) -> Catalog | None:
    return protocol.indicators if prefix == "indicator" else protocol.catalogs.get(prefix)


def _listed(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]

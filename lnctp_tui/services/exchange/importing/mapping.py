"""A mapping file: which column of a spreadsheet fills which field. Source: docs/import.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from functools import cached_property
from pathlib import Path
from typing import Any

from lnctp_tui.domain.protocol.protocol import Catalog, Field, Label, Protocol
from lnctp_tui.domain.records.columns import NUMBERS, PREFIXES, SHORTHANDS, WHOLE
from lnctp_tui.domain.records.document import TABLE_OF
from lnctp_tui.domain.values.moments import DATES, INSTANTS
from lnctp_tui.domain.values.text import fold
from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing.columns import BOOLS, CODES
from lnctp_tui.services.exchange.importing.moment_cells import DAY, MONTH, YEAR, directives
from lnctp_tui.services.exchange.importing.table import tidy
from lnctp_tui.storage.database.session import COLUMNS

FIGURES = frozenset({*WHOLE, *NUMBERS})

FILE = {"encoding", "delimiter", "id", "dates", "skip", "sheet"}

_TARGET = re.compile(r"([a-z]+)(?::(\w{1,20}))?\.([a-z_0-9.]+)")


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
    """Title → where its cells go."""
    constants: tuple[tuple[Target, Any], ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    identity: str | None = None
    """The column whose value is the same at each import of one case."""
    skip: int = 0
    """Lines above the titles."""
    sheet: str | None = None
    """The sheet of a workbook."""

    @cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The titles that fill one field together, in the map's order: but kinds first, and towns after states."""
        titles_of: dict[tuple[str, str, str], list[str]] = {}
        for title, target in self.columns.items():
            titles_of.setdefault((target.on, target.slot, target.field.code), []).append(title)
        ordered = sorted(
            titles_of.items(),
            key=lambda group: (group[0][2] != "kind") + group[0][2].endswith("municipality"),
        )
        return tuple(tuple(titles) for _field, titles in ordered)


def read_mapping(path: Path, protocol: Protocol, tables: Mapping[str, str] = TABLE_OF) -> Plan:
    """The mapping of a TOML file onto records of these tables.

    Raises BadInput `import_mapping` (name, key, reason), `file_failed`.
    """
    from lnctp_tui.services.exchange.importing.files import read_bytes

    try:
        content = tomllib.loads(read_bytes(path).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("import_mapping", name=path.name, key="TOML", reason="not_toml") from error
    return Reading(path.name, protocol, tables).read(content)


@dataclass(frozen=True)
class Reading:
    name: str
    protocol: Protocol
    tables: Mapping[str, str] = member(default_factory=lambda: TABLE_OF)
    """What a target may be on → its table."""

    def read(self, content: Mapping[str, Any]) -> Plan:
        unknown = set(content) - {"file", "constant", "column"}
        if unknown:
            raise self._bad(min(unknown), "unknown_key")
        file = self._table(content.get("file", {}), "file", FILE)
        dates = self._text(file, "dates", "file")
        columns = {
            tidy(title): self._column(title, spec, dates)
            for title, spec in self._table(content.get("column", {}), "column").items()
        }
        constants = tuple(
            (self.target(key), value)
            for key, value in self._table(content.get("constant", {}), "constant").items()
        )
        delimiter = file.get("delimiter")
        if delimiter is not None and not (
            isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '\r\n"'
        ):
            raise self._bad("file.delimiter", "not_one_character")
        encoding = self._encoding(file.get("encoding", "utf-8"))
        skip = file.get("skip", 0)
        if type(skip) is not int or not 0 <= skip <= 1000:
            raise self._bad("file.skip", "not_lines")
        identity, sheet = self._text(file, "id", "file"), self._text(file, "sheet", "file")
        plan = Plan(
            columns, constants, encoding, delimiter, tidy(identity) if identity else None, skip, sheet
        )
        return self._checked(plan)

    def of_titles(self, titles: Iterable[str]) -> Plan:
        """The plan of a sheet whose titles are the targets themselves."""
        return self._checked(Plan({title: self.target(title) for title in titles}))

    def _checked(self, plan: Plan) -> Plan:
        """Raises BadInput where two columns would hide each other, or a format says no date."""
        for titles in plan.groups:
            targets = [plan.columns[title] for title in titles]
            field = targets[0].field
            if len(titles) > 1 and not _joins(field):
                raise BadInput("import_two_columns", name=self.name, first=titles[0], second=titles[1])
            if field.kind in ("instant", "date") and all(target.format for target in targets):
                parts = frozenset().union(*(directives(target.format or "") for target in targets))
                needed = (YEAR, MONTH, DAY) if field.kind == "instant" else (YEAR,)
                if not all(parts & target for target in needed):
                    raise self._bad(titles[0], "format_no_date")
        return plan

    def _table(self, content: Any, key: str, allowed: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(content, dict):
            raise self._bad(key, "not_a_table")
        if allowed is not None and (unknown := set(content) - allowed):
            raise self._bad(f"{key}.{min(unknown)}", "unknown_key")
        return content

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str | None:
        value = table.get(key)
        if value is not None and not isinstance(value, str):
            raise self._bad(f"{where}.{key}", "not_text")
        return value

    def _encoding(self, name: Any) -> str:
        try:
            "a".encode(name).decode(name, errors="surrogateescape")
        except (LookupError, TypeError, ValueError) as error:
            raise self._bad("file.encoding", "unknown_encoding") from error
        return str(name)

    def _column(self, title: str, spec: Any, dates: str | None) -> Target:
        if isinstance(spec, str):
            spec = {"to": spec}
        spec = self._table(spec, title, {"to", "codes", "format", "separator"})
        target = self.target(spec.get("to"), title)
        codes = self._table(spec.get("codes", {}), f"{title}.codes")
        return replace(
            target,
            format=self._text(spec, "format", title)
            or (dates if target.field.kind in ("date", "instant") else None),
            codes={fold(str(key)).strip(): str(value) for key, value in codes.items()},
            separator=self._text(spec, "separator", title),
        )

    def target(self, text: Any, key: str | None = None) -> Target:
        """What `person:2.age` means. Raises BadInput when no such field is known."""
        match = _TARGET.fullmatch(text) if isinstance(text, str) else None
        if match is None or match[1] not in self.tables:
            raise self._bad(key or str(text), "unknown_target")
        on, slot, code = match[1], match[2] or "1", match[3]
        field = self._field(on, code)
        if field is None:
            raise self._bad(key or str(text), "unknown_target")
        return Target(on, slot, field)

    def _field(self, on: str, code: str) -> Field | None:
        for _stage, field in self.protocol.fields:
            if (field.on, field.code) == (on, code):
                return field
        table, label = self.tables[on], Label(code, code)
        if code.partition(".")[0] in PREFIXES and code not in COLUMNS[table]:
            return self._answer(on, code, label)
        if code in CODES[table]:
            catalog = CODES[table][code]
            return Field(on, code, "yesno" if catalog == "answer" else "catalog", label, catalog=catalog)
        if code in SHORTHANDS.get(on, {}):
            return Field(on, code, "age", label)
        if code not in COLUMNS[table] | {"id"}:
            return None
        kinds = ((INSTANTS, "instant"), (DATES, "date"), (BOOLS, "bool"), (FIGURES, "number"))
        return Field(on, code, next((kind for names, kind in kinds if code in names), "text"), label)

    def _answer(self, on: str, code: str, label: Label) -> Field | None:
        prefix = code.partition(".")[0]
        catalog = catalog_of(self.protocol, prefix)
        if catalog is None:
            return None
        if "." not in code:
            return Field(on, code, "checklist", label, catalog=prefix)
        return Field(on, code, "yesno", label) if code.partition(".")[2] in catalog.by_code else None

    def _bad(self, key: str, reason: str) -> BadInput:
        return BadInput("import_mapping", name=self.name, key=key, reason=reason)


def _joins(field: Field) -> bool:
    """Whether several cells make one value: words of a name, days and hours, codes of a checklist."""
    if field.on == "identifier" or field.code == "id":
        return False
    return field.kind in ("text", "long_text", "checklist", "instant", "date")


def caseless(protocol: Protocol, contacts: Iterable[Mapping[str, Any]]) -> bool:
    """Whether these are calls, and all of kinds that make no case: a hang-up, a request for information."""
    kinds = protocol.catalogs["kind"].by_code
    rows = [kinds.get(str(contact.get("kind"))) for contact in contacts]
    return bool(rows) and all(row is not None and not row.extra.get("makes_case") for row in rows)


def catalog_of(protocol: Protocol, prefix: str) -> Catalog | None:
    """The catalog that an answer's code is in, None for a prefix without one."""
    return protocol.indicators if prefix == "indicator" else protocol.catalogs.get(prefix)

"""The cells of one line as a case document. Cells are read like what a counselor types (domain.values.values).

Nothing is made of a constant alone, no cell hides another, and every problem of a line is told. Source:
docs/import.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import columns
from lnctp_tui.domain.records.document import MEMBERS
from lnctp_tui.domain.values import lookup, nothing, phones, values
from lnctp_tui.domain.values.text import fold
from lnctp_tui.services.exchange.importing import moment_cells as moments
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.mapping import Plan, Target, caseless, catalog_of
from lnctp_tui.services.exchange.importing.rules import Problem

MEMBER_OF = {table: member for member, table in MEMBERS.items()}
TAKEN = (None, "replaced", "phone_several")
"""What values.parse may tell of a cell that is taken as it is."""
_IN_A_FILE = {"not_in_catalog": "unknown_code", "not_a_code": "unknown_code", "ambiguous_code": "ambiguous"}
"""What a problem of a typed value is called in a file."""
COMING = frozenset({"due_from", "due_to"}) | columns.COMING
"""Instants that may be still to come."""
EXTRA = ""
"""Where the file of refusals keeps cells that no title stands over."""


@dataclass
class _Line:
    """One line on its way to a document."""

    records: dict[tuple[str, str], dict[str, Any]] = member(default_factory=dict)
    """(table, slot) → record."""
    told: set[tuple[str, str]] = member(default_factory=set)
    """Records of which a cell says something; the others are constants only."""
    problems: list[Problem] = member(default_factory=list)

    def record(self, target: Target) -> dict[str, Any]:
        return self.records.setdefault((target.on, target.slot), {})

    def put(self, target: Target, patch: Mapping[str, Any]) -> None:
        """A cell's values over the constants."""
        self.told.add((target.on, target.slot))
        merged = values.apply(self.record(target), patch)
        self.records[target.on, target.slot] = {
            name: value for name, value in merged.items() if value is not None and value != {}
        }


@dataclass
class Cells:
    """Reads the lines of one sheet by one plan."""

    plan: Plan
    protocol: Protocol
    today: date
    titles: Sequence[str] = ()
    placeholders: int = 0
    """Lines whose id says nothing (`S/N`)."""
    met: dict[str, tuple[int, dict[str, Any]]] = member(default_factory=dict)
    """Id → the first line that has it, and what it says."""

    def line(self, number: int, cells: Sequence[str]) -> Row:
        """A line of the sheet: one with too few or too many cells is torn and refused."""
        source: dict[str, Any] = dict.fromkeys(self.titles) | dict(zip(self.titles, cells, strict=False))
        extra = [cell for cell in cells[len(self.titles) :] if cell.strip()]
        if extra:
            source[EXTRA] = extra
        return self.row(number, source)

    def row(self, number: int, source: dict[str, Any]) -> Row:
        """The document of a line, as the file of refusals holds it: title → cell, None where none stood."""
        problem = self._torn(number, source)
        if problem:
            return Row(number, None, source, (problem,), sheet=True)
        cells = {
            title: str(cell).strip() for title, cell in source.items() if title != EXTRA and cell is not None
        }
        line = _Line()
        for target, value in self.plan.constants:
            self._constant(line, target, value)
        for titles in self.plan.groups:
            cell_of = {title: cells[title] for title in titles if cells.get(title)}
            if cell_of:
                self._field(line, cell_of)
        identity = self._identity(cells)
        document = self._document(line, identity)
        self._once(line, number, identity, source)
        return Row(number, document, source, tuple(line.problems), sheet=True)

    def _torn(self, number: int, source: Mapping[str, Any]) -> Problem | None:
        texts = [cell for cell in source.values() if isinstance(cell, str)]
        if any("\udc80" <= char <= "\udcff" for text in texts for char in text if char > "\ud7ff"):
            return Problem("", "not_utf8", {"line": number})
        if source.get(EXTRA):
            return Problem("", "too_many_cells", {"line": number})
        needed = {*self.titles, *self.plan.columns}
        if any(source.get(title) is None for title in needed if title):
            return Problem("", "too_few_cells", {"line": number})
        return None

    def _field(self, line: _Line, cell_of: Mapping[str, str]) -> None:
        """One field of one record, from every column that goes there."""
        title, target = next((title, self.plan.columns[title]) for title in cell_of)
        field = target.field
        if field.kind == "checklist":
            for column, cell in cell_of.items():
                self._checklist(line, self.plan.columns[column], cell, column)
        elif field.kind in ("instant", "date"):
            self._moment(line, target, cell_of)
        else:
            between = "\n" if field.kind == "long_text" else " "
            codes = (
                self.plan.columns[column].codes.get(fold(cell), cell) for column, cell in cell_of.items()
            )
            self._value(line, target, between.join(codes), title)

    def _value(self, line: _Line, target: Target, text: str, title: str) -> None:
        field = target.field
        if field.code == "id":
            line.put(target, {"id": text})
            return
        if (field.on, field.code) in NAMED and nothing.placeholder(
            self.protocol.catalogs.get("nothing"), text
        ):
            return
        if (field.on, field.code) in FIGURES and phones.digits_lost(text):
            line.problems.append(Problem(title, "digits_lost"))
            return
        parsed = values.parse(
            field, text, protocol=self.protocol, today=self.today, record=line.record(target), written=True
        )
        if parsed.problem in TAKEN and not _kept_raw(parsed, field.code):
            line.put(target, parsed.patch)
        elif meant := nothing.said(self.protocol, text):
            if field.kind == "yesno" and meant != nothing.NOTHING:
                line.put(target, {values.key(field): meant})
        else:
            reason = _IN_A_FILE.get(str(parsed.problem), parsed.problem)
            line.problems.append(Problem(title, str(reason), parsed.facts))

    def _checklist(self, line: _Line, target: Target, cell: str, title: str) -> None:
        prefix = target.field.code
        catalog = catalog_of(self.protocol, prefix)
        assert catalog is not None
        for part in re.split(re.escape(target.separator) if target.separator else "[;,|\n]", cell):
            label = target.codes.get(fold(part.strip()), part.strip())
            rows = lookup.exact(catalog, label) if label else ()
            if len(rows) == 1:
                line.put(target, {f"answers.{prefix}.{rows[0].code}": "yes"})
            elif label and not nothing.said(self.protocol, label):
                line.problems.append(Problem(title, "unknown_code", {"catalog": prefix}))

    def _moment(self, line: _Line, target: Target, cell_of: Mapping[str, str]) -> None:
        whole, code = target.field.kind == "instant", target.field.code
        cells = [moments.Cell(cell, self.plan.columns[title].format) for title, cell in cell_of.items()
                 if not nothing.said(self.protocol, cell)]  # fmt: skip
        if not cells:
            return
        moment = moments.read(cells, self.today, whole=whole, ahead=code in COMING)
        title = " + ".join(cell_of)
        if moment is not None:
            line.put(target, {code: moment})
        elif whole or cells[0].format or len(cells) > 1:
            reason = "bad_instant" if whole else "bad_date"
            line.problems.append(Problem(title, reason, {"format": cells[0].format or "ISO 8601"}))
        else:
            self._value(line, target, cells[0].text, title)

    def _constant(self, line: _Line, target: Target, value: Any) -> None:
        record = line.record(target)
        code = target.field.code
        if target.field.kind == "checklist":
            record.setdefault("answers", {}).update(
                {f"{code}.{row_code}": "yes" for row_code in _listed(value)}
            )
        elif "." in code:
            record.setdefault("answers", {})[code] = value
        else:
            record[code] = value

    def _identity(self, cells: Mapping[str, str]) -> str | None:
        cell = cells.get(self.plan.identity or "", "")
        if cell and nothing.no_id(self.protocol.catalogs.get("nothing"), cell):
            self.placeholders += 1
            return None
        return cell or None

    def _once(self, line: _Line, number: int, identity: str | None, source: dict[str, Any]) -> None:
        """Two lines of one id that say different things are not one case: the later one is refused."""
        if identity is None:
            return
        first, first_source = self.met.setdefault(identity, (number, source))
        if first_source != source:
            line.problems.append(Problem(self.plan.identity or "", "id_again", {"line": first}))

    def _document(self, line: _Line, identity: str | None) -> dict[str, Any]:
        """What cells say, and constants beside it; a constant alone makes neither a person nor a case."""
        records = {
            key: record for key, record in line.records.items() if key in line.told or key[0] == "contact"
        }
        case = line.records.get(("case", "1"), {})
        alone = caseless(self.protocol, [entry for (on, _slot), entry in records.items() if on == "contact"])
        if ("case", "1") not in line.told and alone and all(on == "contact" for on, _slot in records):
            case = {}
        document: dict[str, Any] = {"schema": 1, "case": case}
        for (on, slot), record in records.items():
            if on != "case":
                for at, entry in enumerate(_numbers(on, record)):
                    if identity:
                        entry.setdefault("id", f"{on}:{slot}" + (f"/{at + 1}" if at else ""))
                    document.setdefault(MEMBER_OF.get(on, on), []).append(entry)
        if identity:
            document["case"] = {**case, "id": case.get("id", identity)}
        return document


NAMED = {("person", "name"), ("identifier", "value")}
"""Fields in which a word for nothing is no name."""
FIGURES = {("identifier", "value"), ("file", "number")}
"""Fields whose figures a spreadsheet throws away when it takes them for a quantity."""


def _kept_raw(parsed: values.Parsed, code: str) -> bool:
    return any(name == f"answers.raw.{code}" and value is not None for name, value in parsed.patch.items())


def _numbers(on: str, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An identifier for each number of a cell, every other record as it is."""
    text = record.get("value")
    phones_read = (
        phones.read(text)
        if on == "identifier" and record.get("kind") == "phone" and isinstance(text, str)
        else ()
    )
    if len(phones_read) < 2:
        yield record
        return
    for phone in phones_read:
        yield {name: value for name, value in record.items() if name != "normalised"} | {"value": phone.text}


def _listed(value: Any) -> list[str]:
    return [str(member) for member in value] if isinstance(value, list) else [str(value)]

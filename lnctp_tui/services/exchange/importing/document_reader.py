"""One document into records with ids and patches, or the reasons why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as member
from typing import Any

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.document import MEMBERS, TABLE_OF
from lnctp_tui.services.exchange.importing.columns import REFERENCES
from lnctp_tui.services.exchange.importing.document_form import Unfit
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.import_ids import Given, Ids
from lnctp_tui.services.exchange.importing.mapping import caseless
from lnctp_tui.services.exchange.importing.rules import Problem, Rules


@dataclass(frozen=True)
class Record:
    """One record of a document, checked."""

    table: str
    given: Given
    patch: dict[str, Any]
    at_birth: Mapping[str, Any]
    """What a new record says besides."""
    case: str | None
    where: str


@dataclass(frozen=True)
class Prepared:
    """One document, checked; what it names elsewhere is not."""

    row: Row
    case: Given | None
    records: Sequence[Record]
    named: Sequence[tuple[str, str, str]]
    """(field, table, id) of records that are named and not in the document."""


@dataclass(frozen=True)
class Reader:
    """One document into records, or the reasons why not."""

    rules: Rules
    ids: Ids
    now: str
    problems: list[Problem] = member(default_factory=list)

    def read(self, row: Row, document: dict[str, Any]) -> Prepared:
        has_case = self._has_case(document)
        case = self.ids.case.id if has_case else None
        read = [
            self._record(name, at, record, case)
            for name in MEMBERS
            for at, record in enumerate(document[name])
        ]
        # What left a laptop only that laptop says: as nobody signs by importing, nothing was delivered by it.
        records = [record for record in read if record.table not in bound.VOUCHED]
        if has_case:
            records.insert(0, self._case(document["case"], records))
        self._keep_unknown(document, records)
        self._check_ids(records)
        named = self._references(records)
        if self.problems:
            raise Unfit(*self.problems)
        records = [_under_own_id(record) for record in records]
        return Prepared(row, self.ids.case if has_case else None, records, named)

    def _has_case(self, document: Mapping[str, Any]) -> bool:
        """A name alone makes no case of a call whose kind makes none."""
        if any(document[name] for name in MEMBERS if name != "contacts") or document["case"].keys() - {"id"}:
            return True
        return bool(document["case"]) and not caseless(self.rules.protocol, document["contacts"])

    def _case(self, case: Mapping[str, Any], records: Sequence[Record]) -> Record:
        patch = self.rules.record("cases", case, "case", self.problems)
        begun = [record.patch["started_at"] for record in records if "started_at" in record.patch]
        at_birth = {"opened_at": min(begun, default=self.now)}
        return Record("cases", self.ids.case, patch, at_birth, self.ids.case.id, "case")

    def _record(self, name: str, at: int, record: Mapping[str, Any], case: str | None) -> Record:
        table, where = TABLE_OF[MEMBERS[name]], f"{name}[{at}]"
        own_id = record.get("id")
        if own_id is not None and (not isinstance(own_id, str | int) or not 0 < len(str(own_id)) <= 100):
            self.problems.append(Problem(f"{where}.id", "bad_id"))
        patch = self.rules.record(table, record, where, self.problems)
        at_birth: dict[str, Any] = {}
        if table == "contacts":
            at_birth["started_at"] = patch.get("started_at", self.now)
        return Record(table, self.ids.of(name, record), patch, at_birth, case, where)

    def _keep_unknown(self, document: Mapping[str, Any], records: Sequence[Record]) -> None:
        for name, value in document.items():
            if name not in MEMBERS and name not in ("schema", "case") and value is not None:
                records[0].patch.update(self.rules.unknown_member(name, value, self.problems))

    def _check_ids(self, records: Sequence[Record]) -> None:
        met = set()
        for record in records:
            if (record.table, record.given.id) in met:
                self.problems.append(Problem(f"{record.where}.id", "id_twice"))
            met.add((record.table, record.given.id))

    def _references(self, records: Sequence[Record]) -> list[tuple[str, str, str]]:
        """Puts ids in place of the names a document uses, and finds those that lead out of it."""
        inside = {(other_record.table, other_record.given.id) for other_record in records}
        outside = []
        for record in records:
            for name, table in REFERENCES.items():
                if name in record.patch:
                    target = self.ids.named(table, record.patch[name])
                    record.patch[name] = target
                    if (table, target) not in inside:
                        outside.append((f"{record.where}.{name}", table, target))
        return outside


def _under_own_id(record: Record) -> Record:
    """What is only added stands under the id that it says itself, once what it names is known by its id."""
    if record.table not in bound.ADDED:
        return record
    row = bound.row_id(record.table, record.patch | {"case_id": record.case})
    return replace(record, given=Given(row, by_content=True))

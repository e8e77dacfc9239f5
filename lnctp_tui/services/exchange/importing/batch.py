"""Some checked documents in one transaction: what is new is made, what differs is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from lnctp_tui.services.exchange.importing.document_reader import Prepared, Record
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.storage.database import folios, sound
from lnctp_tui.storage.database.session import ANSWER, TABLES, New, Unit


@dataclass(frozen=True)
class Refused:
    """A row that was not stored, and why."""

    row: int
    problems: tuple[Problem, ...]


class Batch:
    """Some documents in one transaction."""

    def __init__(self, unit: Unit, documents: Sequence[Prepared]) -> None:
        self.unit = unit
        self.documents = documents
        wanted: dict[str, set[str]] = {}
        for document in documents:
            for record in document.records:
                wanted.setdefault(record.table, set()).add(record.given.id)
        self.stored = {table: _stored(unit.connection, table, ids) for table, ids in wanted.items()}
        self.known = self._known()

    def _known(self) -> set[tuple[str, str]]:
        wanted: dict[str, set[str]] = {}
        for document in self.documents:
            for _where, table, named in document.named:
                wanted.setdefault(table, set()).add(named)
        return {
            (table, each)
            for table, ids in wanted.items()
            for each in _stored(self.unit.connection, table, ids)
        }

    def write(self) -> list[str | Refused]:
        """What became of each document."""
        new: list[New] = []
        told = [self._write(document, new) for document in self.documents]
        without = [each for each in new if each.table == "cases" and not each.patch.get("folio")]
        given = dict(zip((each.row for each in without), folios.give(self.unit, len(without)), strict=True))
        self.unit.create_many(
            each._replace(patch={**each.patch, "folio": given[each.row]}) if each.row in given else each
            for each in new
        )
        return told

    def _write(self, document: Prepared, new: list[New]) -> str | Refused:
        problems = [*self._missing(document), *self._foreign(document)]
        if problems:
            return Refused(document.row.number, tuple(problems))
        made, changed = 0, 0
        for record in document.records:
            stored = self.stored[record.table].get(record.given.id)
            if stored is None:
                new.append(self._new(record))
                made += 1
            elif not record.given.by_content:
                changed += self._change(record, stored)
        if made == len(document.records):
            return "created"
        return "changed" if made or changed else "unchanged"

    def _missing(self, document: Prepared) -> Iterator[Problem]:
        for where, table, named in document.named:
            if (table, named) not in self.known:
                yield Problem(where, "unknown_reference")

    def _foreign(self, document: Prepared) -> Iterator[Problem]:
        """Records that stand in another case already: an import moves nothing from case to case."""
        for record in document.records:
            stored = self.stored[record.table].get(record.given.id)
            owner = stored.get("case_id") if stored else None
            if owner is not None and record.case not in (None, owner):
                yield Problem(f"{record.where}.id", "other_case")

    def _new(self, record: Record) -> New:
        patch = {**record.at_birth, **record.patch}
        if record.table == "cases":
            patch.setdefault("owner_id", self.unit.author.actor)
        return New(record.table, record.given.id, patch, record.case)

    def _change(self, record: Record, stored: Mapping[str, Any]) -> bool:
        patch = {name: value for name, value in record.patch.items() if not _same(stored, name, value)}
        if "case_id" in stored and stored["case_id"] is None and record.case:
            patch["case_id"] = record.case
        if record.table == "cases" and stored.get("folio"):
            patch.pop("folio", None)  # given out once, never changed
        if not {"kind", "value"} & set(patch):
            patch.pop("normalised", None)
        if patch:
            self.unit.record(record.table, record.given.id, patch)
        return bool(patch)


def _same(stored: Mapping[str, Any], name: str, value: Any) -> bool:
    if name.startswith(ANSWER):
        answers = stored.get("answers") or stored["extra"].get("answers") or {}
        found = answers.get(name.removeprefix(ANSWER))
    elif name in stored:
        found = stored.get(name)
    else:
        found = stored["extra"].get(name)
    return bool(found == value and isinstance(found, bool) == isinstance(value, bool))


def _stored(connection: Connection, table: str, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The stored rows among some ids, by id."""
    found: dict[str, dict[str, Any]] = {}
    source, listed = TABLES[table], sorted(ids)
    for start in range(0, len(listed), 500):
        some = select(source).where(source.c.id.in_(listed[start : start + 500]))
        found |= {row["id"]: sound.row(table, row) for row in connection.execute(some).mappings()}
    return found

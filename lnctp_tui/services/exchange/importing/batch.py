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
        ids_by_table: dict[str, set[str]] = {}
        for document in documents:
            for record in document.records:
                ids_by_table.setdefault(record.table, set()).add(record.given.id)
        self.stored = {table: _stored(unit.connection, table, ids) for table, ids in ids_by_table.items()}
        self.known = self._known()

    def _known(self) -> set[tuple[str, str]]:
        ids_by_table: dict[str, set[str]] = {}
        for document in self.documents:
            for _where, table, named in document.named:
                ids_by_table.setdefault(table, set()).add(named)
        return {
            (table, row)
            for table, ids in ids_by_table.items()
            for row in _stored(self.unit.connection, table, ids)
        }

    def write(self) -> list[str | Refused]:
        """What became of each document."""
        new: list[New] = []
        outcomes = [self._write(document, new) for document in self.documents]
        without = [record for record in new if record.table == "cases" and not record.patch.get("folio")]
        folio_of = dict(
            zip((record.row for record in without), folios.give(self.unit, len(without)), strict=True)
        )
        self.unit.create_many(
            record._replace(patch={**record.patch, "folio": folio_of[record.row]})
            if record.row in folio_of
            else record
            for record in new
        )
        return outcomes

    def _write(self, document: Prepared, new: list[New]) -> str | Refused:
        problems = [*self._missing(document), *self._foreign(document)]
        if problems:
            return Refused(document.row.number, tuple(problems))
        created, changed = 0, 0
        for record in document.records:
            stored = self.stored[record.table].get(record.given.id)
            if stored is None:
                new.append(self._new(record))
                created += 1
            elif not record.given.by_content:
                changed += self._change(record, stored)
        if created == len(document.records):
            return "created"
        return "changed" if created or changed else "unchanged"

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
        current = answers.get(name.removeprefix(ANSWER))
    elif name in stored:
        current = stored.get(name)
    else:
        current = stored["extra"].get(name)
    return bool(current == value and isinstance(current, bool) == isinstance(value, bool))


def _stored(connection: Connection, table: str, ids: set[str]) -> dict[str, dict[str, Any]]:
    """The stored rows among some ids, by id."""
    rows: dict[str, dict[str, Any]] = {}
    source, listed = TABLES[table], sorted(ids)
    for start in range(0, len(listed), 500):
        some = select(source).where(source.c.id.in_(listed[start : start + 500]))
        rows |= {row["id"]: sound.row(table, row) for row in connection.execute(some).mappings()}
    return rows

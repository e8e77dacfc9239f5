"""Paper forms and old spreadsheets into the store: each row for itself, nothing twice.

A row that cannot be stored is refused with field and reason, and the others are stored. Rules and file
formats: docs/import.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from lnctp_tui.domain.document import MEMBERS, SCHEMA, TABLE_OF
from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.services import importing_csv, importing_files
from lnctp_tui.services.importing_document import Unfit, form_of
from lnctp_tui.services.importing_files import Row
from lnctp_tui.services.importing_ids import Given, Ids
from lnctp_tui.services.importing_rules import REFERENCES, Problem, Rules
from lnctp_tui.storage import folios, instants, paths, search
from lnctp_tui.storage.session import ANSWER, TABLES, New, Store, Unit

BATCH = 500
"""Documents in one transaction."""
Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


@dataclass(frozen=True)
class Refused:
    """A row that was not stored, and why."""

    row: int
    problems: tuple[Problem, ...]


@dataclass
class Report:
    """What an import did. Holds no value of the file."""

    rows: int = 0
    created: int = 0
    """Documents of which nothing was stored before."""
    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = member(default_factory=list)
    newer: int = 0
    """Documents of a newer schema: what is unknown in them was kept."""
    unknown: Mapping[str, int] = member(default_factory=dict)
    """`table.field` that this version does not know and kept → how often."""
    replaced: int = 0
    """Characters that became `�`."""
    unmapped: tuple[str, ...] = ()
    """Columns of a CSV that nothing was taken from."""

    def to_json(self) -> dict[str, Any]:
        """What `lnctp case import --json` prints."""
        refused = [
            {"row": each.row, "field": problem.field, "reason": problem.reason, "facts": dict(problem.facts)}
            for each in self.refused
            for problem in each.problems
        ]
        counts = {
            name: getattr(self, name)
            for name in ("rows", "created", "changed", "unchanged", "newer", "replaced")
        }
        kept = {"unknown": dict(self.unknown), "unmapped": list(self.unmapped)}
        return counts | {"refused": refused} | kept


@dataclass(frozen=True)
class _Record:
    table: str
    given: Given
    patch: dict[str, Any]
    at_birth: Mapping[str, Any]
    """What a new record says besides."""
    case: str | None
    where: str


@dataclass(frozen=True)
class _Document:
    row: Row
    case: Given | None
    records: Sequence[_Record]
    named: Sequence[tuple[str, str, str]]
    """(field, table, id) of records that are named and not in the document."""


def import_file(
    store: Store,
    path: Path,
    *,
    protocol: Protocol,
    zone: str,
    form: str | None = None,
    mapping: Path | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Stores what a file holds. Raises BadInput for a file or a mapping that cannot be read at all.

    `rejects`: where the refused rows go, as JSON Lines that only their owner can read.
    """
    content = importing_files.read_bytes(path)
    rows, unmapped = _rows(
        path, content, form or importing_files.guess(path, content), mapping, protocol, zone
    )
    report = import_rows(store, rows, protocol=protocol, zone=zone, rejects=rejects, progress=progress)
    report.unmapped = unmapped
    return report


def _rows(
    path: Path, content: bytes, form: str, mapping: Path | None, protocol: Protocol, zone: str
) -> importing_csv.Sheet:
    if form != "csv":
        return importing_csv.Sheet(importing_files.documents(path, content, form), ())
    plan = importing_csv.read_mapping(mapping, protocol) if mapping else None
    return importing_csv.read(path, content, plan, protocol, instants.today(zone))


def import_rows(
    store: Store,
    rows: Sequence[Row],
    *,
    protocol: Protocol,
    zone: str,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> Report:
    """Stores the documents of some rows; see `import_file`."""
    run = _Import(store, Rules(protocol, zone))
    for done, row in enumerate(rows, 1):
        run.take(row)
        if progress and not done % 50:
            progress(done, len(rows))
    run.finish()
    if progress:
        progress(len(rows), len(rows))
    if rejects and run.report.refused:
        _write_rejects(rejects, rows, {each.row for each in run.report.refused})
    return run.report


class _Import:
    """One run: gathers documents and stores them batch by batch."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self.store = store
        self.rules = rules
        self.report = Report()
        self.batch: list[_Document] = []
        self.waiting: set[tuple[str, str]] = set()

    def take(self, row: Row) -> None:
        self.report.rows += 1
        try:
            document = self._prepared(row)
        except Unfit as unfit:
            self.report.refused.append(Refused(row.number, unfit.problems))
            return
        ids = {(each.table, each.given.id) for each in document.records}
        if not ids.isdisjoint(self.waiting):  # the same record twice in one file: the later one is a change
            self.flush()
        self.batch.append(document)
        self.waiting |= ids
        if len(self.batch) >= BATCH:
            self.flush()

    def finish(self) -> None:
        self.flush()
        with self.store.write() as unit:
            while search.refresh(unit.connection):
                pass
        self.report.unknown = dict(self.rules.seen.unknown)
        self.report.replaced = self.rules.seen.replaced
        self.report.refused.sort(key=lambda each: each.row)

    def flush(self) -> None:
        """Stores the batch in one transaction; the search index is read anew in the same one."""
        batch, self.batch, self.waiting = self.batch, [], set()
        if not batch:
            return
        with self.store.write() as unit:
            tally = _Batch(unit, batch).write()
            search.refresh(unit.connection, 2 * BATCH)
        for name in ("created", "changed", "unchanged"):
            setattr(self.report, name, getattr(self.report, name) + tally.count(name))
        self.report.refused += [each for each in tally if isinstance(each, Refused)]

    def _prepared(self, row: Row) -> _Document:
        if row.problem:
            raise Unfit(row.problem)
        document = form_of(row.document)
        if document["schema"] > SCHEMA:
            self.report.newer += 1
        reader = _Reader(self.rules, Ids(document), instants.iso(self.store.now()))
        return reader.read(row, document)


@dataclass(frozen=True)
class _Reader:
    """One document into records, or the reasons why not."""

    rules: Rules
    ids: Ids
    now: str
    problems: list[Problem] = member(default_factory=list)

    def read(self, row: Row, document: dict[str, Any]) -> _Document:
        has_case = bool(document["case"]) or any(document[name] for name in MEMBERS if name != "contacts")
        case = self.ids.case.id if has_case else None
        records = [
            self._record(name, at, each, case) for name in MEMBERS for at, each in enumerate(document[name])
        ]
        if has_case:
            records.insert(0, self._case(document["case"], records))
        self._keep_unknown(document, records)
        self._check_ids(records)
        named = self._references(records)
        if self.problems:
            raise Unfit(*self.problems)
        return _Document(row, self.ids.case if has_case else None, records, named)

    def _case(self, case: Mapping[str, Any], records: Sequence[_Record]) -> _Record:
        patch = self.rules.record("cases", case, "case", self.problems)
        begun = [each.patch["started_at"] for each in records if "started_at" in each.patch]
        at_birth = {"opened_at": min(begun, default=self.now)}
        return _Record("cases", self.ids.case, patch, at_birth, self.ids.case.id, "case")

    def _record(self, name: str, at: int, record: Mapping[str, Any], case: str | None) -> _Record:
        table, where = TABLE_OF[MEMBERS[name]], f"{name}[{at}]"
        said = record.get("id")
        if said is not None and (not isinstance(said, str | int) or not 0 < len(str(said)) <= 100):
            self.problems.append(Problem(f"{where}.id", "bad_id"))
        patch = self.rules.record(table, record, where, self.problems)
        at_birth: dict[str, Any] = {}
        if table == "contacts":
            at_birth["started_at"] = patch.get("started_at", self.now)
        return _Record(table, self.ids.of(name, record), patch, at_birth, case, where)

    def _keep_unknown(self, document: Mapping[str, Any], records: Sequence[_Record]) -> None:
        for name, value in document.items():
            if name not in MEMBERS and name not in ("schema", "case") and value is not None:
                records[0].patch.update(self.rules.unknown_member(name, value, self.problems))

    def _check_ids(self, records: Sequence[_Record]) -> None:
        met = set()
        for each in records:
            if (each.table, each.given.id) in met:
                self.problems.append(Problem(f"{each.where}.id", "id_twice"))
            met.add((each.table, each.given.id))

    def _references(self, records: Sequence[_Record]) -> list[tuple[str, str, str]]:
        """Puts ids in place of the names a document uses, and finds those that lead out of it."""
        inside = {(each.table, each.given.id) for each in records}
        outside = []
        for record in records:
            for name, table in REFERENCES.items():
                if name in record.patch:
                    found = self.ids.named(table, record.patch[name])
                    record.patch[name] = found
                    if (table, found) not in inside:
                        outside.append((f"{record.where}.{name}", table, found))
        return outside


class _Batch:
    """Some documents in one transaction."""

    def __init__(self, unit: Unit, documents: Sequence[_Document]) -> None:
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

    def _write(self, document: _Document, new: list[New]) -> str | Refused:
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

    def _missing(self, document: _Document) -> Iterator[Problem]:
        for where, table, named in document.named:
            if (table, named) not in self.known:
                yield Problem(where, "unknown_reference")

    def _foreign(self, document: _Document) -> Iterator[Problem]:
        """Records that stand in another case already: an import moves nothing from case to case."""
        for record in document.records:
            stored = self.stored[record.table].get(record.given.id)
            owner = stored.get("case_id") if stored else None
            if owner is not None and record.case not in (None, owner):
                yield Problem(f"{record.where}.id", "other_case")

    def _new(self, record: _Record) -> New:
        patch = {**record.at_birth, **record.patch}
        if record.table == "cases":
            patch.setdefault("owner_id", self.unit.author.actor)
        return New(record.table, record.given.id, patch, record.case)

    def _change(self, record: _Record, stored: Mapping[str, Any]) -> bool:
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
        found = stored["answers"].get(name.removeprefix(ANSWER))
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
        found |= {row["id"]: dict(row) for row in connection.execute(some).mappings()}
    return found


def _write_rejects(path: Path, rows: Sequence[Row], refused: set[int]) -> None:
    """The refused rows as they came, to be put right and imported again; for their owner's eyes only."""
    lines = [json.dumps(row.source, ensure_ascii=True, default=str) for row in rows if row.number in refused]
    try:
        paths.write_new(path, ("\n".join(lines) + "\n").encode())
    except FileExistsError:
        paths.replace_file(path, ("\n".join(lines) + "\n").encode())

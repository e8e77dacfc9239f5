"""Paper forms and old spreadsheets into the store: each row for itself, nothing twice.

A row that cannot be stored is refused with field and reason, and the others are stored. Rules and file
formats: docs/import.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from pathlib import Path
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import SCHEMA
from lnctp_tui.domain.values.nothing import no_id
from lnctp_tui.errors import LnctpError, StorageFailed
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.exchange.importing import files
from lnctp_tui.services.exchange.importing import mapping as importing_mapping
from lnctp_tui.services.exchange.importing import sheet as importing_sheet
from lnctp_tui.services.exchange.importing.batch import Batch, Refused
from lnctp_tui.services.exchange.importing.document_form import Unfit, form_of
from lnctp_tui.services.exchange.importing.document_reader import Prepared, Reader
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.import_ids import Ids
from lnctp_tui.services.exchange.importing.rules import Rules
from lnctp_tui.services.exchange.importing.sheet import Sheet
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.database import search
from lnctp_tui.storage.database.session import Store

BATCH = 500
"""Documents in one transaction."""
Progress = Callable[[int, int], None]
"""Told how many rows of how many are done."""


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
    """Columns of a spreadsheet that nothing was taken from."""
    placeholders: int = 0
    """Lines whose id says nothing (`S/N`): each is a case of its own."""
    stopped: LnctpError | None = None
    """Why the disk took no more; what came in before stays, and importing the file again brings the rest."""
    missing_from: int | None = None
    """The first row that did not come in; none of the rows after it did."""

    def to_json(self) -> dict[str, Any]:
        """What `lnctp case import --json` prints."""
        refused = [
            {"row": refusal.row, "field": flaw.field, "reason": flaw.reason, "facts": dict(flaw.facts)}
            for refusal in self.refused
            for flaw in refusal.problems
        ]
        names = ("rows", "created", "changed", "unchanged", "newer", "replaced", "placeholders")
        counts = {name: getattr(self, name) for name in names}
        not_taken = {"unknown": dict(self.unknown), "unmapped": list(self.unmapped)}
        stopped = {"stopped": self.stopped.code, "missing_from": self.missing_from} if self.stopped else {}
        return counts | {"refused": refused} | not_taken | stopped


def import_file(
    store: Store,
    path: Path,
    *,
    protocol: Protocol,
    zone: str,
    form: str | None = None,
    mapping: Path | None = None,
    rejects: Path | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Stores what a file holds. Raises BadInput for a file or a mapping that cannot be read at all.

    `sheet` names one of a workbook, as a mapping may.
    `rejects`: where the refused rows go, as JSON Lines that only their owner can read; Refused `place_shared` where
    that folder is copied elsewhere.
    """
    content, today = files.read_raw(path), instants.today(zone)
    rows = _rows(path, content, form, mapping, sheet, protocol, today)
    report = import_rows(store, rows.rows, protocol=protocol, zone=zone, rejects=rejects, progress=progress)
    report.unmapped = rows.unmapped
    report.placeholders += rows.placeholders
    return report


def _rows(
    path: Path, content: bytes, form: str | None, mapping: Path | None, sheet: str | None, protocol: Protocol,
    today: date,
) -> Sheet:  # fmt: skip
    form = form or files.guess(path, content)
    plan = importing_mapping.read_mapping(mapping, protocol) if mapping else None
    if form in ("csv", "xlsx"):
        return importing_sheet.read(path, content, form, plan, protocol, today, sheet)
    rows = files.documents(path, content, form)
    return importing_sheet.again(rows, plan, path.name, protocol, today)


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
    if rejects:
        handing_out.folder(rejects.absolute().parent)
    run = _Import(store, Rules(protocol, zone))
    try:
        for done, row in enumerate(rows, 1):
            run.take(row)
            if progress and not done % 50:
                progress(done, len(rows))
        run.finish()
    except StorageFailed as error:
        run.stop(error)
    if progress:
        progress(len(rows), len(rows))
    if rejects and run.report.refused:
        write_rejects(rejects, rows, {refusal.row for refusal in run.report.refused})
    return run.report


class _Import:
    """One run: gathers documents and stores them batch by batch."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self.store = store
        self.rules = rules
        self.report = Report()
        self.batch: list[Prepared] = []
        self.flushing: list[Prepared] = []
        """What is being stored."""
        self.waiting: set[tuple[str, str]] = set()
        self.met: Counter[bytes] = Counter()

    def take(self, row: Row) -> None:
        self.report.rows += 1
        try:
            document = self._prepared(row)
        except Unfit as unfit:
            self.report.refused.append(Refused(row.number, unfit.problems))
            return
        ids = {(record.table, record.given.id) for record in document.records}
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
        self.report.refused.sort(key=lambda refusal: refusal.row)

    def stop(self, error: StorageFailed) -> None:
        """The disk took no more: say from where on nothing came in."""
        first = next((item.row.number for item in self.flushing), None)
        if first is None and not self.batch:  # the index is read again at the next opening
            return
        self.report.stopped = error
        self.report.missing_from = first
        self.report.refused = [item for item in self.report.refused if first is None or item.row < first]
        self.report.refused.sort(key=lambda item: item.row)

    def flush(self) -> None:
        """Stores the batch in one transaction; the search index is read anew in the same one."""
        batch, self.batch, self.waiting = self.batch, [], set()
        if not batch:
            return
        self.flushing = batch
        with self.store.write() as unit:
            tally = Batch(unit, batch).write()
            search.refresh(unit.connection, 2 * BATCH)
        for name in ("created", "changed", "unchanged"):
            setattr(self.report, name, getattr(self.report, name) + tally.count(name))
        self.report.refused += [outcome for outcome in tally if isinstance(outcome, Refused)]
        self.flushing = []

    def _prepared(self, row: Row) -> Prepared:
        """The checked document. Raises Unfit with every problem: those of the cells, and those of what they make."""
        if row.document is None:
            raise Unfit(*row.problems)
        document, problems = None, list(row.problems)
        try:
            document = self._read(row)
        except Unfit as unfit:
            problems += [
                problem for problem in unfit.problems if not (row.problems and problem.reason == "empty")
            ]
        if problems or document is None:
            raise Unfit(*problems)
        return document

    def _read(self, row: Row) -> Prepared:
        document = form_of(row.document)
        if document["schema"] > SCHEMA:
            self.report.newer += 1
        case_id = document["case"].get("id")
        if isinstance(case_id, str) and no_id(self.rules.protocol.catalogs.get("nothing"), case_id):
            self.report.placeholders += 1
            document["case"] = {name: value for name, value in document["case"].items() if name != "id"}
        ids = Ids(document, self.met)
        return Reader(self.rules, ids, instants.iso(self.store.now())).read(row, document)


def write_rejects(path: Path, rows: Sequence[Row], refused: set[int]) -> None:
    """The refused rows as they came, to be put right and imported again; for their owner's eyes only."""
    lines = [json.dumps(row.source, ensure_ascii=True, default=str) for row in rows if row.number in refused]
    try:
        paths.write_new(path, ("\n".join(lines) + "\n").encode())
    except FileExistsError:
        paths.replace_file(path, ("\n".join(lines) + "\n").encode())

"""The records of one kind in a case: listed, and one of them filled and signed in a form.

Edits go the way of every form's: into the document at once, and to the writer. No Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lnctp_tui.domain.follow.files import number_key
from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.records.kinds import Column, Kind
from lnctp_tui.domain.values import values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.errors import LnctpError, Refused
from lnctp_tui.services.case import cases, named_records, signing, transfer
from lnctp_tui.services.case.draft import WORDS, Draft
from lnctp_tui.services.case.refresh import Busy, CatchUp, Taken
from lnctp_tui.services.case.signing import Signature
from lnctp_tui.services.refs import Ref
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import EditBaseline


class RecordLine(NamedTuple):
    """One record of a list, and by column who signed it."""

    record: Record
    signatures: Mapping[str, Signature]


class CaseRecords(NamedTuple):
    """The records of a kind in a case, in the order they were made."""

    folio: str
    lines: list[RecordLine]
    names: Mapping[str, str]
    """Id → name of colleagues."""


def read(workspace: Workspace, kind: Kind, case_id: str) -> CaseRecords:
    """Reads them from this laptop. Blocking; raises Refused as `cases.document` does."""
    document = cases.document(workspace.store, case_id)
    records = document[kind.table]
    signatures = _signatures(workspace, kind, records)
    lines = [RecordLine(record, signatures[record["id"]]) for record in records]
    return CaseRecords(document["case"].get("folio") or "", lines, transfer.names(workspace.store))


def _signatures(
    workspace: Workspace, kind: Kind, records: list[Record]
) -> Mapping[str, Mapping[str, Signature]]:
    if not kind.signatures:
        return {record["id"]: {} for record in records}
    with workspace.store.read() as connection:
        return signing.signatures(connection, kind, records)


class RecordForm:
    """One record, there or to be made. Nothing is stored before something was entered."""

    def __init__(
        self,
        workspace: Workspace,
        kind: Kind,
        draft: Draft,
        row_id: str | None,
        fresh: Mapping[str, Any],
        names: Mapping[str, str],
    ) -> None:
        self.workspace = workspace
        self.kind = kind
        self.draft = draft
        self.ref = Ref(kind.table, row_id) if row_id else None
        self.fresh = fresh
        """What a new record says."""
        self.names = names
        self.protocol = named_records.known(workspace.protocol, names, draft.document, workspace.zone)
        self.signatures: Mapping[str, Signature] = {}
        self._catch_up: CatchUp | None = None

    @classmethod
    def open(
        cls, workspace: Workspace, kind: Kind, case_id: str, row_id: str | None, fresh: Mapping[str, Any]
    ) -> RecordForm:
        """A record of a case; without `row_id` a new one. Blocking; raises Refused, also `no_such_record`."""
        baseline = EditBaseline(row_id or ids.new_id())
        document = cases.document(workspace.store, case_id, baseline)
        if row_id and not any(record["id"] == row_id for record in document[kind.table]):
            raise Refused("no_such_record")
        draft = Draft(workspace, document, Ref("contacts", ""), baseline)
        draft.runs = False
        form = cls(workspace, kind, draft, row_id, fresh, transfer.names(workspace.store))
        form.read_signatures()
        return form

    @property
    def document(self) -> Document:
        """The case with what was typed last."""
        return self.draft.document

    @property
    def record(self) -> Record:
        """The record as it stands; before there is one, what it will begin with."""
        stored = self.draft.record(self.ref) if self.ref else {}
        return stored or {"answers": {}, **self.fresh}

    @property
    def now(self) -> datetime:
        """The moment, on the clock of whoever types."""
        return self.workspace.store.now().astimezone(ZoneInfo(self.workspace.zone))

    def enter(self, field: Field, raw: str) -> Parsed:
        """Keep what was typed: understood, or as it is and marked."""
        record, now = self.record, self.now
        parsed = values.parse(field, raw, protocol=self.protocol, today=now.date(), record=record, now=now)
        if "number" in parsed.patch:
            parsed.patch["number_key"] = number_key(parsed.patch["number"])
        if _filled(values.apply(record, parsed.patch)) != _filled(record):
            self.draft.set(self._made(), parsed.patch, field=field.code, words=field.kind in WORDS)
        return parsed

    def _made(self) -> Ref:
        """The record, made when it is not there yet."""
        if self.ref is None or not self.draft.record(self.ref):
            self.ref = self.draft.add(self.kind.singular, **self.fresh)
        return self.ref

    # signatures

    def stranger(self, column: Column) -> str | None:
        """Id of the person who alone may sign there, when that is not who sits here; None when it is, or nobody."""
        whose = self.record.get(column.of or "")
        return whose if whose not in (None, self.workspace.counselor_id) else None

    def both_sides(self, column: Column) -> bool:
        """Whether who sits here is named at another signature too."""
        sides = [side.of for side in self.kind.signatures if side is not column]
        return self.workspace.counselor_id in [self.record.get(of or "") for of in sides]

    @property
    def unread(self) -> tuple[str, ...]:
        """Codes of fields whose text was not understood."""
        return signing.unread(self.record)

    def stands(self, column: Column) -> bool:
        """Whether who sits here signed all that stands here."""
        signature = self.signatures.get(column.name)
        if signature is None or signature.changed:
            return False
        return signature.by == self.workspace.counselor_id

    def sign(
        self, column: Column, done: Callable[[], object], failed: Callable[[LnctpError], object]
    ) -> None:
        """Sign what stands here, as the person named there; who is named by nobody names themselves.

        Both are called in the writer's thread.
        """
        ref = self._made()
        if column.of and self.record.get(column.of) is None:
            self.draft.set(ref, {column.of: self.workspace.counselor_id})
        record = self.record
        seen = {name: record.get(name) for name in self.kind.content}
        self.workspace.writer.submit(
            deed("sign", self.kind.table, ref.id, column.name, seen), lambda _none: done(), failed
        )

    def read_signatures(self) -> None:
        """Look who signed. Blocking."""
        record = self.record
        if "id" in record:
            self.signatures = _signatures(self.workspace, self.kind, [record])[record["id"]]

    # colleagues

    def follow(self, later: Callable[..., object], busy: Busy, done: Callable[[Taken], object]) -> None:
        """Take over what was written elsewhere; `done` is called by `later`, in the form's thread."""
        self._catch_up = self._catch_up or CatchUp(self.draft, later, busy)
        self._catch_up.begin(done)


def _filled(record: Record) -> Record:
    """What a record says, without what it leaves empty."""
    return {name: value for name, value in record.items() if value not in (None, {})}

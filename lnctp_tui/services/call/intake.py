"""One open call or case as a form works with it: the document, always current; every edit goes to the writer.

Nothing here waits for the disk. No Textual: a test or a script can take a whole call with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.assess.assess import assess as assess_document
from lnctp_tui.domain.assess.safety import ESCALATED, RAISED, WITHDRAWN
from lnctp_tui.domain.assess.triage import LEVELS, Triage
from lnctp_tui.domain.protocol.protocol import Field, Stage
from lnctp_tui.domain.records.document import Document, Record, answer, empty
from lnctp_tui.domain.training import naming
from lnctp_tui.domain.values import values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.services.call.calls import OPEN_CALL
from lnctp_tui.services.call.completeness import applies, counted, missing
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.draft import WORDS, Draft
from lnctp_tui.services.case.steps import Patched, Turned
from lnctp_tui.services.refs import Place, Ref
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.services.vault.writer import stored_place
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import EditBaseline

CALLBACK = "callback_identifier_id"
DECIDED = "decided.triage"
"""Answer of a case: a counselor chose its level; the facts may raise it further, never lower it."""
UNASSESSED = "unassessed"
"""Shown in place of a level while nobody asked about safety; such a case has none."""
PAUSE = "clock.pause."
"""Answers of a contact, numbered: the clock was stopped by mistake, `<stopped>/<went on>` (ISO 8601 interval)."""


class Intake:
    """The model of one form. Methods return at once; only `reopen` and `of_case` read the disk."""

    def __init__(self, workspace: Workspace, document: Document, contact: Ref, form: EditBaseline) -> None:
        self.draft = draft = Draft(workspace, document, contact, form)
        self.workspace = workspace
        self.protocol = workspace.protocol
        self.writer = workspace.writer
        self.contact = contact
        self.form = form
        self.show, self.open_case = draft.show, draft.open_case
        self.record, self.rows, self.current = draft.record, draft.rows, draft.current
        self.select, self.redo, self.at = draft.select, draft.redo, draft.at
        self.set, self.add, self.remove = draft.set, draft.add, draft.remove

    @property
    def document(self) -> Document:
        """The case as it stands now, with what was typed last."""
        return self.draft.document

    @property
    def place(self) -> Place | None:
        """Where the counselor is, or was when the call was left."""
        return self.draft.place

    @property
    def runs(self) -> bool:
        """Whether this is a call with a clock, not an old case being corrected."""
        return self.draft.runs

    # beginnings

    @classmethod
    def start(cls, workspace: Workspace, *, channel: str = "llamada") -> Intake:
        """A call that begins now. The contact goes to the disk; nothing has to be chosen first."""
        contact = Ref("contacts", ids.new_id())
        intake = cls(workspace, empty(), contact, EditBaseline(contact.id))
        record = {
            "id": contact.id, "started_at": instants.iso(workspace.store.now()), "channel": channel,
            "direction": "in", "counselor_id": workspace.counselor_id, "answers": {},
        }  # fmt: skip
        intake.document["contacts"].append(record)
        patch = {key: value for key, value in record.items() if key not in ("id", "answers")}
        intake.draft.write(contact, patch, remember={OPEN_CALL + contact.id: record["started_at"]})
        intake.writer.flush()
        return intake

    @classmethod
    def reopen(cls, workspace: Workspace, contact_id: str) -> Intake:
        """A call that was not finished, at the field where it was left. Blocking."""
        form = EditBaseline(contact_id)
        document = cases.document_of_contact(workspace.store, contact_id, form)
        intake = cls(workspace, document, Ref("contacts", contact_id), form)
        intake.draft.place = stored_place(workspace.store, contact_id)
        return intake

    @classmethod
    def of_case(cls, workspace: Workspace, case_id: str) -> Intake:
        """A case to correct or complete, on its last contact and without a running clock. Blocking."""
        form = EditBaseline(case_id)
        document = cases.document(workspace.store, case_id, form)
        reports = [contact for contact in document["contacts"] if contact.get("direction") != "out"]
        last = max(reports, key=lambda contact: contact.get("started_at") or "", default=None)
        contact = Ref("contacts", last["id"] if last else ids.new_id())
        intake = cls(workspace, document, contact, form)
        intake.draft.runs = False
        return intake

    # what stands

    @property
    def folio(self) -> str | None:
        """The case's folio, as soon as there is one."""
        folio: str | None = self.document["case"].get("folio")
        return folio

    @property
    def started_at(self) -> str | None:
        """When the call began; None for a case that is only corrected."""
        return self.draft.started_at

    @property
    def ended_at(self) -> str | None:
        """When the call ended; None while it runs."""
        at: str | None = self.record(self.contact).get("ended_at")
        return at

    @property
    def kind(self) -> str | None:
        """The kind of contact."""
        code: str | None = self.record(self.contact).get("kind")
        return code

    @property
    def today(self) -> date:
        """The counselor's date."""
        return instants.today(self.workspace.zone)

    def shown(self, on: str) -> Record:
        """The record that the form shows, with the number to call back in place of its reference."""
        ref = self.current(on)
        record = self.record(ref) if ref else {}
        phone_id = record.get(CALLBACK) if on == "case" else None
        number = self.record(Ref("identifiers", phone_id)).get("value") if phone_id else None
        return {**record, CALLBACK: number} if phone_id else record

    def counts(self, stage: Stage) -> tuple[int, int]:
        """How many of a stage's fields are answered, and how many there are."""
        return counted(stage, self._under(stage), self.protocol)

    def debt(self, level: str = "minimum") -> list[tuple[Stage, Field]]:
        """What is missing for the minimum record, or to close."""
        return missing(self.document, self.contact.id, self.protocol, level)

    def _under(self, stage: Stage) -> Iterator[tuple[Field, Record]]:
        for field in stage.fields:
            ref = self.current(field.on)
            record = self.record(ref) if ref else {}
            if applies(field, record):
                yield field, record

    def assess(self) -> Assessment:
        """The assessment of the case as it stands. A level that changed is kept with the case."""
        assessment = assess_document(self.document, self.protocol, today=self.today)
        if self.document["case"]:
            self.set(self.draft.case, {"triage": self._level(assessment.triage)}, undoable=False)
        return assessment

    def _level(self, triage: Triage) -> str | None:
        """The level of the case: what the facts say, or what a person raised it to; None while nobody asked."""
        case = self.document["case"]
        level, stored = triage.level if triage.assessed else None, case.get("triage")
        raised = any(answer(case, code) for code in (ESCALATED, DECIDED, RAISED))
        if raised and stored in LEVELS and (level is None or LEVELS.index(level) < LEVELS.index(stored)):
            return str(stored)
        return level

    def shown_level(self, assessment: Assessment) -> str:
        """The level as every screen says it: the case's, or UNASSESSED."""
        return self._level(assessment.triage) or UNASSESSED

    # edits

    def enter(self, field: Field, raw: str, ref: Ref | None = None) -> Parsed:
        """Keep what was typed: understood, or as it is and marked."""
        if field.code == CALLBACK:
            return self._callback_number(field, raw)
        at = ref or self._target(field)
        record = self.record(at)
        names = field.kind == "certificate" and bool(raw.strip())
        if names and (why := naming.refused(self.document["case"], record)):
            return Parsed({}, why)
        parsed = values.parse(field, raw, protocol=self.protocol, today=self.today, record=record)
        by_hand = {f"answers.{DECIDED}": "yes" if raw.strip() else None} if field.code == "triage" else {}
        named = self._names()
        self.set(at, parsed.patch | by_hand, field=field.code, words=field.kind in WORDS)
        unlinked = named and field.code != naming.NUMBER and not self._names()
        return replace(parsed, problem=parsed.problem or "certificate_unlinked") if unlinked else parsed

    def _names(self) -> bool:
        """Whether any contact of the case names a certificate."""
        return any(map(naming.names, self.document["contacts"]))

    def choose(self, field: Field, code: str, ref: Ref | None = None) -> None:
        """Set a catalog field to one of its codes."""
        self.enter(field, code, ref)

    def mark(self, ref: Ref | None, code: str, value: str | None) -> None:
        """Answer one row of a checklist; None is not asked."""
        at = ref or self.add("person", role="victim")
        self.set(at, {f"answers.{code}": value}, field=code)

    def _target(self, field: Field) -> Ref:
        """The record that a field writes to, made when it is the first of its kind."""
        ref = self.current(field.on)
        return ref or self.add(field.on, **({"role": "victim"} if field.on == "person" else {}))

    def _callback_number(self, field: Field, raw: str) -> Parsed:
        """The number to call back is an identifier that the case points to."""
        phone = self.protocol_field("identifier", "value")
        case = self.draft.case
        phone_id = self.document["case"].get(CALLBACK)
        if not raw.strip():
            self.set(case, {CALLBACK: None}, field=field.code)
            return Parsed({CALLBACK: None})
        if not phone_id or not self.record(Ref("identifiers", phone_id)):
            chosen = self.draft.chosen("identifier")
            phone_id = self.add("identifier", kind="phone").id
            if chosen:
                self.select("identifier", chosen)
        parsed = self.enter(phone, raw, Ref("identifiers", phone_id))
        self.set(case, {CALLBACK: phone_id}, field=field.code)
        return Parsed({CALLBACK: phone_id}, parsed.problem, parsed.facts, parsed.shown)

    def protocol_field(self, on: str, code: str) -> Field:
        """The first field of the protocol that stands for a column."""
        return next(field for _, field in self.protocol.fields if (field.on, field.code) == (on, code))

    def bring_back(self, contact_id: str, words: str) -> None:
        """Put words that had gone at the end of a narrative."""
        contact = Ref("contacts", contact_id)
        lines = filter(None, (self.record(contact).get("narrative"), words))
        self.set(contact, {"narrative": "\n".join(lines)}, field="narrative", words=True)

    # endings

    def escalate(self, done: Callable[[str], object]) -> None:
        """Note that the case was handed to 911 now; it goes before everything else."""
        at = instants.iso(self.workspace.store.now())
        self.open_case()
        self._note_911({f"answers.{ESCALATED}": at, "triage": "emergency"})
        done(at)

    def _note_911(self, patch: Mapping[str, Any]) -> None:
        self.draft.steps.rest()
        self.set(self.draft.case, patch, field=ESCALATED)
        self.writer.flush()

    def undo(self) -> Turned | None:
        """Take back the last step. A hand-over to 911 leaves when it was noted, and when withdrawn."""
        noting = self._noting()
        last = noting is not None and noting is self.draft.next(self.draft.steps.done)
        return self.draft.undo(self._withdrawal() if last else None)

    def withdraw(self) -> None:
        """911 was not told after all: both are kept, and the level is again what facts or a person say."""
        noting, patch = self._noting(), self._withdrawal()
        if noting is not None and noting is self.draft.next(self.draft.steps.done):
            self.undo()
        elif patch:
            level = {"triage": noting.before["triage"]} if noting and "triage" in noting.before else {}
            self._note_911({f"answers.{ESCALATED}": None, **patch, **level})
        self.assess()
        self.writer.flush()

    def note_again(self) -> bool:
        """Bring again the hand-over to 911 that was withdrawn last; whether that is what a redo brings."""
        step = self.draft.next(self.draft.steps.undone)
        return step is not None and step.field == ESCALATED and self.redo() is not None

    def _noting(self) -> Patched | None:
        """The step that noted the hand-over to 911 which stands; None when none does, or it is of before."""
        steps = (step for step in reversed(self.draft.steps.done) if step.field == ESCALATED)
        last = next(steps, None)
        noted = isinstance(last, Patched) and not last.before.get(f"answers.{ESCALATED}")
        return last if noted and isinstance(last, Patched) and self._withdrawal() else None

    def _withdrawal(self) -> dict[str, str]:
        """The answer that says so; nothing while none is noted."""
        answers = self.document["case"].get("answers") or {}
        noted = answers.get(ESCALATED)
        number = sum(code.startswith(WITHDRAWN) for code in answers) + 1
        now = instants.iso(self.workspace.store.now())
        return {f"answers.{WITHDRAWN}{number}": f"{noted}/{now}"} if noted else {}

    def end_clock(self) -> bool:
        """The call is over now; the rest can be written afterwards. Whether the clock ran until now."""
        if not self.runs or self.ended_at is not None:
            return False
        self.set(self.contact, {"ended_at": instants.iso(self.workspace.store.now())}, undoable=False)
        return True

    def resume_clock(self) -> None:
        """The call goes on after all; when it was stopped and when it went on stays with the contact."""
        stopped = self.ended_at
        if stopped is None:
            return
        number = sum(code.startswith(PAUSE) for code in self.record(self.contact).get("answers") or {}) + 1
        pause = f"{stopped}/{instants.iso(self.workspace.store.now())}"
        patch = {"ended_at": None, f"answers.{PAUSE}{number}": pause}
        self.set(self.contact, patch, undoable=False)

"""One open call or case as a form works with it: the document, always current; every edit goes to the writer.

Nothing here waits for the disk. No Textual: a test or a script can take a whole call with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.assess.assess import assess as assess_document
from lnctp_tui.domain.assess.safety import ESCALATED, RAISED
from lnctp_tui.domain.assess.triage import LEVELS, Triage
from lnctp_tui.domain.protocol.protocol import Field, Stage
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.domain.records.document import TABLE_OF, Document, Record, answer, empty
from lnctp_tui.domain.values import values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.services.call.calls import OPEN_CALL
from lnctp_tui.services.call.completeness import applies, counted, missing
from lnctp_tui.services.call.refresh import merged
from lnctp_tui.services.case import cases
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.services.vault.writer import stored_place
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Form

MOST_UNDO = 500
CALLBACK = "callback_identifier_id"
DECIDED = "decided.triage"
"""Answer of a case: a counselor chose its level; the facts may raise it further, never lower it."""
UNASSESSED = "unassessed"
"""Shown in place of a level while nobody asked about safety; such a case has none."""
PAUSE = "clock.pause."
"""Answers of a contact, numbered: the clock was stopped by mistake, `<stopped>/<went on>` (ISO 8601 interval)."""


class Undone(NamedTuple):
    """What was taken back: the record, and the code of the field."""

    ref: Ref
    field: str


class _Step(NamedTuple):
    ref: Ref
    field: str
    back: dict[str, Any]
    """The patch that restores what stood there before."""


class Intake:
    """The model of one form. Methods return at once; only `reopen` and `of_case` read the disk."""

    def __init__(self, workspace: Workspace, document: Document, contact: Ref, form: Form) -> None:
        self.workspace = workspace
        self.protocol = workspace.protocol
        self.writer = workspace.writer
        self.document = document
        self.contact = contact
        self.form = form
        self.place: Place | None = None
        self.runs = True
        """Whether this is a call with a clock, not an old case being corrected."""
        self._shown: dict[str, Ref] = {}
        self._steps: list[_Step] = []
        self.touched: set[tuple[Ref, str]] = set()
        """What was edited since `services.call.refresh` last looked at the disk."""
        self._case = str(document["case"].get("id") or instants.new_id())
        self.writer.listen(form.id, self._saved)

    # beginnings

    @classmethod
    def start(cls, workspace: Workspace, *, channel: str = "llamada") -> Intake:
        """A call that begins now. The contact goes to the disk; nothing has to be chosen first."""
        contact = Ref("contacts", instants.new_id())
        intake = cls(workspace, empty(), contact, Form(contact.id))
        record = {
            "id": contact.id, "started_at": instants.iso(workspace.store.now()), "channel": channel,
            "direction": "in", "counselor_id": workspace.counselor_id, "answers": {},
        }  # fmt: skip
        intake.document["contacts"].append(record)
        patch = {key: value for key, value in record.items() if key not in ("id", "answers")}
        intake._write(contact, patch, remember={OPEN_CALL + contact.id: record["started_at"]})
        intake.writer.flush()
        return intake

    @classmethod
    def reopen(cls, workspace: Workspace, contact_id: str) -> Intake:
        """A call that was not finished, at the field where it was left. Blocking."""
        form = Form(contact_id)
        document = cases.document_of_contact(workspace.store, contact_id, form)
        intake = cls(workspace, document, Ref("contacts", contact_id), form)
        intake.place = stored_place(workspace.store, contact_id)
        return intake

    @classmethod
    def of_case(cls, workspace: Workspace, case_id: str) -> Intake:
        """A case to correct or complete, on its last contact and without a running clock. Blocking."""
        form = Form(case_id)
        document = cases.document(workspace.store, case_id, form)
        last = max(document["contacts"], key=lambda each: each.get("started_at") or "", default=None)
        contact = Ref("contacts", last["id"] if last else instants.new_id())
        intake = cls(workspace, document, contact, form)
        intake.runs = False
        return intake

    def show(self, document: Document) -> None:
        """Work with another document from now on: the contact went over to another case."""
        self.document = document
        self._case = str(document["case"].get("id") or instants.new_id())
        self._shown.clear()
        self._steps.clear()

    # what stands

    @property
    def folio(self) -> str | None:
        """The case's folio, as soon as there is one."""
        found: str | None = self.document["case"].get("folio")
        return found

    @property
    def started_at(self) -> str | None:
        """When the call began; None for a case that is only corrected."""
        found: str | None = self.record(self.contact).get("started_at")
        return found if self.runs else None

    @property
    def ended_at(self) -> str | None:
        """When the call ended; None while it runs."""
        found: str | None = self.record(self.contact).get("ended_at")
        return found

    @property
    def kind(self) -> str | None:
        """The kind of contact."""
        found: str | None = self.record(self.contact).get("kind")
        return found

    @property
    def today(self) -> date:
        """The counselor's date."""
        return instants.today(self.workspace.zone)

    def record(self, ref: Ref) -> Record:
        """The record behind a reference; an empty one when it is not there yet."""
        if ref.table == "cases":
            case: Record = self.document["case"]
            return case
        return next((each for each in self.document[ref.table] if each.get("id") == ref.id), {})

    def shown(self, on: str) -> Record:
        """The record that the form shows, with the number to call back in place of its reference."""
        ref = self.current(on)
        record = self.record(ref) if ref else {}
        known = record.get(CALLBACK) if on == "case" else None
        number = self.record(Ref("identifiers", known)).get("value") if known else None
        return {**record, CALLBACK: number} if known else record

    def rows(self, on: str, roles: tuple[str, ...] = ()) -> list[Record]:
        """The records that fields of a kind stand on, in the order they were added."""
        table = TABLE_OF.get(on, on)
        found = [self.document["case"]] if table == "cases" else self.document[table]
        return [each for each in found if not roles or each.get("role") in roles]

    def current(self, on: str) -> Ref | None:
        """The record that the form shows; None when there is none of its kind yet."""
        table = TABLE_OF.get(on, on)
        if table == "cases":
            return Ref("cases", self._case)
        if table == "contacts":
            return self.contact
        shown = self._shown.get(table)
        if shown and self.record(shown):
            return shown
        rows = self.document[table]
        return Ref(table, rows[0]["id"]) if rows else None

    def select(self, on: str, ref: Ref) -> None:
        """Show another record of a kind."""
        self._shown[TABLE_OF.get(on, on)] = ref

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
        found = assess_document(self.document, self.protocol, today=self.today)
        if self.document["case"]:
            self.set(Ref("cases", self._case), {"triage": self._level(found.triage)}, undoable=False)
        return found

    def _level(self, found: Triage) -> str | None:
        """The level of the case: what the facts say, or what a person raised it to; None while nobody asked."""
        case = self.document["case"]
        level, kept = found.level if found.assessed else None, case.get("triage")
        raised = any(answer(case, code) for code in (ESCALATED, DECIDED, RAISED))
        if raised and kept in LEVELS and (level is None or LEVELS.index(level) < LEVELS.index(kept)):
            return str(kept)
        return level

    def shown_level(self, found: Assessment) -> str:
        """The level as every screen says it: the case's, or UNASSESSED."""
        return self._level(found.triage) or UNASSESSED

    # edits

    def enter(self, field: Field, raw: str, ref: Ref | None = None) -> Parsed:
        """Keep what was typed: understood, or as it is and marked."""
        if field.code == CALLBACK:
            return self._callback_number(field, raw)
        at = ref or self._target(field)
        record = self.record(at)
        parsed = values.parse(field, raw, protocol=self.protocol, today=self.today, record=record)
        by_hand = {f"answers.{DECIDED}": "yes" if raw.strip() else None} if field.code == "triage" else {}
        self.set(at, parsed.patch | by_hand, field=field.code)
        return parsed

    def choose(self, field: Field, code: str, ref: Ref | None = None) -> None:
        """Set a catalog field to one of its codes."""
        self.enter(field, code, ref)

    def mark(self, ref: Ref | None, code: str, value: str | None) -> None:
        """Answer one row of a checklist; None is not asked."""
        at = ref or self.add("person", role="victim")
        self.set(at, {f"answers.{code}": value}, field=code)

    def narrate(self, text: str) -> None:
        """Set the narrative of this contact."""
        self.set(self.contact, {"narrative": text}, field="narrative")

    def set(
        self, ref: Ref, patch: Mapping[str, Any], *, field: str | None = None, undoable: bool = True
    ) -> None:
        """Apply a patch to the document and hand it to the writer; what changes nothing is not written."""
        before = self.record(ref)
        changed = {key: value for key, value in patch.items() if _held(before, key) != value}
        if not changed:
            return
        if ref.table != "contacts" or (
            changed.get("kind") and safety.makes_case(self.protocol, changed["kind"])
        ):
            self.open_case()
        before = self.record(ref)
        if undoable:
            self._remember(ref, field or next(iter(changed)), {key: _held(before, key) for key in changed})
        self._put(ref, values.apply(before, changed))
        self._write(ref, dict(changed), self.place, case=self._case_of(ref))

    def add(self, on: str, **fresh: Any) -> Ref:
        """A new person, place, identifier or money trail, shown at once."""
        self.open_case()
        ref = Ref(TABLE_OF.get(on, on), instants.new_id())
        self.document[ref.table].append({"id": ref.id, "case_id": self._case, "answers": {}, **fresh})
        self._write(ref, dict(fresh), self.place, case=self._case)
        self._remember(ref, next(iter(fresh), "id"), {"erased_at": instants.iso(self.workspace.store.now())})
        self.select(on, ref)
        return ref

    def remove(self, ref: Ref) -> None:
        """Take a record out of the case; Undo brings it back, and the log keeps it."""
        gone = instants.iso(self.workspace.store.now())
        self._remember(ref, "id", {"erased_at": None, "record": self.record(ref)})
        self._drop(ref)
        self._write(ref, {"erased_at": gone}, self.place, case=self._case)

    def undo(self) -> Undone | None:
        """Take back the last field; None when there is nothing left to take back."""
        if not self._steps:
            return None
        ref, field, back = self._steps.pop()
        restored = back.pop("record", None)
        if restored is not None:
            self.document[ref.table].append(restored)
        elif "erased_at" in back:
            self._drop(ref)
        else:
            self._put(ref, values.apply(self.record(ref), back))
        if ref.table in self._shown or restored is not None:
            self.select(ref.table, ref)
        self._write(ref, back, self.place, case=self._case_of(ref))
        return Undone(ref, field)

    def at(self, stage: str, field: str) -> None:
        """Remember where the counselor is, for after a crash or a lock."""
        shown = next((ref.id for ref in map(self.current, REPEATABLE) if ref), "")
        place = Place(stage, field, shown)
        if place != self.place:
            self.place = place
            self._write(self.contact, {}, place)

    def catch_up(self, ref: Ref, record: Record, fields: Collection[str]) -> bool:
        """Take these fields over from a stored record, an empty one being gone; whether that changed anything."""
        before = self.record(ref)
        if not record:
            self._drop(ref)
            return bool(before)
        after = merged(before, record, fields) if before else record
        if after != before:
            self._put(ref, after)
        return after != before

    def _write(self, ref: Ref, patch: dict[str, Any], *where: Any, **how: Any) -> None:
        self.touched.update((ref, name) for name in patch)
        self.writer.edit(self.form, ref, patch, *where, **how)

    def _target(self, field: Field) -> Ref:
        """The record that a field writes to, made when it is the first of its kind."""
        found = self.current(field.on)
        return found or self.add(field.on, **({"role": "victim"} if field.on == "person" else {}))

    def _callback_number(self, field: Field, raw: str) -> Parsed:
        """The number to call back is an identifier that the case points to."""
        phone = self.protocol_field("identifier", "value")
        case = Ref("cases", self._case)
        known = self.document["case"].get(CALLBACK)
        if not raw.strip():
            self.set(case, {CALLBACK: None}, field=field.code)
            return Parsed({CALLBACK: None})
        if not known or not self.record(Ref("identifiers", known)):
            shown = self._shown.get("identifiers")
            known = self.add("identifier", kind="phone").id
            if shown:
                self.select("identifier", shown)
        parsed = self.enter(phone, raw, Ref("identifiers", known))
        self.set(case, {CALLBACK: known}, field=field.code)
        return Parsed({CALLBACK: known}, parsed.problem, parsed.facts, parsed.shown)

    def protocol_field(self, on: str, code: str) -> Field:
        """The first field of the protocol that stands for a column."""
        return next(field for _, field in self.protocol.fields if (field.on, field.code) == (on, code))

    def open_case(self) -> None:
        """Begin the case with the first thing that needs one; the folio comes with the transaction."""
        if self.document["case"]:
            return
        case = {
            "opened_at": self.started_at or instants.iso(self.workspace.store.now()), "status": "open",
            "owner_id": self.workspace.counselor_id, "protocol_version": self.protocol.version,
        }  # fmt: skip
        self.document["case"] = {"id": self._case, "answers": {}, **case}
        self._write(Ref("cases", self._case), case, self.place, opens=True)
        self._put(self.contact, {**self.record(self.contact), "case_id": self._case})
        self._write(self.contact, {"case_id": self._case})

    def _saved(self, saved: Saved) -> None:
        if saved.folio and saved.case == self._case:
            self.document["case"]["folio"] = saved.folio

    def _case_of(self, ref: Ref) -> str | None:
        return self._case if self.document["case"] or ref.table != "contacts" else None

    def _put(self, ref: Ref, record: Record) -> None:
        if ref.table == "cases":
            self.document["case"] = record
            return
        rows = self.document[ref.table]
        for place, each in enumerate(rows):
            if each.get("id") == ref.id:
                rows[place] = record
                return
        rows.append({**record, "id": ref.id})

    def _drop(self, ref: Ref) -> None:
        self.document[ref.table] = [each for each in self.document[ref.table] if each.get("id") != ref.id]
        self._shown.pop(ref.table, None)

    def _remember(self, ref: Ref, field: str, back: dict[str, Any]) -> None:
        """One step a field: typing on in it is the same step."""
        last = self._steps[-1] if self._steps else None
        if last and (last.ref, last.field) == (ref, field) and "erased_at" not in (last.back | back):
            last.back.update({key: value for key, value in back.items() if key not in last.back})
            return
        self._steps.append(_Step(ref, field, back))
        del self._steps[:-MOST_UNDO]

    # endings

    def escalate(self, done: Callable[[str], object]) -> None:
        """Note that the case was handed to 911 now; it goes before everything else."""
        at = instants.iso(self.workspace.store.now())
        self.open_case()
        patch = {f"answers.{ESCALATED}": at, "triage": "emergency"}
        self.set(Ref("cases", self._case), patch, undoable=False)
        self.writer.flush()
        done(at)

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

    def finish(
        self,
        done: Callable[[], object],
        *,
        report_class: str | None = None,
        next_contact: Mapping[str, Any] | None = None,
    ) -> None:
        """End the call with the class the counselor decided and what was promised."""
        from lnctp_tui.services.call.endings import finish

        finish(self, done, report_class, next_contact)

    def discard(self, reason: str, done: Callable[[], object]) -> None:
        """Take back a call begun by mistake, with a reason."""
        from lnctp_tui.services.call.endings import discard

        discard(self, reason, done)

    def attach(self, case: str, done: Callable[[bool], object]) -> None:
        """Make this a contact of a case, by folio or id; `done` hears whether there is such a case."""
        from lnctp_tui.services.call.endings import attach

        attach(self, case, done)

    def detach(self, done: Callable[[], object]) -> None:
        """Undo `attach`."""
        from lnctp_tui.services.call.endings import detach

        detach(self, done)


def _held(record: Record, key: str) -> Any:
    if key.startswith("answers."):
        return answer(record, key.removeprefix("answers."))
    return record.get(key)

"""The document of an open form: what is typed changes it at once, and every edit goes to the writer.

Nothing here waits for the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.domain.records.document import TABLE_OF, Document, Record, answer
from lnctp_tui.domain.training import naming
from lnctp_tui.domain.values import stretches, values
from lnctp_tui.services.case.steps import Added, Patched, Removed, Step, Steps, Turned, Written
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import ANSWER, EditBaseline

WORDS = ("text", "long_text")
"""Kinds of fields whose text is taken back clause by clause."""


class Draft:
    """One form's document with its edits and their undoing. Only the thread of the form may use it."""

    def __init__(self, workspace: Workspace, document: Document, contact: Ref, form: EditBaseline) -> None:
        self.workspace = workspace
        self.writer = workspace.writer
        self.document = document
        self.contact = contact
        self.form = form
        self.place: Place | None = None
        self.on_saved: Callable[[Saved], object] = lambda _saved: None
        """Called in the writer's thread with every save of this form."""
        self.runs = True
        """Whether this is a call with a clock, not an old case being corrected."""
        self.touched: set[tuple[Ref, str]] = set()
        """What was edited since `services.case.refresh` last looked at the disk."""
        self._shown: dict[str, Ref] = {}
        self.steps = Steps()
        self.case = Ref("cases", str(document["case"].get("id") or ids.new_id()))
        """The case of the document, or the one that it will be."""
        self.writer.listen(form.id, self._saved)

    def show(self, document: Document) -> None:
        """Work with another document from now on: the contact went over to another case."""
        self.document = document
        self.case = Ref("cases", str(document["case"].get("id") or ids.new_id()))
        self._shown.clear()
        self.steps.clear()

    # what stands

    @property
    def started_at(self) -> str | None:
        """When the call began; None for a case that is only corrected."""
        at: str | None = self.record(self.contact).get("started_at")
        return at if self.runs else None

    def record(self, ref: Ref) -> Record:
        """The record behind a reference; an empty one when it is not there yet."""
        if ref.table == "cases":
            case: Record = self.document["case"]
            return case
        return next((row for row in self.document[ref.table] if row.get("id") == ref.id), {})

    def rows(self, on: str, roles: tuple[str, ...] = ()) -> list[Record]:
        """The records that fields of a kind stand on, in the order they were added."""
        table = TABLE_OF.get(on, on)
        records = [self.document["case"]] if table == "cases" else self.document[table]
        return [record for record in records if not roles or record.get("role") in roles]

    def current(self, on: str) -> Ref | None:
        """The record that the form shows; None when there is none of its kind yet."""
        table = TABLE_OF.get(on, on)
        if table == "cases":
            return self.case
        if table == "contacts":
            return self.contact
        ref = self._shown.get(table)
        if ref and self.record(ref):
            return ref
        rows = self.document[table]
        return Ref(table, rows[0]["id"]) if rows else None

    def select(self, on: str, ref: Ref) -> None:
        """Show another record of a kind."""
        self._shown[TABLE_OF.get(on, on)] = ref

    def chosen(self, on: str) -> Ref | None:
        """The record that was selected, or added last; None while the first one shows by itself."""
        return self._shown.get(TABLE_OF.get(on, on))

    # edits

    def set(
        self,
        ref: Ref,
        patch: Mapping[str, Any],
        *,
        field: str | None = None,
        undoable: bool = True,
        words: bool = False,
    ) -> None:
        """Apply a patch to the document and hand it to the writer; what changes nothing is not written.

        `words`: the field takes a text, which is taken back clause by clause.
        """
        before = self.record(ref)
        changed = {key: value for key, value in patch.items() if value_of(before, key) != value}
        if not changed:
            return
        if ref.table != "contacts" or (
            changed.get("kind") and safety.makes_case(self.workspace.protocol, changed["kind"])
        ):
            self.open_case()
        before = self.record(ref)
        if undoable:
            self._remember(_step(ref, field, before, changed, words=words))
        self._put(ref, values.apply(before, changed))
        self.write(ref, dict(changed), self.place, case=self._owner_of(ref))
        self._unlink()

    def _unlink(self) -> None:
        """Take certificates from contacts that may not name one as the document stands now."""
        for contact, patch in [*naming.unlinked(self.document)]:
            self.set(Ref("contacts", contact["id"]), patch, undoable=False)

    def add(self, on: str, **fresh: Any) -> Ref:
        """A new person, place, identifier or money trail, shown at once."""
        self.open_case()
        ref = Ref(TABLE_OF.get(on, on), ids.new_id())
        self.document[ref.table].append({"id": ref.id, "case_id": self.case.id, "answers": {}, **fresh})
        self.write(ref, dict(fresh), self.place, case=self.case.id)
        self._remember(Added(ref, next(iter(fresh), "id")))
        self.select(on, ref)
        return ref

    def remove(self, ref: Ref) -> None:
        """Take a record out of the case; Undo brings it back, and the log keeps it."""
        self._remember(Removed(ref, "id", self.record(ref)))
        self._drop(ref)
        self.write(ref, {"erased_at": self._now()}, self.place, case=self.case.id)

    def undo(self, also: Mapping[str, Any] | None = None) -> Turned | None:
        """Take back the last step, of a text its last clause; None when there is nothing left to take back.

        `also`: what is written of it besides.
        """
        return self._turn(self.steps.done, self.steps.undone, also or {})

    def redo(self) -> Turned | None:
        """Bring again what was taken back last."""
        return self._turn(self.steps.undone, self.steps.done, {})

    def next(self, steps: list[Step]) -> Step | None:
        """What stands last in `steps`, without what would change nothing."""
        while steps and self._is_stale(steps[-1]):
            steps.pop()
        return steps[-1] if steps else None

    def _is_stale(self, step: Step) -> bool:
        record = self.record(step.ref)
        if isinstance(step, Written):
            text = str(value_of(record, step.key) or "")
            return stretches.taken_back(text, stretches.split(step.stretch)[1]) in (None, text)
        if isinstance(step, Patched):
            return all(value_of(record, key) == value for key, value in step.before.items())
        return isinstance(step, Added) and not record

    def _turn(self, steps: list[Step], others: list[Step], also: Mapping[str, Any]) -> Turned | None:
        """The other way round what stands last in `steps`."""
        step = self.next(steps)
        if step is None:
            return None
        steps.pop()
        if isinstance(step, Written):
            turned = self._rewrite(step, steps, others)
        elif isinstance(step, Patched):
            turned = self._give_back(step, others, also)
        else:
            turned = self._bring_or_take(step, others)
        self._unlink()
        return turned

    def _rewrite(self, step: Written, steps: list[Step], others: list[Step]) -> Turned:
        text = str(value_of(self.record(step.ref), step.key) or "")
        rest, now = stretches.split(step.stretch)
        after = stretches.taken_back(text, now) or ""
        if rest is not None:
            steps.append(step._replace(stretch=rest))
        others.append(step._replace(stretch=now.turned))
        self._restore(step.ref, {step.key: after if after.strip() else None})
        return Turned(step.ref, step.field, now.put, now.out)

    def _give_back(self, step: Patched, others: list[Step], also: Mapping[str, Any]) -> Turned:
        record = self.record(step.ref)
        now = {key: value_of(record, key) for key in (*step.before, *also)}
        others.append(Patched(step.ref, step.field, now))
        self._restore(step.ref, {**step.before, **also})
        shown = step.field if step.field in now else f"{ANSWER}{step.field}"
        return Turned(step.ref, step.field, now.get(shown), step.before.get(shown))

    def _bring_or_take(self, step: Added | Removed, others: list[Step]) -> Turned:
        gone = isinstance(step, Added)
        record = self.record(step.ref) if isinstance(step, Added) else step.record
        if gone:
            self._drop(step.ref)
            others.append(Removed(step.ref, step.field, record))
        else:
            self.document[step.ref.table].append(record)
            self.select(step.ref.table, step.ref)
            others.append(Added(step.ref, step.field))
        self._write_back(step.ref, {"erased_at": self._now() if gone else None})
        return Turned(step.ref, step.field, gone or None, None if gone else True, record)

    def _restore(self, ref: Ref, patch: dict[str, Any]) -> None:
        self._put(ref, values.apply(self.record(ref), patch))
        if ref.table in self._shown:
            self.select(ref.table, ref)
        self._write_back(ref, patch)

    def _write_back(self, ref: Ref, patch: dict[str, Any]) -> None:
        self.write(ref, patch, self.place, case=self._owner_of(ref))

    def at(self, stage: str, field: str) -> None:
        """Remember where the counselor is, for after a crash or a lock."""
        record_id = next((ref.id for ref in map(self.current, REPEATABLE) if ref), "")
        place = Place(stage, field, record_id)
        if place != self.place:
            self.place = place
            self.write(self.contact, {}, place)

    def catch_up(self, ref: Ref, record: Record, fields: Collection[str]) -> bool:
        """Take these fields over from a stored record, an empty one being gone; whether that changed anything."""
        before = self.record(ref)
        if not record:
            self._drop(ref)
            return bool(before)
        after = _merged(before, record, fields) if before else record
        if after != before:
            self._put(ref, after)
        return after != before

    def write(self, ref: Ref, patch: dict[str, Any], *where: Any, **how: Any) -> None:
        """Hand a change of the document to the writer."""
        self.touched.update((ref, name) for name in patch)
        self.writer.edit(self.form, ref, patch, *where, **how)

    def leave(self) -> None:
        """The form is closed and all of it saved: nothing holds it any longer."""
        self.writer.listen(self.form.id, lambda _saved: None)

    def open_case(self) -> None:
        """Begin the case with the first thing that needs one; the folio comes with the transaction."""
        if self.document["case"]:
            return
        case = {
            "opened_at": self.started_at or self._now(), "status": "open",
            "owner_id": self.workspace.counselor_id, "protocol_version": self.workspace.protocol.version,
        }  # fmt: skip
        self.document["case"] = {"id": self.case.id, "answers": {}, **case}
        self.write(self.case, case, self.place, opens=True)
        self._put(self.contact, {**self.record(self.contact), "case_id": self.case.id})
        self.write(self.contact, {"case_id": self.case.id})

    def _saved(self, saved: Saved) -> None:
        if saved.folio and saved.case == self.case.id:
            self.document["case"]["folio"] = saved.folio
        self.on_saved(saved)

    def _owner_of(self, ref: Ref) -> str | None:
        return self.case.id if self.document["case"] or ref.table != "contacts" else None

    def _put(self, ref: Ref, record: Record) -> None:
        if ref.table == "cases":
            self.document["case"] = record
            return
        rows = self.document[ref.table]
        for index, row in enumerate(rows):
            if row.get("id") == ref.id:
                rows[index] = record
                return
        rows.append({**record, "id": ref.id})

    def _drop(self, ref: Ref) -> None:
        self.document[ref.table] = [row for row in self.document[ref.table] if row.get("id") != ref.id]
        self._shown.pop(ref.table, None)

    def _remember(self, step: Step) -> None:
        self.steps.remember(step, self.workspace.store.now())

    def _now(self) -> str:
        return instants.iso(self.workspace.store.now())


def value_of(record: Record, key: str) -> Any:
    """What a record says under the key of a patch."""
    if key.startswith("answers."):
        return answer(record, key.removeprefix("answers."))
    return record.get(key)


def _step(
    ref: Ref, field: str | None, before: Record, changed: Mapping[str, Any], *, words: bool
) -> Written | Patched:
    """How a patch is taken back: a text by its words, anything else by what stood there."""
    key, value = next(iter(changed.items()))
    if words and len(changed) == 1:
        stretch = stretches.between(str(value_of(before, key) or ""), str(value or ""))
        return Written(ref, field or key, key, stretch)
    stood = {name: value_of(before, name) for name in changed}
    return Patched(ref, field or key, stood, all(each is None for each in changed.values()))


def _merged(record: Record, fresh: Record, fields: Iterable[str]) -> Record:
    """`record` with these fields as they are in `fresh`."""
    after: dict[str, Any] = {**record, "answers": dict(record.get("answers") or {})}
    for name in fields:
        if name.startswith(ANSWER):
            code = name.removeprefix(ANSWER)
            value = (fresh.get("answers") or {}).get(code)
            if value is None:
                after["answers"].pop(code, None)
            else:
                after["answers"][code] = value
        elif name in fresh:
            after[name] = fresh[name]
    return after

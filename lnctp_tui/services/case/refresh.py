"""An open form catches up with what colleagues wrote, and never with what is being typed here.

Three steps, because the form's heads live in the writer's thread and its document in the screen's: the writer
compares what the form saw with what is stored, once everything typed so far is on disk; the form takes over
what nobody touched meanwhile; the writer notes as seen only what was taken. A field that is left out keeps
its old heads, so that typing on in it opens a conflict instead of hiding a value nobody saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from lnctp_tui.domain.records import merge
from lnctp_tui.domain.records.document import MEMBERS, Record
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.draft import Draft
from lnctp_tui.services.refs import Ref
from lnctp_tui.storage.database.session import EditBaseline, Store

GONE = "erased_at"
Busy = Callable[[Ref, str], bool]
"""Whether a field of a record must stay as it is: the cursor is in it."""


class Taken(NamedTuple):
    """What became of a look."""

    changed: frozenset[Ref]
    left: bool
    """Something was left out: look again when the cursor has moved on."""


class Newer(NamedTuple):
    """A record as it is stored now, and the fields on which it is ahead of the form."""

    ref: Ref
    record: Record
    """Empty when the record was taken out of the case."""
    fields: frozenset[str]
    heads: Mapping[str, list[str]]


def look(store: Store, form: EditBaseline, contact: Ref, case_id: str | None = None) -> list[Newer]:
    """What is stored and the form did not see. Runs in the writer's thread, where the form's heads live.

    `case_id` is that of a form without a contact.
    """
    fresh = EditBaseline(form.id)
    try:
        document = cases.document_of_contact(store, contact.id, fresh)
    except Refused:  # an existing case is edited without a contact of its own
        try:
            document = cases.document(store, case_id or form.id, fresh)
        except Refused:
            return []
    if _case_of(fresh) != _case_of(form):  # the contact went over to another case: `Draft.show` follows that
        return []
    records = {("cases", document["case"].get("id", "")): document["case"]}
    records |= {(table, row["id"]): row for table in MEMBERS for row in document[table]}
    newer = []
    for key, heads in fresh.shown.items():
        fields = _ahead(form.shown.get(key, {}), heads)
        if fields:
            newer.append(Newer(Ref(*key), records[key], fields, heads))
    gone = [key for key in form.shown if key not in fresh.shown]
    return [*newer, *(Newer(Ref(*key), {}, frozenset({GONE}), {}) for key in gone)]


def _case_of(form: EditBaseline) -> set[str]:
    return {row for table, row in form.shown if table == "cases"}


def _ahead(baseline: Mapping[str, list[str]], heads: Mapping[str, list[str]]) -> frozenset[str]:
    names = {name for of in (*heads.values(), *baseline.values()) for name in of}
    return frozenset(name for name in names if merge.heads_of(baseline, name) != merge.heads_of(heads, name))


def take(draft: Draft, records: Iterable[Newer], busy: Busy) -> Taken:
    """Bring the form's document up to date, but for what is busy or was edited since the look."""
    changed: set[Ref] = set()
    skipped = False
    for newer in records:
        fields = frozenset(name for name in newer.fields if not _held(draft, newer.ref, name, busy))
        skipped |= fields != newer.fields
        if not fields:
            continue
        if draft.catch_up(newer.ref, newer.record, fields):
            changed.add(newer.ref)
        _note_seen(draft, newer, fields)
    return Taken(frozenset(changed), skipped)


def _held(draft: Draft, ref: Ref, name: str, busy: Busy) -> bool:
    edited = draft.touched
    return (ref, name) in edited or (ref, GONE) in edited or busy(ref, name)


def _note_seen(draft: Draft, newer: Newer, fields: frozenset[str]) -> None:
    draft.writer.submit(lambda _store: see(draft.form, newer, fields))


def see(form: EditBaseline, newer: Newer, fields: frozenset[str]) -> None:
    """Note the heads of these fields as shown. Runs in the writer's thread."""
    key = (newer.ref.table, newer.ref.id)
    if not newer.record:
        form.shown.pop(key, None)
        return
    baseline: dict[str, list[str]] = {}
    for heads, is_new in ((form.shown.get(key, {}), False), (newer.heads, True)):
        for change, of in heads.items():
            names = [name for name in of if (name in fields) is is_new]
            if names:
                baseline[change] = sorted({*baseline.get(change, ()), *names})
    form.see(*key, baseline)


class CatchUp:
    """Looks for one form, one look at a time. `later` calls a function in the thread of the document."""

    def __init__(self, draft: Draft, later: Callable[..., object], busy: Busy) -> None:
        self.draft = draft
        self.later = later
        self.busy = busy
        self._looking = self._again = False

    def begin(self, done: Callable[[Taken], object]) -> None:
        """Look once more; `done` hears what was taken. Returns at once."""
        if self._looking:
            self._again = True
            return
        draft = self.draft
        self._looking, self._again = True, False
        draft.touched.clear()
        draft.writer.submit(
            lambda store: look(store, draft.form, draft.contact, draft.case.id),
            lambda records: self.later(self._take, records, done),
            lambda _error: self.later(self._end, done),
        )

    def _take(self, records: list[Newer], done: Callable[[Taken], object]) -> None:
        done(take(self.draft, records, self.busy))
        self._end(done)

    def _end(self, done: Callable[[Taken], object]) -> None:
        self._looking = False
        if self._again:
            self.begin(done)

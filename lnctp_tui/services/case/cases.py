"""Cases as they are stored: read whole, listed, added to, closed, merged, and their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, func, or_, select, union
from sqlalchemy import case as case_when

from lnctp_tui.domain.assess.safety import ESCALATED, RAISED
from lnctp_tui.domain.assess.triage import LEVELS
from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.records.columns import WHOLE
from lnctp_tui.domain.records.document import MEMBERS, SCHEMA, Document, Record
from lnctp_tui.domain.training import naming
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import audit, sound
from lnctp_tui.storage.database.session import CHANGES, TABLES, EditBaseline, Store, Unit

CASES, CONTACTS, PEOPLE = TABLES["cases"], TABLES["contacts"], TABLES["people"]
INSIDE = frozenset({"heads", "extra", "created_at", "created_by", "erased_at"})
"""Columns that are the program's own business."""
OPEN = ("open", "follow_up")
"""States in which somebody still has to do something."""


@dataclass(frozen=True)
class CaseLine:
    """One case as a list shows it."""

    id: str
    folio: str | None
    opened_at: str | None
    status: str | None
    triage: str | None
    report_class: str | None
    kind: str | None
    people: int
    summary: str


@dataclass(frozen=True)
class HistoryLine:
    """One save: who, when, what."""

    at: str
    actor: str
    device: str
    table: str
    row: str
    patch: dict[str, Any]
    change_id: str
    seq: int
    """Order of arrival on this laptop: where the next page begins."""


def record_of(table: str, row: Mapping[Any, Any]) -> Record:
    """A stored row as a record of the document: its columns, its answers, and fields of newer versions.

    No such field bears the name of a column: what the record is stands apart from what was said.
    """
    values = sound.row(table, row)
    return {**values["extra"], **{key: value for key, value in values.items() if key not in INSIDE}}


def document(store: Store, case_id: str, form: EditBaseline | None = None) -> Document:
    """The whole case. `form` learns which heads it shows. Raises Refused `no_such_case`, and
    `cases_hidden` or `case_withdrawn` for one that is here and not shown."""
    with store.read() as connection:
        if code := offline_lockout.hides(connection, store.now(), case_id):
            raise Refused(code)
        return document_in(connection, case_id, form)


def document_in(connection: Connection, case_id: str, form: EditBaseline | None = None) -> Document:
    """The same within a transaction, also of a case that is not shown. Raises Refused `no_such_case`."""
    case = connection.execute(select(CASES).where(CASES.c.id == case_id)).mappings().first()
    if case is None:
        raise Refused("no_such_case")
    result: Document = {"schema": SCHEMA, "case": _shown("cases", case, form)}
    for table in MEMBERS:
        result[table] = _children(connection, table, case_id, form)
    if form is None:  # a form takes them away where it is written in
        result["contacts"] = naming.shown(result)
    return result | ({mark.SAID: True} if mark.of_document(result) else {})


def document_of_contact(store: Store, contact_id: str, form: EditBaseline | None = None) -> Document:
    """The case of a contact, or a document with the contact alone. Raises Refused `no_such_call`."""
    with store.read() as connection:
        contact = connection.execute(select(CONTACTS).where(CONTACTS.c.id == contact_id)).mappings().first()
        code = offline_lockout.hides_contact(connection, store.now(), contact_id)
    if contact is None:
        raise Refused("no_such_call")
    if contact["case_id"]:
        return document(store, contact["case_id"], form)
    if code:
        raise Refused(code)
    alone: Document = {"schema": SCHEMA, "case": {}} | {table: [] for table in MEMBERS}
    return alone | {"contacts": [_shown("contacts", contact, form)]}


def _shown(table: str, row: RowMapping, form: EditBaseline | None) -> Record:
    if form:
        form.see(table, row["id"], sound.row(table, row)["heads"])
    return record_of(table, row)


def _children(connection: Connection, table: str, case_id: str, form: EditBaseline | None) -> list[Record]:
    source = TABLES[table]
    query = (
        select(source).where(source.c.case_id == case_id, source.c.erased_at.is_(None)).order_by(source.c.id)
    )
    return [_shown(table, row, form) for row in connection.execute(query).mappings()]


def list_cases(
    store: Store, *, status: str | None = None, limit: int = 200, before: tuple[str, str] | None = None
) -> list[CaseLine]:
    """Cases, newest first; `before` is (opened_at, id) of the last line of the page before."""
    query = select(CASES).where(CASES.c.erased_at.is_(None))
    if status:
        query = query.where(CASES.c.status == status)
    if before:
        last = before[1]
        at = select(OPENED).where(CASES.c.id == last).scalar_subquery()
        query = query.where(or_(at > OPENED, and_(at == OPENED, CASES.c.id < last)))
    query = query.order_by(OPENED.desc(), CASES.c.id.desc()).limit(limit)
    with store.read() as connection:
        query = query.where(offline_lockout.shown(connection, store.now()))
        return lines(connection, list(connection.execute(query).mappings()))


OPENED = func.coalesce(CASES.c.opened_at, "")
"""What cases are sorted by, whatever stands there."""
COUNTED = case_when((PEOPLE.c.headcount.between(*WHOLE["headcount"]), PEOPLE.c.headcount), else_=1)


def lines(connection: Connection, cases: Sequence[Mapping[Any, Any]]) -> list[CaseLine]:
    """Cases as list lines, in the order given."""
    rows = [sound.row("cases", row) for row in cases]
    ids = [row["id"] for row in rows]
    victims = (PEOPLE.c.erased_at.is_(None), PEOPLE.c.role.in_(("victim", "group")))
    counted = select(PEOPLE.c.case_id, func.sum(COUNTED)).where(PEOPLE.c.case_id.in_(ids), *victims)
    counts = connection.execute(counted.group_by(PEOPLE.c.case_id)).all()
    contacts = connection.execute(
        select(CONTACTS.c.case_id, CONTACTS.c.kind, func.substr(CONTACTS.c.narrative, 1, 200))
        .where(CONTACTS.c.case_id.in_(ids), CONTACTS.c.erased_at.is_(None))
        .order_by(CONTACTS.c.started_at.desc())
    ).all()
    people = {case: int(count) for case, count in counts}
    first = {case: (kind, narrative) for case, kind, narrative in contacts}
    return [_line(row, people.get(row["id"], 0), *first.get(row["id"], (None, None))) for row in rows]


def _line(row: Mapping[str, Any], people: int, kind: Any, narrative: Any) -> CaseLine:
    summary = " ".join((row["summary"] or (narrative if isinstance(narrative, str) else "")).split())[:120]
    return CaseLine(
        row["id"], row["folio"], row["opened_at"], row["status"], row["triage"], row["report_class"],
        kind if isinstance(kind, str) else None, people, summary,
    )  # fmt: skip


def by_folio(store: Store, typed: str) -> list[CaseLine]:
    """The cases with a folio (two laptops may have met one number), following merges to the kept case."""
    folio = folios.parse(typed)
    if folio is None:
        return []
    with store.read() as connection:
        visible = offline_lockout.shown(connection, store.now())
        rows = connection.execute(select(CASES).where(CASES.c.folio == str(folio), visible)).mappings().all()
        return lines(connection, [_kept(connection, row) for row in rows])


def _kept(connection: Connection, row: RowMapping) -> RowMapping:
    for _ in range(9):
        if not row["merged_into"]:
            break
        into = connection.execute(select(CASES).where(CASES.c.id == row["merged_into"])).mappings().first()
        if into is None:
            break
        row = into
    return row


def history(store: Store, case_id: str, limit: int = 500, before: int | None = None) -> list[HistoryLine]:
    """The saves of a case, newest first; `before` is the `seq` of the last line of the page before.

    What a contact of the case did before the case had it is in it too.
    """
    own = select(CONTACTS.c.id).where(CONTACTS.c.case_id == case_id)
    # Each side is read from its index and stops at the page; an OR would read and sort the whole history.
    newest = union(
        _newest(CHANGES.c.case == case_id, limit, before),
        _newest(and_(CHANGES.c.table == "contacts", CHANGES.c.row.in_(own)), limit, before),
    )
    query = select(CHANGES).where(CHANGES.c.seq.in_(newest)).order_by(CHANGES.c.seq.desc()).limit(limit)
    with store.read() as connection:
        if code := offline_lockout.hides(connection, store.now(), case_id):
            raise Refused(code)
        changes = connection.execute(query).mappings().all()
        names = dict(connection.execute(select(TABLES["counselors"].c.id, TABLES["counselors"].c.name)).all())
    return [
        HistoryLine(
            change["at"], names.get(change["actor"]) or change["actor"], change["device"], change["table"],
            change["row"], change["patch"] if isinstance(change["patch"], dict) else {}, change["id"], change["seq"],
        )
        for change in changes
    ]  # fmt: skip


def _newest(condition: ColumnElement[bool], limit: int, before: int | None) -> Select[int]:
    query = select(CHANGES.c.seq).where(condition)
    if before is not None:
        query = query.where(CHANGES.c.seq < before)
    return select(query.order_by(CHANGES.c.seq.desc()).limit(limit).subquery().c.seq)


def add_note(store: Store, case_id: str, text: str) -> str:
    """Add a note; returns its id."""
    note = ids.new_id()
    with store.write() as unit:
        _note(unit, note, case_id, text)
    return note


def noted(store: Store, case_id: str, text: str, draft: str) -> None:
    """Add a note and forget its draft, which stands under `draft` in what this laptop remembers."""
    with store.write() as unit:
        _note(unit, ids.new_id(), case_id, text)
        unit.remember(draft, None)


def _note(unit: Unit, note: str, case_id: str, text: str) -> None:
    values = {"author_id": unit.author.actor, "written_at": instants.iso(unit.now), "text": text}
    unit.record("notes", note, values, case=case_id)


def set_status(
    store: Store, case_id: str, status: str, reason: str | None = None, remarks: str | None = None
) -> None:
    """Close, reopen or follow up a case. Opened again, it keeps why it had been closed.

    `remarks`: why supervision closes it although something stands against it.
    """
    with store.write() as unit:
        if status == "closed":
            closed = {"closed_at": instants.iso(unit.now), "close_reason": reason}
            closed |= {"supervisor_remarks": remarks} if remarks else {}
            unit.record("cases", case_id, {"status": status, **closed})
        else:
            unit.record("cases", case_id, _reopened(unit, status))


def reopen(store: Store, case_id: str) -> None:
    """Open a closed case again: somebody called about it."""
    with store.write() as unit:
        reopen_in(unit, case_id)


def reopen_in(unit: Unit, case_id: str) -> None:
    """The same within a transaction."""
    row = unit.connection.execute(select(CASES.c.status).where(CASES.c.id == case_id)).one()
    if row.status == "closed":
        unit.record("cases", case_id, _reopened(unit, "open"))


def _reopened(unit: Unit, status: str) -> dict[str, Any]:
    return {"status": status, "closed_at": None, "reopened_at": instants.iso(unit.now)}


def merge(store: Store, case_id: str, into: str) -> None:
    """Say that two cases are one matter; both folios keep working. Raises Refused `merge_with_itself`."""
    with store.write() as unit:
        merge_in(unit, case_id, into)


def merge_in(unit: Unit, case_id: str, into: str) -> None:
    """The same within a transaction."""
    last = unit.connection.execute(select(CASES).where(CASES.c.id == into)).mappings().one()
    if _kept(unit.connection, last)["id"] == case_id:
        raise Refused("merge_with_itself")
    first = unit.connection.execute(select(CASES).where(CASES.c.id == case_id)).mappings().one()
    gone, target = sound.row("cases", first), sound.row("cases", last)
    unit.record("cases", case_id, {"merged_into": into, "status": "merged"})
    if taken := _taken_over(gone, target):
        unit.record("cases", into, taken)


def _taken_over(gone: Mapping[str, Any], target: Mapping[str, Any]) -> dict[str, Any]:
    """What the case that stays must say for the one that leaves the desk: urgency, hand-over to 911, being open."""
    patch: dict[str, Any] = {}
    if gone["status"] in OPEN and target["status"] == "closed":
        patch |= {"status": "open", "closed_at": None}
    levels = [level if level in LEVELS else LEVELS[0] for level in (gone["triage"], target["triage"])]
    if LEVELS.index(levels[0]) > LEVELS.index(levels[1]):
        patch |= {"triage": levels[0], f"answers.{RAISED}": levels[0]}
    escalated = (gone["answers"] or {}).get(ESCALATED)
    if escalated and not (target["answers"] or {}).get(ESCALATED):
        patch[f"answers.{ESCALATED}"] = escalated
    return patch


def unmerge(store: Store, case_id: str) -> None:
    """Undo a merge."""
    with store.write() as unit:
        unmerge_in(unit, case_id)


def unmerge_in(unit: Unit, case_id: str) -> None:
    """The same within a transaction."""
    unit.record("cases", case_id, {"merged_into": None, "status": "open"})


def viewed(store: Store, case_id: str, what: str = "view") -> None:
    """Note in the chain of views that this person saw this case."""
    with store.write() as unit:
        audit.note(unit.connection, unit.now, store.author.actor, what, case_id)

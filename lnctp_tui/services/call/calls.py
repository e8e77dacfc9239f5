"""Calls as they are stored: what was begun, what was not finished, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from lnctp_tui.domain.follow import attempts
from lnctp_tui.domain.follow.attempts import first_due
from lnctp_tui.domain.records.columns import COLUMNS
from lnctp_tui.domain.records.document import TABLE_OF, Record
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.case.cases import record_of
from lnctp_tui.services.refs import Place
from lnctp_tui.services.vault.writer import place_key
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound, state
from lnctp_tui.storage.database.session import TABLES, Store, Unit
from lnctp_tui.storage.replication import withdrawal

CONTACTS, CASES = TABLES["contacts"], TABLES["cases"]
OPEN_CALL = withdrawal.OPEN_CALL


@dataclass(frozen=True)
class UnfinishedCall:
    """A call that was begun here and never finished."""

    contact_id: str
    case_id: str | None
    folio: str | None
    started_at: str
    fields: int
    place: Place | None


@dataclass(frozen=True)
class CallLine:
    """One contact as a list shows it."""

    contact_id: str
    case_id: str | None
    folio: str | None
    started_at: str | None
    ended_at: str | None
    kind: str | None
    counselor: str | None
    narrative: str
    finished: bool


def unfinished(store: Store) -> list[UnfinishedCall]:
    """Calls to be offered again, newest first."""
    with store.read() as connection:
        begun = withdrawal.begun(connection)
        query = select(CONTACTS, CASES.c.folio).outerjoin(CASES, CASES.c.id == CONTACTS.c.case_id)
        rows = connection.execute(query.where(CONTACTS.c.id.in_(list(begun)), CONTACTS.c.erased_at.is_(None)))
        calls = []
        for row in [sound.row("contacts", raw) for raw in rows.mappings()]:
            place = state.get(connection, place_key(row["id"]))
            count = _fields_saved(connection, row)
            calls.append(_unfinished(row, count, Place(*place) if place else None))
    return sorted(calls, key=lambda call: call.started_at, reverse=True)


def _unfinished(row: Mapping[str, Any], fields: int, place: Place | None) -> UnfinishedCall:
    return UnfinishedCall(row["id"], row["case_id"], row["folio"], row["started_at"] or "", fields, place)


def _fields_saved(connection: Any, contact: Mapping[str, Any]) -> int:
    """How many fields the call and its case hold."""
    total = _filled(contact)
    if contact["case_id"]:
        for name in ASKED:
            table = TABLES[name]
            column = table.c.id if name == "cases" else table.c.case_id
            rows = connection.execute(
                select(table).where(column == contact["case_id"], table.c.erased_at.is_(None))
            )
            total += sum(_filled(sound.row(name, row)) for row in rows.mappings())
    return total


ASKED = tuple(TABLE_OF[on] for on in COLUMNS if on != "contact")
"""Tables beside the call itself that a protocol fills."""
NOT_FIELDS = frozenset(
    ("id", "heads", "extra", "created_at", "created_by", "erased_at", "case_id", "started_at", "ended_at",
     "opened_at", "folio", "status", "owner_id", "protocol_version", "counselor_id", "direction", "answers",
     "normalised")
)  # fmt: skip


def _filled(row: Mapping[str, Any]) -> int:
    columns = sum(1 for key, value in row.items() if key not in NOT_FIELDS and value not in (None, ""))
    return columns + len(row.get("answers") or {})


def list_calls(store: Store, limit: int = 200, *, unfinished_only: bool = False) -> list[CallLine]:
    """Contacts, newest first."""
    counselors = TABLES["counselors"]
    query = (
        select(CONTACTS, CASES.c.folio, counselors.c.name.label("counselor"))
        .outerjoin(CASES, CASES.c.id == CONTACTS.c.case_id)
        .outerjoin(counselors, counselors.c.id == CONTACTS.c.counselor_id)
        .where(CONTACTS.c.erased_at.is_(None))
        .order_by(CONTACTS.c.started_at.desc(), CONTACTS.c.id.desc())
        .limit(limit)
    )
    with store.read() as connection:
        begun = withdrawal.begun(connection)
        query = query.where(
            or_(offline_lockout.shown(connection, store.now(), "contacts"), CONTACTS.c.id.in_(list(begun)))
        )
        if unfinished_only:
            query = query.where(CONTACTS.c.id.in_(list(begun)))
        rows = [sound.row("contacts", row) for row in connection.execute(query).mappings()]
        return [_line(row, row["id"] not in begun) for row in rows]


def _line(row: Mapping[str, Any], finished: bool) -> CallLine:
    return CallLine(
        row["id"], row["case_id"], row["folio"], row["started_at"], row["ended_at"], row["kind"],
        row["counselor"] or row["counselor_id"], row["narrative"] or "", finished,
    )  # fmt: skip


def call(store: Store, contact_id: str) -> Record:
    """One contact whole. Raises Refused `no_such_call`, `cases_hidden`, `case_withdrawn`."""
    with store.read() as connection:
        row = connection.execute(select(CONTACTS).where(CONTACTS.c.id == contact_id)).mappings().first()
        code = offline_lockout.hides_contact(connection, store.now(), contact_id)
    if row is None:
        raise Refused("no_such_call")
    if code:
        raise Refused(code)
    return record_of("contacts", row)


def finish(store: Store, contact_id: str, task: Mapping[str, Any] | None, minimum_due: str | None) -> None:
    """End a call: it is not offered again. A promise and a missing minimum record become dated tasks."""
    with store.write() as unit:
        contact = (
            unit.connection.execute(select(CONTACTS).where(CONTACTS.c.id == contact_id)).mappings().one()
        )
        if task and contact["case_id"]:
            promised = {"kind": "callback", **_due(unit, contact["case_id"], task)}
            _task(unit, contact_id, contact["case_id"], promised)
        if minimum_due and contact["case_id"]:
            now = instants.iso(unit.now)
            owed = {"kind": "minimum_record", "due_from": now, "due_to": minimum_due}
            _task(unit, contact_id, contact["case_id"], owed)
        _forget(unit, contact_id)


def _due(unit: Unit, case_id: str, task: Mapping[str, Any]) -> Mapping[str, Any]:
    """A promise whose time nobody understood is due as a first attempt is."""
    if task.get("due_to"):
        return task
    triage = unit.connection.scalar(select(CASES.c.triage).where(CASES.c.id == case_id))
    return {**task, "due_to": instants.iso(first_due(unit.now, triage))}


def _task(unit: Unit, contact_id: str, case_id: str, values: Mapping[str, Any]) -> None:
    """A task of a call, once: a call that is ended again, by a journal or after it went on, makes no second one."""
    task = attempts.task_id(contact_id, values["kind"], 1)
    stored = unit.stored("tasks", task)
    if stored is None or stored["status"] == "open":
        unit.record("tasks", task, {"assignee_id": unit.author.actor, **values}, case=case_id)


def discard(store: Store, contact_id: str, case_id: str | None, reason: str) -> None:
    """Take back a call begun by mistake, and the case it opened; both stay in the log with the reason."""
    with store.write() as unit:
        now = instants.iso(unit.now)
        unit.record(
            "contacts", contact_id, {"answers.discard.reason": reason, "ended_at": now, "erased_at": now}
        )
        if case_id and not _others(unit, case_id, contact_id):
            unit.record("cases", case_id, {"close_reason": reason, "status": "closed", "erased_at": now})
        _forget(unit, contact_id)


def _others(unit: Unit, case_id: str, contact_id: str) -> bool:
    query = select(CONTACTS.c.id).where(
        CONTACTS.c.case_id == case_id, CONTACTS.c.id != contact_id, CONTACTS.c.erased_at.is_(None)
    )
    return unit.connection.execute(query).first() is not None


def _forget(unit: Unit, contact_id: str) -> None:
    unit.remember(OPEN_CALL + contact_id, None)
    unit.remember(place_key(contact_id), None)

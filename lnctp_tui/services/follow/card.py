"""What is read before anybody dials: whether it may be now, and without a permission no number at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.domain.follow.windows import ContactNow
from lnctp_tui.domain.records.document import Record
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import cases, transfer
from lnctp_tui.services.directory.opening import evaluate
from lnctp_tui.services.follow.worklist import taken_by
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store

TASKS, CASES, CONTACTS, IDENTIFIERS = (TABLES[name] for name in ("tasks", "cases", "contacts", "identifiers"))
STOPPED = frozenset({*attempts.STOPS.values(), attempts.ANOTHER, attempts.USED_UP})
"""Plans of reviews that stand between a person and the next call."""
ASKED_OF_CONTACTS = ("direction", "result", "started_at", "party", "reporter_type")


@dataclass(frozen=True)
class Card:
    """A task with what was agreed for its call."""

    task: Record
    case: Record
    now: ContactNow
    number: str | None
    """Only where it may be dialled now, or is being dialled."""
    calling: str | None
    """The contact of a call that this person began and that has no result yet."""
    disputed: frozenset[str]
    tried: tuple[tuple[str, str, str | None], ...]
    """(who, started at, result) of each attempt of its plan, oldest first."""
    names: Mapping[str, str]
    taken: tuple[tuple[str, str], ...] = ()
    """Who has the task and since when, where laptops that did not know of each other took it."""


def card(store: Store, task_id: str) -> Card:
    """Reads it from this laptop. Raises Refused `no_such_record`, and as `cases.document` does."""
    with store.read() as connection:
        raw = connection.execute(select(TASKS).where(TASKS.c.id == task_id)).mappings().first()
    if raw is None or not raw["case_id"]:
        raise Refused("no_such_record")
    document = cases.document(store, raw["case_id"])
    task = cases.record_of("tasks", raw)
    with store.read() as connection:
        disputed = disputed_of(connection, raw["case_id"])
        allowed = permission(connection, raw["case_id"], store.now())
        tried = made(connection, task)
    names = transfer.names(store)
    history = tuple(
        (names.get(str(row["counselor_id"]), ""), str(row["started_at"] or ""), row["result"])
        for row in tried
    )
    calling = next((row["id"] for row in tried if _begun(row, task, store.author.actor)), None)
    shown = allowed.shows_number or calling is not None
    number = number_of(document["case"], document["identifiers"]) if shown else None
    two = taken_by(store, [raw["case_id"]]).get(task_id, ())
    taken = tuple((name, at) for _id, name, at in two)
    return Card(task, document["case"], allowed, number, calling, disputed, history, names, taken)


def _begun(row: Mapping[str, Any], task: Record, person: str) -> bool:
    return row["task_id"] == task["id"] and not row["result"] and row["counselor_id"] == person


def number_of(case: Record, identifiers: list[Record]) -> str | None:
    """The number that was agreed."""
    chosen = case.get("callback_identifier_id")
    return next((row.get("value") for row in identifiers if chosen and row.get("id") == chosen), None)


def permission(connection: Connection, case_id: str, at: datetime) -> ContactNow:
    """Whether the person of a case may be called at an instant, by all that is stored."""
    asked = select(*(CONTACTS.c[name] for name in ASKED_OF_CONTACTS))
    of_case = asked.where(CONTACTS.c.case_id == case_id, CONTACTS.c.erased_at.is_(None))
    contacts = connection.execute(of_case).mappings()
    stopped = connection.execute(
        select(TASKS.c.id).where(
            TASKS.c.case_id == case_id, TASKS.c.kind == "review", TASKS.c.status == "open",
            TASKS.c.plan.in_(STOPPED), TASKS.c.erased_at.is_(None),
        )
    ).first()  # fmt: skip
    case = case_of(connection, case_id)
    calls: list[Mapping[str, Any]] = [dict(row) for row in contacts]
    disputed = disputed_of(connection, case_id)
    return windows.contact_now(case, calls, disputed, at, evaluate, stopped=stopped is not None)


def case_of(connection: Connection, case_id: str) -> dict[str, Any]:
    """The row of a case, which is there."""
    stored = connection.execute(select(CASES).where(CASES.c.id == case_id)).mappings().one()
    return sound.row("cases", stored)


def disputed_of(connection: Connection, case_id: str) -> frozenset[str]:
    """The columns of a case that have two values; the number to call too, where the number itself has two."""
    query = select(CONFLICTS.c.field).where(CONFLICTS.c.table == "cases", CONFLICTS.c.row == case_id)
    fields = frozenset(connection.execute(query).scalars())
    chosen = select(CASES.c.callback_identifier_id).where(CASES.c.id == case_id).scalar_subquery()
    number = select(CONFLICTS.c.row).where(
        CONFLICTS.c.table == "identifiers", CONFLICTS.c.row == chosen, CONFLICTS.c.field == "value"
    )
    return fields | {"callback_identifier_id"} if connection.execute(number).first() else fields


def made(connection: Connection, task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The attempts of the plan of a task, oldest first."""
    root = task.get("parent_id") or task["id"]
    plan = select(TASKS.c.id).where(
        TASKS.c.case_id == task["case_id"], (TASKS.c.id == root) | (TASKS.c.parent_id == root)
    )
    query = select(CONTACTS).where(
        CONTACTS.c.task_id.in_(plan), CONTACTS.c.direction == "out", CONTACTS.c.erased_at.is_(None)
    )
    rows = connection.execute(query.order_by(CONTACTS.c.started_at, CONTACTS.c.id)).mappings()
    return [sound.row("contacts", row) for row in rows]

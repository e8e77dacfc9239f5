"""What is to be done today: open tasks by their time, one question a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Select, exists, func, or_, select, true

from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.services.case import offline_lockout, transfer
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store

TASKS, CASES, CONTACTS, COUNSELORS = (TABLES[name] for name in ("tasks", "cases", "contacts", "counselors"))
REFERRALS = TABLES["referrals"]
Due = Literal["late", "today", "week"]
DUE: tuple[Due, ...] = ("late", "today", "week")
BESIDE = ("folio", "triage", "assignee")
"""What a line says besides the task."""
WEEK = timedelta(days=7)
COUNTED = 100
"""As many are counted; who has more has too many."""
SHOWN = tuple(TASKS.c[column.name] for column in BY_TABLE["tasks"].columns)


@dataclass(frozen=True)
class WorkLine:
    """One open task as a list shows it."""

    id: str
    case_id: str | None
    folio: str | None
    triage: str | None
    kind: str | None
    plan: str | None
    attempt: int | None
    due_from: str | None
    due_to: str | None
    say: str
    assignee_id: str | None
    assignees: tuple[str, ...]
    """Names; two when two laptops took it."""
    taken: tuple[tuple[str, str], ...] = ()
    """When two laptops took it: who, and when each did."""
    referral_id: str | None = None


@dataclass(frozen=True)
class Calling:
    """A call that the Line began and of which nobody said what came of it."""

    contact_id: str
    task_id: str
    case_id: str | None
    folio: str | None
    started_at: str | None


@dataclass(frozen=True)
class Awaited:
    """A referral that was sent and that nobody answered in time."""

    referral_id: str
    case_id: str
    folio: str | None
    provider: str
    expected_by: str


@dataclass(frozen=True)
class WorkList:
    """One page, how many there are (at most COUNTED), and calls of this person that have no result yet."""

    lines: list[WorkLine]
    late: int
    today: int
    week: int
    calling: list[Calling]
    awaited: tuple[Awaited, ...] = ()
    """Referrals that nobody answered in time."""


def worklist(
    store: Store,
    zone: str,
    limit: int,
    offset: int = 0,
    *,
    mine: bool = False,
    case_id: str | None = None,
    due: Due | None = None,
) -> WorkList:
    """A page of the open tasks, the first due first; those without a time before all, so that none is lost.

    `mine`: those of whoever asks and of nobody. `case_id`: of one case. `due`: only those, and those without a time.
    Days end on the clock of `zone`.
    """
    with store.read() as connection:
        query = question(limit, offset).where(offline_lockout.shown(connection, store.now()))
        if mine:
            me = store.author.actor
            query = query.where(or_(TASKS.c.assignee_id == me, TASKS.c.assignee_id.is_(None), _two_heads()))
        if case_id:
            query = query.where(TASKS.c.case_id == case_id)
        if due:
            query = query.where(or_(TASKS.c.due_to.is_(None), _within(due, store.now(), zone)))
        rows = list(connection.execute(query).mappings())
        counts = _counts(connection, store.now(), zone, case_id)
        calling = _calling(connection, store)
    both = taken_by(store, [row["case_id"] for row in rows if row["two"]])
    return WorkList([_line(row, both) for row in rows], *counts, calling)


def question(limit: int, offset: int = 0) -> Select[Any]:
    """The one question of a page."""
    return (
        select(
            TASKS.c.id, TASKS.c.case_id, *SHOWN, CASES.c.folio, CASES.c.triage, COUNSELORS.c.name.label("assignee"),
            _two_heads().label("two"),
        )
        .outerjoin(CASES, CASES.c.id == TASKS.c.case_id)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == TASKS.c.assignee_id)
        .where(TASKS.c.status == "open", TASKS.c.erased_at.is_(None), CASES.c.erased_at.is_(None))
        .order_by(TASKS.c.due_to, TASKS.c.id)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip


def _two_heads() -> Any:
    """Whether two people took it on laptops that did not know of each other."""
    return exists().where(
        CONFLICTS.c.table == "tasks", CONFLICTS.c.row == TASKS.c.id, CONFLICTS.c.field == "assignee_id"
    )


def _counts(connection: Connection, now: datetime, zone: str, case_id: str | None) -> tuple[int, int, int]:
    bounds = _bounds(now, zone)
    due, columns = TASKS.c.due_to, (TASKS.c.status == "open", TASKS.c.erased_at.is_(None))
    of_case = TASKS.c.case_id == case_id if case_id else true()
    spans = [
        select(TASKS.c.id).where(*columns, of_case, due >= first, due < last).limit(COUNTED).subquery()
        for first, last in zip(["", *bounds], bounds, strict=False)
    ]
    found = connection.execute(
        select(*(select(func.count()).select_from(span).scalar_subquery() for span in spans))
    )
    late, today, week = found.one()
    return int(late), int(today), int(week)


def _bounds(now: datetime, zone: str) -> list[str]:
    """Until when a task is overdue, due today, due this week."""
    midnight = instants.local(instants.iso(now), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [instants.iso(at) for at in (now, midnight + timedelta(days=1), midnight + WEEK)]


def _within(due: Due, now: datetime, zone: str) -> Any:
    bounds = _bounds(now, zone)
    place = DUE.index(due)
    return TASKS.c.due_to.between(["", *bounds][place], bounds[place])


def awaited(store: Store, case_id: str | None = None) -> tuple[Awaited, ...]:
    """Referrals that nobody answered in time, the first first; at most COUNTED."""
    query = (
        select(
            REFERRALS.c.id, REFERRALS.c.case_id, CASES.c.folio, func.coalesce(REFERRALS.c.provider_name, ""),
            REFERRALS.c.expected_by,
        )
        .join(CASES, CASES.c.id == REFERRALS.c.case_id)
        .where(
            REFERRALS.c.status == "sent", REFERRALS.c.expected_by < instants.iso(store.now()),
            REFERRALS.c.erased_at.is_(None), CASES.c.erased_at.is_(None),
        )
        .order_by(REFERRALS.c.expected_by, REFERRALS.c.id)
        .limit(COUNTED)
    )  # fmt: skip
    with store.read() as connection:
        query = query.where(offline_lockout.shown(connection, store.now()))
        if case_id:
            query = query.where(REFERRALS.c.case_id == case_id)
        return tuple(Awaited(*row) for row in connection.execute(query))


def _calling(connection: Connection, store: Store) -> list[Calling]:
    query = (
        select(CONTACTS.c.id, CONTACTS.c.task_id, CONTACTS.c.case_id, CASES.c.folio, CONTACTS.c.started_at)
        .outerjoin(CASES, CASES.c.id == CONTACTS.c.case_id)
        .where(
            CONTACTS.c.task_id > "", CONTACTS.c.direction == "out", CONTACTS.c.result.is_(None),
            CONTACTS.c.erased_at.is_(None), CONTACTS.c.counselor_id == store.author.actor,
            offline_lockout.shown(connection, store.now(), "contacts"),
        )
    )  # fmt: skip
    calls = [Calling(*row) for row in connection.execute(query)]  # by the index of tasks, which has few calls
    return sorted(calls, key=lambda call: call.started_at or "")


def taken_by(store: Store, case_ids: Sequence[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Task → (id, name, when) of each who took it, where laptops that did not know of each other did."""
    if not case_ids:
        return {}
    from lnctp_tui.services.sync import synchronise  # with all that a network needs

    names, found = transfer.names(store), {}
    for case_id in dict.fromkeys(case_ids):
        for conflict in synchronise.conflicts(store, case_id):
            if (conflict.table, conflict.field) == ("tasks", "assignee_id"):
                takers = [
                    (str(side.value or ""), names.get(str(side.value), side.actor_name), side.at)
                    for side in conflict.sides
                ]
                found[conflict.row] = tuple(sorted(takers, key=lambda taker: taker[2]))
    return found


def _line(raw: Mapping[Any, Any], both: Mapping[str, tuple[tuple[str, str, str], ...]]) -> WorkLine:
    row = sound.row("tasks", raw)
    folio, triage, assignee = (value if isinstance(value := row[name], str) else None for name in BESIDE)
    taken = tuple((name, at) for _id, name, at in both.get(str(row["id"]), ()))
    names = tuple(name for name, _at in taken) or ((assignee,) if assignee else ())
    return WorkLine(
        row["id"], row["case_id"], folio, triage, row["kind"], row["plan"], row["attempt"],
        row["due_from"], row["due_to"], row["say"] or "", row["assignee_id"], names, taken, row["referral_id"],
    )  # fmt: skip

"""What is to be done today: open tasks by their time, one question a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    String,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from lnctp_tui.services.case import offline_lockout, transfer
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.prepared import OPEN_TASK, Prepared, by_index, prepared, soundness
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store
from lnctp_tui.storage.replication import withdrawal

TASKS, CASES, CONTACTS, COUNSELORS = (TABLES[name] for name in ("tasks", "cases", "contacts", "counselors"))
REFERRALS = TABLES["referrals"]
Due = Literal["late", "today", "week"]
DUE: tuple[Due, ...] = ("late", "today", "week")
WEEK = timedelta(days=7)
COUNTED = 100
"""As many are counted; who has more has too many."""
NAMES = (
    "id", "case_id", "kind", "plan", "attempt", "due_from", "due_to", "say", "assignee_id", "referral_id",
)  # fmt: skip
"""Columns of the task in a line."""
_fits = soundness("tasks", NAMES)


@dataclass(slots=True)
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
    now, me, of_case = store.now(), store.author.actor, case_id is not None
    bounds = _bounds(now, zone)
    with store.read() as connection:
        since, gone = offline_lockout.since(connection, now), withdrawal.any_withdrawn(connection)
        page = _page(mine=mine, of_case=of_case, gone=gone, timed=due is not None)
        values = _span(due, bounds) | {
            "me": me,
            "case": case_id,
            "since": since,
            "most": limit,
            "begin": offset,
        }
        rows = page.rows(connection, **values)
        named = dict(zip(("now", "midnight", "week"), bounds, strict=True))
        ((late, today, week),) = _counts(of_case=of_case).rows(connection, case=case_id, **named)
        calling = _calling(connection, store, since, gone=gone)
    both = taken_by(store, [row[1] for row in rows if row[-1]])
    return WorkList([_line(row, both) for row in rows], late, today, week, calling)


def questions(store: Store, zone: str, limit: int) -> list[tuple[Prepared, dict[str, Any]]]:
    """What a first page asks, with the values: to compare it with the same asked bare."""
    shown = {"me": store.author.actor, "case": None, "since": None, "most": limit, "begin": 0}
    bounds = dict(zip(("now", "midnight", "week"), _bounds(store.now(), zone), strict=True))
    page = _page(mine=False, of_case=False, gone=False, timed=False)
    return [(page, shown), (_counts(of_case=False), bounds), (_called(gone=False), shown)]


@cache
def _page(*, mine: bool, of_case: bool, gone: bool, timed: bool) -> Prepared:
    """The one question of a page. `gone`: cases were taken from this person. `timed`: only what is due in a span."""
    since = bindparam("since", type_=String)
    query = (
        select(
            *(TASKS.c[name] for name in NAMES), CASES.c.folio, CASES.c.triage, COUNSELORS.c.name, _two_heads()
        )
        .outerjoin(CASES, CASES.c.id == TASKS.c.case_id)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == TASKS.c.assignee_id)
        .where(
            *OPEN_TASK,
            CASES.c.erased_at.is_(None),
        )
        .where(or_(since.is_(None), CASES.c.created_at >= since))
        .order_by(TASKS.c.due_to, TASKS.c.id)
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("begin", type_=Integer))
    )
    if gone:
        query = query.where(withdrawal.held_cases(CASES.c.id))
    if mine:
        me = bindparam("me", type_=String)
        query = query.where(or_(TASKS.c.assignee_id == me, TASKS.c.assignee_id.is_(None), _two_heads()))
    if of_case:
        query = query.where(TASKS.c.case_id == bindparam("case", type_=String))
    if timed:
        first, last = (bindparam(name, type_=String) for name in ("first", "last"))
        query = query.where(or_(TASKS.c.due_to.is_(None), TASKS.c.due_to.between(first, last)))
    return prepared(_by(query, of_case=of_case))


def _two_heads() -> Any:
    """Whether two people took it on laptops that did not know of each other."""
    return exists().where(
        CONFLICTS.c.table == "tasks", CONFLICTS.c.row == TASKS.c.id, CONFLICTS.c.field == "assignee_id"
    )


@cache
def _counts(*, of_case: bool) -> Prepared:
    """How many are late, due today and this week, of each at most COUNTED."""
    now, midnight, week = (bindparam(name, type_=String) for name in ("now", "midnight", "week"))
    mine = TASKS.c.case_id == bindparam("case", type_=String) if of_case else true()
    due, columns = (
        TASKS.c.due_to,
        (*OPEN_TASK, mine),
    )
    spans = [
        _by(
            select(TASKS.c.id).where(*columns, due >= first, due < last).limit(COUNTED), of_case=of_case
        ).subquery()
        for first, last in ((literal(""), now), (now, midnight), (midnight, week))
    ]
    return prepared(select(*(select(func.count()).select_from(span).scalar_subquery() for span in spans)))


def _by(query: Select[Any], *, of_case: bool) -> Select[Any]:
    return by_index(query, TASKS, "ix_tasks_case_id" if of_case else "tasks_open")


@cache
def _called(*, gone: bool) -> Prepared:
    """Calls of this person that have no result, by the index of tasks, which has few calls."""
    since = bindparam("since", type_=String)
    query = (
        select(CONTACTS.c.id, CONTACTS.c.task_id, CONTACTS.c.case_id, CASES.c.folio, CONTACTS.c.started_at)
        .outerjoin(CASES, CASES.c.id == CONTACTS.c.case_id)
        .where(
            CONTACTS.c.task_id > "", CONTACTS.c.direction == "out", CONTACTS.c.result.is_(None),
            CONTACTS.c.erased_at.is_(None), CONTACTS.c.counselor_id == bindparam("me", type_=String),
            or_(since.is_(None), CONTACTS.c.created_at >= since),
        )
    )  # fmt: skip
    return prepared(query.where(withdrawal.held_contacts()) if gone else query)


def _bounds(now: datetime, zone: str) -> list[str]:
    """Until when a task is overdue, due today, due this week."""
    midnight = instants.local(instants.iso(now), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [instants.iso(at) for at in (now, midnight + timedelta(days=1), midnight + WEEK)]


def _span(due: Due | None, bounds: Sequence[str]) -> dict[str, str]:
    """From when until when tasks of a kind are due."""
    if due is None:
        return {}
    place = DUE.index(due)
    return {"first": ["", *bounds][place], "last": bounds[place]}


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


def _calling(connection: Connection, store: Store, since: str | None, *, gone: bool) -> list[Calling]:
    calls = [Calling(*row) for row in _called(gone=gone).rows(connection, me=store.author.actor, since=since)]
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


def _line(stored: Sequence[Any], both: Mapping[str, tuple[tuple[str, str, str], ...]]) -> WorkLine:
    *row, folio, triage, name, _two = stored
    if not _fits(stored):
        fitting = sound.row("tasks", dict(zip(NAMES, row, strict=True)))
        row = [fitting[column] for column in NAMES]
    id_, case_id, kind, plan, attempt, due_from, due_to, say, assignee_id, referral_id = row
    taken = tuple((who, at) for _id, who, at in both.get(str(id_), ())) if both else ()
    names = tuple(who for who, _at in taken) or ((str(name),) if name else ())
    return WorkLine(
        id_, case_id, folio if isinstance(folio, str) else None, triage if isinstance(triage, str) else None,
        kind, plan, attempt, due_from, due_to, say or "", assignee_id, names, taken, referral_id,
    )  # fmt: skip

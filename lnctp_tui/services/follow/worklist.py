"""What is to be done today: open tasks by their time, one question a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

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
from lnctp_tui.storage.database.open_work import OPEN_TASK
from lnctp_tui.storage.database.prepared import Prepared, by_index, prepared, soundness
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store
from lnctp_tui.storage.replication import withdrawal

TASKS, CASES, CONTACTS, COUNSELORS = (TABLES[name] for name in ("tasks", "cases", "contacts", "counselors"))
WEEK = timedelta(days=7)
COUNTED = 100
"""As many are counted; who has more has too many."""


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


@dataclass(frozen=True)
class Calling:
    """A call that the Line began and of which nobody said what came of it."""

    contact_id: str
    task_id: str
    case_id: str | None
    folio: str | None
    started_at: str | None


@dataclass(frozen=True)
class WorkList:
    """One page, how many there are (at most COUNTED), and calls of this person that have no result yet."""

    lines: list[WorkLine]
    late: int
    today: int
    week: int
    calling: list[Calling]


def worklist(
    store: Store, zone: str, limit: int, offset: int = 0, *, mine: bool = False, case_id: str | None = None
) -> WorkList:
    """A page of the open tasks, the first due first; those without a time before all, so that none is lost.

    `mine`: those of whoever asks and of nobody. `case_id`: of one case. Days end on the clock of `zone`.
    """
    now, me, of_case = store.now(), store.author.actor, case_id is not None
    with store.read() as connection:
        since, gone = offline_lockout.since(connection, now), withdrawal.any_withdrawn(connection)
        page = _page(mine=mine, of_case=of_case, gone=gone)
        rows = page.rows(connection, me=me, case=case_id, since=since, most=limit, begin=offset)
        bounds = dict(zip(("now", "midnight", "week"), _bounds(now, zone), strict=True))
        ((late, today, week),) = _counts(of_case=of_case).rows(connection, case=case_id, **bounds)
        calling = _calling(connection, store, since, gone=gone)
    both = _both(store, [row[1] for row in rows if row[-1]])
    return WorkList([_line(row, both) for row in rows], late, today, week, calling)


def questions(store: Store, zone: str, limit: int) -> list[tuple[Prepared, dict[str, Any]]]:
    """What a first page asks, with the values: to compare it with the same asked bare."""
    shown = {"me": store.author.actor, "case": None, "since": None, "most": limit, "begin": 0}
    bounds = dict(zip(("now", "midnight", "week"), _bounds(store.now(), zone), strict=True))
    page = _page(mine=False, of_case=False, gone=False)
    return [(page, shown), (_counts(of_case=False), bounds), (_called(gone=False), shown)]


NAMES = ("id", "case_id", "kind", "plan", "attempt", "due_from", "due_to", "say", "assignee_id")
"""Columns of the task in a line, in the order of WorkLine but for what stands beside them."""
_sound = soundness("tasks", NAMES)


@cache
def _page(*, mine: bool, of_case: bool, gone: bool) -> Prepared:
    """The one question of a page. `gone`: cases were taken from this person."""
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
    return prepared(_by(query, of_case=of_case))


def _two_heads() -> Any:
    """Whether two people took it on laptops that did not know of each other."""
    return exists().where(
        CONFLICTS.c.table == "tasks", CONFLICTS.c.row == TASKS.c.id, CONFLICTS.c.field == "assignee_id"
    )


def _bounds(now: datetime, zone: str) -> list[str]:
    """Now, the next midnight, and the end of the seventh day."""
    midnight = instants.local(instants.iso(now), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return [instants.iso(at) for at in (now, midnight + timedelta(days=1), midnight + WEEK)]


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


def _calling(connection: Connection, store: Store, since: str | None, *, gone: bool) -> list[Calling]:
    calls = [Calling(*row) for row in _called(gone=gone).rows(connection, me=store.author.actor, since=since)]
    return sorted(calls, key=lambda call: call.started_at or "")


def _both(store: Store, case_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Task → the names of those who took it."""
    if not case_ids:
        return {}
    from lnctp_tui.services.sync import synchronise  # with all that a network needs

    names = transfer.names(store)
    return {
        conflict.row: tuple(names.get(str(side.value), side.actor_name) for side in conflict.sides)
        for case_id in dict.fromkeys(case_ids)
        for conflict in synchronise.conflicts(store, case_id)
        if conflict.table == "tasks" and conflict.field == "assignee_id"
    }


def _line(stored: Sequence[Any], both: Mapping[str, tuple[str, ...]]) -> WorkLine:
    *row, folio, triage, name, _two = stored
    if not _sound(stored):
        fitting = sound.row("tasks", dict(zip(NAMES, row, strict=True)))
        row = [fitting[name] for name in NAMES]
    id_, case_id, kind, plan, attempt, due_from, due_to, say, assignee_id = row
    alone = (str(name),) if name else ()
    return WorkLine(
        id_, case_id, folio, triage, kind, plan, attempt, due_from, due_to, say or "", assignee_id,
        both.get(id_, alone) if both else alone,
    )  # fmt: skip

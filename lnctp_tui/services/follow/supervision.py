"""What supervision looks at: open cases by urgency and age, and what stands still. A page is one question by an index.

Its conditions are those of migration 0013 (storage.database.prepared).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal, get_args

from sqlalchemy import (
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from lnctp_tui.errors import Refused
from lnctp_tui.services.case import links, offline_lockout
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.prepared import (
    IS_EMERGENCY,
    IS_NO_EMERGENCY,
    MINIMUM,
    OPEN_CASE,
    OPEN_TASK,
    PRESSING,
    RANK,
    Prepared,
    by_index,
    prepared,
    soundness,
)
from lnctp_tui.storage.database.session import CHANGES, CONFLICTS, TABLES, Store
from lnctp_tui.storage.replication import server_state, withdrawal

CASES, TASKS, COUNSELORS = TABLES["cases"], TABLES["tasks"], TABLES["counselors"]
View = Literal["urgency", "unassigned", "late", "minimum", "conflicts", "load", "matches"]
VIEWS: Final[tuple[View, ...]] = get_args(View)
COUNTED: Final = 1000
"""As many are counted; who has more has too many."""
NOW, SINCE = bindparam("now", type_=String), bindparam("since", type_=String)


@dataclass(slots=True)
class Supervised:
    """One row: a case, or a task, a conflict or a person's load."""

    case_id: str
    folio: str | None
    triage: str | None
    at: str | None
    """When the case was opened, the task was due, the conflict began, somebody asked to look."""
    who_id: str | None
    who: str | None
    what: str | None
    """Kind of the task; table and field in conflict, with a blank between."""
    late: int
    minimum: int
    """Whose minimum record is not complete."""
    open: int = 0
    """Of a load: cases that are open."""


@dataclass(frozen=True)
class Counts:
    """How many there are of each, at most COUNTED."""

    open: int
    unassigned: int
    late: int
    minimum: int
    conflicts: int
    unfit: int
    """Changes on this laptop that fit no table."""


@dataclass(frozen=True)
class Supervision:
    """A page of one view."""

    view: View
    rows: list[Supervised]
    counts: Counts


def supervision(store: Store, view: View, limit: int, offset: int = 0) -> Supervision:
    """A page of a view, and how many there are of each."""
    now = store.now()
    with store.read() as connection:
        since, gone = offline_lockout.since(connection, now), withdrawal.any_withdrawn(connection)
        asked = _questions(view, instants.iso(now), since, limit, offset, gone=gone)
        rows, ((*counted,),) = (question.rows(connection, **values) for question, values in asked)
    return Supervision(view, [_row(row) for row in rows], Counts(*counted))


def questions(store: Store, view: View, limit: int) -> list[tuple[Prepared, dict[str, Any]]]:
    """What a first page asks, with the values: to compare it with the same asked bare."""
    return _questions(view, instants.iso(store.now()), None, limit, 0, gone=False)


def _questions(
    view: View, now: str, since: str | None, limit: int, offset: int, *, gone: bool
) -> list[tuple[Prepared, dict[str, Any]]]:
    values = {"now": now, "since": since, "most": limit, "begin": offset}
    return [(page(view, gone=gone), values), (counts(), {"now": now})]


READ: Final = ("id", "folio", "triage", "opened_at", "owner_id")
"""Columns of a case by whose rules a row is looked at."""
_fits = soundness("cases", READ)


def _row(stored: Sequence[Any]) -> Supervised:
    if _fits(stored):
        return Supervised(*stored)
    case = sound.row("cases", dict(zip(READ, stored, strict=False)))
    return Supervised(*(case[name] for name in READ), *stored[len(READ) :])


def review(store: Store, case_id: str, remarks: str) -> None:
    """Keep what supervision has to say of a case; reviews that were asked for end with it. Done twice it is once there.

    Raises Refused `not_supervision` where somebody else leads.
    """
    with store.write() as unit:
        if not server_state.leads(unit.connection):
            raise Refused("not_supervision")
        case = unit.stored("cases", case_id)
        if case is None:
            raise Refused("no_such_case")
        if case["supervisor_remarks"] != remarks:
            unit.record("cases", case_id, {"supervisor_remarks": remarks})
        asked = select(TASKS.c.id).where(*OPEN_TASK, TASKS.c.case_id == case_id, TASKS.c.kind == "review")
        for task_id in unit.connection.execute(asked).scalars().all():
            done = {"status": "done", "done_at": instants.iso(unit.now), "outcome": remarks}
            unit.record("tasks", task_id, done)


@cache
def page(view: View, *, gone: bool = False) -> Prepared:
    """The one question of a page."""
    most, begin = bindparam("most", type_=Integer), bindparam("begin", type_=Integer)

    def shown(query: Select[Any]) -> Select[Any]:
        query = query.where(or_(SINCE.is_(None), CASES.c.created_at >= SINCE))
        return query.where(withdrawal.held_cases(CASES.c.id)) if gone else query

    if view in ("urgency", "unassigned"):
        first, rest = (shown(query).limit(most + begin).subquery() for query in _by_urgency(view))
        # One after the other, as SQLite reads them.
        return prepared(union_all(select(first), select(rest)).limit(most).offset(begin))
    query = _QUERIES[view]().limit(most).offset(begin)
    return prepared(query if view == "load" else shown(query))


def _by_urgency(view: View) -> tuple[Select[Any], Select[Any]]:
    """Emergencies, the newest first: who is in danger this minute is not below one of half a year ago; the others."""
    first = _QUERIES[view]().where(IS_EMERGENCY).order_by(None)
    newest = first.order_by(CASES.c.opened_at.desc(), CASES.c.id.desc())
    return newest, _QUERIES[view]().where(IS_NO_EMERGENCY)


def _late_of(*more: Any) -> Any:
    """How many open tasks of a case are over."""
    mine = select(func.count()).select_from(TASKS).where(TASKS.c.case_id == CASES.c.id, *OPEN_TASK, *more)
    return by_index(mine, TASKS, "ix_tasks_case_id").scalar_subquery()


def _cases(index: str, *where: Any) -> Select[Any]:
    incomplete = _late_of(MINIMUM)
    query = (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, CASES.c.opened_at, CASES.c.owner_id, COUNSELORS.c.name,
            null(), _late_of(TASKS.c.due_to < NOW), incomplete,
        )
        .outerjoin(COUNSELORS, COUNSELORS.c.id == CASES.c.owner_id)
        .where(*OPEN_CASE, *where)
        .order_by(RANK, CASES.c.opened_at, CASES.c.id)
    )  # fmt: skip
    return by_index(query, CASES, index)


def _tasks(index: str, *where: Any, at: Any = TASKS.c.due_to) -> Select[Any]:
    query = (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, at, TASKS.c.assignee_id, COUNSELORS.c.name,
            TASKS.c.kind, literal(0), literal(0),
        )
        .select_from(TASKS)
        .join(CASES, CASES.c.id == TASKS.c.case_id)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == TASKS.c.assignee_id)
        .where(*OPEN_TASK, CASES.c.erased_at.is_(None), *where)
        .order_by(TASKS.c.due_to, TASKS.c.id)
    )  # fmt: skip
    return by_index(query, TASKS, index)


def _conflicts() -> Select[Any]:
    what = CONFLICTS.c.table + literal(" ") + CONFLICTS.c.field
    return (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, CONFLICTS.c.since, CASES.c.owner_id, COUNSELORS.c.name, what,
            literal(0), literal(0),
        )
        .select_from(CONFLICTS)
        .join(CASES, CASES.c.id == CONFLICTS.c.case)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == CASES.c.owner_id)
        .order_by(CONFLICTS.c.since, CONFLICTS.c.case, CONFLICTS.c.field)
    )  # fmt: skip


def _load() -> Select[Any]:
    """Per person: open cases, of them the pressing ones, open tasks that are over."""
    pressing = func.sum(PRESSING)
    per = by_index(
        select(CASES.c.owner_id, func.count().label("open"), pressing.label("pressing"))
        .where(*OPEN_CASE, CASES.c.owner_id.is_not(None))
        .group_by(CASES.c.owner_id),
        CASES, "cases_load",
    ).subquery()  # fmt: skip
    mine = select(func.count()).select_from(TASKS).where(*OPEN_TASK, TASKS.c.assignee_id == per.c.owner_id)
    over = by_index(mine.where(TASKS.c.due_to < NOW), TASKS, "tasks_of").scalar_subquery()
    return (
        select(
            literal(""), null(), null(), null(),
            per.c.owner_id, COUNSELORS.c.name, null(), over, per.c.pressing, per.c.open,
        )
        .select_from(per)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == per.c.owner_id)
        .order_by(per.c.open.desc(), per.c.owner_id)
    )  # fmt: skip


_QUERIES: Final[Mapping[View, Callable[[], Select[Any]]]] = {
    "urgency": lambda: _cases("cases_urgency"),
    "unassigned": lambda: _cases("cases_unowned", CASES.c.owner_id.is_(None)),
    "late": lambda: _tasks("tasks_open", TASKS.c.due_to < NOW),
    "minimum": lambda: _tasks("tasks_minimum", MINIMUM),
    "conflicts": _conflicts,
    "load": _load,
    "matches": lambda: _tasks(
        "tasks_open", TASKS.c.kind == links.REVIEW, TASKS.c.plan == links.MATCHES, at=TASKS.c.created_at
    ),
}


@cache
def counts() -> Prepared:
    """How many there are of each, none counted beyond COUNTED."""
    asked: Sequence[Select[Any]] = (
        by_index(select(CASES.c.id).where(*OPEN_CASE), CASES, "cases_urgency"),
        by_index(select(CASES.c.id).where(*OPEN_CASE, CASES.c.owner_id.is_(None)), CASES, "cases_unowned"),
        by_index(select(TASKS.c.id).where(*OPEN_TASK, TASKS.c.due_to < NOW), TASKS, "tasks_open"),
        by_index(
            select(TASKS.c.id).where(*OPEN_TASK, MINIMUM),
            TASKS,
            "tasks_minimum",
        ),
        select(CONFLICTS.c.row),
        select(CHANGES.c.seq).where(CHANGES.c.unfit.is_not(None)),
    )
    spans = (query.limit(COUNTED).subquery() for query in asked)
    return prepared(select(*(select(func.count()).select_from(span).scalar_subquery() for span in spans)))

"""What supervision looks at: open cases by urgency and age, and what stands still. A page is one question by an index.

The conditions are written as migration 0013 has them: SQLite takes a partial index for a condition that is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import Integer, Select, String, bindparam, func, literal_column, or_, select

from lnctp_tui.services.case import offline_lockout
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.prepared import Prepared, by_index, prepared
from lnctp_tui.storage.database.session import CHANGES, CONFLICTS, TABLES, Store
from lnctp_tui.storage.replication import withdrawal

CASES, TASKS, COUNSELORS = TABLES["cases"], TABLES["tasks"], TABLES["counselors"]
View = Literal["urgency", "unassigned", "late", "minimum", "conflicts", "load"]
VIEWS: Final[tuple[View, ...]] = ("urgency", "unassigned", "late", "minimum", "conflicts", "load")
COUNTED: Final = 1000
"""As many are counted; who has more has too many."""
RANK: Final = literal_column(
    "CASE cases.triage WHEN 'emergency' THEN 0 WHEN 'urgent_24h' THEN 1 WHEN 'priority' THEN 2 "
    "WHEN 'follow_up' THEN 4 WHEN 'information' THEN 5 ELSE 3 END",
    Integer,
)
"""The place of a level in URGENCY: what nobody assessed goes before what can wait."""
OPEN_CASE: Final = (
    CASES.c.status.in_((literal_column("'open'"), literal_column("'follow_up'"))), CASES.c.erased_at.is_(None),
)  # fmt: skip
OPEN_TASK: Final = (TASKS.c.status == literal_column("'open'"), TASKS.c.erased_at.is_(None))
NOW, SINCE = bindparam("now", type_=String), bindparam("since", type_=String)


@dataclass(slots=True)
class Supervised:
    """One row: a case, or a task, a conflict or a person's load."""

    case_id: str
    folio: str | None
    triage: str | None
    at: str | None
    """When the case was opened, the task was due, the conflict began."""
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
        at = instants.iso(now)
        rows = page(view, gone=gone).rows(connection, now=at, since=since, most=limit, begin=offset)
        ((*counted,),) = counts().rows(connection, now=at)
    return Supervision(view, [Supervised(*row) for row in rows], Counts(*counted))


@cache
def page(view: View, *, gone: bool = False) -> Prepared:
    """The one question of a page."""
    query = _QUERIES[view]().limit(bindparam("most", type_=Integer)).offset(bindparam("begin", type_=Integer))
    if view != "load":
        query = query.where(or_(SINCE.is_(None), CASES.c.created_at >= SINCE))
        query = query.where(withdrawal.held_cases(CASES.c.id)) if gone else query
    return prepared(query)


def _late_of(*more: Any) -> Any:
    """How many open tasks of a case are over."""
    mine = select(func.count()).select_from(TASKS).where(TASKS.c.case_id == CASES.c.id, *OPEN_TASK, *more)
    return by_index(mine, TASKS, "ix_tasks_case_id").scalar_subquery()


def _cases(index: str, *where: Any) -> Select[Any]:
    incomplete = _late_of(TASKS.c.kind == literal_column("'minimum_record'"))
    query = (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, CASES.c.opened_at, CASES.c.owner_id, COUNSELORS.c.name,
            literal_column("NULL"), _late_of(TASKS.c.due_to < NOW), incomplete,
        )
        .outerjoin(COUNSELORS, COUNSELORS.c.id == CASES.c.owner_id)
        .where(*OPEN_CASE, *where)
        .order_by(RANK, CASES.c.opened_at, CASES.c.id)
    )  # fmt: skip
    return by_index(query, CASES, index)


def _tasks(index: str, *where: Any) -> Select[Any]:
    query = (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, TASKS.c.due_to, TASKS.c.assignee_id, COUNSELORS.c.name,
            TASKS.c.kind, literal_column("0"), literal_column("0"),
        )
        .select_from(TASKS)
        .join(CASES, CASES.c.id == TASKS.c.case_id)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == TASKS.c.assignee_id)
        .where(*OPEN_TASK, CASES.c.erased_at.is_(None), *where)
        .order_by(TASKS.c.due_to, TASKS.c.id)
    )  # fmt: skip
    return by_index(query, TASKS, index)


def _conflicts() -> Select[Any]:
    what = CONFLICTS.c.table + literal_column("' '") + CONFLICTS.c.field
    return (
        select(
            CASES.c.id, CASES.c.folio, CASES.c.triage, CONFLICTS.c.since, CASES.c.owner_id, COUNSELORS.c.name, what,
            literal_column("0"), literal_column("0"),
        )
        .select_from(CONFLICTS)
        .join(CASES, CASES.c.id == CONFLICTS.c.case)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == CASES.c.owner_id)
        .order_by(CONFLICTS.c.since, CONFLICTS.c.case, CONFLICTS.c.field)
    )  # fmt: skip


def _load() -> Select[Any]:
    """Per person: open cases, of them the pressing ones, open tasks that are over."""
    pressing = func.sum(literal_column("2") > RANK)
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
            literal_column("''"), literal_column("NULL"), literal_column("NULL"), literal_column("NULL"),
            per.c.owner_id, COUNSELORS.c.name, literal_column("NULL"), over, per.c.pressing, per.c.open,
        )
        .select_from(per)
        .outerjoin(COUNSELORS, COUNSELORS.c.id == per.c.owner_id)
        .order_by(per.c.open.desc(), per.c.owner_id)
    )  # fmt: skip


_QUERIES: Final = {
    "urgency": lambda: _cases("cases_urgency"),
    "unassigned": lambda: _cases("cases_unowned", CASES.c.owner_id.is_(None)),
    "late": lambda: _tasks("tasks_open", TASKS.c.due_to < NOW),
    "minimum": lambda: _tasks("tasks_minimum", TASKS.c.kind == literal_column("'minimum_record'")),
    "conflicts": _conflicts,
    "load": _load,
}


@cache
def counts() -> Prepared:
    """How many there are of each, none counted beyond COUNTED."""
    asked: Sequence[Select[Any]] = (
        by_index(select(CASES.c.id).where(*OPEN_CASE), CASES, "cases_urgency"),
        by_index(select(CASES.c.id).where(*OPEN_CASE, CASES.c.owner_id.is_(None)), CASES, "cases_unowned"),
        by_index(select(TASKS.c.id).where(*OPEN_TASK, TASKS.c.due_to < NOW), TASKS, "tasks_open"),
        by_index(
            select(TASKS.c.id).where(*OPEN_TASK, TASKS.c.kind == literal_column("'minimum_record'")),
            TASKS,
            "tasks_minimum",
        ),
        select(CONFLICTS.c.row),
        select(CHANGES.c.seq).where(CHANGES.c.unfit.is_not(None)),
    )
    spans = (query.limit(literal_column(str(COUNTED))).subquery() for query in asked)
    return prepared(select(*(select(func.count()).select_from(span).scalar_subquery() for span in spans)))

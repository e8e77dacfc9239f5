"""What is to be done today: open tasks by their time, one question a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, exists, func, or_, select, true

from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.services.case import offline_lockout, transfer
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store

TASKS, CASES, CONTACTS, COUNSELORS = (TABLES[name] for name in ("tasks", "cases", "contacts", "counselors"))
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
    with store.read() as connection:
        query = question(limit, offset).where(offline_lockout.shown(connection, store.now()))
        if mine:
            me = store.author.actor
            query = query.where(or_(TASKS.c.assignee_id == me, TASKS.c.assignee_id.is_(None), _two_heads()))
        if case_id:
            query = query.where(TASKS.c.case_id == case_id)
        rows = list(connection.execute(query).mappings())
        counts = _counts(connection, store.now(), zone, case_id)
        calling = _calling(connection, store)
    both = _both(store, [row["case_id"] for row in rows if row["two"]])
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
    midnight = instants.local(instants.iso(now), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    bounds = [instants.iso(at) for at in (now, midnight + timedelta(days=1), midnight + WEEK)]
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


def _line(raw: Mapping[Any, Any], both: Mapping[str, tuple[str, ...]]) -> WorkLine:
    row = sound.row("tasks", raw)
    folio, triage, assignee = (value if isinstance(value := row[name], str) else None for name in BESIDE)
    alone = (assignee,) if assignee else ()
    return WorkLine(
        row["id"], row["case_id"], folio, triage, row["kind"], row["plan"], row["attempt"],
        row["due_from"], row["due_to"], row["say"] or "", row["assignee_id"], both.get(str(row["id"]), alone),
    )  # fmt: skip

"""Tasks: taken, let go, done, put off; and what was agreed of the hours to call, as hours."""

from __future__ import annotations

from sqlalchemy import select

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.domain.values import moments
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory import opening
from lnctp_tui.services.follow.card import TASKS, case_of
from lnctp_tui.services.follow.worklist import taken_by
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import server_state

new_id = ids.new_id
REVIEW = "review"


def take(store: Store, task_id: str, seen: str | None, person: str | None = None) -> None:
    """Take a task, or with `person` give it; `seen`: whose it was when that was decided.

    Raises Refused `task_taken` when a colleague took it meanwhile.
    """
    with store.write() as unit:
        whose = open_task(unit, task_id)
        mine = person or unit.author.actor
        if whose not in (None, seen, mine):
            raise Refused("task_taken")
        unit.record("tasks", task_id, {"assignee_id": mine})


def let_go(store: Store, task_id: str, case_id: str) -> None:
    """Give up a task that one has. Where two laptops took it, the other person has it from then on.

    Raises Refused `task_not_yours`.
    """
    takers = taken_by(store, [case_id]).get(task_id, ())
    with store.write() as unit:
        mine = unit.author.actor
        owner = open_task(unit, task_id)
        whose = {person for person, _name, _at in takers} or {owner or ""}
        if mine not in whose:
            raise Refused("task_not_yours")
        others = sorted(person for person in whose if person and person != mine)
        unit.record("tasks", task_id, {"assignee_id": others[0] if others else None})


def done(store: Store, task_id: str, outcome: str) -> None:
    """End a task with what came of it. What supervision is asked only supervision ends (services.follow.deciding).

    Raises Refused `task_is_over`, `no_such_record`, `supervision_decides`.
    """
    with store.write() as unit:
        open_task(unit, task_id)
        if unit.connection.scalar(select(TASKS.c.kind).where(TASKS.c.id == task_id)) == REVIEW:
            only_supervision(unit)
        unit.record(
            "tasks", task_id, {"status": "done", "done_at": instants.iso(unit.now), "outcome": outcome}
        )


def due(store: Store, task_id: str, due_from: str, due_to: str) -> str:
    """Put a task off; returns `unsafe` where no safe hour is known before it is due, else nothing.

    Raises Refused `time_is_over` for a time in the past.
    """
    with store.write() as unit:
        open_task(unit, task_id)
        ends = moments.zoned(due_to)
        if ends is None or ends <= unit.now:
            raise Refused("time_is_over")
        unit.record("tasks", task_id, {"due_from": due_from, "due_to": due_to})
        of = select(TASKS.c.case_id).where(TASKS.c.id == task_id, TASKS.c.kind.in_(windows.CALLED))
        case_id = unit.connection.scalar(of)
        if case_id is None:
            return ""
        begins = moments.zoned(due_from)
        case = case_of(unit.connection, case_id)
        closed = windows.no_window(case, max(begins or unit.now, unit.now), ends, opening.evaluate)
        return "unsafe" if closed else ""


def plan(store: Store, task_id: str, case_id: str) -> None:
    """Plan a call in a case where none is: due as a first attempt is, and whoever plans it has it."""
    with store.write() as unit:
        if unit.stored("tasks", task_id) is None:
            triage = case_of(unit.connection, case_id)["triage"]
            values = {
                "kind": "follow_up", "due_from": instants.iso(unit.now), "assignee_id": unit.author.actor,
                "due_to": instants.iso(attempts.first_due(unit.now, triage)),
            }  # fmt: skip
            unit.record("tasks", task_id, values, case=case_id)


def next_call(store: Store, case_id: str) -> str | None:
    """The open task of a case to call somebody, the first due first; None without one."""
    query = select(TASKS.c.id).where(
        TASKS.c.case_id == case_id, TASKS.c.status == "open", TASKS.c.kind.in_(windows.CALLED),
        TASKS.c.erased_at.is_(None),
    )  # fmt: skip
    with store.read() as connection:
        found = connection.scalar(query.order_by(TASKS.c.due_to, TASKS.c.id).limit(1))
    return str(found) if found else None


def allow_message(store: Store, case_id: str, answer: str | None) -> None:
    """Note whether a message may be left: `yes`, `no`, or None as never asked. Raises Refused `not_a_choice`."""
    if answer not in ("yes", "no", None):
        raise Refused("not_a_choice")
    with store.write() as unit:
        unit.record("cases", case_id, {"callback_message": answer})


def agree(store: Store, case_id: str, hours: str, zone: str) -> None:
    """Write down the hours in which a person may be called, on their clock. Raises Refused `hours_unread`."""
    if not opening.readable(hours):
        raise Refused("hours_unread")
    with store.write() as unit:
        unit.record("cases", case_id, {"callback_hours": hours, "callback_zone": zone})


def only_supervision(unit: Unit) -> None:
    """Raises Refused `supervision_decides` for anybody else."""
    if not server_state.leads(unit.connection):
        raise Refused("supervision_decides")


def open_task(unit: Unit, task_id: str) -> str | None:
    """Whose an open task is."""
    query = select(TASKS.c.status, TASKS.c.assignee_id).where(
        TASKS.c.id == task_id, TASKS.c.erased_at.is_(None)
    )
    row = unit.connection.execute(query).first()
    if row is None:
        raise Refused("no_such_record")
    if row.status not in (None, "open"):
        raise Refused("task_is_over")
    return str(row.assignee_id) if row.assignee_id else None

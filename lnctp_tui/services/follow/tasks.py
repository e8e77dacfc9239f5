"""Tasks: taken, let go, done, put off; and what was agreed of the hours to call, as hours."""

from __future__ import annotations

from sqlalchemy import select

from lnctp_tui.domain.follow import closing
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document
from lnctp_tui.domain.values import moments
from lnctp_tui.errors import Refused
from lnctp_tui.services.call.completeness import missing
from lnctp_tui.services.directory import opening
from lnctp_tui.services.follow.card import TASKS
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store, Unit


def take(store: Store, task_id: str, seen: str | None, person: str | None = None) -> None:
    """Take a task, or with `person` give it; `seen`: whose it was when that was decided.

    Raises Refused `task_taken` when a colleague took it meanwhile.
    """
    with store.write() as unit:
        whose = _open(unit, task_id)
        mine = person or unit.author.actor
        if whose not in (None, seen, mine):
            raise Refused("task_taken")
        unit.record("tasks", task_id, {"assignee_id": mine})


def done(store: Store, task_id: str, outcome: str) -> None:
    """End a task with what came of it. Raises Refused `task_is_over`, `no_such_record`."""
    with store.write() as unit:
        _open(unit, task_id)
        unit.record(
            "tasks", task_id, {"status": "done", "done_at": instants.iso(unit.now), "outcome": outcome}
        )


def due(store: Store, task_id: str, due_from: str, due_to: str) -> None:
    """Put a task off. Raises Refused `time_is_over` for a time in the past."""
    with store.write() as unit:
        _open(unit, task_id)
        ends = moments.zoned(due_to)
        if ends is None or ends <= unit.now:
            raise Refused("time_is_over")
        unit.record("tasks", task_id, {"due_from": due_from, "due_to": due_to})


def blockers(protocol: Protocol, document: Document, reason: str, disputed: bool) -> tuple[str, ...]:
    """What keeps a case from being closed for this reason (domain.follow.closing)."""
    reports = [row for row in document["contacts"] if row.get("direction") != "out"]
    last = max(reports, key=lambda row: str(row.get("started_at") or ""), default={"id": ""})
    debt = bool(missing(document, str(last["id"]), protocol, "close"))
    return closing.may_close(document, reason, disputed=disputed, debt=debt)


def agree(store: Store, case_id: str, hours: str, zone: str) -> None:
    """Write down the hours in which a person may be called, on their clock. Raises Refused `hours_unread`."""
    if not opening.readable(hours):
        raise Refused("hours_unread")
    with store.write() as unit:
        unit.record("cases", case_id, {"callback_hours": hours, "callback_zone": zone})


def _open(unit: Unit, task_id: str) -> str | None:
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

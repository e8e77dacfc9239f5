"""An outgoing call of a task: begun when it may be, with its own clock, and what follows from its result."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.domain.follow.attempts import Attempt, Next
from lnctp_tui.domain.follow.windows import ContactNow
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory.opening import evaluate
from lnctp_tui.services.follow.card import CONTACTS, TASKS, case_of, made, permission
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CONFLICTS, Store, Unit

READ = "leido"
"""Basis of a call before which what was agreed was read, where no clock can say it."""
OVERRIDE = "override."
"""Answers of a contact: by which basis what was agreed was passed, and the reason in words."""
OUT_OF_HOURS = "fuera_de_horario"


def beginning(store: Store, task_id: str, basis: str | None, reason: str | None) -> Deed:
    """The deed that begins a call now, also if the disk takes it later."""
    return deed("attempt", ids.new_id(), task_id, instants.iso(store.now()), basis, reason)


def begin(
    store: Store, contact_id: str, task_id: str, at: str, basis: str | None = None, reason: str | None = None
) -> None:
    """Begin the call of a task in its case, at an instant at which it may be.

    Raises Refused `not_a_safe_hour`, `too_soon`, `read_before_calling`; `no_such_record`, `task_is_over`.
    """
    with store.write() as unit:
        if unit.stored("contacts", contact_id) is not None:
            return
        task = _task(unit, task_id)
        if task["status"] not in (None, "open") or task["kind"] not in windows.CALLED:
            raise Refused("task_is_over")
        allowed = permission(unit.connection, task["case_id"], instants.parse(at))
        _check(allowed, basis, reason)
        case = case_of(unit.connection, task["case_id"])
        values = {
            "started_at": at, "direction": "out", "task_id": task_id, "party": windows.PERSON,
            "counselor_id": unit.author.actor, "channel": task["channel"] or case["callback_channel"] or "llamada",
        }  # fmt: skip
        passed = basis if allowed.state != "now" else None
        if passed:
            values[f"answers.{OVERRIDE}{passed}"] = (reason or "").strip() or "yes"
        unit.record("contacts", contact_id, values, case=task["case_id"])
        if passed == windows.LIFE:
            _review(
                unit,
                task,
                Next("review", OUT_OF_HOURS, unit.now, unit.now + attempts.REVIEWED_WITHIN),
                contact_id,
            )
        if _keeps(unit, task):
            unit.record("tasks", task_id, {"assignee_id": unit.author.actor})


def _check(allowed: ContactNow, basis: str | None, reason: str | None) -> None:
    if allowed.state in ("never", "wait") and not windows.overrides(basis, reason):
        raise Refused("too_soon" if allowed.why == "too_soon" else "not_a_safe_hour")
    if allowed.state == "read_first" and basis != READ and not windows.overrides(basis, reason):
        raise Refused("read_before_calling")


def _keeps(unit: Unit, task: Mapping[str, Any]) -> bool:
    """Whether this attempt takes the task: whoever tried first has it."""
    me = unit.author.actor
    tried = [row["counselor_id"] for row in made(unit.connection, task) if row["task_id"] == task["id"]]
    two = select(CONFLICTS.c.row).where(
        CONFLICTS.c.table == "tasks", CONFLICTS.c.row == task["id"], CONFLICTS.c.field == "assignee_id"
    )
    to_say = task["assignee_id"] != me or unit.connection.execute(two).first() is not None
    return to_say and all(person == me for person in tried)


def result(store: Store, contact_id: str, code: str, note: str | None = None) -> str:
    """Say what came of a call; returns what follows: `none`, `attempt`, `review`, and `unsafe` without a safe hour.

    Raises Refused `no_such_call`, `result_is_there`.
    """
    with store.write() as unit:
        query = select(CONTACTS).where(CONTACTS.c.id == contact_id)
        stored = unit.connection.execute(query).mappings().first()
        if stored is None or stored["direction"] != "out":
            raise Refused("no_such_call")
        contact = sound.row("contacts", stored)
        if contact["result"]:
            raise Refused("result_is_there")
        ended = contact["ended_at"] or instants.iso(unit.now)
        text = {"outcome": note} if note else {}
        unit.record("contacts", contact_id, {"result": code, "ended_at": ended, **text})
        if code == windows.ASKED_NOT_TO and contact["case_id"]:
            unit.record("cases", contact["case_id"], {"callback_allowed": "no"})
        task = _find(unit, str(contact["task_id"]))
        return _follow(unit, task, code, note) if task else "none"


def _follow(unit: Unit, task: Mapping[str, Any], code: str, note: str | None) -> str:
    """Ends the task, and makes what follows."""
    case = case_of(unit.connection, task["case_id"])
    tried = [
        Attempt(instants.parse(row["started_at"]), row["result"])
        for row in made(unit.connection, task)
        if row["started_at"] and row["result"]
    ]
    step = attempts.after(tried, unit.now, case["callback_hours"], case["callback_zone"], evaluate)
    ended = "done" if step.kind == "none" else "could_not_reach"
    patch = {"status": ended, "done_at": instants.iso(unit.now), "outcome": note or code}
    unit.record("tasks", task["id"], patch)
    if step.kind == "attempt":
        _next(unit, task, step)
    elif step.kind == "review":
        _stop(unit, task)
        _review(unit, task, step, task.get("parent_id") or task["id"], len(tried))
    return "unsafe" if step.unsafe else step.kind


def _next(unit: Unit, task: Mapping[str, Any], step: Next) -> None:
    root = str(task.get("parent_id") or task["id"])
    number = int(task.get("attempt") or 1) + 1
    made_id = attempts.task_id(root, str(task["kind"]), number)
    if _find(unit, made_id):
        return  # a colleague's laptop made it
    unit.record(
        "tasks",
        made_id,
        {
            "kind": task["kind"], "parent_id": root, "attempt": number, "plan": step.plan, "say": task["say"],
            "channel": task["channel"], "assignee_id": task["assignee_id"], "zone": task["zone"],
            "priority": task["priority"], "due_from": _iso(step.due_from), "due_to": _iso(step.due_to),
        },
        case=task["case_id"],
    )  # fmt: skip


def _stop(unit: Unit, task: Mapping[str, Any]) -> None:
    """Takes back what the plan still has open: supervision decides first."""
    root = task.get("parent_id") or task["id"]
    query = select(TASKS.c.id).where(
        TASKS.c.case_id == task["case_id"], TASKS.c.parent_id == root, TASKS.c.status == "open",
        TASKS.c.kind == task["kind"],
    )  # fmt: skip
    for open_id in unit.connection.execute(query).scalars().all():
        unit.record("tasks", open_id, {"status": "cancelled"})


def _review(unit: Unit, task: Mapping[str, Any], step: Next, of: str, number: int = 1) -> None:
    """Asks supervision, once for the same question."""
    review_id = attempts.task_id(of, f"review/{step.plan}", number)
    if not _find(unit, review_id):
        values = {
            "kind": "review", "plan": step.plan, "parent_id": str(task.get("parent_id") or task["id"]),
            "due_from": _iso(step.due_from), "due_to": _iso(step.due_to),
        }  # fmt: skip
        unit.record("tasks", review_id, values, case=task["case_id"])


def _iso(at: datetime | None) -> str | None:
    return instants.iso(at) if at else None


def _find(unit: Unit, task_id: str) -> dict[str, Any] | None:
    row = unit.connection.execute(select(TASKS).where(TASKS.c.id == task_id)).mappings().first()
    return sound.row("tasks", row) if row and not row["erased_at"] else None


def _task(unit: Unit, task_id: str) -> dict[str, Any]:
    task = _find(unit, task_id)
    if task is None or not task["case_id"]:
        raise Refused("no_such_record")
    return task

"""What supervision decides, and what follows: a new attempt, no call at all, or that it was read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, Literal

from sqlalchemy import select

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory.opening import evaluate
from lnctp_tui.services.follow.card import CONTACTS, STOPPED, TASKS, case_of
from lnctp_tui.services.follow.tasks import REVIEW, only_supervision, open_task
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import Store, Unit

Decision = Literal["call_again", "no_more", "read"]
LEAST_REMARK: Final = 3
"""Characters of what supervision says: it stands in the case."""


def choices(plan: str | None) -> tuple[Decision, ...]:
    """What may be decided of a review. Who asked not to be called is called again only when they say so."""
    if plan == windows.ASKED_NOT_TO:
        return ("no_more",)
    return ("call_again", "no_more") if plan in STOPPED else ("read",)


def decide(store: Store, task_id: str, decision: Decision, remark: str) -> str:
    """End a review with what follows; returns the decision, and `unsafe` for a new attempt without a safe hour.

    Raises Refused `supervision_decides`, `task_is_over`, `not_a_choice`, `why_so`.
    """
    with store.write() as unit:
        open_task(unit, task_id)
        only_supervision(unit)
        review = _row(unit, task_id)
        if review["kind"] != REVIEW or decision not in choices(review["plan"]):
            raise Refused("not_a_choice")
        if len(remark.strip()) < LEAST_REMARK:
            raise Refused("why_so")
        said = {"status": "done", "done_at": instants.iso(unit.now), "outcome": remark.strip()}
        unit.record("tasks", task_id, {**said, "assignee_id": unit.author.actor})
        if decision == "no_more":
            _no_more(unit, review["case_id"])
        elif decision == "call_again":
            return _again(unit, review)
        return decision


def _no_more(unit: Unit, case_id: str) -> None:
    """Nobody calls: the case says so, and what was planned is taken back."""
    unit.record("cases", case_id, {"callback_allowed": "no"})
    query = select(TASKS.c.id).where(
        TASKS.c.case_id == case_id, TASKS.c.status == "open", TASKS.c.kind.in_(windows.CALLED),
        TASKS.c.erased_at.is_(None),
    )  # fmt: skip
    for planned in unit.connection.execute(query).scalars().all():
        unit.record("tasks", planned, {"status": "cancelled"})


def _again(unit: Unit, review: dict[str, Any]) -> str:
    """A plan begins anew, in the next safe span after the gap."""
    former = _row(unit, review["parent_id"]) if review["parent_id"] else {}
    case = case_of(unit.connection, review["case_id"])
    made = unit.connection.execute(select(CONTACTS).where(CONTACTS.c.case_id == review["case_id"])).mappings()
    rests = windows.resting_until([dict(row) for row in made])
    earliest = max(unit.now, rests) if rests else unit.now
    span = windows.next_span(case["callback_hours"], case["callback_zone"], earliest, evaluate)
    begins = span.begins if span else earliest
    ends = (span.ends if span else None) or begins + timedelta(hours=24)
    kind = str(former.get("kind") or "callback")
    task = attempts.task_id(review["id"], kind, 1)
    if unit.stored("tasks", task) is None:
        values = {
            "kind": kind, "attempt": 1, "plan": "intentos", "say": former.get("say"), "channel": former.get("channel"),
            "assignee_id": former.get("assignee_id"), "zone": former.get("zone"), "due_from": instants.iso(begins),
            "due_to": instants.iso(ends),
        }  # fmt: skip
        unit.record("tasks", task, {name: value for name, value in values.items() if value is not None},
                    case=review["case_id"])  # fmt: skip
    return "call_again" if span else "unsafe"


def _row(unit: Unit, task_id: str) -> dict[str, Any]:
    row = unit.connection.execute(select(TASKS).where(TASKS.c.id == task_id)).mappings().first()
    return sound.row("tasks", row) if row else {}

"""What comes of an attempt to reach a person: the next one, or a question to supervision.

Numbers are proposals, for the Line to decide. Two laptops that were offline make one next attempt: its id follows from
the first task, its kind and its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from lnctp_tui.domain.follow.windows import GAP, REACHED, Evaluate, next_span

NAMESPACE: Final = UUID("0d6f4c0e-5d0b-5c1a-9a44-666f6c6c6f77")
MOST: Final = 5
"""Attempts of a plan."""
WEEKDAYS: Final = 2
"""Different days on which they are made, at least."""
FIRST: Final = timedelta(hours=48)
FIRST_URGENT: Final = timedelta(hours=4)
LASTS: Final = timedelta(hours=24)
"""How long an attempt is due when nothing was agreed that ends it."""
REVIEWED_WITHIN: Final = timedelta(hours=4)
"""Until when supervision is asked to decide."""
PRESSING: Final = ("emergency", "urgent_24h")
STRANGER: Final = "contesto_otra_persona"
STOPS: Final = {
    "peligro": "peligro",
    "pidio_no_llamar": "pidio_no_llamar",
    "numero_equivocado": "numero_equivocado",
}
"""Result → the plan of the review that it asks for at once: the same number is not dialled again by anybody's list."""
ANOTHER, USED_UP = "otra_persona", "agotados"


class Attempt(NamedTuple):
    """One attempt that was made, and what came of it."""

    at: datetime
    result: str | None


@dataclass(frozen=True)
class Next:
    """What is to be done after an attempt."""

    kind: Literal["none", "attempt", "review"]
    plan: str | None = None
    due_from: datetime | None = None
    due_to: datetime | None = None
    unsafe: bool = False
    """No safe hour is known within the time that it is due."""


def first_due(now: datetime, triage: str | None) -> datetime:
    """Until when the first attempt is due."""
    return now + (FIRST_URGENT if triage in PRESSING else FIRST)


def task_id(parent: str, kind: str, attempt: int) -> str:
    """The id of an attempt, or of a review, of the plan that began with `parent`."""
    return str(uuid5(NAMESPACE, f"{parent}/{kind}/{attempt}"))


def after(
    made: Sequence[Attempt], now: datetime, hours: str | None, zone: str | None, evaluate: Evaluate
) -> Next:
    """What follows the last of these attempts of one plan."""
    results = [attempt.result for attempt in made]
    last = results[-1] if results else None
    if last == REACHED:
        return Next("none")
    plan = STOPS.get(str(last))
    if plan is None and results.count(STRANGER) > 1:
        plan = ANOTHER
    if plan is None and len(made) >= MOST:
        plan = USED_UP
    if plan is not None:
        return Next("review", plan, now, now + REVIEWED_WITHIN)
    return _attempt(made, now, hours, zone, evaluate)


def _attempt(
    made: Sequence[Attempt], now: datetime, hours: str | None, zone: str | None, evaluate: Evaluate
) -> Next:
    earliest = max([attempt.at for attempt in made] or [now]) + GAP
    clock = ZoneInfo(zone or "America/Mexico_City")
    days = {attempt.at.astimezone(clock).date() for attempt in made}
    if len(made) + 1 >= MOST and len(days) < WEEKDAYS and earliest.astimezone(clock).date() in days:
        tomorrow = earliest.astimezone(clock).date() + timedelta(days=1)
        earliest = datetime.combine(tomorrow, datetime.min.time(), clock)
    span = next_span(hours, zone, earliest, evaluate)
    if span is None:
        return Next("attempt", "intentos", earliest, earliest + LASTS, unsafe=True)
    return Next("attempt", "intentos", span.begins, span.ends or span.begins + LASTS)

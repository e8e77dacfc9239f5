"""When a person may be called: what was agreed with them, on their own clock, and the next safe span.

A call at the wrong hour rings in a house where the trafficker may answer. So what is not known is read by a person
before anybody dials, and only a danger to life, said with its reason, passes a "never" or a "wait".
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from lnctp_tui.domain.directory.hours import open_state
from lnctp_tui.domain.values import moments

State = Literal["now", "wait", "read_first", "never"]
Opened = tuple[Literal["open", "closed", "unknown"], datetime | None]
Evaluate = Callable[[str, str, str, datetime], Opened | None]
"""Hours, zone, country and an instant → the state and until when; None for hours that cannot be read."""

COUNTRY: Final = "MX"
CALLED: Final = ("callback", "follow_up")
"""Kinds of tasks in which the person is called."""
LIFE: Final = "peligro_vida"
"""The only reason that passes what was agreed."""
LEAST_REASON: Final = 10
"""Characters of a typed reason."""
ASKED_NOT_TO: Final = "pidio_no_llamar"
PERSON: Final = "person"
PROVIDER: Final = "provider"
HERSELF: Final = "victima_directa"
GAP: Final = timedelta(hours=4)
"""Between two attempts to reach one person, whoever makes them and for whatever task. A proposal (D)."""
REACHED: Final = "hablo"
UNREACHED: Final = ("no_contesta", "ocupado", "buzon", "contesto_otra_persona")
AGREED: Final = (
    "callback_allowed", "callback_channel", "callback_identifier_id", "callback_window", "callback_say",
    "callback_hours", "callback_zone", "callback_message", "code_word",
)  # fmt: skip
"""Columns of a case that say how it is called back."""
CHANGES: Final = 40
"""Changes of state that are looked ahead for a safe span."""


@dataclass(frozen=True)
class ContactNow:
    """Whether a person may be called at an instant, until or from when, and why."""

    state: State
    why: str
    """`agreed`; `outside`, `too_soon`; `in_review`, `not_allowed`, `asked_not_to`; `conflict`, `not_asked`, `no_hours`,
    `no_zone`, `unreadable`, `holiday`."""
    at: datetime | None = None
    """Inside: when the safe hours end. Outside: when the next ones begin, None when none are known. Too soon: when the
    gap is over and the hours are safe."""

    @property
    def shows_number(self) -> bool:
        """Whether the number may stand on the screen before anything else was read or said."""
        return self.state == "now"


class Span(NamedTuple):
    """A safe span."""

    begins: datetime
    ends: datetime | None
    """None: farther away than hours are looked ahead."""


def contact_now(
    case: Mapping[str, Any],
    contacts: Iterable[Mapping[str, Any]],
    disputed: Collection[str],
    now: datetime,
    evaluate: Evaluate,
    *,
    stopped: bool = False,
) -> ContactNow:
    """Whether the person of a case may be called now. `disputed`: columns of the case that have two values.

    `stopped`: an attempt ended so that supervision decides, and did not yet.
    """
    contacts = list(contacts)
    allowed = case.get("callback_allowed")
    if stopped:
        return ContactNow("never", "in_review")
    if allowed in ("no", "refused"):
        return ContactNow("never", "not_allowed")
    if "callback_allowed" in disputed:
        return ContactNow("never", "conflict")
    if _asked_not_to(contacts, allowed):
        return ContactNow("never", "asked_not_to")
    rests = resting_until(contacts)
    if rests is not None and rests > now:
        return _rested(case, rests, evaluate)
    if set(AGREED) & set(disputed):
        return ContactNow("read_first", "conflict")
    if allowed != "yes":
        return ContactNow("read_first", "not_asked")
    return _by_the_clock(case, now, evaluate)


def _asked_not_to(contacts: Iterable[Mapping[str, Any]], allowed: Any) -> bool:
    """Whether the person asked so, and did not phone in afterwards and allow it again."""
    asked, phoned = "", ""
    for contact in contacts:
        at = str(contact.get("started_at") or "")
        if contact.get("direction") == "out" and contact.get("result") == ASKED_NOT_TO:
            asked = max(asked, at or "~")
        elif contact.get("direction") != "out":
            phoned = max(phoned, at)
    return bool(asked) and not (allowed == "yes" and phoned > asked)


def resting_until(contacts: Iterable[Mapping[str, Any]]) -> datetime | None:
    """When the gap after the last attempt in vain is over; None without one. Whoever was reached, or phoned in
    themselves, has spoken since: no attempt was in vain."""
    last: datetime | None = None
    for contact in sorted(contacts, key=lambda row: str(row.get("started_at") or "")):
        if contact.get("direction") != "out":
            last = None if contact.get("reporter_type") == HERSELF else last
        elif contact.get("party") != PROVIDER and contact.get("result") == REACHED:
            last = None
        elif contact.get("party") != PROVIDER and contact.get("result") in UNREACHED:
            last = moments.zoned(contact.get("started_at")) or last
    return last + GAP if last is not None else None


def _rested(case: Mapping[str, Any], rests: datetime, evaluate: Evaluate) -> ContactNow:
    hours, zone = case.get("callback_hours"), case.get("callback_zone")
    span = next_span(hours, zone, rests, evaluate)
    return ContactNow("wait", "too_soon", span.begins if span else None if hours else rests)


def _by_the_clock(case: Mapping[str, Any], now: datetime, evaluate: Evaluate) -> ContactNow:
    hours, zone = case.get("callback_hours"), case.get("callback_zone")
    if not hours or not zone:
        return ContactNow("read_first", "no_zone" if hours else "no_hours")
    state, until, why = open_state(hours, zone, None, COUNTRY, now, evaluate)
    if state == "unknown":
        return ContactNow("read_first", why if why in ("holiday", "unreadable") else "unreadable")
    if state == "open":
        return ContactNow("now", "agreed", until)
    span = next_span(hours, zone, now, evaluate)
    return ContactNow("wait", "outside", span.begins if span else None)


def next_span(hours: str | None, zone: str | None, at: datetime, evaluate: Evaluate) -> Span | None:
    """The first safe span that is not over at `at`; None when none is near, or what is agreed cannot be read."""
    if not hours or not zone:
        return None
    for _change in range(CHANGES):
        state, until, _why = open_state(hours, zone, None, COUNTRY, at, evaluate)
        if state == "open":
            return Span(at, until)
        if until is None:  # a day that nobody can vouch for ends with the day
            if state != "unknown" or _why != "holiday":
                return None
            until = _midnight(zone, at)
        if until <= at:
            return None
        at = until
    return None


def no_window(case: Mapping[str, Any], begins: datetime, ends: datetime, evaluate: Evaluate) -> bool:
    """Whether hours are agreed and none of them lies before a call is due."""
    hours, zone = case.get("callback_hours"), case.get("callback_zone")
    if not hours or not zone:
        return False
    span = next_span(hours, zone, begins, evaluate)
    return span is None or span.begins >= ends


def _midnight(zone: str, at: datetime) -> datetime:
    from zoneinfo import ZoneInfo

    day = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(day, datetime.min.time(), ZoneInfo(zone))


def overrides(basis: str | None, reason: str | None) -> bool:
    """Whether this passes a "never" or a "wait": a danger to life, with its reason in words."""
    return basis == LIFE and len((reason or "").strip()) >= LEAST_REASON


def late(task: Mapping[str, Any], now: datetime) -> bool:
    """Whether a task is open and its time is over."""
    due = moments.instant(task.get("due_to"))
    return task.get("status") in (None, "open") and due is not None and now > due

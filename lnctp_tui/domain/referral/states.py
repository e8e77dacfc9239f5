"""Where a referral stands, where it may go, and until when an answer is expected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from lnctp_tui.domain.values import moments

MOVES: Final[Mapping[str, frozenset[str]]] = {
    "prepared": frozenset({"sent", "withdrawn", "cancelled"}),
    "sent": frozenset({"accepted", "refused", "waitlisted", "no_answer", "withdrawn", "cancelled"}),
    "waitlisted": frozenset({"accepted", "refused", "withdrawn", "cancelled"}),
    "accepted": frozenset({"completed", "withdrawn", "cancelled"}),
    "completed": frozenset(),
    "refused": frozenset(),
    "no_answer": frozenset(),
    "withdrawn": frozenset(),
    "cancelled": frozenset(),
}
"""Status → those that may follow it."""
OPEN: Final = frozenset(status for status, after in MOVES.items() if after)
"""Somebody still owes something."""
VAIN: Final = ("refused", "no_answer")
"""After these the next recipient is looked for at once."""
DELIVERED: Final = frozenset(MOVES) - {"prepared"}
"""Something may have left."""
HOURS: Final[Mapping[str | None, int]] = {"emergency": 2, "urgent_24h": 8, "priority": 48}
"""Triage → hours within which an answer is expected of a provider that says nothing of it. A proposal (D)."""
PATIENT: Final = 120
"""The same for every other triage."""


def status_of(referral: Mapping[str, Any]) -> str:
    """Where it stands; one that says nothing was only prepared."""
    return str(referral.get("status") or "prepared")


def may(referral: Mapping[str, Any], status: str) -> bool:
    """Whether it may go there from where it stands."""
    return status in MOVES.get(status_of(referral), frozenset())


def expected_by(sent: datetime, wait_hours: int | None, triage: str | None) -> datetime:
    """Until when an answer is expected."""
    return sent + timedelta(hours=HOURS.get(triage, PATIENT) if wait_hours is None else wait_hours)


def overdue(referral: Mapping[str, Any], now: datetime) -> bool:
    """Whether it was sent and nobody answered in time. Computed, never stored."""
    due = moments.instant(referral.get("expected_by"))
    return status_of(referral) == "sent" and due is not None and due < now

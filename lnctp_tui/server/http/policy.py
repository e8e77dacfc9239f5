"""Who may do what: one table role × action, and what each state of a device leaves of it. Nothing else is allowed.

Routes name their action; a test walks every route with every role and state. What a role reaches is also
held by row-level security, so that a forgotten condition shows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Role = Literal["counselor", "curator", "supervisor", "analyst", "admin"]
State = Literal["pending", "active", "upload_only", "revoked", "seal", "wipe"]
Action = Literal[
    "me", "push", "pull", "start", "history", "missing", "fetch", "equal", "bucket", "window", "assign",
    "offer", "answer", "offers", "people", "search", "quarantine", "decide",
    "control", "orders", "drafts", "refuse", "obeyed", "alerts", "alert", "mute", "board", "tallies",
]  # fmt: skip
Reach = Literal["self", "held", "team"]
"""`self`: what the person and their device wrote or are. `held`: own and assigned cases, and what everybody may
see. `team`: all cases of the team."""

ROLES: Final[tuple[Role, ...]] = ("counselor", "curator", "supervisor", "analyst", "admin")
STATES: Final[tuple[State, ...]] = ("pending", "active", "upload_only", "revoked", "seal", "wipe")

_DELIVER: Final[dict[Action, Reach]] = {
    "me": "self", "push": "self", "missing": "self", "control": "self", "orders": "self", "drafts": "self",
    "refuse": "self", "obeyed": "self",
}  # fmt: skip
"""Whoever once wrote a case may deliver it: an earlier counselor, now admin, still has an outbox. What officers
signed is for everybody, whatever their role; who is an officer is said by the authority, not by a role."""
_READ: Final[tuple[Action, ...]] = (
    "pull", "start", "history", "fetch", "equal", "bucket", "window", "offer", "answer", "offers", "search",
    "alerts", "alert", "tallies",
)  # fmt: skip
"""An alert with reach `held` is without the cases behind it."""
_LEAD: Final[tuple[Action, ...]] = ("assign", "quarantine", "decide", "mute", "board")


def _reading(reach: Reach) -> dict[Action, Reach]:
    return {**_DELIVER, **dict.fromkeys(_READ, reach), "people": "team"}


ALLOWED: Final[Mapping[Role, Mapping[Action, Reach]]] = {
    "counselor": _reading("held"),
    # A counselor who keeps the directory besides: what that lets them write is said in domain.records.writing.
    "curator": _reading("held"),
    "supervisor": {**_reading("team"), **dict.fromkeys(_LEAD, "team")},
    # Statistics come through a database login of their own, without rows.
    "analyst": _DELIVER,
    # People and devices are kept at the server's command line; no case content.
    "admin": {**_DELIVER, "people": "team"},
}

_OBEY: Final = frozenset[Action]({"control", "obeyed"})
LEFT: Final[Mapping[State, frozenset[Action] | None]] = {
    "pending": _OBEY | {"me", "orders"},
    "active": None,
    "upload_only": _OBEY | {"me", "push", "missing", "orders"},
    "revoked": _OBEY,
    "seal": _OBEY | {"me", "push", "missing"},
    "wipe": _OBEY,
}
"""What a state leaves of a role; None leaves all of it. Orders reach every laptop that is known."""


def reach(role: str, action: str) -> Reach | None:
    """How far `role` reaches with `action`; None is not at all, also for roles and actions nobody knows."""
    return ALLOWED.get(role, {}).get(action)  # type: ignore[call-overload,no-any-return]


def barred(state: str, action: str) -> str | None:
    """The error code with which a device's state forbids `action`, None when it does not."""
    if state not in LEFT:
        return "forbidden"
    left = LEFT[state]  # type: ignore[index]
    return None if left is None or action in left else state

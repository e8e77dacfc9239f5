"""Where a referral may go, and until when an answer is expected."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from lnctp_tui.domain.directory import reliability
from lnctp_tui.domain.records.record_check import BUILT_IN
from lnctp_tui.domain.referral import states

SENT = datetime.fromisoformat("2026-11-29T10:00:00+00:00")


def test_the_states_are_those_of_the_catalog() -> None:
    assert set(states.MOVES) == BUILT_IN["referral_status"]
    assert set(reliability.ANSWERED) <= set(states.MOVES)


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (None, "sent withdrawn cancelled"), ("prepared", "sent withdrawn cancelled"),
        ("sent", "accepted refused waitlisted no_answer withdrawn cancelled"),
        ("waitlisted", "accepted refused withdrawn cancelled"), ("accepted", "completed withdrawn cancelled"),
        ("completed", ""), ("refused", ""), ("no_answer", ""), ("withdrawn", ""), ("cancelled", ""), ("otro", ""),
    ],
)  # fmt: skip
def test_it_goes_nowhere_else(status: str | None, after: str) -> None:
    assert {to for to in states.MOVES if states.may({"status": status}, to)} == set(after.split())


@pytest.mark.parametrize(
    ("triage", "hours"),
    [("emergency", 2), ("urgent_24h", 8), ("priority", 48), ("follow_up", 120), ("information", 120), (None, 120)],
)  # fmt: skip
def test_an_answer_is_expected_by_the_triage_unless_the_provider_says_when(
    triage: str | None, hours: int
) -> None:
    assert states.expected_by(SENT, None, triage) == SENT + timedelta(hours=hours)
    assert states.expected_by(SENT, 0, triage) == SENT
    assert states.expected_by(SENT, 5, triage) == SENT + timedelta(hours=5)


def test_only_what_was_sent_and_not_answered_is_overdue() -> None:
    due = {"expected_by": "2026-11-29T12:00:00.000000Z"}
    late = SENT + timedelta(hours=3)
    assert states.overdue(due | {"status": "sent"}, late)
    assert not states.overdue(due | {"status": "sent"}, SENT)
    assert not states.overdue({"status": "sent"}, late)
    assert not any(
        states.overdue(due | {"status": status}, late) for status in states.MOVES if status != "sent"
    )

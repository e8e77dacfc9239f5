"""When a person may be called: on their own clock, and never by what nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.domain.follow.attempts import Attempt
from lnctp_tui.services.directory.opening import evaluate

CENTRE, TIJUANA, CANCUN, JUAREZ = (
    f"America/{name}" for name in ("Mexico_City", "Tijuana", "Cancun", "Ciudad_Juarez")
)
AGREED = {"callback_allowed": "yes", "callback_hours": "Mo-Fr 10:00-12:00", "callback_zone": CENTRE}


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def ask(
    case: dict[str, Any], now: datetime, *contacts: dict[str, Any], disputed: str = ""
) -> windows.ContactNow:
    return windows.contact_now(AGREED | case, contacts, disputed.split(), now, evaluate)


@pytest.mark.parametrize(
    ("zone", "local", "state"),
    [
        (CENTRE, "2026-11-30T10:00", "now"), (CENTRE, "2026-11-30T11:59", "now"), (CENTRE, "2026-11-30T12:00", "wait"),
        (CENTRE, "2026-11-30T09:59", "wait"), (CENTRE, "2026-11-29T11:00", "wait"),
        (TIJUANA, "2026-11-30T10:00", "now"), (TIJUANA, "2026-11-30T08:00", "wait"),
        (CANCUN, "2026-11-30T10:00", "now"), (CANCUN, "2026-11-30T12:30", "wait"),
        (JUAREZ, "2026-03-09T10:00", "now"), (JUAREZ, "2026-03-09T09:30", "wait"),
        (TIJUANA, "2026-12-31T11:00", "now"),
    ],
)  # fmt: skip
def test_the_hours_are_those_of_the_persons_own_clock(zone: str, local: str, state: str) -> None:
    assert ask({"callback_zone": zone}, at(zone, local)).state == state


def test_one_instant_is_safe_in_one_zone_and_a_wrong_hour_in_another() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    states = {zone: ask({"callback_zone": zone}, now).state for zone in (CENTRE, TIJUANA, CANCUN)}
    assert states == {CENTRE: "now", TIJUANA: "wait", CANCUN: "now"}
    assert ask({"callback_zone": CANCUN}, at(CENTRE, "2026-11-30T11:30")).state == "wait"


def test_the_clocks_of_the_border_change_and_those_of_the_centre_do_not() -> None:
    winter, summer = at("UTC", "2026-03-06T17:30"), at("UTC", "2026-03-09T16:30")
    for now in (winter, summer):
        assert ask({"callback_zone": JUAREZ}, now).state == "now"
    assert ask({"callback_zone": CENTRE}, winter).state == "now"
    assert ask({"callback_zone": CENTRE}, at("UTC", "2026-03-09T15:30")).state == "wait"


def test_outside_it_says_when_the_next_hours_begin() -> None:
    friday = at(CENTRE, "2026-11-27T12:30")
    assert ask({}, friday).at == at(CENTRE, "2026-11-30T10:00")
    over_midnight = {"callback_hours": "Mo-Su 23:00-01:00"}
    assert ask(over_midnight, at(CENTRE, "2026-12-31T23:30")).state in ("now", "read_first")
    assert ask(over_midnight, at(CENTRE, "2026-12-30T22:00")).at == at(CENTRE, "2026-12-30T23:00")


def test_on_a_public_holiday_somebody_reads_first_because_everybody_may_be_at_home() -> None:
    holiday = ask({"callback_hours": "Mo-Su 10:00-12:00"}, at(CENTRE, "2026-12-25T11:00"))
    assert (holiday.state, holiday.why) == ("read_first", "holiday")


@pytest.mark.parametrize(
    ("case", "state", "why"),
    [
        ({"callback_allowed": "no"}, "never", "not_allowed"),
        ({"callback_allowed": "refused"}, "never", "not_allowed"),
        ({"callback_allowed": None}, "read_first", "not_asked"),
        ({"callback_allowed": "unknown"}, "read_first", "not_asked"),
        ({"callback_hours": None}, "read_first", "no_hours"),
        ({"callback_zone": None}, "read_first", "no_zone"),
        ({"callback_hours": "por las noches, cuando no esté él"}, "read_first", "unreadable"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_read_by_a_person_and_a_no_is_a_no(
    case: dict[str, Any], state: str, why: str
) -> None:
    found = ask(case, at(CENTRE, "2026-11-30T10:30"))
    assert (found.state, found.why, found.shows_number) == (state, why, False)


def test_two_values_are_no_permission() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    assert ask({}, now, disputed="callback_allowed").state == "never"
    assert ask({}, now, disputed="callback_hours").state == "read_first"
    assert ask({}, now, disputed="summary").state == "now"


def test_who_asked_not_to_be_called_is_not_until_they_phone_and_say_otherwise() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    asked = {"direction": "out", "result": "pidio_no_llamar", "started_at": "2026-11-20T10:00:00Z"}
    before = {"direction": "in", "started_at": "2026-11-19T10:00:00Z"}
    phoned = {"direction": "in", "started_at": "2026-11-21T10:00:00Z"}
    for contacts in permutations([asked, before]):
        assert ask({}, now, *contacts).state == "never"
    for contacts in permutations([asked, before, phoned]):
        assert ask({}, now, *contacts).state == "now"
        assert ask({"callback_allowed": None}, now, *contacts).state == "never"


def test_only_a_danger_to_life_with_its_reason_passes() -> None:
    assert windows.overrides("peligro_vida", "mandó mensaje: la van a mover hoy")
    assert not any(
        windows.overrides(basis, reason)
        for basis, reason in [("peligro_vida", ""), ("peligro_vida", "   sí    "), ("prisa", "la van a mover hoy"),
                              (None, "la van a mover hoy"), ("peligro_vida", None)]
    )  # fmt: skip


def test_a_task_is_late_when_it_is_open_and_over() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    due = {"due_to": "2026-11-30T16:29:00Z", "status": "open"}
    assert windows.late(due, now)
    assert not windows.late(due | {"status": "done"}, now)
    assert not windows.late(due | {"due_to": None}, now)
    assert not windows.late(due | {"due_to": "2026-11-30T16:30:00Z"}, now)


def tried(now: datetime, *results: str, apart: timedelta = timedelta(days=1)) -> attempts.Next:
    made = [Attempt(now - apart * (len(results) - place - 1), result) for place, result in enumerate(results)]
    return attempts.after(made, now, AGREED["callback_hours"], CENTRE, evaluate)


def test_an_attempt_in_vain_makes_the_next_in_the_next_safe_hours_four_hours_later_at_least() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    step = tried(now, "no_contesta")
    assert (step.kind, step.due_from, step.due_to) == (
        "attempt", at(CENTRE, "2026-12-01T10:00"), at(CENTRE, "2026-12-01T12:00"),
    )  # fmt: skip
    unread = attempts.after([Attempt(now, "ocupado")], now, None, CENTRE, evaluate)
    assert unread.unsafe
    assert unread.due_from == now + attempts.GAP


def test_the_fifth_in_vain_and_what_is_dangerous_is_for_supervision() -> None:
    now = at(CENTRE, "2026-11-30T10:30")
    assert tried(now, *["no_contesta"] * 4).kind == "attempt"
    assert tried(now, *["no_contesta"] * 5).plan == "agotados"
    assert tried(now, "contesto_otra_persona").kind == "attempt"
    assert tried(now, "contesto_otra_persona", "buzon", "contesto_otra_persona").plan == "otra_persona"
    for result in ("peligro", "pidio_no_llamar", "numero_equivocado"):
        assert (tried(now, result).kind, tried(now, result).plan) == ("review", result)
    assert tried(now, "no_contesta", "hablo").kind == "none"


def test_five_attempts_are_not_all_of_one_day() -> None:
    now = at(CENTRE, "2026-11-30T16:00")
    made = [Attempt(now - timedelta(hours=hours), "no_contesta") for hours in (12, 8, 4, 0)]
    step = attempts.after(made, now, "Mo-Su 00:00-24:00", CENTRE, evaluate)
    assert step.due_from == at(CENTRE, "2026-12-01T00:00")
    assert attempts.after(made[1:], now, "24/7", CENTRE, evaluate).due_from == now + attempts.GAP


def test_two_laptops_make_one_next_attempt() -> None:
    ids = {attempts.task_id("a", "callback", number) for number in (1, 2, 2, 3)}
    assert len(ids) == 3
    assert attempts.task_id("a", "review", 2) not in ids
    assert attempts.first_due(at("UTC", "2026-11-30T10:00"), "emergency") == at("UTC", "2026-11-30T14:00")
    assert attempts.first_due(at("UTC", "2026-11-30T10:00"), None) == at("UTC", "2026-12-02T10:00")


OUT = {"direction": "out", "party": "person"}


@pytest.mark.parametrize(
    ("contacts", "why"),
    [
        ([("08:01", "no_contesta")], "too_soon"), ([("08:01", "buzon")], "too_soon"),
        ([("07:59", "no_contesta")], "agreed"),
        ([("07:59", "ocupado"), ("11:30", "ocupado")], "too_soon"), ([("11:30", "hablo")], "agreed"),
        ([("11:00", "no_contesta"), ("11:30", "hablo")], "agreed"), ([("11:00", None)], "agreed"),
    ],
)  # fmt: skip
def test_four_hours_lie_between_two_attempts_whoever_makes_them(contacts: list[Any], why: str) -> None:
    now = at(CENTRE, "2026-11-30T11:59")
    rows = [
        OUT | {"result": result, "started_at": at(CENTRE, f"2026-11-30T{clock}").isoformat()}
        for clock, result in contacts
    ]
    found = ask({"callback_hours": "Mo-Su 08:00-22:00"}, now, *reversed(rows))
    assert (found.why, found.shows_number) == (why, why == "agreed")
    if why == "too_soon":
        last = max(moment for moment, _result in contacts)
        assert found.at == at(CENTRE, f"2026-11-30T{last}") + windows.GAP


def test_who_phones_in_is_called_back_at_once_and_a_provider_is_nobody_at_home() -> None:
    now = at(CENTRE, "2026-11-30T11:30")
    vain = OUT | {"result": "no_contesta", "started_at": at(CENTRE, "2026-11-30T10:30").isoformat()}
    phoned = {"direction": "in", "started_at": at(CENTRE, "2026-11-30T11:00").isoformat()}
    assert ask({}, now, vain, phoned | {"reporter_type": "familiar"}).why == "too_soon"
    assert ask({}, now, vain, phoned).why == "too_soon"
    assert ask({}, now, vain, phoned | {"reporter_type": "victima_directa"}).why == "agreed"
    assert ask({}, now, vain | {"party": "provider"}).why == "agreed"
    for case in ({"callback_hours": None}, {"callback_zone": None}, {"callback_allowed": None}):
        assert ask(case, now, vain).state == "wait", "what is not known is no reason to ring twice"
    assert ask({"callback_allowed": "no"}, now, vain).why == "not_allowed"


def test_the_gap_ends_in_safe_hours() -> None:
    vain = OUT | {"result": "buzon", "started_at": at(CENTRE, "2026-11-30T10:30").isoformat()}
    assert ask({}, at(CENTRE, "2026-11-30T11:00"), vain).at == at(CENTRE, "2026-12-01T10:00")


@pytest.mark.parametrize(
    ("begins", "ends", "closed"),
    [
        ("2026-11-30T12:00", "2026-11-30T20:00", True), ("2026-11-30T12:00", "2026-12-01T10:00", True),
        ("2026-11-30T12:00", "2026-12-01T10:01", False), ("2026-11-28T00:00", "2026-11-29T23:59", True),
    ],
)  # fmt: skip
def test_a_call_that_is_due_before_any_safe_hour_is_told(begins: str, ends: str, closed: bool) -> None:
    assert windows.no_window(AGREED, at(CENTRE, begins), at(CENTRE, ends), evaluate) is closed
    assert not windows.no_window({}, at(CENTRE, begins), at(CENTRE, ends), evaluate)

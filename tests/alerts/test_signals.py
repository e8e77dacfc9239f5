"""The arithmetic of alerts against exact fractions, the rules around it, and the life of an alert."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from math import comb, prod

import pytest
from counts import often

from bench.alerting import streams
from lnctp_tui.domain.alerts import course
from lnctp_tui.domain.alerts import signals as signals_module
from lnctp_tui.domain.alerts.binomial import p_value, upper_tail
from lnctp_tui.domain.alerts.course import Alert, Mute
from lnctp_tui.domain.alerts.reports import Report, Series, monday, once, week_of
from lnctp_tui.domain.alerts.signals import HISTORY, LEAST, WINDOWS, Signal, Weeks, signals
from lnctp_tui.domain.report.units import roots

BARBER = Series("venue", "barberia")
WEEK = week_of(date(2026, 11, 23))


def exact(n: int, k: int, share: Fraction, spread: Fraction = Fraction()) -> Fraction:
    """P(X ≥ k), by the definition: of a binomial, or of one whose share varies by a beta distribution."""
    if k <= 0 or not spread:
        ways = (comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(max(k, 0), n + 1))
        return sum(ways, Fraction())
    alpha, beta = share / spread, (1 - share) / spread
    of_all = rising(alpha + beta, n)
    return sum(
        (comb(n, i) * rising(alpha, i) * rising(beta, n - i) / of_all for i in range(k, n + 1)), Fraction()
    )


def rising(start: Fraction, steps: int) -> Fraction:
    return prod((start + step for step in range(steps)), start=Fraction(1))


@pytest.mark.parametrize(
    ("n", "k", "a", "b"),
    [
        (3, 3, 1, 9),
        (10, 0, 1, 1),
        (10, 11, 1, 1),
        (60, 4, 48, 520),
        (60, 60, 48, 520),
        (900, 40, 3, 200),
        (7, 1, 5, 2),
    ],
)
def test_the_tail_is_that_of_exact_fractions(n: int, k: int, a: int, b: int) -> None:
    wanted = exact(n, k, Fraction(a, a + b))
    assert upper_tail(n, k, a / (a + b)) == pytest.approx(float(wanted), rel=1e-9)


def test_p_is_that_of_exact_fractions_for_any_counts_and_any_spread() -> None:
    dice = random.Random(14)
    for _ in range(often(3000, 80)):
        a, b = dice.randint(1, 300), dice.randint(0, 3000)
        x, y = dice.randint(0, min(a, 40)), dice.randint(0, min(b, 80))
        spread = Fraction(dice.choice((0, 0, 1, 12, 640)), dice.choice((54, 56, 600)))
        wanted = min(Fraction(1), 3 * exact(x + y, x, Fraction(a, a + b), spread)) if x else Fraction(1)
        assert p_value(x, y, a, b, float(spread)) == pytest.approx(float(wanted), rel=1e-9), (
            x,
            y,
            a,
            b,
            spread,
        )


def test_a_spread_of_nothing_is_the_limit_of_small_ones() -> None:
    exactly = p_value(6, 20, 48, 520)
    assert p_value(6, 20, 48, 520, 1e-9) == pytest.approx(exactly, rel=1e-4)
    assert exactly < p_value(6, 20, 48, 520, 0.001) < p_value(6, 20, 48, 520, 0.01)


def test_far_tails_stay_numbers() -> None:
    assert upper_tail(100_000, 60_000, 0.5) == pytest.approx(0.0, abs=1e-300)
    assert upper_tail(100_000, 1, 0.5) == 1.0
    with pytest.raises(ValueError, match="no distribution"):
        upper_tail(3, 1, 1.5)


def report(week: int, venue: str = "calle", number: int = 0, origin: str = "MX-PUE") -> Report:
    return Report(f"{week}-{venue}-{number}", monday(week), origin, frozenset([venue]))


def stream(weeks: int, a_week: int, **venues: int) -> list[Report]:
    """So many a week up to WEEK, all of the street; and of other venues so many in the last two weeks."""
    reports = [report(week, number=n) for week in range(WEEK - weeks + 1, WEEK + 1) for n in range(a_week)]
    return reports + [report(WEEK - n % 2, venue, n) for venue, many in venues.items() for n in range(many)]


def standing(reports: list[Report], week: int = WEEK) -> dict[Series, Signal]:
    return {signal.series: signal for signal in signals(Weeks(reports), week) or []}


def test_a_venue_that_nobody_named_before_stands_out() -> None:
    signal = standing(stream(70, 6, barberia=4))[BARBER]
    assert (signal.window, signal.x, signal.y, signal.a, signal.b) == (2, 4, 0, 16, 52 * 6)
    assert signal.ratio == pytest.approx(4 / 16 / (0.5 / 312.5))
    assert signal.p == pytest.approx(float(3 * Fraction(16, 328) ** 4))


@pytest.mark.parametrize("many", range(LEAST))
def test_fewer_than_three_never_do(many: int) -> None:
    assert BARBER not in standing(stream(70, 6, barberia=many))


def test_twice_as_many_reports_of_everything_alarm_nobody() -> None:
    reports = stream(60, 6) + [report(week, number=100 + n) for week in (WEEK, WEEK - 1) for n in range(30)]
    assert standing(reports) == {}


def test_less_than_twice_the_share_is_nothing_however_sure() -> None:
    half = [report(week, "hotel", n) for week in range(WEEK - 59, WEEK + 1) for n in range(20)]
    raised = [report(week, "hotel", 50 + n) for week in range(WEEK - 7, WEEK + 1) for n in range(12)]
    assert standing(stream(60, 40) + half + raised) == {}


def test_weeks_that_always_varied_are_no_alarm() -> None:
    """Every fifth week brings ten at once: so it did all year."""
    usual = [
        report(week, "bar", n) for week in range(WEEK - 59, WEEK - 1) if week % 5 == 0 for n in range(10)
    ]
    now = [report(WEEK, "bar", n) for n in range(10)]
    assert Series("venue", "bar") not in standing(stream(60, 20) + usual + now)
    assert Series("venue", "bar") in standing(stream(60, 20) + now)


def test_under_half_a_year_nothing_is_said() -> None:
    assert signals(Weeks(stream(HISTORY - 1, 6, barberia=9)), WEEK) is None
    assert signals(Weeks(stream(HISTORY, 6, barberia=9)), WEEK) is not None
    assert signals(Weeks([]), WEEK) is None


def test_what_came_after_the_week_does_not_count() -> None:
    later = [report(WEEK + 1, "barberia", n) for n in range(9)]
    assert BARBER not in standing(stream(70, 6) + later)


def of_venues(weeks: Weeks) -> list[Series]:
    """Those that are tested."""
    return [
        series for series, counts in weeks.of.items() if series.family == "venue" and counts.total() >= LEAST
    ]


def variance_of(some: Sequence[Series], weeks: Weeks, length: int = 1) -> float:
    """Of the weekly factor, by moments, of the 52 weeks before the last 8, in stretches of so many weeks.

    None within two deviations of chance.
    """
    parts = [range(at, at + length) for at in range(WEEK - 59 + 52 % length, WEEK - 7, length)]
    everything = sum(weeks.all[week] for part in parts for week in part)
    beyond = scale = chance = 0.0
    for series in some:
        share = sum(weeks.of[series][week] for part in parts for week in part) / everything
        for part in parts:
            mean = share * sum(weeks.all[week] for week in part)
            plain, weight = mean * (1 - share), (1 + mean) ** -2
            distance = sum(weeks.of[series][week] for week in part) - mean
            beyond += weight * (distance**2 * len(parts) / (len(parts) - 1) - plain)
            scale += weight * mean**2
            chance += weight**2 * (2 * plain**2 + plain)
    return length * beyond / scale if beyond > 2 * chance**0.5 else 0.0


def drawn_weeks(dispersion: float, number: int = 60) -> Weeks:
    dice, stream = random.Random(5), streams.Stream("", 60, dispersion=dispersion)
    return Weeks(
        report
        for week in range(WEEK - number + 1, WEEK + 1)
        for report in streams.drawn(stream, week, looked=False, dice=dice)
    )


def spreads(weeks: Weeks, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By how much weeks are taken to vary in each test that is made at the end of WEEK."""
    used: list[float] = []
    monkeypatch.setattr(
        signals_module,
        "p_value",
        lambda x, y, a, b, spread: used.append(spread) or p_value(x, y, a, b, spread),
    )
    signals(weeks, WEEK)
    return used


def test_where_weeks_do_not_vary_the_test_is_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    used = spreads(drawn_weeks(0.0), monkeypatch)
    assert len(used) > 200
    assert sum(spread == 0 for spread in used) > 0.9 * len(used)


def test_where_all_weeks_vary_the_family_says_by_how_much_also_of_what_is_rare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The streams' factors have a variance of a half; shares add up to one, so of what is frequent it is less."""
    used = spreads(drawn_weeks(0.5), monkeypatch)
    assert min(used) > 0.2 / 60
    assert sorted(used)[len(used) // 2] < 1.6 / 54


def test_what_changes_for_a_month_at_a_time_counts_for_more_in_longer_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dice, stream = random.Random(5), streams.Stream("", 60, dispersion=0.5, lasts=4)
    weeks = range(WEEK - 59, WEEK + 1)
    made = Weeks(report for week in weeks for report in streams.drawn(stream, week, False, dice))
    used = spreads(made, monkeypatch)
    two, four, eight = (sum(used[at::3]) for at in range(3))
    assert two < four < eight
    assert eight > 1.4 * two


def test_many_series_of_a_family_make_each_of_them_less_sure() -> None:
    """Benjamini and Hochberg, against the definition: the largest rank whose p is within its share."""
    dice, reports = random.Random(3), stream(60, 40)
    for code in range(60):
        weeks = [WEEK - dice.randrange(60) for _ in range(5)] + [WEEK] * (code % 8)
        reports += [report(week, f"v{code}", n) for n, week in enumerate(weeks)]
    weeks, standing_ = Weeks(reports), standing(reports)
    least: dict[Series, float] = {}
    together = {length: variance_of(of_venues(weeks), weeks, length) for length in (1, *WINDOWS)}
    for series, counts in weeks.of.items():
        if series.family != "venue" or sum(counts[week] for week in range(WEEK - 59, WEEK + 1)) < LEAST:
            continue
        ps = []
        for window in WINDOWS:
            span = range(WEEK - window + 1, WEEK + 1)
            before = range(max(WEEK - 59, WEEK - window - 51), WEEK - window + 1)
            x, y = (sum(counts[week] for week in weeks_) for weeks_ in (span, before))
            a, b = (sum(weeks.all[week] for week in weeks_) for weeks_ in (span, before))
            variance = max(variance_of([series], weeks), together[1], together[window])
            ps.append(p_value(x, y, a, b, variance / (window + len(before))))
        least[series] = min(ps)
    ordered = sorted(least.values())
    passing = [p for rank, p in enumerate(ordered, 1) if p <= 0.1 * rank / len(ordered)]
    held = {series for series, p in least.items() if p <= max(passing)}
    assert {series for series in standing_ if series.family == "venue"} == held
    assert 0 < len(held) < sum(p <= 0.1 for p in ordered)


@pytest.mark.parametrize(
    ("merged", "ends"),
    [
        ({}, {}),
        ({"b": "a"}, {"b": "a"}),
        ({"c": "b", "b": "a"}, {"c": "a", "b": "a"}),
        ({"b": "c", "c": "b"}, {"c": "b"}),
        ({"d": "c", "c": "b", "b": "c"}, {"d": "b", "c": "b"}),
        ({"a": "a"}, {}),
        ({"b": "elsewhere"}, {"b": "elsewhere"}),
    ],
)
def test_merged_cases_have_one_root(merged: dict[str, str], ends: dict[str, str]) -> None:
    assert roots(merged) == ends


def test_linked_reports_within_a_week_are_one() -> None:
    days = {"a": 1, "b": 6, "c": 13, "d": 29, "e": 2}
    reports = [Report(id_, date(2026, 6, day), "", frozenset([id_])) for id_, day in days.items()]
    links = [("a", "b"), ("b", "a"), ("c", "b"), ("d", "c"), ("a", "gone")]
    counted = {report.case_id: report for report in once(reports, links)}
    assert counted.keys() == {"a", "d", "e"}
    assert counted["a"].with_ids == {"b", "c"}
    assert counted["a"].venues == {"a", "b", "c"}
    assert counted["a"].day == date(2026, 6, 1)


def test_weeks_begin_on_mondays() -> None:
    assert [week_of(date(2026, 11, day)) for day in (22, 23, 29, 30)] == [WEEK - 1, WEEK, WEEK, WEEK + 1]
    assert monday(WEEK) == date(2026, 11, 23)


def signal_of(x: int, window: int = 2) -> Signal:
    return Signal(BARBER, window, x, 0, 20, 300, 0.001)


def life(xs: list[int | None], mute: tuple[int, Mute] | None = None) -> list[str]:
    """What happens in weeks in which the barber shop stands out with so many, or does not."""
    ids, open_, told = count(), dict[str, Alert](), []
    for week, x in enumerate(xs):
        if mute and mute[0] == week:
            open_ = {id_: course.replace(alert, mute=mute[1]) for id_, alert in open_.items()}
        said = [signal_of(x)] if x else []
        for change, alert in course.step(
            open_.values(), said, week, lambda *_, x=x: x or 0, lambda: str(next(ids))
        ):
            told.append(f"{week} {change} {alert.id}")
            open_[alert.id] = alert
        open_ = {id_: alert for id_, alert in open_.items() if alert.closed is None}
    return told


def test_an_alert_opens_once_grows_and_closes_after_eight_quiet_weeks() -> None:
    assert life([3, 4, None, 5, *[None] * 9, 3]) == [
        "0 open 0",
        "1 grow 0",
        "3 grow 0",
        "11 close 0",
        "13 open 1",
    ]


def test_a_mute_breaks_when_there_are_twice_as_many() -> None:
    mute = Mute(datetime(2027, 1, 1, tzinfo=UTC), 2, 4)
    assert life([4, 7, 8], (1, mute)) == ["0 open 0", "1 grow 0", "2 grow 0", "2 unmute 0"]


def test_a_mute_ends_by_itself() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    assert course.muted(Mute(now + timedelta(seconds=1), 2, 3), now)
    assert not course.muted(Mute(now, 2, 3), now)
    assert not course.muted(None, now)


def test_simulated_streams_stay_within_reach() -> None:
    """All sizes and counts: `make bench` "alerts"."""
    steady = streams.Stream("", 6)
    assert streams.false_alarms(steady, often(20, 1), often(52, 26)) <= 1
    assert streams.false_alarms(streams.Stream("", 6, volume=1.8), often(20, 1), often(52, 26)) <= 1
    varying = streams.Stream("", 60, dispersion=0.5)
    assert streams.false_alarms(varying, often(12, 1), often(52, 26)) <= 1.5
    weeks, _missed = streams.delay(streams.Stream("", 6, raised=(streams.NEW, 1.0)), often(20, 1))
    assert weeks is not None
    assert weeks <= 6

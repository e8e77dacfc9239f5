"""Simulated weeks of reports, and what alerts make of them: how often they are false, how late they are.

The streams are made up of nothing but shares: who reports what is drawn by lot, so that whatever stands out in a
constant stream is false. docs/alerts.md prints what this prints.
"""

import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from lnctp_tui.domain.alerts import course
from lnctp_tui.domain.alerts.reports import Report, Series, monday
from lnctp_tui.domain.alerts.signals import SPAN, Weeks, signals

SEED = 20260101
FIRST = 105_000
"""Number of a Monday's week, long before any that is looked at."""
PER_MONTH = 365.25 / 12 / 7
SIZES = {"venue": 26, "hooking_method": 11, "platform": 19, "modality": 11, "origin": 33}
NEW = "nuevo"
LATE = 35
"""Weeks after which something that was not found counts as missed."""
Weights = dict[str, list[float]]


@dataclass(frozen=True)
class Stream:
    """Reports a week, how the volume and single codes change from a week on, and how weeks vary beyond chance."""

    name: str
    a_week: float
    volume: float = 1.0
    """Times as many reports from the first week that is looked at."""
    dispersion: float = 0.0
    """Variance of a code's factor."""
    lasts: int = 1
    """Weeks for which a factor stays."""
    raised: tuple[str, float] | None = None
    """A venue, and how many times as frequent it is from the first week that is looked at; of a new one, how many of it
    a week."""


def shares() -> Weights:
    """A few codes that are frequent and many that are rare, as catalogs are used."""
    return {name: [1 / (rank + 1) for rank in range(size)] for name, size in SIZES.items()}


def drawn(stream: Stream, week: int, looked: bool, dice: random.Random, seed: int = SEED) -> Iterator[Report]:
    """The reports of one week. `seed`: of factors that last."""
    number = _poisson(stream.a_week * (stream.volume if looked else 1.0), dice)
    if not number:
        return
    codes = {}
    factors = dice if stream.lasts == 1 else random.Random(f"{seed} {week // stream.lasts}")
    for name, weights in shares().items():
        if stream.dispersion:
            shape = 1 / stream.dispersion
            weights = [weight * factors.gammavariate(shape, stream.dispersion) for weight in weights]
        codes[name] = dice.choices(range(len(weights)), weights, k=number)
    for at in range(number):
        day = monday(week) + timedelta(days=dice.randrange(7))
        venue = _raised(stream, codes["venue"][at], looked, dice)
        yield Report(
            f"{week}-{at}", day, f"o{codes['origin'][at]}", frozenset([venue]),
            frozenset([f"m{codes['hooking_method'][at]}"]), frozenset([f"p{codes['platform'][at]}"]),
            frozenset([f"t{codes['modality'][at]}"]),
        )  # fmt: skip


def _raised(stream: Stream, code: int, looked: bool, dice: random.Random) -> str:
    if stream.raised and looked and dice.random() < stream.raised[1] / stream.a_week:
        return stream.raised[0]
    return f"v{code}"


def _poisson(mean: float, dice: random.Random) -> int:
    if mean > 50:
        return max(0, round(dice.gauss(mean, mean**0.5)))
    number, left = 0, dice.expovariate(1)
    while left < mean:
        number, left = number + 1, left + dice.expovariate(1)
    return number


def opened(stream: Stream, looked: int, seed: int) -> list[tuple[int, Series]]:
    """Alerts that open in so many weeks, each with how many weeks had passed."""
    dice = random.Random(seed)
    reports = [
        report
        for week in range(FIRST, FIRST + SPAN + looked)
        for report in drawn(stream, week, week >= FIRST + SPAN, dice, seed)
    ]
    weeks, ids, found = Weeks(reports), count(), []
    alerts: dict[str, course.Alert] = {}
    for week in range(FIRST + SPAN - 1, FIRST + SPAN + looked):
        said = signals(weeks, week) or []
        for change, alert in course.step(
            list(alerts.values()), said, week, lambda *_: 0, lambda: str(next(ids))
        ):
            if change == "open":
                alerts[alert.id] = alert
                if week >= FIRST + SPAN:
                    found.append((week - FIRST - SPAN + 1, alert.series))
            elif change == "close":
                del alerts[alert.id]
            else:
                alerts[alert.id] = alert
    return found


def false_alarms(stream: Stream, runs: int, looked: int = 52) -> float:
    """Alerts a month, in a stream in which nothing happens that one should be told of."""
    total = sum(len(opened(stream, looked, SEED + run)) for run in range(runs))
    return total * PER_MONTH / (runs * looked)


def delay(stream: Stream, runs: int) -> tuple[float | None, int]:
    """Weeks until the raised venue is told, the median of those found; and how many were missed."""
    assert stream.raised
    wanted = Series("venue", stream.raised[0])
    firsts = [
        next((week for week, series in opened(stream, LATE, SEED + run) if series == wanted), None)
        for run in range(runs)
    ]
    found = [week for week in firsts if week is not None]
    return (statistics.median(found) if found else None), len(firsts) - len(found)

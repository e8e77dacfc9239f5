"""Which series stand out in a week: an exact test on shares, with the false alarms of a family held down.

Windows of 2, 4 and 8 weeks against the 52 weeks before each. Source: Przyborowski and Wilenski (1940) for the
conditional test; Skellam (1948) for the one of shares that vary; Benjamini and Hochberg (1995) for the rate of false
alarms; docs/alerts.md for what it finds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lnctp_tui.domain.alerts import varying
from lnctp_tui.domain.alerts.binomial import p_value
from lnctp_tui.domain.alerts.reports import FAMILIES, Family, Report, Series, week_of

WINDOWS: Final = (2, 4, 8)
"""Weeks."""
BASELINE: Final = 52
HISTORY: Final = 26
"""Weeks below which nothing is said."""
SPAN: Final = BASELINE + max(WINDOWS)
LEAST: Final = 3
"""Reports below which a series does not stand out, however rare it was."""
TIMES: Final = 2.0
RATE: Final = 0.1
"""Of false ones among those that stand out in a family, as expected."""


@dataclass(frozen=True)
class Signal:
    """A series that stands out, by its most improbable window."""

    series: Series
    window: int
    x: int
    """Reports that say it, in the window."""
    y: int
    """The same in the weeks before."""
    a: int
    """All reports in the window."""
    b: int
    p: float

    @property
    def ratio(self) -> float:
        """How many times as frequent among reports as before; a half more before, where it was never."""
        return self.x * (self.b + 0.5) / (self.a * (self.y + 0.5))


class Weeks:
    """Reports by week and series."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.all: Counter[int] = Counter()
        self.of: dict[Series, Counter[int]] = defaultdict(Counter)
        for report in reports:
            week = week_of(report.day)
            self.all[week] += 1
            for series in report.series:
                self.of[series][week] += 1
        self.first = min(self.all, default=None)

    def history(self, week: int) -> int:
        """Weeks from the first report to `week`, both counted."""
        return 0 if self.first is None else max(0, week - self.first + 1)

    def count(self, series: Series, week: int, window: int) -> int:
        """Reports of a series in the window that ends with `week`."""
        weeks = self.of.get(series, Counter())
        return sum(weeks[number] for number in range(week - window + 1, week + 1))


def signals(weeks: Weeks, week: int) -> list[Signal] | None:
    """What stands out at the end of `week`, the most improbable first; None without enough history."""
    if weeks.history(week) < HISTORY:
        return None
    begin = max(weeks.first or 0, week - SPAN + 1)
    total = [weeks.all[number] for number in range(begin, week + 1)]
    series_of: dict[Family, dict[Series, list[int]]] = {family: {} for family in FAMILIES}
    for series, counts in weeks.of.items():
        counts_of_it = [counts[number] for number in range(begin, week + 1)]
        if sum(counts_of_it) >= LEAST:
            series_of[series.family][series] = counts_of_it
    standing = [signal for of in series_of.values() for signal in _held_down(_tested(of, total))]
    return sorted(standing, key=lambda signal: (signal.p, signal.series))


def _tested(
    of_family: Mapping[Series, Sequence[int]], total: Sequence[int]
) -> list[tuple[float, Signal | None]]:
    """Every series of a family. Its weeks vary as much as its own say, or those of the whole family, if more."""
    usual = slice(max(WINDOWS) * -1)
    before = {series: counts[usual] for series, counts in of_family.items()}
    weekly = {series: varying.excess(counts, total[usual]) for series, counts in before.items()}
    together = varying.together(weekly.values()).variance
    lasting = {window: varying.lasting(before.values(), total[usual], window) for window in WINDOWS}
    return [
        _strongest(series, counts, total, {window: max(together, weekly[series].variance, of_stretches)
                                           for window, of_stretches in lasting.items()})
        for series, counts in of_family.items()
    ]  # fmt: skip


def _strongest(
    series: Series, counts_of_it: Sequence[int], total: Sequence[int], variance: Mapping[int, float]
) -> tuple[float, Signal | None]:
    """The least p of all windows, and the signal of the least one that is large enough, if any is."""
    least, strongest = 1.0, None
    for window in WINDOWS:
        before = slice(max(0, len(counts_of_it) - window - BASELINE), len(counts_of_it) - window)
        x, y = sum(counts_of_it[-window:]), sum(counts_of_it[before])
        a, b = sum(total[-window:]), sum(total[before])
        p = p_value(x, y, a, b, variance[window] / (window + before.stop - before.start))
        least = min(least, p)
        signal = Signal(series, window, x, y, a, b, p)
        if x >= LEAST and signal.ratio >= TIMES and (strongest is None or p < strongest.p):
            strongest = signal
    return least, strongest


def _held_down(entries: Sequence[tuple[float, Signal | None]]) -> list[Signal]:
    """Benjamini and Hochberg: up to the last p within its rank's share of RATE. What is too small then goes."""
    bound = 0.0
    for rank, (p, _signal) in enumerate(sorted(entries, key=lambda entry: entry[0]), 1):
        if p <= RATE * rank / len(entries):
            bound = p
    return [signal for _p, signal in entries if signal is not None and signal.p <= bound]

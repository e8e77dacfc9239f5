"""How much the weeks of a series vary beyond chance: the variance of the factor by which its share is multiplied.

By moments, of the weeks of one series or of all of a family together, and nothing unless chance hardly explains it.
Where factors are gamma distributed, reports of a window among those of all its weeks are beta-binomial: docs/alerts.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import Final, NamedTuple

SURE: Final = 2.0
"""Standard deviations of chance above which weeks are believed to vary."""
ENOUGH: Final = 6
"""Weeks below which it cannot be told."""


class Excess(NamedTuple):
    """What weeks have beyond chance. Sums over weeks in which none is worth more than any other; series add up."""

    beyond: float = 0.0
    """Squares of the distances to what was expected, less what chance makes of them."""
    scale: float = 0.0
    """What `beyond` would be with a variance of one."""
    chance: float = 0.0
    """Variance of `beyond` where nothing but chance varies."""

    @property
    def variance(self) -> float:
        """Of the weeks' factor; 0 where chance may explain it."""
        return self.beyond / self.scale if self.beyond > SURE * sqrt(self.chance) else 0.0


def excess(counts: Sequence[int], total: Sequence[int]) -> Excess:
    """Of one series: its reports week by week, and all reports of the same weeks."""
    everything = sum(total)
    if len(counts) < ENOUGH or not sum(counts):
        return Excess()
    share, unbiased = sum(counts) / everything, len(counts) / (len(counts) - 1)
    beyond = scale = chance = 0.0
    for count, of_all in zip(counts, total, strict=True):
        expected = share * of_all
        by_chance, weight = expected * (1 - share), 1 / (1 + expected) ** 2
        beyond += weight * (unbiased * (count - expected) ** 2 - by_chance)
        scale += weight * expected**2
        chance += weight**2 * by_chance * (1 + 2 * by_chance)
    return Excess(beyond, scale, chance)


def together(of_series: Iterable[Excess]) -> Excess:
    """Of several series as one."""
    return Excess(*(sum(part) for part in zip(Excess(), *of_series, strict=True)))


def lasting(counts: Iterable[Sequence[int]], total: Sequence[int], window: int) -> float:
    """The weekly variance of several series together, as stretches of so many weeks show it.

    More than that of weeks where what changes stays changed for a while.
    """

    def stretches(weeks: Sequence[int]) -> list[int]:
        return [sum(weeks[at : at + window]) for at in range(len(weeks) % window, len(weeks), window)]

    return window * together(excess(stretches(weeks), stretches(total)) for weeks in counts).variance

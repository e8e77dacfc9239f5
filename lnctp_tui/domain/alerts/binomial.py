"""The upper tail of the binomial distribution, exact to the last figures of a float. No library, no approximation."""

from __future__ import annotations

from math import exp, fsum, lgamma, log, log1p
from typing import Final

WINDOWS: Final = 3
"""Windows that one series is looked at through: a chance of each, so that p counts all of them (Bonferroni)."""
NEGLIGIBLE: Final = 1e-18


def upper_tail(n: int, k: int, share: float) -> float:
    """P(X ≥ k) of X ~ Bin(n, share). Raises ValueError for no distribution."""
    if n < 0 or not 0 <= share <= 1:
        raise ValueError("no distribution")
    if k <= 0:
        return 1.0
    if k > n or share == 0:
        return 0.0
    if share == 1:
        return 1.0
    if k > n * share:
        return min(1.0, _up(n, k, share))
    return max(0.0, 1.0 - _down(n, k - 1, share))


def _point(n: int, k: int, share: float) -> float:
    """P(X = k)."""
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log1p(-share))


def _up(n: int, k: int, share: float) -> float:
    """From k on upwards; above the mean each term is smaller than the last."""
    odds, term = share / (1 - share), _point(n, k, share)
    terms = [term]
    for number in range(k, n):
        term *= odds * (n - number) / (number + 1)
        terms.append(term)
        if term < NEGLIGIBLE * terms[0]:
            break
    return fsum(terms)


def _down(n: int, k: int, share: float) -> float:
    """From k on downwards, at or below the mean."""
    odds, term = (1 - share) / share, _point(n, k, share)
    terms = [term]
    for number in range(k, 0, -1):
        term *= odds * number / (n - number + 1)
        terms.append(term)
        if term < NEGLIGIBLE * terms[0]:
            break
    return fsum(terms)


def p_value(x: int, y: int, a: int, b: int, dispersion: float = 1.0) -> float:
    """How probable so many are by chance, over the three windows: at most 1.

    `x` of `a` reports now, `y` of `b` before. Given how many there are of both together, `x` is binomial with the
    share of reports that fell into the window: busier weeks alone alarm nobody. `dispersion` (at least 1) takes weeks
    that vary more than chance for as many fewer reports: floor((x+y)/φ) of which ceil(x/φ).
    """
    if a <= 0 or x <= 0:
        return 1.0
    n, k = int((x + y) / dispersion), -int(-x // dispersion)
    return min(1.0, WINDOWS * upper_tail(n, k, a / (a + b)))

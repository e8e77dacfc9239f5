"""The upper tail of the binomial and the beta-binomial distribution, exact to the last figures of a float.

No library, no approximation.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, fsum, lgamma, log, log1p
from typing import Final, NamedTuple

WINDOWS: Final = 3
"""Windows that one series is looked at through: a chance of each, so that p counts all of them (Bonferroni)."""
NEGLIGIBLE: Final = 1e-18


class _Law(NamedTuple):
    """A distribution over 0 … n."""

    point: Callable[[int], float]
    """P(X = k)."""
    ratio: Callable[[int], float]
    """P(X = k + 1) ÷ P(X = k)."""
    peaked: bool
    """Whether it falls on both sides of its mean, so that far terms may be left out."""


def upper_tail(n: int, k: int, share: float, spread: float = 0.0) -> float:
    """P(X ≥ k) of X ~ Bin(n, share); with a `spread` of X ~ BetaBin(n, share ÷ spread, (1 − share) ÷ spread).

    Raises ValueError for no distribution.
    """
    if n < 0 or not 0 <= share <= 1 or spread < 0:
        raise ValueError("no distribution")
    if k <= 0:
        return 1.0
    if k > n or share in (0, 1):
        return float(k <= n and share == 1)
    law = _beta_binomial(n, share / spread, (1 - share) / spread) if spread else _binomial(n, share)
    if k > n * share:
        return min(1.0, _up(law, n, k))
    return max(0.0, 1.0 - _down(law, k - 1))


def _ways(n: int, k: int) -> float:
    """Logarithm of the ways to choose k of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _binomial(n: int, share: float) -> _Law:
    odds = share / (1 - share)
    return _Law(
        lambda k: exp(_ways(n, k) + k * log(share) + (n - k) * log1p(-share)),
        lambda k: odds * (n - k) / (k + 1),
        peaked=True,
    )


def _beta_binomial(n: int, alpha: float, beta: float) -> _Law:
    def point(k: int) -> float:
        drawn = lgamma(k + alpha) + lgamma(n - k + beta) - lgamma(n + alpha + beta)
        return exp(_ways(n, k) + drawn - lgamma(alpha) - lgamma(beta) + lgamma(alpha + beta))

    return _Law(point, lambda k: (n - k) * (k + alpha) / ((k + 1) * (n - k - 1 + beta)), peaked=beta >= 1)


def _up(law: _Law, n: int, k: int) -> float:
    """From k on upwards, which lies above the mean."""
    term = law.point(k)
    terms = [term]
    for number in range(k, n):
        term *= law.ratio(number)
        terms.append(term)
        if law.peaked and term < NEGLIGIBLE * terms[0]:
            break
    return fsum(terms)


def _down(law: _Law, k: int) -> float:
    """From k on downwards."""
    term = law.point(k)
    terms = [term]
    for number in range(k, 0, -1):
        term /= law.ratio(number - 1)
        terms.append(term)
    return fsum(terms)


def p_value(x: int, y: int, a: int, b: int, spread: float = 0.0) -> float:
    """How probable so many are by chance, over the three windows: at most 1.

    `x` of `a` reports now, `y` of `b` before. Given how many there are of both together, `x` is binomial with the
    share of reports that fell into the window: busier weeks alone alarm nobody. `spread`: how much weeks vary beyond
    chance (signals.varied) by how many weeks there are; 0 is the plain test.
    """
    if a <= 0 or x <= 0:
        return 1.0
    return min(1.0, WINDOWS * upper_tail(x + y, x, a / (a + b), spread))

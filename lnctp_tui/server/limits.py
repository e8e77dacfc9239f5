"""How often somebody may ask: token buckets by device and by address, in the memory of one worker process.

With several workers each counts for itself, so the whole allows up to that many times more (docs/operations.md):
a connection stays with one worker, and a share of its rate would be all a laptop gets. What must never be exceeded,
the size of a body and of a batch, is checked at every request.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

MOST = 50_000
"""Buckets kept; the one unused longest goes first."""


@dataclass(frozen=True)
class Rate:
    """`burst` at once, `each` per second after it."""

    each: float
    burst: float


DEVICE = Rate(50, 300)
ADDRESS = Rate(1000, 4000)
"""A whole call centre can stand behind one address."""
FAILED = Rate(0.5, 30)
"""Requests of one address that no signature covers: wrong ones, unknown devices, tries at enrolment."""


class Buckets:
    """The buckets of one rate. `now` in seconds of a clock that never runs back."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, now: float) -> int:
        """Takes one token of `who`: 0, or the whole seconds to wait when there is none."""
        left = self._left(who, now)
        self._keep(who, left - 1 if left >= 1 else left, now)
        return 0 if left >= 1 else self._wait(left)

    def empty(self, who: str, now: float) -> int:
        """The seconds to wait before `take` would succeed; takes nothing."""
        left = self._left(who, now)
        return 0 if left >= 1 else self._wait(left)

    def _left(self, who: str, now: float) -> float:
        left, at = self._kept.get(who, (self._rate.burst, now))
        return min(self._rate.burst, left + (now - at) * self._rate.each)

    def _wait(self, left: float) -> int:
        return max(1, ceil((1 - left) / self._rate.each))

    def _keep(self, who: str, left: float, now: float) -> None:
        self._kept[who] = (left, now)
        self._kept.move_to_end(who)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)


def neighbourhood(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber gets."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)

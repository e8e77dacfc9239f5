"""How often somebody may ask: token buckets that all servers behind one name share, in the database.

A device is charged only for what it signed, in the statement that lets it in (http.authenticator), and by what its
bodies unpack to. What no signature covers is charged to the address it came from, counted here and brought to the
database now and then: an address may be charged a little late, never too much. An address without tokens is not
looked up any more and may not enrol; a device that signs is heard from there as from everywhere.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from time import monotonic

MOST = 50_000
"""Addresses remembered; the one unused longest goes first."""


@dataclass(frozen=True)
class Rate:
    """`burst` at once, `each` per second after it."""

    each: float
    burst: float

    def wait(self, tokens: float) -> int:
        """Whole seconds until there is one."""
        return max(1, ceil((1 - tokens) / self.each))


DEVICE = Rate(50, 300)
FAILED = Rate(0.5, 30)
"""Requests of one address that no signature covers: wrong ones, unknown devices; and of their own, so that nobody
who sends nonsense keeps those beside them from enrolling, its tries to enrol."""
UNIT = 32 << 10
"""Bytes of an unpacked body that cost a device as much as a request."""
FREE = 4 << 10
"""Bytes that cost nothing more."""
IDLE = 600
"""Seconds after which every bucket is full again."""
SYNC = 1.0
"""Seconds in which what an address did reaches the database."""

TAKE = """INSERT INTO rates AS r (who, tokens, at, granted)
    SELECT a.who, %(burst)s - least(a.n, %(burst)s), extract(epoch FROM clock_timestamp()), least(a.n, %(burst)s)
    FROM unnest(%(who)s::text[], %(n)s::integer[]) AS a(who, n)
  ON CONFLICT (who) DO UPDATE SET at = excluded.at,
    granted = least(excluded.granted, greatest(floor(least(%(burst)s,
      r.tokens + (excluded.at - r.at) * %(each)s)), 0)),
    tokens = least(%(burst)s, r.tokens + (excluded.at - r.at) * %(each)s) - least(excluded.granted, greatest(
      floor(least(%(burst)s, r.tokens + (excluded.at - r.at) * %(each)s)), 0))
  RETURNING who, granted, tokens"""
"""Takes `n` tokens of each, or as many as there are."""
OWE = """INSERT INTO rates AS r (who, tokens, at, granted)
    SELECT a.who, %(burst)s - a.n, extract(epoch FROM clock_timestamp()), 0
    FROM unnest(%(who)s::text[], %(n)s::double precision[]) AS a(who, n)
  ON CONFLICT (who) DO UPDATE SET at = excluded.at, tokens = greatest(-%(burst)s,
    least(%(burst)s, r.tokens + (excluded.at - r.at) * %(each)s) - (%(burst)s - excluded.tokens))
  RETURNING who, tokens"""
"""Takes what somebody already had, also more than there is."""
FORGET = "DELETE FROM rates WHERE at < extract(epoch FROM now()) - %s"


def charged(rate: Rate, of: Iterable[tuple[str, float]]) -> dict[str, object]:
    """Parameters of TAKE and OWE. In one order everywhere: two workers never wait for each other."""
    named = sorted(of)
    return {
        "who": [who for who, _ in named],
        "n": [n for _, n in named],
        "burst": rate.burst,
        "each": rate.each,
    }


def price(size: int) -> float:
    """Tokens that a body of so many unpacked bytes costs beside the one of its request."""
    return size / UNIT if size > FREE else 0.0


@dataclass
class _Bucket:
    tokens: float
    at: float
    due: float = 0.0
    """Taken here and not yet told to the database."""


class Buckets:
    """The addresses of one rate, as this process sees them."""

    def __init__(self, rate: Rate, kind: str = "", clock: Callable[[], float] = monotonic) -> None:
        self.rate, self._kind, self._clock = rate, kind, clock
        self._kept: OrderedDict[str, _Bucket] = OrderedDict()
        self._due: set[str] = set()
        self._pressing = False

    def take(self, who: str) -> int:
        """Takes one token of `who`: 0, or the whole seconds to wait when there is none."""
        bucket = self._of(who)
        if bucket.tokens < 1:
            return self.rate.wait(bucket.tokens)
        bucket.tokens -= 1
        bucket.due += 1
        self._due.add(who)
        self._pressing = self._pressing or bucket.due >= self.rate.burst / 8
        return 0

    def empty(self, who: str) -> int:
        """The seconds to wait before `take` would succeed; takes nothing."""
        tokens = self._of(who).tokens
        return 0 if tokens >= 1 else self.rate.wait(tokens)

    def owe(self, who: str, tokens: float) -> None:
        """Takes what `who` already had, also more than there is; the caller tells the database."""
        bucket = self._of(who)
        bucket.tokens = max(-self.rate.burst, bucket.tokens - tokens)

    def name(self, who: str) -> str:
        """What `who` is called in the database."""
        return self._kind + who

    def named(self, of: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
        """The same under their names in the database."""
        return [(self._kind + who, n) for who, n in of]

    @property
    def pressing(self) -> bool:
        """Whether somebody took so much here that other processes should know at once."""
        return self._pressing

    def told(self) -> list[tuple[str, float]]:
        """What is to be taken in the database too: then `learnt` its answer. Who and how much."""
        due = self.named((who, self._kept[who].due) for who in self._due if who in self._kept)
        for who in self._due:
            if who in self._kept:
                self._kept[who].due = 0.0
        self._due.clear()
        self._pressing = False
        return due

    def learnt(self, answer: Iterable[tuple[str, float]]) -> None:
        """What all processes together left."""
        for named, tokens in answer:
            bucket = self._of(named.removeprefix(self._kind))
            bucket.tokens = tokens - bucket.due

    def _of(self, who: str) -> _Bucket:
        now = self._clock()
        bucket = self._kept.get(who)
        if bucket is None:
            bucket = self._kept[who] = _Bucket(self.rate.burst, now)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        else:
            bucket.tokens = min(self.rate.burst, bucket.tokens + (now - bucket.at) * self.rate.each)
            bucket.at = now
            self._kept.move_to_end(who)
        return bucket


def neighbourhood(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 that one IPv6 subscriber gets."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.version == 4:
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, 64), strict=False).network_address)

"""What requests may hold of this process while they are read and refused: bytes, bodies, and answers that wait.

A body is proven before it is read: its request's signature covers the digest that stands in its head. What is not
proven, of older laptops, at enrolment and of strangers, has little room, and none that those who sign would need.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from time import monotonic

from lnctp_tui.errors import Denied
from lnctp_tui.sync import wire

LINGER = 1.0
"""Seconds that whoever asks too often waits for being told so: they get as many answers as they keep connections."""
LINGERING = (32, 512)
"""Such answers of one address or device, and of all, in one process; others are given at once."""


REST = (2.0, 0.5)
"""After a long body that others waited beside: so many times as long as it took, at most so many seconds."""


LATE = 0.5
"""Seconds for which somebody else's request counts."""


@dataclass(frozen=True)
class Room:
    """Bytes and bodies that may be on their way, of one and of all; seconds in which a body must be whole."""

    each: int
    all: int
    count: int
    idle: float
    whole: float


STRANGERS = Room(wire.BODY_CAP, 4 * wire.BODY_CAP, 16, 10, 60)
"""By address: whose signature is not seen before the body."""
KNOWN = Room(3 * wire.BODY_CAP, 24 * wire.BODY_CAP, 8, 20, 900)
"""By device: 4 MB at the pace of a bad line, twice abreast."""


@dataclass
class Space:
    """What one kind of senders holds of a room."""

    room: Room
    held: Counter[str] = field(default_factory=Counter)
    bodies: Counter[str] = field(default_factory=Counter)
    total: int = 0


@dataclass
class Body:
    """A body that is being read."""

    space: Space
    who: str
    size: int = 0

    def grow(self, by: int) -> None:
        """Raises Denied 429 `rate_limited` of one who holds too much, 503 `busy` when all together do."""
        self.size += by
        self.space.held[self.who] += by
        self.space.total += by
        if self.space.held[self.who] > self.space.room.each:
            raise Denied(429, "rate_limited", 2, self.who)
        if self.space.total > self.space.room.all:
            raise Denied(503, "busy", 5)

    def end(self) -> None:
        for counted, by in ((self.space.held, self.size), (self.space.bodies, 1)):
            counted[self.who] -= by
            if counted[self.who] <= 0:
                del counted[self.who]
        self.space.total -= self.size


class Bodies:
    """Of one process."""

    def __init__(self, strangers: Room = STRANGERS, known: Room = KNOWN) -> None:
        self.strangers, self.known = Space(strangers), Space(known)

    @contextmanager
    def reading(self, who: str, proven: bool) -> Iterator[Body]:
        """Room for one body of a device (`proven`) or an address, while the block runs. Raises Denied 429."""
        space = self.known if proven else self.strangers
        if space.bodies[who] >= space.room.count:
            raise Denied(429, "rate_limited", 2, who)
        space.bodies[who] += 1
        body = Body(space, who)
        try:
            yield body
        finally:
            body.end()


class Turns:
    """So many at a time for each. Lives on one event loop."""

    def __init__(self, most: int = 1) -> None:
        self._most = most
        self._locks: dict[str, asyncio.Semaphore] = {}
        self._wanted: Counter[str] = Counter()

    @asynccontextmanager
    async def of(self, who: str) -> AsyncIterator[None]:
        """Waits for the others of `who`."""
        lock = self._locks.setdefault(who, asyncio.Semaphore(self._most))
        self._wanted[who] += 1
        try:
            async with lock:
                yield
        finally:
            self._wanted[who] -= 1
            if not self._wanted[who]:
                del self._wanted[who], self._locks[who]


class LongTurn:
    """Long bodies at work: two abreast while nobody else asks for anything, else one, and a rest after it.

    Whoever has the machine to themselves waits for nothing. Lives on one event loop.
    """

    def __init__(self) -> None:
        self._abreast, self._alone = asyncio.Semaphore(2), asyncio.Semaphore(1)
        self._last, self._last_at, self._before_at = "", -LATE, -LATE
        """The device that last sent a short body, and when; and when another one last did."""

    def short(self, device: str) -> None:
        """A request with a short body came."""
        if device != self._last:
            self._last, self._before_at = device, self._last_at
        self._last_at = monotonic()

    @asynccontextmanager
    async def of(self, device: str) -> AsyncIterator[None]:
        """Waits for the long bodies before it."""
        async with self._abreast:
            if not self._others(device, monotonic() - LATE):
                yield
                return
            await self._alone.acquire()
            began = monotonic()
            try:
                yield
            finally:
                took = monotonic() - began
                rest = min(REST[1], REST[0] * took) if self._others(device, began) else 0.0
                asyncio.get_running_loop().call_later(rest, self._alone.release)

    def _others(self, device: str, since: float) -> bool:
        return (self._before_at if device == self._last else self._last_at) >= since


class Lingering:
    """Refusals that wait before they go."""

    def __init__(self) -> None:
        self._by: Counter[str] = Counter()

    async def wait(self, who: str) -> bool:
        """Whether it waited: not when too many of `who`, or of all, wait already."""
        each, everybody = LINGERING
        if self._by[who] >= each or self._by.total() >= everybody:
            return False
        self._by[who] += 1
        try:
            await asyncio.sleep(LINGER)
        finally:
            self._by[who] -= 1
            if not self._by[who]:
                del self._by[who]
        return True

"""A line that fails as it is told: a TCP relay on loopback between a laptop and its server.

It cuts at a byte, slows down, refuses, leaves connections hanging and delays segments as lost ones are delayed.
Nothing of the program is replaced: both ends are real sockets.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

UP, DOWN = "up", "down"
"""From the laptop, from the server."""
SEGMENT = 1400
WAIT_AGAIN = 0.2
"""Seconds until a lost segment is sent again; doubled for each loss in a row, as TCP does."""


@dataclass(frozen=True)
class Weather:
    """What the line does from now on."""

    cut: tuple[str, int] | None = None
    """A direction and how many bytes of a connection pass in it before both ends are reset."""
    pace: int | None = None
    """Bytes a second in each direction."""
    loss: float = 0.0
    """Part of the segments that are lost and sent again, and of the connections that hang or are reset."""
    dead: bool = False
    """Connections open and nothing passes."""
    down: bool = False
    """Connections are reset, open ones with their next byte."""


@dataclass
class FaultProxy:
    """`set` changes the weather for every connection, open ones too."""

    port: int
    """Of the server on loopback."""
    dice: random.Random
    host: str = "127.0.0.1"
    weather: Weather = field(default_factory=Weather)
    passed: dict[str, int] = field(default_factory=lambda: {UP: 0, DOWN: 0})
    connections: int = 0
    cuts: int = 0
    _alarm: tuple[int, Callable[[], object]] | None = None
    _own: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._own}"

    @property
    def total(self) -> int:
        """Bytes that passed in both directions."""
        return sum(self.passed.values())

    def set(self, weather: Weather) -> None:
        self.weather = weather

    def after(self, count: int, act: Callable[[], object]) -> None:
        """Do something, once, when so many bytes more have passed."""
        self._alarm = (self.total + count, act)

    def forget(self) -> None:
        """Do not do it any more."""
        self._alarm = None

    # the relay, on its own loop

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)  # nothing else holds it
        task.add_done_callback(self._tasks.discard)
        here = self.weather
        fate = self.dice.random()
        if here.down or fate < here.loss / 2:
            writer.transport.abort()
            return
        hangs = here.loss / 2 <= fate < here.loss
        try:
            other, onward = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        ends = (writer, onward)
        ways = [
            asyncio.create_task(self._carry(UP, reader, onward, ends, hangs)),
            asyncio.create_task(self._carry(DOWN, other, writer, ends, hangs)),
        ]
        try:
            await asyncio.wait(ways)
        finally:
            for each in ends:
                each.transport.abort()

    async def _carry(
        self,
        way: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ends: tuple[asyncio.StreamWriter, ...],
        hangs: bool,
    ) -> None:
        with suppress(OSError):
            if not await self._pass(way, reader, writer, hangs):
                writer.write_eof()
                return
        for each in ends:
            each.transport.abort()

    async def _pass(
        self, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hangs: bool
    ) -> bool:
        """Whether the line is to be cut, rather than closed from its other end."""
        gone = 0
        while data := await reader.read(SEGMENT if self.weather != Weather() else 1 << 16):
            while hangs or self.weather.dead:
                await asyncio.sleep(0.05)
                hangs = hangs and self.weather.loss > 0
            if self.weather.down:
                return True
            cut = self.weather.cut
            if cut and cut[0] == way and gone + len(data) >= cut[1]:
                writer.write(data[: cut[1] - gone])
                await writer.drain()
                self.cuts += 1
                return True
            await self._delay(len(data))
            writer.write(data)
            await writer.drain()
            gone += len(data)
            self._count(way, len(data))
        return False

    async def _delay(self, size: int) -> None:
        here, wait = self.weather, WAIT_AGAIN
        while here.loss and self.dice.random() < here.loss:
            await asyncio.sleep(wait)
            wait *= 2
        if here.pace:
            await asyncio.sleep(size / here.pace)

    def _count(self, way: str, size: int) -> None:
        self.passed[way] += size
        if self._alarm and self.total >= self._alarm[0]:
            act, self._alarm = self._alarm[1], None
            act()


@contextmanager
def relayed(port: int, seed: int = 0) -> Iterator[FaultProxy]:
    """A relay to `port`, in a thread of its own."""
    proxy = FaultProxy(port, random.Random(seed))
    loop = proxy._loop

    async def serve() -> None:
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        proxy._own = server.sockets[0].getsockname()[1]
        ready.set()

    ready = threading.Event()
    loop.create_task(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(_end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for each in others:
        each.cancel()
    await asyncio.gather(*others, return_exceptions=True)

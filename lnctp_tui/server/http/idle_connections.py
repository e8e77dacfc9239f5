"""Connections that hold something and say nothing: ended, so that nobody keeps all of them. And the part of all
connections that each process holds.

The web server bounds how long a connection may idle between two requests, and the bodies' rooms how slowly one may
come that is read. Left are heads that never end and what still comes after a refusal.

When a process dies, its laptops flee to the others and stay, for a good connection is kept: the process that is started
instead would idle for ever beside one that drowns. Whoever holds much more than its part ends connections behind an
answer until it holds no more; the laptop's next one goes to whoever takes it first.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from math import ceil
from pathlib import Path
from time import monotonic, time
from typing import ClassVar
from weakref import WeakSet

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from lnctp_tui.server.http import metrics

PATIENCE = 15.0
"""Seconds in which the head of a request must be whole, and the body of a refused one at its end."""
LOOK = 5.0
"""Seconds between two looks."""
MUCH, FEW = 1.25, 16
"""A process has its part of the connections up to so many times as many, and so many more."""
COUNTED = ".connections"
"""How the file ends in which a process says how many it holds; one that was written three looks ago is of nobody."""


class Watched(H11Protocol):
    """One connection. Known of it: since when it owes the rest of a head or of a refused body."""

    alive: ClassVar[WeakSet[Watched]] = WeakSet()
    owes: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A new connection: it owes its first head."""
        super().connection_made(transport)
        _at_once(transport)
        self.owes = monotonic()
        self.alive.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self.alive.discard(self)
        super().connection_lost(exc)

    @property
    def pending(self) -> bool:
        """Whether a head or a refused body is not whole."""
        if self.cycle is None:
            return True
        if not self.cycle.response_complete:
            return False
        return self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])


def _at_once(transport: asyncio.Transport) -> None:
    """Sends what is short without waiting for the peer: on a socket that uvicorn bound for several workers asyncio does
    not ask for it, and each answer after the first was 40 ms late."""
    end = transport.get_extra_info("socket")
    if end is not None and end.family in (socket.AF_INET, socket.AF_INET6):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def end_silent(now: float) -> int:
    """Ends the connections that owed something too long; how many."""
    ended = 0
    for connection in list(Watched.alive):
        if not connection.pending:
            connection.owes = None
        elif connection.owes is None:
            connection.owes = now
        elif now - connection.owes > PATIENCE and connection.transport is not None:
            connection.transport.abort()
            ended += 1
    return ended


class Surplus:
    """How many connections this process is to give up to its fellows on this machine."""

    def __init__(self) -> None:
        self._left = 0

    def look(self, folder: Path, now: float) -> None:
        """Tell in a folder how many connections are held here, and read what the others tell. Seconds since 1970.

        Raises OSError.
        """
        own, mine = len(Watched.alive), folder / f"{os.getpid()}{COUNTED}"
        whole = mine.with_suffix(".new")
        whole.write_text(str(own), "ascii")
        whole.replace(mine)
        fellows = [file for file in folder.glob(f"*{COUNTED}") if file != mine]
        fresh = [file for file in fellows if now - file.stat().st_mtime < 3 * LOOK]
        part = (own + sum(int(file.read_text("ascii")) for file in fresh)) / (1 + len(fresh))
        self._left = own - ceil(part) if own > part * MUCH + FEW else 0

    def ends(self) -> bool:
        """Whether the answer that begins now is the last of its connection."""
        if not self._left:
            return False
        self._left -= 1
        return True


surplus = Surplus()
"""Of this process."""


async def watch() -> None:
    """Looks after all connections of this process, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK)
        end_silent(monotonic())
        if metrics.SHARED in os.environ:
            with suppress(OSError):  # then nobody gives anything up
                surplus.look(Path(os.environ[metrics.SHARED]), time())

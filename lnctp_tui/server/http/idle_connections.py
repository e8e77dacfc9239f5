"""Connections that hold something and say nothing: ended, so that nobody keeps all of them.

The web server bounds how long a connection may idle between two requests, and the bodies' rooms how slowly one may
come that is read. Left are heads that never end and what still comes after a refusal.
"""

from __future__ import annotations

import asyncio
import socket
from time import monotonic
from typing import ClassVar
from weakref import WeakSet

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15.0
"""Seconds in which the head of a request must be whole, and the body of a refused one at its end."""
LOOK = 5.0
"""Seconds between two looks."""


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


async def watch() -> None:
    """Looks after all connections of this process, until it is cancelled."""
    while True:
        await asyncio.sleep(LOOK)
        end_silent(monotonic())

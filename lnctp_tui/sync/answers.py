"""What the server says, as far as both directions of the line read it, and when it last proved that it speaks."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import fresco
from lnctp_tui.sync.fresco import Fresco
from lnctp_tui.sync.transport import Line

EVERY = 60.0
"""Seconds after which a contact is worth a transaction of its own."""


class Diverged(Exception):
    """The server does not know our history: one of the two came back from an old copy."""


@contextmanager
def understood() -> Iterator[None]:
    """An answer that is not what the protocol says becomes SyncFailed."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise SyncFailed("not_a_server") from None


def read_cursor(cursor: Any) -> list[Any]:
    """[n, chain] of an answer. Raises TypeError, ValueError."""
    n, chain = cursor
    if not isinstance(n, int) or not isinstance(chain, str):
        raise TypeError
    return [n, chain]


class Contact:
    """That the server answered, and proved that it is it and that it is now (sync.fresco).

    Kept with what the answer brought, and now and then by itself. What proves nothing renews nothing.
    """

    def __init__(self, store: Store, line: Line) -> None:
        self._store, self._line = store, line
        self._last: float | None = None

    def note(self, answer: Mapping[str, Any], unit: Unit | None = None) -> None:
        """Keep it, in this transaction or, at most once a minute, in one of its own."""
        if not isinstance(answer.get(fresco.MEMBER), Fresco):
            return
        moment = time.monotonic()
        if unit is not None:
            self._last = moment
            unit.remember(server_state.CONTACT, instants.iso(unit.now))
            unit.remember(server_state.LATEST, instants.iso(unit.now))
            unit.remember(server_state.OFFSET, self._line.offset or None)
        elif self._last is None or moment - self._last >= EVERY:
            with self._store.write(behind=True) as own:
                self.note(answer, own)

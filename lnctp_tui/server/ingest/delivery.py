"""One laptop's push as it arrived, and what a transaction made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest.incoming import IncomingChange
from lnctp_tui.sync.wire import Cursor

TOO_FAR = 1 << 53
"""Numbers that a laptop says are below."""


class Anew(Exception):
    """Ends a transaction in which something was taken that may not be; now it has its reason."""


@dataclass(eq=False)
class Delivery:
    """One laptop's push, as it arrived. What a transaction makes of it is an Outcome."""

    device: DeviceRow
    changes: list[IncomingChange]
    cursor: Cursor | None
    proof: Cursor | None
    receipt: int | None
    before: Sequence[str]
    """Ids of the batch that the laptop sent before it had an answer."""
    audit: Mapping[str, Any] | None
    saved: Any = None
    """How far the laptop saved, as it says."""
    refused: str | None = None
    """Why the laptop as a whole is not heard: once found, for good."""
    seals: list[Future[list[int]]] = field(default_factory=list)
    """Of many changes, which are not signed: known before numbers are drawn, and not before that."""

    @property
    def cursors(self) -> set[Cursor]:
        return {cursor for cursor in (self.cursor, self.proof) if cursor is not None}

    def refuse(self, places: Iterable[int], reason: str) -> None:
        """Changes that will not do whatever the database holds: once found, for good."""
        for place in places:
            self.changes[place] = self.changes[place]._replace(reason=reason)


class Outcome(NamedTuple):
    """What a transaction made of one delivery; of one that diverged or was not heard, nothing."""

    diverged: bool = False
    results: Sequence[list[Any]] = ()
    seq: int = 0
    prefix: str | None = None


@dataclass(frozen=True)
class Stored:
    """What a transaction left behind: where the log and the audit end, and what became of each delivery."""

    head: Cursor
    audit: Cursor
    outcomes: Mapping[Delivery, Outcome]

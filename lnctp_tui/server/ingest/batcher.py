"""Group commit: small pushes that wait at the same time share one transaction, and one wait for the disk.

A thread that finds nobody at work does the work; those who come meanwhile wait, and the first of them does the
next round for all. While many come, a round waits a little for more: a transaction costs the same for one as for ten.
A group that fails is tried again one by one, so nobody pays for another's push.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from nacl.signing import SigningKey

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import push
from lnctp_tui.server.ingest.delivery import Delivery, Stored
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.sync import wire

SMALL = 50
"""Changes of a push that still shares."""
GATHER, BUSY = 0.015, 0.1
"""Seconds that a round waits for more pushes, when a round that was shared ended less than so many seconds ago."""


class _Waiting:
    """A small push, until it is stored or it is its turn to store all that wait."""

    def __init__(self, delivery: Delivery, now: datetime) -> None:
        self.delivery, self.now = delivery, now
        self.called = threading.Event()
        self.outcome: Stored | Exception | None = None


class Batcher:
    """The pushes of one process. Called from its request threads."""

    def __init__(self, pool: Pool, key: SigningKey, wait: Callable[[float], object] | None = None) -> None:
        self._pool, self._key = pool, key
        self._wait = wait or threading.Event().wait
        self._waiting: dict[str, list[_Waiting]] = {}
        """Team → who waits, the one at work not among them. A team nobody works for has no entry."""
        self._lock = threading.Lock()
        self._shared = -BUSY
        """When the last round ended that several shared."""

    def push(self, device: DeviceRow, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """As push.push: one push, durable when this returns. Raises Declined."""
        delivery = push.read(self._pool, device, message)
        if len(delivery.changes) > SMALL:
            return push.answer(delivery, push.store(self._pool, device.team, [delivery], now), now, self._key)
        waiting = _Waiting(delivery, now)
        with self._lock:
            if (queue := self._waiting.get(device.team)) is None:
                self._waiting[device.team] = []
            else:
                queue.append(waiting)
        if queue is not None:
            waiting.called.wait()
        if waiting.outcome is None:
            self._lead(device.team, waiting)
        if isinstance(waiting.outcome, Exception):
            raise waiting.outcome
        assert waiting.outcome is not None
        return push.answer(delivery, waiting.outcome, now, self._key)

    def _lead(self, team: str, own: _Waiting) -> None:
        """Stores one round, this thread's own push among it, and calls the next thread in line."""
        if monotonic() - self._shared < BUSY:
            self._wait(GATHER)
        group = self._group(team, own)
        try:
            self._store(team, group)
        finally:
            if len(group) > 1:
                self._shared = monotonic()
            for waiting in group[1:]:
                waiting.called.set()
            with self._lock:
                queue = self._waiting[team]
                following = queue.pop(0) if queue else None
                if following is None:
                    del self._waiting[team]
            if following:
                following.called.set()

    def _group(self, team: str, own: _Waiting) -> list[_Waiting]:
        group, count = [own], len(own.delivery.changes)
        with self._lock:
            queue = self._waiting[team]
            while queue and (count := count + len(queue[0].delivery.changes)) <= wire.BATCH:
                group.append(queue.pop(0))
        return group

    def _store(self, team: str, group: list[_Waiting]) -> None:
        now = max(waiting.now for waiting in group)
        try:
            stored: Stored | Exception = push.store(
                self._pool, team, [waiting.delivery for waiting in group], now
            )
        except Exception as error:
            stored = error
        for waiting in group:
            waiting.outcome = (
                stored if len(group) == 1 or isinstance(stored, Stored) else self._alone(team, waiting)
            )

    def _alone(self, team: str, waiting: _Waiting) -> Stored | Exception:
        try:
            return push.store(self._pool, team, [waiting.delivery], waiting.now)
        except Exception as error:
            return error

"""Group commit: small pushes that wait at the same time share one transaction, and one wait for the disk.

The first thread that finds nobody at work does the work for all who wait; those who come meanwhile wait for
the next round. A group that fails is tried again one by one, so nobody pays for another's push.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nacl.signing import SigningKey

from lnctp_tui.server import push
from lnctp_tui.server.database import DeviceRow, Pool
from lnctp_tui.server.push import Delivery, Stored
from lnctp_tui.sync import wire

SMALL = 50
"""Changes of a push that still shares."""


@dataclass
class _Waiting:
    delivery: Delivery
    now: datetime
    done: Future[Stored] = field(default_factory=Future)


class Batcher:
    """The pushes of one process. Called from its request threads."""

    def __init__(self, pool: Pool, key: SigningKey) -> None:
        self._pool, self._key = pool, key
        self._waiting: list[_Waiting] = []
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def push(self, device: DeviceRow, message: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """As push.push: one push, durable when this returns. Raises Declined."""
        delivery = push.read(self._pool, device, message)
        if len(delivery.coming) > SMALL:
            return push.answer(delivery, push.store(self._pool, device.team, [delivery], now), now, self._key)
        mine = _Waiting(delivery, now)
        with self._lock:
            self._waiting.append(mine)
            leads = device.team not in self._busy
            self._busy.add(device.team)
        if leads:
            self._lead(device.team)
        return push.answer(delivery, mine.done.result(), now, self._key)

    def _lead(self, team: str) -> None:
        """Stores what waits, round by round, until nobody of the team waits."""
        while group := self._next(team):
            try:
                stored = push.store(self._pool, team, [each.delivery for each in group], _latest(group))
            except Exception as error:
                self._alone(team, group, error)
            else:
                for each in group:
                    each.done.set_result(stored)

    def _next(self, team: str) -> list[_Waiting]:
        with self._lock:
            group: list[_Waiting] = []
            count = 0
            for each in [each for each in self._waiting if each.delivery.device.team == team]:
                count += len(each.delivery.coming)
                if group and count > wire.BATCH:
                    break
                group.append(each)
                self._waiting.remove(each)
            if not group:
                self._busy.discard(team)
            return group

    def _alone(self, team: str, group: list[_Waiting], error: Exception) -> None:
        for each in group:
            try:
                if len(group) == 1:
                    raise error
                each.done.set_result(push.store(self._pool, team, [each.delivery], each.now))
            except Exception as own:
                each.done.set_exception(own)


def _latest(group: list[_Waiting]) -> datetime:
    return max(each.now for each in group)

"""Who comes in: the device's key, its nonce unused, its state and its person's role as they are this moment,
as officers signed them where there is an authority.

Admissions that arrive while the database answers the last ones share the next statement. A nonce is kept for
15 minutes, in the database, so that a request replayed at another worker is refused too. Its commit need not be
on the disk: what a crash of PostgreSQL may forget is a fraction of a second of requests, and all are idempotent.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

from lnctp_tui.server import database
from lnctp_tui.server.control import Control
from lnctp_tui.server.database import Declined, DeviceRow, Pool
from lnctp_tui.server.limits import FAILED, Buckets
from lnctp_tui.server.news import CHANNEL
from lnctp_tui.server.requests import Denied, Envelope
from lnctp_tui.server.threads import Threads

Sender = DeviceRow
KEPT = 900
"""Seconds for which a nonce is remembered: more than the whole span in which its time is accepted."""
TOGETHER = 200
GATHER, BUSY = 0.01, 0.05
"""Seconds that a round waits for more, when a round that was shared ended less than so many seconds ago."""
KEYS = 20_000

KEY = "SELECT public_key FROM devices WHERE id = %s"
DEVICES = f"{database.DEVICES} = ANY(%s)"
USED = """INSERT INTO nonces (device, nonce, at) SELECT device, nonce, extract(epoch FROM now())::bigint
  FROM unnest(%s::text[], %s::text[]) AS asked(device, nonce) {} ON CONFLICT DO NOTHING RETURNING device, nonce"""
USE = USED.format("")
USE_KNOWN = USED.format("WHERE EXISTS (SELECT FROM devices d WHERE d.id = asked.device)")
FORGET = "DELETE FROM nonces WHERE at < extract(epoch FROM now())::bigint - %s"

Waiting = tuple[Envelope, "asyncio.Future[DeviceRow]"]


class Door:
    """One per process. Lives on one event loop."""

    def __init__(
        self, pool: Pool, threads: Threads, control: Control, clock: Callable[[], float] = monotonic
    ) -> None:
        self._pool, self._threads, self._control, self._clock = pool, threads, control, clock
        self._keys: OrderedDict[str, str] = OrderedDict()
        self._failed = Buckets(FAILED)
        self._waiting: list[Waiting] = []
        self._round: asyncio.Task[None] | None = None
        self._shared = -BUSY
        """When the last round ended that several shared."""

    async def key(self, device: str, address: str) -> str:
        """The public key a device enrolled with. Raises Denied 401 `unknown_device`, 429 `rate_limited`."""
        known = self._keys.get(device)
        if known is not None:
            self._keys.move_to_end(device)
            return known
        if wait := self._failed.empty(address, self._clock()):
            raise Denied(429, "rate_limited", wait)
        found = await self._threads.run(lambda: self._look_up(device))
        if found is None:
            self.failed(address)
            raise Denied(401, "unknown_device")
        self._keys[device] = found
        if len(self._keys) > KEYS:
            self._keys.popitem(last=False)
        return found

    def failed(self, address: str) -> None:
        """Counts a try that no signature covers. Raises Denied 429 `rate_limited` when there were too many."""
        if wait := self._failed.take(address, self._clock()):
            raise Denied(429, "rate_limited", wait)

    async def admit(self, said: Envelope) -> DeviceRow:
        """Uses the nonce up. Raises Denied 401 `replayed`, `unknown_device`; what the database raises."""
        future: asyncio.Future[DeviceRow] = asyncio.get_running_loop().create_future()
        self._waiting.append((said, future))
        if self._round is None:
            self._round = asyncio.create_task(self._rounds())
        return await future

    async def use(self, said: Envelope) -> None:
        """Uses up the nonce of a device that nobody knows yet. Raises Denied 401 `replayed`."""

        def unused() -> bool:
            with self._pool.connection() as connection:
                return connection.execute(USE, ([said.device], [said.nonce])).fetchone() is not None

        if not await self._threads.run(unused):
            raise Denied(401, "replayed")

    async def forget(self) -> None:
        """Drops nonces that are too old to be accepted anyway."""
        await self._threads.run(self._forget)

    async def notify(self) -> None:
        """Wakes the tails of all processes."""

        def tell() -> None:
            with self._pool.connection() as connection:
                connection.execute(f"NOTIFY {CHANNEL}")

        await self._threads.run(tell)

    async def _rounds(self) -> None:
        try:
            while self._waiting:
                if self._clock() - self._shared < BUSY:
                    await asyncio.sleep(GATHER)
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._admit_together(batch)
                if len(batch) > 1:
                    self._shared = self._clock()
        finally:
            self._round = None

    async def _admit_together(self, batch: Sequence[Waiting]) -> None:
        said = [each for each, _ in batch]
        try:
            answers = await self._threads.run(lambda: self._ask(said))
        except Exception as error:  # each of them is answered with it
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _look_up(self, device: str) -> str | None:
        with self._pool.connection() as connection:
            found = connection.execute(KEY, (device,)).fetchone()
        return str(found[0]) if found else None

    def _forget(self) -> None:
        with self._pool.connection() as connection:
            connection.execute(FORGET, (KEPT,))

    def _ask(self, batch: Sequence[Envelope]) -> list[DeviceRow | Exception]:
        """For each its device, or why not; in order. One round trip."""
        devices = sorted({each.device for each in batch})
        # In one order everywhere: two workers never wait for each other.
        pairs = sorted({(each.device, each.nonce) for each in batch})
        with self._pool.connection() as connection, connection.pipeline():
            known = connection.execute(DEVICES, (devices,))
            used = connection.execute(USE_KNOWN, tuple(map(list, zip(*pairs, strict=True))))
            fresh = set(used)
            found = known.fetchall()
        rows = {row[0]: self._ruled(row) for row in found}
        answers: list[DeviceRow | Exception] = []
        for each in batch:
            pair = (each.device, each.nonce)
            if each.device not in rows:
                answers.append(Denied(401, "unknown_device"))
            elif pair in fresh:
                fresh.discard(pair)  # its twin in this batch is a replay
                answers.append(_with_key(each, rows[each.device]))
            else:
                answers.append(Denied(401, "replayed"))
        return answers

    def _ruled(self, row: tuple[Any, ...]) -> DeviceRow | Exception:
        try:
            return self._control.ruled(DeviceRow(*row[:-2]), row[-2:])
        except Declined as error:
            return error


def _with_key(said: Envelope, device: DeviceRow | Exception) -> DeviceRow | Exception:
    """The device, if its key is the one that the request was checked with: officers sign for keys, not for rows."""
    if isinstance(device, DeviceRow) and said.key != device.public_key:
        return Denied(401, "bad_signature")
    return device


def door_pool(url: str) -> Pool:
    """The door's own connections: statements that wait for no disk, each a transaction of its own."""
    from psycopg_pool import ConnectionPool

    from lnctp_tui.server.database import OPTIONS

    keyed = {"options": f"{OPTIONS} -c synchronous_commit=off", "prepare_threshold": 2, "autocommit": True}
    return ConnectionPool(url, min_size=1, max_size=2, kwargs=keyed, timeout=10, open=True)

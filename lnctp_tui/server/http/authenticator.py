"""Who comes in: the device's key, its nonce unused, its state and its person's role as they are this moment,
as officers signed them where there is an authority.

A device is charged in the same statement, after its signature: what others send in its name costs it nothing. Keys
are in memory before the first request, and those of new devices a moment after they enrolled, so that a flood of
unknown devices is a matter of the address it comes from.

Admissions that arrive while the database answers the last ones share the next statement. A nonce is kept for
15 minutes, in the database, so that a request replayed at another worker is refused too. Its commit need not be
on the disk: what a crash of PostgreSQL may forget is a fraction of a second of requests, and all are idempotent.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from lnctp_tui.errors import Declined, Denied
from lnctp_tui.server.admin.control import Control
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import logs, rate_limits
from lnctp_tui.server.http.rate_limits import DEVICE, FAILED, OWE, TAKE, Buckets
from lnctp_tui.server.http.requests import Envelope
from lnctp_tui.server.ingest.log_tail import CHANNEL
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.threads import Threads

Sender = DeviceRow
KEPT = 900
"""Seconds for which a nonce is remembered: more than the whole span in which its time is accepted."""
TOGETHER = 200
GATHER, BUSY = 0.01, 0.05
"""Seconds that a round waits for more, when a round that was shared ended less than so many seconds ago."""
KEYS = 100_000

ALL_KEYS = (
    "SELECT id, public_key, created_at FROM devices WHERE created_at >= %s ORDER BY created_at DESC LIMIT %s"
)
KEY = "SELECT public_key FROM devices WHERE id = %s"
DEVICES = f"{database.DEVICES} = ANY(%s)"
USED = """INSERT INTO nonces (device, nonce, at) SELECT device, nonce, extract(epoch FROM now())::bigint
  FROM unnest(%s::text[], %s::text[]) AS asked(device, nonce) {} ON CONFLICT DO NOTHING RETURNING device, nonce"""
USE = USED.format("")
USE_KNOWN = USED.format("WHERE EXISTS (SELECT FROM devices d WHERE d.id = asked.device)")
FORGET = "DELETE FROM nonces WHERE at < extract(epoch FROM now())::bigint - %s"

Rows = list[tuple[str, float]]
Waiting = tuple[Envelope, "asyncio.Future[DeviceRow]"]


class Authenticator:
    """One per process. Lives on one event loop."""

    def __init__(
        self, pool: Pool, threads: Threads, control: Control, clock: Callable[[], float] = monotonic
    ) -> None:
        self._pool, self._threads, self._control, self._clock = pool, threads, control, clock
        self._keys: OrderedDict[str, str] = OrderedDict()
        self._newest = ""
        """When the newest device that is known here was made."""
        self._failed = Buckets(FAILED, "address ", clock)
        self.devices = Buckets(DEVICE, "device ", clock)
        self._owed: dict[str, float] = {}
        self._sharing = False
        self._looking = Threads(1)
        """Unknown devices wait for each other, and nobody waits for them."""
        self._waiting: list[Waiting] = []
        self._round: asyncio.Task[None] | None = None
        self._shared = -BUSY
        """When the last round ended that several shared."""

    async def learn(self) -> None:
        """Takes in the keys of devices that are new since the last time; at first of all."""
        new_keys = await self._threads.run(self._new_keys)
        for device, key, created_at in reversed(new_keys):
            self.know(device, key)
            self._newest = max(self._newest, created_at)

    def know(self, device: str, public_key: str) -> None:
        """Remembers a key. It never changes: a device that enrols again keeps it or is refused."""
        self._keys[device] = public_key
        self._keys.move_to_end(device)
        if len(self._keys) > KEYS:
            self._keys.popitem(last=False)

    async def key(self, device: str, address: str) -> str:
        """The public key a device enrolled with. Raises Denied 401 `unknown_device`, 429 `rate_limited`."""
        cached = self._keys.get(device)
        if cached is not None:
            self._keys.move_to_end(device)
            return cached
        if wait := self._failed.empty(address):
            raise Denied(429, "rate_limited", wait, address)
        public_key = await self._looking.run(lambda: self._look_up(device))
        if public_key is None:
            raise Denied(401, "unknown_device")
        self.know(device, public_key)
        return public_key

    def failed(self, address: str) -> None:
        """Counts a try that no signature covers. Raises Denied 429 `rate_limited` when there were too many."""
        wait = self._failed.take(address)
        if self._failed.pressing:
            self._begin()
        if wait:
            raise Denied(429, "rate_limited", wait, address)

    def enrolling(self, address: str) -> None:
        """Counts a try to enrol, apart from what else fails there. Raises Denied 429 `rate_limited`."""
        self.failed(f"{address} enrol")

    def allowed(self, device: str) -> None:
        """Raises Denied 429 `rate_limited` for a device of which it is known here that it asked too often."""
        if wait := self.devices.empty(device):
            raise Denied(429, "rate_limited", wait, device)

    def pay(self, device: str, size: int) -> None:
        """Charges a device for a body that unpacks to `size` bytes; with the next that is asked of the database."""
        self._owe(device, rate_limits.price(size))

    def give_back(self, device: str, size: int) -> None:
        """Takes a charge back, for what was worth it: `size` bytes that said something new, and are stored."""
        self._owe(device, -rate_limits.price(size))

    def _owe(self, device: str, tokens: float) -> None:
        if tokens:
            self._owed[device] = self._owed.get(device, 0.0) + tokens
            self.devices.owe(device, tokens)
            self._begin()

    async def share(self) -> None:
        """Brings to the database what addresses and devices did here, and takes in what they did elsewhere."""
        self._sharing = True
        self._begin()
        if self._round is not None:
            await asyncio.shield(self._round)

    async def authenticate(self, envelope: Envelope) -> DeviceRow:
        """Uses the nonce up. Raises Denied 401 `replayed`, `unknown_device`; what the database raises."""
        future: asyncio.Future[DeviceRow] = asyncio.get_running_loop().create_future()
        self._waiting.append((envelope, future))
        self._begin()
        return await future

    async def use(self, envelope: Envelope) -> None:
        """Uses up the nonce of a device that nobody knows yet. Raises Denied 401 `replayed`."""

        def unused() -> bool:
            with self._pool.connection() as connection:
                return connection.execute(USE, ([envelope.device], [envelope.nonce])).fetchone() is not None

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

    @property
    def _unsettled(self) -> bool:
        return self._sharing or bool(self._owed) or self._failed.pressing

    def _begin(self) -> None:
        if self._round is None:
            self._round = asyncio.get_running_loop().create_task(self._rounds())

    async def _rounds(self) -> None:
        try:
            while True:
                if self._unsettled:
                    await self._settle()
                if not self._waiting:
                    break
                if self._clock() - self._shared < BUSY:
                    await asyncio.sleep(GATHER)
                batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                await self._admit_together(batch)
                if len(batch) > 1:
                    self._shared = self._clock()
        finally:
            self._round = None

    async def _settle(self) -> None:
        """What was taken on trust. A database that does not answer is no reason to let nobody in."""
        self._sharing = False
        owed, self._owed = self._owed, {}
        failed = self._failed.told()
        if not owed and not failed:
            return
        try:
            devices, addresses = await self._threads.run(lambda: self._charge(owed, failed))
        except (psycopg.Error, PoolTimeout) as error:
            logs.note("rates_kept", error=error)
        else:
            self.devices.learnt(devices)
            self._failed.learnt(addresses)

    async def _admit_together(self, batch: Sequence[Waiting]) -> None:
        envelopes = [envelope for envelope, _ in batch]
        answers: list[DeviceRow | Exception]
        try:
            answers, rates = await self._threads.run(lambda: self._ask(envelopes))
            self.devices.learnt(rates)
        except Exception as error:  # each of them is answered with it
            answers = [error] * len(batch)
        for (_, future), answer in zip(batch, answers, strict=True):
            if future.done():
                continue
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _charge(self, owed: dict[str, float], failed: Rows) -> tuple[Rows, Rows]:
        tokens_by_rate = {}
        with self._pool.connection() as connection:
            for rate, of in ((DEVICE, self.devices.named(owed.items())), (self._failed.rate, failed)):
                rows = connection.execute(OWE, rate_limits.charged(rate, of)) if of else ()
                tokens_by_rate[rate] = [(str(who), float(tokens)) for who, tokens in rows]
        return tokens_by_rate[DEVICE], tokens_by_rate[self._failed.rate]

    def _new_keys(self) -> list[tuple[str, str, str]]:
        with self._pool.connection() as connection:
            return [
                (str(id_), str(key), str(created_at))
                for id_, key, created_at in connection.execute(ALL_KEYS, (self._newest, KEYS))
            ]

    def _look_up(self, device: str) -> str | None:
        with self._pool.connection() as connection:
            row = connection.execute(KEY, (device,)).fetchone()
        return str(row[0]) if row else None

    def _forget(self) -> None:
        with self._pool.connection() as connection:
            connection.execute(FORGET, (KEPT,))
            connection.execute(rate_limits.FORGET, (rate_limits.IDLE,))

    def _ask(self, batch: Sequence[Envelope]) -> tuple[list[DeviceRow | Exception], Rows]:
        """For each its device, or why not; in order. And what is left to those devices. One round trip."""
        devices = sorted({envelope.device for envelope in batch})
        # In one order everywhere: two workers never wait for each other.
        pairs = sorted({(envelope.device, envelope.nonce) for envelope in batch})
        with self._pool.connection() as connection, connection.pipeline():
            looked_up = connection.execute(DEVICES, (devices,))
            used = connection.execute(USE_KNOWN, tuple(map(list, zip(*pairs, strict=True))))
            requests = Counter(envelope.device for envelope in batch)
            charged = connection.execute(
                TAKE, rate_limits.charged(DEVICE, self.devices.named(requests.items()))
            )
            fresh = set(used)
            granted = {who: (int(count), float(tokens)) for who, count, tokens in charged}
            device_rows = looked_up.fetchall()
        allowances = {device: granted.get(self.devices.name(device), (0, 0.0)) for device in devices}
        rows = {row[0]: self._ruled(row) for row in device_rows}
        answers: list[DeviceRow | Exception] = []
        for envelope in batch:
            tokens, remaining = allowances[envelope.device]
            allowances[envelope.device] = (tokens - 1, remaining)
            pair = (envelope.device, envelope.nonce)
            if envelope.device not in rows:
                answers.append(Denied(401, "unknown_device"))
            elif tokens < 1:
                answers.append(Denied(429, "rate_limited", DEVICE.wait(remaining), envelope.device))
            elif pair in fresh:
                fresh.discard(pair)  # its twin in this batch is a replay
                answers.append(_with_key(envelope, rows[envelope.device]))
            else:
                answers.append(Denied(401, "replayed"))
        return answers, [(who, tokens) for who, (_, tokens) in granted.items()]

    def _ruled(self, row: tuple[Any, ...]) -> DeviceRow | Exception:
        try:
            return self._control.ruled(DeviceRow(*row[:-2]), row[-2:])
        except Declined as error:
            return error


def _with_key(envelope: Envelope, device: DeviceRow | Exception) -> DeviceRow | Exception:
    """The device, if its key is the one that the request was checked with: officers sign for keys, not for rows."""
    if isinstance(device, DeviceRow) and envelope.key != device.public_key:
        return Denied(401, "bad_signature")
    return device


def auth_pool(url: str) -> Pool:
    """The authenticator's own connections: statements that wait for no disk, each a transaction of its own."""
    options = f"{database.OPTIONS} -c synchronous_commit=off"
    return Pool(url, 2, database.COMMIT_WAIT, options=options, autocommit=True)

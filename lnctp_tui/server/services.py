"""What one server process holds: its connections, its authenticator, its buckets, its tail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

import psycopg
from nacl.signing import SigningKey
from psycopg_pool import PoolTimeout

from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import access, identity, line_run, ordering, relief
from lnctp_tui.server.admin.breaks import Breaks
from lnctp_tui.server.admin.control import Control
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.http.authenticator import Authenticator, auth_pool
from lnctp_tui.server.http.bodies import Bodies, Lingering, LongTurn, Turns
from lnctp_tui.server.ingest.batcher import Batcher
from lnctp_tui.server.ingest.log_tail import LogTail
from lnctp_tui.server.postgres import database, login
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import tallies
from lnctp_tui.server.settings import Settings
from lnctp_tui.server.threads import Threads
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

Found = TypeVar("Found")
PUSHING = 64
"""Pushes that may wait for each other in one process."""
READING = 2
LEAVES, LONGEST, LEAST = 19, 10.0, 3.0
"""How many times as long as a page of what a new role lets somebody see took, one process tells nothing more, so that
others have nearly all of the database whatever it can do; seconds of that at most, and at least behind a page that
could not be told."""
NUDGE = 0.03
"""Seconds in which pushes share one notice."""


@dataclass
class Services:
    """One per process; made on the event loop that serves."""

    settings: Settings
    pool: Pool
    key: SigningKey
    """The server's, for receipts."""
    control: Control
    authenticator: Authenticator
    log_tail: LogTail
    threads: Threads
    batcher: Batcher
    pushing: Threads
    """More than there are connections: who waits for a round of the batcher holds a thread and nothing else."""
    breaks: Breaks
    _nudging: asyncio.Task[None] | None = None
    ready: asyncio.Task[None] | None = None
    """The last look whether the database answers."""
    unwalled: login.Flaw | None = None
    """Why nobody is served: the database's walls do not stand for the login that this process uses."""
    bodies: Bodies = field(default_factory=Bodies)
    turns: Turns = field(default_factory=Turns)
    reading: Threads = field(default_factory=lambda: Threads(READING))
    """Long bodies that are unpacked and read at the same time."""
    works: Turns = field(default_factory=lambda: Turns(wire.MAX_IN_FLIGHT))
    """What one device asks for at the same time, so that it never holds all connections to the database."""
    long: LongTurn = field(default_factory=LongTurn)
    """Long bodies share one processor with everybody's short ones."""
    lingering: Lingering = field(default_factory=Lingering)

    def nudge(self) -> None:
        """Tells the tails of all processes, soon and once, that the log may have grown."""
        if self._nudging is None or self._nudging.done():
            self._nudging = asyncio.get_running_loop().create_task(self._nudge())

    async def _nudge(self) -> None:
        await asyncio.sleep(NUDGE)
        with suppress(psycopg.Error, PoolTimeout):  # without it the tails look each second
            await self.authenticator.notify()

    async def look_at_login(self) -> None:
        """Looks again whether the database's walls stand. Raises what the database raises."""

        def look() -> login.Flaw | None:
            with self.pool.connection() as connection:
                return login.flaw(connection)

        self.unwalled = await self.threads.run(look)

    async def compare_line(self) -> None:
        """Compares the whole Line, if no process did today. Raises what the database raises."""

        def compare() -> int | None:
            with suppress(Declined):  # busy: the next look does it
                return line_run.daily(self.pool, self.settings.team, instants.now())
            return None

        if await self.threads.run(compare):
            self.nudge()

    async def relieve(self) -> None:
        """Opens and ends what hand-overs open for a while. Raises what the database raises."""

        def look() -> int:
            with suppress(Declined):  # busy: the next look does it
                return relief.look(self.pool, self.settings.team, instants.now())
            return 0

        if await self.threads.run(look):
            self.nudge()

    async def tell_new_roles(self) -> float | None:
        """Tells the next page of what a new role lets somebody see. Seconds until the one after, None without one;
        raises what the database raises."""

        def tell() -> tuple[bool, float]:
            began, more, least = monotonic(), True, 0.0
            try:
                more = access.go_on(self.pool, self.settings.team, instants.now())
            except Declined:  # busy: a later look does it
                least = LEAST
            return more, min(LONGEST, max(least, (monotonic() - began) * LEAVES))

        more, pause = await self.threads.run(tell)
        if not more:
            return None
        self.nudge()
        return pause

    async def look_at_alerts(self) -> None:
        """Looks at the weeks that are over, if no process did. Raises what the database raises."""

        def look() -> None:
            with suppress(Declined):  # busy: the next look does it
                weekly.run(self.pool, self.settings.team, instants.now())

        await self.threads.run(look)

    async def count_referrals(self) -> None:
        """Counts how referrals ended, if no process did today. Raises what the database raises."""

        def count() -> None:
            with suppress(Declined):  # busy: the next look does it
                tallies.nightly(self.pool, self.settings.team, instants.now())

        await self.threads.run(count)

    @asynccontextmanager
    async def at_work(self, device: str, heavy: bool) -> AsyncIterator[None]:
        """Waits until a device, and among long bodies this one, has its turn."""
        async with AsyncExitStack() as turns:
            await turns.enter_async_context(self.works.of(device))
            if heavy:
                await turns.enter_async_context(self.long.of(device))
            else:
                self.long.short(device)
            yield

    async def in_thread(self, work: Callable[[], Found]) -> Found:
        """What `work` returns; it may use a database connection."""
        return await self.threads.run(work)


@asynccontextmanager
async def opened(settings: Settings, url: str) -> AsyncIterator[Services]:
    """The services of this process, closed at the end."""
    with (
        database.pool(url, settings.connections, settings.commit_wait) as pool,
        auth_pool(url) as auth_connections,
    ):
        with pool.connection() as connection:
            key = identity.signing_key(settings.home, connection)
            unwalled = login.flaw(connection)
        control = Control(pool, settings.home)
        ordering.resume(settings, pool, control)
        log_tail = LogTail(url)
        log_tail.start()
        threads = Threads(settings.connections)
        authenticator, batcher = Authenticator(auth_connections, Threads(2), control), Batcher(pool, key)
        services = Services(
            settings,
            pool,
            key,
            control,
            authenticator,
            log_tail,
            threads,
            batcher,
            Threads(PUSHING),
            Breaks(pool),
        )
        services.unwalled = unwalled
        writing = asyncio.create_task(services.breaks.hourly())
        await authenticator.learn()
        try:
            yield services
        finally:
            writing.cancel()
            with suppress(psycopg.Error, PoolTimeout):  # a counter is no reason not to stop
                await asyncio.to_thread(services.breaks.write)
            log_tail.stop()
            await log_tail.join()

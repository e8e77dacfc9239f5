"""What one process keeps of its pages, and how often they may be asked for here. Nothing of it is written anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from time import monotonic
from typing import Final

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import logs
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.pages import board, board_page, data_page, published
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants

FRESH, STALE = 5.0, 30.0
"""Seconds for which a board is the same to everybody who may see it; and for which it is shown while the next is made.
It says when it was made."""
BOARDS: Final = 64
SESSIONS: Final = 10_000
LISTED: Final = 30.0
"""Seconds for which the list of editions is believed."""
OPEN_DATA: Final = Rate(200, 2000)
"""Of one address: a newsroom or a university stands behind one."""
VIEWS: Final = Rate(2, 30)
"""Of one session."""
TRIES: Final = Rate(0.5, 30)
"""Of one address, to enter or to look without a session."""


class Pages:
    """One per process. Lives on one event loop."""

    def __init__(self) -> None:
        self.files = published.Kept()
        self.data, self.views, self.tries = Buckets(OPEN_DATA), Buckets(VIEWS), Buckets(TRIES)
        self._boards: OrderedDict[tuple[str, ...], tuple[float, bytes]] = OrderedDict()
        self._listing: tuple[float, bytes] = (0.0, b"")
        self._making: dict[tuple[str, ...], asyncio.Task[bytes]] = {}
        self._turn = asyncio.Lock()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def board(self, services: Services, device: DeviceRow) -> bytes:
        """The board as this supervisor may see it. One that is a little old is shown while the next is made."""
        scopes = await services.in_thread(lambda: board.hidden(services.pool, device))
        key = (device.team, *scopes)
        at, content = self._boards.get(key, (0.0, b""))
        age = monotonic() - at
        if not content or age > STALE:
            return await self._make(services, device, key)
        if age > FRESH and key not in self._making:
            task = self._making[key] = asyncio.create_task(self._make(services, device, key))
            task.add_done_callback(lambda ended: self._made(key, ended))
        return content

    def _made(self, key: tuple[str, ...], task: asyncio.Task[bytes]) -> None:
        self._making.pop(key, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            logs.note("board_not_made", error=error)

    async def _make(self, services: Services, device: DeviceRow, key: tuple[str, ...]) -> bytes:
        """One at a time: whoever waits finds what another made."""
        before = monotonic()
        async with self._turn:
            at, content = self._boards.get(key, (0.0, b""))
            if not content or at < before:
                at = monotonic()
                content = await services.in_thread(
                    lambda: board_page.board(board.read(services.pool, device, instants.now()))
                )
                self._boards[key] = (at, content)
                self._boards.move_to_end(key)
                if len(self._boards) > BOARDS:
                    self._boards.popitem(last=False)
        return content

    async def listing(self, services: Services) -> bytes:
        """The page of editions."""
        if self._listing[1] and monotonic() - self._listing[0] < LISTED:
            return self._listing[1]

        def read() -> bytes:
            team = services.settings.team
            with transaction(services.pool, team, SERVE) as connection:
                return data_page.listing(published.listed(connection, team))

        self._listing = (monotonic(), await services.in_thread(read))
        return self._listing[1]

    async def file(self, services: Services, edition: str, name: str) -> published.File | None:
        """A file of an edition."""
        if (file := self.files.get(edition, name)) is not None:
            return file

        def read() -> published.File | None:
            team = services.settings.team
            with transaction(services.pool, team, SERVE) as connection:
                return published.read(connection, team, edition, name)

        content = await services.in_thread(read)
        if content is not None:
            self.files.keep(edition, name, content)
        return content

    def know(self, cookie: str) -> None:
        """Remembers that a cookie was that of a session."""
        self._known[_hash(cookie)] = None
        if len(self._known) > SESSIONS:
            self._known.popitem(last=False)

    def known(self, cookie: str) -> bool:
        """Whether a cookie was that of a session: such a one is looked up whatever its address did."""
        return _hash(cookie) in self._known


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()

"""What one process keeps of its pages, and how often they may be asked for here. Nothing of it is written anywhere."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from time import monotonic
from typing import Final

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.pages import board, board_page, data_page, published
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants

FRESH: Final = 5.0
"""Seconds for which a board is the same to everybody who may see it."""
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
        self._making = asyncio.Lock()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    async def board(self, services: Services, device: DeviceRow) -> bytes:
        """The board as this supervisor may see it, at most FRESH seconds old. Made by one at a time."""
        scopes = await services.in_thread(lambda: board.hidden(services.pool, device))
        key = (device.team, *scopes)
        if (made := self._fresh(key)) is not None:
            return made
        async with self._making:
            if (made := self._fresh(key)) is None:
                made = await services.in_thread(
                    lambda: board_page.board(board.read(services.pool, device, instants.now()))
                )
                self._boards[key] = (monotonic(), made)
                self._boards.move_to_end(key)
                if len(self._boards) > BOARDS:
                    self._boards.popitem(last=False)
        return made

    def _fresh(self, key: tuple[str, ...]) -> bytes | None:
        made = self._boards.get(key)
        return made[1] if made is not None and monotonic() - made[0] < FRESH else None

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
        if (kept := self.files.get(edition, name)) is not None:
            return kept

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

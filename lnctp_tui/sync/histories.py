"""Histories of scopes: while one page is stored, the next is checked and made ready, and the one after that fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

from lnctp_tui.domain.records.scopes import EVERYBODY
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import incoming, server_state
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.gc_tuning import collecting_less
from lnctp_tui.sync.outbox import Outbox
from lnctp_tui.sync.transport import Line
from lnctp_tui.sync.verify import Proving, Verifier

SCOPES = 1000
"""Most of a request."""
NEWEST = 200
"""Scopes in the first request: they are on the screen while the next come."""
WAITING = 2
"""Pages that may wait to be stored."""
AHEAD = 20_000
"""Histories that are asked for in one go."""
LARGEST = 2000
"""Most changes in one request."""
SMALLEST = 100
"""Fewest changes in one transaction."""
BETWEEN = 2.0
"""Seconds of a long download after which what was saved here goes out, and news come in."""
WANTED_FIRST = "SELECT id, after FROM scopes WHERE state = 'wanted' AND id = ?"
WANTED = """SELECT (SELECT value FROM sync_state WHERE key = ?), json_group_array(json_array(id, after)) FROM (
  SELECT id, after FROM scopes WHERE state = 'wanted' ORDER BY rank LIMIT ?)"""
"""By index, with nothing to sort however many there are; as one row, for the reason of storage.database.bulk."""
Answer = Mapping[str, Any]
Wanted = Sequence[tuple[str, int]]
"""Scopes, and up to which number the history of each is here."""
Made = TypeVar("Made")


@dataclass(frozen=True)
class Page(Generic[Made]):
    """An answer, and what is made of it."""

    asked: Wanted
    answer: Answer
    _make: Callable[[Answer], Made]
    _making: Future[Made]

    def made(self) -> Made:
        """Waits for it; makes it here when no thread was free. Raises what `make` raises."""
        return self._make(self.answer) if self._making.cancel() else self._making.result()


class Prefetch(Generic[Made]):
    """The pages of wanted histories, in order, as many as can be asked for in some seconds; at least one.

    `ask` and `make` run in threads of `pool`. After the pages that came, raises what `ask` raised, SyncFailed.
    To be used in a `with`: at its end nothing is on the line.
    """

    def __init__(
        self,
        scopes: Wanted,
        ask: Callable[[Wanted], Answer],
        make: Callable[[Answer], Made],
        pool: ThreadPoolExecutor,
        seconds: float,
    ) -> None:
        self._ask, self._make, self._pool = ask, make, pool
        self._end = time.monotonic() + seconds
        self._room, self._over = threading.Semaphore(WAITING), False
        self._pages: SimpleQueue[Page[Made] | None] = SimpleQueue()
        self._fetching = pool.submit(self._fetch, scopes)

    def __enter__(self) -> Prefetch[Made]:
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
        self._room.release()
        futures.wait([self._fetching])

    def __iter__(self) -> Iterator[Page[Made]]:
        while (page := self._pages.get()) is not None:
            self._room.release()
            yield page
        self._fetching.result()

    def _fetch(self, scopes: Wanted) -> None:
        most = NEWEST
        try:
            while scopes:
                self._room.acquire()
                if self._over:
                    return
                batch, most = scopes[:most], SCOPES
                answer = self._ask(batch)
                self._pages.put(Page(batch, answer, self._make, self._pool.submit(self._make, answer)))
                scopes = following(scopes, answer) if time.monotonic() < self._end else []
        finally:
            self._pages.put(None)


def following(scopes: Wanted, answer: Answer) -> Wanted:
    """What is left to ask for after an answer. Raises SyncFailed for one that brings nothing further."""
    try:
        done, place = {str(scope_id) for scope_id in answer["done"]}, answer["next"]
        begun = [] if place is None else [(str(place[0]), int(place[1]))]
    except (KeyError, TypeError, ValueError, IndexError):
        raise SyncFailed("not_a_server") from None
    done.update(scope for scope, _ in begun)
    rest = [*begun, *((scope, n) for scope, n in scopes if scope not in done)]
    if rest == list(scopes):
        raise SyncFailed("not_a_server")
    return rest


def paced(size: int, took: float, short: float, most: int) -> int:
    """How much the next transaction takes, so that it is about `short` seconds long."""
    if took > short * 1.5:
        return max(SMALLEST, size // 2)
    return min(most, size * 2) if took < short / 2 else size


class Came(NamedTuple):
    """What is known of a page before it is stored."""

    proving: Proving
    made: dict[str, incoming.Ready]


class Histories:
    """The histories that this person may see and that are not here yet: asked for, checked, stored."""

    def __init__(
        self,
        store: Store,
        line: Line,
        verifier: Verifier,
        outbox: Outbox,
        *,
        pool: ThreadPoolExecutor,
        short: float,
        on_changed: Callable[[frozenset[str]], object],
    ) -> None:
        self.store, self.line, self.verifier, self.outbox = store, line, verifier, outbox
        self.pool, self.short, self.on_changed = pool, short, on_changed
        self.chunk = 500
        """Changes in one transaction."""

    def wanted(self, most: int = SCOPES) -> list[tuple[str, int]] | None:
        """The scopes whose histories are to be fetched next and how far each is; None before any beginning.

        Everybody's comes first and alone: before it is whole nobody's author is known.
        """
        with self.store.read() as connection:
            cursor, scopes_json = connection.exec_driver_sql(WANTED, (server_state.CURSOR, most)).one()
            first = connection.exec_driver_sql(WANTED_FIRST, (EVERYBODY,)).first()
        if cursor is None:
            return None
        return [(scope, after) for scope, after in ([first] if first else orjson.loads(scopes_json))]

    def fetch_page(self) -> bool:
        """Fetch and store one page of wanted histories; whether more may be wanted. Raises SyncFailed."""
        scopes = self.wanted()
        if scopes:
            self.keep([scope for scope, _ in scopes], self.ask(scopes))
        return bool(scopes)

    @collecting_less()
    def fetch(self, between: Callable[[], object]) -> None:
        """Fetch all wanted histories, the next pages while one is stored; `between` runs now and then.

        Not while a page is on its way: it may bring a revocation and a grant of what that page holds.
        """
        while scopes := self.wanted(AHEAD):
            with Prefetch(scopes, self.ask, self._came, self.pool, BETWEEN) as pages:
                for page in pages:
                    self.keep([scope for scope, _ in page.asked], page.answer, page.made())
            between()

    def _came(self, answer: Answer) -> Came:
        """A page of histories, checked and made ready to be stored. For any thread."""
        with understood():
            changes = list(answer["changes"])
            proving = Proving(self.verifier.keys, changes, None)
            sure = [change for change, is_proven in zip(changes, proving.result(), strict=True) if is_proven]
            return Came(proving, incoming.ready(sure, instants.micros(self.store.now())))

    def ask(self, scopes: Wanted) -> dict[str, Any]:
        """One page of these scopes' histories."""
        limit = min(LARGEST, 4 * self.outbox.size)
        request = {"scopes": [scope for scope, _ in scopes], "after": scopes[0][1], "limit": limit}
        began = time.monotonic()
        answer = self.line.call("POST", "/v1/history", request)
        if answer.get("next"):
            self.outbox.went(began)
        return answer

    def keep(self, scopes: Sequence[str], answer: Answer, prepared: Came | None = None) -> None:
        """Store a page of histories, in short transactions; the last one notes what is whole."""
        proving, ready = prepared or (None, None)
        with understood():
            changes = list(answer["changes"])
            done, following = list(answer["done"]), answer.get("next")
        checked = self.verifier.check(changes, proving)
        good = [*checked.good.values()]
        touched: set[str] = set()
        place = 0
        last = False
        while not last:
            piece = good[place : place + self.chunk]
            place += len(piece)
            last = place == len(good)
            began = time.monotonic()
            with understood(), self.store.write(behind=True) as unit:
                touched |= incoming.keep(unit, piece, ready, checked.good)
                if last:
                    incoming.put_aside(unit, checked.aside)
                    incoming.history_read(unit, scopes, done, following)
                self.verifier.keys.store(unit)
            self.chunk = paced(self.chunk, time.monotonic() - began, self.short, LARGEST)
        self.on_changed(frozenset(touched | set(done)))

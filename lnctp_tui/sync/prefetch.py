"""Pages of histories: while one is stored, the next is checked and made ready, and the one after that fetched."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from lnctp_tui.errors import SyncFailed

SCOPES = 1000
"""Most of a request."""
NEWEST = 200
"""Scopes in the first request: they are on the screen while the next come."""
WAITING = 2
"""Pages that may wait to be stored."""
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

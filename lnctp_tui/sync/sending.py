"""Changes on their way out: batches on the line, their receipts, and what became of each change."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

from lnctp_tui.errors import StorageFailed, SyncFailed
from lnctp_tui.storage.database.session import Store
from lnctp_tui.sync import outbox, wire
from lnctp_tui.sync.answers import Diverged, understood
from lnctp_tui.sync.gc_tuning import collecting_less
from lnctp_tui.sync.outbox import Offered, Outbox
from lnctp_tui.sync.transport import SLOWEST, Line

Settled = Sequence[Sequence[Any]]
"""What an answer says of each change of a batch."""


class Going(NamedTuple):
    """A batch on the line."""

    batch: Offered
    answer: Future[dict[str, Any]]
    audit: int | None
    """How far the chain of views is that it told of."""
    began: float
    breaks: tuple[str, ...] = ()
    """Keys of breaks that it tells of."""


class Sending:
    """The way out of one laptop. Not for two threads at once."""

    def __init__(
        self,
        store: Store,
        line: Line,
        outbox: Outbox,
        pool: ThreadPoolExecutor,
        server_key: str,
        before: Callable[[], object],
    ) -> None:
        """`before` comes before anything is taken up to go."""
        self._store, self._line, self._outbox, self._pool = store, line, outbox, pool
        self._server_key, self._before = server_key, before

    @collecting_less()
    def push(self, *, all_: bool = True) -> int:
        """Send what waits, batch by batch; returns how many changes got a receipt. Raises SyncFailed, Diverged.

        On a good line the next batch goes before the last one is answered: the server reads one while its
        database works on the other, and this laptop settles a third.
        """
        done = 0
        last: Settled = ()
        again = False
        going: deque[Going] = deque()
        try:
            while True:
                while len(going) < self._outbox.abreast and (batch := self._next(all_)):
                    going.append(self._send(batch, going))
                self._settle(last)
                if not going:
                    if not again:
                        return done
                    # A batch that was too large comes again in halves.
                    last, again = (), False
                    continue
                sent, again = going.popleft(), True
                last = self._answered(sent)
                done += len(last)
                if len(last) * 2 > self._outbox.size:
                    self._outbox.went(sent.began)
        except Exception:
            for unanswered in going:  # what the server kept of them need not go again
                with suppress(SyncFailed, Diverged, StorageFailed):
                    self._settle(self._answered(unanswered))
            raise
        finally:
            futures.wait([unanswered.answer for unanswered in going if not unanswered.answer.cancel()])
            self._outbox.sent = 0

    def _next(self, all_: bool) -> Offered | None:
        if not self._outbox.look(all_=all_):
            return None
        self._before()
        return self._outbox.offer()

    def _send(self, batch: Offered, ahead: Iterable[Going]) -> Going:
        """Put a batch on the line, behind those that are not answered yet."""
        before = [id_ for earlier in ahead for id_ in earlier.batch.ids[: wire.TOLD]]
        body, audit = self._envelope(batch, before)
        breaks = {} if before else outbox.breaks(self._store)
        body |= {"breaks": [*breaks.values()]} if breaks else {}
        # One change cannot be halved: it gets the time that a bad line needs for it.
        patience = batch.size / SLOWEST if len(batch.ids) == 1 else 0.0
        self._outbox.sent, began = len(batch.ids), time.monotonic()
        answer = self._pool.submit(self._line.call, "POST", "/v1/push", body, wait=patience)
        return Going(batch, answer, audit, began, tuple(breaks))

    def _envelope(self, batch: Offered, before: list[str]) -> tuple[dict[str, Any], int | None]:
        """The push, and how far the chain of views is that it tells of: it goes with the first of several."""
        body = outbox.envelope(self._store) | {"repair": False, "changes": batch.changes}
        if before:
            return body | {"before": before, "audit": None}, None
        return body, body["audit"]["n"]

    def _answered(self, sent: Going) -> Settled:
        try:
            answer = sent.answer.result()
        except SyncFailed as error:
            self._outbox.restart()
            return self._too_large(sent.batch) if error.code == "too_large" else _again(error)
        if answer.get("status") == "diverged":
            self._outbox.restart()
            raise Diverged
        settled = self._receive(answer, sent.batch.ids, sent.audit)
        if sent.breaks:
            outbox.forget_breaks(self._store, sent.breaks)
        return settled

    def _too_large(self, batch: Offered) -> Settled:
        """Halve the batches; what is too large alone is set aside, named, and holds nobody up."""
        self._outbox.size = max(1, len(batch.ids) // 2)
        if len(batch.ids) == 1:
            with self._store.write() as unit:
                unit.connection.exec_driver_sql(
                    "UPDATE changes SET refused = 'too_large' WHERE id = ?", (batch.ids[0],)
                )
        return ()

    def _receive(
        self, answer: Mapping[str, Any], ids: Sequence[str], audit: int | None, proves: bool = True
    ) -> Settled:
        outbox.checked_receipt(answer, ids, self._store.author.device, self._server_key)
        with understood(), self._store.write(behind=True) as unit:
            outbox.acknowledge(unit, answer, audit, proves=proves)
        return list(answer["results"])

    def _settle(self, results: Settled) -> None:
        if results:
            with understood(), self._store.write(behind=True) as unit:
                outbox.settle(unit, results)

    def deliver(self, body: Mapping[str, Any], ids: Sequence[str], audit: int) -> None:
        """Push changes of a repair, whoever wrote them; the proof comes with the new beginning."""
        self._before()
        self._settle(self._receive(self._line.call("POST", "/v1/push", body), ids, audit, proves=False))


def _again(error: SyncFailed) -> Settled:
    raise error

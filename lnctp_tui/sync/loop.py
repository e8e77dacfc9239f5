"""When each step is taken: a thread that pushes, pulls, fetches histories, waits, and tries again.

A second thread holds the long poll on a connection of its own, so that a save goes out while it waits.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

from lnctp_tui.domain.records.scopes import EVERYBODY
from lnctp_tui.errors import LnctpError, StorageFailed, SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.sync import audit_check, retention
from lnctp_tui.sync.answers import Diverged
from lnctp_tui.sync.client import Client, ask_page
from lnctp_tui.sync.control import Last, Seal, at_once, no_seal
from lnctp_tui.sync.outbox import SHORTER
from lnctp_tui.sync.repair import compare, repair
from lnctp_tui.sync.transport import Line, dial

FIRST, LONGEST = 1.0, 300.0
"""Seconds of the first and of the longest pause after a failure; the pause is drawn between none and that."""
LOOK = 1.0
"""Seconds between two looks for something saved here."""
POLL = 25.0
ASK_AGAIN = 30.0
"""Seconds between two questions whether an administrator approved this laptop."""
DAILY = timedelta(hours=24)
OFFLINE = frozenset({"offline", "server_slow", "line_broke", "server_certificate"})
"""The line itself failed: nobody answered."""
BARRED = frozenset({"revoked", "upload_only", "seal"})
STATES = BARRED | {"pending"}
TOLD = frozenset({"revoked", "upload_only", "seal", "wipe"})
"""What officers sign of a laptop that works no more as before."""
SIGNED = frozenset(f"signed_{each}" for each in TOLD)
"""What a server says of this laptop: told to the person, and nothing else follows from it here."""
BROKE = "sync_broke"
"""An error that nobody foresaw."""


def pause(failures: int, at_least: float, draw: Callable[[float, float], float] = random.uniform) -> float:
    """Seconds until the next try: full jitter, doubling, at least what the server asked for."""
    return max(at_least, draw(0, min(LONGEST, FIRST * 2**failures)))


class Round:
    """Everything that is to do, once, over one line."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.repaired = 0

    def run(self, *, all_: bool = True) -> None:
        """Push until empty, pull until dry, fetch what is wanted. Raises SyncFailed, StorageFailed."""
        client = self.client
        if client.control.begin():
            client.reread()
        try:
            if client.server.state == "pending" and client.me() == "pending":
                raise SyncFailed("pending")
            self._work(all_)
        except SyncFailed as error:
            if error.code == "receipt_bad":
                client.me()  # raises when the server says itself that it has another key
            if error.code in SHORTER:
                client.outbox.shrink()
            self.heed(error)
            raise

    def heed(self, error: SyncFailed) -> None:
        """What the server says of this laptop, on whatever question. Raises SyncFailed `signed_…` for an order."""
        client = self.client
        if error.code in STATES and error.code != client.server.state:
            client.became(error.code)
        if error.code in STATES or error.code == audit_check.ORDER:
            self._look_for_order(error)

    def _look_for_order(self, error: SyncFailed) -> None:
        """An order may stand behind what the server says: only that is obeyed. Raises SyncFailed `signed_…`."""
        client = self.client
        with suppress(SyncFailed):
            client.control.fetch()
        client.reread()
        if (signed := client.control.state) in TOLD:
            if error.code == audit_check.ORDER:
                with client.store.write() as unit:
                    server_state.clear_alarm(unit.connection, audit_check.ORDER)
            raise SyncFailed(f"signed_{signed}") from error

    def _work(self, all_: bool) -> None:
        client = self.client
        try:
            if client.server.state in BARRED:
                # The server's word, which nobody signed: what waits is offered to it in any case.
                client.push(all_=True)
                if (device_state := client.me()) in BARRED:
                    raise SyncFailed(device_state)
            self._exchange(all_)
        except Diverged:
            with client.store.write() as unit:
                audit_check.alarm(unit, audit_check.HISTORY)
            self.repaired += repair(client)
            try:
                self._exchange(all_)
            except Diverged:  # it denies what it has just said
                raise SyncFailed(audit_check.HISTORY) from None

    def _exchange(self, all_: bool) -> None:
        # A round with nothing to do comes every few seconds on every laptop: it reads no more than it must.
        client = self.client
        if (scopes := client.histories.wanted()) is None:
            client.start()
            scopes = client.histories.wanted()
        while scopes and scopes[0][0] == EVERYBODY:
            client.histories.fetch_page()
            scopes = client.histories.wanted()
        before, sent = client.stored, client.push(all_=all_)
        while client.pull():
            pass
        if scopes or client.stored > before:
            client.histories.fetch(lambda: (client.push(all_=all_), client.pull()))
        if sent:
            client.push(all_=all_)  # what an answer made this laptop write: another folio prefix
        self._daily()

    def _daily(self) -> None:
        """Once a day, and after a first synchronisation: are both equal, and what leaves the window."""
        client = self.client
        last, now = client.compared, client.store.now()
        if last and instants.parse(last) > now - DAILY:
            return
        if client.outbox.look(all_=True):
            return
        compare(client)
        client.ask_tallies()
        if last:
            retention.ask_away(client.store, client.line, now)
        client.compared = instants.iso(now)
        with client.store.write() as unit:
            unit.remember(server_state.COMPARED, client.compared)


class Loop:
    """The thread of a running program."""

    def __init__(self, store: Store, connect: Callable[[Store], Line] = dial) -> None:
        self.store, self.connect = store, connect
        self.on_round: Callable[[], object] = lambda: None
        """How things stand may have changed."""
        self.on_changed: Callable[[frozenset[str]], object] = lambda _: None
        self.seal: Seal = no_seal
        self.last: Last = at_once
        self.on_taken: Callable[[], object] = lambda: None
        """An order sealed, wiped or hid this laptop: nothing more is to be shown."""
        self.on_broken: Callable[[Exception], object] = lambda _: None
        """An error nobody expected, once until a round goes well. The thread goes on."""
        self.online: bool | None = None
        self.problem: str | None = None
        self._news = threading.Condition()
        self._ending = self._hurry = False
        self._failures, self._first = 0, True
        self._thread: threading.Thread | None = None
        self._client: Client | None = None
        self._listener: Listener | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        with self._news:  # who stops it meanwhile finds it begun
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
                self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End; a request on the line is let go, and what it brings is not stored."""
        with self._news:
            self._ending = True
            self._news.notify_all()
        if self._thread:
            self._thread.join(timeout)

    def wake(self) -> None:
        """Work at once, with what is still being typed too."""
        with self._news:
            self._hurry = True
            self._news.notify_all()

    def _run(self) -> None:
        with ThreadPoolExecutor(2, thread_name_prefix="sync-help") as pool:
            while not self._ending:
                try:
                    rest = self._step(pool)
                except Exception as error:  # the thread's outer door
                    rest = self._broke(error)
                self._sleep(rest)
            self._hang_up()

    def _step(self, pool: ThreadPoolExecutor) -> float:
        """One round; the seconds until the next."""
        with self._news:
            hurry, self._hurry = self._hurry or self._first, False
        self._end_brief()
        try:
            rest = self._once(pool, hurry)
        except (SyncFailed, StorageFailed) as error:
            self._failures += 1
            return self._failed(error, self._failures)
        self._failures, self._first = 0, False
        return rest

    def _end_brief(self) -> None:
        """What a hand-over opened for a while goes from sight in time, whether the server answers or not."""
        with self.store.read() as connection:
            if not eviction.over(connection, self.store.now()):
                return
        with suppress(StorageFailed), self.store.write(behind=True) as unit:
            ended = eviction.end_brief(unit.connection, unit.now)
        self.on_changed(ended)

    def _broke(self, error: Exception) -> float:
        """A mistake of ours must not leave a laptop alone for the day: hang up, say it, begin anew later."""
        self._failures += 1
        if not self._ending and self.problem != BROKE:
            self.on_broken(error)
        with suppress(Exception):  # it may fail again at the same
            self._hang_up()
            if not self._ending:
                self._said(BROKE, online=self.online)
        return pause(self._failures, 0.0)

    def _once(self, pool: ThreadPoolExecutor, hurry: bool) -> float:
        """One round, then wait for news as long as there is nothing to do."""
        if self._client is None:
            with self.store.read() as connection:
                if server_state.server(connection) is None:
                    return LONGEST
            line = Held(self.connect(self.store), self)
            self._client = Client(
                self.store, line, pool=pool, seal=lambda order: self.seal(order),
                last=lambda deed: self.last(deed),
            )  # fmt: skip
            self._client.on_changed = lambda scopes: self.on_changed(scopes)
        client = self._client
        try:
            Round(client).run(all_=hurry)
            self._said(None, online=True)
            self._idle(client)
        finally:
            if client.control.taken:
                self.on_taken()
        return 0.0

    def _idle(self, client: Client) -> None:
        if self._listener is None:
            self._listener = Listener(self.store, Held(self.connect(self.store), self), self._news)
            self._listener.start()
        listener = self._listener
        listener.go()
        while not self._ending:
            reading = client.index()
            with self._news:
                self._news.wait_for(
                    lambda: self._hurry or self._ending or listener.heard, 0.0 if reading else LOOK
                )
            if self._ending or self._hurry:
                return
            if listener.heard:
                more = self._page(client, listener)
                if client.control.taken:
                    self.on_taken()
                self.on_round()
                if more:
                    return
                listener.go()
            if client.outbox.look(all_=False):
                return

    def _page(self, client: Client, listener: Listener) -> bool:
        """Store what was heard; whether there is more. A refusal there is heeded as one in a round."""
        try:
            return client.store_page(listener.take())
        except SyncFailed as error:
            Round(client).heed(error)
            raise

    def _failed(self, error: LnctpError, failures: int) -> float:
        code = error.code
        self._hang_up()
        with suppress(StorageFailed), self.store.write(behind=True) as unit:
            server_state.note_clock(unit.connection, unit.now)
        self._said(code, online=code not in OFFLINE)
        if code in STATES | SIGNED:
            return ASK_AGAIN if code == "pending" else LONGEST
        retry_after = error.facts.get("retry_after", 0)
        return pause(failures, float(retry_after) if isinstance(retry_after, int | float) else 0.0)

    def _said(self, problem: str | None, *, online: bool | None) -> None:
        self.online = online
        if problem != self.problem or problem is None:
            self.problem = problem
            note_problem(self.store, problem)
        self.on_round()

    def _sleep(self, seconds: float) -> None:
        with self._news:
            self._news.wait_for(lambda: self._hurry or self._ending, seconds)

    def _hang_up(self) -> None:
        if self._listener:
            self._listener.end()
            self._listener = None
        if self._client:
            self._client.line.close()
            self._client = None


def note_problem(store: Store, problem: str | None) -> None:
    """Keep what went wrong last for who asks without a running thread."""
    with store.read() as connection:
        if state.get(connection, server_state.PROBLEM) == problem:
            return
    with suppress(StorageFailed), store.write(behind=True) as unit:
        unit.remember(server_state.PROBLEM, problem)


class Held:
    """A line that brings nothing any more once the program ends: the database may be closed already."""

    def __init__(self, line: Line, loop: Loop) -> None:
        self.line, self.loop = line, loop

    @property
    def offset(self) -> int:
        """Seconds the server's clock is ahead."""
        return self.line.offset

    @offset.setter
    def offset(self, seconds: int) -> None:
        self.line.offset = seconds

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        """As the line below; raises SyncFailed `stopped`."""
        answer = self.line.call(method, path, message, wait=wait)
        if self.loop._ending:
            raise SyncFailed("stopped")
        return answer

    def close(self) -> None:
        """Hang up."""
        self.line.close()


class Listener(threading.Thread):
    """Holds the long poll, one at a time; what it hears waits for the loop."""

    def __init__(self, store: Store, line: Line, news: threading.Condition) -> None:
        super().__init__(name="sync-listen", daemon=True)
        self.store, self.line, self._news = store, line, news
        self.heard = False
        self._page: dict[str, Any] | Exception | None = None
        self._asked = self._over = False

    def go(self) -> None:
        """Ask for the next page, unless a question is on the line."""
        with self._news:
            self._asked = True
            self._news.notify_all()

    def take(self) -> dict[str, Any]:
        """What was heard. Raises what went wrong on the line."""
        with self._news:
            page, self._page, self.heard = self._page, None, False
        if isinstance(page, Exception):
            raise page
        assert page is not None
        return page

    def end(self) -> None:
        """Ask no more; the question on the line runs out by itself."""
        with self._news:
            self._over = True
            self._news.notify_all()

    def run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._over or (self._asked and not self.heard))
                if self._over:
                    break
                self._asked = False
            try:
                page: dict[str, Any] | Exception = ask_page(self.store, self.line, 500, POLL)
            except Exception as error:  # the thread's outer door: raised again where it is taken
                page = error
            with self._news:
                self._page, self.heard = page, True
                self._news.notify_all()
        self.line.close()

"""Waking laptops that wait: one thread and one connection per process read what is new in the log.

A laptop that waits is a future on the event loop and nothing else. The tail tells for each new entry whom it
concerns; being woken for nothing is harmless, and whoever is not woken in time looks when it asks again.
LISTEN only makes it quicker: without it the tail looks each second.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, takewhile
from time import monotonic

import psycopg

from lnctp_tui.errors import Declined
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import logs, metrics
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE, Db

CHANNEL = "lnctp_log"
CONTROL = "control "
"""Payload of the notice that a document of control came, before the team and whom it is on: everybody looks anew."""
TURNS, AT_ONCE = 10, 20
"""Laptops a second that one process wakes for what concerns everybody, where more than so many wait: thousands at once
would be answered before anything that is sent meanwhile. Whoever asks again before their turn looks anew then."""
POLL, LISTEN, PAUSE, GATHER = 1.0, 0.25, 0.05, 0.2
"""Seconds: between two looks without a notice; before it is seen whether to stop; between two looks at least;
from the first news to the answer, so that what comes together is answered together."""
MOST, PAGES = 2000, 5
"""Entries read at a time, and pages of them before notices are heard again."""
EACH = 3
"""Waiting requests of one device; an older one is answered."""
EVERYBODY = frozenset({"@all"})
LEADS = "supervisor"
"""Under this all supervisors wait, whom every entry concerns; everybody else under their own id."""

TAIL = """SELECT l.n, l.device, CASE
    WHEN l.kind = 'erase' OR (l.kind = 'change' AND (r.scopes IS NULL OR '@all' = ANY(r.scopes))) THEN ARRAY['@all']
    WHEN l.kind <> 'change' THEN ARRAY[l.person]
    ELSE array(SELECT a.person FROM access a WHERE a.team = l.team AND a.scope = ANY(r.scopes) AND a.state = 'held')
    END
  FROM log l LEFT JOIN records r ON r.team = l.team AND r."row" = l."row" AND r."table" = l."table"
  WHERE l.team = %s AND l.n > %s ORDER BY l.n LIMIT %s"""


@dataclass(frozen=True)
class Entry:
    """One entry of the log: whom it concerns, supervisors aside, whom every entry does."""

    n: int
    device: str | None
    persons: frozenset[str]

    def concerns(self, who: DeviceRow) -> bool:
        """Whether it is news for a device. Its own changes are not."""
        if self.device == who.id:
            return False
        return who.role == LEADS or who.person in self.persons or self.persons == EVERYBODY


@dataclass(eq=False)
class Waiter:
    """A laptop that waits."""

    who: DeviceRow
    after: int
    future: asyncio.Future[bool]

    @property
    def key(self) -> str:
        return LEADS if self.who.role == LEADS else self.who.person


class LogTail:
    """One per process: `start` and `wait` on the event loop, the tail in a thread of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: defaultdict[str, dict[str, set[Waiter]]] = defaultdict(dict)
        self._of_device: defaultdict[str, list[Waiter]] = defaultdict(list)
        self._seen: dict[str, int] = {}
        self._recent: defaultdict[str, deque[Entry]] = defaultdict(lambda: deque(maxlen=5 * MOST))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="lnctp-tail", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns: deque[Waiter] = deque()
        """Those who are woken one after the other."""
        self._turning = False

    def start(self) -> None:
        """Follows the log from now on."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def stop(self) -> None:
        """Lets everybody go who waits."""
        self._stopped.set()
        self.wake_all()

    async def join(self) -> None:
        """Waits for the tail to end."""
        await asyncio.to_thread(self._thread.join, 5)

    async def wait(self, who: DeviceRow, after: int, seconds: float) -> bool:
        """Whether something with a number above `after` may concern the device; False when the time is up."""
        if self._stopped.is_set() or self._missed(who, after):
            return True
        waiter = Waiter(who, after, asyncio.get_running_loop().create_future())
        self._make_room(who.id, waiter)
        self._waiting[who.team].setdefault(waiter.key, set()).add(waiter)
        metrics.WAITING.inc()
        try:
            async with asyncio.timeout(seconds):
                await waiter.future
        except TimeoutError:
            return False
        finally:
            metrics.WAITING.dec()
            self._leave(waiter)
        if not self._stopped.is_set():
            await asyncio.sleep(min(GATHER, seconds))
        return True

    def wake_all(self) -> None:
        """Wakes everybody."""
        for of_team in list(self._waiting.values()):
            self._wake(chain.from_iterable(of_team.values()))

    def _anew(self, team: str, on: str) -> None:
        """Wakes everybody of a team in turn, first those whom a document of control is on: a person, or the key of a
        laptop."""
        waiting = chain.from_iterable(self._waiting[team].values())
        self._wake(waiter for waiter in waiting if on in (waiter.who.person, waiter.who.public_key))
        self._in_turn([team])

    def _in_turn(self, teams: Iterable[str], but: str | None = None) -> None:
        """Wakes everybody of these teams who waits now, one after the other, but for one device."""
        by_key = (self._waiting[team] for team in teams)
        waiting = chain.from_iterable(of for keys in by_key for of in keys.values())
        added = (waiter for waiter in waiting if waiter.who.id != but)
        self._turns = deque(dict.fromkeys((*self._turns, *added)))
        if len(self._turns) <= AT_ONCE:
            self._wake(self._turns)
            self._turns.clear()
        elif not self._turning:
            self._turn()

    def _turn(self) -> None:
        while self._turns and self._turns[0].future.done():
            self._turns.popleft()
        self._turning = bool(self._turns)
        if self._turns:
            self._wake([self._turns.popleft()])
            asyncio.get_running_loop().call_later(1 / TURNS, self._turn)

    def _leave(self, waiter: Waiter) -> None:
        who, waiting = waiter.who, self._waiting[waiter.who.team]
        waiting[waiter.key].discard(waiter)
        if not waiting[waiter.key]:
            del waiting[waiter.key]
        self._of_device[who.id].remove(waiter)
        if not self._of_device[who.id]:
            del self._of_device[who.id]

    def _make_room(self, device: str, waiter: Waiter) -> None:
        """A laptop that hung up and asks again is not waited for many times over."""
        waiting = self._of_device[device]
        waiting.append(waiter)
        self._wake(waiting[:-EACH])

    def _missed(self, who: DeviceRow, after: int) -> bool:
        """Whether the tail is already past something that concerns the device."""
        last_n, recent = self._seen.get(who.team), self._recent[who.team]
        if last_n is None or not self._waiting[who.team]:
            # Nobody waited, so nobody followed: begin where this one stands.
            self._seen[who.team] = after
            recent.clear()
            return False
        if after >= last_n:
            return False
        if not recent or recent[0].n > after + 1:
            return True
        return any(
            entry.concerns(who) for entry in takewhile(lambda entry: entry.n > after, reversed(recent))
        )

    def _wake(self, waiters: Iterable[Waiter]) -> None:
        for waiter in list(waiters):
            if not waiter.future.done():
                waiter.future.set_result(True)

    def _told(self, team: str, entries: Sequence[Entry]) -> None:
        """On the event loop: what the tail found."""
        if entries[0].n != self._seen.get(team, 0) + 1:  # read before the first waiter of now
            return
        self._seen[team] = entries[-1].n
        self._recent[team].extend(entries)
        alike = {(entry.device, entry.persons): entry for entry in entries}
        for entry in alike.values():
            self._wake(waiter for waiter in self._near(team, entry) if entry.concerns(waiter.who))
        of_all = {entry.device for entry in alike.values() if entry.persons == EVERYBODY}
        if of_all:
            self._in_turn([team], but=of_all.pop() if len(of_all) == 1 else None)

    def _near(self, team: str, entry: Entry) -> Iterator[Waiter]:
        """Those whom it may concern, found by whom it names: most who wait it does not. Everybody has their turn."""
        waiting = self._waiting[team]
        return chain.from_iterable(waiting.get(key, ()) for key in (LEADS, *entry.persons))

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                with database.unwatched(self._url) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    # Whatever was told while nobody listened.
                    self._on_loop(lambda: self._in_turn(list(self._waiting)))
                    self._look_on(connection)
            except (psycopg.Error, Declined) as error:
                logs.note("tail_lost", level=logging.WARNING, error=error)
                self._stopped.wait(POLL)

    def _look_on(self, connection: Db) -> None:
        looked, more = 0.0, False
        while not self._stopped.is_set():
            notices = list(connection.notifies(timeout=0 if more else LISTEN, stop_after=1))
            for notice in notices:
                if notice.payload.startswith(CONTROL):
                    team, _, on = notice.payload.removeprefix(CONTROL).rpartition(" ")
                    self._on_loop(partial(self._anew, team, on))
            if not notices and not more and monotonic() - looked < POLL:
                continue
            looked = monotonic()
            teams = [team for team, waiting in list(self._waiting.items()) if waiting]
            unread = [self._look(connection, team) for team in teams]
            more = any(unread)
            self._stopped.wait(PAUSE)

    def _look(self, connection: Db, team: str) -> bool:
        """Reads on; whether there is more."""
        after = self._seen.get(team, 0)
        for _ in range(PAGES):
            with database.transaction(connection, team, SERVE):
                rows = connection.execute(TAIL, (team, after, MOST)).fetchall()
            entries = [Entry(n, device, frozenset(persons)) for n, device, persons in rows]
            if entries:
                after = entries[-1].n
                self._on_loop(partial(self._told, team, entries))
            if len(rows) < MOST:
                return False
        return True

    def _on_loop(self, work: Callable[[], None]) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(work)

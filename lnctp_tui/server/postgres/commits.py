"""Commits that wait for the database's second machine: timed, and given up by whoever asked, never by the database.

In strict mode a commit is acknowledged once a second machine holds it (docs/operations.md). While none is there it
waits without an end. Cancelled, PostgreSQL would call it committed; so it waits on, the one who asked hangs up and is
told to come again, and what is asked next is rolled back at once. When the machine is back, all of it is stored.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection, errors

from lnctp_tui.errors import Declined
from lnctp_tui.server.http import logs, metrics

REASON = "second_machine"
LOOK = 0.5
"""Seconds between two looks at who waits, while anybody does; and of a wait that is none yet."""
WAITING = """SELECT pid FROM pg_stat_activity
  WHERE wait_event = 'SyncRep' AND query_start < clock_timestamp() - make_interval(secs => %s)"""
WROTE = "SELECT pg_current_xact_id_if_assigned() IS NOT NULL"


class CommitWatch(threading.Thread):
    """One per pool, `over` around each transaction of it; or one per connection, `during` whatever it waits for."""

    def __init__(self, connect: Callable[[], Connection[Any]], longest: float, *, notes: bool = True) -> None:
        """`connect` makes a connection of its own; a commit is given up after `longest` seconds. `notes`: in a log."""
        super().__init__(name="lnctp-commits", daemon=True)
        self._connect, self._longest, self._notes = connect, longest, notes
        self._begun: dict[Connection[Any], tuple[float, int]] = {}
        """When its commit began, and the process that carries it out."""
        self._given_up: set[Connection[Any]] = set()
        self._lock = threading.Lock()
        self._end = threading.Event()
        self.missing = False
        """Whether the second machine is known to be missing: then nothing is begun that would wait for it."""

    @contextmanager
    def over(self, connection: Connection[Any]) -> Iterator[Callable[[], None]]:
        """Around a transaction; what it yields is called before the commit. Raises Declined `busy`."""

        begun: list[float] = []

        def commits() -> None:
            if self.missing and connection.execute(WROTE).fetchone() == (True,):
                self.present()
            begun.append(self._begins(connection))

        try:
            with self._understood(connection):
                yield commits
        finally:
            for since in begun:
                metrics.SYNC_WAIT.observe(monotonic() - since)

    @contextmanager
    def during(self, connection: Connection[Any]) -> Iterator[None]:
        """Around whatever one connection waits for. Raises Declined `busy`; with `stands` when it was a commit."""
        with self._understood(connection):
            self._begins(connection)
            yield

    def _begins(self, connection: Connection[Any]) -> float:
        began = monotonic()
        with self._lock:
            self._begun[connection] = began, connection.info.backend_pid
        return began

    @contextmanager
    def _understood(self, connection: Connection[Any]) -> Iterator[None]:
        """Tells a wait for the second machine from other failures. Raises Declined `busy`."""
        try:
            yield
        except errors.LockNotAvailable as error:
            # Who waits for the second machine holds its locks, maybe in another process.
            if self.missing or self._found(bool(self._waiting())):
                raise Declined("busy", reason=REASON) from error
            raise
        except (psycopg.OperationalError, KeyboardInterrupt) as error:
            if connection in self._given_up:
                raise Declined("busy", reason=REASON, stands=True) from error
            raise
        finally:
            with self._lock:
                self._begun.pop(connection, None)
                self._given_up.discard(connection)

    def present(self) -> None:
        """Raises Declined `busy` while the second machine is known to be missing: who is to write need not begin."""
        if self.missing:
            raise Declined("busy", reason=REASON)

    def run(self) -> None:
        while not self._end.wait(LOOK):
            with self._lock:
                since = monotonic() - self._longest
                overdue = {
                    connection: pid for connection, (began, pid) in self._begun.items() if began <= since
                }
            if overdue or self.missing:
                for connection in self._late(overdue):
                    self._give_up(connection)

    def end(self) -> None:
        """Look no more."""
        self._end.set()

    def _late(self, overdue: dict[Connection[Any], int]) -> list[Connection[Any]]:
        """Those that wait for the second machine; somebody else may be waited for."""
        waiting = self._waiting()
        late = [connection for connection, pid in overdue.items() if pid in waiting]
        self._found(bool(late) or (self.missing and bool(waiting)))
        return late

    def _found(self, missing: bool) -> bool:
        before, self.missing = self.missing, missing
        if before != missing and self._notes:
            event = "second_machine_missing" if missing else "second_machine_back"
            logs.note(event, level=logging.ERROR if missing else logging.INFO)
        return missing

    def gives_up(self, connection: Connection[Any]) -> bool:
        """Hang up at once, if the connection waits for the second machine: cancelled, it would count as committed."""
        if connection.info.backend_pid not in self._waiting(0):
            return False
        self._give_up(connection)
        return True

    def _waiting(self, at_least: float = LOOK) -> set[int]:
        """Who waits for the second machine, in whatever process; nobody when the database does not say."""
        try:
            with self._connect() as connection:
                return {int(pid) for (pid,) in connection.execute(WAITING, (at_least,))}
        except psycopg.Error as error:
            logs.note("commits_unknown", level=logging.WARNING, error=error)
            return set()

    def _give_up(self, connection: Connection[Any]) -> None:
        """Hangs up, unless the answer came meanwhile."""
        with self._lock, suppress(OSError, psycopg.Error):
            if connection in self._begun:
                self._given_up.add(connection)
                with socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as line:
                    line.shutdown(socket.SHUT_RDWR)

"""The single thread that writes: edits are gathered for a moment, then one transaction makes them durable.

A disk that refuses loses nothing: the edits stay here and are tried again until it takes them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lnctp_tui.errors import LnctpError, StorageFailed
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.storage import folios, instants, search, state
from lnctp_tui.storage.session import Form, Store, Unit

GATHER = 0.2
"""Seconds that edits wait for each other: typing is one change, and it is on disk well within one second."""
RETRY = 2.0
"""Seconds between two tries of a write that the disk refused."""

T = TypeVar("T")


def place_key(form: str) -> str:
    """Where the position in a form is kept."""
    return f"place:{form}"


@dataclass
class _Edits:
    """What one form has typed since the last transaction."""

    form: Form
    patches: dict[Ref, dict[str, Any]] = field(default_factory=dict)
    cases: dict[Ref, str | None] = field(default_factory=dict)
    place: Place | None = None
    remember: dict[str, Any] = field(default_factory=dict)
    opens: str | None = None
    """Id of a case that begins here and gets its folio in this transaction."""

    def write(self, unit: Unit) -> Saved:
        folio = folios.allocate(unit) if self.opens else None
        for ref, patch in self.patches.items():
            if not patch and ref.id != self.opens:
                continue
            given = {"folio": folio} if ref.id == self.opens else {}
            unit.record(ref.table, ref.id, patch | given, form=self.form, case=self.cases[ref])
        if self.place:
            unit.remember(place_key(self.form.id), list(self.place))
        for key, value in self.remember.items():
            unit.remember(key, value)
        return Saved(instants.iso(unit.now), self.form.id, folio, self.opens)


@dataclass
class _Job:
    """Something to do in order with the edits around it."""

    run: Callable[[Store], Any]
    done: Callable[[Any], object] | None
    failed: Callable[[LnctpError], object] | None


class Writer(threading.Thread):
    """The writer thread. Its callbacks run in it; a screen posts itself a message from there."""

    def __init__(self, store: Store) -> None:
        super().__init__(name="writer", daemon=True)
        self.store = store
        self.on_saved: Callable[[Saved], object] = lambda _: None
        self.on_failed: Callable[[LnctpError], object] = lambda _: None
        self.on_broken: Callable[[Exception], None] = lambda _: None
        """The thread ended on an error nobody expected: nothing more will be saved."""
        self._listening: dict[str, Callable[[Saved], object]] = {}
        self._queue: deque[_Edits | _Job] = deque()
        self._wake = threading.Condition()
        self._hurry = False
        self._ending = False
        self._busy = False
        self._failing = False

    def edit(
        self,
        form: Form,
        ref: Ref,
        patch: dict[str, Any],
        place: Place | None = None,
        case: str | None = None,
        *,
        opens: bool = False,
        remember: dict[str, Any] | None = None,
    ) -> None:
        """Queue a patch; returns at once. Later patches of the same record in the same form join it.

        `case` is the case a new record belongs to; `opens` says that the record is a case that begins.
        `remember` is kept for this laptop in the same transaction.
        """
        with self._wake:
            last = self._queue[-1] if self._queue else None
            if not (isinstance(last, _Edits) and last.form is form):
                last = _Edits(form)
                self._queue.append(last)
            last.patches.setdefault(ref, {}).update(patch)
            last.cases[ref] = case if case is not None else last.cases.get(ref)
            last.place = place or last.place
            last.opens = ref.id if opens else last.opens
            last.remember |= remember or {}
            self._wake.notify()

    def submit(
        self,
        run: Callable[[Store], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[LnctpError], object] | None = None,
    ) -> None:
        """Queue a job after everything queued so far; `done` gets its result."""
        with self._wake:
            self._queue.append(_Job(run, done, failed))
            self._hurry = True
            self._wake.notify()

    def listen(self, form: str, heard: Callable[[Saved], object]) -> None:
        """Tell `heard`, in this thread, of every save of a form, before `on_saved`."""
        self._listening[form] = heard

    def flush(self) -> None:
        """Write what is waiting now, without gathering longer."""
        with self._wake:
            self._hurry = True
            self._wake.notify()

    @property
    def pending(self) -> int:
        """How many queued pieces are not on disk yet."""
        return len(self._queue) + self._busy

    def drain(self, timeout: float) -> bool:
        """Wait until everything is on disk, at most `timeout` seconds; whether it is."""
        deadline = time.monotonic() + timeout
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            while self.pending:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._wake.wait(min(left, 0.05))
        return True

    def stop(self, timeout: float = 2.0) -> bool:
        """Drain and end the thread; whether everything is on disk."""
        clean = self.drain(timeout)
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        self.join(timeout)
        return clean

    def run(self) -> None:
        while (piece := self._next()) is not None:
            try:
                self._do(piece)
            except Exception as error:  # the thread's outer door: an app without it only looks alive
                self.on_broken(error)
                return
            finally:
                with self._wake:
                    self._busy = False
                    self._wake.notify_all()
            self._refresh_index()

    def _next(self) -> _Edits | _Job | None:
        with self._wake:
            while not self._queue and not self._ending:
                self._wake.wait()
            if not self._queue:
                return None
            if isinstance(self._queue[0], _Edits) and not self._hurry:
                self._wake.wait_for(lambda: self._hurry or self._ending, GATHER)
            self._busy = True
            piece = self._queue.popleft()
            self._hurry = bool(self._queue)
            return piece

    def _do(self, piece: _Edits | _Job) -> None:
        if isinstance(piece, _Edits):
            self._save(piece)
            return
        try:
            result = piece.run(self.store)
        except LnctpError as error:
            (piece.failed or self.on_failed)(error)
        else:
            if piece.done:
                piece.done(result)

    def _save(self, edits: _Edits) -> None:
        shown = dict(edits.form.shown)
        while True:
            try:
                with self.store.write() as unit:
                    saved = edits.write(unit)
            except StorageFailed as error:
                edits.form.shown = dict(shown)
                if not self._failing:
                    self._failing = True
                    self.on_failed(error)
                if self._wait_to_retry():
                    return
            else:
                self._failing = False
                if any(edits.patches.values()):
                    self._listening.get(saved.form, _nobody)(saved)
                    self.on_saved(saved)
                return

    def _wait_to_retry(self) -> bool:
        """Whether to give up: only when the process ends."""
        with self._wake:
            self._wake.wait_for(lambda: self._ending, RETRY)
            return self._ending

    def _refresh_index(self) -> None:
        """Read stale rows of the search index again while nobody waits."""
        while not self._queue and not self._ending and not self._failing:
            try:
                with self.store.write() as unit:
                    if not search.refresh(unit.connection):
                        return
            except StorageFailed:
                return


def _nobody(_: Saved) -> None:
    """Nobody listens."""


def stored_place(store: Store, form: str) -> Place | None:
    """Where the counselor was in a form."""
    with store.read() as connection:
        found = state.get(connection, place_key(form))
    return Place(*found) if found else None

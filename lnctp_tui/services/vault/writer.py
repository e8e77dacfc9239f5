"""The single thread that writes: edits are gathered for a moment, then one transaction makes them durable.

A disk that refuses loses nothing: the edits stay here, are tried again until it takes them, and wait sealed in the
emergency journal meanwhile (services.vault.shelter). A second thread watches the first: nothing fails or hangs unseen.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from lnctp_tui.errors import LnctpError, NotStored, StorageFailed
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.services.vault.pending_writes import PLACE, Edits, Job, Number, Piece, of_the_disk
from lnctp_tui.services.vault.shelter import Shelter
from lnctp_tui.storage.database import search, state
from lnctp_tui.storage.database.session import ALONG, EditBaseline, Store

GATHER = 0.2
"""Seconds that edits wait for each other: typing is one change, and it is on disk well within one second."""
RETRY = 2.0
"""Seconds between two tries of a write that the disk refused."""
STALLED = 5.0
"""Seconds after which what is not on disk counts as not being saved."""
LOOK = 0.5
"""Seconds between two looks of the watch."""
BYTES_A_SECOND = 16 << 10
"""How fast the journal may grow with one text that is being typed; what is new goes there at once."""

T = TypeVar("T")


class Health(NamedTuple):
    """How saving stands."""

    trouble: LnctpError | None
    """Why nothing is being saved; None when all is well. `writer_stalled`, or what the disk said."""
    waiting: int
    """Pieces that are not in the database."""
    sheltered: bool
    """Whether all of them that can be are sealed in the journal."""
    refused: int
    """Edits that the database cannot take. They are in the journal, or, if it fails, in memory."""

    @property
    def well(self) -> bool:
        """Nothing to tell."""
        return self.trouble is None and not self.refused


class Writer(threading.Thread):
    """The writer thread. Its callbacks run in it; a screen posts itself a message from there."""

    def __init__(self, store: Store, shelter: Shelter | None = None) -> None:
        super().__init__(name="writer", daemon=True)
        self.store = store
        self.shelter = shelter
        self.on_saved: Callable[[Saved], object] = lambda _: None
        self.on_failed: Callable[[LnctpError], object] = lambda _: None
        self.on_broken: Callable[[BaseException], object] = lambda _: None
        """An error nobody expected. The thread goes on."""
        self.refused: list[Piece] = []
        """What the database cannot take; the newest last."""
        self._listening: dict[str, Callable[[Saved], object]] = {}
        self._queue: deque[Piece] = deque()
        self._wake = threading.Condition()
        self._hurry = False
        self._ending = self._over = False
        """Over: nothing is taken any more, because the last has been written."""
        self._at: Piece | None = None
        """The piece in hand, until it is on disk."""
        self._failing: LnctpError | None = None
        self._count = 0
        self._hands: threading.Thread = self
        self._watch = threading.Thread(target=self._look, name="writer-watch", daemon=True)

    def start(self) -> None:
        super().start()
        self._watch.start()

    def take_in(self, pieces: list[Piece]) -> None:
        """What an earlier run left goes first. Before `start`."""
        self._queue.extend(pieces)
        self._hurry = bool(pieces)

    def edit(
        self,
        form: EditBaseline,
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
            if self._over:
                return
            last = self._queue[-1] if self._queue else None
            if not (isinstance(last, Edits) and last.form is form):
                last = Edits(form, number=self._next_number())
                self._queue.append(last)
            last.patches.setdefault(ref, {}).update(patch)
            last.cases[ref] = case if case is not None else last.cases.get(ref)
            last.place = place or last.place
            last.opens = ref.id if opens else last.opens
            last.remember |= remember or {}
            last.version += 1
            self._wake.notify_all()

    def submit(
        self,
        run: Callable[[Store], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[LnctpError], object] | None = None,
    ) -> None:
        """Queue a job after everything queued so far; `done` gets its result.

        A `Deed` waits for a disk that refuses as edits do; of any other job `failed` is told.
        """
        with self._wake:
            if self._over:
                return
            self._queue.append(Job(run, done, failed, number=self._next_number()))
            self._hurry = True
            self._wake.notify_all()

    def last(self, deed: Callable[[], None]) -> None:
        """Do `deed` after everything queued so far, and wait for it: what comes after it is never written.

        Only for what deletes all of it. Raises what `deed` raises; then writing goes on.
        """
        if self._over:
            deed()
            return
        outcomes: list[Exception | None] = []
        ended = threading.Event()

        def run(_store: Store) -> None:
            try:
                deed()
            except Exception as error:
                outcomes.append(error)
            else:
                with self._wake:
                    self._over = True
                    self._queue.clear()
                    self.refused.clear()
                outcomes.append(None)
            finally:
                ended.set()

        self.submit(run)
        while not ended.wait(LOOK):
            if self._ending:
                return
        if error := outcomes[0]:
            raise error

    def _next_number(self) -> Number:
        self._count += 1
        return Number(self.shelter.run if self.shelter else b"", self._count)

    def listen(self, form: str, heard: Callable[[Saved], object]) -> None:
        """Tell `heard`, in this thread, of every save of a form, before `on_saved`."""
        self._listening[form] = heard

    def flush(self) -> None:
        """Write what is waiting now, without gathering longer."""
        with self._wake:
            self._hurry = True
            self._wake.notify_all()

    @property
    def pending(self) -> int:
        """How many queued pieces are not on disk yet."""
        return len(self._queue) + (self._at is not None)

    def drain(self, timeout: float) -> bool:
        """Wait until everything is on disk, at most `timeout` seconds; whether it is."""
        deadline = time.monotonic() + timeout
        with self._wake:
            self._hurry = True
            self._wake.notify_all()
            while self.pending:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return False
                self._wake.wait(min(remaining, 0.05))
        return True

    def stop(self, timeout: float = 2.0) -> bool:
        """Drain and end the thread; whether everything is on disk. What is not stays in the journal."""
        clean = self.drain(timeout)
        if not clean or self.refused:
            self.keep()
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        self._hands.join(timeout)
        return clean and not self.refused

    # the watch

    @property
    def health(self) -> Health:
        """How saving stands now."""
        with self._wake:
            first = self._at or (self._queue[0] if self._queue else None)
            late = first is not None and time.monotonic() - first.since >= STALLED
            dead = first is not None and not self._hands.is_alive()
            trouble = self._failing or (LnctpError("writer_stalled") if late or dead else None)
            unkept = [item for item in self._unsaved() if self._unkept(item)]
            return Health(trouble, self.pending, not unkept, len(self.refused))

    def _unkept(self, piece: Piece) -> bool:
        of_now = self.shelter is None or self.shelter.is_of_now(piece)
        return of_now and piece.kept < piece.version and _may_be_kept(piece)

    def unsaved(self) -> list[Piece]:
        """What is not in the database, in its order."""
        with self._wake:
            return list(self._unsaved())

    def _unsaved(self) -> Iterator[Piece]:
        yield from self.refused
        if self._at is not None and self._at not in self.refused:
            yield self._at
        yield from self._queue

    def keep(self) -> bool:
        """Seal all that is not in the database into the journal; whether it is there."""
        if self.shelter is None:
            return not self.unsaved()
        with self._wake:
            entries = [
                (item, item.version, item.entry() if item.kept < item.version else None)
                for item in self._unsaved()
            ]
        sealed = self.shelter.keep(entries)
        self._clear()  # it may have been written meanwhile
        return sealed

    def _look(self) -> None:
        """The watch's thread: seal what is late, and replace a writer that died."""
        rest = LOOK
        while not self._ending:
            with self._wake:
                self._wake.wait_for(lambda: self._ending, rest)
            rest = LOOK
            try:
                if not self._hands.is_alive():
                    self._revive()
                if not self.health.well and not self._ending:
                    before = time.monotonic()
                    self.keep()
                    rest = self._pause(before)
            except Exception as error:  # the watch's outer door
                self._broke(error)

    def _pause(self, since: float) -> float:
        """Long texts are sealed again less often while they grow."""
        size = self.shelter.journal.last if self.shelter else 0
        return max(LOOK, size / BYTES_A_SECOND, time.monotonic() - since)

    def _revive(self) -> None:
        with self._wake:
            if self._ending:
                return
            if self._at is not None:
                self._queue.appendleft(self._at)
                self._at = None
            self._hands = threading.Thread(target=self.run, name="writer", daemon=True)
        self._hands.start()

    # the writer

    def run(self) -> None:
        while (piece := self._next()) is not None:
            try:
                if not self._do(piece):
                    return
                self._refresh_index()
            except Exception as error:  # the thread's outer door: a mistake must not end the saving
                self._broke(error)

    def _next(self) -> Piece | None:
        with self._wake:
            while not self._queue and not self._ending:
                self._wake.wait()
            if not self._queue:
                return None
            if isinstance(self._queue[0], Edits) and not self._hurry:
                self._wake.wait_for(lambda: self._hurry or self._ending, GATHER)
            self._at = piece = self._queue.popleft()
            self._hurry = bool(self._queue)
            return piece

    def _do(self, piece: Piece) -> bool:
        """Write one piece, however often that takes; whether it is settled: only the end leaves one that is not."""
        settled = False
        try:
            while not (settled := self._try(piece)):
                if self._wait_to_retry():
                    return False
        except Exception as error:  # the database cannot take it
            settled = True
            self._pass_over(piece, error)
        finally:
            if settled:
                self._settle(piece)
            with self._wake:
                self._wake.notify_all()
        return True

    def _settle(self, piece: Piece) -> None:
        try:
            if self.shelter is not None:
                self.shelter.settled(piece)
            self._clear(piece)
        finally:
            with self._wake:
                self._at = None

    def _try(self, piece: Piece) -> bool:
        """Whether it is settled; False when the disk refuses. Raises what nobody expected."""
        try:
            with self._along(piece):
                self._save(piece) if isinstance(piece, Edits) else self._run(piece)
        except Exception as error:
            if not of_the_disk(error):
                raise
            self._refused(error if isinstance(error, LnctpError) else StorageFailed())
            return False
        self._failing = None
        return True

    @contextmanager
    def _along(self, piece: Piece) -> Iterator[None]:
        """Note in the piece's transactions that it is stored."""
        shelter = self.shelter
        if shelter is None:
            yield
            return
        token = ALONG.set(lambda unit: shelter.note(unit, piece))
        try:
            yield
        finally:
            ALONG.reset(token)

    def _save(self, edits: Edits) -> None:
        baseline = edits.shown = dict(edits.form.shown)
        try:
            with self.store.write() as unit:
                saved = edits.write(unit)
        except Exception as error:
            edits.form.shown = dict(baseline)
            if of_the_disk(error):
                raise
            saved = self._save_what_fits(edits, error)
        if any(edits.patches.values()):
            self._tell(self._listening.get(saved.form, _nobody), saved)
            self._tell(self.on_saved, saved)

    def _save_what_fits(self, edits: Edits, error: Exception) -> Saved:
        """One value that cannot be stored does not hold up the others; it is sealed before they are stored."""
        baseline = dict(edits.form.shown)
        try:
            with self.store.write() as unit:
                saved = edits.write_what_fits(unit)
                if edits.bad:
                    self._keep_bad(edits, error)
        except Exception:
            edits.form.shown = baseline
            raise
        if edits.whole:
            self.refused = [item for item in self.refused if item is not edits]
        else:
            edits.only_bad()
        return saved

    def _keep_bad(self, piece: Piece, error: Exception) -> None:
        """Seal what the database cannot take, once; of an earlier run its journal already holds it."""
        piece.version += 1
        of_now = self.shelter is None or self.shelter.is_of_now(piece)
        if self.shelter is not None:
            self.shelter.passed_over(piece)
            self.shelter.keep([(piece, piece.version, piece.entry())])
        if piece not in self.refused:
            if of_now:
                self.refused.append(piece)
            self._broke(error)

    def _run(self, job: Piece) -> None:
        assert isinstance(job, Job)
        try:
            result = job.run(self.store)
        except LnctpError as error:
            if of_the_disk(error) and job.entry() is not None:
                raise
            if isinstance(error, NotStored):
                raise
            self._tell(job.failed or self.on_failed, error)
        else:
            if job.done:
                self._tell(job.done, result)

    def _pass_over(self, piece: Piece, error: Exception) -> None:
        """The database cannot take any of it: sealed, told, and the next ones go on."""
        piece.whole = False
        self._failing = None
        if isinstance(piece, Edits):
            piece.bad = {ref: list(patch) for ref, patch in piece.patches.items()}
        if _may_be_kept(piece):
            self._keep_bad(piece, error)
        else:
            self._broke(error)

    def _refused(self, error: LnctpError) -> None:
        first, self._failing = self._failing is None, error
        if first:
            self._tell(self.on_failed, error)

    def _wait_to_retry(self) -> bool:
        """Whether to give up: only when the process ends."""
        with self._wake:
            self._wake.wait_for(lambda: self._ending, RETRY)
            return self._ending

    def _clear(self, last: Piece | None = None) -> None:
        """Take away the journal of this run when every piece, now that `last` is settled, is in the database."""
        if self.shelter is None:
            return
        with self._wake:
            over = not self._queue and self._at is last and not self.refused
        if over and self.shelter.journal.begun:
            self.shelter.empty()

    def _tell(self, callback: Callable[[Any], object], argument: Any) -> None:
        """What listens has no part in whether something is saved."""
        try:
            callback(argument)
        except Exception as error:
            self._broke(error)

    def _broke(self, error: BaseException) -> None:
        try:
            self.on_broken(error)
        except Exception:
            return

    def _refresh_index(self) -> None:
        """Read stale rows of the search index again while nobody waits. No edit hangs on it."""
        while not self._queue and not self._ending and not self._failing:
            try:
                with self.store.write() as unit:
                    if not search.refresh(unit.connection):
                        return
            except StorageFailed:
                return


def _may_be_kept(piece: Piece) -> bool:
    return not isinstance(piece, Job) or piece.entry() is not None


def _nobody(_: Saved) -> None:
    """Nobody listens."""


def place_key(form: str) -> str:
    """Where the position in a form is kept."""
    return PLACE + form


def stored_place(store: Store, form: str) -> Place | None:
    """Where the counselor was in a form."""
    with store.read() as connection:
        place = state.get(connection, place_key(form))
    return Place(*place) if place else None

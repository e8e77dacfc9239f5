"""The single thread that writes: edits are gathered for a moment, then one transaction makes them durable.

A disk that refuses loses nothing: the edits stay here, are tried again until it takes them, and wait sealed in the
emergency journal meanwhile (services.vault.shelter). A second thread watches the first: nothing fails or hangs unseen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from lnctp_tui.errors import LnctpError, NotStored, StorageFailed
from lnctp_tui.services.refs import Place, Ref, Saved
from lnctp_tui.services.vault.pending_writes import PLACE, Edits, Job, Piece, of_the_disk
from lnctp_tui.services.vault.piece_saver import PieceSaver
from lnctp_tui.services.vault.shelter import Shelter
from lnctp_tui.services.vault.write_queue import WriteQueue
from lnctp_tui.storage.database import search, state
from lnctp_tui.storage.database.session import EditBaseline, Store

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

    def __init__(self, store: Store, shelter: Shelter) -> None:
        super().__init__(name="writer", daemon=True)
        self.store, self.shelter = store, shelter
        self.queue = WriteQueue(shelter.run)
        self.saver = PieceSaver(store, shelter, self._broke)
        self.on_saved: Callable[[Saved], object] = lambda _: None
        self.on_failed: Callable[[LnctpError], object] = lambda _: None
        self.on_broken: Callable[[BaseException], object] = lambda _: None
        """An error nobody expected. The thread goes on."""
        self._listening: dict[str, Callable[[Saved], object]] = {}
        self._failing: LnctpError | None = None
        self._hands: threading.Thread = self
        self._watch = threading.Thread(target=self._look, name="writer-watch", daemon=True)

    def start(self) -> None:
        super().start()
        self._watch.start()

    def take_in(self, pieces: list[Piece]) -> None:
        """What an earlier run left goes first. Before `start`."""
        self.queue.take_in(pieces)

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
        with self.queue.changed:
            if not self.queue.closed:
                self.queue.edits(form).add(ref, patch, place, case, opens=opens, remember=remember)
                self.queue.changed.notify_all()

    def submit(
        self,
        run: Callable[[Store], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[LnctpError], object] | None = None,
    ) -> None:
        """Queue a job after everything queued so far; `done` gets its result.

        A `Deed` waits for a disk that refuses as edits do; of any other job `failed` is told.
        """
        with self.queue.changed:
            if not self.queue.closed:
                self.queue.put(Job(run, done, failed))

    def last(self, deed: Callable[[], None]) -> None:
        """Do `deed` after everything queued so far, and wait for it: what comes after it is never written.

        Only for what deletes all of it. Raises what `deed` raises; then writing goes on.
        """
        if self.queue.closed:
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
                with self.queue.changed:
                    self.queue.close()
                    self.refused.clear()
                outcomes.append(None)
            finally:
                ended.set()

        self.submit(run)
        while not ended.wait(LOOK):
            if self.queue.ending:
                return
        if error := outcomes[0]:
            raise error

    def listen(self, form: str, heard: Callable[[Saved], object]) -> None:
        """Tell `heard`, in this thread, of every save of a form, before `on_saved`."""
        self._listening[form] = heard

    def flush(self) -> None:
        """Write what is waiting now, without gathering longer."""
        self.queue.hurry()

    @property
    def pending(self) -> int:
        """How many queued pieces are not on disk yet."""
        return self.queue.pending

    @property
    def refused(self) -> list[Piece]:
        """What the database cannot take; the newest last."""
        return self.saver.refused

    def drain(self, timeout: float) -> bool:
        """Wait until everything is on disk, at most `timeout` seconds; whether it is."""
        return self.queue.drain(timeout)

    def stop(self, timeout: float = 2.0) -> bool:
        """Drain and end the thread; whether everything is on disk. What is not stays in the journal."""
        clean = self.drain(timeout)
        if not clean or self.refused:
            self.keep()
        self.queue.end()
        self._hands.join(timeout)
        return clean and not self.refused

    # the watch

    @property
    def health(self) -> Health:
        """How saving stands now."""
        with self.queue.changed:
            first = next(iter(self.queue.pieces), None)
            late = first is not None and time.monotonic() - first.since >= STALLED
            dead = first is not None and not self._hands.is_alive()
            trouble = self._failing or (LnctpError("writer_stalled") if late or dead else None)
            sheltered = not any(map(self.shelter.lacks, self.unsaved()))
            return Health(trouble, self.pending, sheltered, len(self.refused))

    def unsaved(self) -> list[Piece]:
        """What is not in the database, in its order."""
        with self.queue.changed:
            refused = self.refused
            return [*refused, *(piece for piece in self.queue.pieces if piece not in refused)]

    def keep(self) -> bool:
        """Seal all that is not in the database into the journal; whether it is there."""
        with self.queue.changed:
            entries = [
                (piece, piece.version, piece.entry() if piece.kept < piece.version else None)
                for piece in self.unsaved()
            ]
        sealed = self.shelter.keep(entries)
        self._clear()  # it may have been written meanwhile
        return sealed

    def _look(self) -> None:
        """The watch's thread: seal what is late, and replace a writer that died."""
        rest = LOOK
        while not self.queue.wait_for_end(rest):
            rest = LOOK
            try:
                if not self._hands.is_alive():
                    self._revive()
                if not self.health.well and not self.queue.ending:
                    before = time.monotonic()
                    self.keep()
                    rest = self._pause(before)
            except Exception as error:  # the watch's outer door
                self._broke(error)

    def _pause(self, since: float) -> float:
        """Long texts are sealed again less often while they grow."""
        return max(LOOK, self.shelter.journal.last / BYTES_A_SECOND, time.monotonic() - since)

    def _revive(self) -> None:
        with self.queue.changed:
            if self.queue.ending:
                return
            self.queue.put_back()
            self._hands = threading.Thread(target=self.run, name="writer", daemon=True)
            self._hands.start()  # whoever joins it finds it begun

    # the writer

    def run(self) -> None:
        while (piece := self.queue.next(GATHER)) is not None:
            try:
                if not self._do(piece):
                    return
                self._refresh_index()
            except Exception as error:  # the thread's outer door: a mistake must not end the saving
                self._broke(error)

    def _do(self, piece: Piece) -> bool:
        """Write one piece, however often that takes; whether it is settled: only the end leaves one that is not."""
        settled = False
        try:
            while not (settled := self._try(piece)):
                if self.queue.wait_for_end(RETRY):
                    return False
        except Exception as error:  # the database cannot take it
            settled = True
            self._failing = None
            self.saver.pass_over(piece, error)
        finally:
            if settled:
                self._settle(piece)
            with self.queue.changed:
                self.queue.changed.notify_all()
        return True

    def _settle(self, piece: Piece) -> None:
        try:
            self.shelter.settled(piece)
            self._clear(piece)
        finally:
            with self.queue.changed:
                self.queue.in_hand = None

    def _try(self, piece: Piece) -> bool:
        """Whether it is settled; False when the disk refuses. Raises what nobody expected."""
        try:
            self._save(piece) if isinstance(piece, Edits) else self._run(piece)
        except Exception as error:
            if not of_the_disk(error):
                raise
            self._refused(error if isinstance(error, LnctpError) else StorageFailed())
            return False
        self._failing = None
        return True

    def _save(self, edits: Edits) -> None:
        saved = self.saver.save(edits)
        if any(edits.patches.values()):
            self._tell(self._listening.get(saved.form, _nobody), saved)
            self._tell(self.on_saved, saved)

    def _run(self, job: Piece) -> None:
        assert isinstance(job, Job)
        try:
            result = self.saver.run(job)
        except LnctpError as error:
            if (of_the_disk(error) and job.may_be_kept) or isinstance(error, NotStored):
                raise
            self._tell(job.failed or self.on_failed, error)
        else:
            if job.done:
                self._tell(job.done, result)

    def _refused(self, error: LnctpError) -> None:
        first, self._failing = self._failing is None, error
        if first:
            self._tell(self.on_failed, error)

    def _clear(self, last: Piece | None = None) -> None:
        """Take away the journal of this run when every piece, now that `last` is settled, is in the database."""
        with self.queue.changed:
            over = self.queue.idle and self.queue.in_hand is last and not self.refused
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
        while self.queue.idle and not self.queue.ending and not self._failing:
            try:
                with self.store.write() as unit:
                    if not search.refresh(unit.connection):
                        return
            except StorageFailed:
                return


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

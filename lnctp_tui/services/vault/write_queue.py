"""Pieces on their way to the database: those that wait, in their order, and the one in hand."""

from __future__ import annotations

import threading
import time
from collections import deque

from lnctp_tui.services.vault.pending_writes import Edits, Job, Number, Piece
from lnctp_tui.storage.database.session import EditBaseline


class WriteQueue:
    """For any thread. What it holds changes under `changed`, which is told of it."""

    def __init__(self, run: bytes) -> None:
        self.changed = threading.Condition()
        self.ending = False
        """The process ends: nobody waits for anything any more."""
        self.closed = False
        """Nothing is taken any more, because the last has been written."""
        self.in_hand: Piece | None = None
        """The piece that is being written, until it is on disk."""
        self._run = run
        self._waiting: deque[Piece] = deque()
        self._hurry = False
        self._count = 0

    def take_in(self, pieces: list[Piece]) -> None:
        """What an earlier run left goes first. Before anything else."""
        self._waiting.extend(pieces)
        self._hurry = bool(pieces)

    def edits(self, form: EditBaseline) -> Edits:
        """What the form's next edit joins: the last piece, if it is this form's. Under `changed`."""
        last = self._waiting[-1] if self._waiting else None
        if not (isinstance(last, Edits) and last.form is form):
            last = Edits(form)
            self._append(last)
        return last

    def put(self, job: Job) -> None:
        """A job, after everything that waits. Under `changed`."""
        self._append(job)
        self.hurry()

    def _append(self, piece: Piece) -> None:
        self._count += 1
        piece.number = Number(self._run, self._count)
        self._waiting.append(piece)

    def hurry(self) -> None:
        """Let what waits be written without gathering longer."""
        with self.changed:
            self._hurry = True
            self.changed.notify_all()

    def next(self, gather: float) -> Piece | None:
        """Wait for a piece, and `gather` seconds for what joins its edits; None when nothing comes any more."""
        with self.changed:
            while not self._waiting and not self.ending:
                self.changed.wait()
            if not self._waiting:
                return None
            if isinstance(self._waiting[0], Edits) and not self._hurry:
                self.changed.wait_for(lambda: self._hurry or self.ending, gather)
            self.in_hand = piece = self._waiting.popleft()
            self._hurry = bool(self._waiting)
            return piece

    def put_back(self) -> None:
        """The piece in hand is to be written again. Under `changed`."""
        if self.in_hand is not None:
            self._waiting.appendleft(self.in_hand)
            self.in_hand = None

    def close(self) -> None:
        """Forget what waits and take nothing any more. Under `changed`."""
        self.closed = True
        self._waiting.clear()

    def end(self) -> None:
        """Nobody waits any more."""
        with self.changed:
            self.ending = True
            self.changed.notify_all()

    def wait_for_end(self, timeout: float) -> bool:
        """Wait until the process ends, at most `timeout` seconds; whether it does."""
        with self.changed:
            self.changed.wait_for(lambda: self.ending, timeout)
            return self.ending

    @property
    def idle(self) -> bool:
        """Whether nothing waits; one piece may be in hand."""
        return not self._waiting

    @property
    def pending(self) -> int:
        """How many pieces are not on disk yet."""
        return len(self._waiting) + (self.in_hand is not None)

    @property
    def pieces(self) -> list[Piece]:
        """The piece in hand and those that wait. Under `changed`."""
        return [*([self.in_hand] if self.in_hand is not None else ()), *self._waiting]

    def drain(self, timeout: float) -> bool:
        """Wait until everything is on disk, at most `timeout` seconds; whether it is."""
        deadline = time.monotonic() + timeout
        with self.changed:
            self.hurry()
            while self.pending:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return False
                self.changed.wait(min(remaining, 0.05))
        return True

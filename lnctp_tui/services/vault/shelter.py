"""Where what the database does not take waits: the journal of this run, and those of runs that ended too early."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from lnctp_tui.errors import LnctpError, StorageFailed
from lnctp_tui.services.vault.pending_writes import Edits, Number, Piece, read_entry
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import EditBaseline, Unit
from lnctp_tui.storage.vault import emergency
from lnctp_tui.storage.vault.vault import Key

MARK = "journal:"
"""Before a run's number: [the last piece of it that is stored, those before that are not, whether it had a journal]."""


@dataclass
class Taken:
    """What an unlock took in."""

    pieces: int = 0
    damaged: list[str] = field(default_factory=list)
    """Journals of which something could not be read; they are kept under these names."""
    refused: list[str] = field(default_factory=list)
    """Journals that hold an edit which the database cannot take; kept likewise."""

    def __bool__(self) -> bool:
        return bool(self.pieces or self.damaged or self.refused)


@dataclass
class _Earlier:
    """A journal that is being taken in."""

    path: Path
    handle: int
    damaged: bool
    left: set[int]


class Shelter:
    """The journals of a data folder as one run of the program uses them. Its methods may be called in any thread."""

    def __init__(self, home: Path, key: Key) -> None:
        self.home, self.key = home, key
        self.journal = emergency.Journal(home, key)
        self.failed: LnctpError | None = None
        """Why the last entry could not be written."""
        self.taken = Taken()
        self.gave_back = False
        """The room that was held for the journal went to the disk, and nobody was told yet."""
        self._earlier: dict[bytes, _Earlier] = {}
        self._lock = threading.Lock()
        self._left: dict[bytes, set[int]] = {}
        """Run → pieces that were passed over, because the database cannot take them."""
        self._upto: dict[bytes, int] = {}
        """Run → the last piece of it that is stored."""

    @property
    def run(self) -> bytes:
        """Names this run."""
        return self.journal.run

    def keep(self, pieces: Iterable[tuple[Piece, int, dict[str, object] | None]]) -> bool:
        """Seal (piece, version, entry) on the disk; whether all of them are there."""
        with self._lock:
            for piece, version, entry in pieces:
                if entry is None or piece.kept >= version or not self.is_of_now(piece):
                    continue
                try:
                    self.journal.append({"piece": piece.number.place, **entry})
                except StorageFailed as error:
                    self.failed = error
                    return False
                piece.kept = version
                self.gave_back |= self.journal.gave_back
            self.failed = None
            return True

    def is_of_now(self, piece: Piece) -> bool:
        """Whether a piece came up in this run, and not in one whose journal holds it."""
        return piece.number.run == self.run

    def lacks(self, piece: Piece) -> bool:
        """Whether a journal should hold a piece as it is now, and does not yet."""
        return self.is_of_now(piece) and piece.kept < piece.version and piece.may_be_kept

    def note(self, unit: Unit, piece: Piece) -> None:
        """Say in a piece's own transaction that it is stored: it is never written twice."""
        run, count = piece.number
        places = self._left.get(run, set()) - ({count} if piece.whole else set())
        value = [
            max(count, self._upto.get(run, 0)),
            sorted(places),
            run in self._earlier or self.journal.begun,
        ]
        state.put_plain(unit.connection, MARK + run.hex(), value)

    def passed_over(self, piece: Piece) -> None:
        """The database cannot take this piece, or not all of it; the next ones go on."""
        self._left.setdefault(piece.number.run, set()).add(piece.number.place)

    # what an earlier run left

    def read(self, connection: Connection) -> list[Piece]:
        """The pieces that no run has stored, in their order; their journals are held until they are."""
        pieces: list[Piece] = []
        for path in emergency.waiting(self.home):
            handle = emergency.claim(path)
            if handle is not None:
                pieces += self._open(connection, path, handle)
        self.taken.pieces = len(pieces)
        return pieces

    def _open(self, connection: Connection, path: Path, handle: int) -> list[Piece]:
        try:
            read = emergency.read(path, self.key)
        except (LnctpError, OSError):
            os.close(handle)
            return []
        upto, passed, *_rest = state.get(connection, MARK + read.run.hex(), [0, []])
        self._upto[read.run], self._left[read.run] = upto, set(passed)
        pieces, unread = _pieces(read, upto, passed)
        places = {piece.number.place for piece in pieces}
        self._earlier[read.run] = _Earlier(path, handle, read.damaged or unread, places)
        if not places:
            self._end(read.run)
        return pieces

    def settled(self, piece: Piece) -> None:
        """A piece is in the database, or cannot be. The journal of an earlier run that held the last one goes."""
        run, count = piece.number
        passed = self._left.get(run, set())
        if piece.whole:
            passed.discard(count)
            self._upto[run] = max(count, self._upto.get(run, 0))
        earlier = self._earlier.get(run)
        if earlier is None:
            return
        if piece.whole:
            earlier.left.discard(count)
        if earlier.left <= passed:
            self._end(run)

    def _end(self, run: bytes) -> None:
        earlier = self._earlier.pop(run)
        with suppress(OSError):
            if earlier.damaged or earlier.left:
                name = emergency.set_aside(earlier.path)
                (self.taken.damaged if earlier.damaged else self.taken.refused).append(name)
            else:
                earlier.path.unlink()
        os.close(earlier.handle)

    @property
    def runs(self) -> list[bytes]:
        """The earlier runs whose journals were found."""
        return [run for run in self._upto if run != self.run]

    def empty(self) -> None:
        """Everything of this run is in the database."""
        with self._lock:
            self.journal.remove()

    def close(self) -> None:
        """Let go of the files; what they hold waits for the next unlock."""
        with self._lock:
            self.journal.close()
        for earlier in self._earlier.values():
            os.close(earlier.handle)
        self._earlier.clear()


def _pieces(read: emergency.Read, upto: int, places: list[int]) -> tuple[list[Piece], bool]:
    """The pieces of a journal that are not stored, and whether one of them could not be understood."""
    newest = {entry.get("piece"): entry for entry in read.entries}
    pieces: list[Piece] = []
    forms: dict[str, EditBaseline] = {}
    unread = False
    for count in sorted(key for key in newest if isinstance(key, int)):
        if count <= upto and count not in places:
            continue
        try:
            piece = read_entry(newest[count], Number(read.run, count), forms)
        except (ValueError, TypeError, LookupError):
            unread = True
            continue
        if isinstance(piece, Edits):
            if count in places and piece.bad:
                piece.only_bad()
            piece.bad = {}
        pieces.append(piece)
    return pieces, unread


def forget_marks(connection: Connection, but: Iterable[bytes]) -> None:
    """Drop the marks of runs that never had a journal; of those that had, a copy put back brings nothing twice."""
    runs = {run.hex() for run in but}
    for run, value in state.starting_with(connection, MARK).items():
        if run in runs:
            state.put(connection, MARK + run, [*value[:2], True])
        elif not value[2]:
            state.put(connection, MARK + run, None)

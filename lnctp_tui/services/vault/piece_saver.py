"""One piece in one transaction: all of it, or of edits what the database can take; the rest is sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lnctp_tui.services.refs import Saved
from lnctp_tui.services.vault.pending_writes import Edits, Job, Piece, of_the_disk
from lnctp_tui.services.vault.shelter import Shelter
from lnctp_tui.storage.database.session import ALONG, Store, Unit


class PieceSaver:
    """Stores pieces for the writer's thread, and knows those that the database cannot take."""

    def __init__(self, store: Store, shelter: Shelter, on_broken: Callable[[Exception], object]) -> None:
        self.store, self.shelter = store, shelter
        self.on_broken = on_broken
        """Told why the database cannot take a piece, once for each."""
        self.refused: list[Piece] = []
        """What the database cannot take; the newest last."""

    def run(self, job: Job) -> Any:
        """Do a job; its result. Raises what it raises."""
        with self._noting(job, job.let_go):
            return job.run(self.store)

    def save(self, edits: Edits) -> Saved:
        """Store edits, or those of them that the database takes. Raises what the disk refused them for."""
        baseline = edits.shown = dict(edits.form.shown)
        with self._noting(edits):
            try:
                with self.store.write() as unit:
                    return edits.write(unit)
            except Exception as error:
                edits.form.shown = dict(baseline)
                if of_the_disk(error):
                    raise
                return self._save_what_fits(edits, error)

    @contextmanager
    def _noting(self, piece: Piece, besides: Callable[[Unit], object] = lambda _: None) -> Iterator[None]:
        """Note in the piece's transactions that it is stored, and do what is to be done with it."""

        def along(unit: Unit) -> None:
            besides(unit)
            self.shelter.note(unit, piece)

        token = ALONG.set(along)
        try:
            yield
        finally:
            ALONG.reset(token)

    def _save_what_fits(self, edits: Edits, error: Exception) -> Saved:
        """One value that cannot be stored does not hold up the others; it is sealed before they are stored."""
        baseline = dict(edits.form.shown)
        try:
            with self.store.write() as unit:
                saved = edits.write_what_fits(unit)
                if edits.bad:
                    self._seal_bad(edits, error)
        except Exception:
            edits.form.shown = baseline
            raise
        if edits.whole:
            self.refused = [piece for piece in self.refused if piece is not edits]
        else:
            edits.only_bad()
        return saved

    def pass_over(self, piece: Piece, error: Exception) -> None:
        """The database cannot take any of it: sealed, told, and the next ones go on."""
        piece.whole = False
        if isinstance(piece, Edits):
            piece.bad = {ref: list(patch) for ref, patch in piece.patches.items()}
        if piece.may_be_kept:
            self._seal_bad(piece, error)
        else:
            self.on_broken(error)

    def _seal_bad(self, piece: Piece, error: Exception) -> None:
        """Seal what the database cannot take, once; of an earlier run its journal already holds it."""
        piece.version += 1
        self.shelter.passed_over(piece)
        self.shelter.keep([(piece, piece.version, piece.entry())])
        if piece not in self.refused:
            if self.shelter.is_of_now(piece):
                self.refused.append(piece)
            self.on_broken(error)

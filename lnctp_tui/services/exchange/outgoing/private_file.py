"""A new file that only its owner reads, written piece by piece, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from lnctp_tui.errors import LnctpError
from lnctp_tui.services.exchange.outgoing import ledger
from lnctp_tui.storage import paths
from lnctp_tui.storage.database.session import Store


class Hashed:
    """A stream that goes forward only and hashes what passes."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file, self.path, self.hash = file, path, hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write some bytes. Raises StorageFailed with the file's name: what reads beside it speaks of the database."""
        self.hash.update(content)
        try:
            return self.file.write(content)
        except OSError as error:
            raise paths.storage_failed(error, self.path) from error

    def flush(self) -> None:
        """Hand on what is buffered."""
        self.file.flush()


Fill = Callable[[Hashed], int]
"""Writes a file's bytes; returns how many rows they are."""


def hand_out(store: Store, export: str, path: Path, fill: Fill) -> tuple[int, str]:
    """Make the file of an export that is noted; rows and SHA-256. Where it fails nothing is left but the note, which
    says so. Raises BadInput `file_exists`, StorageFailed, and what `fill` raises.
    """
    try:
        rows, digest = _make(store, export, path, fill)
    except BaseException:
        with suppress(LnctpError):  # a disk that takes no note either: it stays `begun`, which is no success
            ledger.end(store, export, "failed")
        raise
    return rows, digest


def _make(store: Store, export: str, path: Path, fill: Fill) -> tuple[int, str]:
    with paths.new_file(path) as file:
        stream = Hashed(file, path)
        rows = fill(stream)
        file.flush()
        os.fsync(file.fileno())  # a full disk says so here: nothing is noted as done that may not be there
        digest = stream.hash.hexdigest()
        ledger.end(store, export, "done", rows, digest)
    return rows, digest


def of_pieces(pieces: Iterable[bytes]) -> Fill:
    """Fills a file with pieces that are one row together."""

    def fill(stream: Hashed) -> int:
        for piece in pieces:
            stream.write(piece)
        return 1

    return fill

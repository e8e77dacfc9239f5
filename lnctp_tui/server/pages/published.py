"""Editions that were issued, as everybody may read them. They never change, so what was read once is kept.

A file whose checksum is not the one that its edition names is not handed out. Whether we signed it, its reader checks.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from typing import Final, NamedTuple

from lnctp_tui.server.postgres.database import Db

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What an edition or a file may be called; no path."""
ROOM: Final = 32 << 20
"""Bytes of files that a process keeps."""
SUMS: Final = "SHA256SUMS"
BESIDE: Final = (SUMS, f"{SUMS}.sig")
"""What the checksums do not name."""
LISTED = """SELECT edition, name, octet_length(content) FROM edition_files WHERE team = %s
  ORDER BY edition DESC, name"""
ONE = "SELECT name, content FROM edition_files WHERE team = %s AND edition = %s AND name = ANY(%s)"


class Named(NamedTuple):
    """A file of an edition."""

    edition: str
    file: str
    size: int


class File(NamedTuple):
    """What a file holds."""

    sha256: str
    content: bytes


def listed(connection: Db, team: str) -> list[Named]:
    """All files of all editions, the newest edition first."""
    rows = [Named(*row) for row in connection.execute(LISTED, (team,))]
    return [row for row in rows if NAME.fullmatch(row.edition) and NAME.fullmatch(row.file)]


def read(connection: Db, team: str, edition: str, file: str) -> File | None:
    """A file; None for none, and for one whose checksum is not the one that its edition names."""
    if not (NAME.fullmatch(edition) and NAME.fullmatch(file)):
        return None
    rows = connection.execute(ONE, (team, edition, [file, SUMS]))
    stored = {name: bytes(content) for name, content in rows}
    if file not in stored:
        return None
    sha256 = digest(stored[file])
    line = f"{sha256}  {file}"
    named = file in BESIDE or line in stored.get(SUMS, b"").decode(errors="replace").splitlines()
    return File(sha256, stored[file]) if named else None


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class Kept:
    """Files that this process has read, the one unused longest going first."""

    def __init__(self) -> None:
        self._files: OrderedDict[tuple[str, str], File] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, edition: str, file: str) -> File | None:
        """A file that was kept."""
        with self._lock:
            stored = self._files.get((edition, file))
            if stored is not None:
                self._files.move_to_end((edition, file))
            return stored

    def keep(self, edition: str, file: str, content: File) -> None:
        """Keeps a file, if there is room for it at all."""
        with self._lock:
            if len(content.content) > ROOM or (edition, file) in self._files:
                return
            self._files[edition, file] = content
            self._size += len(content.content)
            while self._size > ROOM:
                _, gone = self._files.popitem(last=False)
                self._size -= len(gone.content)

"""The write-ahead log as a file: which of its frames are sound, and which SQLite passes over.

SQLite reads the log up to the first frame whose running checksum does not fit, and takes what follows for the rest of
an older log: one flipped bit drops every later save. But each page is sealed by itself (SQLCipher's HMAC over content
and page number), so the frames behind can still be believed, each alone. Source: sqlite.org/fileformat2.html, "The
Write-Ahead Log"; SQLCipher's design, "Page HMACs". A page is never decrypted here.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

PAGE = 8192
HEADER, FRAME = 32, 24
STEP = FRAME + PAGE
_SALT, _SEAL = 16, 64
_SALT_MASK = 0x3A
"""SQLCipher's: the salt of the HMAC's key is the database's, masked."""
_FAST_ITERATIONS = 2
MAGIC = (0x377F0682, 0x377F0683)
TRIES = 3


def seal_key(dek: bytes, salt: bytes) -> bytes:
    """The key of the page seals of a database whose file begins with `salt`."""
    masked = bytes(each ^ _SALT_MASK for each in salt)
    return hashlib.pbkdf2_hmac("sha512", dek, masked, _FAST_ITERATIONS, 32)


def sealed(page: bytes, number: int, key: bytes) -> bool:
    """Whether a page of 8192 bytes is unaltered and belongs at this place, counted from 1."""
    start = _SALT if number == 1 else 0
    content = page[start:-_SEAL] + struct.pack("<I", number)
    return len(page) == PAGE and hmac.compare_digest(hmac.digest(key, content, "sha512"), page[-_SEAL:])


@dataclass(frozen=True)
class Frame:
    """One frame as it stands. `size`: pages of the database after a commit; 0 inside a transaction."""

    index: int
    number: int
    size: int
    salts: bytes
    page: bytes


def frames(file: IO[bytes], first: int = 0, last: int | None = None) -> Iterator[Frame]:
    """The whole frames of a log from `first` on, up to `last` (not with it)."""
    file.seek(HEADER + first * STEP)
    index = first
    for content in iter(partial(file.read, STEP), b""):
        if len(content) < STEP or (last is not None and index >= last):
            return
        number, size = struct.unpack(">II", content[:8])
        yield Frame(index, number, size, content[8:16], content[FRAME:])
        index += 1


def header_sound(header: bytes) -> bool:
    """Whether the first 32 bytes of a log are what SQLite wrote."""
    if len(header) < HEADER:
        return False
    words = struct.unpack(">8I", header)
    order = ">" if words[0] & 1 else "<"
    return words[0] in MAGIC and checksum(header[:24], (0, 0), order) == words[6:]


def checksum(content: bytes, begun: tuple[int, int], order: str) -> tuple[int, ...]:
    """SQLite's running checksum; `order` is `<` or `>`, by the lowest bit of the magic number."""
    first, second = begun
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def passed_over(path: Path, dek: bytes, connection: Any) -> int:
    """How many committed transactions in the log SQLite does not read. `connection` is open on the database.

    Others may save meanwhile: frames are only counted that were there before SQLite was asked how far it reads.
    """
    for _ in range(TRIES):
        found = _passed_over(path, dek, connection)
        if found is not None:
            return found
    return 0


def _passed_over(path: Path, dek: bytes, connection: Any) -> int | None:
    """None when the log was begun anew while it was looked at."""
    log = path.with_name(f"{path.name}-wal")
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        header = file.read(HEADER)
        there = (log.stat().st_size - HEADER) // STEP
        read = max(0, connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()[1])
        # Not from the file: closing it would drop the locks that this process holds on the database.
        key = seal_key(dek, bytes.fromhex(connection.execute("PRAGMA cipher_salt").fetchone()[0]))
        sound = header_sound(header)
        behind = [
            frame
            for frame in frames(file, read, there)
            if frame.size
            and (frame.salts == header[16:24] or not sound)
            and sealed(frame.page, frame.number, key)
        ]
        file.seek(0)
        return len(behind) if file.read(HEADER) == header else None

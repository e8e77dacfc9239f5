"""The emergency journal: what the database does not take, sealed, beside it, until an unlock takes it in.

One file for each run of the program that had trouble, `emergency-<when>-<run>.journal`: entries behind each other,
each sealed with a key of the vault and bound to its run and number. It is only ever added to, and every entry is on
the disk before it counts. SQLite has no part in it. Form and reasons: docs/security.md, "The writer".
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from lnctp_tui.errors import LnctpError
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.vault import sealing
from lnctp_tui.storage.vault.vault import Key

MARK = b"LNCTPEJ1"
HEAD = struct.Struct(">8s16sQL24s")
"""Mark, run, number of the entry from 1, bytes that follow, nonce."""
USE = b"lnctp journal"
LONGEST = 64 << 20
"""Bytes of an entry; what claims to be longer is damage."""
RESERVE = "emergency.reserve"
RESERVED = 1 << 20
"""Bytes held while the disk has room, and given back to it for the journal when it has none."""
UNKNOWN = "no JSON"
"""Key of what stands in an entry for a value that JSON has not; such an entry is never taken in."""
ASIDE = "apartado-"
"""Before the name of a journal that could not be taken in whole: kept for support."""


class Read(NamedTuple):
    """A journal as it was found."""

    run: bytes
    entries: list[dict[str, Any]]
    """In the order written."""
    damaged: bool
    """Something in it could not be read, or an entry is missing."""


class Journal:
    """The journal of this run. The file begins with the first entry."""

    def __init__(self, home: Path, key: Key, run: bytes | None = None) -> None:
        self.home = home
        self.run = run or sealing.random_bytes(16)
        self.path = home / f"emergency-{instants.micros(instants.now()):016x}-{self.run.hex()}.journal"
        self._vault = key.vault_id
        self._secret = secret_of(key)
        self._handle: int | None = None
        self._end = self._number = 0
        self.last = 0
        """Bytes of the last entry."""
        self.gave_back = False
        """Whether the reserve was given back to the disk."""

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add an entry; it is on the disk when this returns. Raises StorageFailed, and then nothing was added."""
        content = zlib.compress(json.dumps(entry, default=_unknown).encode())
        number = self._number + 1
        sealed = seal(content, self._vault, self.run, number, self._secret)
        try:
            self._add(sealed)
        except OSError as error:
            if not self._gave_back():
                raise paths.storage_failed(error, self.path) from None
            try:
                self._add(sealed)
            except OSError as again:
                raise paths.storage_failed(again, self.path) from None
        self._number, self.last = number, len(sealed)

    def _add(self, content: bytes) -> None:
        if self._handle is None:
            self._handle = self._new()
        os.lseek(self._handle, self._end, os.SEEK_SET)
        try:
            left = content
            while left:
                left = left[os.write(self._handle, left) :]
            os.fsync(self._handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._handle, self._end)
            raise
        self._end += len(content)

    def _new(self) -> int:
        """An empty file that is ours before it can be found."""
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | paths.NO_LINK, 0o600)
        try:
            paths.held(handle)
            temporary.rename(self.path)
            paths.sync_folder(self.home)
        except OSError:
            os.close(handle)
            raise
        return handle

    def _gave_back(self) -> bool:
        with suppress(OSError):
            (self.home / RESERVE).unlink()
            self.gave_back = True
            paths.sync_folder(self.home)
            return True
        return False

    @property
    def begun(self) -> bool:
        """Whether there is a file."""
        return self._handle is not None

    def remove(self) -> None:
        """Everything in it is in the database."""
        if self._handle is not None:
            with suppress(OSError):
                self.path.unlink()
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle, self._end, self._number = None, 0, 0


def _unknown(value: object) -> dict[str, str]:
    return {UNKNOWN: str(value)}


def secret_of(key: Key) -> bytes:
    """The key that seals journals."""
    return sealing.keyed(b"", key.dek, USE)


def _bound(vault_id: str, run: bytes, number: int) -> bytes:
    return sealing.canonical(["lnctp-journal-1", vault_id, run.hex(), number])


def seal(content: bytes, vault_id: str, run: bytes, number: int, secret: bytes) -> bytes:
    """The bytes of one entry."""
    nonce, box = sealing.encrypt(content, _bound(vault_id, run, number), secret)
    return HEAD.pack(MARK, run, number, len(box), nonce) + box


def read(path: Path, key: Key) -> Read:
    """All that can be read of a journal. Raises StorageFailed, VaultError, FileNotFoundError."""
    content = paths.read_file(path, limit=1 << 31)
    entries: list[dict[str, Any]] = []
    run, damaged = b"", False
    for found in _frames(content, key):
        if found is None:
            damaged = True
            continue
        of, number, entry = found
        run = run if entries else of
        if of != run or number != len(entries) + 1:
            damaged = True
        if of == run:
            entries.append(entry)
    return Read(run, entries, damaged or not entries)


def _frames(content: bytes, key: Key) -> Iterator[tuple[bytes, int, dict[str, Any]] | None]:
    """Each entry with its run and number; None where bytes are no entry."""
    secret, place = secret_of(key), 0
    while place < len(content):
        size, entry = _frame(content, place, key.vault_id, secret)
        if size:
            place += size
            yield entry
            continue
        yield None
        following = content.find(MARK, place + 1)
        place = following if following > 0 else len(content)


def _frame(
    content: bytes, place: int, vault_id: str, secret: bytes
) -> tuple[int, tuple[bytes, int, dict[str, Any]] | None]:
    """(bytes, entry) at a place; no bytes when none that is whole begins there."""
    if len(content) - place < HEAD.size:
        return 0, None
    mark, run, number, length, nonce = HEAD.unpack_from(content, place)
    box = content[place + HEAD.size : place + HEAD.size + length]
    if mark != MARK or length > LONGEST or len(box) != length:
        return 0, None
    opened = sealing.decrypt(nonce, box, _bound(vault_id, run, number), secret)
    if opened is None:
        return 0, None
    try:
        entry = json.loads(zlib.decompress(opened))
    except (ValueError, zlib.error):
        return 0, None
    return HEAD.size + length, (run, number, entry)


def waiting(home: Path) -> list[Path]:
    """Journals that no unlock has taken in yet, oldest first."""
    return sorted(home.glob("emergency-*.journal"))


def aside(home: Path) -> list[Path]:
    """Journals that could not be taken in whole and are kept."""
    return sorted(home.glob(f"{ASIDE}*.journal"))


def claim(path: Path) -> int | None:
    """An open handle that keeps other programs from taking this journal in; None when one writes or reads it."""
    try:
        paths.check_plain(path)
        handle = os.open(path, os.O_RDONLY | paths.NO_LINK)
    except (OSError, LnctpError):
        return None
    if paths.held(handle):
        return handle
    os.close(handle)
    return None


def set_aside(path: Path) -> str:
    """Keep a journal under another name, for support; the name."""
    target = path.with_name(ASIDE + path.name)
    path.rename(target)
    paths.sync_folder(path.parent)
    return target.name


def reserve(home: Path) -> None:
    """Hold some room for the journal of a day when the disk is full. A disk that has none now is left alone."""
    path = home / RESERVE
    try:
        paths.check_plain(path)
        if path.exists() and path.stat().st_size >= RESERVED:
            return
        path.unlink(missing_ok=True)
        paths.create_empty(path)
        with path.open("r+b") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, RESERVED)
            else:
                file.write(bytes(RESERVED))
    except (OSError, LnctpError):
        with suppress(OSError):
            path.unlink()

"""case.mark: how far this laptop has saved, beside the database, so that a save that goes missing is noticed.

The database counts its transactions (`commits`: a number and a chain of keyed hashes), the mark holds the last count
that was acknowledged. It is written after COMMIT and never ahead of it: after a crash the database may know more than
the mark, never less. Reasons and what it does not see: docs/security.md, "What was saved is there".

Header of 16 bytes, then two slots of 96 by turns: n, chain, instant, whose, number of vault.json, flags, MAC.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lnctp_tui.errors import LnctpError
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.vault.sealing import keyed

HEADER = b"lnctp-mark-1".ljust(16, b"\0")
_SLOT = struct.Struct("<Q16sq16sQQ")
_MAC = 32
SLOT = _SLOT.size + _MAC
SIZE = len(HEADER) + 2 * SLOT
_EMPTY = bytes(SLOT)
_MARK_USE, _OWNER_USE, _COMMIT_USE = b"lnctp mark", b"lnctp mark of", b"lnctp commits"
START = bytes(16)
"""The chain before the first transaction."""
BEGINS = 1
"""Flag: a database that does not count yet starts after this number."""
SYNC = 60.0
"""Seconds after which the mark is forced to the disk also while writing goes on."""

State = Literal["ok", "gone", "damaged"]


class Stamp(NamedTuple):
    """How far a database or a mark is."""

    n: int
    chain: bytes
    at: int
    """Microseconds since 1970."""


@dataclass(frozen=True)
class Found:
    """A mark as read. `stamp` is None when no slot of it can be believed."""

    state: State
    stamp: Stamp | None = None
    vault: int = 0
    """The greatest number of vault.json that was seen."""
    flags: int = 0


def path_beside(database: Path) -> Path:
    """Where the mark of a database stands."""
    return database.with_suffix(".mark")


def keys(dek: bytes) -> tuple[bytes, bytes, bytes]:
    """Key of the MAC, whose mark it is, key of the chain."""
    return keyed(b"", dek, _MARK_USE), keyed(b"", dek, _OWNER_USE)[:16], keyed(b"", dek, _COMMIT_USE)


def after(last: Stamp, dek: bytes) -> Stamp:
    """The count after one more transaction, now."""
    return _after(last, keys(dek)[2])


def _after(last: Stamp, key: bytes) -> Stamp:
    """Its chain is a keyed BLAKE2b over the one before, the number and the instant: it tells two histories apart."""
    n, at = last.n + 1, instants.micros(instants.now())
    content = last.chain + n.to_bytes(8, "little") + at.to_bytes(8, "little", signed=True)
    return Stamp(n, hashlib.blake2b(content, digest_size=16, key=key).digest(), at)


def read(path: Path, dek: bytes) -> Found:
    """The newest slot that can be believed. Any altered byte makes it `damaged`; the other slot still counts."""
    try:
        content = paths.read_file(path, limit=SIZE)
    except FileNotFoundError:
        return Found("gone")
    except LnctpError:
        return Found("damaged")
    return _parse(content, *keys(dek)[:2])


def _parse(content: bytes, key: bytes, owner: bytes) -> Found:
    slots = [content[at : at + SLOT] for at in (len(HEADER), len(HEADER) + SLOT)]
    opened = [_open(index, slot, key, owner) for index, slot in enumerate(slots)]
    good = [each for each in opened if each is not None]
    whole = len(content) == SIZE and content.startswith(HEADER)
    whole = whole and all(slot == _EMPTY or each for slot, each in zip(slots, opened, strict=True))
    if not good:
        return Found("damaged")
    newest = max(good, key=lambda each: each.stamp.n if each.stamp else 0)
    vault = max(each.vault for each in good)
    return replace(newest, state="ok" if whole else "damaged", vault=vault)


def _open(index: int, slot: bytes, key: bytes, owner: bytes) -> Found | None:
    if len(slot) != SLOT or not hmac.compare_digest(_mac(index, slot[: _SLOT.size], key), slot[_SLOT.size :]):
        return None
    n, chain, at, whose, vault, flags = _SLOT.unpack(slot[: _SLOT.size])
    return Found("ok", Stamp(n, chain, at), vault, flags) if whose == owner else None


def _mac(index: int, fields: bytes, key: bytes) -> bytes:
    return hashlib.blake2b(HEADER + bytes([index]) + fields, digest_size=_MAC, key=key).digest()


def _slot(stamp: Stamp, vault: int, flags: int, key: bytes, owner: bytes) -> bytes:
    fields = _SLOT.pack(stamp.n, stamp.chain, stamp.at, owner, vault, flags)
    return fields + _mac(stamp.n % 2, fields, key)


def _place(n: int) -> int:
    return len(HEADER) + n % 2 * SLOT


def create(path: Path, dek: bytes, stamp: Stamp, *, vault: int, flags: int = 0) -> None:
    """Make the mark anew, durably, in place of one that stands there. Raises StorageFailed."""
    key, owner, _ = keys(dek)
    content = bytearray(HEADER + _EMPTY * 2)
    content[_place(stamp.n) : _place(stamp.n) + SLOT] = _slot(stamp, vault, flags, key, owner)
    paths.replace_file(path, bytes(content))


def note_vault(path: Path, dek: bytes, number: int) -> None:
    """Remember that vault.json was replaced, durably: an older one put back is noticed. Never fails.

    Where there is no mark yet, or the disk refuses, the next opening notes it.
    """
    found = read(path, dek)
    if found.state == "ok" and found.stamp and found.vault < number:
        key, owner, _ = keys(dek)
        with suppress(LnctpError, OSError):
            handle = os.open(path, os.O_RDWR | paths.NO_LINK)
            try:
                _write_at(handle, _slot(found.stamp, number, found.flags, key, owner), _place(found.stamp.n))
                os.fsync(handle)
            finally:
                os.close(handle)


def _write_at(handle: int, content: bytes, place: int) -> None:
    if hasattr(os, "pwrite"):
        os.pwrite(handle, content, place)
    else:
        os.lseek(handle, place, os.SEEK_SET)
        os.write(handle, content)


def _read_all(handle: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(handle, SIZE, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    return os.read(handle, SIZE)


class Mark:
    """The mark of an open database, written after each transaction. What the disk refuses is kept in `trouble`."""

    def __init__(self, database: Path, dek: bytes) -> None:
        self.path = path_beside(database)
        self._key, self._owner, self._chain_key = keys(dek)
        self._handle: int | None = None
        self._lock = threading.Lock()
        self._known: tuple[bytes, Found] | None = None
        """What was last read and written, so that only what another program wrote is looked at again."""
        self._synced = time.monotonic()
        self.trouble: str | None = None
        """Why the last transaction is not in the mark, as a name of errno. The transaction itself is on disk."""
        self.behind = False
        """Something was written since the mark was last forced to the disk."""
        self.written = time.monotonic()
        """When something was last written, on the monotonic clock."""

    def next(self, last: Stamp) -> Stamp:
        """The count after one more transaction."""
        return _after(last, self._chain_key)

    def write(self, stamp: Stamp) -> None:
        """Note a transaction that is durable. Never raises: the save stands, and `trouble` tells."""
        with self._lock:
            try:
                self._write(stamp)
            except (OSError, LnctpError) as error:
                self.trouble = paths.errno_name(error) if isinstance(error, OSError) else error.code
                self._let_go()
            else:
                self.trouble = None

    def _write(self, stamp: Stamp) -> None:
        if self._handle is None:
            paths.check_plain(self.path)
            self._handle = os.open(self.path, os.O_RDWR | paths.NO_LINK)
        content, found = self._read(self._handle)
        # Another program on this vault may have been quicker: the mark never goes back.
        if found.stamp is None or found.stamp.n < stamp.n:
            slot, place = _slot(stamp, found.vault, 0, self._key, self._owner), _place(stamp.n)
            _write_at(self._handle, slot, place)
            self._known = content[:place] + slot + content[place + SLOT :], Found("ok", stamp, found.vault)
        self.behind = True
        self.written = time.monotonic()
        if self.written - self._synced > SYNC:
            self._sync()

    def _read(self, handle: int) -> tuple[bytes, Found]:
        content = _read_all(handle)
        if self._known is None or self._known[0] != content:
            self._known = content, _parse(content, self._key, self._owner)
        return self._known

    def sync(self) -> None:
        """Force the mark to the disk. Never raises."""
        with self._lock, suppress(OSError):
            self._sync()

    def _sync(self) -> None:
        if self._handle is not None and self.behind:
            getattr(os, "fdatasync", os.fsync)(self._handle)
        self.behind = False
        self._synced = time.monotonic()

    def close(self) -> None:
        """Force it to the disk and let go of the file."""
        self.sync()
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._handle is not None:
            with suppress(OSError):
                os.close(self._handle)
            self._handle = None


LAST = "SELECT n, chain FROM commits"
NEXT = "UPDATE commits SET n = ?, chain = ?, at = ?"
NEXT_OF = f"{NEXT} WHERE chain = ?"
"""Nothing where another program on this vault has counted meanwhile."""


def _last(connection: Any, failure: type[Exception]) -> Stamp | None:
    try:
        row = connection.execute(LAST).fetchone()
    except failure as error:
        if "no such table" in str(error):  # an older revision, before its migration
            return None
        raise
    return Stamp(row[0], bytes.fromhex(row[1]), 0) if row else None


def _counted(connection: Any, last: Stamp | None) -> Stamp | None:
    """Counts one more transaction; None when that was not the last one."""
    if last is None:
        return None
    stamp: Stamp = connection.mark.next(last)
    of = stamp.n, stamp.chain.hex(), stamp.at, last.chain.hex()
    return stamp if connection.execute(NEXT_OF, of).rowcount else None


@cache
def counting() -> type[Any]:
    """The driver's connection whose every transaction counts itself and notes it in the mark.

    The driver itself is imported here, not with the module.
    """
    from sqlcipher3 import dbapi2

    class Counting(dbapi2.Connection):  # type: ignore[misc]  # the driver has no types
        mark: Mark | None = None
        seen = 0
        """Changes of rows up to the last end of a transaction."""
        last: Stamp | None = None
        """The count of its own last transaction."""

        def commit(self) -> None:
            stamp = self._count() if self.mark and self.in_transaction else None
            super().commit()
            self.seen = self.total_changes
            if stamp and self.mark:
                self.last = stamp
                self.mark.write(stamp)

        def rollback(self) -> None:
            super().rollback()
            self.seen = self.total_changes

        def _count(self) -> Stamp | None:
            """The last statement of a transaction that wrote something; None while the database does not count."""
            if self.total_changes == self.seen:
                return None
            return _counted(self, self.last) or _counted(self, _last(self, dbapi2.OperationalError))

        def close(self) -> None:
            super().close()
            if self.mark:
                self.mark.close()

    return Counting

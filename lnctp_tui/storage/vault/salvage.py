"""Reading what can be read of a database whose files are damaged. Works on copies; nothing here is asked to repair.

The log is folded in by hand, each frame that its own seal proves; then rows are read in their order, around the pages
that do not open. SQLCipher keeps an error for the connection, so each error is followed by a new one. When the way
from the root is broken, every sound page is read by itself as if it were a table of one page.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lnctp_tui.errors import LnctpError
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import wal

PAGE = wal.PAGE
STEP = 200
"""Rows in one question."""
FARTHEST = 40
"""Doublings after which there is nothing more behind a page that does not open."""
WIDEST = 25
"""Columns of a page that is read by itself: more than any table here that is kept."""
Row = dict[str, Any]
COLUMNS = {
    "changes": (
        "seq", "id", "device", "actor", "hlc", "table", "row", "case", "base", "patch", "schema", "hash", "sig", "at",
        "form", "sent", "n", "placed", "refused", "unfit", "salt",
    ),
    "sync_state": ("key", "value"),
    "scopes": ("id", "state", "rank", "after", "reason"),
    "receipts": ("seq", "body", "sig"),
    "access": ("seq", "at", "actor", "action", "record", "chain"),
    "authorities": ("n", "document"),
    "orders": ("n", "hash", "document", "obeyed_at", "told_at"),
    "exports": (
        "id", "at", "by", "recipient", "recipient_id", "reason", "format", "version", "folios", "fields", "rows",
        "sha256", "state", "ended_at",
    ),
}  # fmt: skip
"""The tables that are not derived, their columns in the order of the file; a test holds that it is."""
_STATE = re.compile(r"device|device_key|counselor|folio_\w+|search_version|resume|[a-z]+:.*", re.DOTALL)
FORMS: dict[str, Callable[[Row], bool]] = {
    "changes": lambda row: _text(row["id"], 36) and _text(row["hash"], 64) and isinstance(row["hlc"], int),
    "sync_state": lambda row: (
        isinstance(row["key"], str) and bool(_STATE.fullmatch(row["key"])) and row["value"] is not None
    ),
    "scopes": lambda row: _text(row["id"], 36) and row["state"] in ("held", "wanted", "gone"),
    "receipts": lambda row: (
        isinstance(row["body"], str) and row["body"].startswith("{") and _text(row["sig"], 128)
    ),
    "access": lambda row: _text(row["chain"], 64) and isinstance(row["action"], str),
    "authorities": lambda row: isinstance(row["document"], str) and row["document"].startswith("{"),
    "orders": lambda row: (
        _text(row["hash"], 64) and isinstance(row["document"], str) and row["document"].startswith("{")
    ),
    "exports": lambda row: _text(row["id"], 36) and row["state"] in ("begun", "done", "failed"),
}
"""How a row is known that was met without its table."""


def _text(value: Any, length: int) -> bool:
    return isinstance(value, str) and len(value) == length


@dataclass
class Pages:
    """What was found of the files."""

    pages: int = 0
    broken: list[int] = field(default_factory=list)
    """Numbers of the pages whose seal does not fit, from 1, when the log is folded in."""
    frames: int = 0
    """Frames of the log."""
    frames_broken: int = 0


def fold_log(database: Path, dek: bytes) -> Pages:
    """Put every sound frame of the log into the database file, in place, and remove the log. On a copy, closed.

    A transaction without its end stays out, as in SQLite. Raises OSError.
    """
    log, found = database.with_name(f"{database.name}-wal"), Pages()
    with database.open("r+b") as file:
        salt = _salt(file.read(2 * PAGE), log, dek)
        key = wal.seal_key(dek, salt)
        if log.exists():
            _fold(file, log, key, found)
        file.flush()
        size = file.seek(0, os.SEEK_END)
        found.pages = size // PAGE
        file.seek(0)
        for number in range(1, found.pages + 1):
            if not wal.sealed(file.read(PAGE), number, key):
                found.broken.append(number)
        if found.pages and file.seek(0) == 0 and file.read(len(salt)) != salt:
            file.seek(0)
            file.write(salt)  # one bit of it would close every page
    for end in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + end).unlink(missing_ok=True)
    return found


def _salt(start: bytes, log: Path, dek: bytes) -> bytes:
    """The salt of the file, also when a bit of it is flipped: the one under which another page is sound."""
    salt = start[:16]
    candidates = [salt]
    if log.exists():
        with log.open("rb") as file:
            candidates += [frame.page[:16] for frame in wal.frames(file, 0, STEP) if frame.number == 1]
    candidates += [(int.from_bytes(salt, "big") ^ 1 << bit).to_bytes(16, "big") for bit in range(128)]
    pages = [(start[PAGE : 2 * PAGE], 2), (start[:PAGE], 1)]
    for each in dict.fromkeys(candidates):
        key = wal.seal_key(dek, each)
        if any(wal.sealed(page, number, key) for page, number in pages):
            return each
    return salt


def _fold(file: Any, log: Path, key: bytes, found: Pages) -> None:
    with log.open("rb") as source:
        header = source.read(wal.HEADER)
        salts = _salts(source, header)
        waiting: dict[int, bytes] = {}
        for frame in wal.frames(source):
            if not _alike(frame.salts, salts):
                continue
            found.frames += 1
            number = _number(frame, key)
            if number is None:
                found.frames_broken += 1
            else:
                waiting[number] = frame.page
            if frame.size:
                for place, page in waiting.items():
                    file.seek((place - 1) * PAGE)
                    file.write(page)
                waiting.clear()


def _salts(source: Any, header: bytes) -> bytes:
    """The salts of the log in use: the header's, or when that is damaged those of the first frame."""
    if wal.header_sound(header):
        return header[16:24]
    first = next(wal.frames(source, 0, 1), None)
    return first.salts if first else header[16:24]


def _alike(one: bytes, other: bytes) -> bool:
    """The same but for a flipped bit or two; those of an older log differ in half of their second word."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count() <= 3


def _number(frame: wal.Frame, key: bytes) -> int | None:
    """The page a frame is of: as it says, or with one bit of that flipped; None when it is not sound."""
    numbers = [frame.number, *(frame.number ^ 1 << bit for bit in range(24))]
    return next((each for each in numbers if each and wal.sealed(frame.page, each, key)), None)


class Reader:
    """Rows of the tables of a damaged database."""

    def __init__(self, database: Path, dek: bytes) -> None:
        self.path, self.dek = database, dek
        self.skipped = 0
        """How many times a page stood in the way."""
        self._connection: Any = None

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table in their order, around what does not open. Nothing when it cannot be found at all."""
        at, step = -(1 << 62), STEP
        while True:
            found = self._ask(table, at, step)
            if found is None and step > 1:
                step = max(1, step // 8)
                continue
            if found is None:
                self.skipped += 1
                behind = self._behind(table, at)
                if behind is None:
                    return
                at = behind
                continue
            for row in found:
                at = row.pop("_row") + 1
                yield row
            if len(found) < step:
                return
            step = STEP

    def _behind(self, table: str, at: int) -> int | None:
        """The smallest row number behind a page that does not open, from which reading goes on."""
        base = max(at, 0)
        bad, good = base, None
        for doubling in range(FARTHEST):
            place = base + (1 << doubling)
            found = self._ask(table, place, 1)
            if found is not None:
                good = place if found else None
                break
            bad = place
        if good is None:
            return None
        while good - bad > 1:
            middle = (good + bad) // 2
            if self._ask(table, middle, 1) is None:
                bad = middle
            else:
                good = middle
        return good

    def _ask(self, table: str, at: int, most: int) -> list[Row] | None:
        """The rows from a number on, or None when a page did not open; the connection that met it is given up."""
        from sqlcipher3 import dbapi2

        try:
            if self._connection is None:
                self._connection = engine.connect(self.path, self.dek, cache=engine.READER_CACHE)
            # Not `>` the row before: that one may stand on the page that does not open.
            query = f"SELECT rowid AS _row, * FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT ?"
            cursor = self._connection.execute(query, (at, most))
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]
        except (dbapi2.Error, LnctpError):
            self.close()
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def page_by_page(
    database: Path, dek: bytes, found: Pages, scratch: Path
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(row number, columns) of every sound page of a table, without the way from any root; some come twice.

    The database, a copy, gets another first page. What an index or an inner page gives is left out or comes again.
    """
    from sqlcipher3 import dbapi2

    with database.open("r+b") as file:
        salt = file.read(16)
        _first_page(scratch, dek, salt, found.pages)
        file.seek(0)
        with scratch.open("rb") as made:
            file.write(made.read(PAGE))
        file.truncate(scratch.stat().st_size)  # as many pages as the first one says
    connection: Any = None
    for number in range(2, found.pages + 1):
        if number in found.broken:
            continue
        try:
            connection = connection or _raw(database, dek, salt)
            connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 't'", (number,))
            connection.execute("PRAGMA writable_schema = RESET")
            connection.execute("PRAGMA writable_schema = ON")
            for row in connection.execute("SELECT rowid, * FROM t"):
                yield row[0], row[1:]
        except dbapi2.Error:
            if connection is not None:
                connection.close()
            connection = None
    if connection is not None:
        connection.close()


def _raw(path: Path, dek: bytes, salt: bytes) -> Any:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(path), isolation_level=None)
    for pragma in (
        "cipher_log_level = NONE",
        f"key = \"x'{dek.hex()}{salt.hex()}'\"",
        f"cipher_page_size = {PAGE}",
        "journal_mode = OFF",
        "synchronous = OFF",
        "writable_schema = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _first_page(scratch: Path, dek: bytes, salt: bytes, pages: int) -> None:
    """A database of as many pages with one table of any columns, sealed as the damaged one."""
    connection = _raw(scratch, dek, salt)
    try:
        columns = ", ".join(f"c{number}" for number in range(WIDEST))
        connection.execute(f"CREATE TABLE t ({columns})")
        connection.execute("CREATE TABLE filler (x)")
        connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (pages * PAGE,))
    finally:
        connection.close()


def sources(copy: Path, target: Path, fold: Callable[[Path], object]) -> Path:
    """A copy of a database and its log to work on, prepared by `fold`. Raises OSError."""
    shutil.copyfile(copy, target)
    log = copy.with_name(f"{copy.name}-wal")
    if log.exists():
        shutil.copyfile(log, target.with_name(f"{target.name}-wal"))
    fold(target)
    return target

"""Connections to the encrypted database. It is opened as it is or not at all: nothing here replaces it.

Settings and their reasons: docs/security.md, "The database". `connect` needs no SQLAlchemy.
"""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lnctp_tui.errors import DatabaseDamaged, LnctpError, StorageFailed, VaultError
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import mark, missing, wal

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PAGE_SIZE = 8192
WRITER_CACHE = 64 << 10
"""KiB: point reads as fast as on a plain database."""
READER_CACHE = 8 << 10
"""KiB for each short reader, of which there are two: resident memory counts."""
FEW_PAGES = 1 << 10
"""KiB for a write of many rows that nobody reads soon."""
BUSY_SECONDS = 10.0
READERS = 2
CHECKPOINT = 250
"""Pages of the log after which a save folds it into the database: what a damaged log can take is bounded."""

_AS_THEY_ARE = ((type(None), {None: None}.get), (bool, bool))
_CORRUPT, _NOT_A_DATABASE = 11, 26
SAID_OF: dict[int, str | None] = {
    3: "read_only", 5: "database_locked", 6: "database_locked", 7: None, 8: "read_only", 9: None,
    10: "disk_error", 11: "database_broken", 13: "disk_full", 14: None, 15: "database_locked",
    26: "database_broken",
}  # fmt: skip
"""SQLite's primary result codes that speak of the disk or the file, and what a person is told; None: in general."""
_PASSES = frozenset({5, 6, 7, 8, 13})
"""What says nothing of the row that was being read: busy, out of memory, read-only, full."""
STICKS = frozenset({"disk_error", "database_broken", "storage_failed"})
"""After these SQLCipher may answer anything on the same connection with the same error."""
UNSHARED = {"win32": "win32-none"}.get(sys.platform, "unix-none")
"""SQLite's name for files without locks and shared memory."""
_NO_INDEX = frozenset({8, 10, 13, 14})
"""What opening says where the index of the write-ahead log (`-shm`) can be neither found nor made."""
LITTLE = 256 << 10
"""Bytes: a disk with less has no room for the index and a save."""
MAKESHIFT = 2.0
"""Seconds that a reader without the shared index is used; then the usual way is tried again."""


def connect(
    path: Path,
    dek: bytes,
    *,
    read_only: bool = False,
    cache: int = WRITER_CACHE,
    any_thread: bool = False,
    counted: mark.Mark | None = None,
) -> Any:
    """An open, keyed and checked sqlcipher3 connection in autocommit mode.

    With `counted`, each of its transactions counts itself and is noted in that mark.

    Raises VaultError `database_missing` (no file, and none is made), DatabaseDamaged (wrong key or altered
    file, which is kept), StorageFailed.
    """
    _finish_new(path)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        paths.check_plain(path.with_name(name))
    if not path.exists():
        raise VaultError("database_missing", name=path.name)
    if path.stat().st_size == 0:  # SQLite takes it for a new database and would start anew
        raise DatabaseDamaged(name=path.name)
    opened = partial(_open, path, dek, read_only=read_only, cache=cache, any_thread=any_thread)
    try:
        connection = opened()
    except StorageFailed as error:
        if not read_only or error.facts.get("number") not in _NO_INDEX:
            raise
        connection = opened(alone=_unshared(path))
    connection.mark = counted
    return connection


def _unshared(path: Path) -> str:
    """How to read on a full or read-only disk: the log's index in memory; without a log, the file as it is.

    Nobody writes there meanwhile: whoever has it open in the usual way has made the index.
    """
    log = path.with_name(f"{path.name}-wal")
    return f"vfs={UNSHARED}" if log.exists() and log.stat().st_size else "immutable=1"


def _open(path: Path, dek: bytes, *, read_only: bool, cache: int, any_thread: bool, alone: str = "") -> Any:
    from sqlcipher3 import dbapi2

    # The driver looks for a way to adapt these before it binds them as they are: six times the cost of a text.
    for kind, itself in _AS_THEY_ARE:
        dbapi2.register_adapter(kind, itself)
    connection = None
    try:
        connection = dbapi2.connect(
            f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}" + (f"&{alone}" if alone else ""),
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=not any_thread,
            factory=mark.counting(),
        )
        _prepare(connection, dek, read_only=read_only, cache=cache, alone=bool(alone))
    except dbapi2.Error as error:
        if connection is not None:
            connection.close()
        raise translated(error, path) from None
    return connection


def _prepare(connection: Any, dek: bytes, *, read_only: bool, cache: int, alone: bool) -> None:
    """The order matters: no log before anything, the key before the first page is read."""
    for pragma in (
        "cipher_log_level = NONE",
        f"key = \"x'{dek.hex()}'\"",
        f"cipher_page_size = {PAGE_SIZE}",
        *(("locking_mode = EXCLUSIVE",) if alone else ()),
        *(() if read_only else ("journal_mode = WAL", f"wal_autocheckpoint = {CHECKPOINT}")),
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "secure_delete = ON",
        "trusted_schema = OFF",
        f"cache_size = -{cache}",
        "mmap_size = 0",
        *(("fullfsync = ON", "checkpoint_fullfsync = ON") if sys.platform == "darwin" else ()),
        *(("query_only = ON",) if read_only else ()),
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("SELECT count(*) FROM sqlite_master").fetchall()


@contextmanager
def few_pages(connection: Connection) -> Iterator[None]:
    """Within, the writer keeps few pages: rows by the ten thousand that nobody reads soon would stay in memory."""
    connection.exec_driver_sql(f"PRAGMA cache_size = -{FEW_PAGES}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = -{WRITER_CACHE}")


def passes(error: Exception) -> bool:
    """Whether this is the driver's word for a moment in which nothing can be read or written, whatever it holds."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in _PASSES


def translated(error: Exception, path: Path) -> LnctpError:
    """DatabaseDamaged or StorageFailed for a driver's error; its own text is dropped, it may hold values."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else 0
    if primary in (_CORRUPT, _NOT_A_DATABASE):
        return DatabaseDamaged(name=path.name)
    reason = str(getattr(error, "sqlite_errorname", type(error).__name__))
    said = SAID_OF.get(primary) or "file_failed"
    if primary in _NO_INDEX:
        said = _why(path.parent) or said
    return StorageFailed(said, name=path.name, reason=reason, number=primary)


def _why(folder: Path) -> str | None:
    """What is wrong with a folder in which SQLite could make no file; it says the same of all of it."""
    if not os.access(folder, os.W_OK):
        return "read_only"
    with suppress(OSError):
        return "disk_full" if shutil.disk_usage(folder).free < LITTLE else None
    return None


@contextmanager
def new_database(path: Path, dek: bytes) -> Iterator[None]:
    """Makes an empty encrypted database whose name becomes `path` only when the body has succeeded.

    The body places vault.json. A crash between the two leaves the database under its other name, and the
    next `connect` finishes the move; so a vault without a database is always a loss, never a beginning.
    Raises VaultError `vault_exists` when the name is taken.
    """
    if os.path.lexists(path):
        raise VaultError("vault_exists")
    waiting = _waiting(path)
    for name in (waiting, *(waiting.with_name(waiting.name + end) for end in ("-wal", "-shm", "-journal"))):
        name.unlink(missing_ok=True)
    paths.create_empty(waiting)
    _open(waiting, dek, read_only=False, cache=WRITER_CACHE, any_thread=False).close()
    try:
        yield
    except BaseException:
        waiting.unlink(missing_ok=True)
        raise
    _finish_new(path)


def _waiting(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _finish_new(path: Path) -> None:
    if not path.exists() and _waiting(path).is_file():
        _waiting(path).rename(path)
        paths.sync_folder(path.parent)


def writer_engine(path: Path, dek: bytes, counted: mark.Mark | None = None) -> Engine:
    """SQLAlchemy engine over the one writing connection. Every transaction begins IMMEDIATE and is counted.

    It refuses what would write past the log (`storage.database.write_guard`).

    `counted`: the mark that notes it; one of its own when whoever calls does not want to ask it anything.
    """
    from lnctp_tui.storage.database import write_guard

    counted = counted or mark.Mark(path, dek)
    engine = _engine(
        path, dek, read_only=False, size=1, cache=WRITER_CACHE, begin="BEGIN IMMEDIATE", counted=counted
    )
    write_guard.watch(engine)
    return engine


def reader_engine(path: Path, dek: bytes, size: int = READERS) -> Engine:
    """SQLAlchemy engine over a few connections that cannot write."""
    return _engine(path, dek, read_only=True, size=size, cache=READER_CACHE, begin="BEGIN")


def _engine(
    path: Path,
    dek: bytes,
    *,
    read_only: bool,
    size: int,
    cache: int,
    begin: str,
    counted: mark.Mark | None = None,
) -> Engine:
    import sqlcipher3.dbapi2
    from sqlalchemy import QueuePool, create_engine, event
    from sqlalchemy.exc import DBAPIError

    from lnctp_tui.storage.database import sound  # every column's check, which no first screen needs

    # The default SingletonThreadPool breaks across threads.
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3.dbapi2,
        creator=lambda: connect(
            path, dek, read_only=read_only, cache=cache, any_thread=True, counted=counted
        ),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_use_lifo=True,  # the reader used last: its page cache still holds what the last letter read
        hide_parameters=True,
        json_deserializer=sound.from_json,
    )

    _leave_the_makeshift(engine)

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:
        try:  # by the driver: it is a third of what a short read costs
            connection.connection.driver_connection.execute(begin)
        except sqlcipher3.dbapi2.Error as error:
            raise DBAPIError.instance(begin, None, error, sqlcipher3.dbapi2.Error) from None

    return engine


def _leave_the_makeshift(engine: Engine) -> None:
    """Connections that had to read alone are given up after a while."""
    from sqlalchemy import event
    from sqlalchemy.exc import DisconnectionError

    @event.listens_for(engine, "connect")
    def note_how(connection: Any, record: Any) -> None:
        alone = connection.execute("PRAGMA locking_mode").fetchone()[0] == "exclusive"
        record.info["until"] = time.monotonic() + MAKESHIFT if alone else math.inf

    @event.listens_for(engine, "checkout")
    def try_the_usual_way(_connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() > record.info["until"]:
            raise DisconnectionError


def checkpoint(connection: Any, how: str) -> None:
    """Fold the write-ahead log into the database; `how` is a mode of SQLite's. Raises the driver's errors."""
    connection.execute(f"PRAGMA wal_checkpoint({how})").fetchall()


def wait_at_most(connection: Any, milliseconds: int) -> None:
    """How long the connection waits for another one that writes."""
    connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def broken_seals(connection: Any) -> list[str]:
    """Pages whose seal does not fit; empty when all are sound. Raises the driver's errors."""
    return [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]


def integrity(path: Path, dek: bytes, *, alone: bool = False) -> list[str]:
    """What is wrong with a database: broken seals of pages, structure, a log not read to its end, missing saves.

    Empty when all is well. `alone`: a copy that no mark goes with. Raises as `connect` when it does not even open.
    """
    from sqlcipher3 import dbapi2

    marked = mark.read(mark.path_beside(path), dek)
    connection = connect(path, dek, read_only=True, cache=READER_CACHE)
    try:
        absent = "" if alone else missing.compare(marked, missing.stored(connection), None).code
        dropped = wal.passed_over(path, dek, connection)
        seals = broken_seals(connection)
        structure = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    except dbapi2.Error as error:
        return [translated(error, path).code]
    finally:
        connection.close()
    behind = [f"wal: {dropped} transactions behind a broken frame"] if dropped else []
    return [*filter(None, [absent]), *behind] + seals + [line for line in structure if line != "ok"]

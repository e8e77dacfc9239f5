"""Connections to the encrypted database. It is opened as it is or not at all: nothing here replaces it.

Settings and their reasons: docs/security.md, "The database". `connect` needs no SQLAlchemy.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lnctp_tui.errors import DatabaseDamaged, LnctpError, StorageFailed, VaultError
from lnctp_tui.storage import paths, sound

if TYPE_CHECKING:
    from sqlalchemy import Engine

PAGE_SIZE = 8192
WRITER_CACHE = 64 << 10
"""KiB: point reads as fast as on a plain database."""
READER_CACHE = 8 << 10
"""KiB for each short reader, of which there are two: resident memory counts."""
BUSY_SECONDS = 10.0
READERS = 2

_AS_THEY_ARE = ((type(None), {None: None}.get), (bool, bool))
_BUSY, _CORRUPT, _NOT_A_DATABASE = 5, 11, 26


def connect(
    path: Path,
    dek: bytes,
    *,
    read_only: bool = False,
    cache: int = WRITER_CACHE,
    any_thread: bool = False,
) -> Any:
    """An open, keyed and checked sqlcipher3 connection in autocommit mode.

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
    return _open(path, dek, read_only=read_only, cache=cache, any_thread=any_thread)


def _open(path: Path, dek: bytes, *, read_only: bool, cache: int, any_thread: bool) -> Any:
    from sqlcipher3 import dbapi2

    # The driver looks for a way to adapt these before it binds them as they are: six times the cost of a text.
    for kind, itself in _AS_THEY_ARE:
        dbapi2.register_adapter(kind, itself)
    connection = None
    try:
        connection = dbapi2.connect(
            f"file:{quote(str(path))}?mode={'ro' if read_only else 'rw'}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=not any_thread,
        )
        _prepare(connection, dek, read_only=read_only, cache=cache)
    except dbapi2.Error as error:
        if connection is not None:
            connection.close()
        raise translated(error, path) from None
    return connection


def _prepare(connection: Any, dek: bytes, *, read_only: bool, cache: int) -> None:
    """The order matters: no log before anything, the key before the first page is read."""
    for pragma in (
        "cipher_log_level = NONE",
        f"key = \"x'{dek.hex()}'\"",
        f"cipher_page_size = {PAGE_SIZE}",
        *(() if read_only else ("journal_mode = WAL",)),
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


def translated(error: Exception, path: Path) -> LnctpError:
    """DatabaseDamaged or StorageFailed for a driver's error; its own text is dropped, it may hold values."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in (_CORRUPT, _NOT_A_DATABASE):
        return DatabaseDamaged(name=path.name)
    reason = str(getattr(error, "sqlite_errorname", type(error).__name__))
    return StorageFailed(
        "database_locked" if primary == _BUSY else "file_failed", name=path.name, reason=reason
    )


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


def writer_engine(path: Path, dek: bytes) -> Engine:
    """SQLAlchemy engine over the one writing connection. Every transaction begins IMMEDIATE."""
    return _engine(path, dek, read_only=False, size=1, cache=WRITER_CACHE, begin="BEGIN IMMEDIATE")


def reader_engine(path: Path, dek: bytes, size: int = READERS) -> Engine:
    """SQLAlchemy engine over a few connections that cannot write."""
    return _engine(path, dek, read_only=True, size=size, cache=READER_CACHE, begin="BEGIN")


def _engine(path: Path, dek: bytes, *, read_only: bool, size: int, cache: int, begin: str) -> Engine:
    import sqlcipher3.dbapi2
    from sqlalchemy import QueuePool, create_engine, event

    # The default SingletonThreadPool breaks across threads.
    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher3.dbapi2,
        creator=lambda: connect(path, dek, read_only=read_only, cache=cache, any_thread=True),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_use_lifo=True,  # the reader used last: its page cache still holds what the last letter read
        hide_parameters=True,
        json_deserializer=sound.from_json,
    )

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def integrity(path: Path, dek: bytes) -> list[str]:
    """What is wrong with a database: pages with a broken seal, structure; empty when all is well.

    Raises as `connect` when it does not even open.
    """
    from sqlcipher3 import dbapi2

    connection = connect(path, dek, read_only=True, cache=READER_CACHE)
    try:
        seals = [str(row[0]) for row in connection.execute("PRAGMA cipher_integrity_check")]
        structure = [str(row[0]) for row in connection.execute("PRAGMA quick_check")]
    except dbapi2.Error as error:
        return [translated(error, path).code]
    finally:
        connection.close()
    return seals + [line for line in structure if line != "ok"]

"""The encrypted database: opened as it is or not at all. docs/security.md; attacks 1, 2, 3, 26."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from vaults import MadeVault

from lnctp_tui.errors import DatabaseDamaged, LnctpError, VaultError
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.database.engine import PAGE_SIZE

CANARY = "CANARIO-PLENAMENTE-FICTICIO"


@pytest.fixture
def database(made: MadeVault) -> Iterator[Any]:
    """An open connection to a database of some 100 pages, all with the canary."""
    connection = engine.connect(made.home / paths.DATABASE, made.key.dek)
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.executemany("INSERT INTO t VALUES (?)", [(CANARY * 100,)] * 300)
    yield connection
    connection.close()


def _pragma(connection: Any, name: str) -> str:
    return str(connection.execute(f"PRAGMA {name}").fetchone()[0])


@pytest.mark.parametrize("read_only", [False, True])
def test_a_connection_has_the_settings_of_the_design(made: MadeVault, read_only: bool) -> None:
    connection = engine.connect(made.home / paths.DATABASE, made.key.dek, read_only=read_only)
    expected = {
        "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "temp_store": "2",
        "secure_delete": "1",
        "trusted_schema": "0", "page_size": "8192", "cipher_page_size": "8192", "cipher_memory_security": "0",
        "mmap_size": "0", "busy_timeout": "10000", "cipher_use_hmac": "1", "cache_size": "-65536",
        "query_only": str(int(read_only)),
    }  # fmt: skip
    assert {name: _pragma(connection, name) for name in expected} == expected
    connection.close()


@pytest.mark.usefixtures("database")
def test_no_file_beside_a_killed_writer_holds_a_word(made: MadeVault, tmp_path: Path) -> None:
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert {each.name for each in files} >= {"case.db", "case.db-wal", "case.db-shm", "vault.json"}
    for file in files:
        content = file.read_bytes()
        for secret in (CANARY.encode(), made.key.dek, made.key.dek.hex().encode(), made.phrase.encode()):
            assert secret not in content, file.name


def _refused(path: Path, dek: bytes) -> LnctpError:
    with pytest.raises(LnctpError) as raised:
        engine.connect(path, dek)
    return raised.value


def test_a_wrong_key_is_refused_and_the_file_kept(made: MadeVault, database: Any) -> None:
    database.close()
    path = made.home / paths.DATABASE
    before = path.read_bytes()
    for key in (bytes(32), made.key.dek[::-1]):
        assert isinstance(_refused(path, key), DatabaseDamaged)
    assert path.read_bytes() == before
    assert sorted(each.name for each in made.home.iterdir()) == [paths.DATABASE, paths.VAULT]


def test_plain_sqlite_cannot_read_it(made: MadeVault, database: Any) -> None:
    plain = sqlite3.connect(made.home / paths.DATABASE)
    with pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT count(*) FROM sqlite_master")
    plain.close()


def test_no_key_opens_nothing(made: MadeVault, database: Any) -> None:
    from sqlcipher3 import dbapi2

    connection = dbapi2.connect(str(made.home / paths.DATABASE))
    with pytest.raises(dbapi2.DatabaseError):
        connection.execute("SELECT count(*) FROM sqlite_master")
    connection.close()


def test_a_missing_database_is_never_made_anew(made: MadeVault) -> None:
    path = made.home / paths.DATABASE
    path.unlink()
    assert _refused(path, made.key.dek).code == "database_missing"
    assert not path.exists()


def test_an_emptied_database_is_not_taken_for_a_new_one(made: MadeVault) -> None:
    path = made.home / paths.DATABASE
    path.write_bytes(b"")
    assert isinstance(_refused(path, made.key.dek), DatabaseDamaged)
    assert path.read_bytes() == b""


def _damaged(path: Path, dek: bytes) -> bool:
    """Whether the damage is found, on opening or by the check."""
    try:
        return bool(engine.integrity(path, dek))
    except DatabaseDamaged:
        return True


def test_a_flipped_byte_anywhere_is_found(made: MadeVault, database: Any) -> None:
    database.close()
    path = made.home / paths.DATABASE
    assert not _damaged(path, made.key.dek)
    content = path.read_bytes()
    places = [0, 15, 16, PAGE_SIZE - 1, PAGE_SIZE, len(content) - 1]
    places += random.sample(range(len(content)), 20)
    for place in places:
        altered = bytearray(content)
        altered[place] ^= 1
        path.write_bytes(altered)
        assert _damaged(path, made.key.dek), place
        assert path.read_bytes() == altered
    path.write_bytes(content)
    assert not _damaged(path, made.key.dek)


def test_swapped_and_missing_pages_are_found(made: MadeVault, database: Any) -> None:
    database.close()
    path = made.home / paths.DATABASE
    content = path.read_bytes()
    pages = [content[at : at + PAGE_SIZE] for at in range(0, len(content), PAGE_SIZE)]
    swapped = [*pages[:5], pages[6], pages[5], *pages[7:]]
    for altered in (
        b"".join(swapped),
        content[:-PAGE_SIZE],
        content[: len(content) // 2],
        content[:-1],
        content[:100],
    ):
        path.write_bytes(altered)
        assert _damaged(path, made.key.dek)
        assert path.read_bytes() == altered


def test_a_page_of_another_database_with_the_same_key_is_found(
    made: MadeVault, database: Any, tmp_path: Path
) -> None:
    database.close()
    path, other = made.home / paths.DATABASE, tmp_path / "other.db"
    with engine.new_database(other, made.key.dek):
        pass
    connection = engine.connect(other, made.key.dek)
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.executemany("INSERT INTO t VALUES (?)", [("another",)] * 5000)
    connection.close()
    content, page = path.read_bytes(), other.read_bytes()[2 * PAGE_SIZE : 3 * PAGE_SIZE]
    path.write_bytes(content[: 2 * PAGE_SIZE] + page + content[3 * PAGE_SIZE :])
    assert _damaged(path, made.key.dek)


@pytest.mark.parametrize("name", ["case.db", "case.db-wal", "case.db-shm"])
def test_a_planted_link_is_refused(made: MadeVault, tmp_path: Path, name: str) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    planted = made.home / name
    planted.unlink(missing_ok=True)
    planted.symlink_to(target)
    assert _refused(made.home / paths.DATABASE, made.key.dek).code == "unsafe_file"
    assert target.read_bytes() == b""


def test_database_files_are_only_the_owners(made: MadeVault) -> None:
    before = os.umask(0)
    try:
        connection = engine.connect(made.home / paths.DATABASE, made.key.dek)
        connection.execute("CREATE TABLE t (x)")
        assert {each.stat().st_mode & 0o777 for each in made.home.iterdir()} == {0o600}
        connection.close()
    finally:
        os.umask(before)


def test_a_writer_and_readers_work_from_several_threads(made: MadeVault, database: Any) -> None:
    path = made.home / paths.DATABASE
    writer, reader = engine.writer_engine(path, made.key.dek), engine.reader_engine(path, made.key.dek)

    def write(value: int) -> None:
        with writer.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES (:x)"), {"x": f"n{value}"})

    threads = [threading.Thread(target=write, args=(each,)) for each in range(8)]
    with reader.connect() as snapshot:
        before = snapshot.execute(text("SELECT count(*) FROM t")).scalar_one()
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert snapshot.execute(text("SELECT count(*) FROM t")).scalar_one() == before
    with reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == before + 8
    writer.dispose()
    reader.dispose()


def test_a_write_takes_its_lock_at_the_beginning(made: MadeVault, database: Any) -> None:
    writer = engine.writer_engine(made.home / paths.DATABASE, made.key.dek)
    database.execute("PRAGMA busy_timeout = 0")
    with writer.begin() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(Exception, match="locked"):
            database.execute("BEGIN IMMEDIATE")
    database.execute("BEGIN IMMEDIATE")
    database.execute("ROLLBACK")
    writer.dispose()


def test_a_reader_cannot_write(made: MadeVault, database: Any) -> None:
    reader = engine.reader_engine(made.home / paths.DATABASE, made.key.dek)
    with reader.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.execute(text("INSERT INTO t VALUES ('x')"))
    reader.dispose()


def test_an_sql_error_does_not_name_values(made: MadeVault, database: Any) -> None:
    writer = engine.writer_engine(made.home / paths.DATABASE, made.key.dek)
    with writer.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text("INSERT INTO nowhere VALUES (:x)"), {"x": CANARY})
    assert CANARY not in str(raised.value)
    writer.dispose()


KILLED = """
import sys
from pathlib import Path
from lnctp_tui.storage.database import engine
connection = engine.connect(Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline()))
connection.execute("INSERT INTO t VALUES ('committed')")
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO t VALUES ('not committed')")
print("written", flush=True)
sys.stdin.read()
"""


def test_after_a_kill_even_a_reader_finds_what_was_committed(made: MadeVault, database: Any) -> None:
    database.close()
    path = made.home / paths.DATABASE
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.write(made.key.dek.hex() + "\n")
        child.stdin.flush()
        assert child.stdout.readline() == "written\n"
        child.kill()
    for read_only in (True, False):
        connection = engine.connect(path, made.key.dek, read_only=read_only)
        found = connection.execute("SELECT count(*) FROM t WHERE x LIKE '%committed'").fetchone()[0]
        connection.close()
        assert found == 1
    assert engine.integrity(path, made.key.dek) == []


def test_a_folder_in_place_of_the_database_is_refused(made: MadeVault) -> None:
    (made.home / paths.DATABASE).unlink()
    (made.home / paths.DATABASE).mkdir()
    with pytest.raises(VaultError):
        engine.connect(made.home / paths.DATABASE, made.key.dek)


def test_a_new_database_never_replaces_one(made: MadeVault) -> None:
    path = made.home / paths.DATABASE
    before = path.read_bytes()
    with pytest.raises(VaultError), engine.new_database(path, bytes(32)):
        pass
    assert path.read_bytes() == before

"""What is missing when a vault is opened: the database and vault.json against the mark, before anything is written.

What to do about it is a person's decision: `accept` keeps a copy of everything as it was found, notes it in the
database, and goes on. Nothing here deletes.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import mark
from lnctp_tui.storage.vault.mark import Stamp
from lnctp_tui.storage.vault.missing import VAULT_SEEN, Loss, Stored, compare, stored
from lnctp_tui.storage.vault.vault import Key, Vault

NOTED = "kept:noted"
"""State key: what was missing and accepted, restored or rescued; a list, oldest first."""
NOTES = 20
"""How many of them are kept."""


def look(home: Path, key: Key) -> Loss:
    """Compare what stands in a data folder. Writes nothing. Raises as `engine.connect`."""
    # The mark first: a program that saves meanwhile is only further than the mark.
    found = mark.read(home / paths.MARK, key.dek)
    return compare(found, stored_in(home / paths.DATABASE, key.dek), _vault_number(home))


def stored_in(database: Path, dek: bytes) -> Stored:
    """How far a database is; over a connection that cannot write, so that closing it leaves its log as it is."""
    from sqlcipher3 import dbapi2

    connection = engine.connect(database, dek, read_only=True, cache=engine.READER_CACHE)
    try:
        return stored(connection)
    except dbapi2.Error as error:
        raise engine.translated(error, database) from None
    finally:
        connection.close()


def _vault_number(home: Path) -> int:
    return Vault.read(home).number


def begin(home: Path, key: Key, writer: Any) -> None:
    """Start counting in a database that does not yet, and note which vault.json it was opened with.

    The mark is made before the first transaction counts, so that a crash between the two leaves nothing to miss.
    """
    from sqlalchemy import text

    with writer.connect() as connection:
        counts = connection.execute(text("SELECT n FROM commits")).first() is not None
        seen = connection.execute(text("SELECT value FROM sync_state WHERE key = :key"), {"key": VAULT_SEEN})
        vault, known = _vault_number(home), int(seen.scalar() or 0)
    if counts and known >= vault:
        return
    with writer.begin() as connection:
        if not counts:
            found = mark.read(home / paths.MARK, key.dek)
            last = found.stamp if found.flags & mark.BEGINS else None
            n, chain = (last.n, last.chain) if last else (0, mark.START)
            if last is None:
                mark.create(home / paths.MARK, key.dek, Stamp(0, chain, 0), vault=vault, flags=mark.BEGINS)
            connection.execute(
                text("INSERT OR IGNORE INTO commits (one, n, chain, at) VALUES (1, :n, :chain, 0)"),
                {"n": n, "chain": chain.hex()},
            )
        if vault > known:
            connection.execute(
                text("INSERT OR REPLACE INTO sync_state (key, value) VALUES (:key, :value)"),
                {"key": VAULT_SEEN, "value": str(vault)},
            )


def accept(home: Path, key: Key, found: Loss, *, at: str) -> Path:
    """Keep a copy of everything as it was found, note the loss, and make a mark that fits; returns the copy's folder.

    Nobody else may have the vault open. Raises StorageFailed, and then nothing was changed.
    """
    folder = set_copy(home, at)
    marked = mark.read(home / paths.MARK, key.dek).stamp
    note(home, key, {"at": at, "code": found.code, "copy": folder.name} | asdict(found), beyond=marked)
    return folder


def set_copy(home: Path, at: str) -> Path:
    """A copy of the vault's files in a folder of its own. Raises StorageFailed; a half one is removed."""
    stamp = "".join(each for each in at.partition(".")[0] if each.isalnum())
    folder = _free(home, f"rescate-{stamp}")
    try:
        folder.mkdir(mode=0o700)
        for name in (paths.VAULT, paths.MARK, *paths.DATABASE_FILES):
            if (home / name).is_file():
                shutil.copyfile(home / name, folder / name)
                paths.sync_file(folder / name)
        paths.sync_folder(folder)
        paths.sync_folder(home)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise paths.storage_failed(error, folder) from error
    return folder


def _free(home: Path, name: str) -> Path:
    places = (home / (f"{name}-{number}" if number else name) for number in range(1000))
    return next(each for each in places if not each.exists())


def note(folder: Path, key: Key, said: dict[str, Any], *, beyond: Stamp | None) -> None:
    """Write down in a folder's database what happened, count it beyond what was marked, and mark that.

    So whatever was there before is noticed when it comes back. Raises StorageFailed, DatabaseDamaged.
    """
    from sqlcipher3 import dbapi2

    path = folder / paths.DATABASE
    connection = engine.connect(path, key.dek)
    try:
        connection.execute("BEGIN IMMEDIATE")
        _note(connection, said)
        stamp = _count_on(connection, beyond, key)
        connection.execute("COMMIT")
    except dbapi2.Error as error:
        raise engine.translated(error, path) from None
    finally:
        connection.close()
    last = stamp or beyond or Stamp(0, mark.START, 0)
    flags = 0 if stamp else mark.BEGINS
    mark.create(folder / paths.MARK, key.dek, last, vault=_vault_number(folder), flags=flags)


def _note(connection: Any, said: dict[str, Any]) -> None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sync_state'").fetchone():
        return  # an empty database: nothing was saved in it yet
    row = connection.execute("SELECT value FROM sync_state WHERE key = ?", (NOTED,)).fetchone()
    kept = [*(orjson.loads(row[0]) if row else []), said][-NOTES:]
    for key, value in ((NOTED, orjson.dumps(kept).decode()), (VAULT_SEEN, None)):
        connection.execute("DELETE FROM sync_state WHERE key = ?", (key,))
        if value:
            connection.execute("INSERT INTO sync_state (key, value) VALUES (?, ?)", (key, value))


def _count_on(connection: Any, marked: Stamp | None, key: Key) -> Stamp | None:
    """The next count of the database, beyond the mark's too; None when it does not count yet."""
    from sqlcipher3 import dbapi2

    try:
        row = connection.execute(mark.LAST).fetchone()
    except dbapi2.OperationalError:  # an older revision
        return None
    if row is None:
        return None
    n = max(row[0], marked.n if marked else 0)
    stamp = mark.after(Stamp(n, bytes.fromhex(row[1]), 0), key.dek)
    connection.execute(mark.NEXT, (stamp.n, stamp.chain.hex(), stamp.at))
    return stamp


def noted(connection: Any) -> list[dict[str, Any]]:
    """What was noted in a database, oldest first. `connection`: SQLAlchemy's."""
    from lnctp_tui.storage.database import state

    return [each for each in state.get(connection, NOTED, ()) if isinstance(each, dict)]


def refuse(home: Path, key: Key) -> None:
    """Raises SavesMissing when something is missing, and otherwise does nothing."""
    found = look(home, key)
    if found.code:
        raise found.error()

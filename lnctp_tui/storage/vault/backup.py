"""One file that holds a whole vault, still encrypted, and the way back.

The file is a stored zip: vault.json as it is, a copy of the encrypted database, and a manifest sealed with
the data key (sizes, digests, row counts, schema revision, time). Nothing in it opens without the phrase.
The database is copied page by page by SQLite's backup interface between two connections with one key:
consistent while the app writes, and encrypted at every moment. (`VACUUM INTO` makes a file that does not
open: measured with SQLCipher 4.19.)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from lnctp_tui.errors import BadInput, DatabaseDamaged
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import loss, mark, sealing, vault
from lnctp_tui.storage.vault.vault import Key, Vault

FORMAT = 1
_MANIFEST = "manifest"
PREFIX = ".backup-"
_MANIFEST_USE = b"lnctp backup"
_MEMBERS = {paths.VAULT: 1 << 16, paths.DATABASE: 1 << 40, _MANIFEST: 1 << 20}
"""Names and the most bytes of each that are read."""
_CHUNK = 1 << 20
ROOM = 4 << 20
"""Bytes that the data folder needs besides a copy of its database."""
_ABANDONED = 86400.0
"""Seconds after which a folder is of no living process, where folders cannot be held."""
_VERSION = "alembic_version"
_TABLES = """SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself; sealed, so that the counts are nobody's to read or to alter."""

    format: int
    vault_id: str
    made_at: str
    revision: str | None
    rows: dict[str, int]
    digests: dict[str, str]


def backup(home: Path, key: Key, target: Path, *, at: str) -> Manifest:
    """Writes a checked backup of the running or resting vault. `at`: the instant, ISO 8601.

    Raises BadInput `file_exists`; StorageFailed, with nothing left behind; DatabaseDamaged.
    """
    if target.exists() or target.is_symlink():
        raise BadInput("file_exists", name=target.name)
    with paths.turn(home):
        _sweep(home)
    content = paths.read_file(home / paths.VAULT)
    Vault.parse(content).verify(key.dek)
    try:
        with _folder(_work_place(home, target)) as folder:
            (folder / paths.VAULT).write_bytes(content)
            copy_database(home / paths.DATABASE, folder / paths.DATABASE, key.dek)
            manifest = _describe(folder, key, at)
            _pack(folder, manifest, key, target)
    except OSError as error:
        raise paths.storage_failed(error, target) from error
    return manifest


def _work_place(home: Path, target: Path) -> Path:
    """Where the copy is made: in the data folder, or beside the backup when there is no room or no way to write."""
    size = sum((home / name).stat().st_size for name in paths.DATABASE_FILES if (home / name).exists())
    if os.access(home, os.W_OK) and shutil.disk_usage(home).free > size + ROOM:
        return home
    return target.parent


def copy_database(source: Path, target: Path, dek: bytes) -> None:
    """A consistent encrypted copy at a new name, while others may write to the source."""
    from sqlcipher3 import dbapi2

    reader = engine.connect(source, dek, read_only=True, cache=engine.READER_CACHE)
    try:
        with engine.new_database(target, dek):
            pass
        writer = engine.connect(target, dek, cache=engine.READER_CACHE)
        try:
            reader.backup(writer)
        finally:
            writer.close()  # the last one: the copy's WAL goes into the file
    except dbapi2.Error as error:
        raise engine.translated(error, target) from None
    finally:
        reader.close()


def restore(file: Path, home: Path, phrase: str, *, at: str) -> tuple[Manifest, Path | None]:
    """Puts a backup in place of a vault; returns its manifest and the folder that keeps what stood there.

    Everything is checked first. In every moment of the exchange the folder holds a vault.json, or no
    database either; a crash leaves files aside, never lost, and restoring again completes it.
    Raises VaultBusy (the app runs); BadInput `bad_backup`, `backup_newer`; WrongPassphrase; VaultTampered;
    DatabaseDamaged; StorageFailed.
    """
    paths.prepare(home)
    try:
        with paths.Instance(home), _folder(home) as folder:
            key, manifest = _unpack(file, folder, phrase)
            return manifest, _in_place(folder, home, key, manifest, at)
    except OSError as error:
        raise paths.storage_failed(error, file) from error


def put_back(file: Path, home: Path, key: Key, fits: Callable[[Path], bool], *, at: str) -> bool:
    """Puts a backup of this very vault in place of what stands, which is kept aside; whether it was done.

    `fits` is asked with the folder of the unpacked backup. Whoever calls holds the claim on the data folder.
    Raises BadInput `bad_backup`, `backup_newer`; DatabaseDamaged; StorageFailed.
    """
    try:
        with _folder(home) as folder:
            _extract(file, folder)
            manifest = _check(file, folder, key)
            if not fits(folder):
                return False
            _in_place(folder, home, key, manifest, at)
            return True
    except OSError as error:
        raise paths.storage_failed(error, file) from error


def _in_place(folder: Path, home: Path, key: Key, manifest: Manifest, at: str) -> Path | None:
    said = {"at": at, "code": "restored", "made_at": manifest.made_at}
    loss.note(folder, key, said, beyond=mark.read(home / paths.MARK, key.dek).stamp)
    return exchange(folder, home, at)


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    """A private folder that is gone afterwards; inside `home` when its files are to be moved there."""
    with paths.turn(home) if home else nullcontext():
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))
        handle = _hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _hold(folder: Path) -> int | None:
    """Marks a folder as in use while the handle is open, also to other processes. Not on Windows."""
    if os.name != "posix":
        return None
    handle = os.open(folder, os.O_RDONLY)
    paths.held(handle)
    return handle


def _sweep(home: Path) -> None:
    """Removes what a backup left that was killed; not the folder of one that is being made."""
    for left in home.glob(f"{PREFIX}*"):
        if os.name != "posix":
            if time.time() - left.stat().st_mtime > _ABANDONED:
                shutil.rmtree(left, ignore_errors=True)
            continue
        handle = os.open(left, os.O_RDONLY)
        try:
            if paths.held(handle):
                shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(handle)


def _describe(folder: Path, key: Key, at: str) -> Manifest:
    rows, revision = _inspect(folder / paths.DATABASE, key.dek)
    digests = {name: _digest(folder / name) for name in (paths.VAULT, paths.DATABASE)}
    return Manifest(FORMAT, key.vault_id, at, revision, rows, digests)


def _inspect(path: Path, dek: bytes) -> tuple[dict[str, int], str | None]:
    """Rows per table and the schema revision of a database that passes every check. DatabaseDamaged."""
    from sqlcipher3 import dbapi2

    if engine.integrity(path, dek, alone=True):
        raise DatabaseDamaged(name=path.name)
    connection = engine.connect(path, dek, cache=engine.READER_CACHE)  # closing it removes the -wal and -shm
    try:
        names = [row[0] for row in connection.execute(_TABLES)]
        rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        found = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if _VERSION in rows
            else None
        )
    except dbapi2.Error as error:
        raise engine.translated(error, path) from None
    finally:
        connection.close()
    return rows, found[0] if found else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()


def _pack(folder: Path, manifest: Manifest, key: Key, target: Path) -> None:
    secret = sealing.keyed(b"", key.dek, _MANIFEST_USE)
    nonce, box = sealing.encrypt(sealing.canonical(asdict(manifest)), _MANIFEST_USE, secret)
    (folder / _MANIFEST).write_bytes(nonce + box)
    with paths.new_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in _MEMBERS:
            archive.write(folder / name, name)


def _unpack(file: Path, folder: Path, phrase: str) -> tuple[Key, Manifest]:
    _extract(file, folder)
    key = vault.unlock(folder, phrase)
    return key, _check(file, folder, key)


def _check(file: Path, folder: Path, key: Key) -> Manifest:
    from lnctp_tui.storage.database import schema  # SQLAlchemy with it

    manifest = _open_manifest((folder / _MANIFEST).read_bytes(), key)
    if manifest.vault_id != key.vault_id or manifest.digests != {
        name: _digest(folder / name) for name in manifest.digests
    }:
        raise BadInput("bad_backup", name=file.name)
    if manifest.revision is not None and manifest.revision > schema.HEAD:
        raise BadInput("backup_newer", name=file.name)
    if _inspect(folder / paths.DATABASE, key.dek) != (manifest.rows, manifest.revision):
        raise BadInput("bad_backup", name=file.name)
    return manifest


def vault_of(file: Path) -> Vault:
    """The vault.json in a backup, unproven. Raises BadInput, VaultTampered, StorageFailed."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(paths.VAULT) as content:
            return Vault.parse(content.read(_MEMBERS[paths.VAULT]))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadInput("bad_backup", name=file.name) from error
    except OSError as error:
        raise paths.storage_failed(error, file) from error


@contextmanager
def unpacked(file: Path, key: Key) -> Iterator[Path]:
    """A folder with the database of a checked backup of this vault, for as long as the body lasts.

    Raises BadInput `bad_backup`, `backup_newer`; DatabaseDamaged; StorageFailed.
    """
    try:
        with _folder(None) as folder:
            _extract(file, folder)
            _check(file, folder, key)
            yield folder
    except OSError as error:
        raise paths.storage_failed(error, file) from error


def _extract(file: Path, folder: Path) -> None:
    """The three members, by our own names; whatever else the file holds or claims is not read."""
    try:
        with zipfile.ZipFile(file) as archive:
            for name, limit in _MEMBERS.items():
                entry = archive.getinfo(name)
                if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > limit:
                    raise BadInput("bad_backup", name=file.name)
                with archive.open(entry) as source:
                    _copy(source, folder / name)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadInput("bad_backup", name=file.name) from error


def _copy(source: IO[bytes], target: Path) -> None:
    paths.create_empty(target)
    with target.open("r+b") as file:
        shutil.copyfileobj(source, file, _CHUNK)
        file.flush()
        os.fsync(file.fileno())


def _open_manifest(content: bytes, key: Key) -> Manifest:
    secret = sealing.keyed(b"", key.dek, _MANIFEST_USE)
    opened = sealing.decrypt(content[:24], content[24:], _MANIFEST_USE, secret)
    if opened is None:
        raise BadInput("bad_backup", name=_MANIFEST)
    found: dict[str, Any] = json.loads(opened)
    if found.get("format") != FORMAT:
        raise BadInput("backup_newer", name=_MANIFEST)
    return Manifest(**found)


def exchange(folder: Path, home: Path, at: str) -> Path | None:
    """Puts a vault of its own folder in place; returns the folder that keeps what stood there.

    Old database aside, new mark and database in, then vault.json: a lone vault.json opens nothing and makes
    nothing, and a lone database is never taken for a first run."""
    with paths.turn(home):
        return _place(folder, home, at)


def _place(folder: Path, home: Path, at: str) -> Path | None:
    aside = _set_aside(home, at)
    (folder / paths.MARK).rename(home / paths.MARK)
    (folder / paths.DATABASE).rename(home / paths.DATABASE)
    paths.sync_folder(home)
    (folder / paths.VAULT).replace(home / paths.VAULT)
    paths.sync_folder(home)
    return aside


def _set_aside(home: Path, at: str) -> Path | None:
    standing = [name for name in (paths.VAULT, paths.MARK, *paths.DATABASE_FILES) if (home / name).exists()]
    if not standing:
        return None
    stamp = "".join(each for each in at if each.isalnum())
    aside = Path(tempfile.mkdtemp(prefix=f"antes-{stamp}-", dir=home))
    if paths.VAULT in standing:
        shutil.copyfile(home / paths.VAULT, aside / paths.VAULT)
    for name in standing:
        if name != paths.VAULT:
            (home / name).rename(aside / name)
    paths.sync_folder(aside)
    paths.sync_folder(home)
    return aside

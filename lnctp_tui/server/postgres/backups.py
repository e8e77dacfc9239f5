"""One file that holds the whole database, readable only with a key that is not on the server.

`pg_dump` of one moment, packed with zstd and encrypted as it is read (XChaCha20-Poly1305 secretstream) under a
fresh key that is sealed to the organisation's public backup key. The 24 words of the secret key are shown once and
kept on paper: a thief of the server and of all its backups opens none. Nothing is ever on a disk in clear.

Shape: MAGIC, the sealed file key, then chunks of 4 bytes of length and a box: first the manifest, then the dump;
the last one is marked, so that a cut file is found.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

import psycopg
import zstandard
from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.server.admin import identity, pins
from lnctp_tui.server.postgres import analyst, database, embedded, programs_said, schema
from lnctp_tui.server.settings import PROGRAMS
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase

FORMAT = 1
MAGIC = b"lnctp-server-backup-1\n"
SUFFIX = ".lnctp-backup"
PUBLIC = "backup.pub"
CHUNK = 1 << 20
_SEALED = 32 + 48
_LENGTH = 4
_LONGEST = CHUNK + 64
SAFE = """INSERT INTO settings (key, value) VALUES ('backup', %s)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value"""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself."""

    format: int
    made_at: str
    revision: str
    heads: dict[str, tuple[int, str]]
    """Team → number and chain where its log ended."""
    rows: dict[str, int]


def new_key(home: Path) -> str:
    """Makes the pair, keeps its public half in `home`, returns the 24 words of the secret one.

    Raises BadInput `file_exists`: older backups open only with the older key.
    """
    key = PrivateKey.generate()
    try:
        paths.write_new(home / PUBLIC, bytes(key.public_key).hex().encode() + b"\n")
    except FileExistsError as error:
        raise BadInput("file_exists", name=PUBLIC) from error
    return phrase.encode(bytes(key))


def public_key(home: Path) -> PublicKey:
    """The public backup key. Raises Refused `backup_key_missing`."""
    try:
        return PublicKey(bytes.fromhex(paths.read_file(home / PUBLIC, limit=256).decode().strip()))
    except (FileNotFoundError, ValueError) as error:
        raise Refused("backup_key_missing") from error


def secret_key(words: str) -> PrivateKey:
    """The secret key of 24 words. Raises Refused `backup_key_wrong`."""
    secret = phrase.decode(words)
    if secret is None or len(secret) != 32:
        raise Refused("backup_key_wrong")
    return PrivateKey(secret)


def kept(home: Path) -> dict[str, str]:
    """What a server keeps outside its database and cannot be without: its key, and what it knows of the authority."""
    newest_by_name = {}
    for name in (identity.FILE, pins.FILE):
        with suppress(FileNotFoundError):
            newest_by_name[name] = paths.read_file(home / name).decode()
    return newest_by_name


def put_back(file: Path, key: PrivateKey, home: Path, *, new_key: bool) -> None:
    """Brings a backup's kept files to the server's folder, those that are not there; `new_key` lets the key be."""
    with _reading(file, key) as (_, files, __):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if new_key:
            identity.keep(home, SigningKey.generate())
        for name in (identity.FILE, pins.FILE):
            if name in files:
                with suppress(FileExistsError):
                    paths.write_new(home / name, files[name].encode())


def _dump(owner: str, snapshot: str, writer: _Writer) -> None:
    squeeze = zstandard.ZstdCompressor(level=3).compressobj()
    options = ("--format=custom", "--compress=none", "--no-unlogged-table-data", f"--snapshot={snapshot}")
    with _program("pg_dump", owner, *options, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while part := process.stdout.read(CHUNK):
            if small := squeeze.compress(part):
                writer.write(small)
    writer.write(squeeze.flush())


def backup(
    owner: str, key: PublicKey, target: Path, at: str, files: Mapping[str, str] = MappingProxyType({})
) -> Manifest:
    """Writes a backup at a new name, whole or not at all, and notes in the database what is safe in it.

    `files` are those of `kept`, sealed in it like the rest.

    Raises BadInput `file_exists`, Refused `dump_failed`, `server_standby`, StorageFailed.
    """
    if target.exists() or target.is_symlink():
        raise BadInput("file_exists", name=target.name)
    _writable(owner)
    with paths.new_file(target) as file, _moment(owner) as (snapshot, described):
        manifest = Manifest(FORMAT, at, **described)
        writer = _Writer(file, key)
        writer.write(json.dumps(asdict(manifest) | {"kept": dict(files)}).encode())
        _dump(owner, snapshot, writer)
        writer.end()
    _note_safe(owner, manifest)
    _pack_counters(owner)
    return manifest


def _pack_counters(owner: str) -> None:
    """Writes the rows that every push rewrites anew: a backup keeps all their versions for as long as it takes."""
    with database.connect(owner, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '1s'")
        with suppress(psycopg.errors.LockNotAvailable):  # the next backup does it
            connection.execute("VACUUM (FULL) counter, audit_counter")


def _note_safe(owner: str, manifest: Manifest) -> None:
    with database.connect(owner) as connection:
        connection.execute(SAFE, (json.dumps({"at": manifest.made_at, "heads": manifest.heads}),))


def check(file: Path, key: PrivateKey) -> Manifest:
    """Reads all of a backup and changes nothing. Raises BadInput `bad_backup`, `backup_newer`, Refused."""
    with _reading(file, key) as (manifest, _files, parts):
        for _ in parts:
            pass
    if manifest.format != FORMAT or manifest.revision > schema.HEAD:
        raise BadInput("backup_newer", name=file.name)
    return manifest


def restore(
    file: Path, key: PrivateKey, owner: str, home: Path | None = None, *, new_key: bool = False
) -> Manifest:
    """Puts a checked backup into an empty database, all or nothing, and compares what arrived.

    `home` is the server's folder, where the signing key of an older backup goes, unless a `new_key` stands there.

    Raises Refused `restore_occupied`, `server_standby`, and as `check`.
    """
    manifest = check(file, key)
    _writable(owner)
    if _occupied(owner):
        raise Refused("restore_occupied")
    # The tables that `init` made are empty: they go, and come back as they were. No view may stand on them then.
    with database.connect(owner) as connection:
        connection.execute(analyst.DROP)
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--clean", "--if-exists")
    with (
        _reading(file, key) as (_, _files, parts),
        _program("pg_restore", owner, *options, stdin=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None
        swell = zstandard.ZstdDecompressor().decompressobj()
        for part in parts:
            process.stdin.write(swell.decompress(part))
        process.stdin.close()
    with _moment(owner) as (__, described):
        if Manifest(FORMAT, manifest.made_at, **described) != manifest:
            raise BadInput("bad_backup", name=file.name)
    if new_key:
        with database.connect(owner) as connection:
            connection.execute(identity.FORGET)
    schema.migrate(owner, home=home)
    _note_safe(owner, manifest)
    with database.connect(owner, autocommit=True) as connection:
        connection.execute("ANALYZE")  # else nothing is known of its columns for some minutes
    return manifest


def thin(folder: Path, keep: int) -> list[Path]:
    """Removes all but the newest `keep` backups of a folder; their names sort by time. What was removed."""
    old = sorted(folder.glob(f"*{SUFFIX}"))[:-keep]
    for old_backup in old:
        old_backup.unlink()
    return old


def safe(connection: database.Db) -> dict[str, Any] | None:
    """`at` and `heads` of the last backup, or None."""
    row = connection.execute("SELECT value FROM settings WHERE key = 'backup'").fetchone()
    return json.loads(row[0]) if row else None


@contextmanager
def _moment(owner: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """One moment of the database for us and for pg_dump: its name, and revision, heads and rows in it."""
    with database.connect(owner) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        connection.execute("SET LOCAL row_security = off")
        # pg_dump may take its time; this session only holds the moment.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield str(row[0]), _describe(connection)


def _describe(connection: database.Db) -> dict[str, Any]:
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    heads = connection.execute("SELECT team, n, chain FROM counter").fetchall()
    tables = connection.execute(
        """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
        WHERE schemaname IN ('public', 'data') AND tablename NOT IN ('nonces', 'rates', 'settings') ORDER BY 1"""
    ).fetchall()
    rows = {}
    for (table,) in tables:
        counted = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        rows[table] = counted[0] if counted else 0
    return {
        "revision": revision[0] if revision else "",
        "heads": {team: (n, chain) for team, n, chain in heads},
        "rows": rows,
    }


def _writable(owner: str) -> None:
    """Raises Refused `server_standby` where nothing can be noted: a backup there would count as none."""
    with database.connect(owner) as connection:
        if connection.execute("SHOW transaction_read_only").fetchone() == ("on",):
            raise Refused("server_standby")


def _occupied(owner: str) -> bool:
    with database.connect(owner) as connection:
        if connection.execute("SELECT to_regclass('log') IS NULL").fetchone() == (True,):
            return False
        connection.execute("SET LOCAL row_security = off")
        row = connection.execute("SELECT EXISTS (SELECT FROM log) OR EXISTS (SELECT FROM people)").fetchone()
        return bool(row and row[0])


def _public(url: str) -> str:
    """A connection string without its password: arguments can be read by others."""
    return make_conninfo(
        "", **{name: value for name, value in conninfo_to_dict(url).items() if name != "password"}
    )


@contextmanager
def _program(name: str, url: str, *arguments: str, **pipes: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL under way. Raises Refused `dump_failed` when it does not end well."""
    password = conninfo_to_dict(url).get("password")
    environment = {**os.environ, "PGOPTIONS": "-c statement_timeout=0"}
    if password:
        environment["PGPASSWORD"] = str(password)
    folder = Path(os.environ.get(PROGRAMS) or embedded.programs())
    command = [str(folder / name), "--no-password", f"--dbname={_public(url)}", *arguments]
    with tempfile.TemporaryFile() as output:
        yield from _under_way(
            name, subprocess.Popen(command, env=environment, stderr=output, **pipes), output
        )


def _under_way(
    name: str, process: subprocess.Popen[bytes], output: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
        code: int | str = process.wait(timeout=600)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        process.kill()
        code = process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        for pipe in (process.stdout, process.stdin):
            if pipe and not pipe.closed:
                pipe.close()
    if code:
        output.seek(0)
        reason = programs_said.last_line(output.read().decode(errors="replace").splitlines())
        raise Refused("dump_failed", program=name, reason=programs_said.joined(code, reason))


class _Writer:
    """Encrypts chunks into a file. The last chunk is held back until it is known to be the last."""

    def __init__(self, file: IO[bytes], key: PublicKey) -> None:
        secret = sodium.crypto_secretstream_xchacha20poly1305_keygen()
        self._state = sodium.crypto_secretstream_xchacha20poly1305_state()
        header = sodium.crypto_secretstream_xchacha20poly1305_init_push(self._state, secret)
        file.write(MAGIC + SealedBox(key).encrypt(secret) + header)
        self._file = file
        self._held: bytes | None = None

    def write(self, part: bytes) -> None:
        if self._held is not None:
            self._put(self._held, sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
        self._held = part

    def end(self) -> None:
        self._put(self._held or b"", sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL)

    def _put(self, part: bytes, tag: int) -> None:
        box = sodium.crypto_secretstream_xchacha20poly1305_push(self._state, part, None, tag)
        self._file.write(len(box).to_bytes(_LENGTH, "big") + box)


@contextmanager
def _reading(file: Path, key: PrivateKey) -> Iterator[tuple[Manifest, dict[str, str], Iterator[bytes]]]:
    """A backup's manifest, its kept files, the parts of its dump. BadInput `bad_backup`, Refused `backup_key_wrong`."""
    try:
        with file.open("rb") as source:
            parts = _parts(source, key, file.name)
            try:
                header = json.loads(next(parts))
                files = dict(header.pop("kept", {}))
                header["heads"] = {team: (n, chain) for team, (n, chain) in header["heads"].items()}
                manifest = Manifest(**header)
            except (StopIteration, ValueError, KeyError, TypeError) as error:
                raise BadInput("bad_backup", name=file.name) from error
            yield manifest, files, parts
    except OSError as error:
        raise paths.storage_failed(error, file) from error


def _parts(source: IO[bytes], key: PrivateKey, name: str) -> Iterator[bytes]:
    if source.read(len(MAGIC)) != MAGIC:
        raise BadInput("bad_backup", name=name)
    try:
        secret = SealedBox(key).decrypt(source.read(_SEALED))
    except (CryptoError, ValueError) as error:
        raise Refused("backup_key_wrong") from error
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    final = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL
    try:
        header = source.read(sodium.crypto_secretstream_xchacha20poly1305_HEADERBYTES)
        sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, secret)
        tag = None
        while tag != final:
            length = int.from_bytes(source.read(_LENGTH), "big")
            if not 0 < length <= _LONGEST:
                raise BadInput("bad_backup", name=name)
            part, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, source.read(length))
            yield part
    except (CryptoError, ValueError, TypeError) as error:
        raise BadInput("bad_backup", name=name) from error
    if source.read(1):
        raise BadInput("bad_backup", name=name)

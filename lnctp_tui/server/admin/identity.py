"""The server's own key: it signs receipts, and laptops learn it when they enrol. A file of the server's folder and no
row of the database, so that a login there signs nothing. Several servers behind one name share the file."""

from __future__ import annotations

from pathlib import Path

from nacl.signing import SigningKey

from lnctp_tui.errors import Refused
from lnctp_tui.server.postgres import database
from lnctp_tui.storage import paths

FILE = "server.key"
FORMER = "SELECT value FROM settings WHERE key = 'server_key'"
FORGET = "DELETE FROM settings WHERE key = 'server_key'"
ENROLLED = "SELECT EXISTS (SELECT FROM devices)"


def signing_key(home: Path, connection: database.Db) -> SigningKey:
    """The Ed25519 key, made the first time; of several processes that make one, the first wins.

    Raises Refused `server_key_missing` where laptops enrolled already and know another, `server_key_bad`.
    """
    if (known := read(home)) is not None:
        return known
    if connection.execute(ENROLLED).fetchone() == (True,):
        raise Refused("server_key_missing", name=FILE)
    keep(home, SigningKey.generate())
    made = read(home)
    assert made is not None
    return made


def read(home: Path) -> SigningKey | None:
    """The key in the file, None without one. Raises Refused `server_key_bad`."""
    try:
        return SigningKey(bytes.fromhex(paths.read_file(home / FILE, limit=256).decode().strip()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise Refused("server_key_bad", name=FILE) from error


def keep(home: Path, key: SigningKey) -> None:
    """Writes the file; one that is there stays."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        paths.write_new(home / FILE, bytes(key).hex().encode() + b"\n")
    except FileExistsError:
        return


def take_out(home: Path, owner: str) -> None:
    """Moves the key of an older version out of the database. Raises Refused `server_key_differs`."""
    with database.connect(owner) as connection:
        there = connection.execute("SELECT to_regclass('settings') IS NOT NULL").fetchone()
        row = connection.execute(FORMER).fetchone() if there and there[0] else None
        if row is None:
            return
        former = SigningKey(bytes.fromhex(row[0]))
        keep(home, former)
        if read(home) != former:
            raise Refused("server_key_differs", name=FILE)
        connection.execute(FORGET)

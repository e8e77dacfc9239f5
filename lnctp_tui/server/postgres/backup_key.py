"""One pair of backup keys for all machines that serve one database: the public half stands there and in each folder.

What a machine has in its folder holds. A login of the database can put another half there, which then differs and is
refused; a machine that is new takes the half it finds, and its operator compares six words with another machine's.
"""

from __future__ import annotations

from pathlib import Path

from nacl.public import PublicKey

from lnctp_tui.errors import Refused
from lnctp_tui.server.postgres import backups, database
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import recovery

ALONE = "LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE"
SHARED = "SELECT value FROM settings WHERE key = 'backup_key'"
SHARE = "INSERT INTO settings (key, value) VALUES ('backup_key', %s)"
FORGET = "DELETE FROM settings WHERE key = 'backup_key'"


def agree(home: Path, owner: str, *, anew: bool = False) -> str:
    """The 24 words of a pair that was made now, empty when there was one; then both places have its public half.

    `anew` forgets the pair that was. Raises Refused `backup_key_differs`.
    """
    file, words = home / backups.PUBLIC, ""
    with database.connect(owner) as connection:
        connection.execute(ALONE)
        if anew:
            connection.execute(FORGET)
            file.unlink(missing_ok=True)
        own, shared = _own(home), _shared(connection)
        _same(own, shared)
        try:
            if own is None and shared is not None:
                paths.write_new(file, bytes(shared).hex().encode() + b"\n")
            elif own is None:
                words = backups.new_key(home)
            if shared is None:
                connection.execute(SHARE, (bytes(backups.public_key(home)).hex(),))
            connection.commit()
        except BaseException:
            if own is None:  # nobody saw its words
                file.unlink(missing_ok=True)
            raise
    return words


def of(home: Path, owner: str) -> PublicKey:
    """The public key for the next backup. Raises Refused `backup_key_missing`, `backup_key_differs`."""
    own = backups.public_key(home)
    with database.connect(owner) as connection:
        _same(own, _shared(connection))
    return own


def words(home: Path) -> str:
    """Six words that stand for the public key, to compare between machines. Raises Refused `backup_key_missing`."""
    return recovery.fingerprint(bytes(backups.public_key(home)))


def _same(own: PublicKey | None, shared: PublicKey | None) -> None:
    if own is not None and shared is not None and own != shared:
        raise Refused("backup_key_differs", name=backups.PUBLIC)


def _own(home: Path) -> PublicKey | None:
    return backups.public_key(home) if (home / backups.PUBLIC).exists() else None


def _shared(connection: database.Db) -> PublicKey | None:
    row = connection.execute(SHARED).fetchone()
    try:
        return PublicKey(bytes.fromhex(row[0])) if row else None
    except (ValueError, TypeError) as error:
        raise Refused("backup_key_differs", name=backups.PUBLIC) from error

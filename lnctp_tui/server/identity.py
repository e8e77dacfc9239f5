"""The server's own key: it signs receipts, and laptops learn it when they enrol. It stands in the database, so that
all processes share it and a backup brings it back."""

from __future__ import annotations

from nacl.signing import SigningKey

from lnctp_tui.server.database import Db

FIND = "SELECT value FROM settings WHERE key = 'server_key'"
MAKE = "INSERT INTO settings (key, value) VALUES ('server_key', %s) ON CONFLICT DO NOTHING"


def signing_key(connection: Db) -> SigningKey:
    """The Ed25519 key, made the first time; of several processes that make one, the first wins."""
    found = connection.execute(FIND).fetchone()
    if found is None:
        connection.execute(MAKE, (bytes(SigningKey.generate()).hex(),))
        found = connection.execute(FIND).fetchone()
    assert found is not None
    return SigningKey(bytes.fromhex(found[0]))

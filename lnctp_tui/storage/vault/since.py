"""What somebody did on this laptop since a backup was made: asked before that backup may go back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import emergency
from lnctp_tui.storage.vault.vault import Key

REVISION = "SELECT version_num FROM alembic_version"
DONE = (
    "SELECT id FROM changes WHERE device = (SELECT json_extract(value, '$') FROM sync_state WHERE key = 'device')",
    "SELECT key, value FROM sync_state WHERE key GLOB 'setting:draft:*' OR key GLOB 'call:*' OR key GLOB 'practice:*'",
    "SELECT id, state FROM exports",
)
"""What is this laptop's own. What colleagues wrote comes again from the server."""


def revision(home: Path, key: Key) -> str:
    """Of the tables as they stand, by a newer program too. Raises as `engine.connect`."""
    return str(rows(home, key, REVISION)[0][0])


def nothing(home: Path, folder: Path, key: Key) -> bool:
    """Whether the backup unpacked in `folder` has everything that was done, and opens with the phrase of now."""
    from sqlcipher3 import dbapi2

    if emergency.waiting(home) or (home / paths.VAULT).read_bytes() != (folder / paths.VAULT).read_bytes():
        return False
    try:
        return all(set(rows(home, key, query)) <= set(rows(folder, key, query)) for query in DONE)
    except dbapi2.Error:  # tables that this program does not know
        return False


def rows(home: Path, key: Key, query: str) -> list[Any]:
    """What the database of a folder answers; nothing is written."""
    connection = engine.connect(home / paths.DATABASE, key.dek, read_only=True, cache=engine.READER_CACHE)
    try:
        return list(connection.execute(query).fetchall())
    finally:
        connection.close()

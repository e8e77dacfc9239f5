"""Before a newer program changes the tables: a backup beside the data, read back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from lnctp_tui import programs
from lnctp_tui.errors import BadInput, StorageFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import schema
from lnctp_tui.storage.vault import backup
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.updates import places

NAME = "antes-de-{revision}.lnctp-backup"


def before_migration(home: Path, key: Key) -> None:
    """Keep what stands as `antes-de-…` and read it back; then note that this version changes the tables.

    Raises StorageFailed, DatabaseDamaged: then nothing is migrated.
    """
    target = home / NAME.format(revision=schema.HEAD)
    with suppress(FileNotFoundError):
        target.unlink()  # of a migration that did not happen: what stands now is newer
    backup.backup(home, key, target, at=instants.iso(instants.now()))
    try:
        with backup.unpacked(target, key):
            pass
    except BadInput as error:
        raise StorageFailed("file_failed", name=target.name, reason="EIO") from error
    if places.folder(home).is_dir():
        places.write(home, places.MIGRATED, programs.VERSION)

"""Before a newer program changes the tables: a backup beside the data, read back; and that backup put back, once.

The way back is for a version that changed the tables and then did not open. Whoever starts programs has no key, so
the former version does it, after the phrase, and only when nothing was saved since.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from lnctp_tui import programs
from lnctp_tui.errors import BadInput, DatabaseDamaged, StorageFailed, VaultError
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import schema
from lnctp_tui.storage.vault import backup, loss, since
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.updates import places

NAME = "antes-de-{revision}.lnctp-backup"
KEPT = 2
"""How many such backups stay."""


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
    for older in sorted(home.glob(NAME.format(revision="*")))[:-KEPT]:
        with suppress(OSError):
            older.unlink()
    if places.folder(home).is_dir():
        places.write(home, places.MIGRATED, f"{programs.VERSION} {target.name}")


def take_back(home: Path, key: Key) -> None:
    """Put the backup back that a version made which did not open, if it is named; what it made is kept aside.

    Call it before the database is opened, with the claim on the data folder. Raises VaultError `update_stays` when
    something was saved with that version, which then starts again; SavesMissing, StorageFailed.
    """
    version, _, name = places.read(home, places.BACK).partition(" ")
    if not name or Path(name).name != name:
        return
    loss.refuse(home, key)
    if since.revision(home, key) > schema.HEAD and not _put_back(home, key, home / name):
        places.stay(home, version)
        raise VaultError("update_stays")
    places.write(home, places.TOLD, "update_back")
    for done in (places.MIGRATED, places.BACK):
        places.forget(home, done)


def _put_back(home: Path, key: Key, file: Path) -> bool:
    """Whether the backup is whole, nothing was done since, and it stands in place."""
    at = instants.iso(instants.now())
    try:
        return backup.put_back(file, home, key, lambda folder: since.nothing(home, folder, key), at=at)
    except (BadInput, DatabaseDamaged):
        return False

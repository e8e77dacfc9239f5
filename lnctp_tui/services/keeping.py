"""What was saved is there, or its absence is told: what the screens ask when a vault is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lnctp_tui.errors import SavesMissing
from lnctp_tui.services.access import Key
from lnctp_tui.storage import instants, loss, paths
from lnctp_tui.storage.missing import Loss

__all__ = ["Loss", "Missing", "accept", "missing", "support_code"]

SIGNS = {
    "saves_missing": "F",
    "database_other": "O",
    "vault_older": "V",
    "mark_gone": "M",
    "mark_damaged": "D",
}


@dataclass(frozen=True)
class Missing:
    """A vault that the phrase opens and that is not what it was when it was saved last."""

    key: Key = field(repr=False)
    loss: Loss
    at: str
    """The instant at which it was found."""

    @property
    def marked_at(self) -> str | None:
        """The instant of the last save that was acknowledged, as stored elsewhere."""
        return _instant(self.loss.marked_at)

    @property
    def stored_at(self) -> str | None:
        """The instant of the last save that is there."""
        return _instant(self.loss.stored_at)


def _instant(micros: int | None) -> str | None:
    return None if micros is None else instants.iso(instants.of_micros(micros))


def missing(key: Key, error: SavesMissing) -> Missing:
    """What the error carries, with the key that found it."""
    found: Any = error.loss
    return Missing(key, found, instants.iso(instants.now()))


def accept(home: Path, found: Missing) -> str:
    """Go on without what is missing: a copy of everything is kept first; returns its folder's name.

    Raises StorageFailed, and then nothing was changed.
    """
    with paths.turn(home):
        return loss.accept(home, found.key, found.loss, at=instants.iso(instants.now())).name


def support_code(home: Path, found: Missing) -> str:
    """What somebody far away needs to know, without any data: kind, counts, bytes of database and log."""
    sizes = [_size(home / name) for name in (paths.DATABASE, f"{paths.DATABASE}-wal", paths.MARK)]
    loss_ = found.loss
    return "-".join(
        map(str, (SIGNS[loss_.code] + str(loss_.missing), loss_.marked_n, loss_.stored_n, *sizes))
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0

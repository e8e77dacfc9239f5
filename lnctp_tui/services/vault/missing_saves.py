"""What was saved is there, or its absence is told: what the screens ask when a vault is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnctp_tui.errors import DatabaseDamaged, SavesMissing
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.vault_access import Key
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.vault import loss, mark
from lnctp_tui.storage.vault.missing import Loss

if TYPE_CHECKING:
    from lnctp_tui.services.vault.rescue import Rescue
    from lnctp_tui.services.vault.workspace import Workspace

__all__ = ["Loss", "Missing", "accept", "missing", "rescue", "support_code", "swap"]

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
        return instants.iso_of(self.loss.marked_at)

    @property
    def stored_at(self) -> str | None:
        """The instant of the last save that is there."""
        return instants.iso_of(self.loss.stored_at)


def missing(home: Path, key: Key, error: SavesMissing | DatabaseDamaged) -> Missing:
    """What the error carries, with the key that found it."""
    now = instants.iso(instants.now())
    if isinstance(error, SavesMissing):
        loss_: Any = error.loss
        return Missing(key, loss_, now)
    marked = mark.read(home / paths.MARK, key.dek).stamp
    return Missing(
        key,
        Loss(
            damaged=True, marked_n=marked.n if marked else 0, marked_at=marked.at or None if marked else None
        ),
        now,
    )


def accept(home: Path, report: Missing) -> str:
    """Go on without what is missing: a copy of everything is kept first; returns its folder's name.

    Raises StorageFailed, and then nothing was changed.
    """
    with paths.turn(home):
        return loss.accept(home, report.key, report.loss, at=instants.iso(instants.now())).name


def rescue(home: Path, key: Key) -> Rescue:
    """Read what can be read; nothing is put in place. Raises StorageFailed."""
    from lnctp_tui.services.vault import rescue as rescues

    return rescues.rescue(home, key)


def swap(home: Path, result: Rescue) -> str:
    """Put it in place; returns the name of the folder that keeps what stood there. Raises StorageFailed."""
    from lnctp_tui.services.vault import rescue as rescues

    aside = rescues.swap(home, result)
    return aside.name if aside else result.copy


def discard(result: Rescue) -> None:
    """Forget what was read; the copy of everything stays."""
    from lnctp_tui.services.vault import rescue as rescues

    rescues.discard(result)


def accept_protocol(workspace: Workspace, words: str) -> None:
    """Take the folder that was shown, for whoever knows the phrase. Raises WrongPassphrase, BadProtocol."""
    from lnctp_tui.services.vault import workspace as workspaces

    vault_access.unlock(workspace.home, words)
    workspaces.accept_protocol(workspace)


def support_code(home: Path, report: Missing) -> str:
    """What somebody far away needs to know, without any data: kind, counts, bytes of database and log."""
    sizes = [_size(home / name) for name in (paths.DATABASE, f"{paths.DATABASE}-wal", paths.MARK)]
    loss_ = report.loss
    return "-".join(
        map(str, (SIGNS[loss_.code] + str(loss_.missing), loss_.marked_n, loss_.stored_n, *sizes))
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0

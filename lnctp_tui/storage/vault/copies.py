"""Encrypted copies that stand beside the database: what a restore or a rescue replaced, and journals."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

COPIES = ("emergency-*.journal", "apartado-*", "rescate-*", "antes-*")


def found(home: Path) -> list[Path]:
    """All of them."""
    return sorted({path for pattern in COPIES for path in home.glob(pattern)})


def remove(home: Path) -> None:
    """Delete all of them: they hold what was never sent too, so only an order that says so comes here.

    A link is removed and not followed. What the disk refuses stays, as it is: encrypted.
    """
    for path in found(home):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

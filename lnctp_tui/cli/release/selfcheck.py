"""A version looks itself over before anybody works with it: all parts, the protocol, a vault that opens again."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from lnctp_tui.services.vault import doctor, vault_access, workspace
from lnctp_tui.storage import hardening
from lnctp_tui.storage.protocol.folder_check import check


def main() -> int:
    """0 when this program can be worked with. Nothing of the person's data is looked at."""
    hardening.harden()
    folder = Path(tempfile.mkdtemp(prefix="lnctp-check-"))
    try:
        return int(doctor.missing() != [] or bool(check(None)) or not _opens(folder / "data"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opens(home: Path) -> bool:
    """Whether a vault that is made here opens with its phrase, and its desk and the app can be imported."""
    import lnctp_tui.app
    from lnctp_tui.screens import registry
    from lnctp_tui.services.call.desk import desk

    registry.preload()
    words = vault_access.generate()
    vault_access.found(home, words, kind="words", language="es", zone="UTC", name="Prueba")
    opened = workspace.open_workspace(home, vault_access.unlock(home, words))
    try:
        return desk(opened.store).cases == [] and bool(lnctp_tui.app.LnctpApp)
    finally:
        opened.close()


if __name__ == "__main__":
    sys.exit(main())

"""A process that waits until its standard input closes, however whoever held it ended, and takes a folder away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from lnctp_tui import programs


def after_us(folder: Path) -> None:
    """Have the folder removed when this process is over, also when it is killed."""
    out, into = os.pipe()
    os.set_inheritable(into, False)
    with suppress(OSError):
        subprocess.Popen(
            [*programs.command("remove"), str(folder)],
            stdin=out,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    os.close(out)


def main() -> int:
    """The process itself: the folder is its argument."""
    while os.read(0, 1):
        pass
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The process that holds the key, from the phrase to the lock. Only the launcher starts it."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading

from lnctp_tui import launcher
from lnctp_tui.storage import hardening

PRACTICE = "LNCTP_PRACTICE"
"""Names the scenario of a worker that practises (app_practice)."""


def main() -> int:
    """Runs the app; returns one of the launcher's exit codes."""
    gc.disable()  # nothing to collect before the first screen; the app turns it on
    hardening.harden()
    watch_parent()
    try:
        if PRACTICE in os.environ:
            from lnctp_tui import app_practice

            return app_practice.run()
        from lnctp_tui.app import run_worker

        return run_worker()
    except KeyboardInterrupt:
        return launcher.INTERRUPTED


def watch_parent() -> None:
    """Locks this process when the launcher is gone, however it went: nobody would start the next one."""
    handle = os.environ.pop(launcher.PARENT, None)
    if handle is None:
        return
    os.set_inheritable(int(handle), False)
    threading.Thread(target=_wait_for_end, args=(int(handle),), daemon=True, name="parent").start()


def _wait_for_end(handle: int) -> None:
    while os.read(handle, 1):
        pass
    os.kill(os.getpid(), signal.SIGHUP)
    threading.Event().wait(launcher.GRACE)
    os._exit(launcher.LOCKED)


if __name__ == "__main__":
    sys.exit(main())

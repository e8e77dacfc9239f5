"""New versions, seen from the open app: a process looks for one, its outcome is told, and one begins after a lock."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from lnctp_tui import programs
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.updates import places

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp

SHOWN, BRIEF = 10.0, 4.0
"""Seconds that an outcome stands on the screen, and over a call."""
TOLD = frozenset(
    {"update_ready", "update_not_ours", "update_older", "update_ended", "update_room", "update_back"}
)


class Updating:
    """The way of a new version up to its first start. Only a bundle has it: what runs from Python is IT's to renew."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app

    def begin(self) -> None:
        """Look for a new version, in a process without the key that outlives a lock; tell what came of it."""
        if programs.frozen():
            threading.Thread(target=self._look, daemon=True, name="update").start()

    def _look(self) -> None:
        from lnctp_tui.services.sync import releases

        home = self.app.home
        with suppress(LnctpError, OSError):
            self.app.later(self._tell, not releases.nothing_open(self.app.workspace.store))
            if (wanted := releases.asked(self.app.workspace)) is None:
                return
            before = places.read(home, places.TOLD)
            process = subprocess.Popen(
                programs.command("update"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            process.communicate(f"{json.dumps(wanted)}\n".encode())
            if places.read(home, places.TOLD) != before:
                self.app.later(self._tell, not releases.nothing_open(self.app.workspace.store))

    def _tell(self, waits: bool) -> None:
        """Say the outcome that stands; `waits`: a call or a form is open, perhaps behind what is on the screen."""
        code, _, megabytes = places.read(self.app.home, places.TOLD).partition(" ")
        if code not in TOLD:
            return
        waits = waits or bool(self.app.forms_open.opened)
        if code == "update_ready" and waits:
            code = "update_waits"
        good = code in ("update_ready", "update_waits")
        severity: Literal["information", "warning"] = "information" if good else "warning"
        sentence = str(explain_code(code, mb=megabytes))
        self.app.notify(sentence, severity=severity, timeout=BRIEF if waits else SHOWN, markup=False)
        if code == "update_back":
            places.forget(self.app.home, places.TOLD)

    def end(self) -> None:
        """All is on the disk: a version that waits may begin, unless something is open. Nobody waits for it."""
        from lnctp_tui.services.sync import releases

        with suppress(LnctpError, OSError):
            if programs.frozen() and not self.app.forms_open.opened and not self.app.saving.unsaved:
                releases.begin_with_ready(self.app.workspace)

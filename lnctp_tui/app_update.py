"""New versions, seen from the open app: a process looks for one, its outcome is told, and one begins after a lock."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from lnctp_tui import programs
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.updates import places, telling

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp

SHOWN, BRIEF = 10.0, 4.0
"""Seconds that an outcome stands on the screen, and over a call."""


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

        with suppress(LnctpError, OSError):
            self.app.later(self._tell, not releases.nothing_open(self.app.workspace.store))
            if releases.look(self.app.workspace):
                self.app.later(self._tell, not releases.nothing_open(self.app.workspace.store))

    def _tell(self, waits: bool) -> None:
        """Say the outcome that stands; `waits`: a call or a form is open, perhaps behind what is on the screen."""
        waits = waits or bool(self.app.forms_open.opened)
        told = telling.outcome(self.app.home, waits=waits)
        if told is None:
            return
        severity: Literal["information", "warning"] = "information" if told.good else "warning"
        sentence = str(explain_code(told.code, mb=told.megabytes))
        self.app.notify(sentence, severity=severity, timeout=BRIEF if waits else SHOWN, markup=False)

    def end(self) -> None:
        """All is on the disk: a version that waits may begin, unless something is open. Nobody waits for it."""
        from lnctp_tui.services.sync import releases

        with suppress(LnctpError, OSError):
            if not programs.frozen():
                return
            places.settle(self.app.home)
            if not self.app.forms_open.opened and not self.app.saving.unsaved:
                releases.begin_with_ready(self.app.workspace)

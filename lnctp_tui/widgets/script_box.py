"""Words to read aloud where they are needed, in the form itself: whole, and never a field."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.protocol import Script
from lnctp_tui.i18n import pick


class ScriptBox(Static, can_focus=False):
    """Title and lines of a script; without one it takes no room."""

    def __init__(self, script: Script | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.script: Script | None = None
        self.show(script)

    def show(self, script: Script | None) -> None:
        """Show these words instead."""
        if script is self.script and script is not None:
            return
        self.script = script
        self.display = script is not None
        self.update(self._words(script) if script else "")

    @staticmethod
    def _words(script: Script) -> Content:
        lines = "\n".join(pick(line) for line in script.lines)
        return Content.assemble((f"{pick(script.title)}\n", "bold"), lines)

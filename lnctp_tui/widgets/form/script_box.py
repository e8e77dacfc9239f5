"""Words to read aloud where they are needed, in the form itself: whole, and never a field."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.protocol.protocol import Protocol, Script
from lnctp_tui.i18n import _, pick
from lnctp_tui.widgets.form.wording import told


class ScriptBox(Static, can_focus=False):
    """Title and lines of a script: whole, or as many as `most` with a word on how to read the rest."""

    def __init__(
        self, protocol: Protocol, script: Script | None = None, *, most: int = 0, id: str | None = None
    ) -> None:
        super().__init__(id=id, markup=False)
        self.protocol = protocol
        self.most = most
        self.script: Script | None = None
        self.show(script)

    def show(self, script: Script | None) -> None:
        """Show these words instead; without any it takes no room."""
        if script is self.script and script is not None:
            return
        self.script = script
        self.display = script is not None
        self.update(self._words(script) if script else "")

    def _words(self, script: Script) -> Content:
        shown = script.lines[: self.most or None]
        lines = [told(line, self.protocol) for line in shown]
        if len(shown) < len(script.lines):
            lines.append(_("Esc y w: el guion entero, con sus preguntas"))
        return Content.assemble((f"{pick(script.title)}\n", "bold"), "\n".join(lines))

"""The two lines above everything while somebody practises: that it is practice, and what is heard."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from lnctp_tui.i18n import _

ROWS = 2


class PracticeBar(Static):
    """Stands in every screen from its first frame on, so that no practice looks like a call."""

    def __init__(self) -> None:
        super().__init__(Content(_("PRÁCTICA")), classes="practice-bar")
        self.can_focus = False
        self.styles.height, self.styles.width = ROWS, "100%"
        self.styles.background, self.styles.color = "yellow", "black"

    def say(self, first: str, heard: str) -> None:
        """Show what this is, and below it what is heard: of more than a line the end, as it comes."""
        label = f"{_('Se oye')}: "
        room = max(1, (self.size.width or 80) - len(label) - 1)
        self.update(Content(f"{first}\n{label}{heard if len(heard) <= room else '…' + heard[-room:]}"))


def mark_every_screen() -> None:
    """From now on, in this process: every screen and dialog holds a PracticeBar."""
    extend = Screen._extend_compose

    def extended(screen: Screen[Any], widgets: list[Widget]) -> None:
        extend(screen, widgets)
        bar = PracticeBar()
        if isinstance(screen, ModalScreen):
            bar.styles.dock = "top"
        widgets.insert(0, bar)

    setattr(Screen, "_extend_compose", extended)  # noqa: B010 (Textual's own method, for the whole process)

"""The first line of a list screen: what it is at the left, how synchronisation stands at the right."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.widgets.drawing import Piece, base_style, fit, strip


class TitleBar(Widget, can_focus=False):
    """One line. `show` the left, `mark` the right; the right stays when both do not fit."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"title-bar--quiet", "title-bar--alert"}
    ALLOW_SELECT = False

    def __init__(self, title: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title = title
        self.text = ""
        self.alert = False

    def show(self, title: str) -> None:
        """What stands at the left."""
        if title != self.title:
            self.title = title
            self.refresh()

    def mark(self, text: str, *, alert: bool = False) -> None:
        """What stands at the right; `alert` when somebody should look."""
        if (text, alert) != (self.text, self.alert):
            self.text, self.alert = text, alert
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, base_style(self)
        if y:
            return Strip.blank(width, base)
        name = "title-bar--alert" if self.alert else "title-bar--quiet"
        right: list[Piece] = [(f"{self.text} " if self.text else "", self.get_component_rich_style(name))]
        room = max(0, width - cell_len(right[0][0]) - 1)
        return strip([(" ", base), (fit(self.title, room), base), *right], width, base)

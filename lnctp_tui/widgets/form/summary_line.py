"""The elements of the crime in one line, where there is no room for the panel."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.widgets.drawing import base_style, fit, strip


class SummaryLine(Widget, can_focus=False):
    """A click opens the whole."""

    class Clicked(Message):
        pass

    text = ""

    def load(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        return strip(
            [(f" {fit(self.text, self.size.width - 2)} ", base_style(self))],
            self.size.width,
            base_style(self),
        )

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked())

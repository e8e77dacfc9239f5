"""One line under the form: the elements of the crime where no panel fits, and what the narrative offers."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.widgets.drawing import base_style, fit, strip


class FormLine(Widget, can_focus=False):
    """As much of one text as fits."""

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


class SummaryLine(FormLine):
    """A click opens the whole."""

    class Clicked(Message):
        pass

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked())


class SeenLine(FormLine):
    """What the narrative seems to say; not there while nothing is asked. A click opens the list."""

    DEFAULT_CSS = "SeenLine { height: 1; display: none; color: $accent; }"

    class Clicked(Message):
        pass

    def load(self, text: str) -> None:
        self.display = bool(text)
        super().load(text)

    def on_click(self, event: events.Click) -> None:
        self.post_message(self.Clicked())

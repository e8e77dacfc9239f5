"""A long text to read: headings, label and value, paragraphs. Drawn line by line; people's text stays text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import N_
from lnctp_tui.widgets.drawing import base_style, fit, strip, wrap

Kind = Literal["heading", "pair", "told", "text", "quiet", "alert", "gap"]
SHORT = 13
"""Cells for a label before what is told at length."""


@dataclass(frozen=True)
class Part:
    """A piece of the text. `label` stands left of the value in a pair; of what is `told` it is short."""

    kind: Kind
    text: str = ""
    label: str = ""


GAP = Part("gap")


class Reader(Widget, can_focus=True):
    """Parts, wrapped to the width, scrolled by keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"reader--{kind}" for kind in ("heading", "label", "text", "quiet", "alert")
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", N_("renglón siguiente"), show=False, id="reader.down"),
        Binding("k,up", "move(-1)", N_("renglón anterior"), show=False, id="reader.up"),
        Binding("pagedown,space", "page(1)", N_("página siguiente"), show=False, id="reader.page_down"),
        Binding("pageup", "page(-1)", N_("página anterior"), show=False, id="reader.page_up"),
        Binding("home,g", "edge(0)", N_("al principio"), show=False, id="reader.home"),
        Binding("end,G", "edge(1)", N_("al final"), show=False, id="reader.end"),
    ]

    class Bottom(Message):
        """The end is on the screen: more may be wanted."""

    def __init__(self, parts: Sequence[Part] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts = tuple(parts)
        self._lines: list[tuple[str, str, str]] = []
        self._width = 0
        """The width that the lines were wrapped for."""
        self._top = 0

    def show(self, parts: Sequence[Part], *, stay: bool = False) -> None:
        """Show these parts, from the start or where the reader stands."""
        self._parts = tuple(parts)
        self._top = self._top if stay else 0
        self._arrange()

    @property
    def height_of_all(self) -> int:
        """Lines that all of it takes at the present width."""
        return len(self._lines)

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        self._wrap()
        self._to(self._top)

    def _wrap(self) -> None:
        self._width = self.size.width
        width = max(8, self._width - 2)
        self._lines = [line for part in self._parts for line in _wrapped(part, width)]

    def render_line(self, y: int) -> Strip:
        """One line: label and text, each in its style."""
        width = self.size.width
        if width != self._width:
            self._wrap()  # painted before the word of the new size came
        number = self._top + y
        if number >= len(self._lines):
            return strip([], width, base_style(self))
        kind, label, text = self._lines[number]
        label_style = self.get_component_rich_style("reader--label")
        style = (
            base_style(self) if kind in ("pair", "gap") else self.get_component_rich_style(f"reader--{kind}")
        )
        return strip([(" ", base_style(self)), (label, label_style), (text, style)], width, base_style(self))

    def _to(self, top: int) -> None:
        last = max(0, len(self._lines) - max(1, self.size.height))
        self._top = max(0, min(top, last))
        self.refresh()
        if self._lines and self._top == last:
            self.post_message(self.Bottom())

    def action_move(self, step: int) -> None:
        """By lines."""
        self._to(self._top + step)

    def action_page(self, step: int) -> None:
        """By screens."""
        self._to(self._top + step * max(1, self.size.height - 1))

    def action_edge(self, which: int) -> None:
        """To the start or the end."""
        self._to(which * len(self._lines))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)


def label_width(width: int) -> int:
    """Cells for the labels."""
    return max(12, min(28, width // 3))


def _wrapped(part: Part, width: int) -> list[tuple[str, str, str]]:
    if part.kind == "gap":
        return [("gap", "", "")]
    if part.kind not in ("pair", "told"):
        lines = [line for paragraph in part.text.split("\n") for line in wrap(paragraph, width) or [""]]
        return [(part.kind, "", line) for line in lines]
    label_cells = SHORT if part.kind == "told" else label_width(width)
    room = width - label_cells - 1
    values = [line for piece in part.text.split("\n") for line in wrap(piece, room) or [""]]
    rows = zip_longest(wrap(part.label, label_cells - 1), values, fillvalue="")
    return [("pair", fit(label, label_cells) + " ", value) for label, value in rows]

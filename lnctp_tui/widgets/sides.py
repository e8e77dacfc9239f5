"""Two or more values for one thing side by side, each with who wrote it and when; one of them is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import N_
from lnctp_tui.widgets.drawing import Piece, base_style, fit, strip, wrap

LEAST = 24
"""Cells of a column."""
HEAD, FOOT = 1, 4
"""Lines of a column above and below its value, the frame included."""


@dataclass(frozen=True)
class Column:
    """One value. `key` comes back when it is taken."""

    key: str
    title: str
    value: str
    by: str
    at: str


class Sides(Widget, can_focus=True):
    """Columns as many as fit; the cursor brings the others. Posts `Taken`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"sides--frame", "sides--cursor", "sides--title", "sides--by"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "move(1)", N_("valor siguiente"), show=False, id="sides.next"),
        Binding("left,h", "move(-1)", N_("valor anterior"), show=False, id="sides.previous"),
        Binding("pagedown,space", "scroll_value(1)", N_("más abajo"), show=False, id="sides.down"),
        Binding("pageup", "scroll_value(-1)", N_("más arriba"), show=False, id="sides.up"),
        Binding("enter", "take", N_("dejar este"), id="sides.take"),
    ]

    class Taken(Message):
        """The column with this key was chosen."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: tuple[Column, ...] = ()
        self.cursor = 0
        self._top = 0

    def show(self, columns: Sequence[Column]) -> None:
        """Show these; the cursor stays on its value when that is still there."""
        here = self.columns[self.cursor].key if self.columns else ""
        self.columns = tuple(columns)
        self.cursor = next((n for n, column in enumerate(columns) if column.key == here), 0)
        self._top = 0
        self.refresh()

    def action_move(self, step: int) -> None:
        """To another value."""
        if self.columns:
            self.cursor = (self.cursor + step) % len(self.columns)
            self.refresh()

    def action_scroll_value(self, step: int) -> None:
        """A long value goes on below."""
        room = self._room
        longest = max((len(self._lines(column)) for column in self._shown), default=0)
        self._top = max(0, min(self._top + step * max(1, room - 1), longest - room))
        self.refresh()

    def action_take(self) -> None:
        """Let the value under the cursor stand."""
        if self.columns:
            self.post_message(self.Taken(self.columns[self.cursor].key))

    def take(self, place: int) -> None:
        """Let the value with this number, from 1, stand."""
        if 1 <= place <= len(self.columns):
            self.post_message(self.Taken(self.columns[place - 1].key))

    @property
    def height_of_all(self) -> int:
        """Lines that the longest value takes with its frame."""
        return HEAD + FOOT + max((len(self._lines(column)) for column in self.columns), default=1)

    @property
    def _fits(self) -> int:
        return max(1, min(len(self.columns), self.size.width // LEAST))

    @property
    def _first(self) -> int:
        return max(0, min(self.cursor - self._fits + 1, len(self.columns) - self._fits))

    @property
    def _shown(self) -> tuple[Column, ...]:
        return self.columns[self._first : self._first + self._fits]

    @property
    def _width(self) -> int:
        return self.size.width // max(1, self._fits)

    @property
    def _room(self) -> int:
        return max(1, self.size.height - HEAD - FOOT)

    def _lines(self, column: Column) -> list[str]:
        room = self._width - 4
        return [line for part in column.value.split("\n") for line in wrap(part, room) or [""]]

    def render_line(self, y: int) -> Strip:
        """One line across all columns."""
        pieces: list[Piece] = []
        for place, column in enumerate(self._shown, self._first):
            pieces += self._line(column, y, here=place == self.cursor)
        return strip(pieces, self.size.width, base_style(self))

    def _line(self, column: Column, y: int, *, here: bool) -> list[Piece]:
        frame = self.get_component_rich_style("sides--cursor" if here else "sides--frame")
        width, last = self._width, self.size.height - 1
        inner = width - 4
        if y == 0:
            title = fit(f" {column.title} ", min(inner, len(column.title) + 2))
            left, bar, right = ("┏", "━", "┓") if here else ("┌", "─", "┐")
            return [
                (f"{left}{bar}", frame),
                (title, self.get_component_rich_style("sides--title") if here else frame),
                (bar * max(0, width - 3 - len(title)) + right, frame),
            ]
        if y == last:
            left, bar, right = ("┗", "━", "┛") if here else ("└", "─", "┘")
            return [(f"{left}{bar * (width - 2)}{right}", frame)]
        side = "┃" if here else "│"
        style = base_style(self)
        text = ""
        if y >= last - 2:
            text = column.by if y == last - 2 else column.at
            style = self.get_component_rich_style("sides--by")
        elif HEAD <= y < HEAD + self._room:
            lines = self._lines(column)
            number = self._top + y - HEAD
            text = lines[number] if number < len(lines) else ""
            if y == HEAD + self._room - 1 and number < len(lines) - 1:
                text = f"{text[: max(0, inner - 2)]} …"
        return [(f"{side} ", frame), (fit(text, inner), style), (f" {side}", frame)]

    def on_click(self, event: events.Click) -> None:
        """The first click moves the cursor, a click on it takes the value."""
        place = self._first + event.x // max(1, self._width)
        if place >= len(self.columns):
            return
        if place == self.cursor:
            self.action_take()
        else:
            self.cursor = place
            self.refresh()

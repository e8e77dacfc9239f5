"""A list of rows drawn line by line, with headings and a cursor: desk, search and history are made of it."""

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
from lnctp_tui.widgets.drawing import Piece, base_style, fit, spread, strip

STYLES = ("strong", "muted", "accent", "warning", "error", "success", "text")


@dataclass(frozen=True)
class Cell:
    """Text of a row. `width` in cells, None takes what is left; `look` is one of STYLES."""

    text: str
    width: int | None = None
    look: str = "text"
    least: int = 0
    """Columns that the list must have for this cell to show."""


@dataclass(frozen=True)
class Line:
    """A row that can be opened (`key`), or a heading or a note without one."""

    cells: tuple[Cell, ...]
    key: str = ""


def heading(text: str, note: str = "") -> Line:
    """A title inside the list."""
    return Line((Cell(text, None, "accent"), Cell(note, len(note) + 1, "muted")))


def note(text: str) -> Line:
    """A quiet sentence inside the list."""
    return Line((Cell(text, None, "muted"),))


class RowList(Widget, can_focus=True):
    """Rows with a cursor. Posts `Chosen` on Enter or a second click, `Bottom` when its last row is reached."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"row-list--{name}" for name in (*STYLES, "cursor")}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", N_("abrir"), id="list.open"),
        Binding("j,down", "move(1)", N_("renglón siguiente"), show=False, id="list.down"),
        Binding("k,up", "move(-1)", N_("renglón anterior"), show=False, id="list.up"),
        Binding("pagedown,space", "page(1)", N_("página siguiente"), show=False, id="list.page_down"),
        Binding("pageup", "page(-1)", N_("página anterior"), show=False, id="list.page_up"),
        Binding("home,g", "edge(0)", N_("primer renglón"), show=False, id="list.home"),
        Binding("end,G", "edge(-1)", N_("último renglón"), show=False, id="list.end"),
    ]

    class Chosen(Message):
        """The row with this key was opened."""

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class Bottom(Message):
        """The cursor stands on the last row: more may be wanted."""

    def __init__(self, lines: Sequence[Line] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines = tuple(lines)
        self._rows: list[int] = []
        self._cursor = 0
        self._top = 0
        self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines; the cursor stays on its key, else on its place."""
        here, place = self.key, self._place
        self._lines = tuple(lines)
        self._rows = [number for number, line in enumerate(lines) if line.key]
        kept = next((n for n in self._rows if self._lines[n].key == here), None)
        self._cursor = (
            kept if kept is not None else self._rows[min(place, len(self._rows) - 1)] if self._rows else 0
        )
        self._reveal()
        self.refresh()
        if self.is_mounted:
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Opening needs a row."""
        return action != "choose" or bool(self._rows)

    @property
    def key(self) -> str:
        """Key of the row under the cursor; empty when there is none."""
        return self._lines[self._cursor].key if self._cursor < len(self._lines) else ""

    @property
    def keys(self) -> list[str]:
        """Keys of all rows, in order."""
        return [self._lines[number].key for number in self._rows]

    @property
    def _place(self) -> int:
        return self._rows.index(self._cursor) if self._cursor in self._rows else 0

    def _reveal(self) -> None:
        height = max(1, self.size.height)
        first = self._cursor
        while first and not self._lines[first - 1].key and self._cursor - first < height - 1:
            first -= 1
        self._top = max(min(self._top, first), self._cursor - height + 1, 0)
        self._top = max(0, min(self._top, len(self._lines) - height))

    def on_resize(self) -> None:
        self._reveal()

    def render_line(self, y: int) -> Strip:
        """One line of the list; the cursor's is filled."""
        number = self._top + y
        width = self.size.width
        if number >= len(self._lines):
            return strip([], width, base_style(self))
        line = self._lines[number]
        here = number == self._cursor and bool(line.key)
        base = (
            self.get_component_rich_style("row-list--cursor") if here and self.has_focus else base_style(self)
        )
        pieces: list[Piece] = [("▸ " if here else "  " if line.key else " ", base)]
        cells = [cell for cell in line.cells if width >= cell.least]
        fixed = sum(cell.width or 0 for cell in cells)
        for cell in cells:
            style = self.get_component_rich_style(f"row-list--{cell.look}", partial=True)
            room = width - 3 - fixed if cell.width is None else cell.width
            pieces.append(
                (fit(cell.text, max(0, room)), base + style if not (here and self.has_focus) else base)
            )
        return spread(pieces, [], width, base)

    def action_choose(self) -> None:
        """Open the row under the cursor."""
        if self.key:
            self.post_message(self.Chosen(self.key))

    def action_move(self, step: int) -> None:
        """Up or down by rows."""
        self._to(self._place + step)

    def action_page(self, step: int) -> None:
        """Up or down by what fits."""
        self._to(self._place + step * max(1, self.size.height - 1))

    def action_edge(self, which: int) -> None:
        """To the first or the last row."""
        self._to(0 if which == 0 else len(self._rows) - 1)

    def _to(self, place: int) -> None:
        if not self._rows:
            return
        self._cursor = self._rows[max(0, min(place, len(self._rows) - 1))]
        self._reveal()
        self.refresh()
        if self._cursor == self._rows[-1]:
            self.post_message(self.Bottom())

    def on_click(self, event: events.Click) -> None:
        """The first click moves the cursor, a click on it opens."""
        number = self._top + event.y
        if number not in self._rows:
            return
        if number == self._cursor:
            self.action_choose()
        else:
            self._to(self._rows.index(number))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-3)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


class ArrowRows(RowList, inherit_bindings=False):
    """Rows on a screen whose letters do something else than move."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", N_("abrir"), id="list.open"),
        Binding("down", "move(1)", N_("renglón siguiente"), show=False, id="list.down"),
        Binding("up", "move(-1)", N_("renglón anterior"), show=False, id="list.up"),
        Binding("pagedown,space", "page(1)", N_("página siguiente"), show=False, id="list.page_down"),
        Binding("pageup", "page(-1)", N_("página anterior"), show=False, id="list.page_up"),
        Binding("home", "edge(0)", N_("primer renglón"), show=False, id="list.home"),
        Binding("end", "edge(-1)", N_("último renglón"), show=False, id="list.end"),
    ]

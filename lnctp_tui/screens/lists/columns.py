"""How rows stand in a list: columns of a width and a look, and what they are drawn with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from lnctp_tui.screens.base import Shell
from lnctp_tui.screens.labels import Words
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.row_list import Cell, Line, note

Row = TypeVar("Row")
LEAST = 20
"""Cells that a sentence inside a list has at least."""


@dataclass(frozen=True)
class Frame:
    """What rows are drawn with."""

    words: Words
    now: datetime
    room: int
    """Cells of a sentence inside the list."""

    def notes(self, text: str, indent: str = "") -> list[Line]:
        """A sentence, broken where the list ends."""
        return [note(f"{indent}{line}") for line in wrap(text, self.room - len(indent))]


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column: its text, `width` in cells (None takes what is left), and from which width of the list it shows."""

    text: Callable[[Row, Frame], str]
    width: int | None = None
    look: str | Callable[[Row], str] = "text"
    least: int = 0

    def cell(self, row: Row, frame: Frame) -> Cell:
        """The cell of a row."""
        look = self.look if isinstance(self.look, str) else self.look(row)
        return Cell(self.text(row, frame), self.width, look, self.least)


@dataclass(frozen=True)
class Columns(Generic[Row]):
    """How rows of one kind stand in a list."""

    columns: tuple[Column[Row], ...]
    key: Callable[[Row], str]
    """What `Chosen` says of a row; its beginning names who opens it."""
    below: Callable[[Row, Frame], Sequence[Line]] = lambda _row, _frame: ()
    """What stands under the row."""

    def lines(self, rows: Iterable[Row], frame: Frame, empty: str = "") -> list[Line]:
        """The rows, or what stands where there is none."""
        lines: list[Line] = []
        for row in rows:
            lines.append(Line(tuple(column.cell(row, frame) for column in self.columns), self.key(row)))
            lines += self.below(row, frame)
        return lines or ([note(empty)] if empty else [])


def frame(shell: Shell, width: int, names: Mapping[str, str] | None = None) -> Frame:
    """What rows are drawn with now, in a list of this width. `names`: id → what to call it."""
    workspace = shell.workspace
    words = Words(workspace.protocol, workspace.zone, names)
    return Frame(words, workspace.store.now(), max(LEAST, width - 4))

"""A list by declaration: columns, how it is read, page by page, when it is read again, and what a row opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, language
from lnctp_tui.screens.base import LISTS, AppScreen, Shell, sentence
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.registry import SCREENS
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Reader
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import SyncStatus

Row = TypeVar("Row")
View = TypeVar("View")
Job = Callable[[], View]
"""A blocking read, made in the app's thread and run in a reader's."""
PAGE = 50
NEWS, RESUME, SYNCED = "news", "resume", "synced"
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


class ListScreen(AppScreen[None], Generic[View]):
    """A list that a thread reads and that is drawn when it comes. A declaration says `job`, `lines` and `open_key`."""

    CSS_PATH = LISTS
    AUTO_FOCUS = "RowList"
    PLACE: ClassVar[str] = ""
    """Its name in the registry, when a lock over it is come back from."""
    GROUP: ClassVar[str]
    """Of its reads only the newest is delivered."""
    INTRO: ClassVar[str] = ""
    """A sentence above the list, as a Spanish msgid."""
    READ_ON: ClassVar[frozenset[str]] = frozenset({NEWS, RESUME})
    """When it is read again: colleagues wrote; it came to the screen; synchronisation told how it stands."""
    PAGED: ClassVar[int] = 0
    """Rows of a page; 0: it is read whole."""
    view: View | None = None
    """What is shown; None before the first read."""
    WAITING: ClassVar[str] = ""
    """What stands before the first read, as a Spanish msgid; such a list also says itself what went wrong."""
    trouble = ""
    """What went wrong, in a list that says it itself."""
    wanted = 0
    """Rows that were asked for: with fewer the list has ended."""
    more = False
    """May there be rows after the last one?"""
    _drawn_for: tuple[int, str] | None = None
    """The width and the language in which the list was last drawn."""

    # what a declaration says

    def job(self, limit: int) -> Job[View]:
        """Reads what is shown; `limit`: rows, of a list in pages."""
        raise NotImplementedError

    def next_page(self, view: View) -> Job[View]:
        """Reads the view with its next page, of a list in pages."""
        raise NotImplementedError

    def count(self, view: View) -> int:
        """Rows of a list in pages."""
        raise NotImplementedError

    def lines(self, view: View) -> Sequence[Line]:
        """What stands in the list."""
        raise NotImplementedError

    def open_key(self, key: str) -> None:
        """Open the row with this key."""

    def taken(self, before: View | None) -> None:
        """Called when what was read is drawn; `before`: what stood there."""

    # what is the same in every list

    def __init__(self) -> None:
        super().__init__()
        if self.PLACE and SCREENS[self.PLACE].resume is not None:
            self.place = (self.PLACE, "")

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        if self.INTRO:
            yield Static(Content(_(self.INTRO)), classes="muted")
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self.draw()
        if self.view is None:
            self.action_again()

    def action_again(self) -> None:
        """Read all of it, the first time or again."""
        self.read()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile; in another language it is drawn at once."""
        if RESUME in self.READ_ON:
            self.draw_otherwise()
            self.read()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self.draw_otherwise)

    def news(self, scopes: frozenset[str]) -> None:
        """Others write too: the list follows, the cursor stays on its row."""
        if NEWS in self.READ_ON:
            self.read()

    def synced(self, status: SyncStatus | None) -> None:
        """Read at once when somebody looks."""
        if SYNCED in self.READ_ON and self.is_current:
            self.read()

    def read(self) -> None:
        """Read, in a list of pages as much as was shown."""
        have = self.count(self.view) if self.PAGED and self.view is not None else 0
        self.wanted = max(self.PAGED, have)
        self.fetch(self.job(self.wanted))

    def fetch(self, job: Job[View]) -> None:
        """Read in a thread. The app delivers nothing to a screen that was left meanwhile."""
        self.shell.in_reader(job, self.take, group=self.GROUP, failed=self.failed)

    def take(self, view: View) -> None:
        """Show what was read."""
        before, self.view, self.trouble = self.view, view, ""
        self.more = bool(self.PAGED) and self.count(view) >= self.wanted
        self.draw()
        self.taken(before)

    def failed(self, error: LnctpError) -> None:
        """Say what went wrong: in the list, or over what it shows."""
        if self.WAITING:
            self.trouble = sentence(error)
            self.draw()
        else:
            self.shell.tell(error)

    @on(RowList.Bottom)
    @on(Reader.Bottom)
    def read_more(self) -> None:
        """The next page, when there is one and it is not on its way."""
        if self.more and self.view is not None and self.count(self.view) >= self.wanted:
            self.wanted = self.count(self.view) + self.PAGED
            self.fetch(self.next_page(self.view))

    @property
    def frame(self) -> Frame:
        """What rows are drawn with."""
        return frame(self.shell, self.size.width)

    def draw_otherwise(self) -> None:
        """Draw what was read, when it was drawn for another width or in another language."""
        if self._drawn_for != (self.size.width, language()):
            self.draw()

    def draw(self) -> None:
        """Draw what was read."""
        self._drawn_for = self.size.width, language()
        if self.trouble or self.view is None:
            lines: Sequence[Line] = self.frame.notes(self.trouble or _(self.WAITING)) if self.WAITING else ()
        else:
            lines = self.lines(self.view)
        self.query_one(RowList).show(lines)
        self.refresh_bindings()
        self.query_one(KeyBar).refresh()

    @on(RowList.Chosen)
    def open_row(self, event: RowList.Chosen) -> None:
        """Open the row under the cursor."""
        event.stop()
        self.open_key(event.key)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

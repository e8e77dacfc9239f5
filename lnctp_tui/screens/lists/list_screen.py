"""A list by declaration: columns, how it is read, page by page, when it is read again, and what a row opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, language
from lnctp_tui.screens.base import LISTS, AppScreen, ScreenPart, sentence
from lnctp_tui.screens.lists.columns import Frame, frame
from lnctp_tui.screens.registry import SCREENS
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Reader
from lnctp_tui.widgets.row_list import Line, RowList
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import SyncStatus

View = TypeVar("View")
Job = Callable[[], View]
"""A blocking read, made in the app's thread and run in a reader's."""
PAGE = 50
NEWS, RESUME, SYNCED = "news", "resume", "synced"


class RowsView(ScreenPart, Generic[View]):
    """What a list screen shows and how much of it was asked for. The screen declares what is read and drawn."""

    screen: ListScreen[View]

    def __init__(self, screen: ListScreen[View]) -> None:
        super().__init__(screen)
        self.view: View | None = None
        """What is shown; None before the first read."""
        self.wanted = 0
        """Rows that were asked for: with fewer the list has ended."""
        self.more = False
        """May there be rows after the last one?"""
        self.trouble = ""
        """What went wrong, in a list that says it itself."""
        self._drawn_for: tuple[int, str] | None = None
        """The width and the language in which the list was last drawn."""

    def read(self) -> None:
        """Read, in a list of pages as much as was shown."""
        paged = self.screen.PAGED
        have = self.screen.count(self.view) if paged and self.view is not None else 0
        self.wanted = max(paged, have)
        self._fetch(self.screen.job(self.wanted))

    def read_more(self) -> None:
        """The next page, when there is one and it is not on its way."""
        if self.more and self.view is not None and self.screen.count(self.view) >= self.wanted:
            self.wanted = self.screen.count(self.view) + self.screen.PAGED
            self._fetch(self.screen.next_page(self.view))

    def _fetch(self, job: Job[View]) -> None:
        """Read in a thread. The app delivers nothing to a screen that was left meanwhile."""
        screen = self.screen
        screen.shell.in_reader(job, screen.take, group=screen.GROUP, failed=self._failed)

    def take(self, view: View) -> None:
        """Show what was read."""
        before, self.view, self.trouble = self.view, view, ""
        self.more = bool(self.screen.PAGED) and self.screen.count(view) >= self.wanted
        self.screen.draw()
        self.screen.taken(before)

    def _failed(self, error: LnctpError) -> None:
        """Say what went wrong: in the list, or over what it shows."""
        if self.screen.WAITING:
            self.trouble = self.screen.sentence(error)
            self.screen.draw()
        else:
            self.screen.shell.tell(error)

    def draw_otherwise(self) -> None:
        """Draw what was read, when it was drawn for another width or in another language."""
        if self._drawn_for != (self.screen.width, language()):
            self.screen.draw()

    def draw(self) -> None:
        """Draw what was read."""
        self._drawn_for = self.screen.width, language()
        self.screen.query_one(RowList).show(self._lines())
        self.screen.refresh_bindings()
        self.screen.query_one(KeyBar).refresh()

    def _lines(self) -> Sequence[Line]:
        if self.view is not None and not self.trouble:
            return self.screen.lines(self.view)
        waiting = self.screen.WAITING
        return self.screen.frame.notes(self.trouble or _(waiting)) if waiting else ()


class ListScreen(AppScreen[Any], Generic[View]):
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
    WAITING: ClassVar[str] = ""
    """What stands before the first read, as a Spanish msgid; such a list also says itself what went wrong."""
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

    def __init__(self, **named: str | None) -> None:
        super().__init__(**named)
        self.rows = RowsView(self)
        if self.PLACE and SCREENS[self.PLACE].resume is not None:
            self.place = (self.PLACE, "")

    @property
    def view(self) -> View | None:
        """What is shown; None before the first read."""
        return self.rows.view

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
            self.rows.draw_otherwise()
            self.read()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self.rows.draw_otherwise)

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
        self.rows.read()

    def take(self, view: View) -> None:
        """Show what was read."""
        self.rows.take(view)

    def draw(self) -> None:
        """Draw what was read."""
        self.rows.draw()

    def sentence(self, error: LnctpError) -> str:
        """What a list that says itself what went wrong says."""
        return sentence(error)

    @property
    def width(self) -> int:
        """Cells of the list."""
        return self.size.width

    @property
    def frame(self) -> Frame:
        """What rows are drawn with."""
        return frame(self.shell, self.width)

    @on(RowList.Bottom)
    @on(Reader.Bottom)
    def read_more(self) -> None:
        """The next page."""
        self.rows.read_more()

    @on(RowList.Chosen)
    def open_row(self, event: RowList.Chosen) -> None:
        """Open the row under the cursor."""
        event.stop()
        self.open_key(event.key)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

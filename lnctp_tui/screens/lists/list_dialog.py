"""A list by declaration in a dialog."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog
from lnctp_tui.screens.lists.list_screen import ListScreen, View
from lnctp_tui.screens.lists.search import SearchEntry
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import RowList


class ListDialog(AppDialog[Any], ListScreen[View]):
    """A list screen that stands over another, under a title. Unless a declaration says otherwise it answers a key."""

    CSS_PATH = LISTS
    READ_ON = frozenset()
    ROWS: ClassVar[type[RowList]] = RowList
    HEIGHT: ClassVar[int] = 9
    """Lines of the list."""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("cancelar"), id="dialog.leave")]

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title_text = title

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield from self.above()
            yield (rows := self.ROWS())
            rows.styles.height = self.HEIGHT
            yield KeyBar()

    @property
    def width(self) -> int:
        """Cells of the list; before it is laid out, those of the screen."""
        return self.query_one(RowList).size.width or self.size.width

    def above(self) -> ComposeResult:
        """What stands between title and list."""
        yield from ()

    def open_key(self, key: str) -> None:
        """Answer it."""
        self.dismiss(key)


class BoxDialog(ListDialog[View]):
    """A list of what fits what is typed in a box above it."""

    AUTO_FOCUS = "SearchEntry"

    def above(self) -> ComposeResult:
        """The box."""
        yield SearchEntry(id="typed")

    @property
    def typed(self) -> str:
        """What stands in the box."""
        return self.query_one(SearchEntry).value.strip()

    def action_open_first(self) -> None:
        """Take the only one that fits what is typed; of several one is chosen in the list. Nothing typed takes none."""
        rows = self.query_one(RowList)
        if not self.typed:
            self.notify(_("Escriba una parte, o elija con las flechas."), markup=False)
        elif len(rows.keys) == 1:
            rows.action_choose()
        else:
            rows.focus()

    def action_to_list(self) -> None:
        """To the list."""
        self.query_one(RowList).focus()

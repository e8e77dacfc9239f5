"""Pick another case by typing part of what is known of it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import _
from lnctp_tui.screens.dialogs import PickDialog, Picks
from lnctp_tui.screens.lists.search import LEAST, SearchEntry
from lnctp_tui.services.case import search
from lnctp_tui.services.case.search import Hit
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note

MOST = 20


class FindCaseDialog(PickDialog):
    """A box and the cases it finds, without the case itself."""

    AUTO_FOCUS = "SearchEntry"

    def __init__(self, title: str, besides: str) -> None:
        super().__init__(title, ())
        self.besides = besides

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield SearchEntry(id="typed")
            yield (rows := Picks([note(_("Escriba dos letras o más: folio, nombre, teléfono, lugar."))]))
            rows.styles.height = 9
            yield KeyBar()

    @on(Input.Changed, "#typed")
    def look(self, event: Input.Changed) -> None:
        """Search for what stands in the box."""
        typed = event.value.strip()
        if len(typed) >= LEAST:
            store = self.shell.workspace.store
            self.shell.in_reader(lambda: search.search(store, typed, MOST), self._show, group="find_case")

    def _show(self, hits: list[Hit]) -> None:
        lines = [
            Line((Cell(hit.folio or "", 13, "strong"), Cell(hit.line)), hit.case_id)
            for hit in hits
            if hit.case_id and hit.case_id != self.besides
        ]
        self.query_one(RowList).show(lines or [note(_("Ningún otro caso con eso."))])

    def action_open_first(self) -> None:
        """Take the only one; of several one is chosen in the list."""
        rows = self.query_one(RowList)
        rows.action_choose() if len(rows.keys) == 1 else rows.focus()

    def action_to_list(self) -> None:
        """To the list."""
        self.query_one(RowList).focus()

"""Pick another case by typing part of what is known of it."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from lnctp_tui.i18n import _
from lnctp_tui.screens.dialogs import Picks
from lnctp_tui.screens.lists.columns import Column, Columns
from lnctp_tui.screens.lists.list_dialog import BoxDialog
from lnctp_tui.screens.lists.list_screen import Job
from lnctp_tui.screens.lists.search import LEAST, Found
from lnctp_tui.services.case import search
from lnctp_tui.services.case.search import Hit
from lnctp_tui.widgets.row_list import Line

MOST = 20
HITS: Columns[Hit] = Columns(
    (Column(lambda hit, _frame: hit.folio or "", 13, "strong"), Column(lambda hit, _frame: hit.line)),
    lambda hit: hit.case_id or "",
)
"""Cases that were found."""


class FindCaseDialog(BoxDialog[Found]):
    """A box and the cases it finds, without the case itself."""

    PURPOSE = "case.find"
    GROUP = "find_case"
    ROWS = Picks

    def __init__(self, title: str, besides: str) -> None:
        super().__init__(title)
        self.besides = besides
        self.rows.view = Found("", [])

    @on(Input.Changed, "#typed")
    def look(self) -> None:
        """Search for what stands in the box."""
        if len(self.typed) >= LEAST:
            self.read()

    def job(self, limit: int) -> Job[Found]:
        """What this laptop has."""
        store, typed = self.shell.workspace.store, self.typed
        return lambda: Found(typed, search.search(store, typed, MOST))

    def lines(self, view: Found) -> list[Line]:
        """The other cases."""
        others = [hit for hit in view.hits if hit.case_id and hit.case_id != self.besides]
        hint = _("Escriba dos letras o más: folio, nombre, teléfono, lugar.")
        return HITS.lines(others, self.frame, _("Ningún otro caso con eso.") if view.typed else hint)

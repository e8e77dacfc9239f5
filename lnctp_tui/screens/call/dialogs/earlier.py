"""Earlier contacts that match a call, and linking one as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.case.matches import MatchesDialog
from lnctp_tui.screens.lists.list_screen import Job
from lnctp_tui.services.call import endings
from lnctp_tui.widgets.row_list import Line, RowList

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.call.matches import Match


class Earlier(RowList):
    """Rows of which one is linked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", N_("vincular como posible"), key_display="Enter", id="earlier.link")
    ]


NO_CASE = N_("Esta llamada todavía no abre un caso: elija primero el tipo de contacto.")
NONE = N_("Ninguno coincide en teléfono, alias, usuario, folio, o lugar y modo de operar.")


class EarlierContacts(MatchesDialog):
    """The cases that match a call."""

    PURPOSE = GROUP = "earlier"
    ROWS = Earlier
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f7", "leave", N_("volver"), id="earlier.close"),
        Binding("u", "unlink", N_("soltar"), id="earlier.unlink"),
        Binding("a", "open", N_("abrir el caso"), id="earlier.open"),
    ]

    def __init__(self, intake: Intake) -> None:
        super().__init__(_("Contactos anteriores que coinciden"))
        self.intake = intake

    def job(self, limit: int) -> Job[list[Match]]:
        """What this laptop has."""
        return endings.earlier(self.intake)

    def none(self) -> list[Line]:
        """By what was searched."""
        return self.frame.notes(_(NONE))

    def open_key(self, key: str) -> None:
        """Link it."""
        self._link("possible")

    def action_unlink(self) -> None:
        """Take the link back."""
        self._link(None)

    def _link(self, how: str | None) -> None:
        if case_id := self.intake.document["case"].get("id"):
            self.link(case_id, how)
        elif self.view:
            self.notify(_(NO_CASE), markup=False)

    def action_open(self) -> None:
        """Read the case under the cursor."""
        if key := self.query_one(RowList).key:
            self.shell.show_case(key)

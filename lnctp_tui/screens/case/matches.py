"""Other cases that may be about the same people, why they may be, and linking one as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import write
from lnctp_tui.screens.links.words import WHY
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_dialog import ListDialog
from lnctp_tui.screens.lists.list_screen import Job
from lnctp_tui.screens.times import moment
from lnctp_tui.services.call import matches
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Line, RowList, note

if TYPE_CHECKING:
    from lnctp_tui.domain.records.document import Document
    from lnctp_tui.services.call.matches import Match


class _Row(NamedTuple):
    match: Match
    linked: bool


def _opened(row: _Row, frame: Frame) -> str:
    return moment(row.match.opened_at, frame.words.zone)


def _linked(row: _Row, _frame: Frame) -> str:
    if row.linked:
        return _("confirmado") if row.match.state == "confirmed" else _("vinculado como posible")
    return _("no era lo mismo; hay un motivo nuevo") if row.match.state == matches.DENIED else ""


def _why(row: _Row, _frame: Frame) -> list[Line]:
    return [note(f"    {_(WHY.get(kind, kind))}: {value}") for kind, value in row.match.why]


MATCHES: Columns[_Row] = Columns(
    (
        Column(lambda row, _frame: row.match.folio or "", 13, "strong"),
        Column(_opened, 19, "muted"),
        Column(_linked, None, "success"),
    ),
    lambda row: row.match.case_id,
    _why,
)
"""Cases that match, and what each has in common with this one."""


class MatchesDialog(ListDialog["list[Match]"]):
    """The matches, strongest first, with their reasons. Linking says "possible" and can be taken back."""

    GROUP = "matches"
    WAITING = N_("Buscando…")
    HEIGHT = 14

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self.toggled: dict[str, bool] = {}
        """Cases that were linked here, or let go, since they were read."""

    def none(self) -> list[Line]:
        """What stands where no case matches."""
        raise NotImplementedError

    def sentence(self, error: LnctpError) -> str:
        """What stands in place of the matches when they could not be looked for."""
        message = _(
            "No se pudieron buscar. Lo escrito sigue guardándose. "
            "Cierre con Esc y pulse F7 para buscar otra vez."
        )
        return f"{message} {explain(error).happened}"

    def lines(self, view: list[Match]) -> list[Line]:
        """The cases, and what each has in common with this one."""
        rows = (_Row(match, self.toggled.get(match.case_id, match.state in matches.LINKED)) for match in view)
        return MATCHES.lines(rows, self.frame) or self.none()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Linking and opening need a match."""
        return bool(self.view) or action not in ("link", "unlink", "open")

    def link(self, case_id: str, how: str | None) -> None:
        """Note on this case and the one under the cursor that they may be linked; None takes it back."""
        other_id = self.query_one(RowList).key
        match = next((match for match in self.view or () if match.case_id == other_id), None)
        if match is None:
            return
        self.toggled[other_id] = bool(how)
        write(self, deed("link_say", case_id, other_id, how, list(match.keys) if how else []))
        self.draw()


class MatchesScreen(MatchesDialog):
    """The cases that match a case."""

    PURPOSE = "case.matches"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "link", N_("vincular como posible"), id="matches.link"),
        Binding("u", "unlink", N_("soltar"), id="matches.unlink"),
        Binding("f7", "leave", N_("volver"), show=False, id="matches.back"),
    ]

    def __init__(self, case_id: str, document: Document) -> None:
        super().__init__(_("Casos que coinciden"))
        self.case_id = case_id
        self.document = document

    def job(self, limit: int) -> Job[list[Match]]:
        """What this laptop has."""
        workspace, document = self.shell.workspace, self.document
        return lambda: matches.earlier(workspace.store, document, workspace.protocol)

    def none(self) -> list[Line]:
        """By what was searched."""
        searched = _("Se buscó por teléfono, alias, usuario, folio, lugar y modo.")
        return [note(_("Ningún caso coincide.")), note(searched)]

    def open_key(self, key: str) -> None:
        """Read that case."""
        self.dismiss(None)
        self.shell.show_case(key)

    def action_link(self) -> None:
        """Note on both cases that they may be linked."""
        self.link(self.case_id, "possible")

    def action_unlink(self) -> None:
        """Take the link back."""
        self.link(self.case_id, None)

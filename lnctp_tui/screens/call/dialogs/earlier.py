"""Earlier contacts that match, why they match, and linking one as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.services.call import endings
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.call.matches import Match

WHY = {
    "phone": N_("teléfono"),
    "handle": N_("usuario"),
    "plate": N_("placa"),
    "account": N_("cuenta"),
    "url": N_("enlace"),
    "email": N_("correo"),
    "alias": N_("alias"),
    "other": N_("dato"),
    "name": N_("nombre"),
    "folio": N_("folio en el relato"),
    "place_and_way": N_("lugar y modo de operar"),
}


def not_searched(error: LnctpError) -> str:
    """What stands in place of the matches when they could not be looked for."""
    message = _(
        "No se pudieron buscar. Lo escrito sigue guardándose. Cierre con Esc y pulse F7 para buscar otra vez."
    )
    return f"{message}\n{explain(error).happened}"


class EarlierContacts(AppDialog[None]):
    """The matches, strongest first. Linking says "possible" and can be taken back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f7", "dismiss(None)", N_("volver"), id="earlier.close"),
        Binding("enter", "choose", N_("vincular como posible"), key_display="Enter", id="earlier.link"),
        Binding("u", "unlink", N_("soltar"), id="earlier.unlink"),
        Binding("a", "open", N_("abrir el caso"), id="earlier.open"),
    ]

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self.intake = intake
        self.matches: list[Match] = []
        self.linked: set[str] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(_("Contactos anteriores que coinciden"), classes="dialog-title", markup=False)
            yield Static(_("Buscando…"), id="earlier-told", markup=False)
            yield OptionList(markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()
        self.shell.in_reader(endings.earlier(self.intake), self._show, group="earlier", failed=self._failed)

    def _failed(self, error: LnctpError) -> None:
        self.query_one("#earlier-told", Static).update(not_searched(error))

    def _show(self, matches: list[Match]) -> None:
        self.matches = matches
        message = (
            ""
            if matches
            else _("Ninguno coincide en teléfono, alias, usuario, folio, o lugar y modo de operar.")
        )
        self.query_one("#earlier-told", Static).update(message)
        self._list(0)

    def _list(self, cursor: int) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(match)) for match in self.matches)
        options.highlighted = cursor if self.matches else None
        self.refresh_bindings()

    def _line(self, match: Match) -> Content:
        zone = self.intake.workspace.zone
        day = str(view.day(match.opened_at, zone)) if match.opened_at else ""
        why = "\n".join(f"    {_(WHY.get(kind, kind))}: {value}" for kind, value in match.why)
        linked = "  ✓ " + _("vinculado como posible") if match.case_id in self.linked else ""
        return Content.assemble((match.folio or "?", "bold"), f"  {day}{linked}\n", (why, "dim"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Linking and opening need a match."""
        return bool(self.matches) or action not in ("choose", "unlink", "open")

    @property
    def _chosen(self) -> Match | None:
        place = self.query_one(OptionList).highlighted
        return self.matches[place] if place is not None and place < len(self.matches) else None

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        self._link("possible")

    def action_unlink(self) -> None:
        self._link(None)

    def _link(self, how: str | None) -> None:
        match, case = self._chosen, self.intake.document["case"].get("id")
        if match is None:
            return
        if not case:
            self.notify(
                _("Esta llamada todavía no abre un caso: elija primero el tipo de contacto."), markup=False
            )
            return
        self.intake.workspace.writer.submit(deed("link", case, match.case_id, how))
        self.linked = self.linked | {match.case_id} if how else self.linked - {match.case_id}
        self._list(self.matches.index(match))

    def action_open(self) -> None:
        if match := self._chosen:
            self.shell.show_case(match.case_id)

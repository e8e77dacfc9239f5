"""A case goes to a colleague: offered and answered, or given by a supervisor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppScreen, telling
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_dialog import BoxDialog
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.sync.sync_words import ROLES
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import transfer
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Colleague, Handed

CAN_HOLD = ("counselor", "curator", "supervisor")
"""Roles that take cases."""


def _role(colleague: Colleague, _frame: Frame) -> str:
    return _(ROLES.get(colleague.role, ""))


PEOPLE: Columns[Colleague] = Columns(
    (
        Column(lambda colleague, _frame: colleague.name, None, "strong"),
        Column(_role, 24, "muted"),
    ),
    lambda colleague: colleague.id,
)
"""Colleagues."""


class ColleagueDialog(BoxDialog["list[Colleague]"]):
    """A box, and the colleagues whose name has what is typed. Answers an id."""

    PURPOSE = "case.to"
    GROUP = "colleagues"
    WAITING = N_("Preguntando al servidor…")

    def job(self, limit: int) -> Job[list[Colleague]]:
        """Asks the server."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        return lambda: synchronise.colleagues(workspace)

    @on(Input.Changed, "#typed")
    def look(self, event: Input.Changed) -> None:
        """Show who fits."""
        event.stop()
        self.draw()

    def lines(self, view: list[Colleague]) -> list[Line]:
        """Those who can take a case, by name."""
        me, typed = self.shell.workspace.counselor_id, fold(self.typed)
        fitting = [
            colleague
            for colleague in view
            if colleague.id != me and colleague.role in CAN_HOLD and typed in fold(colleague.name)
        ]
        by_name = sorted(fitting, key=lambda colleague: fold(colleague.name))
        return PEOPLE.lines(by_name, self.frame, _("Nadie con eso."))


def _who(offer: Handed, _frame: Frame) -> str:
    if offer.mine:
        return _("de {name}").format(name=offer.from_name or "?")
    return _("a {name}").format(name=offer.to_name or "?")


def _folio(offer: Handed, _frame: Frame) -> str:
    return offer.folio or _("sin folio")


OFFERS: Columns[Handed] = Columns(
    (
        Column(_folio, 13, "strong"),
        Column(_who),
        Column(lambda offer, frame: moment(offer.at, frame.words.zone), 19, "muted"),
    ),
    lambda offer: offer.scope,
)
"""Cases on their way from hand to hand."""


class OffersScreen(ListScreen["list[Handed]"]):
    """What is offered to this person, to accept or not, and what waits for a colleague's answer."""

    NAME = N_("Casos ofrecidos")
    GROUP = "offers"
    WAITING = N_("Preguntando al servidor…")
    READ_ON = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer(True)", N_("aceptar"), id="offers.accept"),
        Binding("x", "answer(False)", N_("no aceptar"), id="offers.decline"),
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="offers.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="offers.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="offers.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="offers.leave"),
        Binding("ctrl+l", "app.lock", N_("bloquear"), id="offers.lock"),
    ]

    def job(self, limit: int) -> Job[list[Handed]]:
        """Asks the server."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        return lambda: synchronise.offers(workspace)

    def lines(self, view: list[Handed]) -> list[Line]:
        """Those to answer, then those that wait for somebody else."""
        frame = self.frame
        return [
            heading(_("Para usted")),
            *OFFERS.lines((offer for offer in view if offer.mine), frame, _("Ninguno.")),
            note(""),
            heading(_("Ofrecidos por usted, sin respuesta todavía")),
            *OFFERS.lines((offer for offer in view if not offer.mine), frame, _("Ninguno.")),
        ]

    @property
    def _chosen(self) -> Handed | None:
        key = self.query_one(RowList).key
        return next((offer for offer in self.view or () if offer.scope == key and offer.mine), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An answer needs an offer."""
        return action != "answer" or any(offer.mine for offer in self.view or ())

    def open_key(self, key: str) -> None:
        """Accept or not; one's own offer is only shown."""
        offer = self._chosen
        if offer is None:
            self.notify(_("Falta que responda su colega."), markup=False)
            return
        lines = [
            Line((Cell(_("Aceptar: el caso pasa a su cargo")),), "yes"),
            Line((Cell(_("No aceptar: sigue con quien lo ofreció")),), "no"),
        ]
        title, stay = _("Caso {folio}").format(folio=offer.folio or ""), _("Todavía no")
        self.app.push_screen(
            PickDialog(title, lines, purpose="case.offer", stay=stay),
            lambda answer: self._answer(offer, answer == "yes") if answer else None,
        )

    def action_answer(self, accept: bool) -> None:
        """Answer for the offer under the cursor."""
        if self._chosen is not None:
            self._answer(self._chosen, accept)

    def _answer(self, offer: Handed, accept: bool) -> None:
        workspace = self.shell.workspace
        act = transfer.accept if accept else transfer.decline
        message = (
            _("Aceptado: el caso llega con la siguiente sincronización.") if accept else _("No aceptado.")
        )
        told = telling(self, message, self.action_again, sent=True)
        self.shell.in_reader(lambda: act(workspace, offer.scope), told, group="answer")


def hand_over(screen: AppScreen[None], case_id: str, *, assign: bool, done: Callable[[], None]) -> None:
    """Pick a colleague and offer them the case, or as a supervisor give it to them."""
    from lnctp_tui.services.sync import synchronise

    shell = screen.shell
    workspace = shell.workspace

    message = _("Asignado.") if assign else _("Ofrecido: sigue con usted hasta que lo acepten.")
    told = telling(screen, message, done, sent=True)

    def given(person: str | None) -> None:
        if person is None:
            return
        if assign:
            shell.in_reader(lambda: transfer.assign(workspace, case_id, person), told, group="hand")
        else:
            shell.in_reader(lambda: synchronise.offer(workspace, case_id, person), told, group="hand")

    title = _("Asignar el caso a…") if assign else _("Ofrecer el caso a…")
    screen.app.push_screen(ColleagueDialog(title), given)

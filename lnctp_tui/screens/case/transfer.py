"""A case goes to a colleague: offered and answered, or given by a supervisor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.domain.values.text import fold
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppScreen, sentence
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.lists.search import SearchEntry
from lnctp_tui.screens.sync.sync_words import ROLES
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import transfer
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Colleague, Handed

CAN_HOLD = ("counselor", "supervisor")
"""Roles that take cases."""


class ColleagueDialog(PickDialog):
    """A box, and the colleagues whose name has what is typed. Answers an id."""

    AUTO_FOCUS = "SearchEntry"

    def __init__(self, title: str) -> None:
        super().__init__(title, ())
        self.found: list[Colleague] = []
        self.said = _("Preguntando al servidor…")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield SearchEntry(id="typed")
            yield (rows := RowList([note(self.said)]))
            rows.styles.height = 9
            yield KeyBar()

    def on_mount(self) -> None:
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: synchronise.colleagues(workspace), self._take, group="colleagues", failed=self._failed
        )

    def _take(self, found: list[Colleague]) -> None:
        me = self.shell.workspace.counselor_id
        self.found = sorted(
            (each for each in found if each.id != me and each.role in CAN_HOLD),
            key=lambda each: fold(each.name),
        )
        self.said = _("Nadie con eso.")
        self._show()

    def _failed(self, error: LnctpError) -> None:
        self.said = sentence(error)
        self._show()

    @on(Input.Changed, "#typed")
    def look(self, event: Input.Changed) -> None:
        """Show who fits."""
        event.stop()
        self._show()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        typed = fold(self.query_one(SearchEntry).value.strip())
        lines = [
            Line((Cell(each.name, None, "strong"), Cell(_(ROLES.get(each.role, "")), 24, "muted")), each.id)
            for each in self.found
            if typed in fold(each.name)
        ]
        rows = self.query_one(RowList)
        rows.show(lines or [note(line) for line in wrap(self.said, max(20, rows.size.width - 4))])

    def action_open_first(self) -> None:
        """Take the one under the cursor."""
        self.query_one(RowList).action_choose()

    def action_to_list(self) -> None:
        """To the list."""
        self.query_one(RowList).focus()


class OffersScreen(AppScreen[None]):
    """What is offered to this person, to accept or not, and what waits for a colleague's answer."""

    NAME = N_("Casos ofrecidos")
    CSS_PATH = LISTS
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "answer(True)", N_("aceptar"), id="offers.accept"),
        Binding("x", "answer(False)", N_("no aceptar"), id="offers.decline"),
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="offers.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="offers.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="offers.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="offers.leave"),
        Binding("ctrl+l", "app.lock", N_("bloquear"), id="offers.lock"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.offers: list[Handed] | None = None
        self.trouble = ""

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show()
        self.action_again()

    def action_again(self) -> None:
        """Ask the server."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: synchronise.offers(workspace), self._take, group="offers", failed=self._failed
        )

    def _take(self, offers: list[Handed]) -> None:
        self.offers, self.trouble = offers, ""
        self._show()

    def _failed(self, error: LnctpError) -> None:
        self.trouble = sentence(error)
        self._show()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        if not self.is_mounted:
            return
        if self.trouble or self.offers is None:
            said = self.trouble or _("Preguntando al servidor…")
            lines = [note(line) for line in wrap(said, max(20, self.size.width - 4))]
        else:
            lines = [
                heading(_("Para usted")),
                *self._each(mine=True),
                note(""),
                heading(_("Ofrecidos por usted, sin respuesta todavía")),
                *self._each(mine=False),
            ]
        self.query_one(RowList).show(lines)
        self.refresh_bindings()

    def _each(self, *, mine: bool) -> list[Line]:
        lines = [self._line(each) for each in self.offers or () if each.mine is mine]
        return lines or [note(_("Ninguno."))]

    def _line(self, each: Handed) -> Line:
        who = (
            _("de {name}").format(name=each.from_name or "?")
            if each.mine
            else _("a {name}").format(name=each.to_name or "?")
        )
        return Line(
            (
                Cell(each.folio or _("sin folio"), 13, "strong"),
                Cell(who, None),
                Cell(moment(each.at, self.shell.workspace.zone), 19, "muted"),
            ),
            each.scope,
        )

    @property
    def _chosen(self) -> Handed | None:
        key = self.query_one(RowList).key if self.is_mounted else ""
        return next((each for each in self.offers or () if each.scope == key and each.mine), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An answer needs an offer."""
        return action != "answer" or any(each.mine for each in self.offers or ())

    @on(RowList.Chosen)
    def ask(self, event: RowList.Chosen) -> None:
        """Accept or not; one's own offer is only shown."""
        event.stop()
        found = self._chosen
        if found is None:
            self.notify(_("Falta que responda su colega."), markup=False)
            return
        lines = [
            Line((Cell(_("Aceptar: el caso pasa a su cargo")),), "yes"),
            Line((Cell(_("No aceptar: sigue con quien lo ofreció")),), "no"),
        ]
        self.app.push_screen(
            PickDialog(_("Caso {folio}").format(folio=found.folio or ""), lines),
            lambda said: self._answer(found, said == "yes") if said else None,
        )

    def action_answer(self, accept: bool) -> None:
        """Answer for the offer under the cursor."""
        if self._chosen is not None:
            self._answer(self._chosen, accept)

    def _answer(self, offer: Handed, accept: bool) -> None:
        workspace = self.shell.workspace
        act = transfer.accept if accept else transfer.decline
        said = _("Aceptado: el caso llega con la siguiente sincronización.") if accept else _("No aceptado.")

        def done(_result: None) -> None:
            self.notify(said, markup=False)
            self.shell.sync_now()
            self.action_again()

        self.shell.in_reader(lambda: act(workspace, offer.scope), done, group="answer")

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


def hand_over(screen: AppScreen[None], case_id: str, *, assign: bool, done: Callable[[], None]) -> None:
    """Pick a colleague and offer them the case, or as a supervisor give it to them."""
    from lnctp_tui.services.sync import synchronise

    shell = screen.shell
    workspace = shell.workspace

    def given(person: str | None) -> None:
        if person is None:
            return
        if assign:
            shell.in_reader(lambda: transfer.assign(workspace, case_id, person), told, group="hand")
        else:
            shell.in_reader(lambda: synchronise.offer(workspace, case_id, person), told, group="hand")

    def told(_result: None) -> None:
        said = _("Asignado.") if assign else _("Ofrecido: sigue con usted hasta que lo acepten.")
        screen.notify(said, markup=False)
        shell.sync_now()
        done()

    title = _("Asignar el caso a…") if assign else _("Ofrecer el caso a…")
    screen.app.push_screen(ColleagueDialog(title), given)

"""Confirm the authority: six words both ways in one call, so that this laptop learns its officers from a person."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, say, sentence
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry


class HeardEntry(PhraseEntry):
    """The words that are heard; Enter compares them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", N_("confirmar"), id="confirm.confirm"),
    ]


class ConfirmScreen(AppDialog[bool]):
    """The organisation's words are typed as they are heard: whoever only reads them off a screen compares nothing.

    Answers whether it was confirmed.
    """

    PURPOSE = "order.confirm"
    CSS_PATH = LISTS
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("volver"), id="confirm.leave"),
    ]

    def __init__(self, own: str) -> None:
        super().__init__()
        self.own = own
        self.done = self.asking = False

    def compose(self) -> ComposeResult:
        how = _(
            "Llame a su coordinación al número que usted ya conoce. Primero lea las seis palabras de este "
            "equipo; después escriba las seis de la organización, como las oye."
        )
        with Vertical():
            yield Static(Content(_("Confirmar autoridad")), classes="title")
            yield Static(Content(how), classes="text")
            yield Static(Content(f"{_('Este equipo')}:   {self.own}"), id="own", classes="text")
            yield Static(Content(_("Las de la organización:")), classes="muted")
            yield HeardEntry(vault_access.complete, masked=False)
            yield Static(id="said")
            yield KeyBar()

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Compare."""
        event.stop()
        self.action_confirm()

    def action_confirm(self) -> None:
        """Ask the server whom it names, and compare with what was heard."""
        from lnctp_tui.services.sync import orders

        heard, workspace = self.query_one(PhraseEntry).value, self.shell.workspace
        if self.done:
            self.dismiss(True)
        elif not heard.strip():
            say(self, _("No se confirmó nada: faltan las palabras."), "warning")
        elif not self.asking:
            self.asking = True
            say(self, _("Comparando…"), "muted")
            self.shell.in_reader(
                lambda: orders.confirm(workspace, orders.offered_org(workspace), heard), self._confirmed,
                group="confirm", failed=self._failed,
            )  # fmt: skip

    def _confirmed(self, _done: None) -> None:
        self.done, self.asking = True, False
        self.shell.sync_now()
        say(
            self,
            _("Son las mismas: este equipo obedece desde ahora solo lo que firman sus responsables."),
            "success",
        )

    def _failed(self, error: LnctpError) -> None:
        self.asking = False
        say(self, sentence(error), "error")
        self.query_one(PhraseEntry).refused()

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(self.done)

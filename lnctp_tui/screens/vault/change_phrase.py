"""Another phrase for the same data: the old one, then the new one."""

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
from lnctp_tui.screens.vault.new_phrase import NewPhrase, NewPhraseScreen
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry


class ChangePhraseScreen(AppDialog[None]):
    """Asks for the phrase in use: an unlocked, unattended app must not give the data away."""

    PURPOSE = "change_phrase"
    CSS_PATH = LISTS
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("volver"), id="change.leave")]

    def __init__(self) -> None:
        super().__init__()
        self.old = ""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(_("Frase de ahora")), classes="title")
            yield PhraseEntry(vault_access.complete)
            yield Static(id="said", classes="muted")
            yield KeyBar()

    @on(Input.Submitted)
    def check(self, event: Input.Submitted) -> None:
        """Check the phrase in use, then ask for the new one."""
        event.stop()
        self.old = event.value
        home, old = self.shell.home, event.value
        say(self, _("Comprobando…"))
        self.shell.in_reader(
            lambda: vault_access.is_right(home, old), self._checked, group="phrase", failed=self._failed
        )

    def _checked(self, right: bool) -> None:
        if right:
            say(self, "")
            name = self.shell.workspace.counselor_name
            self.app.push_screen(NewPhraseScreen((name,)), self._change)
        else:
            say(self, _("La frase no abre."))
            self.query_one(PhraseEntry).refused()

    def _change(self, phrase: NewPhrase | None) -> None:
        if phrase is None:
            return
        home, old, store = self.shell.home, self.old, self.shell.workspace.store
        say(self, _("Cambiando…"))
        self.shell.in_reader(
            lambda: vault_access.change_phrase(home, old, phrase.words, phrase.kind, store),
            self._changed,
            group="phrase",
            failed=self._failed,
        )

    def _changed(self, _done: None) -> None:
        self.old = ""
        self.app.notify(
            _("La frase cambió. La anterior ya no abre; los respaldos viejos se abren con la suya."),
            markup=False,
        )
        self.dismiss(None)

    def _failed(self, error: LnctpError) -> None:
        say(self, sentence(error))
        self.query_one(PhraseEntry).refused()

    def action_leave(self) -> None:
        """Nothing changes."""
        self.dismiss(None)

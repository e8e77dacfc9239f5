"""A lock or an end that would lose something: everything is hidden, and it waits until nothing would be lost.

The phrase leads back. Losing what is missing takes a word typed in full, never Enter alone.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, Given
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry

LOOK = 1.0
"""Seconds between two looks whether nothing would be lost any more."""


class HoldScreen(AppDialog[None]):
    """Stands over everything. `locked`: only the phrase leads back; else Esc does too. `ordered`: nothing does."""

    CSS_PATH = LISTS
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", N_("seguir aquí"), key_display="Esc", id="hold.back"),
        Binding("f4", "lose", N_("perder lo que falta"), key_display="F4", id="hold.lose"),
    ]

    def __init__(self, *, locked: bool, ordered: bool = False) -> None:
        super().__init__()
        self.locked, self.ordered = locked, ordered

    def compose(self) -> ComposeResult:
        with Vertical(id="hold"):
            yield Static(Content(_("Espere: todavía no se cierra.")), classes="title")
            yield Static(Content(self._why()), id="hold-why")
            yield Static(Content(_("Falta guardar:")), classes="title")
            with VerticalScroll(can_focus=False):
                yield Static(Content(self._missing()), id="hold-missing")
            yield Static(Content(self._way_back()), id="hold-way", classes="muted")
            yield PhraseEntry(id="hold-phrase")
            yield Static(id="hold-said", classes="error")
            yield KeyBar()

    def on_mount(self) -> None:
        self.set_interval(LOOK, self._look)
        self._hide_phrase()

    def _why(self) -> str:
        return _(
            "Lo escrito se esconde, pero no cabe en el disco: está solo en la memoria. En cuanto el disco lo "
            "acepte se cierra solo. Libere espacio o devuelva el permiso de escritura, y no apague el equipo."
        )

    def _missing(self) -> str:
        return "\n".join(f"· {line}" for line in self.shell.unsaved())

    def _way_back(self) -> str:
        if self.ordered:
            return _("Lo ordenaron sus responsables: a lo que estaba escribiendo no se vuelve.")
        if self.locked:
            return _("Su frase y Enter: volver a lo que estaba escribiendo.")
        return _("Esc: seguir aquí.")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc leads back only from an end that nobody locked."""
        return super().check_action(action, parameters) if action != "back" else not self.locked

    def close_way(self, *, ordered: bool = False) -> None:
        """From now on only the phrase leads back; `ordered`: nothing does."""
        self.locked, self.ordered = True, self.ordered or ordered
        for told in self.query("#hold-way").results(Static):  # none, while the screen is still being made
            told.update(Content(self._way_back()))
        self._hide_phrase()
        self.refresh_bindings()

    def _hide_phrase(self) -> None:
        if self.ordered:
            self.query("#hold-phrase").set(display=False)
            self.set_focus(None)
            self.call_after_refresh(self.refresh_bindings)

    def _look(self) -> None:
        self.query_one("#hold-missing", Static).update(Content(self._missing()))
        self.shell.leave_if_safe()

    @on(Input.Submitted, "#hold-phrase")
    def try_phrase(self, event: Input.Submitted) -> None:
        """Whoever knows the phrase goes on."""
        event.stop()
        words, event.input.value = event.value, ""
        if not words.strip():
            return
        self.query_one("#hold-said", Static).update(Content(_("Abriendo…")))
        home = self.shell.home
        self.shell.in_reader(
            lambda: vault_access.is_right(home, words), self._tried, group="hold", failed=self._failed
        )

    def _tried(self, right: bool) -> None:
        if right:
            self.shell.come_back()
        else:
            self.query_one("#hold-said", Static).update(Content(_("Esa no es la frase.")))

    def _failed(self, error: LnctpError) -> None:
        self.query_one("#hold-said", Static).update(Content(error.code))

    def action_back(self) -> None:
        """Go on working."""
        self.shell.come_back()

    def action_lose(self) -> None:
        """Ask for the word that loses what is missing."""
        from lnctp_tui.screens.dialogs import LineDialog

        word = _("PERDER")

        def lose(answer: Given[str] | None) -> None:
            if answer is not None and answer.value.casefold() == word.casefold():
                self.shell.leave_anyway()

        title = _("Se perderá lo que falta guardar, y no se puede recuperar.")
        hint = _("Para cerrar así escriba {word} y Enter. Esc: seguir esperando.").format(word=word)
        self.app.push_screen(LineDialog(title, hint, 40), lose)

"""The printed recovery sheet: 24 words that open the vault when the phrase is lost."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppScreen, say, sentence
from lnctp_tui.screens.vault.new_phrase import grid
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar

FILE = "hoja.txt"


class SheetScreen(AppScreen[None]):
    """Says what a lost phrase means, and offers the sheet. Going on without it is asked."""

    CSS_PATH = "../../styles/first.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "make", N_("hacer la hoja"), id="sheet.make"),
        Binding("f6", "file", N_("guardarla en un archivo"), id="sheet.file"),
        Binding("enter,escape", "done", N_("seguir"), id="sheet.done"),
    ]

    def __init__(self, key: vault_access.Key, *, organisation: bool) -> None:
        super().__init__()
        self.key = key
        self.organisation = organisation
        self.words = ""
        self._asked = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(Content(_("Si pierde la frase")), classes="title")
            yield Static(Content(self._warning()), classes="text" if self.organisation else "warning")
            yield Static(Content(self._offer()), id="text", classes="text")
            yield Static(id="words")
            yield Input(str(Path.home() / FILE), id="path", compact=False)
            yield Static(id="said", classes="muted")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#path").display = False

    def _warning(self) -> str:
        if self.organisation:
            return _(
                "Su organización puede devolverle el acceso: dos custodios abren sus datos, sin conexión."
            )
        return _(
            "Esta instalación no tiene clave de recuperación de una organización. Si pierde la frase, pierde los "
            "datos: nadie puede recuperarlos."
        )

    def _offer(self) -> str:
        return _(
            "La hoja de recuperación son 24 palabras en papel que también abren. Guárdela bajo llave, lejos de este "
            "equipo y de la frase."
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The file only when there is a sheet."""
        if action == "make":
            return not self.words
        return bool(self.words) if action == "file" else True

    def action_make(self) -> None:
        """Make the sheet and show it."""
        try:
            self.words = vault_access.spelled(vault_access.new_sheet(self.shell.home, self.key))
        except LnctpError as error:
            say(self, sentence(error))
            return
        self.query_one("#text", Static).update(
            Content(_("Anótela o guárdela para imprimir. Se muestra una sola vez."))
        )
        self.query_one("#words", Static).update(Content(grid(self.words, 3)))
        self.refresh_bindings()

    def action_file(self) -> None:
        """Ask where to write it."""
        path = self.query_one("#path", Input)
        path.display = True
        path.focus()
        say(self, _("Quien lea ese archivo abre sus datos: imprímalo, bórrelo y vacíe la papelera."))

    @on(Input.Submitted, "#path")
    def write(self, event: Input.Submitted) -> None:
        """Write the sheet at a name that is free."""
        try:
            vault_access.write_private(vault_access.named(event.value), grid(self.words, 3) + "\n")
        except FileExistsError:
            say(self, _("Ya hay un archivo con ese nombre. Escriba otro."))
        except LnctpError as error:
            say(self, sentence(error))
        else:
            event.input.display = False
            self.set_focus(None)
            say(self, _("Guardada. Imprímala, borre el archivo y vacíe la papelera."))

    def action_done(self) -> None:
        """Go on; without a sheet, only when asked twice."""
        if self.words or self._asked:
            self.dismiss(None)
            return
        self._asked = True
        say(self, _("Todavía no hay hoja: F5 la hace. Enter otra vez sigue sin ella."))

"""The first screen of a laptop that officers sealed: no phrase is asked for, and the way of the custodians is told."""

from __future__ import annotations

import os
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import _, language, set_language
from lnctp_tui.screens.base import say
from lnctp_tui.screens.vault.forgotten import ForgottenScreen
from lnctp_tui.screens.vault.unlock import ENDED
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry, PhraseHint

UNSAVED = ("76", "77")
"""Ends of which it is still to be said what was not saved."""


class SealedScreen(ForgottenScreen):
    """Makes the request for the custodians and reads their answer; nothing else opens this vault."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "language", "English / Español", id="sealed.language"),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(Content(_("Este equipo está sellado")), classes="title")
            yield Static(Content(self._text()), classes="text")
            yield PhraseEntry(id="sheet")
            yield PhraseHint(id="hint")
            yield Input(id="path", placeholder="")
            yield Static(id="said", classes="text")
        yield KeyBar()

    def on_mount(self) -> None:
        super().on_mount()
        if (ended := os.environ.get("LNCTP_LAST", "")) in UNSAVED:
            say(self, _(ENDED[ended]))
        self.set_timer(0.05, self.shell.preload_rest)

    def _text(self) -> str:
        return "\n".join((
            _("Lo ordenaron sus responsables, por ejemplo porque se dio por perdido o robado."),
            _("Nada se borró ni se pierde: lo registrado sigue aquí, cifrado, también lo que no se había enviado."),
            _("Ninguna frase ni hoja lo abre. Lo abren dos custodios de su organización; llame a su coordinación:"),
            _("1. F5 escribe una solicitud en un archivo; envíelo y compare seis palabras por teléfono."),
            _("2. Dos custodios la responden con «lnctp recovery open» y le devuelven otro archivo."),
            _("3. F6 lee esa respuesta, usted elige una frase nueva, y el equipo abre con todo lo que tenía."),
            _("Para llamadas mientras tanto use otro equipo."),
        ))  # fmt: skip

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to go back to."""
        return action != "back" and super().check_action(action, parameters)

    async def action_language(self) -> None:
        """Change the language of this screen."""
        set_language("en" if language() == "es" else "es")
        await self.recompose()
        ForgottenScreen.on_mount(self)

"""The first screen: one line for the phrase, and nothing that says what this program is."""

from __future__ import annotations

import os
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError, WrongPassphrase
from lnctp_tui.i18n import N_, _, language, ngettext, set_language
from lnctp_tui.screens.base import AppScreen, sentence
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry, PhraseHint

FREE_TRIES = 3
LONGEST_PAUSE = 30
FELL_OVER = "70"
ENDED = {
    "76": N_("Lo último que escribió no cupo en la base: está sellado junto a ella y se recupera al abrir."),
    "77": N_(
        "Al cerrarse, lo último que escribió no se pudo guardar en ningún lado. Lo anterior está en el disco."
    ),
    "79": N_(
        "Este equipo se cerró por una orden que firmaron sus responsables. Llame a su coordinación; al abrir se "
        "lee cuál fue."
    ),
}
"""What is said of the worker before, by its exit code (app_lock)."""


def pause_after(tries: int) -> int:
    """Seconds to wait after so many wrong phrases: none for three, then 2, 4, 8 … 30."""
    return 0 if tries < FREE_TRIES else min(LONGEST_PAUSE, 2 ** (tries - FREE_TRIES + 1))


class UnlockScreen(AppScreen[None]):
    """Asks for the phrase."""

    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "forgotten", N_("olvidé la frase"), id="unlock.forgotten"),
        Binding("f4", "language", "English / Español", id="unlock.language"),
    ]

    def __init__(self, profile: vault_access.Profile) -> None:
        super().__init__()
        self.profile = profile
        self.tries = 0
        self._left = 0

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(_("Frase")), id="title", classes="title")
            yield PhraseEntry(vault_access.complete if self.profile.kind == "words" else None, id="phrase")

    def on_mount(self) -> None:
        self.call_after_refresh(self._mount_rest)

    async def _mount_rest(self) -> None:
        """What the first paint did not need: hint, messages, keys; then the imports."""
        if not self.query("#phrase"):  # a phrase typed ahead has already led on
            return
        await self.query_one(Vertical).mount(PhraseHint(id="hint"), Static(id="said"))
        await self.mount(KeyBar())
        self._translate()
        if os.environ.get("LNCTP_LAST") == FELL_OVER:
            self._say(_("La última vez se detuvo por un error. Lo guardado está en el disco."), "warning")
        elif message := ENDED.get(os.environ.get("LNCTP_LAST", "")):
            self._say(_(message), "warning")
        self.set_timer(0.05, self.shell.preload_rest)

    def _translate(self) -> None:
        self.query_one("#title", Static).update(Content(_("Frase")))
        self.query(KeyBar).refresh()
        self.follow()

    def _say(self, text: str, look: str = "error") -> None:
        for widget in self.query("#said").results(Static):  # none yet, when the phrase was typed ahead
            widget.set_classes(look)
            widget.update(Content(text))

    @on(Input.Changed, "#phrase")
    @on(PhraseEntry.Looked)
    def follow(self) -> None:
        """Keep the hint up to date."""
        for hint in self.query(PhraseHint):
            hint.follow(self.query_one(PhraseEntry))

    @on(Input.Submitted, "#phrase")
    def try_phrase(self, event: Input.Submitted) -> None:
        """Derive the key in a thread; the entry waits."""
        words = event.value
        if not words.strip() or self._left:
            return
        event.input.disabled = True
        self._say(_("Abriendo…"), "muted")
        home = self.shell.home
        self.shell.open_with(lambda: vault_access.unlock(home, words), self._failed)

    def _failed(self, error: LnctpError) -> None:
        entry = self.query_one(PhraseEntry)
        entry.disabled = False
        entry.focus()
        entry.refused()
        if isinstance(error, WrongPassphrase):
            self.tries += 1
            self._left = pause_after(self.tries)
        self._say(sentence(error))
        if self._left:
            entry.disabled = True
            self._count_down(sentence(error))

    def _count_down(self, why: str) -> None:
        if self._left <= 0:
            entry = self.query_one(PhraseEntry)
            entry.disabled = False
            entry.focus()
            entry.refused()
            self._say(why)
            return
        wait = ngettext("Espere {count} segundo.", "Espere {count} segundos.", self._left).format(
            count=self._left
        )
        self._say(f"{why} {wait}")
        self._left -= 1
        self.set_timer(1.0, lambda: self._count_down(why))

    def action_language(self) -> None:
        """Change the language of this screen."""
        set_language("en" if language() == "es" else "es")
        self._say("")
        self._translate()

    def action_forgotten(self) -> None:
        """Ways back in without the phrase."""
        from lnctp_tui.screens.vault.forgotten import ForgottenScreen

        self.app.push_screen(ForgottenScreen(self.profile))

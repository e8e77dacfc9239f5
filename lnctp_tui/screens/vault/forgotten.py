"""Ways back in without the phrase: the printed sheet, or the organisation's custodians."""

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
from lnctp_tui.screens.vault.new_phrase import NewPhrase, NewPhraseScreen
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry, PhraseHint

REQUEST = "solicitud.json"


class ForgottenScreen(AppScreen[None]):
    """Takes the 24 words of the sheet, or makes a request for the custodians."""

    CSS_PATH = "../../styles/first.tcss"
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "request", N_("pedir a la organización"), id="forgotten.request"),
        Binding("f6", "answer", N_("leer la respuesta"), id="forgotten.answer"),
        Binding("escape", "back", N_("volver"), id="forgotten.back"),
    ]

    def __init__(self, profile: vault_access.Profile) -> None:
        super().__init__()
        self.profile = profile
        self._again = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(Content(_("Olvidé la frase")), classes="title")
            yield Static(Content(self._text()), classes="text" if self._hope else "warning")
            yield PhraseEntry(vault_access.complete, masked=False, id="sheet")
            yield PhraseHint(id="hint")
            yield Input(id="path", placeholder="")
            yield Static(id="said", classes="text")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#path").display = False
        self.query_one(PhraseEntry).display = self.query_one(PhraseHint).display = self.profile.sheet
        if not self.profile.sheet:
            self.set_focus(None)

    @property
    def _hope(self) -> bool:
        return self.profile.sheet or self.profile.organisation

    def _text(self) -> str:
        parts = []
        if self.profile.sheet:
            parts.append(_("Escriba las 24 palabras de la hoja de recuperación y pulse Enter."))
        if self.profile.organisation:
            organisation = _(
                "Su organización puede abrirla: F5 escribe una solicitud para dos custodios; F6 lee su respuesta."
            )
            parts.append(organisation)
        if not parts:
            none = _(
                "No se hizo hoja de recuperación ni hay clave de una organización: sin la frase no hay acceso."
            )
            parts += [none, _("Los datos siguen en el disco, cifrados. Si recuerda la frase, abrirán.")]
        return "\n".join(parts)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The custodians only when the organisation's key was there when the vault was made."""
        return self.profile.organisation or action not in ("request", "answer")

    @on(Input.Changed, "#sheet")
    @on(PhraseEntry.Looked)
    def follow(self) -> None:
        """Keep the hint up to date."""
        self.query_one(PhraseHint).follow(self.query_one(PhraseEntry))

    @on(Input.Submitted, "#sheet")
    def try_sheet(self, event: Input.Submitted) -> None:
        """Open with the sheet, then ask for a new phrase."""
        home, words = self.shell.home, event.value
        say(self, _("Abriendo…"))
        self.shell.in_reader(
            lambda: vault_access.unlock_with_sheet(home, words), self._new_phrase, failed=self._failed
        )

    def _new_phrase(self, key: vault_access.Key) -> None:
        say(self, "")
        self.app.push_screen(NewPhraseScreen(), lambda phrase: self._set(key, phrase))

    def _set(self, key: vault_access.Key, phrase: NewPhrase | None) -> None:
        home = self.shell.home

        def changed() -> vault_access.Key:
            if phrase is not None:
                vault_access.set_phrase(home, key, phrase.words, phrase.kind)
            return key

        self.shell.open_with(changed, self._failed)

    def action_request(self) -> None:
        """Write a request for the custodians and show the words they read back; a second one only when asked twice."""
        home = self.shell.home
        if vault_access.request_waits(home) and not self._again:
            self._again = True
            say(
                self,
                _(
                    "Ya hay una solicitud sin respuesta: F6 lee la respuesta. F5 otra vez hace una nueva, y la "
                    "anterior deja de servir."
                ),
            )
            return
        self._again = False

        def request() -> tuple[Path, str]:
            text, words = vault_access.recovery_request(home)
            return vault_access.write_beside(Path.home(), REQUEST, text), words

        self.shell.in_reader(request, lambda result: self._requested(*result), failed=self._failed)

    def _requested(self, path: Path, words: str) -> None:
        message = _(
            "Solicitud guardada en {path}. Envíela a sus custodios y compare por teléfono estas palabras: {words}"
        )
        say(self, message.format(path=path, words=words))

    def action_answer(self) -> None:
        """Ask where the custodians' answer is."""
        path = self.query_one("#path", Input)
        path.display = True
        path.placeholder = _("archivo con la respuesta")
        path.focus()

    @on(Input.Submitted, "#path")
    def read_answer(self, event: Input.Submitted) -> None:
        """Read the answer, ask for the new phrase, open."""
        typed = event.value
        self.shell.in_reader(lambda: vault_access.read_text(typed), self._answered, failed=self._failed)

    def _answered(self, text: str) -> None:
        say(self, "")
        self.app.push_screen(NewPhraseScreen(), lambda phrase: self._finish(text, phrase))

    def _finish(self, text: str, phrase: NewPhrase | None) -> None:
        if phrase is not None:
            home = self.shell.home
            self.shell.open_with(
                lambda: vault_access.finish_recovery(home, text, phrase.words, phrase.kind), self._failed
            )

    def _failed(self, error: LnctpError) -> None:
        say(self, sentence(error))
        self.query_one(PhraseEntry).refused()

    def action_back(self) -> None:
        """To the phrase."""
        self.dismiss(None)

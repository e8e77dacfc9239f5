"""A new phrase: seven generated words shown once and typed back, or an own one that is strong enough."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import VaultError
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import AppScreen, say
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.vault_access import Kind
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry, PhraseHint


class NewPhrase(NamedTuple):
    """A phrase that was typed twice, or shown and typed back."""

    words: str
    kind: Kind


def grid(words: str, columns: int = 2) -> str:
    """Words as they are spelled, with their numbers, in columns to read downwards."""
    spelled = vault_access.spelled(words).split()
    rows = -(-len(spelled) // columns)
    width = max(map(len, spelled)) + 8
    lines = [
        "".join(f"{n + 1:>3}  {spelled[n]}".ljust(width) for n in range(row, len(spelled), rows)).rstrip()
        for row in range(rows)
    ]
    return "\n".join(lines)


class NewPhraseScreen(AppScreen[NewPhrase | None]):
    """Steps: read (`shown`), type back (`repeat`); or an own phrase (`own`) and type it again (`repeat`)."""

    CSS_PATH = "../../styles/first.tcss"
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", N_("ya la anoté"), id="phrase.next"),
        Binding("f5", "another", N_("otra frase"), id="phrase.another"),
        Binding("f6", "own", N_("frase propia"), id="phrase.own"),
        Binding("escape", "back", N_("volver"), id="phrase.back"),
    ]

    def __init__(self, hints: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.hints = hints
        self.step = "shown"
        self.kind: Kind = "words"
        self.words = vault_access.generate()

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(id="title", classes="title")
            yield Static(id="text", classes="text")
            yield Static(id="words")
            yield PhraseEntry(self._complete, id="phrase")
            yield PhraseHint(id="hint")
            yield Static(id="said", classes="error")
        yield KeyBar()

    def on_mount(self) -> None:
        self._go("shown")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys of this step."""
        steps = {"next": ("shown",), "another": ("shown",), "own": ("shown",)}
        return self.step in steps.get(action, (self.step,))

    def _complete(self, begun: str, limit: int) -> list[str]:
        return vault_access.complete(begun, limit) if self.kind == "words" else []

    def _go(self, step: str) -> None:
        self.step = step
        title, text = self._texts()[step]
        self.query_one("#title", Static).update(Content(title))
        self.query_one("#text", Static).update(Content(text))
        widget = self.query_one("#words", Static)
        widget.display = step == "shown"
        widget.update(Content(grid(self.words)) if step == "shown" else "")
        entry = self.query_one(PhraseEntry)
        entry.display = self.query_one(PhraseHint).display = step != "shown"
        entry.value = ""
        entry.password = self.kind == "own"
        say(self, "")
        if step == "shown":
            self.set_focus(None)
        else:
            entry.focus()
        self.refresh_bindings()

    def _texts(self) -> dict[str, tuple[str, str]]:
        return {
            "shown": (
                _("Su frase"),
                _(
                    "Estas siete palabras abren sus datos. Anótelas en papel, en este orden, y guárdelas lejos del "
                    "equipo: se muestran una sola vez. Después se escriben de nuevo."
                ),
            ),
            "own": (
                _("Frase propia"),
                _(
                    "Al menos 15 caracteres. Lo mejor son varias palabras que nada tengan que ver entre sí ni con "
                    "usted. Importan mayúsculas y acentos."
                ),
            ),
            "repeat": (
                _("Escríbala de nuevo"),
                _("Para comprobar que quedó bien anotada. Bastan las cuatro primeras letras de cada palabra.")
                if self.kind == "words"
                else _("Para comprobar que no hubo un error de dedo."),
            ),
        }

    @on(Input.Changed, "#phrase")
    @on(PhraseEntry.Looked)
    def follow(self) -> None:
        """Keep the hint up to date."""
        self.query_one(PhraseHint).follow(self.query_one(PhraseEntry))

    @on(Input.Submitted, "#phrase")
    def take(self, event: Input.Submitted) -> None:
        """Check what was typed in this step."""
        typed = event.value
        if self.step == "own":
            weak = vault_access.weakness(typed, "own", self.hints)
            if weak:
                say(self, str(explain(VaultError(weak))))
                self.query_one(PhraseEntry).refused()
                return
            self.words = typed
            self._go("repeat")
        elif not vault_access.same_phrase(typed, self.words, self.kind):
            say(self, _("No es la misma frase. Revise lo anotado, o vuelva con Esc."))
            self.query_one(PhraseEntry).refused()
        else:
            self.dismiss(NewPhrase(self.words, self.kind))

    def action_next(self) -> None:
        """Hide the words and ask for them."""
        self._go("repeat")

    def action_another(self) -> None:
        """Other words."""
        self.words = vault_access.generate()
        self._go("shown")

    def action_own(self) -> None:
        """Type an own phrase instead."""
        self.kind = "own"
        self._go("own")

    def action_back(self) -> None:
        """One step back; from the first, give up."""
        if self.step == "shown":
            self.dismiss(None)
            return
        if self.kind == "own":
            self.kind = "words"
            self.words = vault_access.generate()
        self._go("shown")

"""The tour: five steps over the desk. Enter goes on; every other key leaves it and does what it does there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, hand_down

STEPS = (
    (
        N_("Empezar"),
        N_(
            "«n» en el escritorio, o Ctrl+N donde sea, abre una llamada: corre el reloj y ya está en el disco."
        ),
    ),
    (
        N_("Escribir"),
        N_(
            "El cursor está en el relato. Escriba lo que oye, en el orden en que llega: se guarda solo. "
            "F3 va a cualquier campo, y F1 dice para qué es y cómo preguntarlo sin lastimar."
        ),
    ),
    (
        N_("Lo visto"),
        N_(
            "Mientras escribe, el renglón «Visto» ofrece datos que leyó en el relato. F5 toma el primero; "
            "sin una tecla suya nada se llena."
        ),
    ),
    (
        N_("Emergencia"),
        N_(
            "F8: el guion y lo que se lee al 911, con la persona en la línea. F10: la frase de cobertura, si "
            "otra persona escucha. Las dos, desde cualquier etapa."
        ),
    ),
    (
        N_("Terminar"),
        N_(
            "F9 detiene el reloj, muestra lo que falta y deletrea el folio; Esc, si la llamada sigue. "
            "Sin clase, el caso queda en el escritorio. Para practicar sin riesgo: «p» en el escritorio, o "
            "«lnctp practice»."
        ),
    ),
)
"""Heading and text of each step: start, write, seen, emergency, finish."""


class TourScreen(AppDialog[Any]):
    """One step at a time. It knows one key."""

    CSS_PATH = LISTS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "next", N_("sigue"), id="tour.next")]

    def __init__(self, steps: Sequence[tuple[str, str]] = STEPS) -> None:
        super().__init__()
        self.step, self.steps = 0, steps

    def compose(self) -> ComposeResult:
        with Vertical(id="tour"):
            yield Static(id="tour-title", classes="title")
            yield Static(id="tour-text")
            yield Static(id="tour-keys", classes="muted")

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        heading, text = self.steps[self.step]
        count = _("Recorrido {step} de {steps}").format(step=self.step + 1, steps=len(self.steps))
        self.query_one("#tour-title", Static).update(Content(f"{count} · {_(heading)}"))
        self.query_one("#tour-text", Static).update(Content(_(text)))
        keys = _("Enter sigue. Cualquier otra tecla deja el recorrido y hace lo suyo.")
        self.query_one("#tour-keys", Static).update(Content(keys))

    def action_next(self) -> None:
        """The next step; after the last, back to the desk."""
        if self.step + 1 < len(self.steps):
            self.step += 1
            self._show()
        else:
            self.dismiss(None)

    def on_key(self, event: events.Key) -> None:
        if event.key != "enter":
            hand_down(self, event)

    def on_paste(self, event: events.Paste) -> None:
        hand_down(self, event)

"""The tour before somebody's first practice call: the telephone rings when it is left, never under it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import BindingType

from lnctp_tui.i18n import N_
from lnctp_tui.screens.tour import TourScreen

STEPS = (
    (
        N_("Empezar"),
        N_(
            "El teléfono suena al terminar este recorrido. Arriba dice siempre PRÁCTICA y lo que se oye; nada de "
            "esto llega a los casos. Si entra una llamada real, Ctrl+N: la práctica termina."
        ),
    ),
    (
        N_("Hablar"),
        N_(
            "Ctrl+T abre «Digo:». Pregunte con sus palabras y Enter. Solo se contesta lo que se pregunta: llenar "
            "un campo no es preguntar. Consolar da confianza; culpar y callar la quitan."
        ),
    ),
    (
        N_("Escribir"),
        N_(
            "Lo que oye va en el relato, como en una llamada de verdad. «Visto» ofrece datos y F5 toma el "
            "primero; F3 va a cualquier campo y F1 dice para qué es y cómo preguntarlo sin lastimar."
        ),
    ),
    (
        N_("Emergencia"),
        N_(
            "F8: el guion y lo que se lee al 911. F10: la frase de cobertura, si alguien más escucha. El reloj "
            "corre, y lo del peligro es lo que más cuenta."
        ),
    ),
    (
        N_("Terminar"),
        N_(
            "F9 termina la llamada y muestra la revisión: primero el peligro que se pasó por alto. Ctrl+Q corta la "
            "práctica. Nada de lo que se dijo se guarda."
        ),
    ),
)
"""Heading and text of each step."""


class FirstTour(TourScreen):
    """Answers the key that left it, which acts once the telephone rang; nothing after the last step."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self) -> None:
        super().__init__(STEPS)

    def on_key(self, event: events.Key) -> None:
        if event.key != "enter":
            event.stop()
            event.prevent_default()
            self.dismiss(events.Key(event.key, event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.dismiss(events.Paste(event.text))

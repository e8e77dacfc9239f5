"""Help on the screen below: first what the field under the cursor is for, then all keys with their plain letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import LISTS, AppDialog, hand_down
from lnctp_tui.services.call.teaching import purpose_of
from lnctp_tui.widgets.key_names import key_name
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import GAP, Part, Reader

ON_SCREEN = (
    N_("Esc sale de un campo; después actúan las letras y los números, sin teclas de función."),
    N_("Nada requiere ratón. Nada se guarda con una tecla: lo escrito queda en el disco solo."),
)
IN_DIALOG = (N_("Esc vuelve de esta ayuda a la pregunta, como estaba."),)


def key_parts(below: Screen[Any]) -> list[Part]:
    """What each key does there: the screen's own first, then the focused widget's, then those of everywhere."""
    own: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for active in below.active_bindings.values():
        binding = active.binding
        if not binding.id or not binding.description or not active.enabled:  # Textual's own have no id
            continue
        group = own if active.node is below and not binding.id.startswith("screen.") else elsewhere
        key_text = getattr(below, "key_text", lambda action: None)(binding.action)
        text = key_text or _(binding.tooltip or binding.description)
        group.setdefault(text, []).append(key_name(binding.key))
    about = [Part("text", text) for text in getattr(below, "about", tuple)() if text]
    return [
        *([Part("heading", _("En esta etapa")), *about, GAP] if about else []),
        Part("heading", _("En esta pantalla")),
        *_pairs(own),
        GAP,
        Part("heading", _("En el campo o la lista, y en todas partes")),
        *_pairs(elsewhere),
        GAP,
        *(Part("quiet", _(text)) for text in (IN_DIALOG if isinstance(below, AppDialog) else ON_SCREEN)),
    ]


def _purpose(below: Screen[Any]) -> list[Part]:
    """What a dialog is for."""
    if not isinstance(below, AppDialog) or not below.PURPOSE:
        return []
    title = getattr(below, "title_text", "")
    heading = [Part("heading", title)] if title else []
    return [*heading, Part("text", pick(purpose_of(below.PURPOSE))), GAP]


def _pairs(keys_of: Mapping[str, list[str]]) -> list[Part]:
    return [Part("pair", text, "  ".join(dict.fromkeys(keys))) for text, keys in keys_of.items()]


class HelpScreen(AppDialog[None]):
    """To read and leave. Over a text, letters leave it too and are written there: who types on loses no word."""

    CSS_PATH = LISTS
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,q,question_mark", "leave", N_("volver"), key_display="Esc", id="help.leave"),
        Binding("f2", "tour", N_("recorrido de cinco pasos"), id="help.tour"),
    ]

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self.writes = isinstance(below.focused, Input | TextArea)
        """Whether the cursor below stands in a text."""
        taught: list[Part] = getattr(below, "taught", list)()
        self.on_dialog = isinstance(below, AppDialog)
        self.parts = [*_purpose(below), *taught, *key_parts(below)]

    def compose(self) -> ComposeResult:
        with Vertical():
            title = _("Ayuda · lo que escriba sigue en el campo") if self.writes else _("Ayuda")
            yield Static(Content(title), classes="title")
            yield Reader(self.parts)
            yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The tour is of the desk: never over a call, nor over a question."""
        return action != "tour" or not (self.writes or self.on_dialog or self.shell.forms())

    def on_key(self, event: events.Key) -> None:
        if event.key == "f8" or (self.writes and event.is_printable):
            hand_down(self, event)

    def on_paste(self, event: events.Paste) -> None:
        if self.writes:
            hand_down(self, event)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

    def action_tour(self) -> None:
        """The five steps, over the screen below."""
        from lnctp_tui.screens.tour import TourScreen

        self.dismiss(None)
        self.app.push_screen(TourScreen())

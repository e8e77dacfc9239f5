"""Talking to the simulated caller: what was said, and the line to say the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.services.practice.trying import Trying
from lnctp_tui.widgets.keys import KeyBar

SHOWN = 12
"""Lines of the talk that stand above the line to write."""


class TalkDialog(AppDialog[None]):
    """`Digo:`. Enter says it; an empty line asks the question of the field behind. Esc goes back to the form."""

    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t", "dismiss(None)", N_("volver"), key_display="Esc", id="talk.close")
    ]

    def __init__(self, trying: Trying, said: Callable[[str], None]) -> None:
        super().__init__()
        self.trying, self.said = trying, said

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="talk"):
            yield Static(Content(_("Se oye")), classes="dialog-title")
            with VerticalScroll():
                yield Static(id="talk-lines")
            yield Input(placeholder=_("Digo: (vacío: la pregunta del campo)"), id="talk-say")
            yield KeyBar()

    def on_mount(self) -> None:
        self.show_lines()
        self.set_interval(1.0, self.show_lines)

    def show_lines(self) -> None:
        """What was said last."""
        words = {"caller": _("Llama"), "own": _("Digo")}
        lines = [f"{words[who]}: {text}" for who, text in self.trying.lines[-SHOWN:]]
        self.query_one("#talk-lines", Static).update(Content("\n".join(lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    @on(Input.Submitted)
    def _say(self, event: Input.Submitted) -> None:
        self.said(event.value)
        event.input.value = ""
        self.show_lines()

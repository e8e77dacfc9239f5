"""Talking to the simulated caller: what was said, and the line to say the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.dialogs import Answer
from lnctp_tui.widgets.keys import KeyBar

SHOWN = 12
"""Lines of the talk that stand above the line to write."""


class TalkDialog(AppDialog[None]):
    """`Digo:`. Enter says it; an empty line asks the question of the field behind. Esc goes back to the form."""

    PURPOSE = "practice.talk"
    AUTO_FOCUS = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+t", "dismiss(None)", N_("volver"), key_display="Esc", id="talk.close")
    ]

    def __init__(self, lines: Callable[[], Sequence[tuple[str, str]]], said: Callable[[str], None]) -> None:
        """`lines`: who spoke (`caller`, `own`) and what of it was heard by now."""
        super().__init__()
        self.lines, self.said = lines, said

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="talk"):
            yield Static(Content(_("Se oye")), classes="dialog-title")
            with VerticalScroll():
                yield Static(id="talk-lines")
            yield Answer(placeholder=_("Digo: (vacío: la pregunta del campo)"), id="talk-say")
            yield KeyBar()

    def on_mount(self) -> None:
        self.show_lines()
        self.set_interval(1.0, self.show_lines)

    def show_lines(self) -> None:
        """What was said last."""
        words = {"caller": _("Llama"), "own": _("Digo")}
        lines = [f"{words[who]}: {text}" for who, text in self.lines()[-SHOWN:]]
        self.query_one("#talk-lines", Static).update(Content("\n".join(lines)))
        self.query_one(VerticalScroll).scroll_end(animate=False)

    @on(Answer.Submitted)
    def _say(self, event: Answer.Submitted) -> None:
        event.stop()
        self.said(event.value)
        event.input.value = ""
        self.show_lines()

"""Words to say, one key away: the cover phrase from anywhere, the closing words at the end of a call."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.protocol.protocol import Protocol, Script
from lnctp_tui.i18n import N_, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.widgets.form.wording import told
from lnctp_tui.widgets.keys import KeyBar


class ScriptDialog(AppDialog[None]):
    """The lines of one script, whole. Nothing is chosen here: every key that leaves goes back to the call."""

    PURPOSE = "script"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,f10", "dismiss(None)", N_("volver"), key_display="Esc", id="script.close"),
        Binding("down,j", "scroll(1)", N_("bajar"), show=False, id="script.down"),
        Binding("up,k", "scroll(-1)", N_("subir"), show=False, id="script.up"),
    ]

    def __init__(self, script: Script, protocol: Protocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.script = script

    def compose(self) -> ComposeResult:
        words = "\n\n".join(told(line, self.protocol) for line in self.script.lines)
        with Vertical(classes="dialog", id="script"):
            yield Static(Content(pick(self.script.title)), classes="dialog-title")
            with VerticalScroll():
                yield Static(Content(words), id="script-text")
            yield KeyBar()

    def action_scroll(self, step: int) -> None:
        """A line up or down."""
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_down(animate=False) if step > 0 else scroll.scroll_up(animate=False)

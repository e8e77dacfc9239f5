"""A call begun by mistake, with the reason; it stays in the log. No reason is chosen beforehand."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.widgets.keys import KeyBar


class DiscardDialog(AppDialog["str | None"]):
    """Answers the code of the reason, or nothing."""

    PURPOSE = "discard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", N_("no descartar"), id="discard.close"),
        Binding("enter", "choose", N_("descartar"), key_display="Enter", id="discard.take"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        self.reasons = [row for row in protocol.catalogs["discard_reason"].rows if not row.valid_to]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(_("Descartar esta llamada"), classes="dialog-title", markup=False)
            yield Static(_("¿Por qué? Elija con las flechas. Lo escrito queda en la bitácora."), markup=False)
            yield OptionList(*(Option(Content(pick(row.label))) for row in self.reasons), markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = None
        options.focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.reasons[event.option_index].code)

    def action_choose(self) -> None:
        self.query_one(OptionList).action_select()

"""A contact without a case, to read: an information call, a hang-up, a prank."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.records.document import Record
from lnctp_tui.i18n import N_
from lnctp_tui.screens.base import LISTS, AppScreen
from lnctp_tui.screens.case.case_text import contact_parts
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.call import calls
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Reader


class CallScreen(AppScreen[None]):
    """One contact."""

    NAME = N_("Llamada sin caso")
    CSS_PATH = LISTS
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", N_("abrir en el formulario"), id="call.edit"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="call.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="call.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="call.leave"),
    ]

    def __init__(self, contact_id: str) -> None:
        super().__init__()
        self.contact_id = contact_id

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading), classes="bar")
        yield Reader()
        yield KeyBar()

    def on_mount(self) -> None:
        store = self.shell.workspace.store
        self.shell.in_reader(lambda: calls.call(store, self.contact_id), self._show, group="call")

    def _show(self, contact: Record) -> None:
        workspace = self.shell.workspace
        workspace.writer.submit(deed("viewed", self.contact_id, "call"))
        words = Words(workspace.protocol, workspace.zone, {workspace.counselor_id: workspace.counselor_name})
        self.query_one(Reader).show(contact_parts(contact, words)[1:])

    def action_edit(self) -> None:
        """Open it in the form."""
        self.shell.reopen_call(self.contact_id)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

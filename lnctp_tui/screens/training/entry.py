"""A form for a record of no case: its fields are typed by the same rules, and kept all at once or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.protocol.protocol import Field, Protocol
from lnctp_tui.domain.records.document import Record
from lnctp_tui.domain.values import values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import LISTS, AppDialog
from lnctp_tui.services.training import register
from lnctp_tui.widgets.field_form import FieldForm
from lnctp_tui.widgets.keys import KeyBar

RAW = "raw."


class EntryDialog(AppDialog["Record | None"]):
    """Fields of one record; gives back what they say. What is not understood, or owed, has to be put right first."""

    CSS_PATH = [LISTS.with_name("widgets.tcss"), LISTS]  # noqa: RUF012 (Textual's own type)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9,ctrl+s", "keep", N_("guardar"), key_display="F9", id="entry.keep"),
        Binding("escape", "leave", N_("cancelar"), id="entry.leave"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        protocol: Protocol,
        record: Record | None = None,
        owed: str = "",
    ) -> None:
        super().__init__()
        self.title_text, self.owed = title, owed
        self.record: Record = {"answers": {}} | (record or {})
        self.protocol = protocol
        self.form = FieldForm(self._enter, lambda _on: self.record, fields, protocol)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(Content(self.title_text), classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield self.form
            yield Static(id="said", classes="error")
            yield KeyBar()

    def on_mount(self) -> None:
        self.form.load(afresh=True)
        self.form.focus_field(self.form.fields[0].code)

    def _enter(self, field: Field, raw: str) -> Parsed:
        today = register.today(self.shell.workspace)
        parsed = values.parse(field, raw, protocol=self.protocol, today=today, record=self.record)
        self.record = values.apply(self.record, parsed.patch)
        return parsed

    def flush(self) -> None:
        """Enter what was typed now."""
        self.form.flush()

    def action_keep(self) -> None:
        """Give the record back, unless something of it is still to be put right."""
        self.flush()
        unread = {code.removeprefix(RAW) for code in self.record["answers"] if code.startswith(RAW)}
        unread |= {self.owed} if self.owed and not self.record.get(self.owed) else set()
        labels = [pick(field.label) for field in self.form.fields if field.code in unread]
        if labels:
            self.query_one("#said", Static).update(
                Content(_("Falta o no se entiende: {fields}").format(fields=", ".join(labels)))
            )
            self.form.focus_field(next(field.code for field in self.form.fields if field.code in unread))
        else:
            self.dismiss({name: value for name, value in self.record.items() if name != "answers"})

    def action_leave(self) -> None:
        """Nothing is kept."""
        self.dismiss(None)

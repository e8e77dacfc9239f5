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
from lnctp_tui.screens.base import LISTS, AppDialog, Given, say
from lnctp_tui.screens.unfinished import HalfTyped, Unfinished
from lnctp_tui.services.training import register
from lnctp_tui.widgets.field_form import FieldForm
from lnctp_tui.widgets.keys import KeyBar

RAW = "raw."


class EntryDialog(HalfTyped, AppDialog[Given[Record] | None]):
    """Fields of one record; gives back what they say. What is not understood, or owed, has to be put right first.

    Of a `record` that is there it gives back what is said otherwise now. Half a form waits, after Esc as after a lock,
    for the next form of the same `purpose` (data/dialogs.toml) and `of` the same thing; so it does after a refusal.
    """

    CSS_PATH = [LISTS.with_name("widgets.tcss"), LISTS]  # noqa: RUF012 (Textual's own type)
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9,ctrl+s", "keep", N_("guardar"), key_display="F9", id="entry.keep"),
        Binding("escape", "leave", N_("dejarlo a medias"), id="entry.leave"),
        Binding("ctrl+r", "erase", N_("borrar lo escrito"), id="entry.erase"),
    ]

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        protocol: Protocol,
        record: Record | None = None,
        owed: str = "",
        *,
        purpose: str,
        of: str = "",
    ) -> None:
        super().__init__()
        self.title_text, self.owed, self.PURPOSE = title, owed, purpose
        self.begun: Record = {"answers": {}} | (record or {})
        self.record: Record = dict(self.begun)
        self.unfinished = Unfinished(self, f"entry:{purpose}:{of}", self._changed)
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
        self.record |= self.unfinished.kept({})
        if self.unfinished.keeps:
            say(self, _("Aquí sigue lo que dejó a medias. ^R lo borra."), "muted")
        self.form.load(afresh=True)
        self.form.focus_field(self.form.fields[0].code)

    def _enter(self, field: Field, raw: str) -> Parsed:
        today = register.today(self.shell.workspace)
        parsed = values.parse(field, raw, protocol=self.protocol, today=today, record=self.record)
        self.record = values.apply(self.record, parsed.patch)
        self.unfinished.keep()
        return parsed

    def _changed(self) -> Record:
        """What is said otherwise than it was."""
        return {name: value for name, value in self.record.items() if value != self.begun.get(name)}

    def flush(self) -> None:
        """Enter, and keep, what was typed now."""
        self.form.flush()

    def action_keep(self) -> None:
        """Give the record back, unless something of it is still to be put right."""
        self.flush()
        unread = {code.removeprefix(RAW) for code in self.record["answers"] if code.startswith(RAW)}
        unread |= {self.owed} if self.owed and not self.record.get(self.owed) else set()
        labels = [pick(field.label) for field in self.form.fields if field.code in unread]
        if labels:
            say(self, _("Falta o no se entiende: {fields}").format(fields=", ".join(labels)), "error")
            self.form.focus_field(next(field.code for field in self.form.fields if field.code in unread))
        else:
            said = {name: value for name, value in self._changed().items() if name != "answers"}
            self.dismiss(self.unfinished.given(said))

    def action_leave(self) -> None:
        """Nothing is given; what was typed waits."""
        self.flush()
        self.dismiss(None)

    def action_erase(self) -> None:
        """Begin again: what was typed is kept nowhere."""
        self.flush()
        self.record = dict(self.begun)
        self.unfinished.forget()
        self.form.load(afresh=True)
        self.form.focus_field(self.form.fields[0].code)
        say(self, _("Borrado. Nada de eso queda guardado."), "muted")

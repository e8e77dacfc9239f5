"""Rows for fields of any kinds of records: what is typed or chosen in them is gathered, entered and told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Field, Protocol
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.i18n import _, ngettext
from lnctp_tui.widgets.edit_buffer import EditBuffer
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.messages import Chosen, Replaced, Typed
from lnctp_tui.widgets.text_area import LongText

Enter = Callable[[Field, str], Parsed]
"""Keeps what was typed into a field, or the code that was chosen; what became of it."""
RecordOf = Callable[[str], Mapping[str, Any]]
"""The record that fields on a kind show."""


class Edited(Message):
    """Something was entered, and the rows say what became of it."""

    def __init__(self, form: FieldForm) -> None:
        self.form = form
        super().__init__()


class FieldForm(Vertical):
    """The rows of `fields`, or those that are mounted inside. Keys are gathered: one hand-over for a burst.

    `show` is called after an edit, so that the rows follow which the answer brings; else each shows its record.
    """

    def __init__(
        self,
        enter: Enter,
        record_of: RecordOf,
        fields: Sequence[Field] = (),
        protocol: Protocol | None = None,
        *,
        show: Callable[[], object] | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.enter = enter
        self.record_of = record_of
        self.fields = fields
        self.protocol = protocol
        self.typed: EditBuffer[FieldRow] = EditBuffer(self, self._enter_typed)
        self._show_rows = show or self.load

    def compose(self) -> ComposeResult:
        if self.protocol is not None:
            for field in self.fields:
                yield FieldRow(field, self.protocol)

    @property
    def rows(self) -> list[FieldRow]:
        """All rows, in their order."""
        return list(self.query(FieldRow))

    def load(self, *, afresh: bool = False) -> None:
        """Show the records; `afresh`: also under the cursor."""
        for row in self.rows:
            record = self.record_of(row.field.on)
            row.reload(record) if afresh else row.load(record)

    def hold(self, locked: bool) -> None:
        """Whether the fields are only read; a long text can still be scrolled."""
        for row in self.rows:
            if isinstance(row.control, LongText):
                row.control.read_only = locked
            else:
                row.control.disabled = locked

    def focus_field(self, code: str) -> bool:
        """Put the cursor into the field of a code; False when there is none."""
        row = next((row for row in self.rows if row.field.code == code), None)
        if row is not None:
            row.focus_control()
        return row is not None

    def flush(self) -> None:
        """Enter what was typed now: before anything else reads the record, and before a lock."""
        self.typed.flush()

    def settle(self, focused: Widget | None) -> None:
        """Let the answer of the field that is left count, so that the rows that it brings are there."""
        row = focused.parent if focused is not None else None
        if isinstance(row, FieldRow) and row.field.kind != "long_text" and not row.stands:
            self.typed.flush(row)
        else:
            self.typed.flush()

    @on(Typed)
    def _keep_typed(self, event: Typed) -> None:
        event.stop()
        row = event.row
        if not isinstance(row, FieldRow):
            return
        if not event.settled:
            self.typed.note(row)
            return
        if row in self.typed:
            self.typed.flush()
        row.load(self.record_of(row.field.on))
        row.tell_problem()

    def _enter_typed(self, rows: list[FieldRow]) -> None:
        for row in rows:
            row.answer(self.enter(row.field, row.said))
        self._edited()

    @on(Chosen)
    def _keep_chosen(self, event: Chosen) -> None:
        event.stop()
        if isinstance(event.row, FieldRow):
            self.typed.drop(event.row)
            event.row.answer(self.enter(event.field, event.code or ""))
        self._edited()

    def _edited(self) -> None:
        self._show_rows()
        self.post_message(Edited(self))

    @on(Replaced)
    def _tell_replaced(self, event: Replaced) -> None:
        event.stop()
        sentences = []
        if event.characters:
            sentence = ngettext(
                "{n} carácter que no se puede mostrar quedó como �.",
                "{n} caracteres que no se pueden mostrar quedaron como �.",
                event.characters,
            )
            sentences.append(sentence.format(n=event.characters))
        if event.lines:
            sentences.append(
                _("Se pegaron {n} renglones: quedaron en uno, separados con « / ».").format(n=event.lines)
            )
        self.notify(" ".join(sentences), severity="warning", markup=False)

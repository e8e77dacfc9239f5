"""Several lines of text that stay clean: the narrative, a summary, a note."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import EditResult, Location

from lnctp_tui.domain.text import clean
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.messages import Replaced

_NOT_OURS = {"f6", "f7", "ctrl+z,super+z"}
"""Keys of TextArea that mean something else in the intake."""


class LongText(TextArea, inherit_bindings=False):
    """A TextArea without the keys that the intake needs, and with nothing in it that a terminal acts on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            replace(each, description="")
            for each in TextArea.BINDINGS
            if isinstance(each, Binding) and each.key not in _NOT_OURS
        ),
        Binding("ctrl+z", "undo_here_or_field", N_("deshacer"), show=False, id="text.undo"),
    ]

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(text, id=id, compact=True, highlight_cursor_line=False)

    def load(self, text: str) -> None:
        """Show `text` as if it had always been there."""
        if text != self.text:
            with self.prevent(TextArea.Changed):
                self.load_text(text)
            self.move_cursor(self.document.end)

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        kept, count = clean(insert)
        if count:
            self.post_message(Replaced(count))
        return super().replace(kept, start, end, maintain_selection_offset=maintain_selection_offset)

    async def action_undo_here_or_field(self) -> None:
        """The last typing in this text; when there is none, the last field."""
        if self.history.undo_stack:
            self.undo()
        else:
            await self.screen.run_action("undo_field")

"""What the widgets of the intake tell the screen, and what the app tells it about the disk."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.errors import LnctpError


class Saved(Message):
    """The edits up to `at` (ISO 8601, UTC) are on disk. Posted by the app to the screen of that call."""

    def __init__(self, at: str, folio: str | None = None) -> None:
        self.at = at
        self.folio = folio
        super().__init__()


class SaveFailed(Message):
    """The disk refused; the edits stay in memory and are retried. Posted by the app."""

    def __init__(self, error: LnctpError) -> None:
        self.error = error
        super().__init__()


class Typed(Message):
    """The text of a field changed and is read from the row when it is time. `settled`: the field was left."""

    def __init__(self, row: Widget, field: Field, *, settled: bool) -> None:
        self.row = row
        self.field = field
        self.settled = settled
        super().__init__()


class Chosen(Message):
    """A code was taken from a catalog or from yes, no, unknown, refused; None takes it back."""

    def __init__(self, row: Widget, field: Field, code: str | None) -> None:
        self.row = row
        self.field = field
        self.code = code
        super().__init__()


class Marked(Message):
    """One row of a checklist was answered; None is not asked."""

    def __init__(self, row: Widget, field: Field, code: str, value: str | None) -> None:
        self.row = row
        self.field = field
        self.code = code
        self.value = value
        super().__init__()


class Replaced(Message):
    """What came in was changed so that it can be kept: characters replaced, or lines joined with ` / `."""

    def __init__(self, characters: int = 0, lines: int = 0) -> None:
        self.characters = characters
        self.lines = lines
        super().__init__()

"""What the app tells the screens of open forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from lnctp_tui.errors import LnctpError

if TYPE_CHECKING:
    from lnctp_tui.services.writer import Saved as Stored


class Saved(Message):
    """An edit is on the disk."""

    def __init__(self, stored: Stored) -> None:
        self.stored = stored
        super().__init__()


class SaveFailed(Message):
    """The disk refused an edit; it stays in memory and is retried."""

    def __init__(self, error: LnctpError) -> None:
        self.error = error
        super().__init__()

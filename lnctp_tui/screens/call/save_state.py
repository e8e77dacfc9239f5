"""Whether what was typed is on the disk, as the call bar says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.widgets.edit_buffer import EditBuffer
from lnctp_tui.widgets.form.call_bar import CallBar

if TYPE_CHECKING:
    from lnctp_tui.services.vault.writer import Writer

CONFIRM = 0.05
"""Seconds until the writer is asked again whether all is on disk."""


class SaveState(ScreenPart):
    """Says saved only when nothing typed is still on its way."""

    def __init__(self, screen: AppScreen[Any], writer: Writer, typed: EditBuffer[Any]) -> None:
        super().__init__(screen)
        self.writer = writer
        self.typed = typed
        self._trouble: str | None = None
        self._saved_at = ""
        self._timer: Timer | None = None

    def saving(self) -> None:
        """Something was handed over; what changed nothing is not written, and no save will tell of it."""
        if self._trouble is None:
            self.screen.query_one(CallBar).saving()
            self._confirm_soon()

    def saved(self, at: str) -> None:
        """The edits up to `at` (local time, as the call bar shows it) are on the disk."""
        self._trouble = None
        self._saved_at = at
        self._confirm()

    def failed(self, error: LnctpError) -> None:
        """The disk refused."""
        self._trouble = explain(error).happened.rstrip(".")
        self.screen.query_one(CallBar).failed(self._trouble)

    def healed(self) -> None:
        """The disk takes what is written."""
        if self._trouble:
            self._trouble = None
            self._confirm()

    def _confirm_soon(self) -> None:
        self._timer = self._timer or self.screen.set_timer(CONFIRM, self._confirm)

    def _confirm(self) -> None:
        self._timer = None
        if self.typed or self._trouble:
            return
        if trouble := self.writer.health.trouble:
            self.failed(trouble)
        elif self.writer.pending:
            self._confirm_soon()
        else:
            self.screen.query_one(CallBar).saved(self._saved_at)

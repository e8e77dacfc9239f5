"""What grows on the Line now, in a few lines beside the report: nobody has to ask for it to see that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.widgets import Static

from lnctp_tui.i18n import _
from lnctp_tui.screens.report import alert_words
from lnctp_tui.widgets.drawing import fit

if TYPE_CHECKING:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.sync.alert_requests import Alerts

MOST: Final = 3
"""Alerts that are named; the others are counted."""


class Growing(Static):
    """Open alerts that nobody muted; not there without one, or without a server that says."""

    DEFAULT_CSS = "Growing { height: auto; padding: 0 1; display: none; }"

    def show(self, answer: Alerts, words: Words, room: int) -> None:
        """Name the most improbable ones, in `room` cells."""
        standing = [line for line in answer.lines if not line.closed and line.muted is None]
        names = [
            fit(f"×{line.ratio:.0f} {alert_words.name(line, words)}", room).rstrip()
            for line in standing[:MOST]
        ]
        self.update("\n".join([_("Avisos ({count})").format(count=len(standing)), *names]))
        self.display = bool(standing)

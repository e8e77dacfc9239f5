"""What grows on the Line now, in a few lines beside the report: nobody has to ask for it to see that it is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from textual.widgets import Static

from lnctp_tui.i18n import _
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.report import alert_words
from lnctp_tui.services.sync import alert_requests
from lnctp_tui.widgets.drawing import fit

if TYPE_CHECKING:
    from lnctp_tui.screens.base import Shell
    from lnctp_tui.services.sync.alert_requests import Alerts

MOST: Final = 3
"""Alerts that are named; the others are counted."""


class Growing(Static):
    """Open alerts that nobody muted; not there without one, or without a server that says."""

    DEFAULT_CSS = "Growing { height: auto; display: none; }"

    def ask(self, shell: Shell, room: int) -> None:
        """Ask the server, and name the most improbable ones in `room` cells. Without an answer all stays as it is."""
        workspace = shell.workspace
        words = Words(workspace.protocol, workspace.zone)
        shell.in_reader(
            lambda: alert_requests.alerts(workspace),
            partial(self._show, words, room),
            group="report.alerts",
            failed=lambda _error: None,
        )

    def _show(self, words: Words, room: int, answer: Alerts) -> None:
        standing = [line for line in answer.lines if not line.closed and line.muted is None]
        names = [
            fit(f"×{line.ratio:.0f} {alert_words.name(line, words)}", room).rstrip()
            for line in standing[:MOST]
        ]
        self.update("\n".join([_("Avisos ({count})").format(count=len(standing)), *names]))
        self.display = bool(standing)

"""What grows on the Line, as the server says it; for supervision with the cases behind it, to mute with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given, telling
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists.columns import Column, Columns
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.report import alert_words
from lnctp_tui.services.sync import alert_requests
from lnctp_tui.services.sync.alert_requests import AlertLine, Alerts
from lnctp_tui.widgets.row_list import Cell, Line, note

CASE, MUTE, UNMUTE = "case:", "mute", "unmute"
WORDS = 200
"""Characters of a reason."""
COLUMNS: Columns[AlertLine] = Columns(
    (
        Column(lambda line, frame: alert_words.name(line, frame.words), None, "strong"),
        Column(lambda line, _frame: f" ×{line.ratio:.1f}", 7),
        Column(lambda line, _frame: alert_words.reports(line), 42),
        Column(lambda line, _frame: line.since, 11, "muted", least=100),
    ),
    lambda line: line.id,
    lambda line, frame: frame.notes(alert_words.state(line, frame.words), "   "),
)


class AlertsScreen(ListScreen[Alerts]):
    """Asked of the server when it is opened, and again with `r`."""

    NAME = N_("Avisos")
    GROUP = "alerts"
    INTRO = N_(
        "Lo que crece más de lo que el azar explica. Un aviso es motivo para leer casos, no un hallazgo."
    )
    WAITING = N_("Preguntando al servidor…")
    READ_ON = frozenset[str]()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="alerts.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="alerts.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="alerts.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="alerts.leave"),
    ]

    def job(self, limit: int) -> Job[Alerts]:
        """All alerts; those that are over come last."""
        workspace = self.shell.workspace
        return lambda: alert_requests.alerts(workspace)

    def lines(self, view: Alerts) -> Sequence[Line]:
        """Alerts, or why there are none."""
        if reason := alert_words.history(view):
            return self.frame.notes(reason)
        return COLUMNS.lines(view.lines, self.frame, _("Ningún aviso."))

    def open_key(self, key: str) -> None:
        """Ask what is behind an alert."""
        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: alert_requests.alert(workspace, key), self._look, group="alert", failed=self.shell.tell
        )

    def _look(self, line: AlertLine) -> None:
        words = self.frame.words
        about = [alert_words.reports(line), alert_words.state(line, words), line.muted_text or ""]
        lines = [
            Line((Cell(case.folio or _("sin folio"), 16, "strong"), Cell(case.day, 12),
                  Cell(words.code("triage", case.triage), None, "muted")), CASE + case.id)
            for case in line.cases or ()
        ]  # fmt: skip
        if line.cases is None:
            lines = [note(_("Los casos que hay detrás los ve supervisión."))]
        elif not line.closed:
            lines.append(
                Line((Cell(_("Mostrarlo otra vez")),), UNMUTE)
                if line.muted
                else Line((Cell(_("Silenciarlo, con su motivo")),), MUTE)
            )
        title = f"{alert_words.name(line, words)} ×{line.ratio:.1f}"
        self.app.push_screen(
            PickDialog(title, lines, "\n".join(filter(None, about)), purpose="alert.look"),
            lambda key: self._chosen(line, key),
        )

    def _chosen(self, line: AlertLine, key: str | None) -> None:
        workspace = self.shell.workspace
        if key == UNMUTE:
            self._act(lambda: alert_requests.unmute(workspace, line.id), _("El aviso se muestra otra vez."))
        elif key == MUTE:
            reasons = [Line((Cell(_(word)),), code) for code, word in alert_words.REASONS.items()]
            self.app.push_screen(
                PickDialog(_("¿Por qué se silencia?"), reasons, purpose="alert.mute"),
                lambda reason: self._ask_words(line, reason),
            )
        elif key and key.startswith(CASE):
            self.shell.go("case", key.removeprefix(CASE))

    def _ask_words(self, line: AlertLine, reason: str | None) -> None:
        if not reason:
            return
        workspace = self.shell.workspace
        hint = _(
            "Sin nombres ni datos de un caso: queda en la bitácora. Vuelve a los 30 días o con el doble."
        )

        def mute(text: Given[str] | None) -> None:
            if text:
                act = partial(alert_requests.mute, workspace, line.id, reason, text.value, 30)
                self._act(act, _("Silenciado."), text.drafts)

        dialog = LineDialog(_("El motivo, en palabras"), hint, WORDS, purpose="alert.words", of=line.id)
        self.app.push_screen(dialog, mute)

    def _act(self, act: Callable[[], object], message: str, drafts: Sequence[str] = ()) -> None:
        told = telling(self, message, self.action_again, drafts)
        self.shell.in_reader(act, told, group="alert.act", failed=self.shell.tell)

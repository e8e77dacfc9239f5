"""Practice results that people sent to supervision, and the marks that supervision gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from lnctp_tui.domain.values import moments
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import write
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.lists.columns import Column, Columns
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.practice import share_words
from lnctp_tui.screens.practice.marking import ask_marks
from lnctp_tui.screens.sync.sync_words import leads
from lnctp_tui.services.case import transfer
from lnctp_tui.services.practice import sharing
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line, RowList

MARK = "mark"
Row = dict[str, Any]


class Sent(NamedTuple):
    """What was sent, and how people are called."""

    rows: list[Row]
    names: dict[str, str]


def _columns(names: dict[str, str]) -> Columns[Row]:
    return Columns(
        (
            Column(lambda row, _frame: str(row.get("on") or ""), 12, "muted"),
            Column(lambda row, _frame: share_words.who(row, names), 22),
            Column(lambda row, _frame: str(row.get("points")), 5, "strong"),
            Column(lambda row, _frame: _("marcada") if row[sharing.GIVEN] else "", 9, "muted"),
            Column(lambda row, _frame: share_words.title(row)),
        ),
        lambda row: str(row["id"]),
    )


class SharesScreen(ListScreen[Sent]):
    """The results that this laptop has: supervision has those of everybody, others their own."""

    NAME = N_("Prácticas enviadas")
    PLACE = "shares"
    GROUP = "shares"
    INTRO = N_("Puntos y marcas de quien los mandó; nada de lo que se dijo.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="shares.leave"),
        Binding("m", "mark", N_("poner marcas"), id="shares.mark"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="shares.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="shares.help"),
    ]

    def job(self, limit: int) -> Job[Sent]:
        """All that was sent."""
        store = self.shell.workspace.store
        return lambda: Sent(sharing.shared(store), transfer.names(store))

    def lines(self, view: Sent) -> Sequence[Line]:
        """The newest first."""
        return _columns(view.names).lines(view.rows, self.frame, _("Nadie ha enviado una práctica."))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Supervision marks."""
        if action == "mark":
            return leads(self.shell.sync_status)
        return super().check_action(action, parameters)

    def open_key(self, key: str) -> None:
        """All that it says."""
        row = self._row(key)
        if row is None or self.view is None:
            return
        lines = [Line((Cell(_("Poner marcas de supervisión")),), MARK)]
        lines = lines if leads(self.shell.sync_status) else []
        title = f"{share_words.title(row)} · {share_words.who(row, self.view.names)}"
        told = "\n".join(share_words.details(row, self.view.names))
        dialog = PickDialog(title, lines, told, purpose="practice.share", stay=_("Volver"))
        self.app.push_screen(dialog, lambda answer: self._mark(row) if answer else None)

    def action_mark(self) -> None:
        """Mark the one under the cursor."""
        if row := self._row(self.query_one(RowList).key):
            self._mark(row)

    def _mark(self, row: Row) -> None:
        def marked(marks: dict[str, int]) -> None:
            at = moments.iso(self.shell.workspace.store.now())
            write(self, deed("practice_mark", row["id"], at, marks), self._stored)

        ask_marks(self, marked)

    def _stored(self, _none: object) -> None:
        self.notify(_("Marcas guardadas: quien mandó la práctica las verá."), markup=False)
        self.read()

    def _row(self, key: str) -> Row | None:
        return next((row for row in (self.view.rows if self.view else ()) if row["id"] == key), None)

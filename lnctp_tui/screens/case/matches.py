"""Other cases that may be about the same people as this one, and linking one as possible."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.call.dialogs.earlier import WHY, not_searched
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.times import moment
from lnctp_tui.services.call import matches
from lnctp_tui.services.call.matches import Match
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note


class MatchesScreen(PickDialog):
    """The matches, strongest first, with their reasons."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "link", N_("vincular como posible"), id="matches.link"),
        Binding("u", "unlink", N_("soltar"), id="matches.unlink"),
        Binding("f7", "leave", N_("volver"), show=False, id="matches.back"),
    ]

    def __init__(self, case_id: str, document: Document) -> None:
        super().__init__("", [note(_("Buscando…"))])
        self.case_id = case_id
        self.document = document
        self.linked = {
            code.partition(".")[2]
            for code in document["case"].get("answers") or {}
            if code.startswith(cases.LINK)
        }
        self.found: list[Match] = []

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(_("Casos que coinciden")), classes="title")
            yield (rows := RowList(self.lines))
            rows.styles.height = 14
            yield KeyBar()

    def on_mount(self) -> None:
        store, protocol = self.shell.workspace.store, self.shell.workspace.protocol
        job = lambda: matches.earlier(store, self.document, protocol)  # noqa: E731
        self.shell.in_reader(job, self._show, group="matches", failed=self._failed)

    def _failed(self, error: LnctpError) -> None:
        self.query_one(RowList).show([note(line) for line in not_searched(error).splitlines()])

    def _show(self, matches: list[Match]) -> None:
        self.found = matches
        lines: list[Line] = []
        for match in matches:
            linked = _("vinculado como posible") if match.case_id in self.linked else ""
            at = moment(match.opened_at, self.shell.workspace.zone)
            head = (
                Cell(match.folio or "", 13, "strong"),
                Cell(at, 19, "muted"),
                Cell(linked, None, "success"),
            )
            lines.append(Line(head, match.case_id))
            lines += [note(f"    {_(WHY.get(kind, kind))}: {value}") for kind, value in match.why]
        searched = _("Se buscó por teléfono, alias, usuario, folio, lugar y modo.")
        self.query_one(RowList).show(lines or [note(_("Ningún caso coincide.")), note(searched)])
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Linking needs a match."""
        return bool(self.found) or action not in ("link", "unlink")

    def _link(self, how: str | None) -> None:
        other_id = self.query_one(RowList).key
        if not other_id:
            return
        self.linked = self.linked | {other_id} if how else self.linked - {other_id}
        self.shell.workspace.writer.submit(
            deed("link", self.case_id, other_id, how),
            None,
            lambda error: self.app.call_later(self.shell.tell, error),
        )
        self._show(self.found)

    def action_link(self) -> None:
        """Note on both cases that they may be linked."""
        self._link("possible")

    def action_unlink(self) -> None:
        """Take the link back."""
        self._link(None)

    @on(RowList.Chosen)
    def take(self, event: RowList.Chosen) -> None:
        """Read that case."""
        event.stop()
        self.dismiss(None)
        self.shell.show_case(event.key)

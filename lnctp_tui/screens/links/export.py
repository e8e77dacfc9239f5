"""Writing the network of a case to a file, as somebody asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, Given, ScreenPart, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.case.links import Network
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line

PATH = 1000
"""Characters of a path."""


class LinkExport(ScreenPart):
    """Asks in what form and to which file, and writes it."""

    def __init__(self, screen: AppScreen[Any], network: Network) -> None:
        super().__init__(screen)
        self.network = network

    def ask(self) -> None:
        """In what form."""
        lines = [Line((Cell("GraphML (Gephi, yEd)"),), "graphml"), Line((Cell("DOT (Graphviz)"),), "dot")]
        hint = _("Lleva folios, estados y qué se comparte; sin nombres, sin números completos.")
        self.screen.app.push_screen(
            PickDialog(_("¿En qué forma?"), lines, hint, purpose="links.form"), self._ask_where
        )

    def _ask_where(self, form: str | None) -> None:
        if form:
            hint = _("El archivo queda sin cifrar: guárdelo donde solo usted lo lea.")
            self.screen.app.push_screen(
                LineDialog(_("¿En qué archivo?"), hint, PATH, purpose="links.file", of=""),
                lambda typed: self._place(form, typed) if typed else None,
            )

    def _place(self, form: str, typed: Given[str]) -> None:
        try:
            self._write(form, handing_out.place(typed.value), typed)
        except LnctpError as error:
            self.screen.shell.tell(error)

    def _write(self, form: Any, path: Path, typed: Given[str]) -> None:
        from lnctp_tui.services.exchange import graph

        def done(_none: None) -> None:
            write(self.screen, deed("viewed", self.network.case_id, "export"), given=typed)
            self.screen.notify(_("Escrito en {name}.").format(name=path.name), markup=False)

        self.screen.shell.in_reader(
            lambda: graph.write([self.network], form, path), done, group="links.export"
        )

"""What a counselor says of a provider from a list or its page; nothing of it rewrites the directory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lnctp_tui.i18n import _
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.screens.lists.list_screen import ListScreen


class ProviderActs:
    """The acts of one list, which reads again what they changed."""

    def __init__(self, screen: ListScreen[Any]) -> None:
        self.screen = screen

    def write(self, act: Callable[[], None], message: str) -> None:
        """Write in a thread, say so, send it and read the list again."""
        from lnctp_tui.services.directory import directory

        screen, store = self.screen, self.screen.shell.workspace.store

        def write() -> None:
            act()
            directory.settle(store)

        def done(_result: None) -> None:
            screen.notify(message, markup=False)
            screen.shell.sync_now()
            screen.read()

        screen.shell.in_reader(write, done, group="directory_write")

    def report(self, provider: str, kind: str, about: str | None = None) -> None:
        """It did not answer, or somebody else did; `about`: the channel, else the one that is to be called."""
        from lnctp_tui.services.directory import directory, writing

        store = self.screen.shell.workspace.store

        def write() -> None:
            called = directory.detail(store, provider).to_dial
            channel = about or (called.row["id"] if called else None)
            writing.report(store, provider, kind, channel)

        self.write(write, _("Anotado. El teléfono no cambia."))

    def full(self, provider: str) -> None:
        """There is no room."""
        from lnctp_tui.services.directory import writing

        store = self.screen.shell.workspace.store
        self.write(lambda: writing.say_capacity(store, provider, 0), _("Anotado: sin lugar."))

    def exclude(self, provider: str, case_id: str, excluded: Callable[[], None]) -> None:
        """Ask why it is not to be offered in the case; `excluded` runs in the thread that wrote so."""
        from lnctp_tui.services.directory import writing

        store, words = self.screen.shell.workspace.store, self.screen.frame.words
        rows = self.screen.shell.workspace.protocol.catalogs["exclusion"].rows
        lines = [Line((Cell(words.code("exclusion", row.code)),), row.code) for row in rows]

        def chosen(reason: str | None) -> None:
            def write() -> None:
                writing.exclude(store, case_id, provider, str(reason))
                excluded()

            if reason is not None:
                self.write(write, _("No se ofrece en este caso."))

        self.screen.app.push_screen(PickDialog(_("¿Por qué no se ofrece en este caso?"), lines), chosen)

"""What a counselor says of a provider from a list or its page; nothing of it rewrites the directory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from lnctp_tui.i18n import _
from lnctp_tui.screens import base
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists import directory_words
from lnctp_tui.screens.sync.sync_words import ACTIVE, SUPERVISOR
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.domain.records.document import Document
    from lnctp_tui.screens.lists.list_screen import ListScreen
    from lnctp_tui.services.directory.directory import Listed

REASON = 500
"""Characters of why somebody is chosen that is not offered."""


class OfCase(Protocol):
    """A screen that shows providers for a case."""

    document: Document | None

    @property
    def shell(self) -> base.Shell:
        """The app."""


def with_exclusions(screen: OfCase) -> None:
    """Give a screen the exclusions of its case as they are stored. Blocking."""
    from lnctp_tui.services.case import cases

    if screen.document is not None:
        stored = cases.document(screen.shell.workspace.store, screen.document["case"]["id"])
        screen.document = screen.document | {"exclusions": stored["exclusions"]}


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

    def refer(self, provider: str, case_id: str, view: Listed | None) -> None:
        """Prepare a referral of the case. What is not offered is chosen only by who may, with a reason."""
        why = next(
            (found.excluded for found in (view.excluded if view else ()) if found.id == provider), None
        )
        if why is None:
            self._prepare(provider, case_id)
        elif why.override == "no" or (why.override == "supervisor" and not self._leads):
            text = _("No se preparó: {why}.").format(why=directory_words.why_not(why))
            self.screen.notify(text, severity="warning", markup=False)
        else:
            hint = _("Aquí no se ofrece: {why}. Queda en la canalización.").format(
                why=directory_words.why_not(why)
            )
            dialog = LineDialog(_("¿Por qué a esta institución?"), hint, REASON)
            self.screen.app.push_screen(
                dialog, lambda reason: self._prepare(provider, case_id, reason) if reason else None
            )

    @property
    def _leads(self) -> bool:
        status = self.screen.shell.sync_status
        return status is None or status.state != ACTIVE or status.role == SUPERVISOR

    def _prepare(self, provider: str, case_id: str, reason: str | None = None) -> None:
        from lnctp_tui.services.case import referrals

        referral, shell = referrals.new_id(), self.screen.shell

        def prepared(_none: object) -> None:
            if reason:
                base.write(self.screen, deed("referral_say", referral, {"override_reason": reason}))
            shell.go("referral", f"{case_id}/{referral}")

        base.write(self.screen, deed("referral_new", referral, case_id, None, provider), prepared)

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

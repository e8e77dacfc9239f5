"""From a phrase to the desk: what opening the database may ask before."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from lnctp_tui.app_start import RESUME, Start
from lnctp_tui.domain.practice import mark
from lnctp_tui.errors import DatabaseDamaged, LnctpError, SavesMissing, VaultUnfinished
from lnctp_tui.i18n import _
from lnctp_tui.services.vault import vault_access

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp
    from lnctp_tui.services.vault.missing_saves import Missing
    from lnctp_tui.services.vault.vault_access import Key

LAST = "LNCTP_LAST"
"""Set by the launcher for every worker but the first."""


class Opening:
    """Opens the database in a thread, and shows what it found: the desk, a loss, a first run that was cut off."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app

    def open(self, key: Callable[[], Key], failed: Callable[[LnctpError], None]) -> None:
        """Open the database with a key that is being derived, and go to the desk."""

        def opened() -> Start | Key | Missing:
            derived = key()
            try:
                return self.app.preload.open(derived)
            except VaultUnfinished:
                return derived
            except (SavesMissing, DatabaseDamaged) as error:
                from lnctp_tui.services.vault.missing_saves import missing

                return missing(self.app.home, derived, error)

        self.app.in_reader(opened, self._opened, group="unlock", failed=failed)

    def _opened(self, outcome: Start | Key | Missing) -> None:
        if isinstance(outcome, Start):
            if outcome.workspace.pending is None:
                self.app.enter(outcome)
            else:
                self._ask_protocol(outcome)
        elif not isinstance(outcome, vault_access.Key):
            from lnctp_tui.screens.vault.loss import LossScreen

            self.app.push_screen(LossScreen(outcome, self.app.profile.zone if self.app.profile else "UTC"))
        else:  # the first run was cut off
            from lnctp_tui.screens.vault.first_run import FirstRunScreen

            self.app.push_screen(FirstRunScreen(outcome, self.app.profile))

    def _ask_protocol(self, start: Start) -> None:
        """Files of the protocol changed: shown before the desk, and used only with the phrase."""
        from lnctp_tui.screens.vault.protocol_changed import ProtocolChangedScreen

        def answered(accepted: bool | None) -> None:
            start.workspace.set_setting(RESUME, None)
            if not accepted:
                self.app.enter(start)
                self.app.notify(
                    _("Se usa el protocolo anterior; al volver a abrir se pregunta de nuevo."), markup=False
                )
                return
            key = start.workspace.key
            self.app.in_reader(lambda: self._again(start, key), self._opened, group="unlock")

        self.app.push_screen(ProtocolChangedScreen(start.workspace), answered)

    def greet(self) -> None:
        """The tour, once, where nobody has worked before; never over a call, as which practice begins."""
        from lnctp_tui.screens.tour import TourScreen

        self.app.first = False
        on_desk = self.app.current_mode == "desk" and len(self.app.screen_stack) == 1
        practises = mark.of_device(self.app.workspace.store.author.device)
        if on_desk and not practises and not self.app.forms():
            self.app.push_screen(TourScreen())

    def take_call(self) -> None:
        """Open the call for which somebody left a practice; only the first time: not again after a lock."""
        if os.environ.pop(mark.CALL, None) and LAST not in os.environ:
            self.app.call_after_refresh(self.app.new_call)

    def remind(self, half: str) -> None:
        """Say that what was being typed at the lock waits; `half`: what its dialog is called."""
        if half:
            text = _("Lo que escribía en «{title}» no se perdió: al abrirlo otra vez, ahí sigue.")
            self.app.notify(text.format(title=half), timeout=12, markup=False)

    def _again(self, start: Start, key: Key) -> Start:
        start.workspace.close()
        opened = self.app.preload.open(key)
        opened.standing = start.standing
        return opened

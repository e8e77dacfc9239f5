"""How the app ends or locks: hidden at once, and not before what was typed is in the database or sealed beside it."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual.widgets import Input

from lnctp_tui.app_guard import CRASHED
from lnctp_tui.app_lock import KEPT, LOCKED, LOST, ORDERED, PRACTISE
from lnctp_tui.app_start import Standing, remember
from lnctp_tui.app_sync import Syncing
from lnctp_tui.domain.practice.mark import WISH
from lnctp_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp

QUIT = 0
"""Exit code for the launcher: done."""
SETTLE = 0.25
"""Seconds that keys typed just before the lock have to reach their field."""
DRAIN = 4.0
"""Seconds that the lock, behind a blank screen, waits for a disk that is busy (an import, a backup)."""
LAST_RESORT = 4.5
"""Seconds after which the process ends although a thread hangs; less than the launcher's patience."""
HOLDING = 9.0
"""The same, while it may turn out that the end has to wait for the disk; then nothing ends the process by itself."""
FAILING_DRAIN = 1.0
"""Seconds that a lock waits for a disk of which it is known that it refuses."""
HUNG_UP_DRAIN = 2.5
"""Seconds that the end waits for the disk when the window is gone, so that sealing still finds time."""
QUIT_TWICE = 6.0


class Ending:
    """The way out of an app. In the app's thread, but for what drains the disk."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app
        self.ordered = False
        """Whether officers took the laptop from its person: no way leads back to what is open."""
        self.locks = False
        """Whether this ends with a lock, after which the launcher starts the next one."""
        self.says = True
        """Whether the terminal is told what could not be saved; after a lock the next phrase prompt tells it."""
        self._leaves: int | None = None
        """The exit code of a lock or an end that waits, because something would be lost."""
        self._quit_until = 0.0
        self._hung_up = False

    def lock(self) -> None:
        """Lock now, whatever is on the screen; without a key there is only a half-typed phrase to forget."""
        if self._exposed or self.app.profile is None:
            self._leave(LOCKED)
        else:
            self._forget_typed()

    def lock_by_order(self) -> None:
        """The same because officers ordered it; the next screen says so."""
        self.ordered = True
        self.lock()

    def quit(self) -> None:
        """Leave; with calls open, only when asked twice: nothing is lost, but the caller waits."""
        now = monotonic()
        if self.app.forms_open.opened and now > self._quit_until:
            self._quit_until = now + QUIT_TWICE
            count = len(self.app.forms_open.opened)
            text = ngettext("Hay {count} llamada abierta.", "Hay {count} llamadas abiertas.", count).format(
                count=count
            )
            hint = _("Nada se pierde: se ofrecerá al abrir. Ctrl+Q otra vez para salir.")
            self.app.notify(f"{text} {hint}", severity="warning", timeout=QUIT_TWICE, markup=False)
            return
        self._leave(QUIT)

    def practise(self, scenario: str, before: Sequence[Mapping[str, object]], *, first: bool = False) -> None:
        """Lock and end, so that somebody can practise; never over a call. `before`: earlier tries of it.

        `first`: nobody practised here before.
        """
        wish = os.environ.get(WISH)
        if self.app.forms_open.opened or wish is None or self._leaves is not None:
            self.app.notify(_("Hay una llamada abierta: termínela antes de practicar."), markup=False)
            return
        said = json.dumps({"scenario": scenario, "before": list(before)[-3:], "first": first}).encode()
        os.write(int(wish), said)
        self._leave(PRACTISE)

    @property
    def waits(self) -> bool:
        """Whether a lock or an end waits for the disk, over everything."""
        return self._leaves is not None

    @property
    def _exposed(self) -> bool:
        """Is there a key, or does a screen over the first one show or ask for a phrase?"""
        opening = any(worker.group == "unlock" and worker.is_running for worker in self.app.workers)
        return self.app.unlocked or opening or len(self.app.screen_stack) > 1

    @property
    def _begins(self) -> bool:
        """Is this the first run? There is no data yet, and a phrase or a sheet that is being copied to paper."""
        return self.app.profile is None and not self.app.unlocked

    def _forget_typed(self) -> None:
        for entry in self.app.screen.query("PhraseEntry").results(Input):
            entry.value = ""

    def tick(self) -> None:
        """Lock when the clocks say so; once a second."""
        reason = self.app.watch_lock.tick()
        if reason and self._exposed and not self._begins:
            self._leave(LOCKED)
            return
        if reason == "idle":
            self._forget_typed()
        if self.app.watch_lock.set_back:
            self.app.watch_lock.set_back = False
            self.app.notify(
                _("El reloj del equipo retrocedió. Nada se pierde; revise la fecha y la hora del equipo."),
                severity="warning",
                markup=False,
            )

    def hang_up(self) -> None:
        """The window is gone: nobody can be told anything, and the launcher has little patience."""
        self._hung_up = True
        self._leave(LOCKED, waits=False)

    def _leave(self, code: int, *, waits: bool = True) -> None:
        """Hide at once, let the disk finish, and end. `waits`: unless something would be lost by it."""
        if self.app.leaving:
            return
        if self._leaves is not None and waits:
            self._hold(code)
            return
        self.app.leaving = True
        self.app.hide()
        self.app.syncing.end()
        stop = self.app.last_resort(code, HOLDING if waits else LAST_RESORT)
        self.app.set_timer(
            SETTLE, lambda: self.app.forms_open.after_typing(lambda: self._finish(code, waits, stop))
        )

    def _finish(self, code: int, waits: bool, stop: Callable[[], object]) -> None:
        self.app.forms_open.flush()
        drained = (code, self.app.standing(), waits, stop)
        threading.Thread(target=self._drain_and_exit, args=drained, daemon=True).start()

    def _drain_and_exit(self, code: int, here: Standing, waits: bool, stop: Callable[[], object]) -> None:
        if not self.app.unlocked:
            self.app.call_later(self.app.exit, code)
            return
        failing = self.app.workspace.writer.health.trouble is not None
        safe = self.app.saving.try_to_leave(FAILING_DRAIN if failing else DRAIN if waits else HUNG_UP_DRAIN)
        if not safe and waits:
            stop()
            self.app.call_later(self._hold, code)
            return
        self.app.updating.end()
        whole = not self.app.saving.unsaved
        if code == LOCKED:
            remember(self.app.workspace, Standing() if self.ordered else here)
        self.app.call_later(self._end, code, None if whole else KEPT if safe else LOST, stop)

    def _end(self, code: int, lacks: int | None, stop: Callable[[], object] = lambda: None) -> None:
        """End; `lacks` is the exit code when something is not in the database.

        `stop` takes back the last resort of before, which knew nothing of that.
        """
        self.app.leaving = True
        self.locks = code == LOCKED
        self.says = not self.locks or self._hung_up
        if self.ordered and self.locks:
            code = ORDERED
        after = LAST_RESORT if lacks is None else FAILING_DRAIN
        self.app.last_resort(lacks if lacks and self.locks else code, after)
        stop()
        self.app.exit(lacks or code)

    def _hold(self, code: int) -> None:
        """Hide, say what is missing, and wait: for the disk, for the phrase, or for the word that loses it."""
        from lnctp_tui.screens.vault.hold import HoldScreen

        self.app.leaving = False
        locked = code == LOCKED or self._leaves == LOCKED
        screens = (screen for screen in self.app.screen_stack if isinstance(screen, HoldScreen))
        hold_screen = next(screens, None)
        self._leaves = LOCKED if locked else code
        if hold_screen is None:
            self.app.clear_notifications()
            self.app.push_screen(HoldScreen(locked=locked, ordered=self.ordered))
        elif locked:
            hold_screen.close_way(ordered=self.ordered)

    def leave_if_safe(self) -> None:
        """End, as was asked, when nothing would be lost by it any more."""
        if self._leaves is not None and self.app.saving.safe:
            self.leave_anyway()

    def leave_anyway(self) -> None:
        """End, as was asked, and lose what is missing."""
        code = QUIT if self._leaves is None else self._leaves
        lacks = (KEPT if self.app.saving.safe else LOST) if self.app.saving.unsaved else None
        self.app.leaving = True
        self.app.hide()
        self._end(code, lacks)

    def come_back(self) -> None:
        """Go on after all with what was on the screen."""
        from lnctp_tui.screens.vault.hold import HoldScreen

        if self.ordered:
            return
        self._leaves = None
        self.app.watch_lock.touch()
        while any(isinstance(screen, HoldScreen) for screen in self.app.screen_stack):
            self.app.pop_screen()
        self.app.syncing = Syncing(self.app, self.app.later, self.lock_by_order)
        self.app.sync_begin()

    def close_workspace(self) -> None:
        """Let go of the files, if that takes no longer than a lock may."""
        if self.app.unlocked:
            closing = threading.Thread(target=self.app.workspace.close, daemon=True)
            closing.start()
            closing.join(DRAIN)

    def drain_after_fault(self, code: str) -> None:
        self.app.leaving = True
        self.app.last_resort(CRASHED, LAST_RESORT)
        if self.app.unlocked:
            self.app.saving.try_to_leave(HUNG_UP_DRAIN)

"""The app around the screens: modes, global keys, themes, the lock. No field logic."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from lnctp_tui.app_ending import QUIT, Ending
from lnctp_tui.app_forms import OpenForms
from lnctp_tui.app_guard import GuardedApp
from lnctp_tui.app_keys import KeyOrder
from lnctp_tui.app_lock import KEPT, LOST, LockWatch, on_hang_up
from lnctp_tui.app_opening import Opening
from lnctp_tui.app_saving import Saving
from lnctp_tui.app_start import Preload, Start
from lnctp_tui.app_sync import Syncing
from lnctp_tui.app_update import Updating
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import DEFAULT, N_, _, set_language
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens import registry
from lnctp_tui.services.vault import vault_access
from lnctp_tui.styles.themes import THEMES
from lnctp_tui.widgets.key_names import key_name
from lnctp_tui.widgets.quick_paint import paint_what_shows
from lnctp_tui.widgets.quick_styles import style_what_is_asked

if TYPE_CHECKING:
    from lnctp_tui.services.refs import Saved as Stored
    from lnctp_tui.services.sync.synchronise import SyncStatus
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

REFUSED = 78
"""Exit code for the launcher: told why it cannot go on."""
STYLES = Path(__file__).parent / "styles"


class LnctpApp(GuardedApp[int]):
    """The full-screen app. It starts on the phrase, or on the first run."""

    TITLE = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "lock", N_("bloquear"), priority=True, id="app.lock"),
        Binding("ctrl+q", "quit", N_("salir"), priority=True, show=False, id="app.quit"),
        Binding("ctrl+n", "new_call", N_("nueva llamada"), show=False, id="app.new"),
        Binding("ctrl+o", "next_form", N_("siguiente llamada abierta"), show=False, id="app.next"),
        Binding("f1", "help", N_("ayuda"), show=False, id="app.help"),
    ]

    def __init__(
        self, home: Path, profile: vault_access.Profile | None, *, watch: LockWatch | None = None
    ) -> None:
        style_what_is_asked()
        paint_what_shows()
        super().__init__(
            css_path=[
                STYLES / "app.tcss",
                *([STYLES / "first.tcss"] if profile is None or profile.sealed else []),
            ]
        )
        self.home = home
        self.profile = profile
        self.watch_lock = watch or LockWatch()
        self.preload = Preload(home)
        self.key_order = KeyOrder(self, super().on_event)
        self.forms_open = OpenForms(self)
        self.opening = Opening(self)
        self.ending = Ending(self)
        self.syncing = Syncing(self, self.later, self.ending.lock_by_order)
        self.saving = Saving(self)
        self.updating = Updating(self)
        self.last_resort: Callable[[int, float], Callable[[], object]] = lambda code, after: lambda: None
        self.on_fault = self.ending.drain_after_fault
        self._workspace: Workspace | None = None
        self.handed: Key | None = None
        self.first = profile is None
        """Whether nobody has worked here before: the tour is shown."""
        # what screens ask for (screens.base.Shell), from whoever does it
        self.open_with, self.close_workspace = self.opening.open, self.ending.close_workspace
        self.new_call, self.reopen_call = self.forms_open.start, self.forms_open.reopen
        self.edit_case, self.open_again = self.forms_open.edit, self.forms_open.open_again
        self.forms, self.bring_back = self.forms_open.lines, self.forms_open.bring_back
        self.show_saving, self.lock = self.saving.show, self.ending.lock
        self.standing, self.unsaved = self.forms_open.standing, self.saving.unsaved_lines
        self.leave_if_safe, self.leave_anyway = self.ending.leave_if_safe, self.ending.leave_anyway
        self.practise, self.come_back = self.ending.practise, self.ending.come_back
        for theme in THEMES:
            self.register_theme(theme)
        chosen = profile.theme if profile and profile.theme in self.available_themes else THEMES[0].name
        self.set_reactive(App.theme, chosen)  # no watcher: nothing is painted yet
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def workspace(self) -> Workspace:
        """The open database."""
        assert self._workspace is not None, "locked"
        return self._workspace

    @property
    def idle_minutes(self) -> int:
        """Minutes without a key after which the app locks."""
        return self.watch_lock.idle_minutes

    @idle_minutes.setter
    def idle_minutes(self, minutes: int) -> None:
        self.watch_lock.set_idle(minutes)

    @property
    def unlocked(self) -> bool:
        """Was the phrase accepted?"""
        return self._workspace is not None

    def get_key_display(self, binding: Binding) -> str:
        """A key as it is printed on a keyboard."""
        return binding.key_display or key_name(binding.key)

    def get_default_screen(self) -> Screen[Any]:
        """The first screen: nothing else is imported for it."""
        if self.profile is None:
            from lnctp_tui.screens.vault.first_run import FirstRunScreen

            return FirstRunScreen()
        if self.profile.sealed:
            from lnctp_tui.screens.vault.sealed import SealedScreen

            return SealedScreen(self.profile)
        from lnctp_tui.screens.vault.unlock import UnlockScreen

        return UnlockScreen(self.profile)

    def on_mount(self) -> None:
        self.set_window_title()
        self.set_interval(1.0, self._tick)
        if not self.is_headless:
            on_hang_up(self.ending.hang_up)
        if self.handed is not None:  # the throw-away vault of `lnctp demo` opens without its phrase
            key, self.handed, self.first = self.handed, None, True
            self.call_after_refresh(self.open_with, lambda: key, self.tell)

    def preload_rest(self) -> None:
        """Fetch in a thread what the first screen did not need."""
        gc.enable()
        self.preload.begin()

    def enter(self, start: Start) -> None:
        """The phrase was accepted and the database is open: show the desk, or where the lock came."""
        self._workspace = start.workspace
        start.workspace.on_taken = lambda: self.later(self.ending.lock_by_order)
        start.workspace.writer.on_saved = lambda stored: self.later(self._saved, stored)
        if start.workspace.keeper is not None:
            start.workspace.keeper.on_told = lambda error: self.later(self.saving.harmed, error)
        set_language(start.language)
        self.theme = start.theme
        self.watch_lock.set_idle(start.idle_minutes)
        self.watch_lock.begin()
        for name, entry in registry.modes():
            self.add_mode(name, partial(entry.make, *([start.desk] if name == "desk" else [])))
        self.switch_mode("desk")
        start.resume(self)
        self.opening.remind(start.standing.half)
        self.opening.take_call()
        if self.first:
            self.call_after_refresh(self.opening.greet)
        self.saving.begin(self.later)
        self.updating.begin()
        self.sync_begin()

    def go(self, name: str, *arguments: object) -> None:
        """Go to the screen of this name."""
        registry.go(self, name, *arguments)

    def show_case(self, case_id: str) -> None:
        """Open the case view on top of this screen."""
        self.go("case", case_id)

    def leave_form(self) -> None:
        """Close the form on the screen and go back to the desk."""
        self.call_later(self.forms_open.leave, "desk")

    @property
    def sync_status(self) -> SyncStatus | None:
        """How synchronisation stands; None before the first look."""
        return self.syncing.status

    def sync_begin(self) -> None:
        """Start synchronising when this laptop has a server."""
        self.syncing.begin(self.workspace)

    def sync_now(self) -> None:
        """Try to reach the server at once."""
        self.syncing.now()

    # the disk

    def _saved(self, stored: Stored) -> None:
        self.forms_open.saved(stored)
        self.syncing.saved()
        self.saving.look()

    # keys from anywhere

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Calls only once the phrase was accepted."""
        return self.unlocked or action not in ("new_call", "next_form", "cover")

    def action_new_call(self) -> None:
        """Start a call."""
        self.new_call()

    def action_next_form(self) -> None:
        """Go to the next open call, or say that there is none."""
        if not self.forms_open.next():
            self.notify(_("No hay otra llamada abierta."), markup=False)

    def action_cover(self) -> None:
        """The words for when somebody else listens, over whatever is on the screen."""
        from lnctp_tui.screens.script import ScriptDialog

        script = self.workspace.protocol.scripts.get("cover")
        if script is not None and not isinstance(self.screen, ScriptDialog):
            self.push_screen(ScriptDialog(script, self.workspace.protocol))

    def action_help(self) -> None:
        """Show the keys of the screen below."""
        from lnctp_tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen) and not self.ending.waits:
            self.push_screen(HelpScreen(self.screen))

    def action_lock(self) -> None:
        """Lock now, whatever is on the screen."""
        self.ending.lock()

    async def action_quit(self) -> None:
        """Leave; with calls open, only when asked twice."""
        self.ending.quit()

    def _tick(self) -> None:
        self.saving.look()
        self.ending.tick()

    # the lock

    async def on_event(self, event: events.Event) -> None:
        """Every key and every movement of the mouse counts as somebody being there."""
        if isinstance(event, events.InputEvent | events.Paste):
            if self.leaving:  # the phrase, typed too early, must not end in a narrative
                return
            self.watch_lock.touch()
        await self.key_order.take(event)


SAID = {
    KEPT: N_(
        "Lo último que escribió no cupo en la base: está sellado junto a ella y se recupera al abrir de nuevo."
    ),
    LOST: N_("Lo último que escribió no se pudo guardar en ningún lado y se perdió."),
}
"""What stands on the terminal after an end that could not save everything."""
DEMO_KEY = "LNCTP_DEMO_KEY"
"""Names the pipe with the key of a throw-away vault (services.vault.demo)."""


def run_worker(dress: Callable[[LnctpApp], object] = lambda app: None) -> int:
    """Runs the app on the data folder, after `dress` had it; the exit code for the launcher.

    Ends the process by itself if threads hang.
    """
    home = vault_access.data_folder()
    try:
        profile = vault_access.profile(home)
    except LnctpError as error:
        sys.stderr.write(f"{explain(error)}\n")
        return REFUSED
    set_language(profile.language if profile else DEFAULT)
    app = LnctpApp(home, profile)
    dress(app)
    app.last_resort = _end_soon
    if DEMO_KEY in os.environ:
        from lnctp_tui.services.vault.demo import handed_key

        app.handed = handed_key()
    code = app.run()
    if code in SAID and app.ending.says:
        with suppress(OSError):  # the window is gone
            sys.stderr.write(f"{_(SAID[code])}\n")
            sys.stderr.flush()
        code = code if app.ending.locks else QUIT  # after a lock the next prompt says it too
    app.close_workspace()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(app.return_code or QUIT if code is None else code)  # threads that still read keep no key alive


def _end_soon(code: int, after: float) -> Callable[[], object]:
    ending = threading.Timer(after, os._exit, (code,))
    ending.daemon = True
    ending.start()
    return ending.cancel

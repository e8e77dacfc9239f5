"""The app around the screens: modes, global keys, themes, the lock. No field logic."""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from lnctp_tui.app_forms import OpenForms, read_again
from lnctp_tui.app_guard import CRASHED
from lnctp_tui.app_keys import OrderedKeysApp
from lnctp_tui.app_lock import KEPT, LOCKED, LOST, ORDERED, LockWatch, on_hang_up
from lnctp_tui.app_saving import Saving
from lnctp_tui.app_start import RESUME, Preload, Standing, Start, remember
from lnctp_tui.app_sync import Syncing
from lnctp_tui.errors import DatabaseDamaged, LnctpError, SavesMissing, VaultUnfinished
from lnctp_tui.i18n import DEFAULT, N_, _, ngettext, set_language
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens import registry
from lnctp_tui.services.vault import vault_access
from lnctp_tui.styles.themes import THEMES
from lnctp_tui.widgets.key_names import key_name

if TYPE_CHECKING:
    from lnctp_tui.screens.base import Place
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.refs import Saved as Stored
    from lnctp_tui.services.sync.synchronise import SyncStatus
    from lnctp_tui.services.vault.missing_saves import Missing
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

QUIT, REFUSED = 0, 78
"""Exit codes for the launcher: done; told why it cannot go on."""
STYLES = Path(__file__).parent / "styles"
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


class LnctpApp(OrderedKeysApp[int]):
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
        self.forms_open = OpenForms(self)
        self.syncing = Syncing(self, self.later, self.lock_by_order)
        self.ordered = False
        """Whether officers took the laptop from its person: no way leads back to what is open."""
        self.saving = Saving(self)
        self.last_resort: Callable[[int, float], Callable[[], object]] = lambda code, after: lambda: None
        self.on_fault = self._drain_after_fault
        self._workspace: Workspace | None = None
        self._leaves: int | None = None
        """The exit code of a lock or an end that waits, because something would be lost."""
        self.handed: Key | None = None
        self._quit_until = 0.0
        self._hung_up = False
        self.locks = False
        """Whether this ends with a lock, after which the launcher starts the next one."""
        self.says = True
        """Whether the terminal is told what could not be saved; after a lock the next phrase prompt tells it."""
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
            on_hang_up(self._hang_up)
        if self.handed is not None:
            self.call_after_refresh(self._open_demo, self.handed)
            self.handed = None

    def _open_demo(self, key: Key) -> None:
        """The throw-away vault of `lnctp demo` opens without its phrase, once."""
        self.open_with(lambda: key, self.tell)

    # what screens ask for (screens.base.Shell)

    def open_with(self, key: Callable[[], Key], failed: Callable[[LnctpError], None]) -> None:
        """Open the database with a key that is being derived, and go to the desk."""

        def opened() -> Start | Key | Missing:
            found = key()
            try:
                return self.preload.open(found)
            except VaultUnfinished:
                return found
            except (SavesMissing, DatabaseDamaged) as error:
                from lnctp_tui.services.vault.missing_saves import missing

                return missing(self.home, found, error)

        self.in_reader(opened, self._opened, group="unlock", failed=failed)

    def _opened(self, found: Start | Key | Missing) -> None:
        if isinstance(found, Start):
            if found.workspace.pending is None:
                self.enter(found)
            else:
                self._ask_protocol(found)
        elif not isinstance(found, vault_access.Key):
            from lnctp_tui.screens.vault.loss import LossScreen

            self.push_screen(LossScreen(found, self.profile.zone if self.profile else "UTC"))
        else:  # the first run was cut off
            from lnctp_tui.screens.vault.first_run import FirstRunScreen

            self.push_screen(FirstRunScreen(found, self.profile))

    def _ask_protocol(self, start: Start) -> None:
        """Files of the protocol changed: shown before the desk, and used only with the phrase."""
        from lnctp_tui.screens.vault.protocol_changed import ProtocolChangedScreen

        def answered(accepted: bool | None) -> None:
            start.workspace.set_setting(RESUME, None)
            if not accepted:
                self.enter(start)
                self.notify(
                    _("Se usa el protocolo anterior; al volver a abrir se pregunta de nuevo."), markup=False
                )
                return
            key = start.workspace.key
            self.in_reader(lambda: self._again(start, key), self._opened, group="unlock")

        self.push_screen(ProtocolChangedScreen(start.workspace), answered)

    def _again(self, start: Start, key: Key) -> Start:
        start.workspace.close()
        opened = self.preload.open(key)
        opened.standing = start.standing
        return opened

    def preload_rest(self) -> None:
        """Fetch in a thread what the first screen did not need."""
        gc.enable()
        self.preload.begin()

    def enter(self, start: Start) -> None:
        """The phrase was accepted and the database is open: show the desk, or where the lock came."""
        self._workspace = start.workspace
        start.workspace.on_taken = lambda: self.later(self.lock_by_order)
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
        self.saving.begin(self.later)
        self.sync_begin()

    def where(self) -> Place | None:
        """What is on the screen, to come back to it after a lock."""
        return self.forms_open.current or registry.where(self.screen_stack)

    def standing(self) -> Standing:
        """What is open, and what of it is on the screen."""
        return Standing(tuple(self.forms_open.places), self.where())

    def open_again(self, forms: Sequence[Place], then: Callable[[], None]) -> None:
        """Open these forms in their order, behind what is on the screen; one that is gone is left out."""

        def show(found: list[tuple[Intake, str | None]]) -> None:
            for form, known in found:
                self.forms_open.add(form, known)
            then()

        workspace = self.workspace
        self.in_reader(lambda: read_again(workspace, forms), show, group="open", failed=lambda _error: then())

    def new_call(self) -> None:
        """Start a call and go there."""
        from lnctp_tui.services.call.intake import Intake

        self.forms_open.show(Intake.start(self.workspace))

    def reopen_call(self, contact_id: str) -> None:
        """Go to an open call, or open an unfinished one."""
        from lnctp_tui.services.call.intake import Intake

        if not self.forms_open.go(contact_id):
            self.in_reader(
                lambda: Intake.reopen(self.workspace, contact_id), self.forms_open.show, group="open"
            )

    def edit_case(self, case_id: str) -> None:
        """Open an existing case in the form."""
        from lnctp_tui.services.call.intake import Intake

        if not self.forms_open.go(case_id):
            show = self.forms_open.show
            self.in_reader(
                lambda: Intake.of_case(self.workspace, case_id),
                lambda form: show(form, case_id),
                group="open",
            )

    def go(self, name: str, *arguments: object) -> None:
        """Go to the screen of this name."""
        registry.go(self, name, *arguments)

    def show_case(self, case_id: str) -> None:
        """Open the case view on top of this screen."""
        self.go("case", case_id)

    def leave_form(self) -> None:
        """Close the form on the screen and go back to the desk."""
        self.call_later(self.forms_open.leave, "desk")

    def forms(self) -> list[tuple[str, str, bool]]:
        """The open forms."""
        return self.forms_open.lines()

    def lock(self) -> None:
        """Hide everything and end the process that holds the key."""
        self.action_lock()

    def lock_by_order(self) -> None:
        """The same because officers ordered it; the next screen says so."""
        self.ordered = True
        self.action_lock()

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

    def show_saving(self, screen: Screen[Any]) -> None:
        """Say over a screen that nothing is being saved, as long as that is so."""
        self.saving.show(screen)

    def unsaved(self) -> list[str]:
        """What the database lacks, a line for each form."""
        from lnctp_tui.screens.vault.unsaved import lines

        writer = self.workspace.writer
        return lines(writer.unsaved(), self.workspace, self.forms_open.names)

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

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        """Leave; with calls open, only when asked twice: nothing is lost, but the caller waits."""
        now = monotonic()
        if self.forms_open.opened and now > self._quit_until:
            self._quit_until = now + QUIT_TWICE
            count = len(self.forms_open.opened)
            text = ngettext("Hay {count} llamada abierta.", "Hay {count} llamadas abiertas.", count).format(
                count=count
            )
            kept = _("Nada se pierde: se ofrecerá al abrir. Ctrl+Q otra vez para salir.")
            self.notify(f"{text} {kept}", severity="warning", timeout=QUIT_TWICE, markup=False)
            return
        self._leave(QUIT)

    def action_lock(self) -> None:
        """Lock now, whatever is on the screen; without a key there is only a half-typed phrase to forget."""
        if self._exposed or self.profile is None:
            self._leave(LOCKED)
        else:
            self._forget_typed()

    @property
    def _exposed(self) -> bool:
        """Is there a key, or does a screen over the first one show or ask for a phrase?"""
        opening = any(each.group == "unlock" and each.is_running for each in self.workers)
        return self.unlocked or opening or len(self.screen_stack) > 1

    @property
    def _begins(self) -> bool:
        """Is this the first run? There is no data yet, and a phrase or a sheet that is being copied to paper."""
        return self.profile is None and not self.unlocked

    def _forget_typed(self) -> None:
        for entry in self.screen.query("PhraseEntry").results(Input):
            entry.value = ""

    # the lock

    async def on_event(self, event: events.Event) -> None:
        """Every key and every movement of the mouse counts as somebody being there."""
        if isinstance(event, events.InputEvent | events.Paste):
            if self._leaving:  # the phrase, typed too early, must not end in a narrative
                return
            self.watch_lock.touch()
        await super().on_event(event)

    def _tick(self) -> None:
        self.saving.look()
        reason = self.watch_lock.tick()
        if reason and self._exposed and not self._begins:
            self._leave(LOCKED)
            return
        if reason == "idle":
            self._forget_typed()
        if self.watch_lock.set_back:
            self.watch_lock.set_back = False
            self.notify(
                _("El reloj del equipo retrocedió. Nada se pierde; revise la fecha y la hora del equipo."),
                severity="warning",
                markup=False,
            )

    def _hang_up(self) -> None:
        """The window is gone: nobody can be told anything, and the launcher has little patience."""
        self._hung_up = True
        self._leave(LOCKED, waits=False)

    def _leave(self, code: int, *, waits: bool = True) -> None:
        """Hide at once, let the disk finish, and end. `waits`: unless something would be lost by it."""
        if self._leaving:
            return
        if self._leaves is not None and waits:
            self._hold(code)
            return
        self._leaving = True
        self.hide()
        self.syncing.end()
        stop = self.last_resort(code, HOLDING if waits else LAST_RESORT)
        self.set_timer(SETTLE, lambda: self.forms_open.after_typing(lambda: self._finish(code, waits, stop)))

    def _finish(self, code: int, waits: bool, stop: Callable[[], object]) -> None:
        self.forms_open.flush()
        drained = (code, self.standing(), waits, stop)
        threading.Thread(target=self._drain_and_exit, args=drained, daemon=True).start()

    def _drain_and_exit(self, code: int, here: Standing, waits: bool, stop: Callable[[], object]) -> None:
        if self._workspace is None:
            self.call_later(self.exit, code)
            return
        failing = self._workspace.writer.health.trouble is not None
        safe = self.saving.try_to_leave(FAILING_DRAIN if failing else DRAIN if waits else HUNG_UP_DRAIN)
        if not safe and waits:
            stop()
            self.call_later(self._hold, code)
            return
        whole = not self.saving.unsaved
        if code == LOCKED:
            remember(self._workspace, Standing() if self.ordered else here)
        self.call_later(self._end, code, None if whole else KEPT if safe else LOST, stop)

    def _end(self, code: int, lacks: int | None, stop: Callable[[], object] = lambda: None) -> None:
        """End; `lacks` is the exit code when something is not in the database.

        `stop` takes back the last resort of before, which knew nothing of that.
        """
        self._leaving = True
        self.locks = code == LOCKED
        self.says = not self.locks or self._hung_up
        if self.ordered and self.locks:
            code = ORDERED
        after = LAST_RESORT if lacks is None else FAILING_DRAIN
        self.last_resort(lacks if lacks and self.locks else code, after)
        stop()
        self.exit(lacks or code)

    def _hold(self, code: int) -> None:
        """Hide, say what is missing, and wait: for the disk, for the phrase, or for the word that loses it."""
        from lnctp_tui.screens.vault.hold import HoldScreen

        self._leaving = False
        locked = code == LOCKED or self._leaves == LOCKED
        held = next((each for each in self.screen_stack if isinstance(each, HoldScreen)), None)
        self._leaves = LOCKED if locked else code
        if held is None:
            self.clear_notifications()
            self.push_screen(HoldScreen(locked=locked, ordered=self.ordered))
        elif locked:
            held.close_way(ordered=self.ordered)

    def leave_if_safe(self) -> None:
        """End, as was asked, when nothing would be lost by it any more."""
        if self._leaves is not None and self.saving.safe:
            self.leave_anyway()

    def leave_anyway(self) -> None:
        """End, as was asked, and lose what is missing."""
        code = QUIT if self._leaves is None else self._leaves
        lacks = (KEPT if self.saving.safe else LOST) if self.saving.unsaved else None
        self._leaving = True
        self.hide()
        self._end(code, lacks)

    def come_back(self) -> None:
        """Go on after all with what was on the screen."""
        from lnctp_tui.screens.vault.hold import HoldScreen

        if self.ordered:
            return
        self._leaves = None
        self.watch_lock.touch()
        while any(isinstance(each, HoldScreen) for each in self.screen_stack):
            self.pop_screen()
        self.syncing = Syncing(self, self.later, self.lock_by_order)
        self.sync_begin()

    def close_workspace(self) -> None:
        """Let go of the files, if that takes no longer than a lock may."""
        if self._workspace is not None:
            closing = threading.Thread(target=self._workspace.close, daemon=True)
            closing.start()
            closing.join(DRAIN)

    def _drain_after_fault(self, code: str) -> None:
        self._leaving = True
        self.last_resort(CRASHED, LAST_RESORT)
        if self._workspace is not None:
            self.saving.try_to_leave(HUNG_UP_DRAIN)


SAID = {
    KEPT: N_(
        "Lo último que escribió no cupo en la base: está sellado junto a ella y se recupera al abrir de nuevo."
    ),
    LOST: N_("Lo último que escribió no se pudo guardar en ningún lado y se perdió."),
}
"""What stands on the terminal after an end that could not save everything."""
DEMO_KEY = "LNCTP_DEMO_KEY"
"""Names the pipe with the key of a throw-away vault (services.vault.demo)."""


def run_worker() -> int:
    """Runs the app on the data folder; the exit code for the launcher. Ends the process by itself if threads hang."""
    home = vault_access.data_folder()
    try:
        profile = vault_access.profile(home)
    except LnctpError as error:
        sys.stderr.write(f"{explain(error)}\n")
        return REFUSED
    set_language(profile.language if profile else DEFAULT)
    app = LnctpApp(home, profile)
    app.last_resort = _end_soon
    if DEMO_KEY in os.environ:
        from lnctp_tui.services.vault.demo import handed_key

        app.handed = handed_key()
    code = app.run()
    if code in SAID and app.says:
        with suppress(OSError):  # the window is gone
            sys.stderr.write(f"{_(SAID[code])}\n")
            sys.stderr.flush()
        code = code if app.locks else QUIT  # after a lock the next prompt says it too
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

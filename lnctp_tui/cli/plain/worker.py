"""The process that holds the key while a call is taken line by line; the launcher starts the next after a lock."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

from lnctp_tui import launcher, programs
from lnctp_tui.app_lock import IDLE_MINUTES, KEPT, LOCKED, LOST, ORDERED, LockWatch
from lnctp_tui.cli.plain.terminal import Leave, Terminal
from lnctp_tui.cli.session import LANGUAGE
from lnctp_tui.errors import LnctpError, VaultError, WrongPassphrase
from lnctp_tui.i18n import DEFAULT, _, ngettext, set_language
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.vault.unlock import ENDED, FELL_OVER, pause_after
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage import hardening
from lnctp_tui.updates import places
from lnctp_tui.worker import watch_parent

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Synchroniser
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

QUIT, REFUSED = 0, 78
DRAIN, HUNG_UP_DRAIN = 4.0, 2.5
"""Seconds that an end waits for the disk, and when nobody is there any more."""
LAST_RESORT = 4.5
"""Seconds after which a process whose window is gone ends although the disk hangs."""


def main() -> NoReturn:
    """Runs until a lock or the end, and ends the process with one of the launcher's exit codes."""
    code = _until_the_end()
    with suppress(OSError):
        sys.stdout.flush()
    os._exit(code)  # threads that still read keep no key alive


def _until_the_end() -> int:
    hardening.harden()
    watch_parent()
    terminal = Terminal()
    try:
        home = vault_access.data_folder()
        profile = vault_access.profile(home)
        if profile is None:
            raise VaultError("no_vault")
        set_language(_asked_for() or profile.language or DEFAULT)
        terminal.open()
        return _Run(terminal).run()
    except LnctpError as error:
        terminal.say(str(explain(error)))
        return REFUSED
    except Leave as leave:
        return leave.code
    finally:
        with suppress(OSError):
            terminal.close()


class _Run:
    """From the phrase to the end of the process."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.watch = LockWatch()
        self.synchroniser: Synchroniser | None = None
        self._trouble = False
        terminal.touched = self.watch.touch

    def run(self) -> int:
        last = os.environ.get(launcher.LAST, "")
        if message := ENDED.get(last):
            self.terminal.say(_(message))
        elif last in (FELL_OVER, "-9"):
            self.terminal.say(_("La última vez se detuvo por un error. Lo guardado está en el disco."))
        self.terminal.tick = self._forget_phrase
        workspace = self._unlock()
        self.watch.set_idle(int(workspace.setting("idle_minutes", IDLE_MINUTES)))
        self.watch.begin()
        self.terminal.tick = lambda: self._tick(workspace)
        self._synchronise(workspace)
        threading.Thread(target=_look_for_version, args=(workspace,), daemon=True, name="update").start()
        from lnctp_tui.cli.plain.talk import Talk

        talk = Talk(self.terminal, workspace)
        try:
            talk.run(resumes=bool(last))
            return self._end(workspace, QUIT, gone=False)
        except Leave as leave:
            return self._end(workspace, leave.code, gone=leave.gone, keep=talk.keep)

    # the phrase

    def _unlock(self) -> Workspace:
        tries = 0
        while True:
            words = self._phrase()
            try:
                key = vault_access.unlock(vault_access.data_folder(), words)
                return self._open(key)
            except WrongPassphrase as error:
                tries += 1
                self.terminal.say(str(explain(error)))
                self._pause(pause_after(tries))

    def _phrase(self) -> str:
        while True:
            typed = self.terminal.ask(_("Frase: "), hidden=True)
            if typed.key in ("^C", "."):
                raise Leave(launcher.INTERRUPTED)
            if typed.lines and typed.lines[0].strip() and not typed.pasted:
                return typed.lines[0]
            self.terminal.rest = ""

    def _pause(self, seconds: int) -> None:
        if seconds:
            wait = ngettext("Espere {count} segundo.", "Espere {count} segundos.", seconds)
            self.terminal.say(wait.format(count=seconds))
            threading.Event().wait(seconds)

    def _open(self, key: Key) -> Workspace:
        from lnctp_tui.services.vault import upgrading
        from lnctp_tui.services.vault.workspace import open_workspace

        self.terminal.say(_("Abriendo…"))
        upgrading.take_back(vault_access.data_folder(), key)
        workspace = open_workspace(vault_access.data_folder(), key)
        set_language(_asked_for() or workspace.setting("language", workspace.language))
        if workspace.pending is not None:
            self.terminal.say(
                _(
                    "La carpeta del protocolo cambió y no se usa hasta aceptarla: véala con «lnctp protocol "
                    "accept»."
                )
            )
        if count := workspace.taken.pieces:
            text = ngettext(
                "Se recuperó {count} cambio que la última vez no se pudo guardar.",
                "Se recuperaron {count} cambios que la última vez no se pudieron guardar.",
                count,
            )
            self.terminal.say(text.format(count=count))
        return workspace

    def _forget_phrase(self) -> None:
        if self.watch.tick():
            self.terminal.rest = ""

    # while it is open

    def _synchronise(self, workspace: Workspace) -> None:
        """In a thread, when this laptop has a server: what is urgent does not wait for the end of the call."""

        def begin() -> None:
            from lnctp_tui.services.sync import synchronise

            with suppress(LnctpError):
                if not synchronise.status(workspace).enrolled:
                    return
                thread = synchronise.Synchroniser(workspace)
                thread.on_taken = lambda: self.terminal.leave_later(ORDERED)
                self.synchroniser = thread
                thread.start()

        workspace.on_taken = lambda: self.terminal.leave_later(ORDERED)
        threading.Thread(target=begin, daemon=True, name="sync-begin").start()

    def _tick(self, workspace: Workspace) -> None:
        if self.watch.tick():
            raise Leave(LOCKED)
        health = workspace.writer.health
        if health.trouble is not None and not self._trouble:
            explanation = explain(health.trouble)
            where = _("Lo escrito sigue solo en la memoria: no apague el equipo.")
            if health.sheltered:
                where = _("Lo escrito está en un diario sellado junto a la base: no se pierde.")
            self.terminal.break_in(
                f"{_('NO SE ESTÁ GUARDANDO')}. {explanation.happened} {where} {explanation.now}"
            )
        elif self._trouble and health.trouble is None:
            self.terminal.break_in(_("El disco ya acepta lo escrito: todo está guardado."))
        self._trouble = health.trouble is not None

    # the end

    def _end(self, workspace: Workspace, code: int, *, gone: bool, keep: object = None) -> int:
        """Nothing that was typed is left behind: it is in the database, sealed beside it, or the end waits."""
        if gone:
            _end_soon(code)
        if callable(keep):
            keep()
        if not gone and code != QUIT:
            self.terminal.push_away()
        if self.synchroniser is not None:
            threading.Thread(target=self.synchroniser.stop, args=(0.3,), daemon=True).start()
        lacks = self._saved(workspace, gone=gone)
        if not lacks:
            _begin_version(workspace)
        _close(workspace)
        return lacks if lacks and code != QUIT else code

    def _saved(self, workspace: Workspace, *, gone: bool) -> int:
        """0 when all is in the database; KEPT when the rest is sealed; LOST when somebody gave it up."""
        writer = workspace.writer
        while not (writer.drain(HUNG_UP_DRAIN if gone else DRAIN) and not writer.refused):
            if writer.keep():
                return KEPT
            if gone or self._given_up():
                return LOST
        return 0

    def _given_up(self) -> bool:
        self.terminal.say(
            _("NO SE ESTÁ GUARDANDO"),
            _("Si se cierra ahora, lo último se pierde. Espere, o escriba «perder» para cerrar así."),
        )
        until = monotonic() + DRAIN
        self.terminal.tick = lambda: _until(until)
        try:
            return self.terminal.ask("").lines in (("perder",), ("lose",))
        except (_Over, Leave):
            return False


def _look_for_version(workspace: Workspace) -> None:
    """As the app does. What came of it is told between two calls, never into one."""
    if programs.frozen():
        from lnctp_tui.services.sync import releases

        with suppress(LnctpError, OSError):
            releases.look(workspace)


def _begin_version(workspace: Workspace) -> None:
    """All is on the disk: a version that waits may begin, unless a call is unfinished."""
    if programs.frozen():
        from lnctp_tui.services.sync import releases

        with suppress(LnctpError, OSError):
            places.settle(workspace.home)
            releases.begin_with_ready(workspace)


def _asked_for() -> str:
    """The language that this terminal asks for by itself, as every command does."""
    return os.environ.get(LANGUAGE, "")[:2].lower()


class _Over(Exception):
    """It is time to try again."""


def _until(moment: float) -> None:
    if monotonic() >= moment:
        raise _Over


def _close(workspace: Workspace) -> None:
    closing = threading.Thread(target=workspace.close, daemon=True)
    closing.start()
    closing.join(2.0)


def _end_soon(code: int) -> None:
    ending = threading.Timer(LAST_RESORT, os._exit, (code,))
    ending.daemon = True
    ending.start()


if __name__ == "__main__":
    main()

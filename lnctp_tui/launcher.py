"""`lnctp`: a small process without secrets that starts a worker and, after each lock, the next one.

A lock ends the process that holds the key, because Python cannot wipe memory (docs/security.md). The
launcher imports nothing heavy and never sees phrase or key. It holds the claim on the data folder, so a
second app on the same vault is refused also while this one is locked.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic
from types import FrameType
from typing import Any, NoReturn

from lnctp_tui import programs
from lnctp_tui.domain.practice.mark import WISH
from lnctp_tui.errors import LnctpError, Refused
from lnctp_tui.storage import hardening, paths

QUIT, REFUSED, LOCKED, CRASHED, INTERRUPTED = 0, 78, 75, 70, 130
"""How a worker ends: done; told why it cannot go on; locked; fell over; Ctrl+C before the first screen."""
LOCKS = (LOCKED, 76, 77, 79)
"""Locked; with what the database did not take sealed beside it; with something saved nowhere; by order (app_lock)."""
PRACTISE = 80
"""The worker ended so that somebody can practise: on a vault that is none, in a program of its own."""
PRACTISED = "LNCTP_PRACTISED"
"""What it said, for the program that practises: `{"scenario", "before"}`, points and times of earlier tries."""
MOST_WISHED = 32_000
"""Bytes of it: a pipe takes as many at once."""
PARENT = "LNCTP_PARENT"
"""Names the pipe whose end tells the worker that the launcher is gone."""
LAST = "LNCTP_LAST"
"""How the worker before this one ended; not set for the first."""
ECHO = "LNCTP_ECHO"
"""Set for a version that follows on another: the terminal that it finds is quiet, and was not before."""
GRACE = 5.0
"""Seconds a worker has to save and end after SIGHUP or SIGTERM."""
LOOK = 1.0
"""Seconds after which the launcher looks up from waiting: a signal that came just before it began is not missed."""
QUICK = 20.0
"""Seconds: a worker that falls over sooner did not do any work."""
QUICK_ON_TRIAL = 180.0
"""The same of a version that never ended well yet: a phrase takes somebody a while to type, and tables to change."""
QUICK_CRASHES = 3

# Alternate screen entered, cleared and left: right whether the worker was on it or not. Then cursor,
# mouse, focus, bracketed paste, in-band resize, synchronised output, keyboard protocol, colours.
_RESTORE = (
    "\x1b[?1049h\x1b[2J\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[?2026l\x1b[<u\x1b[0m"
)


def main(*, light: bool = False) -> int:
    """`lnctp run`: opens the app in this terminal; exit code 2 without one. `light`: as for `run`."""
    if os.isatty(0) and os.isatty(1):
        code = run(light=light, practises=True, renews=light)
        return _practise() if code == PRACTISE else code
    _refuse(Refused("no_terminal"))
    return 2


def _practise() -> int:
    """`lnctp practice` in place of this program, which held no key; it comes back here when practice is over."""
    import json

    with suppress(ValueError, TypeError, KeyError):
        scenario = str(json.loads(os.environ.get(PRACTISED, ""))["scenario"])
        command = [*programs.command(), "practice", scenario]
        os.execv(command[0], command)
    return CRASHED


def run(
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    *,
    light: bool = False,
    paints: bool = True,
    practises: bool = False,
    renews: bool = False,
) -> int:
    """Runs workers until one is done; returns the exit code of `lnctp`. `environment` is set first.

    `light`: this process has imported and opened nothing else, so that a worker can begin as its copy; that
    saves starting Python again. Otherwise each worker is a new program, `command`, else the part `worker`.
    `paints`: a worker that fell over may have left the terminal painted. `practises`: a worker may end with PRACTISE.
    `renews`: this works on the data folder, and may go on as another version of the program.
    """
    os.environ.update(environment or {})
    hardening.harden(secrets=False)
    for name in ("COLUMNS", "LINES"):  # the app asks the terminal, which knows better
        os.environ.pop(name, None)
    try:
        with paths.Instance(paths.prepare(paths.home())) as instance:
            launcher = _Launcher(
                _worker(command, light=light), instance.handle, paints, practises, renews=renews
            )
            code = launcher.run()
    except LnctpError as error:
        return _refuse(error)
    return _become(launcher.next) if launcher.next else code


def _become(path: str) -> int:
    """Go on as another version, which claims the folder itself and gives the terminal its echo back at its end."""
    from lnctp_tui.updates import places

    os.environ[ECHO] = "1"
    return places.go_on_with(path, sys.argv[1:])


def _worker(command: Sequence[str], *, light: bool) -> Sequence[str]:
    """What starts a worker; nothing where it begins as a copy of this process."""
    return () if light and hasattr(os, "fork") else command or programs.command("worker")


def _refuse(error: LnctpError) -> int:
    from lnctp_tui.i18n.messages import explain

    _speak()
    _tell(str(explain(error)))
    return 1


class _Launcher:
    def __init__(
        self,
        command: Sequence[str],
        claim: int,
        paints: bool = True,
        practises: bool = False,
        *,
        renews: bool = False,
    ) -> None:
        self.command = command
        self.renews = renews and programs.frozen()
        """Whether this may go on as another version of the program."""
        self.next = ""
        """The program of that version."""
        self.paints = paints
        self.practises = practises
        self.claim = claim
        self.child = 0
        self.ending = 0
        self.kills = False
        self.quick = 0

    def run(self) -> int:
        terminal = _terminal()
        self._listen()
        try:
            return self._rounds(_without_echo(terminal))
        finally:
            _stop_looking()
            if not self.next:
                _set_terminal(terminal)

    def _rounds(self, quiet: list[Any] | None) -> int:
        _set_terminal(quiet)
        while True:
            started = monotonic()
            code = self._work()
            _set_terminal(quiet)
            answer = self._after(code, monotonic() - started)
            if answer is not None:
                return answer
            os.environ[LAST] = str(code)
            if self.renews and code in LOCKS and self._renew():
                return QUIT

    def _renew(self) -> bool:
        """After a lock with nothing open the worker may have named a newer version: this one becomes that."""
        from lnctp_tui.updates import places

        places.stood(paths.home())
        self.next = str(places.next_program(paths.home()) or "")
        return bool(self.next)

    def _after(self, code: int, lasted: float) -> int | None:
        """The launcher's own exit code, or None when the next worker is due."""
        if self.paints and code not in (QUIT, REFUSED, PRACTISE, *LOCKS):
            _restore_screen()
        if self.ending:
            return 128 + self.ending
        if code == QUIT and self.renews:
            from lnctp_tui.updates import places

            places.stood(paths.home())
        if code in (QUIT, INTERRUPTED, -signal.SIGINT):
            return QUIT if code == QUIT else INTERRUPTED
        if code == REFUSED:
            return 1
        if code == PRACTISE and self.practises:
            return PRACTISE
        if code in LOCKS:
            self.quick = 0
            return None
        self.quick = self.quick + 1 if lasted < self._soon() else 1
        return self._give_up(code) if self.quick >= QUICK_CRASHES else None

    def _soon(self) -> float:
        """Seconds: a worker that fell over sooner did not do any work."""
        if not self.renews:
            return QUICK
        from lnctp_tui.updates import places

        return QUICK_ON_TRIAL if places.on_trial(paths.home(), programs.VERSION) else QUICK

    def _give_up(self, code: int) -> int:
        from lnctp_tui.i18n import _

        if self.renews:
            from lnctp_tui.updates import places

            if places.go_back(paths.home(), programs.VERSION):
                self.next = os.environ.get(places.STARTER) or programs.command()[0]
                return CRASHED
        _speak()
        codes = hardening.kept_codes()[-1:] if code > 0 else []
        _tell(
            _(
                "El programa se cerró varias veces seguidas (código {code}). Lo guardado sigue en el disco, "
                "cifrado. Ejecute «lnctp doctor» y avise a soporte con ese código."
            ).format(code=" ".join([str(code), *codes]))
        )
        return CRASHED

    def _listen(self) -> None:
        for name in ("SIGHUP", "SIGTERM"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._end)
        # The worker has its own answer to these, and both get them from the terminal.
        for name in ("SIGINT", "SIGQUIT", "SIGTSTP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _stay)
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._look)
            signal.setitimer(signal.ITIMER_REAL, LOOK, LOOK)

    def _look(self, _number: int, _frame: FrameType | None) -> None:
        if self.kills:
            _kill(self.child, signal.SIGKILL)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        self.ending = number
        self._forward()

    def _forward(self) -> None:
        if self.child and hasattr(signal, "setitimer"):
            _kill(self.child, self.ending)
            self.kills = True  # at the next look
            signal.setitimer(signal.ITIMER_REAL, GRACE, LOOK)

    def _work(self) -> int:
        """One worker's whole life; its exit code, negative for a signal."""
        if sys.platform == "win32":
            import subprocess

            return subprocess.call(self.command)
        ear, mouth = os.pipe()
        heard, wish = os.pipe()
        os.environ[PARENT] = str(ear)
        if self.practises:
            os.environ[WISH] = str(wish)
        else:
            os.environ.pop(WISH, None)
        try:
            self.child = self._spawn(ear, wish) if self.command else _fork(mouth)
            os.close(ear)
            if self.ending:
                self._forward()
            return self._wait()
        finally:
            self.child = 0
            os.close(mouth)
            os.close(wish)
            self._hear(heard)

    def _hear(self, heard: int) -> None:
        """Keep what the worker said is to be practised, which is over: the other end of the pipe is closed."""
        os.set_blocking(heard, False)
        with suppress(OSError):
            if said := os.read(heard, MOST_WISHED):
                os.environ[PRACTISED] = said.decode(errors="replace")
        os.close(heard)

    def _spawn(self, ear: int, wish: int) -> int:
        for handle in (ear, wish, self.claim):  # an orphaned worker keeps the claim until it has ended
            os.set_inheritable(handle, True)
        return os.posix_spawn(self.command[0], tuple(self.command), os.environ, setsigdef=_caught())

    def _wait(self) -> int:
        assert sys.platform != "win32"
        while True:
            _pid, status = os.waitpid(self.child, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                return os.waitstatus_to_exitcode(status)
            # A suspended worker would keep the key in memory on an unattended screen: it locks instead.
            _kill(self.child, signal.SIGHUP)
            _kill(self.child, signal.SIGCONT)


def _fork(mouth: int) -> int:
    child = os.fork()
    if child == 0:
        os.close(mouth)  # else the worker would never hear that the launcher is gone
        _be_worker()
    return child


def _be_worker() -> NoReturn:
    """The rest of a copy's life. Nothing of the launcher's own is run after it."""
    code = CRASHED
    try:
        for number in _caught():
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        from lnctp_tui import worker

        code = worker.main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else CRASHED if error.code else QUIT
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BaseException:
        sys.excepthook(*sys.exc_info())  # the hook of `harden`, which tells no value
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _caught() -> list[int]:
    """Signals the launcher has handlers for."""
    names = ("SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT", "SIGTSTP", "SIGALRM")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]


def _stop_looking() -> None:
    """No alarm any more: Python gives the signals back before it ends, and one that came then would kill it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stay(_number: int, _frame: FrameType | None) -> None:
    """Keeps the launcher alive; a handler, not SIG_IGN, because that would be inherited."""


def _kill(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        if child:
            os.kill(child, number)


def _terminal() -> list[Any] | None:
    """The terminal's settings as the shell left them; None without a terminal."""
    try:
        import termios
    except ImportError:
        return None
    try:
        settings = termios.tcgetattr(0)
    except termios.error:
        return None
    if os.environ.pop(ECHO, None):
        settings[3] |= termios.ECHO
    return settings


def _without_echo(settings: list[Any] | None) -> list[Any] | None:
    """The same settings, so that a phrase typed before the prompt stands is not shown."""
    if settings is None:
        return None
    import termios

    quiet = list(settings)
    quiet[3] &= ~termios.ECHO
    return quiet


def _set_terminal(settings: list[Any] | None) -> None:
    if settings is None:
        return
    import termios

    with suppress(termios.error):  # the window is gone
        termios.tcsetattr(0, termios.TCSANOW, settings)


def _restore_screen() -> None:
    with suppress(OSError):
        if os.isatty(1):
            os.write(1, _RESTORE.encode())


def _speak() -> None:
    """Takes the language of the vault, for the few words the launcher says."""
    from lnctp_tui.i18n import set_language
    from lnctp_tui.storage.vault.vault import Vault

    with suppress(LnctpError, OSError):
        set_language(Vault.read(paths.home()).language)


def _tell(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{text}\n")

"""The real program in a real terminal: what a counselor would see, what the terminal would receive.

`PtyApp` starts a command in a pseudo-terminal, keeps every byte it sent, and shows the screen as text.
Nothing here sleeps: every wait is for a condition, with a deadline that fails with the screen in it.
"""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pexpect
import pyte

sys.path.append(str(Path(__file__).resolve().parents[2]))  # for dev.py, which no package holds
from dev import PERSONAL

PHRASE = "farol bruma caracol 48 tejado verde"
LNCTP = (sys.executable, "-m", "lnctp_tui")
KEYS = {
    "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": "\x1b", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "page_up": "\x1b[5~", "page_down": "\x1b[6~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}  # fmt: skip
EARLY = Path(__file__).parent / "early"
KEPT = "LNCTP_TESTS_DERIVED"
"""Folder of the keys that were derived in this run (early/sitecustomize.py); empty: each process derives its own."""
# pyte takes the letter after `<` or `=` for text.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]")
_AND_COLOURS = re.compile(rb"\x1b\[(?:[<=>][0-9;]*[a-zA-Z]|[0-9;:]*m)")
_UNFINISHED = re.compile(rb"\x1b(\[[0-9;<=>?]*)?$")


def _as_from_a_shell() -> None:
    """Ctrl+C ends the command, also where the tests themselves were started to survive it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class PtyApp:
    """A command running in a terminal of `rows` × `columns`."""

    warm = False
    """Whether the program may begin as a copy of one that is imported (warm.py). In tests, not in the bench."""
    plain = False
    """Whether colours are left out, half of what is sent: no test looks at them. Not in the bench."""

    def __init__(
        self,
        *command: str,
        home: Path | None = None,
        rows: int = 24,
        columns: int = 80,
        environment: Mapping[str, str] = {},
        deadline: float = 30,
    ) -> None:
        self.deadline = deadline
        self.raw = bytearray()
        self.at = 0.0
        self.born = time.perf_counter()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._held = b""
        self._text: str | None = None
        command = command or LNCTP
        if self.warm and command[: len(LNCTP)] == LNCTP and starts_as_always(environment):
            self.child = self._copied(command[len(LNCTP) :], terminal_environment(home) | dict(environment))
            return
        self.child = pexpect.spawn(
            command[0],
            list(command[1:]),
            env=terminal_environment(home) | dict(environment),
            dimensions=(rows, columns),
            echo=False,
            timeout=deadline,
            preexec_fn=_as_from_a_shell,
        )

    def _copied(self, arguments: tuple[str, ...], environment: dict[str, str]) -> pexpect.spawn:
        """The program as a copy of one that has imported it (warm.py), on a terminal as pexpect makes them."""
        import termios

        import ptyprocess
        from early import warm

        own, theirs = os.openpty()
        attributes = termios.tcgetattr(theirs)
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, attributes)
        child = pexpect.spawn(None, timeout=self.deadline, echo=False)
        try:
            child.pid = warm.STARTER.start(arguments, environment, theirs)
        finally:
            os.close(theirs)
        child.ptyproc = ptyprocess.PtyProcess(child.pid, own)
        child.child_fd, child.closed, child.terminated = own, False, False
        child.ptyproc.setwinsize(self.screen.lines, self.screen.columns)
        return child

    def pump(self, wait: float = 0.0) -> bytes:
        """The bytes that came, after at most `wait` seconds; they are on the screen."""
        if not select.select([self.child.child_fd], [], [], wait)[0]:
            return b""
        try:
            data = os.read(self.child.child_fd, 1 << 16)
        except OSError:  # Linux answers EIO once the last process of the terminal ended
            return b""
        self.at = time.perf_counter()
        self.raw += data
        self._feed(data)
        return data

    def _feed(self, data: bytes) -> None:
        data = (_AND_COLOURS if self.plain else _UNKNOWN_TO_PYTE).sub(b"", self._held + data)
        cut = _UNFINISHED.search(data)
        self._held = data[cut.start() :] if cut else b""
        self._text = None
        self._stream.feed(data[: cut.start()] if cut else data)

    def until(self, condition: Callable[[], object], what: str, deadline: float | None = None) -> PtyApp:
        """Waits until `condition` holds. AssertionError with the screen when it does not."""
        end = time.monotonic() + (deadline or self.deadline)
        while not condition():
            assert time.monotonic() < end, f"never came: {what}\n{self.text}"
            self.pump(0.05)
        return self

    def see(self, *words: str, deadline: float | None = None) -> PtyApp:
        """Waits until all `words` stand on the screen."""
        return self.until(lambda: all(word in self.text for word in words), " + ".join(words), deadline)

    def see_any(self, *words: str, deadline: float | None = None) -> str:
        """The first of `words` that stands on the screen, waited for."""
        self.until(lambda: any(word in self.text for word in words), " or ".join(words), deadline)
        return next(word for word in words if word in self.text)

    def gone(self, word: str) -> PtyApp:
        """Waits until `word` is no longer on the screen."""
        return self.until(lambda: word not in self.text, f"the end of {word!r}")

    def settle(self, quiet: float = 0.3, most: float = 3.0) -> PtyApp:
        """Waits until nothing was painted for `quiet` seconds; a clock on the screen ticks each second."""
        last = time.monotonic()
        end = last + most
        while time.monotonic() - last < quiet and time.monotonic() < end:
            if self.pump(0.05):
                last = time.monotonic()
        return self

    def rest(self, seconds: float) -> PtyApp:
        """Reads for so long: the pace of somebody who types."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)
        return self

    @property
    def text(self) -> str:
        """The screen as lines of text."""
        if self._text is None:
            self._text = "\n".join(line.rstrip() for line in self.screen.display)
        return self._text

    def send(self, data: str | bytes) -> PtyApp:
        """Types text or bytes as they are; reads meanwhile, so that no side waits for the other."""
        rest = data.encode() if isinstance(data, str) else data
        while rest:
            self.pump()
            if select.select([], [self.child.child_fd], [], 0.2)[1]:
                rest = rest[os.write(self.child.child_fd, rest[:512]) :]
        return self

    def press(self, *names: str) -> PtyApp:
        """Presses keys by name (`f3`, `ctrl+l`, `enter`, `n`)."""
        for name in names:
            self.send(KEYS.get(name, name))
            if name == "escape":  # a lone ESC is a key only when nothing follows at once
                self.settle(0.15)
        return self

    def paste(self, text: str) -> PtyApp:
        """A bracketed paste, as terminals send it."""
        return self.send(b"\x1b[200~" + text.encode("utf-8", "surrogatepass") + b"\x1b[201~")

    def unlock(self, phrase: str = PHRASE) -> PtyApp:
        """Types the phrase at the unlock prompt, once that is there."""
        return self.see("Frase").send(phrase).press("enter")

    def resize(self, rows: int, columns: int) -> PtyApp:
        self._text = None
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
        return self

    @property
    def workers(self) -> list[int]:
        """Process ids below the launcher, deepest last."""
        return descendants(self.child.pid)

    def kill(self) -> None:
        """`kill -9` of the launcher and everything below it: the battery came out."""
        for process in [self.child.pid, *self.workers]:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.end()

    def close_window(self) -> None:
        """Closes the terminal under the program, as the window's cross does."""
        self.child.closed = True
        self.child.ptyproc.closed = True
        self.child.ptyproc.fileobj.close()

    def end(self) -> int | None:
        """Closes the terminal and gives the exit code, None when a signal ended the program."""
        deadline = time.monotonic() + self.deadline
        while self.child.isalive() and time.monotonic() < deadline:
            self.pump(0.05)
        self.child.close(force=True)
        return self.child.exitstatus

    def __enter__(self) -> PtyApp:
        return self

    def __exit__(self, *_: object) -> None:
        if not self.child.closed:
            self.kill()


def lnctp(home: Path, phrase_file: Path, *arguments: str, code: int = 0, deadline: float = 120) -> str:
    """What a command without a terminal printed. AssertionError when it ends with another code."""
    asked = terminal_environment(home) | {"LNCTP_PASSPHRASE_FILE": str(phrase_file)}
    if PtyApp.warm and starts_as_always({}):
        from early import warm

        ended, out, err = warm.STARTER.ran(arguments, asked, deadline)
    else:
        run = subprocess.run(
            [*LNCTP, *arguments],
            env=asked,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=deadline,
        )
        ended, out, err = run.returncode, run.stdout, run.stderr
    assert ended == code, out + err
    return out


def starts_as_always(changed: Mapping[str, str]) -> bool:
    """Whether a start with these changes of the environment may be one of a copy: Python itself reads none of them."""
    own = (name.startswith("LNCTP_") or name == "TMPDIR" for name in changed)
    return sys.platform == "linux" and KEPT not in changed and all(own)


def terminal_environment(home: Path | None) -> dict[str, str]:
    """What the program gets to know about the machine: a terminal, Spanish UTF-8, its data folder.

    Without a `home` it is in the folders of the test that runs, never in a person's.
    """
    fixed = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    where = {"LNCTP_HOME": str(home), "HOME": str(home), "TMPDIR": str(home)} if home else {}
    own = {name: os.environ[name] for name in PERSONAL if name in os.environ}
    kept = {KEPT: os.environ[KEPT], "PYTHONPATH": str(EARLY)} if os.environ.get(KEPT) else {}
    return fixed | own | where | kept | {"PATH": os.environ["PATH"]}


def descendants(process: int) -> list[int]:
    """Process ids below `process`, parents before children. Linux."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [found for child in map(int, children) for found in (child, *descendants(child))]

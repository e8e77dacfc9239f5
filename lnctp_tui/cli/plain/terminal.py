"""A terminal as lines, for a screen reader: what is typed is echoed once, nothing is painted over, nothing moves.

The terminal's own line discipline is not used: it cuts a line at 4,096 characters, and what stands in an unfinished
line would be in no program's hands when the battery comes out.
"""

from __future__ import annotations

import codecs
import os
import queue
import re
import shutil
import signal
import sys
import textwrap
import threading
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, NamedTuple

from lnctp_tui.app_lock import LOCKED
from lnctp_tui.domain.values.text import clean
from lnctp_tui.launcher import INTERRUPTED

BURST = 0.03
"""Seconds between two characters that no hand types one after the other."""
SPOKEN = 0.4
"""Seconds after the last Backspace until the line is said again."""
LOOK = 0.5
"""Seconds between two looks at the clocks of the lock."""
KEYS = {
    "\x1bOP": "f1", "\x1b[11~": "f1", "\x1bOQ": "r", "\x1b[12~": "r", "\x1bOR": "f", "\x1b[13~": "f",
    "\x1b[19~": "f8", "\x1b[20~": "f9", "\x1b[21~": "o",
    "\x1b": ".", "\x03": "^C", "\x04": ".", "\x0c": "lock", "\x1a": "u",
}  # fmt: skip
"""A key that is a line of its own → what is typed for it."""
LOCK = "\x0c"
"""Ctrl+L: locks also where a slow line delivers it together with what was typed beside it."""
BY_HAND = 64
"""Characters that hands type between two looks; more at once was pasted."""
NARROWEST = 20
"""Cells of a line, however narrow the terminal is."""
NO_KEY = "-"
"""A key that means nothing here: an arrow."""
_SEQUENCES = re.compile(r"(?:\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])?)+")
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;]*[A-Za-z~]|O[A-Za-z])?")
_ENDS = re.compile(r"\r\n|\r|\n")
_MARKS = re.compile(r"\x1b\[20[01]~")


Came = tuple[float, bytes | int]
"""When it came, and characters (empty: the terminal is gone) or the code with which to end."""


class Leave(Exception):
    """The process ends with this code; `gone`: nobody is at the terminal any more."""

    def __init__(self, code: int, *, gone: bool = False) -> None:
        self.code, self.gone = code, gone
        super().__init__(code)


class Typed(NamedTuple):
    """What came: whole lines, or a key that is an order by itself."""

    lines: tuple[str, ...] = ()
    key: str = ""

    @property
    def pasted(self) -> bool:
        """Several lines at once: no hand typed them, so none of them may be obeyed."""
        return len(self.lines) > 1


class Terminal:
    """Lines in and out. `tick` is called twice a second, `touched` with each key; both may raise Leave."""

    def __init__(self) -> None:
        self.rest = ""
        """What stands in the line that is not finished."""
        self.tick: Callable[[], object] = lambda: None
        self.touched: Callable[[], object] = lambda: None
        self._came: queue.SimpleQueue[Came] = queue.SimpleQueue()
        self._held: Came | None = None
        self._last = 0.0
        """When the characters that were taken last had come."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._settings: list[Any] | None = None
        self._quiet = 0.0
        """When a shortened line is said again; 0: it is said."""

    def open(self) -> None:
        """Take the terminal, and hear when it goes."""
        self._without_discipline()
        for name in ("SIGHUP", "SIGTERM"):
            if number := getattr(signal, name, None):
                signal.signal(number, lambda *_: self._came.put((monotonic(), LOCKED)))
        for name in ("SIGINT", "SIGQUIT", "SIGTSTP"):
            if number := getattr(signal, name, None):
                signal.signal(number, lambda *_: None)
        threading.Thread(target=self._read, daemon=True, name="keys").start()

    def close(self) -> None:
        """Give the terminal back as it was."""
        if self._settings is not None:
            import termios

            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSADRAIN, self._settings)

    def leave_later(self, code: int) -> None:
        """End with this code as soon as the line that is being answered is over. From any thread."""
        self._came.put((monotonic(), code))

    def _without_discipline(self) -> None:
        try:
            import termios
        except ImportError:  # Windows: whole lines, as its console gives them
            return
        self._settings = termios.tcgetattr(0)
        raw = termios.tcgetattr(0)
        raw[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR | termios.IGNCR)
        raw[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(0, termios.TCSANOW, raw)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(0, 1 << 16)
            except OSError:
                data = b""
            self._came.put((monotonic(), data))
            if not data:
                return

    # out

    def say(self, *lines: str) -> None:
        """Each on a line of its own, without any character that a terminal would obey.

        What is longer goes on in the next one, between two words: a braille line is read line by line.
        """
        room = max(NARROWEST, shutil.get_terminal_size().columns - 1)
        for line in lines:
            for part in textwrap.wrap(clean(line)[0], room, break_on_hyphens=False) or [""]:
                self._write(f"{part}\n")

    def break_in(self, line: str) -> None:
        """Say something while a line is being typed, and then that line again."""
        self.say("", line)
        self._quiet = monotonic()

    def push_away(self) -> None:
        """Blank lines, so that nothing that was read stands on the screen any more."""
        with suppress(OSError, Leave):
            self._write("\n" * os.get_terminal_size(1).lines)

    def _write(self, text: str) -> None:
        data = text.encode(sys.stdout.encoding or "utf-8", "replace")
        while data:
            try:
                data = data[os.write(1, data) :]
            except OSError as error:
                raise Leave(INTERRUPTED, gone=True) from error

    # in

    def ask(
        self, prompt: str, *, hidden: bool = False, typing: Callable[[str], object] = lambda _: None
    ) -> Typed:
        """The next lines, or the next key. `typing` hears of the unfinished line whenever it changed.

        An unfinished line stays in `rest`, and is said again with the next prompt.
        """
        self._write(f"{prompt}{'' if hidden else _shown(self.rest)}")
        finished: list[str] = []
        while True:
            text = self._next(prompt, hidden=hidden, after=bool(finished))
            if text is None:
                if finished:
                    return Typed(tuple(finished))
                continue
            if LOCK in text and len(text) <= BY_HAND and not _MARKS.search(text):
                return self._locked(text, finished, typing, hidden=hidden)
            if (key := _key_of(text)) and not finished:
                if key != NO_KEY:
                    self._write("\n")
                    return Typed(key=key)
                continue
            finished += self._edit(text, hidden=hidden)
            typing(self.rest)

    def _locked(
        self, text: str, finished: list[str], typing: Callable[[str], object], *, hidden: bool
    ) -> Typed:
        """What was typed before the key stays in the line; what came behind it is shown and kept nowhere.

        Lines that were ended just before are obeyed first.
        """
        before = text.partition(LOCK)[0]
        if finished:
            self._held = (monotonic(), (before + LOCK).encode())
            return Typed(tuple(finished))
        if before and not hidden:
            self._put(" ".join(_ENDS.split(before)), hidden=False)
            typing(self.rest)
        self._write("\n")
        return Typed(key=KEYS[LOCK])

    def _next(self, prompt: str, *, hidden: bool, after: bool) -> str | None:
        """The next characters; None when none came for a while. `after`: a line was ended just now."""
        try:
            wait = BURST if after else SPOKEN / 2 if self._quiet else LOOK
            at, came = self._held or self._came.get(timeout=wait)
        except queue.Empty:
            if self._quiet and monotonic() >= self._quiet:
                self._say_again(prompt, hidden=hidden)
            self.tick()
            return None
        self._held = None
        if isinstance(came, int):
            raise Leave(came, gone=came == LOCKED)
        if not came:
            raise Leave(INTERRUPTED, gone=True)
        if after and at - self._last >= BURST:  # typed ahead by hand, not pasted
            self._held = (at, came)
            return None
        self._last = at
        self.touched()
        if self._quiet and came not in (b"\x7f", b"\x08"):
            self._say_again(prompt, hidden=hidden)
        return self._decoder.decode(came)

    def _say_again(self, prompt: str, *, hidden: bool) -> None:
        """A shortened line on a new line, as it stands now."""
        self._quiet = 0.0
        self._write(f"\n{prompt}{'' if hidden else _shown(self.rest)}")

    def _edit(self, text: str, *, hidden: bool) -> list[str]:
        """Put characters into the line; the lines that they ended."""
        *ended, last = _ENDS.split(_MARKS.sub("", text))
        lines = []
        for part in ended:
            self._put(part, hidden=hidden)
            self._write("\n")
            lines.append(self.rest)
            self.rest, self._quiet = "", 0.0
        self._put(last, hidden=hidden)
        return lines

    def _put(self, part: str, *, hidden: bool) -> None:
        for character in part:
            if character in "\x7f\x08":
                self.rest = self.rest[:-1]
            elif character == "\x15":
                self.rest = ""
            else:
                self.rest += character
                continue
            self._quiet = monotonic() + SPOKEN
        if not hidden and not self._quiet:
            self._write(_shown(part))


def _key_of(text: str) -> str:
    """What a key that came alone is typed for; NO_KEY for one that means nothing; empty for text."""
    if text in KEYS:
        return KEYS[text]
    if _SEQUENCES.fullmatch(text) and not _MARKS.search(text):
        return next((KEYS[part] for part in _SEQUENCE.findall(text) if part in KEYS), NO_KEY)
    return ""


def _shown(text: str) -> str:
    return clean(text)[0].replace("\n", " ")

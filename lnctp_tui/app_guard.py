"""Walls of the app against text from outside and against itself: what reaches the terminal, and how it ends.

Rules and reasons: docs/security.md, "Text from outside". Textual 8.2.8 passes control characters of data raw
to the terminal, prints local variables when it crashes, and ends on one byte that is not UTF-8.
"""

from __future__ import annotations

import re
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from rich.console import RenderableType
from rich.segment import Segment
from rich.text import Text
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import Notification, Notifications
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import get_current_worker

from lnctp_tui.app_bytes import TerminalParser
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import ScreenPart, is_gone
from lnctp_tui.storage.hardening import code_of, keep_code

Result = TypeVar("Result")
Value = TypeVar("Value")

CRASHED = 70
"""Exit code of a worker that met an error nobody expected."""
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
OWNERS = frozenset({"self", "screen", "acts"})
"""What a function within a method calls its screen. One that has to be delivered all the same closes over the app."""
NEUTRAL_TITLE = "Notas"
"""Window title: says nothing about what the program is."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


class PlainText(LineFilter):
    """Drops what a terminal could obey, or a reader not see, from every line just before it is written."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without control, bidirectional and zero-width characters."""
        if not any(_UNSAFE.search(segment.text) for segment in segments):
            return segments
        return [Segment(_UNSAFE.sub("", text), style, control) for text, style, control in segments]


class Notices(Notifications):
    """Notices on the screen; what can still be read is not put up once more, as a pile hides what is written."""

    def add(self, notification: Notification) -> Notices:
        """Put one up, unless the same still stands for half of its time."""
        same = (notification.title, notification.message)
        for shown in self:
            if (shown.title, shown.message) == same and shown.time_left > notification.timeout / 2:
                return self
        return super().add(notification)


class GuardedApp(App[Result], inherit_bindings=False):
    """An app that writes no file, no clipboard and no control character, and never shows a value when it dies."""

    ENABLE_COMMAND_PALETTE = False
    NOTIFICATION_TIMEOUT = 6

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._plain_text = PlainText()
        self._notifications = Notices()
        self.leaving = False
        """Whether the terminal was blanked to leave: nothing is painted, and no key taken, any more."""
        self.on_fault: Callable[[str], None] = lambda code: None
        self.readers = Readers(self)
        self.in_reader, self.later = self.readers.in_reader, self.readers.later

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters, and ours last."""
        return [*super().get_line_filters(), self._plain_text]

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver, made to survive bytes that are not UTF-8 and to know Esc from Alt."""
        forgive_bad_bytes()
        read_without_alt()
        return super().get_driver_class()

    def copy_to_clipboard(self, text: str) -> None:
        """Keep a copy inside the app only: the terminal's clipboard belongs to every program."""
        self._clipboard = text

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Nothing: a screenshot is a plain file with names in it."""

    def save_screenshot(self, *_where: str | None, **_how: str | None) -> str:
        """Nothing is written; an empty name."""
        return ""

    def deliver_screenshot(self, *_where: str | None, **_how: str | None) -> str | None:
        """Nothing is written."""
        return None

    def set_window_title(self, title: str = NEUTRAL_TITLE) -> None:
        """Name the terminal's window."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]0;{title}\x07")

    def hide(self) -> None:
        """Blank the terminal now, without waiting for the app to paint."""
        if self._driver is not None and not self.is_headless:
            self._driver.write("\x1b[0m\x1b[2J\x1b[H")
            self._driver.flush()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Paint, but nothing any more once the terminal was blanked to leave."""
        if not self.leaving:
            super()._display(screen, renderable)

    def panic(self, *renderables: Any) -> None:
        """End; what Textual wanted to show may hold data and is not shown."""
        self._end_with(sys.exc_info()[1])

    def _handle_exception(self, error: Exception) -> None:
        """End with a code. Pilot still gets the exception."""
        self._return_code = CRASHED
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._end_with(error)

    def _fatal_error(self) -> None:
        self._end_with(sys.exc_info()[1])

    def _end_with(self, error: BaseException | None) -> None:
        self._return_code = CRASHED
        code = code_of(error)
        keep_code(code)
        self.on_fault(code)
        self._exit_renderables[:] = [Text(farewell(code))]
        self._close_messages_no_wait()

    def tell(self, error: LnctpError) -> None:
        """Show what happened, what is saved and what to do."""
        explanation = explain(error)
        rest = "\n".join(part for part in explanation[1:] if part)
        self.notify(rest, title=explanation.happened, severity="error", timeout=12, markup=False)


class Readers:
    """What blocks runs in threads; what it found comes back in the app's thread."""

    def __init__(self, app: GuardedApp[Any]) -> None:
        self.app = app

    def in_reader(
        self,
        job: Callable[[], Value],
        done: Callable[[Value], None],
        *,
        group: str = "read",
        failed: Callable[[LnctpError], None] | None = None,
    ) -> None:
        """Run a blocking read in a thread; only the newest of a group is delivered."""

        def read() -> None:
            worker = get_current_worker()
            try:
                result = job()
            except Exception as error:  # the worker's outer door: told by code, the screen stays
                failure = error if isinstance(error, LnctpError) else LnctpError("error", at=code_of(error))
                self.later(failed or self.app.tell, failure)
                return
            if not worker.is_cancelled:
                self.later(done, result)

        self.app.run_worker(read, thread=True, exclusive=True, group=group, exit_on_error=False)

    def later(self, callback: Callable[..., Any], *arguments: Any) -> None:
        """Call in the app's thread, from any thread, without waiting: a lock waits for no reader."""
        if not self.app.leaving:
            self.app.call_later(self._deliver, callback, arguments)

    def _deliver(self, callback: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """What was read for a screen that was closed meanwhile, or is being taken down, concerns nobody."""
        gone = any(map(is_gone, _owners(callback)))
        return callback(*arguments) if self.app.is_running and not gone else None


def _owners(callback: Any) -> Iterator[Widget]:
    """Whose a callback is: the method's, or what a function within one calls so (OWNERS); of a partial, both."""
    function = getattr(callback, "func", callback)
    names = function.__code__.co_freevars if hasattr(function, "__code__") else ()
    cells = zip(names, getattr(function, "__closure__", None) or (), strict=False)
    found = [cell.cell_contents for name, cell in cells if name in OWNERS]
    for each in (getattr(function, "__self__", None), *getattr(callback, "args", ()), *found):
        node = each.screen if isinstance(each, ScreenPart) else each
        if isinstance(node, Widget):
            yield node


def farewell(code: str) -> str:
    """What stands on the terminal after a crash."""
    return _(
        "El programa se detuvo por un error ({code}). Lo guardado está en el disco; ábralo de nuevo."
    ).format(code=code)


def forgive_bad_bytes() -> None:
    """Make Textual's terminal drivers read a byte that is no UTF-8 as U+FFFD instead of ending the app."""
    if sys.platform == "win32":  # reads characters, not bytes
        return
    from textual.drivers import linux_driver

    linux_driver.getincrementaldecoder = _forgiving  # type: ignore[assignment, attr-defined]


def read_without_alt() -> None:
    """Make Textual's terminal driver read Esc and the next key as two keys."""
    if sys.platform == "win32":
        return
    from textual.drivers import linux_driver

    linux_driver.XTermParser = TerminalParser  # type: ignore[attr-defined]


def _forgiving(encoding: str) -> Callable[[], Any]:
    return partial(TerminalDecoder, encoding)


class TerminalDecoder:
    """Text of the terminal's bytes. In a paste, ESC is U+FFFD: Textual would take what follows for a key."""

    def __init__(self, encoding: str) -> None:
        self._bytes = getincrementaldecoder(encoding)(errors="replace")
        self._pasting = False
        self._before = ""
        """The last characters, among which a mark may have begun."""

    def decode(self, data: bytes, final: bool = False) -> str:
        """The next characters; a mark that may go on in the next bytes waits for them, inside a paste."""
        text, done = self._before + self._bytes.decode(data, final), len(self._before)
        if self._pasting:
            done = 0
        parts = []
        while (at := text.find(PASTE_ENDS if self._pasting else PASTE_BEGINS)) >= 0:
            at += len(PASTE_BEGINS)
            parts.append(self._harmless(text[done:at]))
            text, done, self._pasting = text[at:], 0, not self._pasting
        held_back = self._kept(text)
        self._before = text[len(text) - held_back :]
        parts.append(self._harmless(text[done : len(text) - held_back * self._pasting]))
        return "".join(parts)

    def _kept(self, text: str) -> int:
        mark = PASTE_ENDS if self._pasting else PASTE_BEGINS
        return next((size for size in range(len(mark) - 1, 0, -1) if text.endswith(mark[:size])), 0)

    def _harmless(self, text: str) -> str:
        if not self._pasting:
            return text
        inside = text.removesuffix(PASTE_ENDS)
        return inside.replace("\x1b", "\ufffd") + text[len(inside) :]

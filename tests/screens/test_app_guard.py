"""What reaches the terminal, and what an error shows."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable
from functools import partial

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.color import Color
from textual.widgets import Static

from lnctp_tui.app_guard import CRASHED, GuardedApp, PlainText, forgive_bad_bytes
from lnctp_tui.screens.base import AppScreen, ScreenPart, telling

HOSTILE = "a\x1b[2Jb\x07c\x9bd\x7fe\u202ef\u200bg\u2066h\ufeffi\ud800j\x00k"
CANARY = "canario-7Q"


def test_nothing_that_a_terminal_obeys_passes_the_filter() -> None:
    kept = PlainText().apply([Segment(HOSTILE, Style(bold=True))], Color(0, 0, 0))
    assert [segment.text for segment in kept] == ["a[2Jbcdefghijk"]
    assert kept[0].style == Style(bold=True)


def test_letters_that_need_joiners_pass() -> None:
    text = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 👩\u200d👧 ñ"
    segments = [Segment(text)]
    assert PlainText().apply(segments, Color(0, 0, 0)) is segments


if sys.platform != "win32":  # reads characters there, not bytes

    def test_a_byte_that_is_not_utf8_is_read_as_a_replacement() -> None:
        from textual.drivers import linux_driver

        forgive_bad_bytes()
        decode = linux_driver.getincrementaldecoder("utf-8")().decode
        assert decode(b"a\xff\xc3", final=False) + decode(b"\xb1b", final=False) == "a�ñb"
        with pytest.raises(UnicodeDecodeError):
            codecs.getincrementaldecoder("utf-8")().decode(b"\xff")


class Falling(GuardedApp[int]):
    """Falls over with a secret in a local variable, on a key or in a thread."""

    BINDINGS = [("x", "fall"), ("t", "thread")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        yield Static("…")

    def action_fall(self) -> None:
        secret = CANARY
        raise KeyError(secret)

    def action_thread(self) -> None:
        self.in_reader(self._broken, lambda _: None)

    def _broken(self) -> None:
        secret = CANARY
        raise RuntimeError(secret)


async def test_an_error_ends_with_a_code_and_shows_no_value() -> None:
    app = Falling()
    told: list[str] = []
    app.on_fault = told.append
    with pytest.raises(KeyError):
        async with app.run_test() as pilot:
            await pilot.press("x")
    shown = "".join(str(each) for each in app._exit_renderables)
    assert app.return_code == CRASHED
    assert told[0].startswith("KeyError")
    assert CANARY not in shown + "".join(told)


async def test_an_error_in_a_reader_is_told_and_the_app_goes_on() -> None:
    app = Falling()
    async with app.run_test() as pilot:
        await pilot.press("t")
        await app.workers.wait_for_complete()
        await pilot.pause()
        said = [f"{note.title} {note.message}" for note in app._notifications]
        assert app.is_running
    assert len(said) == 1
    assert "RuntimeError" in said[0]
    assert CANARY not in said[0]


async def test_a_copy_stays_inside_and_no_screenshot_is_written(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    app = Falling()
    async with app.run_test() as pilot:
        app.copy_to_clipboard(CANARY)
        app.action_screenshot()
        app.save_screenshot()
        assert app.deliver_screenshot() is None
        await pilot.pause()
        assert app.clipboard == CANARY
    import os

    assert os.listdir(str(tmp_path)) == []


class Part(ScreenPart):
    """Notes what comes: as a method, as a function or a lambda within one, and by a partial of another's."""

    def __init__(self, screen: AppScreen[None]) -> None:
        super().__init__(screen)
        self.heard: list[str] = []

    def hear(self, what: str = "method") -> None:
        self.heard.append(what)

    def ways(self) -> list[Callable[[], None]]:
        def within() -> None:
            self.hear("function")

        return [self.hear, within, lambda: self.hear("lambda"), partial(_hear, self, "partial")]


def _hear(part: Part, what: str) -> None:
    part.heard.append(what)


async def test_nothing_is_delivered_to_a_part_of_a_screen_that_is_gone() -> None:
    app = Falling()
    async with app.run_test() as pilot:
        screen: AppScreen[None] = AppScreen()
        part = Part(screen)
        app.workspace = None  # type: ignore[attr-defined]
        app.show_saving = lambda _screen: None  # type: ignore[attr-defined]
        await app.push_screen(screen)
        told = telling(screen, "Escrito.", lambda: part.hear("then"))
        for hear in part.ways():
            app.later(hear)
        app.later(told, None)
        await pilot.pause()
        assert part.heard == ["method", "function", "lambda", "partial", "then"]
        await app.pop_screen()
        for hear in part.ways():
            app.later(hear)
        app.later(telling(screen, "Escrito después.", lambda: part.hear("then")), None)
        await pilot.pause()
        assert len(part.heard) == 5
        assert part.gone
        assert [note.message for note in app._notifications] == ["Escrito.", "Escrito después."]

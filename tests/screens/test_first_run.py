"""A first run that is killed between two of its steps: the next start notices, asks what is missing, and finishes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from app_world import rest, said_on, spanish, until
from pty_app import PHRASE
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from vaults import SUPPORT, quick_derive

from lnctp_tui import app_start
from lnctp_tui.app import LnctpApp
from lnctp_tui.cli import main
from lnctp_tui.errors import StorageFailed
from lnctp_tui.screens.base import say
from lnctp_tui.screens.lists.desk import DeskScreen
from lnctp_tui.screens.tour import TourScreen
from lnctp_tui.screens.vault.first_run import FirstRunScreen
from lnctp_tui.screens.vault.forgotten import ForgottenScreen
from lnctp_tui.screens.vault.new_phrase import NewPhrase, NewPhraseScreen
from lnctp_tui.screens.vault.sheet import SheetScreen
from lnctp_tui.screens.vault.unlock import UnlockScreen
from lnctp_tui.services.vault import vault_access, workspace
from lnctp_tui.storage.vault import vault
from lnctp_tui.widgets.phrase_entry import PhraseEntry

__all__ = ["spanish"]
pytestmark = pytest.mark.usefixtures("spanish", "quick")

MOMENTS = {
    "the database has its other name": "lnctp_tui.storage.database.engine._finish_new",
    "the database is empty": "lnctp_tui.services.vault.workspace.open_store",
    "the tables stand": "lnctp_tui.storage.database.folios.new_prefix",
}
"""What is on the disk when the process dies, and what it would have called next."""
FOUNDER = """
import importlib, os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from vaults import quick_derive
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage.vault import vault
vault._derive = quick_derive
room, _, name = {dies!r}.rpartition(".")
setattr(importlib.import_module(room), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
vault_access.found(Path({home!r}), {words!r}, kind="own", language="es", zone="America/Tijuana", name="Ana")
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap derivation."""
    monkeypatch.setattr(vault, "_derive", quick_derive)


@pytest.fixture(params=MOMENTS)
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a first run that was killed."""
    folder = tmp_path / "data"
    told = {"tests": str(SUPPORT), "dies": MOMENTS[request.param]}
    script = FOUNDER.format(**told, home=str(folder), words=PHRASE)
    died = subprocess.run([sys.executable, "-c", script], check=False)
    assert died.returncode == -signal.SIGKILL
    monkeypatch.setenv("LNCTP_HOME", str(folder))
    return folder


def whose(home: Path) -> tuple[str, str, int, int]:
    """Name and zone of a vault, how many counselors it has, and how many laptops."""
    opened = workspace.open_workspace(home, vault.unlock(home, PHRASE))
    try:
        with opened.store.read() as connection:
            people = connection.exec_driver_sql("SELECT count(*) FROM counselors").scalar()
            laptops = connection.exec_driver_sql("SELECT count(*) FROM devices").scalar()
        return opened.counselor_name, opened.zone, int(people or 0), int(laptops or 0)
    finally:
        opened.close()


async def named(app: LnctpApp, pilot: Pilot[int], zone: str) -> None:
    """Says who it is for, declines the sheet, comes to the desk."""
    app.screen.query_one("#name", Input).value = "Ana Ejemplo"
    app.screen.query_one("#zone", Input).value = zone
    app.screen.query_one("#zone").focus()
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, SheetScreen), "the sheet")
    await rest(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: "F5 la hace" in said_on(app), "the question")
    assert isinstance(app.screen, SheetScreen)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen_stack[0], DeskScreen), "the desk")


@pytest.mark.parametrize("home", ["the tables stand"], indirect=True)
async def test_the_app_asks_what_is_missing_and_goes_on(home: Path) -> None:
    app = LnctpApp(home, vault_access.profile(home))
    async with app.run_test(size=(90, 30)) as pilot:
        assert isinstance(app.screen, UnlockScreen)
        app.screen.query_one(PhraseEntry).value = PHRASE
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FirstRunScreen), "the question")
        await until(pilot, lambda: "se interrumpió" in said_on(app))
        assert app.screen.query_one("#zone", Input).value == "America/Tijuana"
        await named(app, pilot, "merida")
    app.close_workspace()
    assert whose(home) == ("Ana Ejemplo", "America/Merida", 1, 1)
    assert vault.Vault.read(home).time_zone == "America/Merida"


def test_init_finishes_it_and_then_no_more(
    home: Path, phrase_file: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert main(["case", "list"]) == 1
        assert "falta decir de quién son" in capfd.readouterr().err
        assert main(["init", "--name", "Ana Ejemplo", "--time-zone", "America/Merida", "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["name"] == "Ana Ejemplo"
        assert main(["case", "list", "--json"]) == 0
        assert json.loads(capfd.readouterr().out) == []
        assert main(["init", "--name", "Otra"]) == 1
        assert "ya hay datos de una persona" in capfd.readouterr().err
    assert whose(home) == ("Ana Ejemplo", "America/Merida", 1, 1)


async def test_a_disk_that_refuses_half_way_is_tried_again_with_the_same_phrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageFailed("file_failed", name="case.db", reason="ENOSPC")

    home = tmp_path / "data"
    app = LnctpApp(home, None)
    async with app.run_test(size=(90, 30)) as pilot:
        with monkeypatch.context() as patch:
            patch.setattr(workspace, "found_workspace", full)
            app.screen.query_one("#name", Input).value = "Ana Ejemplo"
            app.screen.query_one("#zone", Input).value = "cancun"
            await pilot.press("enter", "enter")
            await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen), "the phrase")
            app.screen.dismiss(NewPhrase(PHRASE, "own"))
            await until(pilot, lambda: "ENOSPC" in said_on(app), "the failure")
        await named(app, pilot, "cancun")
        await until(pilot, lambda: isinstance(app.screen, TourScreen), "the tour")
    app.close_workspace()
    assert whose(home) == ("Ana Ejemplo", "America/Cancun", 1, 1)


@pytest.mark.parametrize("machine", ["Etc/UTC", "America/Los_Angeles"])
async def test_enter_takes_no_zone_that_nobody_chose(
    machine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", machine)
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test(size=(90, 30)) as pilot:
        app.screen.query_one("#name", Input).value = "Ana Ejemplo"
        await pilot.press("enter", "enter", "enter")
        await rest(pilot)
        assert isinstance(app.screen, FirstRunScreen)
        assert "Elija una zona" in said_on(app)
        assert "Mexico City" in said_on(app)
        app.screen.query_one("#zone", Input).value = "tijuana"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen), "the phrase")
        assert app.screen_stack[0].zone == "America/Tijuana"  # type: ignore[attr-defined]


async def test_the_phrase_that_is_being_copied_stays_however_long_it_takes(tmp_path: Path) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test(size=(90, 30)) as pilot:
        screen = NewPhraseScreen()
        app.push_screen(screen)
        await rest(pilot)
        shown = screen.words
        app.watch_lock.touched -= 20 * 60
        app._tick()
        await rest(pilot)
        assert app.is_running
        assert not app.leaving
        assert app.screen is screen
        assert screen.words == shown


async def test_words_are_shown_as_they_are_spelled_and_taken_without_accents(tmp_path: Path) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test(size=(90, 30)) as pilot:
        screen = NewPhraseScreen()
        screen.words = "arbol nino campana espana musica lapiz arbol"
        app.push_screen(screen)
        await rest(pilot)
        said = said_on(app)
        assert "árbol" in said
        assert "música" in said
        assert vault_access.same_phrase("ARBOL niño campana españa musica lápiz árbol", screen.words, "words")


async def test_a_phrase_typed_after_a_refused_one_is_not_added_to_it(tmp_path: Path) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test(size=(90, 30)) as pilot:
        screen = NewPhraseScreen()
        app.push_screen(screen)
        await rest(pilot)
        await pilot.press("enter")
        await rest(pilot)
        await pilot.press(*"otra", "enter")
        await rest(pilot)
        assert "No es la misma frase" in said_on(app)
        await pilot.press(*"sol")
        assert screen.query_one(PhraseEntry).value == "sol"


async def test_a_phrase_that_does_not_open_is_not_added_to_the_next(tmp_path: Path) -> None:
    home = tmp_path / "data"
    vault_access.found(home, PHRASE, kind="own", language="es", zone="America/Tijuana", name="Ana Ejemplo")
    app = LnctpApp(home, vault_access.profile(home))
    async with app.run_test(size=(90, 30)) as pilot:
        await rest(pilot)
        await pilot.press(*"otra", "enter")
        await until(pilot, lambda: app.screen.query_one(PhraseEntry).selected_text == "otra", "the refusal")
        await pilot.press(*"sol")
        assert app.screen.query_one(PhraseEntry).value == "sol"


def seen(app: LnctpApp) -> bool:
    """Whether the line that says what happened stands whole on the screen."""
    line = app.screen.query_one("#said")
    shown = app.screen.find_widget(line).visible_region
    return bool(line.size.height) and shown.height == line.size.height


@pytest.mark.parametrize("size", [(80, 24), (130, 34)])
async def test_enter_alone_in_a_small_window_says_what_is_missing(
    size: tuple[int, int], tmp_path: Path
) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test(size=size) as pilot:
        await rest(pilot)
        await pilot.press("enter")
        await rest(pilot)
        assert "Escriba su nombre" in said_on(app)
        assert seen(app)
        assert app.focused is app.screen.query_one("#name")
        await pilot.press(*"Ana", "enter", *"zzz", "enter")
        await rest(pilot)
        assert "Elija una zona" in said_on(app)
        assert "Mexico City" in said_on(app), "the list it speaks of is there"
        assert seen(app)
        assert app.focused is app.screen.query_one("#zone")


@pytest.mark.parametrize("asked", ["phrase", "sheet", "forgotten"])
async def test_what_a_card_says_is_seen_in_a_small_window(asked: str, tmp_path: Path) -> None:
    home = tmp_path / "data"
    key = vault_access.create(home, PHRASE, kind="own", language="es", zone="America/Tijuana")
    app = LnctpApp(home, vault_access.profile(home))
    profile = vault_access.profile(home)
    assert profile is not None
    screens: dict[str, Callable[[], Screen[Any]]] = {
        "phrase": NewPhraseScreen,
        "sheet": lambda: SheetScreen(key, organisation=False),
        "forgotten": lambda: ForgottenScreen(profile),
    }
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(screens[asked]())
        await rest(pilot)
        say(app.screen, "No se pudo, y aquí se dice por qué y qué hacer ahora. " * 3)
        await rest(pilot)
        assert seen(app)


def test_a_phrase_that_comes_before_the_first_tick_waits_for_what_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who opens joins the thread that somebody else is just starting."""
    started, goes_on = threading.Event(), threading.Event()

    class Late(threading.Thread):
        def start(self) -> None:
            started.set()
            assert goes_on.wait(20)
            super().start()

    monkeypatch.setattr(app_start, "threading", SimpleNamespace(Thread=Late))
    preload = app_start.Preload(Path("/nonexistent"))
    monkeypatch.setattr(preload, "_fetch", lambda: None)

    def opens() -> None:
        preload.begin()
        assert preload.thread is not None
        preload.thread.join()

    with ThreadPoolExecutor(2) as hands:
        first = hands.submit(preload.begin)
        assert started.wait(20)
        second = hands.submit(opens)
        goes_on.set()
        first.result(20)
        second.result(20)

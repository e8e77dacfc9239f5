"""NO SE ESTÁ GUARDANDO: on every screen, as long as it is so; and a lock that would lose something waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from counts import in_soak
from disk_faults import fill, free
from workspaces import Founded, narrate

from lnctp_tui import app_saving
from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import KEPT, LOCKED, LOST
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.dialogs.emergency import EmergencyCard
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.vault.hold import HoldScreen
from lnctp_tui.services.call import calls
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.writer import STALLED
from lnctp_tui.storage.vault import emergency

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

SAID = "NO SE ESTÁ GUARDANDO"
SIZES = [(80, 24), *in_soak(((130, 34),))]
LONG = "Dice que no la dejan salir. " * 1000


async def press(pilot: Any, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def shows(app: LnctpApp, *words: str) -> Callable[[], bool]:
    return lambda: all(word in text_of(app) for word in words)


async def refused(app: LnctpApp, pilot: Any) -> IntakeScreen:
    """A call with a text that the database has no room for."""
    await press(pilot, "n")
    await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the form")
    await until(pilot, lambda: not app.workspace.writer.pending, "the beginning on the disk")
    fill(app.workspace)
    screen = app.screen
    assert isinstance(screen, IntakeScreen)
    narrate(screen.intake, LONG)
    await until(pilot, shows(app, SAID, "El disco está lleno"), "the line")
    return screen


def lines_with(app: LnctpApp) -> list[int]:
    return [place for place, line in enumerate(text_of(app).splitlines()) if SAID in line]


def no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise OSError(30, "read-only")

    monkeypatch.setattr(emergency.Journal, "_add", refuses)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_screen_says_that_nothing_is_being_saved(
    furnished: Founded, size: tuple[int, int]
) -> None:
    async with desk(furnished, size) as (app, pilot):
        await refused(app, pilot)
        assert lines_with(app) == [0]
        await until(pilot, shows(app, "no se pierde"), "where it is")
        for key, kind in (("f8", EmergencyCard), ("f9", ClosingDialog)):
            await press(pilot, key)
            await until(pilot, partial(lambda kind: isinstance(app.screen, kind), kind), key)
            await until(pilot, lambda: lines_with(app) == [0], f"the line over {key}")
            await press(pilot, "escape")
            await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the form")
        for key in ("f1", "f2", "f3", "f5", "f7", "f10") if size == SIZES[0] else ():
            await press(pilot, key)
            await rest(pilot)
            await until(pilot, lambda: lines_with(app) == [0], f"the line over {key}")
            while not isinstance(app.screen, IntakeScreen):
                await press(pilot, "escape")
                await rest(pilot)
        for mode in ("search", "sync", "desk"):
            app.switch_mode(mode)
            await rest(pilot)
            await until(pilot, lambda: lines_with(app) == [0], f"the line on {mode}")
        free(app.workspace)
        await until(pilot, lambda: not lines_with(app), "the end of the line")
        await until(pilot, lambda: any("todo está" in note.message for note in app._notifications), "news")


async def test_a_writer_that_hangs_is_told_after_five_seconds(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from lnctp_tui.services.vault import writer

    assert STALLED == 5.0
    monkeypatch.setattr(writer, "STALLED", 0.3)
    go = threading.Event()
    async with desk(furnished) as (app, pilot):
        app.workspace.writer.submit(lambda _store: go.wait(30))
        await until(pilot, shows(app, SAID, "El disco no contesta"), "the line")
        go.set()
        await until(pilot, lambda: not lines_with(app), "the end of the line")


async def test_a_value_that_cannot_be_stored_is_told_and_saving_goes_on(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the form")
        screen: Any = app.screen
        screen.intake.set(screen.intake.contact, {"narrative": 1 << 80})
        await until(pilot, shows(app, "UN DATO NO SE GUARDÓ"), "the line")
        narrate(screen.intake, "Sigue contando.")
        await until(pilot, lambda: not app.workspace.writer.pending, "the rest on the disk")
        stored = calls.call(app.workspace.store, screen.intake.contact.id)
        assert stored["narrative"] == "Sigue contando."


async def test_a_call_can_be_ended_and_the_next_begun_on_a_full_disk(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        await press(pilot, "f9")
        await until(pilot, lambda: isinstance(app.screen, ClosingDialog), "the end")
        await press(pilot, "f9", "f9")
        await until(pilot, shows(app, "Escritorio"), "the desk")
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the next call")
        assert lines_with(app) == [0]
        free(app.workspace)
        await until(pilot, lambda: not app.workspace.writer.pending, "everything on the disk")
        assert len(calls.unfinished(app.workspace.store)) == 1


async def test_a_lock_seals_what_the_database_refuses_and_ends(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: app.return_value is not None, "the end")
        assert app.return_value == KEPT
    assert emergency.waiting(furnished.home)


async def test_an_idle_lock_that_would_lose_something_hides_says_what_and_waits(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_journal(monkeypatch)
    monkeypatch.setattr(app_saving, "SEALING", 0.3)
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        app.watch_lock.touched -= 3600
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait")
        await until(pilot, shows(app, SAID, "Falta guardar:", "relato"), "what is missing")
        assert "no la dejan salir" not in text_of(app)
        await press(pilot, "enter", "enter", "escape", "ctrl+n", "f1", "enter")
        assert isinstance(app.screen, HoldScreen)
        await press(pilot, "f4", "enter", "enter", "enter")
        assert app.return_value is None
        await press(pilot, "escape")
        free(app.workspace)
        await until(pilot, lambda: app.return_value is not None, "the end by itself")
        assert app.return_value in (LOCKED, KEPT)


async def test_a_lock_in_the_instant_in_which_the_wait_comes_up_closes_the_way(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_journal(monkeypatch)
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        wait = HoldScreen(locked=False)
        app.push_screen(wait)
        wait.close_way()  # nothing of it stands yet
        await until(pilot, shows(app, "Falta guardar:", "Su frase y Enter"), "the wait")
        wait.close_way(ordered=True)
        await until(pilot, shows(app, "Lo ordenaron sus responsables"), "no way back")
        free(app.workspace)


async def test_the_phrase_or_a_word_typed_in_full_ends_the_wait(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_journal(monkeypatch)
    monkeypatch.setattr(vault_access, "is_right", lambda _home, words: words == "la frase")
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        await press(pilot, "ctrl+q", "ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait of an end")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the form")
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait of a lock")
        await press(pilot, *"otra", "enter")
        await until(pilot, shows(app, "Esa no es la frase."), "the refusal")
        await press(pilot, *"la", "space", *"frase", "enter")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the form")
        assert app.return_value is None
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait again")
        await press(pilot, "f4")
        await until(pilot, shows(app, "PERDER"), "the question")
        await press(pilot, *"perder", "enter")
        await until(pilot, lambda: app.return_value is not None, "the end")
        assert app.return_value == LOST


async def test_the_window_that_closes_seals_and_does_not_wait(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await refused(app, pilot)
        app.ending.hang_up()
        await until(pilot, lambda: app.return_value is not None, "the end")
        assert app.return_value == KEPT
    assert emergency.waiting(furnished.home)


async def test_the_next_unlock_tells_what_it_took_in(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        form = await refused(app, pilot)
        contact = form.intake.contact.id
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: app.return_value is not None, "the end")
    async with desk(Founded(Path(furnished.home), furnished.key), (130, 34)) as (app, pilot):
        await until(
            pilot, lambda: any("recupe" in note.message.lower() for note in app._notifications), "news"
        )
        assert calls.call(app.workspace.store, contact)["narrative"] == LONG
        assert not emergency.waiting(furnished.home)


async def test_a_laptop_that_slept_seals_what_the_disk_refuses_and_ends(furnished: Founded) -> None:
    slept = [0.0]
    clock = {"monotonic": time.monotonic, "wall": lambda: time.time() + slept[0]}
    async with desk(furnished) as (app, pilot):
        app.watch_lock.clocks = clock
        app.watch_lock.last = app.watch_lock._read()
        form = await refused(app, pilot)
        contact = form.intake.contact.id
        slept[0] = 3600.0
        await until(pilot, lambda: app.return_value is not None, "the end")
        assert app.return_value == KEPT
    assert emergency.waiting(furnished.home)
    async with desk(furnished) as (app, pilot):
        await until(pilot, lambda: any("recupe" in note.message.lower() for note in app._notifications), "it")
        assert calls.call(app.workspace.store, contact)["narrative"] == LONG


async def test_a_laptop_that_sleeps_while_an_end_waits_stays_hidden_and_only_the_phrase_leads_back(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room in the base nor beside it: what is missing is said, and the end comes by itself when there is."""
    no_journal(monkeypatch)
    monkeypatch.setattr(app_saving, "SEALING", 0.3)
    slept = [0.0]
    async with desk(furnished) as (app, pilot):
        app.watch_lock.clocks = {"monotonic": time.monotonic, "wall": lambda: time.time() + slept[0]}
        app.watch_lock.last = app.watch_lock._read()
        await refused(app, pilot)
        await press(pilot, "ctrl+q", "ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait of an end")
        slept[0] = 3600.0
        await until(pilot, lambda: isinstance(app.screen, HoldScreen) and app.screen.locked, "the lock of it")
        await press(pilot, "escape")
        assert isinstance(app.screen, HoldScreen)
        await until(pilot, shows(app, "Falta guardar:", "relato"), "what is missing")
        free(app.workspace)
        await until(pilot, lambda: app.return_value is not None, "the end by itself")
        assert app.return_value in (LOCKED, KEPT)


async def test_a_window_that_closes_while_an_end_waits_ends_and_says_that_it_is_lost(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_journal(monkeypatch)
    monkeypatch.setattr(app_saving, "SEALING", 0.3)
    resorts: list[tuple[int, float]] = []
    async with desk(furnished) as (app, pilot):
        app.last_resort = lambda code, after: [resorts.append((code, after)), lambda: None][1]  # type: ignore[assignment, return-value]
        await refused(app, pilot)
        await press(pilot, "ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, HoldScreen), "the wait")
        app.ending.hang_up()
        await until(pilot, lambda: app.return_value is not None, "the end")
        assert app.return_value == LOST
        assert app.ending.says
        assert resorts[-1][0] == LOST

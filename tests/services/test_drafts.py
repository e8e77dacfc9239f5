"""What is being typed when the app locks, in forms and in dialogs: it is there again after the phrase."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from counts import in_soak
from textual import events
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import LOCKED
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.call.narrative import NarrativeDialog
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.dialogs import TextDialog
from lnctp_tui.services.case import cases
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.text_area import LongText

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

WIDE = (120, 40)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def lock(app: LnctpApp, pilot: Pilot[int], how: str = "keys") -> None:
    """Lock at once, with the last letters still on their way."""
    if how == "keys":
        app.action_lock()
    elif how == "idle":
        app.watch_lock.touched -= 3600
        app._tick()
    else:
        app.ending.hang_up()
    await until(pilot, lambda: app.return_value is not None, "the lock")
    assert app.return_value == LOCKED


def on_top(app: LnctpApp, kind: type) -> Callable[[], bool]:
    return lambda: isinstance(app.screen, kind) and bool(app.screen.is_mounted)


def note_of(app: LnctpApp) -> str:
    return app.screen.query_one(LongText).whole


@pytest.mark.parametrize("how", ["keys", *in_soak("idle", "window")])
async def test_a_note_that_is_being_written_is_there_after_a_lock(furnished: Founded, how: str) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "enter")
        await press(pilot, "a", *"Llamar el lunes, en la tarde")
        await lock(app, pilot, how)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, on_top(app, TextDialog), "the note")
        assert note_of(app) == "Llamar el lunes, en la tarde"
        await press(pilot, "ctrl+end", *"!", "ctrl+s")
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        await until(pilot, lambda: screen.document and screen.document["notes"])
        assert [note["text"] for note in cases.document(app.workspace.store, screen.case_id)["notes"]] == [
            "Llamar el lunes, en la tarde!"
        ]
        await press(pilot, "a")
        assert note_of(app) == ""


async def test_a_note_that_is_left_stays_a_draft_of_its_case(furnished: Founded) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "enter")
        await press(pilot, "a", *"media nota", "escape")
        assert [note.message for note in app._notifications] == [
            "La nota queda como borrador: «a» sigue con ella."
        ]
        await press(pilot, "a")
        assert note_of(app) == "media nota"
        await press(pilot, "escape", "escape", "down", "enter", "a")
        assert note_of(app) == ""


async def test_a_note_with_an_endless_line_is_kept_as_it_was_written(furnished: Founded) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "enter", "a")
        app.screen.query_one(LongText).insert("palabra " * 900)
        await press(pilot, "ctrl+s")
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        await until(pilot, lambda: screen.document and screen.document["notes"])
        assert (
            cases.document(app.workspace.store, screen.case_id)["notes"][0]["text"]
            == ("palabra " * 900).strip()
        )


@pytest.mark.parametrize("how", ["window", *in_soak("keys", "idle")])
async def test_the_narrative_over_another_stage_is_there_after_a_lock(furnished: Founded, how: str) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, on_top(app, IntakeScreen))
        await press(pilot, "f4")
        await press(pilot, "f2")
        await until(pilot, on_top(app, NarrativeDialog))
        await pilot.press(*"dijo que son tres")
        await lock(app, pilot, how)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, on_top(app, IntakeScreen))
        screen = app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.intake.record(screen.intake.contact)["narrative"] == "dijo que son tres"


@pytest.mark.parametrize("how", ["idle", *in_soak("keys", "window")])
async def test_a_promise_is_there_after_a_lock(furnished: Founded, how: str) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, on_top(app, IntakeScreen))
        await press(pilot, "f9")
        await until(pilot, on_top(app, ClosingDialog))
        promised = {row.field.code: row for row in app.screen.query(FieldRow) if row.field.on == "task"}
        promised["when"].focus_control()
        await pilot.press(*"martes 10 a 12")
        promised["say"].focus_control()
        await pilot.press(*"soy Rosa")
        await lock(app, pilot, how)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, on_top(app, IntakeScreen))
        await press(pilot, "f9")
        await until(pilot, on_top(app, ClosingDialog))
        await until(pilot, lambda: "martes 10 a 12" in text_of(app) and "soy Rosa" in text_of(app))
        dialog = app.screen
        assert isinstance(dialog, ClosingDialog)
        assert (dialog.promise["when"], dialog.promise["say"]) == ("martes 10 a 12", "soy Rosa")


async def test_a_lock_waits_for_the_field_and_not_for_the_clock(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paste that takes longer than the pause before the lock: its form still hears of it."""
    async with desk(furnished, WIDE) as (app, pilot):
        monkeypatch.setattr("lnctp_tui.app_ending.SETTLE", 0.001)
        await press(pilot, "n")
        await until(pilot, on_top(app, IntakeScreen))
        field = app.focused
        assert isinstance(field, LongText)
        for part in ("uno ", "dos ", "tres"):
            field.post_message(events.Paste(part))
        app.action_lock()
        await until(pilot, lambda: app.return_value is not None)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, on_top(app, IntakeScreen))
        screen = app.screen
        assert isinstance(screen, IntakeScreen)
        assert screen.intake.record(screen.intake.contact)["narrative"] == "uno dos tres"


async def test_a_form_behind_another_mode_is_asked_too(furnished: Founded) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, on_top(app, IntakeScreen))
        first = app.screen
        assert isinstance(first, IntakeScreen)
        field = first.query(LongText).first()
        field.insert("sin leer")
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: on_top(app, IntakeScreen)() and app.screen is not first)
        await lock(app, pilot)
        assert first.intake.record(first.intake.contact)["narrative"] == "sin leer"


@pytest.mark.parametrize("back", ["first", "desk", *in_soak("second")])
async def test_two_open_calls_are_both_there_after_a_lock(furnished: Founded, back: str) -> None:
    """In their order, under ^O, each with what was said in it, and on the screen what was on it."""
    async with desk(furnished, WIDE) as (app, pilot):
        for number in (1, 2):
            app.new_call()
            await until(pilot, lambda: len(app.forms()) == number)  # noqa: B023
            await until(pilot, on_top(app, IntakeScreen))
            await press(pilot, "f4")
            await press(pilot, "f2")
            await until(pilot, on_top(app, NarrativeDialog))
            await press(pilot, *f"cuenta {number}", "f2")
            await until(pilot, on_top(app, IntakeScreen))
        places = app.forms_open.places
        if back == "first":
            await press(pilot, "ctrl+o")
        elif back == "desk":
            app.switch_mode("desk")
            await rest(pilot)
        here = app.standing().here
        await lock(app, pilot)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, lambda: len(app.forms()) == 2, "both calls")
        await rest(pilot)
        assert app.forms_open.places == places
        assert app.standing().here == here
        assert isinstance(app.screen, IntakeScreen) == (back != "desk")
        seen = []
        for _ in range(2):
            await press(pilot, "ctrl+o")
            screen = app.screen
            assert isinstance(screen, IntakeScreen)
            await until(pilot, lambda: "^O" in text_of(app), "the bar of open calls")
            seen.append(str(screen.intake.record(screen.intake.contact)["narrative"]))
        assert sorted(seen) == ["cuenta 1", "cuenta 2"]


async def test_a_lock_with_a_form_that_is_gone_still_opens_the_others(furnished: Founded) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, on_top(app, IntakeScreen))
        known = app.standing()
        assert known.here is not None
        app.workspace.set_setting("resume", {"forms": [("call", "no-such"), known.here], "here": known.here})
        app.exit(0)
    async with desk(furnished, WIDE) as (app, pilot):
        await until(pilot, lambda: len(app.forms()) == 1, "the call that is there")
        await until(pilot, on_top(app, IntakeScreen))

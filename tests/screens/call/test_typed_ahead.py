"""Keys typed faster than the screen: each reaches what it was meant for, in its order."""

from __future__ import annotations

import asyncio

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, until
from textual import events
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui import app_keys
from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.dialogs.find_field import FindField
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.text_area import LongText

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")
ENTER = ("enter", "\r")


def burst(app: LnctpApp, *keys: str | tuple[str, str] | events.Paste) -> None:
    """All keys at once, as a terminal hands them over; a string is letters, or the name of one key."""
    for key in keys:
        if isinstance(key, events.Paste):
            app.post_message(key)
        elif isinstance(key, tuple):
            app.post_message(events.Key(*key))
        elif key in ("f2", "f3", "f9", "escape"):
            app.post_message(events.Key(key, None))
        else:
            for letter in key:
                app.post_message(events.Key("space" if letter == " " else letter, letter))


def form(app: LnctpApp) -> IntakeScreen:
    found = app.screen_stack[0]
    assert isinstance(found, IntakeScreen)
    return found


def intake(app: LnctpApp) -> Intake:
    form(app).flush()
    return form(app).intake


async def quiet(app: LnctpApp, pilot: Pilot[int]) -> None:
    """Until no key waits any more."""
    await until(pilot, lambda: app.key_order._turn is None and not app.key_order._held, "the last key")
    await rest(pilot)


async def test_a_name_and_a_value_typed_in_one_burst_after_f3_reach_the_field(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        burst(app, "n")
        await quiet(app, pilot)
        burst(app, "f3", "palabra clave", ENTER, "sandía 3 t")
        await quiet(app, pilot)
        await until(pilot, lambda: isinstance(app.focused and app.focused.parent, FieldRow))
        call = intake(app)
        assert call.document["case"]["code_word"] == "sandía 3 t"
        assert not call.record(call.contact).get("narrative")
        assert (call.kind, call.ended_at) == (None, None)


async def test_a_burst_from_the_desk_to_the_end_of_a_call_loses_no_key(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        burst(app, "nhola", "escape", "3", "f9")
        await quiet(app, pilot)
        assert isinstance(app.screen, ClosingDialog)
        call = intake(app)
        assert call.record(call.contact)["narrative"] == "hola"
        assert call.kind == "information"


async def test_a_paste_keeps_its_place_among_the_keys(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        burst(app, "n")
        await quiet(app, pilot)
        burst(app, "f3", events.Paste("palabra cl"), "ave", ENTER, events.Paste("san"), "día")
        await quiet(app, pilot)
        assert intake(app).document["case"]["code_word"] == "sandía"


async def test_a_field_that_is_not_found_leaves_the_letters_in_the_box(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        burst(app, "n")
        await quiet(app, pilot)
        burst(app, "f3", "zzzz", ENTER, "d")
        await quiet(app, pilot)
        assert isinstance(app.screen, FindField)
        assert app.focused is not None
        assert app.focused.value == "zzzzd"  # type: ignore[attr-defined]
        assert "Ningún campo" in "".join(strip.text for strip in app.screen._compositor.render_strips())


async def test_keys_wait_for_a_stage_that_is_slow_to_come(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_to = IntakeScreen.go_to
    begun, ready = asyncio.Event(), asyncio.Event()

    async def later(self: IntakeScreen, *where: str) -> None:
        if len(where) > 2:  # from F3
            begun.set()
            await ready.wait()
        await go_to(self, *where)

    monkeypatch.setattr(IntakeScreen, "go_to", later)
    async with desk(furnished) as (app, pilot):
        burst(app, "n")
        await quiet(app, pilot)
        burst(app, "f3", "palabra clave", ENTER, "sandía")
        await asyncio.wait_for(begun.wait(), 20)
        assert isinstance(app.focused, LongText)
        ready.set()
        await quiet(app, pilot)
        call = intake(app)
        assert call.document["case"]["code_word"] == "sandía"
        assert not call.record(call.contact).get("narrative")


async def test_keys_behind_one_that_never_settles_reach_the_field_with_the_focus(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(furnished) as (app, pilot):
        burst(app, "n")
        await quiet(app, pilot)
        with monkeypatch.context() as broken:
            broken.setattr(app_keys, "PATIENCE", 0.05)
            broken.setattr(app.key_order, "_settle", lambda turn: None)
            burst(app, ENTER, "hola")
            await until(pilot, lambda: app.key_order._turn is None, "the end of patience")
        assert intake(app).record(intake(app).contact)["narrative"].strip() == "hola"

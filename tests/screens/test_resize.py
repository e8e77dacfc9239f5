"""A screen whose window changed looks as if it had been opened at that size."""

from __future__ import annotations

import re

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from counts import in_soak
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.app import LnctpApp

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

SMALL, LARGE = (60, 20), (200, 50)
CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")
WAYS = {
    "desk": [], "search": ["slash"], "sync": ["s"], "help": ["question_mark"], "case": ["enter"],
    "history": ["enter", "h"], "earlier": ["enter", "f7"], "note": ["enter", "a"], "close": ["enter", "x"],
    "edit": ["enter", "e"], "elements": ["enter", "e", "f4"], "find": ["n", "f3"], "call": ["n"],
    "emergency": ["n", "f8"], "previous": ["n", "f7"],
    "call help": ["n", "f1"], "link": ["enter", "v"],
    "closing": ["n", "f9"], "silent": ["n", "escape", "5"],
    "cover": ["n", "f10"],
}  # fmt: skip


async def go(pilot: Pilot[int], keys: list[str]) -> None:
    for key in keys:
        screen, focused = pilot.app.screen, pilot.app.focused
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is not screen or pilot.app.focused is not focused)  # noqa: B023
        await rest(pilot)
    await still(pilot)


async def still(pilot: Pilot[int]) -> None:
    """Until all is saved and two looks in a row show the same."""
    assert isinstance(pilot.app, LnctpApp)
    assert pilot.app.workspace.writer.drain(5)
    before = ""
    for _ in range(50):
        await rest(pilot)
        now = shown(pilot.app)
        if now == before:
            return
        before = now


def shown(app: object) -> str:
    return CLOCK.sub("00:00", text_of(app))


async def opened_at(where: Founded, size: tuple[int, int], keys: list[str]) -> str:
    async with desk(where, size) as (app, pilot):
        await go(pilot, keys)
        return shown(app)


ALWAYS = ("desk", "case", "call", "closing")
"""The ways walked in every run; the others in `make soak`."""


@pytest.mark.parametrize("name", [*ALWAYS, *in_soak(*(name for name in WAYS if name not in ALWAYS))])
async def test_small_large_and_small_again_are_as_if_opened_so(furnished: Founded, name: str) -> None:
    keys = WAYS[name]
    large = await opened_at(furnished, LARGE, keys)
    async with desk(furnished, SMALL) as (app, pilot):
        assert isinstance(app, LnctpApp)
        await go(pilot, keys)
        small = shown(app)
        await pilot.resize_terminal(*LARGE)
        await still(pilot)
        assert shown(app) == large
        await pilot.resize_terminal(*SMALL)
        await still(pilot)
        assert shown(app) == small

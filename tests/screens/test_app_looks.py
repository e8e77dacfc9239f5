"""How each screen looks, in the narrow and the wide terminal, and that each speaks one language only."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from app_world import app_on, desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from counts import in_soak
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from workspaces import Founded

from lnctp_tui import i18n
from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.call import earlier_mark
from lnctp_tui.screens.vault import first_run

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import compile_catalogs

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

NARROW, WIDE = (80, 24), (130, 34)
SIZES = [NARROW, WIDE]
NAMES = ["80x24", "130x34"]
WAYS: dict[str, tuple[str, ...]] = {
    "desk": (),
    "case": ("enter",),
    "history": ("enter", "h"),
    "search": ("/", *"migrantes"),
    "help": ("f1",),
    "options": ("o",),
}
"""Screen → keys from the desk."""
MORE = {
    "note": ("enter", "a"),
    "close": ("enter", "x"),
    "matches": ("enter", "f7"),
    "link": ("enter", "v"),
    "handovers": ("enter", "o"),
    "handover": ("enter", "o", "a"),
    "call": ("/", *"horario", "enter"),
    "phrase": ("o", "down", "down", "down", "enter"),
    "intake": ("n",),
    "intake_help": ("n", "f1"),
    "find": ("n", "f3"),
    "emergency": ("n", "f8"),
    "sync": ("s",),
    "enroll": ("s", "i"),
}
LETTERS = re.compile(r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ]{3,}")
ENGLISH = {
    *("the", "and", "with", "open", "close", "search", "quit", "select", "focus", "save", "cancel", "next"),
    *("previous", "move", "cursor", "delete"),
}


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cursor blinks: on a busy machine it may be away just when the picture is taken."""
    for kind in (Input, TextArea):
        monkeypatch.setattr(kind.cursor_blink, "_default", False)


async def go(app: LnctpApp, pilot: Pilot[int], keys: tuple[str, ...]) -> None:
    for key in keys:
        await pilot.press(key)
        await rest(pilot)
    await until(pilot, lambda: not app.screen.is_modal or app.screen.is_active)
    await rest(pilot)


async def to_desk(pilot: Pilot[int], where: Founded) -> None:
    """Open with the key; what the phrase takes is not looked at here."""
    app = pilot.app
    assert isinstance(app, LnctpApp)
    failures: list[object] = []
    app.open_with(lambda: where.key, failures.append)
    await until(pilot, lambda: failures or app.unlocked)
    assert not failures
    await rest(pilot)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("name", WAYS)
def test_screens_behind_the_phrase(
    name: str, size: tuple[int, int], furnished: Founded, snap_compare: Any
) -> None:
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, furnished)
        await go(app, pilot, WAYS[name])

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_the_phrase(size: tuple[int, int], founded: Founded, snap_compare: Any) -> None:
    app = app_on(founded)

    async def before(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press(*"abeja farm", "f2")
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_the_first_run(size: tuple[int, int], snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_run, "system_zone", lambda: "America/Mexico_City")
    app = LnctpApp(Path("/nonexistent"), None)

    async def before(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app.focused is not None and app.focused.id == "name")
        await pilot.press(*"Ana")
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["light", "contrast"])
def test_the_other_themes(theme: str, furnished: Founded, snap_compare: Any) -> None:
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, furnished)
        app.theme = theme
        await rest(pilot)

    assert snap_compare(app, terminal_size=WIDE, run_before=before)
    app.close_workspace()


@pytest.mark.parametrize(
    ("theme", "size", "keys"),
    [
        ("dark", NARROW, ("n", *"Llama una mujer, habla bajo. Dice que no la dejan salir del motel.")),
        ("dark", WIDE, ("e", "f3", *"edad victima", "enter")),
        ("light", WIDE, ("e", "f4", "down", "down")),
        ("contrast", NARROW, ("e", "f3", *"acto elem", "enter")),
        ("plain", NARROW, ("e", "f3", *"si se corta", "enter", "s")),
    ],
    ids=["narrative", "victim", "indicators", "elements", "safety"],
)
def test_the_intake(
    theme: str,
    size: tuple[int, int],
    keys: tuple[str, ...],
    furnished: Founded,
    snap_compare: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(earlier_mark, "LOOK_AGAIN", 3600)  # a mark that comes by the clock
    if theme == "plain":
        monkeypatch.setenv("NO_COLOR", "1")
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, furnished)
        app.theme = theme if theme != "plain" else app.theme
        await go(app, pilot, keys)
        app.screen.flush()  # type: ignore[attr-defined]
        await until(pilot, lambda: "guardando" not in text_of(app))
        app.screen.think()  # type: ignore[attr-defined]
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()


async def test_without_colour_nothing_is_coloured(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with desk(furnished) as (app, _pilot):
        colours = {
            colour.triplet
            for strip in app.screen._compositor.render_strips()
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour and colour.triplet
        }
    assert all(one.red == one.green == one.blue for one in colours)


@cache
def sentences(language: str) -> set[str]:
    """What only the other language says: long enough to be no accident, and the same in no data file."""
    pairs = [
        pair
        for message in compile_catalogs.catalog()
        if message.id
        for pair in (
            zip(message.id, message.string, strict=True)
            if isinstance(message.id, tuple)
            else [(message.id, message.string)]
        )
    ]
    foreign = [english if language == "es" else spanish for spanish, english in pairs]
    own = {spanish if language == "es" else english for spanish, english in pairs}
    return {
        text for text in foreign if "{" not in text and len(text) > 11 and " " in text and text not in own
    }


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *((name, "en") for name in (*WAYS, "intake", "sync")),
        *((name, "es") for name in MORE if name not in ("intake", "sync")),
        *in_soak(*((name, "es") for name in (*WAYS, "intake", "sync"))),  # Spanish is what the pictures show
        *in_soak(*((name, "en") for name in MORE if name not in ("intake", "sync"))),
    ],
)
async def test_each_screen_speaks_one_language(name: str, language: str, furnished: Founded) -> None:
    foreign = sentences(language)
    async with desk(furnished, (130, 60)) as (app, pilot):
        i18n.set_language(language)
        app.screen.read()  # type: ignore[attr-defined]
        await rest(pilot)
        await go(app, pilot, (WAYS | MORE)[name])
        said = said_on(app)
    assert {text for text in foreign if text in said} == set()
    if language == "es":
        assert {word.lower() for word in LETTERS.findall(said)} & ENGLISH == set()

"""The registry of screens: every name leads to its screen, the desk has its keys, a lock is come back from."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from sync_world import HERE, FakeServer, two_ages
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.app_start import Standing
from lnctp_tui.screens import registry
from lnctp_tui.screens.case.conflicts import ConflictsScreen
from lnctp_tui.screens.dialogs import TextDialog
from lnctp_tui.screens.registry import SCREENS
from lnctp_tui.services.call import desk as reader

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

OF_CASE = {"case", "note", "edit", "conflicts", "handovers", "handover", "case_pending", "files", "file",
           "supports", "referrals", "referral", "support", "links"}  # fmt: skip


def a_case(app: LnctpApp) -> str:
    return reader.desk(app.workspace.store).cases[0].id


def is_on(app: LnctpApp, name: str) -> bool:
    factory = SCREENS[name].factory.partition(":")[2]
    shown = "TextDialog" if name == "note" else factory
    return any(type(screen).__name__ == shown for screen in app.screen_stack)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """A facade that answers from memory."""
    fake = FakeServer()
    fake.install(monkeypatch)
    return fake


@pytest.mark.parametrize(
    "name",
    [name for name in SCREENS if name not in ("call", "edit", "contact", "card", "provider", "private")],
)
async def test_every_name_leads_to_its_screen(name: str, furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        server.conflicts = [two_ages(a_case(app), "1")]
        app.go(name, *([a_case(app)] if name in OF_CASE else []))
        await until(pilot, lambda: is_on(app, name), name)
        await rest(pilot)
        assert text_of(app).strip()


@pytest.mark.parametrize("name", [name for name, entry in SCREENS.items() if entry.key])
async def test_the_desk_has_the_key_of_each_screen_that_has_one(name: str, furnished: Founded) -> None:
    key = SCREENS[name].key
    assert key is not None
    async with desk(furnished) as (app, pilot):
        await pilot.press(key.key)
        await until(pilot, lambda: is_on(app, name), name)


@pytest.mark.parametrize("name", [name for name, entry in SCREENS.items() if entry.case_key])
async def test_a_case_has_the_key_of_each_screen_that_has_one_there(name: str, furnished: Founded) -> None:
    key = SCREENS[name].case_key
    assert key is not None
    async with desk(furnished) as (app, pilot):
        app.go("case", a_case(app))
        await rest(pilot)
        if key.show:
            assert f"{key.key} {key.description}" in text_of(app).splitlines()[-1]
        await pilot.press(key.key)
        await until(pilot, lambda: is_on(app, name), name)


@pytest.mark.parametrize(
    ("width", "keys"),
    [(80, "e editar|a nota|c llamar|r canalizar|w pendientes"),
     (130, "e editar|a nota|c llamar|r canalizar|w pendientes|l vínculos|m unir|x cerrar|F6 directorio")],
)  # fmt: skip
async def test_the_bar_of_a_case_shows_what_is_done_daily_and_help_has_all(
    furnished: Founded, width: int, keys: str
) -> None:
    async with desk(furnished, (width, 48)) as (app, pilot):
        app.go("case", a_case(app))
        await rest(pilot)
        bar = text_of(app).splitlines()[-1]
        assert not [key for key in (*keys.split("|"), "? teclas", "^L bloquear") if key not in bar], bar
        await pilot.press("question_mark")
        await rest(pilot)
        for key in ("historial", "relevos", "previas", "apoyo", "carpetas", "vincular", "cerrar"):
            assert key in text_of(app), key


async def test_synchronisation_leads_to_all_conflicts(furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        server.conflicts = [two_ages(a_case(app), "1")]
        server.status = replace(HERE, conflicts=1)
        app.go("sync")
        await until(pilot, lambda: "falta decidir" in text_of(app), "that one is to be decided")
        await pilot.press("d")
        await until(pilot, lambda: is_on(app, "conflicts"), "the conflicts")


@pytest.mark.parametrize("name", ["case", "note", "edit", "handovers", "handover"])
async def test_a_lock_is_come_back_from_by_name(name: str, furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        place = (name, a_case(app))
        registry.resume(app, place)
        await until(pilot, lambda: is_on(app, "call" if name == "edit" else name), name)
        await until(pilot, lambda: app.forms_open.where() == place, "the place it would come back to")


async def test_a_place_that_is_no_longer_known_leaves_the_desk(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        registry.resume(app, ("vitrina", "1"))
        registry.resume(app, ("search", ""))
        await rest(pilot)
        assert app.current_mode == "desk"
        assert len(app.screen_stack) == 1


async def test_a_lock_over_the_second_of_two_conflicts_can_be_come_back_from(
    furnished: Founded, server: FakeServer
) -> None:
    async with desk(furnished) as (app, pilot):
        place = ("case", a_case(app))
        server.conflicts = [two_ages(place[1], "1"), two_ages(place[1], "2")]
        app.go(*place)
        app.go("conflicts", place[1])
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen) and "1 de 2" in text_of(app))
        await pilot.press("j")
        await until(pilot, lambda: "2 de 2" in text_of(app), "the second")
        assert app.forms_open.where() == place
        standing = app.standing()
        kept = {"forms": [list(form) for form in standing.forms], "here": standing.here and [*standing.here]}
        assert Standing.read(kept) == standing


async def test_a_dialog_over_the_note_says_where_it_is(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        app.go("note", a_case(app))
        await until(pilot, lambda: isinstance(app.screen, TextDialog), "the note")
        app.action_help()
        await rest(pilot)
        assert app.forms_open.where() == ("note", a_case(app))


def test_the_registry_itself_fetches_no_screen_and_the_preload_those_it_names() -> None:
    """The phrase is asked for before the screens behind it are imported."""
    script = (
        "import sys; from lnctp_tui.screens import registry as r; "
        "early = [e.module for e in r.SCREENS.values() if e.module in sys.modules]; r.preload(); "
        "print(early, [n for n, e in r.SCREENS.items() if e.preload and e.module not in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] []"

"""F1 in a call: what it teaches comes first, and no key on it ends a call or loses a word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from workspaces import Founded

from lnctp_tui import i18n, screens
from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.dialogs import LineDialog
from lnctp_tui.screens.help import HelpScreen
from lnctp_tui.screens.tour import STEPS, TourScreen
from lnctp_tui.storage.protocol import accepted, help_files
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.text_area import LongText

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def call(app: LnctpApp, pilot: Pilot[int]) -> IntakeScreen:
    await press(pilot, "n")
    await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the call")
    screen = app.screen
    assert isinstance(screen, IntakeScreen)
    return screen


async def to_field(app: LnctpApp, pilot: Pilot[int], name: str) -> None:
    await press(pilot, "f3", *name, "enter")
    await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the field")


async def to_bottom(app: LnctpApp, pilot: Pilot[int]) -> str:
    """All that the help says, page by page."""
    seen = [said_on(app)]
    for _ in range(40):
        await press(pilot, "pagedown")
        if said_on(app) == seen[-1]:
            return " ".join(seen)
        seen.append(said_on(app))
    raise AssertionError("it never ends")


async def test_the_field_is_explained_first_and_the_caret_stays(furnished: Founded) -> None:
    async with desk(furnished, (80, 24)) as (app, pilot):
        screen = await call(app, pilot)
        await to_field(app, pilot, "horario")
        await to_field(app, pilot, "¿podemos volver")
        await press(pilot, "s")
        await to_field(app, pilot, "horario")
        await press(pilot, *"martes", "left", "left")
        field = screen.focused
        assert isinstance(field, Input)
        assert field.cursor_position == 4
        await press(pilot, "f1")
        said = said_on(app)
        for word in ("Para qué", "Así no", "«¿Le hablo mañana temprano?»", "Así sí", "Fuente", "NNEDV"):
            assert word in said
        assert "según una fuente secundaria" in said
        assert "Terminar la llamada" in await to_bottom(app, pilot)
        await press(pilot, "f9", "enter", "backspace", "f1")
        assert app.screen is screen
        assert screen.focused is field
        assert (field.value, field.cursor_position) == ("martes", 4)
        await press(pilot, "f1", *"qjk g", "f1", "escape")
        assert (field.value, field.cursor_position) == ("martqjk ges", 9)
        assert screen.intake.contact.id
        assert not screen.intake.document["contacts"][0].get("ended_at")


async def test_words_typed_over_the_help_of_the_narrative_are_in_it(furnished: Founded) -> None:
    async with desk(furnished, (60, 20)) as (app, pilot):
        screen = await call(app, pilot)
        await press(pilot, *"Dice", "f1")
        assert isinstance(app.screen, HelpScreen)
        assert "lo que escriba sigue" in text_of(app)
        await press(pilot, "space", *"que la encierra")
        area = screen.focused
        assert app.screen is screen
        assert isinstance(area, LongText)
        assert area.text == "Dice que la encierra"
        await press(pilot, "f1", *" t")
        assert app.screen is screen
        assert area.text.endswith("encierra t")
        await press(pilot, "f1")
        app.post_message(events.Paste(" y llora"))
        await until(pilot, lambda: app.screen is screen and area.text.endswith("t y llora"), "the paste")
        await press(pilot, "f1", "f8")
        assert type(app.screen).__name__ == "EmergencyCard"


async def test_a_row_of_a_checklist_says_what_it_means_in_both_languages(furnished: Founded) -> None:
    async with desk(furnished, (100, 30)) as (app, pilot):
        screen = await call(app, pilot)
        await to_field(app, pilot, "retener")
        assert isinstance(screen.focused, Checklist)
        await press(pilot, "f1")
        said = said_on(app)
        assert "No hace falta una puerta cerrada" in said
        assert said.index("Quiere decir") < said.index("Para qué")
        assert "leído en su fuente" in said
        await press(pilot, "s")  # no answer is given through the help
        await press(pilot, "escape")
        assert screen.focused.values == {}
        i18n.set_language("en")
        await press(pilot, "f4", "f1")
        said = said_on(app)
        assert "It means" in said
        assert "por verificar" not in said
        assert "to be verified" in await to_bottom(app, pilot)


async def test_only_enter_through_the_tour_begins_and_ends_nothing(furnished: Founded) -> None:
    async with desk(furnished, (60, 20)) as (app, pilot):
        app.first = True
        app.opening.greet()
        await until(pilot, lambda: isinstance(app.screen, TourScreen), "the tour")
        before = calls(app)
        for number in range(len(STEPS)):
            assert f"{number + 1} de 5" in text_of(app)
            assert "Cualquier otra tecla" in said_on(app)
            await press(pilot, "enter")
        assert not isinstance(app.screen, TourScreen)
        await press(pilot, *["enter"] * 6)
        assert (calls(app), app.forms()) == (before, [])
        assert not app.first


async def test_any_other_key_leaves_the_tour_and_acts(furnished: Founded) -> None:
    async with desk(furnished, (80, 24)) as (app, pilot):
        await press(pilot, "f1", "f2")
        assert isinstance(app.screen, TourScreen)
        await press(pilot, "enter", "down", "escape")
        assert app.screen_stack == [app.screen]
        await press(pilot, "f1", "f2", "n", *"Llora")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen), "the call")
        assert isinstance(app.focused, LongText)
        assert app.focused.text == "Llora"
        await press(pilot, "escape", "f1", "f2")  # a call is open: no tour
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "escape", "g", "f1", "f2")
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "escape")
        app.opening.greet()
        await pilot.pause()
        assert not isinstance(app.screen, TourScreen)


async def test_help_that_is_wrong_in_an_accepted_folder_ends_nothing(furnished: Founded) -> None:
    async with desk(furnished, (80, 24)) as (app, pilot):
        own = b'version = "1"\ncode = "relato"\n[[field]]\non = "contact"\ncode = "narrative"\nwhy = 3\nrows = 4\n'
        with app.workspace.store.write() as unit:
            accepted.keep(unit.connection, {"help/relato.toml": own + b'mark = "[/x]"\n'})
        screen = await call(app, pilot)
        await press(pilot, "f1")
        assert "por verificar" in said_on(app)
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "escape")
        assert app.screen is screen


def calls(app: LnctpApp) -> int:
    with app.workspace.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM contacts").scalar() or 0)


def test_the_first_person_is_greeted(founded: Founded) -> None:
    assert LnctpApp(founded.home, None).first


# dialogs


async def test_f1_says_what_a_dialog_is_for_and_esc_comes_back_to_it_as_it_was(furnished: Founded) -> None:
    async with desk(furnished, (80, 24)) as (app, pilot):
        await press(pilot, "c", "v", *"GA-26")
        dialog = app.screen
        assert isinstance(dialog, LineDialog)
        await press(pilot, "f1")
        said = said_on(app)
        assert "¿Qué número?" in said
        assert "Diga lo que diga, el reporte se toma" in said
        assert "expedir constancia" not in said, "the screen under it says nothing"
        await press(pilot, "escape")
        assert app.screen is dialog
        await press(pilot, "f1", *"-1", "f1", "f1")
        assert app.screen is dialog
        assert dialog.query_one(Input).value == "GA-26-1"
        await press(pilot, "escape", "escape")
        screen = await call(app, pilot)
        for keys, word in (
            (("f9",), "El folio que se deletrea"), (("f8",), "la llamada al 911 la hace usted"),
            (("f3",), "Lleva a cualquier campo"), (("f4", "f2"), "Lo que escribe se guarda solo"),
        ):  # fmt: skip
            await press(pilot, *keys)
            below = app.screen
            await press(pilot, "f1")
            assert isinstance(app.screen, HelpScreen), keys
            assert word.casefold() in " ".join(said_on(app).replace("│", " ").split()).casefold(), keys
            await press(pilot, "escape")
            assert app.screen is below, keys
            await press(pilot, "escape")
            assert app.screen is screen, keys
        await press(pilot, "escape", "x", "f9", "f1")  # cut off: the plan to call back, in its first field
        assert "¿podemos volver a llamar?" in said_on(app)
        assert "Así no" in " ".join((said_on(app), await to_bottom(app, pilot)))
        await press(pilot, "escape", "escape")
        assert not screen.intake.document["contacts"][0].get("ended_at")


GENERIC = {"BoxDialog", "FilterDialog", "FirstTour", "HelpScreen", "HoldScreen", "LineDialog", "ListDialog",
           "MatchesDialog", "PickDialog", "SignedDialog", "TextDialog", "TourScreen"}  # fmt: skip
SILENT = {"FirstTour", "HelpScreen", "HoldScreen", "TourScreen"}
"""Over these nothing else comes: help itself, what a key leaves, and a lock that waits for the disk."""


def test_every_dialog_says_what_it_is_for_in_both_languages() -> None:
    purposes = help_files.dialogs()
    assert all(label.es and label.en and label.es != label.en for label in purposes.values())
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(screens.__file__).parent.rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    bases = {
        node.name: {ast.unparse(base).partition("[")[0] for base in node.bases}
        for node in nodes if isinstance(node, ast.ClassDef)
    }  # fmt: skip
    is_dialog = lambda name: name == "AppDialog" or any(map(is_dialog, bases.get(name, ())))  # noqa: E731
    named, given, asked = {}, set(), set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "PURPOSE":
                    named[node.name] = ast.literal_eval(part.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in GENERIC | {"EntryDialog"}:
            words = {word.arg: ast.unparse(word.value) for word in node.keywords}
            over_a_hold = ast.unparse(node) == "LineDialog(title, hint, 40)"
            assert "purpose" in words or node.func.id in SILENT or over_a_hold, ast.unparse(node)
            assert node.func.id != "LineDialog" or "of" in words or over_a_hold, ast.unparse(node)
        if isinstance(node, ast.Constant) and node.value in purposes:
            given.add(node.value)
    asked = {name for name in bases if is_dialog(name)} - GENERIC - {"AppDialog", "EntryDialog"}
    inherited = {name for name in asked if bases[name] & named.keys()}
    assert asked - inherited <= named.keys()
    assert set(named.values()) - {""} | given == purposes.keys()

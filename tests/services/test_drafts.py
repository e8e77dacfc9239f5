"""What is being typed when the app locks, in forms and in dialogs: it is there again after the phrase."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from counts import in_soak
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from workspaces import Founded

from lnctp_tui import screens, widgets
from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import LOCKED
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call.dialogs.attach import AttachDialog
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.call.narrative import NarrativeDialog
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.dialogs import LineDialog, TextDialog
from lnctp_tui.screens.follow.heard import HeardDialog
from lnctp_tui.screens.sync.enroll import EnrollScreen
from lnctp_tui.screens.training.entry import EntryDialog
from lnctp_tui.screens.training.training import CERTIFICATE_FIELDS, COURSE_FIELDS
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.training import register
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput

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


# dialogs


def dialogs(app: LnctpApp) -> dict[str, Callable[[], AppDialog[Any]]]:
    """Every kind of dialog in which somebody types what is to be kept, as it is opened the first time and again."""
    protocol, workspace, call = app.workspace.protocol, app.workspace, Intake.start(app.workspace)
    return {
        "¿Por qué?": lambda: LineDialog("¿Por qué?", "", 80, purpose="task.why", of="caso/tarea"),
        "Domicilio": lambda: LineDialog("Domicilio", "", 80, "Calle 1 ", purpose="private.address", of="fila"),
        "Constancia": lambda: EntryDialog(
            "Constancia", CERTIFICATE_FIELDS, protocol, purpose="training.certificate", of="guardian_asfalto"
        ),
        "Otro curso": lambda: EntryDialog(
            "Otro curso", COURSE_FIELDS, protocol, {"title": "Taller ", "people": 3}, purpose="training.course", of="f"
        ),
        "Recibir el turno": lambda: HeardDialog("quien", None, ()),
        "Observaciones": lambda: TextDialog("Observaciones", workspace.draft("review:c") or "", "review:c"),
        "Inscribir este equipo en el servidor": EnrollScreen,
        "Vincular la llamada a un caso": lambda: AttachDialog(call, ""),
    }  # fmt: skip


def typed_in(screen: Screen[Any]) -> str:
    return " ".join(
        area.whole if isinstance(area, LongText) else area.value
        for area in screen.query("LineInput, LongText").results(LineInput | LongText)
    )


async def test_half_a_text_in_every_dialog_is_there_when_it_is_opened_again(furnished: Founded) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        for title, make in dialogs(app).items():
            dialog = make()
            app.push_screen(dialog)
            await rest(pilot)
            await pilot.press("end", *"Luz 3")
            app.forms_open.flush()
            assert app.standing().half == title
            app.pop_screen()  # a lock ends the process: nobody leaves the dialog
            await until(pilot, lambda: not app.workspace.begun, "the draft on the disk")
            app.push_screen(make())
            await rest(pilot)
            assert "Luz 3" in typed_in(app.screen), title
            await press(pilot, "escape")
            await until(pilot, lambda: not app.workspace.begun, "what Esc left")
        app.push_screen(LineDialog("¿Por qué?", "", 80, purpose="task.why", of="caso/otra"))
        await rest(pilot)
        assert typed_in(app.screen) == "", "of another thing nothing stands there"


@pytest.mark.parametrize("how", ["keys", *in_soak("idle", "window")])
async def test_half_a_course_is_there_after_a_lock_and_said_and_gone_once_kept(
    furnished: Founded, how: str
) -> None:
    async with desk(furnished, WIDE) as (app, pilot):
        await press(pilot, "c", "a")
        await until(pilot, on_top(app, EntryDialog), "the form")
        await pilot.press(*"Taller de mu", "down", "down", *"32/13")
        await lock(app, pilot, how)
    async with desk(furnished, WIDE) as (app, pilot):
        assert "«Curso» no se perdió" in " ".join(str(note.message) for note in app._notifications)
        assert app.screen.heading == "Capacitación"
        await press(pilot, "a")
        await until(pilot, on_top(app, EntryDialog), "the form")
        assert "Taller de mu" in typed_in(app.screen)
        assert "Aquí sigue lo que dejó a medias" in text_of(app)
        await press(pilot, "f1")
        assert "Un curso que se dio" in text_of(app)
        await press(pilot, "escape", "end", *"estra", "f9")
        await until(pilot, lambda: register.view(app.workspace.store).courses, "the course")
        await rest(pilot)
        await press(pilot, "a")
        await until(pilot, on_top(app, EntryDialog), "the form")
        assert typed_in(app.screen).strip() == ""
        await press(pilot, *"Luz", "ctrl+r", "escape", "a")
        await until(pilot, on_top(app, EntryDialog), "the form")
        assert typed_in(app.screen).strip() == "", "what was erased is kept nowhere"


KEPT = {
    "AttachDialog", "CallForm", "ClosingDialog", "EnrollScreen", "EntryDialog", "FormScreen", "HeardDialog",
    "LineDialog", "NarrativeDialog", "TextDialog",
}  # fmt: skip
NOT_KEPT = {
    "a phrase, or words that only prove who speaks": {
        "ChangePhraseScreen", "ConfirmScreen", "HoldScreen", "NewPhraseScreen", "ProtocolChangedScreen",
        "SignScreen", "UnlockScreen", "ForgottenScreen", "SealedScreen",
    },
    "what is looked for": {
        "BoxDialog", "DirectoryScreen", "FilterDialog", "FindField", "SearchScreen",
    },
    "before there is a vault, and no lock comes": {"FirstRunScreen", "SheetScreen"},
    "practice: nothing that was said is kept": {"TalkDialog"},
}  # fmt: skip


def test_every_screen_that_takes_text_keeps_it_or_is_named_with_its_reason() -> None:
    takes, flushes = set(), set()
    ours = Path(screens.__file__).parent
    classes = [
        (path, node)
        for folder in (ours, Path(widgets.__file__).parent)
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    texts = {"FieldForm", "Input", "TextArea"}
    for _ in range(4):
        texts |= {
            node.name for _path, node in classes if texts & {getattr(base, "id", "") for base in node.bases}
        }
    for _path, node in (pair for pair in classes if ours in pair[0].parents):
        made = {getattr(call.func, "id", "") for call in ast.walk(node) if isinstance(call, ast.Call)}
        takes |= {node.name} if made & texts else set()
        flushes |= {node.name} if "flush" in {getattr(part, "name", "") for part in node.body} else set()
    flushes |= {
        node.name for _path, node in classes if flushes & {getattr(base, "id", "") for base in node.bases}
    }
    assert takes == KEPT.union(*NOT_KEPT.values())
    assert KEPT - {"CallForm"} <= flushes
    assert "IntakeScreen" in flushes, "of the form"

"""`^Z` and `^Y` of a call: how much goes at once, what is said of it, and how it comes again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from intake_app import CallApp
from textual.pilot import Pilot
from textual.widgets import Static

from lnctp_tui.screens.call.dialogs.emergency import EmergencyCard
from lnctp_tui.screens.call.narrative import NarrativeDialog
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.text_area import LongText

TOLD = "mi hija de 15. dice que la va a matar si se va, estan en el hotel Sol, cuarto 12, en Tapachula"


@asynccontextmanager
async def call(workspace: Workspace) -> AsyncIterator[tuple[CallApp, Pilot[None]]]:
    app = CallApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


async def type_in(app: CallApp, pilot: Pilot[None], text: str) -> None:
    area = app.focused
    assert isinstance(area, LongText)
    area.insert(text)
    await pilot.pause()
    app.form.flush()


def narrative(app: CallApp) -> str:
    return str(app.intake.record(app.intake.contact).get("narrative") or "")


def told(app: CallApp) -> str:
    return str(list(app._notifications)[-1].message)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize("where", [(), ("escape",)])
async def test_one_key_takes_a_clause_and_says_which(workspace: Workspace, where: tuple[str, ...]) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, TOLD)
        await press(pilot, *where, "ctrl+z")
        assert narrative(app) == TOLD.removesuffix(" en Tapachula")
        assert told(app) == "Se deshizo: Relato · se quitó «en Tapachula» · ^Y lo rehace"
        for _ in range(9):
            await press(pilot, "ctrl+z")
        assert (narrative(app), told(app)) == ("", "No hay nada que deshacer.")
        for _ in range(9):
            await press(pilot, "ctrl+y")
        assert narrative(app) == TOLD
        assert app.form.pane.asker("narrative", "contact").raw == TOLD
        assert told(app) == "No hay nada que rehacer."


async def test_letters_outside_a_field_undo_nothing(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, TOLD)
        await press(pilot, "escape", "u")
        assert narrative(app) == TOLD


async def test_words_that_were_erased_come_back_under_the_cursor(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, TOLD)
        area = app.focused
        area.select_all()
        await press(pilot, "delete")
        app.form.flush()
        assert narrative(app) == ""
        await press(pilot, "ctrl+z")
        assert (narrative(app), area.text) == (TOLD, TOLD)
        assert "volvió «mi hija de 15." in told(app)


async def test_a_pause_ends_what_goes_at_once(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, "esta en un cuarto")
        app.intake.draft.steps.rest()
        await type_in(app, pilot, " con su prima")
        await press(pilot, "ctrl+z")
        assert narrative(app) == "esta en un cuarto"


async def test_a_person_goes_only_with_a_second_key_and_by_name(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        app.intake.select("person", app.intake.add("person", role="victim", name="Ana Ficticia"))
        await press(pilot, "escape", "ctrl+z")
        assert len(app.intake.document["people"]) == 1
        assert told(app) == "^Z otra vez quita entero: Persona «Ana Ficticia»"
        await press(pilot, "ctrl+z")
        assert app.intake.document["people"] == []
        assert told(app) == "Se deshizo: Persona «Ana Ficticia» · se quitó entero · ^Y lo rehace"
        await press(pilot, "ctrl+y")
        assert app.intake.document["people"][0]["name"] == "Ana Ficticia"


async def test_in_the_narrative_over_a_field_only_the_narrative_is_undone(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, "primero. segundo")
        app.intake.add("person", role="victim")
        await app.form.go_to("victima", "name")
        await press(pilot, "f2")
        assert isinstance(app.screen, NarrativeDialog)
        await press(pilot, "ctrl+z")
        assert told(app) == "No hay nada que deshacer en el relato."
        await press(pilot, *" tercero", "ctrl+z")
        assert (narrative(app), app.screen.query_one(LongText).text) == ("primero. segundo",) * 2
        await press(pilot, "ctrl+y")
        assert narrative(app) == "primero. segundo tercero"


def card(app: CallApp) -> str:
    assert isinstance(app.screen, EmergencyCard)
    return str(app.screen.query_one("#emergency-log", Static).content)


async def test_a_wrong_notice_to_911_is_withdrawn_on_its_card_and_both_hours_stay(
    workspace: Workspace,
) -> None:
    async with call(workspace) as (app, pilot):
        await press(pilot, "f8", "ctrl+z")
        assert ("«l» anota" in card(app), told(app)) == (True, "No hay ningún aviso al 911 que retirar.")
        await press(pilot, "l")
        case = app.intake.document["case"]
        noted = case["answers"]["escalated.911"]
        assert ("Se avisó al 911" in card(app), case["triage"]) == (True, "emergency")
        await press(pilot, "ctrl+z")
        case = app.intake.document["case"]
        assert "no se avisó al 911" in card(app)
        assert case["answers"]["escalated.withdrawn.1"].startswith(f"{noted}/")
        assert (case["answers"].get("escalated.911"), case["triage"]) == (None, None)
        await press(pilot, "ctrl+y", "ctrl+z", "l", "escape")
        assert app.intake.document["case"]["answers"]["escalated.911"] >= noted
    assert workspace.writer.drain(5)
    answers = cases.document(workspace.store, app.intake.draft.case.id)["case"]["answers"]
    assert sorted(answers) == ["escalated.911", "escalated.withdrawn.1"]


async def test_after_the_card_two_keys_withdraw_the_notice_and_one_notes_it_again(
    workspace: Workspace,
) -> None:
    async with call(workspace) as (app, pilot):
        await type_in(app, pilot, TOLD)
        await press(pilot, "f8", "l", "escape", "ctrl+z")
        assert told(app) == "^Z otra vez cambia lo anotado: Aviso al 911"
        answers = app.intake.document["case"]["answers"]
        noted = answers["escalated.911"]
        await press(pilot, "ctrl+z")
        answers = app.intake.document["case"]["answers"]
        assert (answers.get("escalated.911"), narrative(app)) == (None, TOLD)
        assert "consta que se retiró: no se avisó" in told(app)
        await press(pilot, "ctrl+y", "ctrl+y")
        assert app.intake.document["case"]["answers"] == {"escalated.911": noted}
        assert "consta que se avisó" in told(app)


async def test_a_notice_is_withdrawn_also_when_more_was_written_since(workspace: Workspace) -> None:
    async with call(workspace) as (app, pilot):
        await press(pilot, "f8", "l", "escape")
        await type_in(app, pilot, TOLD)
        await press(pilot, "f8", "ctrl+z", "escape")
        case = app.intake.document["case"]
        assert (case["answers"].get("escalated.911"), case["triage"], narrative(app)) == (None, None, TOLD)

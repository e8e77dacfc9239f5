"""Pending by keys: the shortest path dials nothing, a number is read where it may be dialled, and a result follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from app_world import NOW, app_on, desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui import i18n
from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.services.call import desk as reader
from lnctp_tui.services.case import cases
from lnctp_tui.services.follow.worklist import worklist
from lnctp_tui.storage import ids, instants

__all__ = ["app_on", "furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

NUMBER = "55 5550 0000"


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


def promise(app: LnctpApp, **agreed: Any) -> str:
    """A task to call the first case back, in its agreed hours."""
    case = reader.desk(app.workspace.store).cases[0].id
    phone = ids.new_id()
    open_ids = [line.id for line in worklist(app.workspace.store, "UTC", 99).lines]
    with app.workspace.store.write() as unit:
        for task in open_ids:
            unit.record("tasks", task, {"status": "cancelled"})
        unit.record("identifiers", phone, {"kind": "phone", "value": NUMBER}, case=case)
        unit.record("cases", case, {
            "callback_allowed": "yes", "callback_identifier_id": phone, "callback_hours": "Mo-Su 10:00-14:00",
            "callback_zone": "America/Mexico_City", "callback_say": "de la escuela", "code_word": "abrigo", **agreed,
        })  # fmt: skip
        unit.record("tasks", ids.new_id(), {"kind": "callback", "due_to": instants.iso(NOW - timedelta(hours=3))},
                    case=case)  # fmt: skip
    return case


def calls(app: LnctpApp, case: str) -> list[dict[str, Any]]:
    assert app.workspace.writer.drain(30)
    return [row for row in cases.document(app.workspace.store, case)["contacts"] if row["task_id"]]


async def test_a_call_is_read_begun_and_followed_by_keys(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app)
        await press(pilot, "t")
        await until(pilot, lambda: "vencida 3 h" in said_on(app), "the late task")
        assert NUMBER not in said_on(app)
        await press(pilot, "enter")
        await until(pilot, lambda: NUMBER in text_of(app), "the card")
        for said in (
            "AHORA se puede llamar, hasta las 14:00",
            "de la escuela",
            "abrigo",
            "NO: no deje mensaje",
        ):
            assert said in text_of(app)
        await press(pilot, "c", "enter")  # the first line begins none
        assert calls(app, case) == []
        await press(pilot, "c", "down", "enter")
        await until(pilot, lambda: "La llamada corre" in text_of(app), "the call")
        assert calls(app, case)[0]["ended_at"] is None
        await press(pilot, "r", "enter")
        assert calls(app, case)[0]["result"] is None
        await press(pilot, "escape")
        await until(pilot, lambda: "«r» dice qué pasó" in said_on(app), "that the result is missing")
        await press(pilot, "home", "r")
        await until(pilot, lambda: "La llamada corre" in text_of(app), "the card again")
        await press(pilot, "r", "down", "down", "enter")
        await until(pilot, lambda: calls(app, case)[0]["result"] == "no_contesta", "the result")
        await press(pilot, "escape")
        await until(pilot, lambda: "Volver a llamar · 2/5" in said_on(app), "the next attempt")


@pytest.mark.parametrize("agreed", [{"callback_allowed": "no"}, {"callback_hours": "Mo-Su 22:00-23:00"}])
async def test_no_key_shows_the_number_where_no_call_may_be_made(
    furnished: Founded, agreed: dict[str, str]
) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app, **agreed)
        await press(pilot, "t")
        await until(pilot, lambda: "vencida" in said_on(app), "the task")
        await press(pilot, "c")
        await until(pilot, lambda: "no se muestra" in text_of(app), "the card")
        await press(pilot, "c", "enter", "c", "down", "enter", *"pronto", "enter")
        assert calls(app, case) == []
        await press(pilot, "escape", "escape", "escape", "escape")
        while isinstance(app.screen, PickDialog):
            await press(pilot, "escape")
        assert NUMBER not in text_of(app)


async def test_danger_to_life_with_its_reason_passes_and_supervision_reads_why(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app, callback_allowed="no")
        await press(pilot, "t")
        await until(pilot, lambda: "vencida" in said_on(app), "the task")
        await press(pilot, "enter")
        await until(pilot, lambda: "Dijo que no se le llame" in text_of(app), "the card")
        await press(pilot, "c", "down", "enter", *"la mueven hoy mismo", "enter")
        await until(pilot, lambda: NUMBER in text_of(app), "the number of a call that runs")
        (call,) = calls(app, case)
        assert call["answers"]["override.peligro_vida"] == "la mueven hoy mismo"


async def test_hours_are_written_in_words_and_a_file_gets_its_stages(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app, callback_hours=None, callback_window="por la mañana")
        await press(pilot, "t")
        await until(pilot, lambda: "vencida" in said_on(app), "the task")
        await press(pilot, "enter")
        await until(pilot, lambda: "No hay horas seguras" in text_of(app), "the card")
        assert NUMBER not in text_of(app)
        await press(
            pilot, "h", *"lun a dom 10 a 14", "enter", "enter", "enter"
        )  # the first line takes nothing
        assert cases.document(app.workspace.store, case)["case"]["callback_hours"] is None
        await press(pilot, "h", "enter", "down", "enter", "down", "enter")
        await until(pilot, lambda: "AHORA" in text_of(app), "the hours")
        assert "lu-do 10:00-14:00" in text_of(app)
        await press(pilot, "escape", "escape")
        app.show_case(case)
        await until(pilot, lambda: "Caso" in text_of(app), "the case")
        await press(pilot, "f")
        await until(pilot, lambda: "Carpetas" in text_of(app), "the files")
        await press(pilot, "a")
        await until(pilot, lambda: app.screen.query("FieldRow"), "the form")
        await press(pilot, *"CI/TLX/0001", "escape")
        await until(pilot, lambda: "CI/TLX/0001" in said_on(app), "the file")
        await press(pilot, "r", "enter", "r", "down", "enter", "v", "enter", "v", "down", "enter")
        await until(
            pilot, lambda: "No denunció:" in said_on(app) and "De: " in said_on(app), "why, and whose"
        )
        await press(pilot, "e", "down", "enter", *"3 mar 2026", "enter", "down", "enter")
        await until(pilot, lambda: "3 mar 2026 · Denuncia · Directo" in said_on(app), "the stage")
        document = cases.document(app.workspace.store, case)
        assert (document["files"][0]["number_key"], document["file_stages"][0]["stage"]) == (
            "CITLX0001",
            "denuncia",
        )


async def test_supervision_decides_and_a_task_is_let_go_by_keys(furnished: Founded) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        case = promise(app)
        review = ids.new_id()
        with app.workspace.store.write() as unit:
            due = instants.iso(NOW + timedelta(hours=1))
            unit.record("tasks", review, {"kind": "review", "plan": "peligro", "due_to": due}, case=case)
        await press(pilot, "t")
        await until(pilot, lambda: "Peligro en una llamada" in said_on(app), "the review")
        await press(pilot, "k")  # the task under the cursor is a call: nothing to decide
        assert not isinstance(app.screen, PickDialog)
        await press(pilot, "y")
        await until(pilot, lambda: app.workspace.counselor_name in said_on(app), "that it is taken")
        await press(pilot, "g", "enter")  # the first line keeps it
        assert app.workspace.counselor_name in said_on(app)
        await press(pilot, "g", "down", "enter")
        await until(pilot, lambda: app.workspace.counselor_name not in said_on(app), "that it is let go")
        await press(pilot, "o", *"ayer 10:00", "enter")
        await until(pilot, lambda: "Esa hora ya pasó; ¿mañana 10:00?" in text_of(app), "the question")
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "vencida 3 h" not in said_on(app), "the new time")
        await press(pilot, "2")
        await until(pilot, lambda: "Nada pendiente" in said_on(app), "nothing is late")
        await press(pilot, "2", "home", "k", "enter", "k", "down", "enter", "enter")
        assert tasks_of(app, case)[review]["status"] == "open"
        await press(pilot, "escape", "k", "down", "down", "enter", *"no conviene", "enter")
        await until(pilot, lambda: tasks_of(app, case)[review]["status"] == "done", "the decision")
        document = cases.document(app.workspace.store, case)
        assert document["case"]["callback_allowed"] == "no"
        assert {row["status"] for row in tasks_of(app, case).values()} == {"cancelled", "done"}


def tasks_of(app: LnctpApp, case: str) -> dict[str, dict[str, Any]]:
    assert app.workspace.writer.drain(30)
    return {row["id"]: row for row in cases.document(app.workspace.store, case)["tasks"]}


async def test_everything_is_said_in_english_too(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        promise(app)
        i18n.set_language("en")
        await press(pilot, "t")
        await until(pilot, lambda: "overdue 3 h" in said_on(app), "the task")
        await press(pilot, "enter")
        await until(pilot, lambda: "It is safe to call NOW" in text_of(app), "the card")
        assert "Who we say is calling" in text_of(app)

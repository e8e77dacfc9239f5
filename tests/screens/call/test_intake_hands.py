"""A key in a call does what it says: filled fields, fields that come with an answer, rows that are gone to."""

from __future__ import annotations

from typing import Any

import pytest
from counts import in_soak
from intake_app import CallApp
from test_intake_screen import NARROW, WIDE, call, desk, go, person, row
from textual.pilot import Pilot

from lnctp_tui.domain.records.columns import CLOSED
from lnctp_tui.screens.call.dialogs.find_field import best, goals
from lnctp_tui.screens.help import key_parts
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.protocol.protocol_loader import load
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.record_bar import RecordBar
from lnctp_tui.widgets.keys import KeyBar

__all__ = ["desk"]


async def settled(app: CallApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    app.form.flush()
    await pilot.pause()


async def test_typing_on_a_filled_catalog_field_replaces_it_and_the_victim_stays(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        app.intake.mark(None, "act.captar", "yes")
        await go(app, pilot, "victima", "role")
        assert row(app, "role").control.selected_text == "Víctima"  # type: ignore[union-attr]
        await pilot.press(*"Ana", "tab")
        await settled(app, pilot)
        assert person(app)["role"] == "victim"
        assert person(app)["answers"]["raw.role"] == "Ana"
        assert row(app, "role").problem == "not_a_code"
        assert len(app.intake.assess().people) == 1
        await go(app, pilot, "victima", "role")
        await pilot.press(*"otra", "tab")
        await settled(app, pilot)
        assert person(app)["role"] == "other"
        assert "raw.role" not in person(app)["answers"]
        assert row(app, "role").problem is None


async def test_backspace_on_a_filled_catalog_field_clears_it(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "contacto", "state")
        await pilot.press(*"pueb", "tab")
        await settled(app, pilot)
        assert app.intake.record(app.intake.contact)["state"] == "MX-PUE"
        await go(app, pilot, "contacto", "state")
        await pilot.press("backspace")
        await settled(app, pilot)
        assert row(app, "state").raw == ""
        assert app.intake.record(app.intake.contact)["state"] is None


async def test_free_text_never_becomes_the_value_of_a_column_that_an_engine_reads(desk: Workspace) -> None:
    async with call(desk) as (app, _pilot):
        fields = [each for _stage, each in app.intake.protocol.fields if each.kind == "catalog"]
        engines = [each for each in fields if (each.catalog or each.code) in CLOSED]
        assert {"role", "kind", "report_class", "anonymity", "direction"} <= {each.code for each in engines}
        for field in engines:
            app.intake.enter(field, "algo que nadie puso en la lista")
            ref = app.intake.current(field.on)
            record = app.intake.record(ref) if ref else {}
            assert not str(record.get(field.code) or "").startswith("~"), field
            assert record["answers"][f"raw.{field.code}"], field


async def test_beside_a_group_another_person_is_a_victim_and_the_name_comes_first(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima")
        bar = app.form.pane.query_one(RecordBar)  # type: ignore[union-attr]
        bar.focus()
        await pilot.press("g")
        await settled(app, pilot)
        assert person(app)["role"] == "group"
        bar.focus()
        await pilot.press("plus")
        await settled(app, pilot)
        roles = [each["role"] for each in app.intake.document["people"]]
        assert roles == ["group", "victim"]
        focused = app.focused.parent  # type: ignore[union-attr]
        assert isinstance(focused, FieldRow)
        assert focused.field.code == "name"


@pytest.mark.parametrize("pause", [0.0, 0.3, 1.0])
async def test_a_part_of_a_name_takes_the_row_and_says_nothing_of_the_catalog(
    desk: Workspace, pause: float
) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "contacto", "anonymity")
        await pilot.press(*"anon")
        await pilot.pause(pause)
        await pilot.press("tab")
        await settled(app, pilot)
        assert app.intake.document["case"]["anonymity"] == "anonimo"
        assert row(app, "anonymity").problem is None


@pytest.mark.parametrize(
    ("stage", "field", "keys", "next_field"),
    [
        ("seguridad", "callback_allowed", ["s"], "callback_channel"),
        ("enganche", "role", [*"tratante"], "name"),
        ("contacto", "kind", [*"silen"], "channel"),
        *in_soak(
            ("dinero", "amount", ["5", "0", "0"], "currency"),
            ("plan_seguridad", "callback_allowed", ["s"], "callback_channel"),
            ("enganche", "kind", [*"usuario"], "platform"),
            ("victima", "role", [*"grupo"], "headcount"),
        ),
    ],
)
async def test_tab_and_text_at_once_reach_the_field_that_the_answer_brought(
    desk: Workspace, stage: str, field: str, keys: list[str], next_field: str
) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, stage, field)
        await pilot.press(*keys, "tab")
        focused = app.focused.parent  # type: ignore[union-attr]
        assert isinstance(focused, FieldRow)
        assert focused.field.code == next_field


async def test_a_field_that_an_answer_takes_away_gets_no_key(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "seguridad", "callback_allowed")
        await pilot.press("s")
        await settled(app, pilot)
        assert row(app, "callback_channel").display
        await go(app, pilot, "seguridad", "callback_allowed")
        await pilot.press("n", "tab")
        focused: Any = app.focused
        assert not any(
            isinstance(each, FieldRow) and each.field.code.startswith("callback")
            for each in focused.ancestors_with_self
        )


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_row_of_a_checklist_that_one_goes_to_is_on_the_screen(
    desk: Workspace, size: tuple[int, int]
) -> None:
    async with call(desk, size) as (app, pilot):
        found = [goal for goal in goals(app.intake.protocol, app.form.form.record_of) if "." in goal.code]
        chosen = [each for each in found if each.code.partition(".")[0] in app.intake.protocol.catalogs]
        lasts = {goal.code.partition(".")[0]: goal for goal in chosen}
        for goal in lasts.values():
            await app.form.go_to(goal.stage, goal.code, goal.table)
            await pilot.pause()
            await pilot.pause()
            focused = app.focused
            if not isinstance(focused, Checklist):
                continue
            y = focused.region.y + focused.cursor_line
            pane = app.form.pane
            assert pane is not None
            assert focused.questions[focused.cursor].code == goal.code.partition(".")[2]
            assert pane.region.y <= y < pane.region.bottom, goal
            strips = app.screen._compositor.render_strips()
            assert goal.label.split()[0] in strips[y].text, goal


SAID = """teléfono placa pasaporte comisión celular WhatsApp redes Facebook cuenta tarjeta depósito hotel dirección
    domicilio encerrada golpes amenazas arma pistola cuchillo droga embarazada niña edad INE documentos visa dueña
    padrote patrón paga deuda novio trabajo albergue abogada apodo carro cantina idioma horario clave banco
    indocumentada matar frontera psicóloga"""


@pytest.mark.parametrize("word", SAID.split())
def test_what_people_say_finds_a_field_or_a_row(word: str) -> None:
    protocol = load()
    found = list(
        goals(protocol, lambda on: {"role": "victim", "callback_allowed": "yes"} if on != "kind" else {})
    )
    assert best(found, word), word


async def test_f3_finds_the_rows_of_a_checklist_by_what_people_say(desk: Workspace) -> None:
    async with call(desk) as (app, _pilot):
        found = list(goals(app.intake.protocol, app.form.form.record_of))
        assert "danger.weapon_present" in {goal.code for goal in best(found, "pistola")}
        assert "vulnerability.embarazo" in {goal.code for goal in best(found, "embarazada")}
        assert "need.documentos" in {goal.code for goal in best(found, "pasaporte")}
        assert best(found, "edad")[0].code == "age"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_bar_says_whether_letters_are_written_or_are_keys(
    desk: Workspace, size: tuple[int, int]
) -> None:
    async with call(desk, size) as (app, pilot):
        bar = app.form.query_one(KeyBar)
        assert "ESCRIBE" in bar.render_line(0).text
        await pilot.press("escape")
        await pilot.pause()
        said = bar.render_line(0).text
        assert "TECLAS" in said
        assert "1 víctima" in said
        assert "EMERGENCIA" in said
        await pilot.press("enter")
        await pilot.pause()
        assert "ESCRIBE" in bar.render_line(0).text


async def test_the_help_says_which_kind_each_digit_is(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape")
        await pilot.pause()
        told = {part.text for part in key_parts(app.form)}
        for row_ in app.intake.protocol.catalogs["kind"].rows:
            assert f"Tipo de contacto: {row_.label.es}" in told

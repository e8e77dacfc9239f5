"""A call on the screen: any order, five answers, nothing lost, and every key of the form."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from counts import SOAK, in_soak
from intake_app import CallApp
from textual import events
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from lnctp_tui.i18n import set_language
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.dialogs.discard import DiscardDialog
from lnctp_tui.screens.call.dialogs.emergency import EmergencyCard
from lnctp_tui.screens.call.dialogs.find_field import FindField, HitList, goals
from lnctp_tui.screens.call.dialogs.silent import SilentCall
from lnctp_tui.screens.call.narrative import NarrativeDialog
from lnctp_tui.screens.help import key_parts
from lnctp_tui.services.call import matches
from lnctp_tui.services.call.desk import desk as read_desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.script_box import ScriptBox
from lnctp_tui.widgets.form.stages.stage_head import StageHead
from lnctp_tui.widgets.form.stages.stage_map import StageList
from lnctp_tui.widgets.form.wording import told
from lnctp_tui.widgets.row_list import RowList
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput

WIDE, NARROW = (130, 34), (80, 24)
HOSTILE = "[/x] [@click=app.bell]hola[/] \x1b[31mrojo\x1b]0;t\x07 \u202efin [Maria]"


@pytest.fixture
def desk(workspace: Workspace) -> Workspace:
    """An open vault with a counselor."""
    return workspace


@asynccontextmanager
async def call(desk: Workspace, size: tuple[int, int] = WIDE) -> AsyncIterator[tuple[CallApp, Pilot[None]]]:
    """A call that has just begun."""
    app = CallApp(desk)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def row(app: CallApp, code: str) -> FieldRow:
    pane = app.form.pane
    assert pane is not None
    found = pane.asker(code)
    assert isinstance(found, FieldRow)
    return found


async def go(app: CallApp, pilot: Pilot[None], stage: str, field: str | None = None) -> None:
    await app.form.go_to(stage, field)
    await pilot.pause()


def person(app: CallApp) -> dict[str, Any]:
    people: list[dict[str, Any]] = app.intake.document["people"]
    return people[0]


def plain(widget: Any) -> str:
    """What a drawn widget shows, as text."""
    lines = (widget.render_line(y).text for y in range(widget.size.height))
    return "\n".join(lines)


async def test_a_call_starts_in_the_narrative_and_is_kept(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        assert isinstance(app.focused, LongText)
        await pilot.press(*"hola ayuda")
        app.form.flush()
        assert app.intake.record(app.intake.contact)["narrative"] == "hola ayuda"
        assert desk.writer.drain(5)
    stored = cases.document_of_contact(desk.store, app.intake.contact.id)
    assert stored["contacts"][0]["narrative"] == "hola ayuda"


async def test_the_save_mark_moves_by_itself(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("a")
        app.form.flush()
        assert "guardando" in plain(app.form.query_one(CallBar))
        assert desk.writer.drain(5)
        for _ in range(50):
            await pilot.pause(0.02)
            if "✓ guardado" in plain(app.form.query_one(CallBar)):
                break
        assert "✓ guardado" in plain(app.form.query_one(CallBar))


async def test_an_answer_given_again_does_not_wait_for_a_save_that_never_comes(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "seguridad", "danger.in_progress")
        bar = app.form.query_one(CallBar)
        for _again in range(2):
            await pilot.press("s")
            for _ in range(50):
                assert desk.writer.drain(5)
                await pilot.pause(0.02)
                if "✓ guardado" in plain(bar):
                    break
            assert "✓ guardado" in plain(bar)


async def test_five_answers_are_five_different_things(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "elementos", "modality")
        await pilot.press("s", "n", "question_mark", "r")
        checklist = app.focused
        assert isinstance(checklist, Checklist)
        codes = [question.code for question in checklist.questions]
        answers = person(app)["answers"]
        said = [answers.get(f"modality.{code}") for code in codes[:5]]
        assert said == ["yes", "no", "unknown", "refused", None]
        marks = [line[1:3] for line in plain(checklist).splitlines()[1:6]]
        assert len(set(marks)) == 5
        await pilot.press("home", "backspace")
        assert f"modality.{codes[0]}" not in person(app)["answers"]


async def test_a_question_with_four_answers_takes_one_key(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "seguridad", "danger.in_progress")
        for key, value in (
            ("s", "yes"),
            ("n", "no"),
            ("question_mark", "unknown"),
            ("r", "refused"),
            ("y", "yes"),
        ):
            await pilot.press(key)
            assert app.intake.document["case"]["answers"]["danger.in_progress"] == value
        await pilot.press("backspace")
        assert "danger.in_progress" not in app.intake.document["case"]["answers"]


@pytest.mark.parametrize("key", ["tab", "enter"])
async def test_the_picker_takes_the_highlighted_row(desk: Workspace, key: str) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "contacto", "municipality")
        await pilot.press(*"neza", key)
        app.form.flush()
        code = app.intake.record(app.intake.contact)["municipality"]
        assert code == "15058"
        assert "Nezahualcóyotl" in row(app, "municipality").control.value  # type: ignore[union-attr]
        assert not row(app, "municipality").control.has_focus


async def test_what_is_in_no_catalog_is_kept_and_marked(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "contacto", "reporter_type")
        await pilot.press(*"un vecino del circo", "escape", "tab")
        await pilot.pause()
        assert app.intake.record(app.intake.contact)["reporter_type"] == "~un vecino del circo"
        assert row(app, "reporter_type").problem == "not_in_catalog"
        assert "texto libre" in plain(row(app, "reporter_type"))


async def test_a_bad_age_is_kept_as_typed_and_explained(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "age")
        await pilot.press(*"abc", "tab")
        await pilot.pause()
        assert row(app, "age").control.value == "abc"  # type: ignore[union-attr]
        assert "Se guardó tal cual" in plain(row(app, "age"))
        await pilot.press("shift+tab", "backspace", "backspace", "backspace", *"~17", "tab")
        await pilot.pause()
        assert row(app, "age").problem is None
        assert (person(app)["age_min"], person(app)["age_estimated"]) == (17, True)


async def test_a_bad_amount_is_kept_on_disk_as_typed(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "dinero", "amount")
        await pilot.press(*"mucho", "tab")
        app.form.flush()
        assert desk.writer.drain(5)
    stored = Intake.reopen(desk, app.intake.contact.id)
    assert stored.document["money"][0]["answers"] == {"raw.amount": "mucho"}


async def test_any_order(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "cierre", "summary")
        await pilot.press(*"fin")
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana")
        await go(app, pilot, "lugares", "locality")
        await pilot.press(*"Centro")
        app.form.flush()
        document = app.intake.document
        assert document["case"]["summary"] == "fin"
        assert person(app)["name"] == "Ana"
        assert document["places"][0]["locality"] == "Centro"


async def test_the_narrative_opens_over_a_field_and_gives_it_back(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana", "left", "left")
        await pilot.press("f2")
        assert isinstance(app.screen, NarrativeDialog)
        await pilot.press(*"oyo gritos", "escape")
        await pilot.pause()
        control = row(app, "name").control
        assert app.focused is control
        assert isinstance(control, LineInput)
        assert (control.value, control.cursor_position) == ("Ana", 1)
        assert app.intake.record(app.intake.contact)["narrative"] == "oyo gritos"


async def test_a_field_is_found_by_a_part_of_its_name(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("f3", *"lengua de la lla", "enter")
        await pilot.pause()
        assert app.form.pane is not None
        assert app.form.pane.stage.code == "contacto"
        assert app.focused is row(app, "language").control


async def test_a_row_of_a_checklist_is_found_too(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("f3", *"jornadas", "enter")
        await pilot.pause()
        checklist = app.focused
        assert isinstance(checklist, Checklist)
        await pilot.press("s")
        assert person(app)["answers"]["indicator.exp_excessive_hours"] == "yes"


@pytest.mark.parametrize(
    ("size", "language"), [(NARROW, "es"), (WIDE, "en"), *in_soak((NARROW, "en"), (WIDE, "es"))]
)
async def test_what_to_say_and_what_to_avoid_stand_whole_at_every_stage(
    desk: Workspace, size: tuple[int, int], language: str
) -> None:
    set_language(language)
    try:
        async with call(desk, size) as (app, pilot):
            for stage in desk.protocol.stages:
                await go(app, pilot, stage.code)
                head = app.form.query_one(StageHead)
                shown = " ".join(plain(head).split())
                assert shown == " ".join(" ".join(head.texts()).split())
    finally:
        set_language("es")


async def test_a_prompt_too_long_for_the_window_ends_at_a_word_and_f1_shows_it_whole(desk: Workspace) -> None:
    async with call(desk, (60, 12)) as (app, pilot):
        await go(app, pilot, "seguridad")
        head = app.form.query_one(StageHead)
        prompt, avoid = head.texts()
        said, shunned = (
            " ".join(text for name, text in head.lines() if name.endswith(end)) for end in ("prompt", "avoid")
        )
        for whole, shown in ((prompt, said), (avoid, shunned)):
            assert shown.endswith(" … F1")
            assert whole.startswith(f"{shown.removesuffix(' … F1')} ")
        helped = [part.text for part in key_parts(app.form)]
        assert prompt in helped
        assert avoid in helped


async def test_fields_that_do_not_apply_are_not_offered(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("f3", *"volver a llamar")
        assert isinstance(app.screen, FindField)
        offered = {hit.code for hit in app.screen.query_one(HitList).hits}
        await pilot.press("escape")
        assert "callback_allowed" in offered
        assert "callback_window" not in offered
        await go(app, pilot, "seguridad", "callback_allowed")
        await pilot.press("s", "f3", *"horario")
        assert "callback_window" in {hit.code for hit in app.screen.query_one(HitList).hits}
        await pilot.press("enter")
        await pilot.pause()
        assert app.focused is row(app, "callback_window").control


async def test_a_field_that_stands_in_two_stages_is_found_in_the_one_named(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        app.intake.select("person", app.intake.add("person", role="trafficker"))
        for stage in ("enganche", "victima"):
            await pilot.press("f3", *f"nombre {stage}"[:10], "enter")
            await pilot.pause()
            assert app.form.pane is not None
            assert app.form.pane.stage.code == stage
            assert app.focused is row(app, "name").control


def kind_of_field(desk: Workspace, on: str, code: str) -> str:
    """The kind of a field: what it is entered with."""
    return next(each.kind for _, each in desk.protocol.fields if (each.on, each.code) == (on, code))


async def test_every_field_that_is_offered_gets_the_cursor(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        everything = [goal for goal in goals(desk.protocol, app.form.form.record_of) if "." not in goal.code]
        of_each = {(goal.stage, kind_of_field(desk, goal.table, goal.code)): goal for goal in everything}
        for goal in everything if SOAK else of_each.values():
            await app.form.over.go_to_goal(goal)
            await pilot.pause()
            pane = app.form.pane
            assert pane is not None
            asker = pane.asker(goal.code, goal.table)
            assert asker is not None
            assert asker.display
            assert app.focused in (asker, getattr(asker, "control", None)), goal
        assert len({goal.stage for goal in everything}) == len(desk.protocol.stages)


async def test_a_search_for_earlier_contacts_that_fails_says_so_and_what_to_do(
    desk: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a value that nobody may see")

    monkeypatch.setattr(matches, "earlier", broken)
    async with call(desk) as (app, pilot):
        app.form.earlier.look()
        await pilot.pause()
        assert "previas sin buscar: F7" in plain(app.form.query_one(CallBar))
        await pilot.press("f7")
        await pilot.pause()
        told = " ".join(plain(app.screen.query_one(RowList)).split())
        assert "Buscando" not in told
        assert "No se pudieron buscar" in told
        assert "F7" in told
        assert "value" not in told


@pytest.mark.parametrize(
    ("stage", "field"), [("seguridad", "danger.in_progress"), ("elementos", "modality"), ("victima", "name")]
)
async def test_letters_and_digits_on_a_field_are_no_keys_of_the_call(
    desk: Workspace, stage: str, field: str
) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, stage, field)
        for slip in "1290txdge":
            await pilot.press(slip, "home")
        await pilot.pause()
        assert app.screen is app.form
        assert (app.intake.kind, app.intake.ended_at) == (None, None)
        assert not app.intake.record(app.intake.contact).get("dropped")
        await pilot.press("escape", "2")
        assert app.intake.kind == "witness"


async def test_undo_takes_back_the_last_field_from_anywhere(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana", "tab")
        await go(app, pilot, "seguridad", "code_word")
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert not person(app).get("name")
        assert row(app, "name").control.value == ""  # type: ignore[union-attr]


async def test_an_information_call_ends_within_ten_keys(desk: Workspace) -> None:
    app = CallApp(desk, call=False)
    async with app.run_test(size=NARROW) as pilot:
        keys = ["n", "escape", "3", "f9", "enter"]
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        for _ in range(50):
            await pilot.pause(0.02)
            if app.left:
                break
        assert app.left == 1
    assert desk.writer.drain(5)
    kept = cases.document_of_contact(desk.store, app.intake.contact.id)["contacts"][0]
    assert (kept["kind"], bool(kept["ended_at"]), kept["case_id"]) == ("information", True, None)


async def test_each_digit_is_a_kind_and_only_outside_text(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("3")
        assert app.intake.kind is None
        await pilot.press("escape")
        kinds = []
        for digit in "1234567890":
            await pilot.press(digit)
            await pilot.pause()
            kinds.append(app.intake.kind)
        rows = {row.extra["key"]: row.code for row in desk.protocol.catalogs["kind"].rows}
        assert kinds == [rows[digit] for digit in "1234567890"]
        assert kinds[2] == "information"


async def test_escape_leaves_the_field_and_enter_returns(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        field = app.focused
        await pilot.press("escape")
        assert app.focused is None
        await pilot.press("enter")
        assert app.focused is field


async def test_every_line_of_a_paste_into_one_line_is_kept(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "lugares", "address")
        app.post_message(events.Paste("Calle 5\nPuerta azul\r\nJunto al mercado\n"))
        await pilot.pause()
        app.form.flush()
        assert app.intake.document["places"][0]["address"] == "Calle 5 / Puerta azul / Junto al mercado"
        assert any("3 renglones" in str(toast.message) for toast in app._notifications)


async def test_hostile_text_is_only_text(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.pause()
        for stage in app.form.protocol.stages:
            await go(app, pilot, stage.code)
            pane = app.form.pane
            assert pane is not None
            writable = [
                asker
                for asker in pane.askers
                if isinstance(asker, FieldRow)
                and isinstance(asker.control, LineInput | LongText)
                and asker.display
            ]
            of_each = {(type(asker.control), asker.field.kind): asker for asker in reversed(writable)}
            for asker in writable if SOAK else of_each.values():
                asker.focus_control()
                await pilot.pause()
                app.post_message(events.Paste(HOSTILE))
                await pilot.pause()
            app.form.flush()
            for widget in app.form.query("FieldRow, RecordBar, CallBar, StageList, ElementsPanel, LineInput"):
                if widget.size.height:
                    assert "\x1b" not in plain(widget)
                    assert "\u202e" not in plain(widget)
        for key in ("f8", "escape", "f9", "escape", "f7", "escape", "f3", "escape", "f2", "escape"):
            await pilot.press(key)
            await pilot.pause()
        assert "[/x] [@click=app.bell]hola[/]" in str(person(app)["name"])
        assert "\x1b" not in str(app.intake.document)


async def test_labels_from_an_edited_protocol_are_only_text(desk: Workspace) -> None:
    from dataclasses import replace

    from lnctp_tui.domain.protocol.protocol import Catalog, Label

    label = Label(HOSTILE, HOSTILE)
    stages = tuple(
        replace(
            stage,
            title=label,
            prompt=label,
            never_ask=(label,),
            fields=tuple(replace(field, label=label, help=label) for field in stage.fields),
        )
        for stage in desk.protocol.stages
    )
    catalogs = {
        name: Catalog(name, tuple(replace(each, label=label) for each in catalog.rows))
        for name, catalog in desk.protocol.catalogs.items()
    }
    desk.protocol = replace(desk.protocol, stages=stages, catalogs=catalogs)
    async with call(desk) as (app, pilot):
        for stage in stages:
            await go(app, pilot, stage.code)
        for key in ("f8", "escape", "f9", "escape", "f3", "escape", "escape", "d", "escape"):
            await pilot.press(key)
            await pilot.pause()
        assert "\x1b" not in plain(app.form.query_one(StageList))


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 9)])
async def test_a_tiny_window_says_so_and_loses_nothing(desk: Workspace, size: tuple[int, int]) -> None:
    async with call(desk, NARROW) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"An")
        await pilot.resize_terminal(*size)
        await pilot.pause()
        tiny = app.form.query_one("#tiny", Static)
        assert tiny.display
        assert "Agrande la ventana" in str(tiny.content)
        await pilot.press("a")
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert not tiny.display
        app.form.flush()
        assert person(app)["name"] == "Ana"
        assert app.focused is row(app, "name").control


async def test_the_side_panels_show_from_120_columns(desk: Workspace) -> None:
    async with call(desk, (119, 30)) as (app, pilot):

        def shown() -> list[bool]:
            return [app.form.query_one(name).display for name in ("StageList", "ElementsPanel", "StageStrip")]

        assert shown() == [False, False, True]
        await pilot.resize_terminal(120, 30)
        await pilot.pause()
        assert shown() == [True, True, False]


async def test_a_group_of_victims_has_a_headcount(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana")
        pane = app.form.pane
        assert pane is not None
        pane.bars["person"].focus()
        await pilot.press("g")
        await pilot.pause()
        await pilot.press(*"120", "tab")
        await pilot.pause(0.3)
        people = app.intake.document["people"]
        assert [(each["role"], each.get("headcount")) for each in people] == [
            ("victim", None),
            ("group", 120),
        ]
        assert "2/2" in plain(pane.bars["person"])
        assert "120 personas" in plain(pane.bars["person"])


async def test_records_are_turned_removed_and_brought_back(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "lugares", "locality")
        await pilot.press(*"Uno")
        pane = app.form.pane
        assert pane is not None
        bar = pane.bars["place"]
        bar.focus()
        await pilot.press("plus")
        await pilot.pause()
        pane.focus_field("locality")
        await pilot.pause()
        await pilot.press(*"Dos")
        bar.focus()
        await pilot.press("left")
        await pilot.pause()
        assert row(app, "locality").control.value == "Uno"  # type: ignore[union-attr]
        await pilot.press("right")
        await pilot.pause()
        await pilot.press("minus")
        assert len(app.intake.document["places"]) == 2
        await pilot.press("minus")
        await pilot.pause()
        assert [each["locality"] for each in app.intake.document["places"]] == ["Uno"]
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert sorted(each["locality"] for each in app.intake.document["places"]) == ["Dos", "Uno"]


async def test_the_emergency_card_reads_the_form_and_logs_once(desk: Workspace) -> None:
    async with call(desk, NARROW) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana")
        await go(app, pilot, "lugares", "address")
        await pilot.press(*"Calle 5")
        await pilot.press("f8")
        await pilot.pause()
        card = app.screen
        assert isinstance(card, EmergencyCard)
        told = str(card.query_one("#emergency-block", Static).content)
        assert "Ana" in told
        assert "Calle 5" in told
        await pilot.press("enter", "l")
        await pilot.pause()
        logged = str(card.query_one("#emergency-log", Static).content)
        assert "Se avisó al 911 a las" in logged
        at = app.intake.document["case"]["answers"]["escalated.911"]
        await pilot.press("l", "escape")
        await pilot.pause()
        assert app.intake.document["case"]["answers"]["escalated.911"] == at
        assert app.intake.document["case"]["triage"] == "emergency"


async def test_finishing_stops_the_clock_and_esc_lets_it_go_on_with_both_times_kept(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana", "f9")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ClosingDialog)
        stopped = app.intake.ended_at
        assert stopped
        assert "anonimato" in str(dialog.query_one("#closing-missing", Static).content)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.form
        assert app.left == 0
        assert app.intake.ended_at is None
        first, went_on = app.intake.record(app.intake.contact)["answers"]["clock.pause.1"].split("/")
        assert (first, first < went_on) == (stopped, True)
        await pilot.press("f9", "escape")
        await pilot.pause()
        assert "clock.pause.2" in app.intake.record(app.intake.contact)["answers"]
        assert desk.writer.drain(5)
    stored = cases.document_of_contact(desk.store, app.intake.contact.id)["contacts"][0]
    assert (stored["ended_at"], stored["answers"]["clock.pause.1"].split("/")[0]) == (None, stopped)


async def test_a_clock_that_had_stopped_before_stays_stopped_until_it_is_told_to_go_on(
    desk: Workspace,
) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "1", "f9", "f")
        await pilot.pause()
        stopped = app.intake.ended_at
        assert stopped
        await pilot.press("f9", "escape")
        await pilot.pause()
        assert app.intake.ended_at == stopped
        await pilot.press("f9", "r")
        await pilot.pause()
        assert app.screen is app.form
        assert app.intake.ended_at is None


async def test_a_dropped_call_shows_its_plan_first(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "x", "f9")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ClosingDialog)
        assert next(iter(dialog.query(FieldRow))).field.code == "callback_allowed"


async def test_a_digit_on_a_question_of_the_closing_plan_is_no_kind_of_contact(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "x", "f9")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        assert app.screen.query(FieldRow).first().control.has_focus
        await pilot.press("2")
        assert app.intake.kind is None
        options.focus()
        await pilot.pause()
        await pilot.press("2")
        assert app.intake.kind == "witness"


async def left(app: CallApp, pilot: Pilot[None]) -> None:
    """Wait until the form has been left."""
    for _ in range(50):
        await pilot.pause(0.02)
        if app.left:
            return


async def test_the_class_is_the_counselors(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "1", "f9")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        assert options.has_focus
        assert options.highlighted is None
        codes = [each.code for each in desk.protocol.catalogs["report_class"].rows]
        await pilot.press(*["down"] * (codes.index("otros_delitos") + 2), "enter")
        assert app.left == 0
        await pilot.press("enter")
        await left(app, pilot)
        assert app.intake.document["case"]["report_class"] == "otros_delitos"


async def test_reading_the_classes_decides_nothing(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "4", "f9", "down", "down", "down", "up", "f9")
        await left(app, pilot)
        assert app.intake.document["case"].get("report_class") is None
        assert app.intake.document["case"].get("class_confirmed_by") is None


async def test_a_suggestion_is_taken_by_its_own_key(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "4", "f9")
        await pilot.pause()
        assert "s la toma" in plain(app.screen.query_one(OptionList))
        await pilot.press("s")
        assert app.left == 0
        await pilot.press("enter")
        await left(app, pilot)
        assert app.intake.document["case"]["report_class"] == "otros_delitos"


@pytest.mark.parametrize(
    "keys",
    [
        ("f8", "l", "escape", "escape", "1", "f9", "end", "enter", "enter"),
        ("escape", "x", "f9", "f9"),
        ("f8", "l", "escape", "escape", "d", "enter", "f9", "enter"),
        *in_soak(
            (("f9", "enter"),),
            (("escape", "2", "f9", "end", "enter", "enter"),),
            (("f8", "l", "escape", "escape", "1", "f9", "enter"),),
            (("f8", "l", "escape", "f9", "end", "enter", "f9"),),
            (("escape", "1", "f9", "end", "enter", "f9"),),
            (("f8", "l", "escape", "escape", "3", "f9", "end", "enter", "enter"),),
            (("escape", "d", "enter", "escape", "f9", "enter"),),
        ),
    ],
)
async def test_no_way_of_keys_takes_a_whispered_call_from_the_desk(
    desk: Workspace, keys: tuple[str, ...]
) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press(*"Susurra: no puedo salir")
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await left(app, pilot)
        assert app.left == 1
        assert desk.writer.drain(5)
    shown = read_desk(desk.store).cases
    assert [line.id for line in shown] == [app.intake.document["case"]["id"]]
    assert shown[0].status == "open"
    if "f8" in keys:
        assert shown[0].triage == "emergency"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("danger.in_progress", "s"),
        ("danger.weapon_present", "n"),
        ("situation.safe_to_talk", "question_mark"),
        *in_soak(
            ("situation.safe_to_talk", "n"),
            ("danger.in_progress", "n"),
            ("danger.in_progress", "question_mark"),
            ("danger.weapon_present", "s"),
            ("danger.weapon_present", "question_mark"),
            ("situation.safe_to_talk", "s"),
        ),
    ],
)
async def test_a_danger_or_situation_answer_keeps_the_case_open(
    desk: Workspace, code: str, said: str
) -> None:
    async with call(desk) as (app, pilot):
        complete(app)
        await go(app, pilot, "seguridad", code)
        await pilot.press(said, "escape", "f9", "end", "enter")
        await pilot.pause()
        assert "queda abierto" in str(app.screen.query_one("#closing-fate", Static).content)
        await pilot.press("f9")
        await left(app, pilot)
        case = app.intake.document["case"]
        assert (case["report_class"], case["status"]) == ("informativo", "open")


async def test_legal_guidance_with_nothing_against_it_still_ends_with_its_call(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        complete(app)
        await pilot.press("escape", "f9", "end", "up", "enter")
        await pilot.pause()
        assert "se cierra" in str(app.screen.query_one("#closing-fate", Static).content)
        await pilot.press("f9")
        await left(app, pilot)
        case = app.intake.document["case"]
        assert (case["report_class"], case["status"]) == ("orientacion_juridica", "closed")


def complete(app: CallApp) -> None:
    """Another crime with a complete minimum record and no victim of trafficking in it."""
    intake = app.intake
    said = {
        ("contact", "kind"): "other_crime",
        ("contact", "state"): "MX-PUE",
        ("case", "anonymity"): "anonimo",
        ("case", "callback_allowed"): "no",
        ("case", "consent_store"): "yes",
    }
    for (on, code), value in said.items():
        intake.choose(intake.protocol_field(on, code), value)
    intake.enter(intake.protocol_field("contact", "narrative"), "Pregunta por una pensión.")
    intake.enter(intake.protocol_field("person", "age"), "40")
    assert not intake.debt("minimum")


async def test_an_information_call_takes_five_keys(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "3", "f9", "enter")  # after the n that began it
        await left(app, pilot)
        assert (app.left, app.intake.document["case"], app.intake.kind) == (1, {}, "information")


async def test_a_promised_contact_becomes_a_task(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "1", "f9")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, ClosingDialog)
        rows = {each.field.code: each for each in dialog.query(FieldRow)}
        rows["when"].focus_control()
        await pilot.press(*"pasado mañana 10 a 12")
        rows["say"].focus_control()
        await pilot.press(*"de la farmacia", "f9")
        for _ in range(50):
            await pilot.pause(0.02)
            if app.left:
                break
    tasks = cases.document_of_contact(desk.store, app.intake.contact.id)["tasks"]
    promised = next(each for each in tasks if each["kind"] == "callback")
    assert promised["say"] == "de la farmacia"
    assert promised["due_from"] < promised["due_to"]


async def test_a_call_begun_by_mistake_is_discarded_with_a_reason(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "d")
        await pilot.pause()
        assert isinstance(app.screen, DiscardDialog)
        await pilot.press("enter")  # no reason is chosen beforehand
        assert isinstance(app.screen, DiscardDialog)
        await pilot.press("down", "enter")
        for _ in range(50):
            await pilot.pause(0.02)
            if app.left:
                break
        assert app.left == 1
    assert desk.writer.drain(5)


async def test_a_silent_call_has_a_path_of_its_own(desk: Workspace) -> None:
    async with call(desk, NARROW) as (app, pilot):
        await pilot.press("escape", "5")
        await pilot.pause()
        assert isinstance(app.screen, SilentCall)
        await pilot.press("enter", "down", "up")
        assert app.intake.document["case"] == {}
        options = app.screen.query_one(OptionList)
        script = desk.protocol.scripts["silent"]
        options.highlighted = next(n for n, each in enumerate(script.lines) if not each.asks)
        await pilot.press("s")
        assert app.intake.document["case"] == {}
        for said in ("s", "n", "question_mark"):
            options.highlighted = next(
                n for n, each in enumerate(script.lines) if each.asks == "danger.in_progress"
            )
            await pilot.press(said)
            answered = app.intake.document["case"]["answers"]["danger.in_progress"]
            assert answered == {"s": "yes", "n": "no", "question_mark": "unknown"}[said]
            assert ("EMERGENCIA" in plain(app.form.query_one(CallBar))) is (said == "s")
        await pilot.press("f8")
        await pilot.pause()
        assert isinstance(app.screen, EmergencyCard)
        await pilot.press("escape", "escape", "w")
        await pilot.pause()
        assert isinstance(app.screen, SilentCall)
        await pilot.press("t")
        await pilot.pause()
        await pilot.press(*"2220000101", "tab")
        app.form.flush()
        assert app.intake.document["identifiers"][0]["kind"] == "phone"


async def test_a_case_may_be_opened_for_a_silent_call(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await pilot.press("escape", "5", "c", "escape")
        await pilot.pause()
        assert app.intake.document["case"]["status"] == "open"
        await pilot.press("escape", "f9", "end", "enter", "f9")
        await left(app, pilot)
        assert app.intake.document["case"]["status"] == "open"


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_consent_stands_word_for_word_beside_its_field(
    desk: Workspace, size: tuple[int, int]
) -> None:
    async with call(desk, size) as (app, pilot):
        await go(app, pilot, "seguridad", "consent_store")
        await pilot.pause(0.3)
        pane = app.form.pane
        assert pane is not None
        words = str(pane.query_one(ScriptBox).render())
        for line in desk.protocol.scripts["consent"].lines:
            assert told(line, desk.protocol) in words
        assert "[FALTA: quién responde por los datos]" in words
        assert "{" not in words
        field = row(app, "consent_store")
        assert pane.region.contains_region(field.region)


def test_a_number_that_nobody_dialled_says_so_where_it_is_read_out(desk: Workspace) -> None:
    closing = " ".join(told(line, desk.protocol) for line in desk.protocol.scripts["closing"].lines)
    rows = desk.protocol.catalogs["hotline"].by_code
    assert rows["lnctp"].extra["number"] in closing
    assert ("por verificar" in closing) is not bool(rows["lnctp"].extra["verified_on"])


async def test_a_folio_attaches_the_call_to_its_case(desk: Workspace) -> None:
    first = Intake.start(desk)
    kind = first.protocol_field("contact", "kind")
    first.choose(kind, "victim")
    assert desk.writer.drain(5)
    folio = cases.list_cases(desk.store)[0].folio
    assert folio
    async with call(desk) as (app, pilot):
        app.post_message(events.Paste(f"{folio} vuelve a llamar"))
        for _ in range(100):
            if any(folio in str(toast.message) for toast in app._notifications):
                break
            await pilot.pause(0.05)
        assert any(folio in str(toast.message) for toast in app._notifications)
        await pilot.press("escape", "v")
        await pilot.pause()
        await pilot.press("enter")
        for _ in range(50):
            await pilot.pause(0.02)
            if app.intake.folio == folio:
                break
        assert app.intake.folio == folio
        assert app.intake.document["case"]["id"] == first.document["case"]["id"]


@pytest.mark.parametrize(
    "text",
    ["x" * 1_048_576, *in_soak("un renglón\n" * 90_000, "palabra " * 131_072)],
    ids=["one word", "lines", "words"],
)
async def test_a_megabyte_in_the_narrative_is_kept_and_told(desk: Workspace, text: str) -> None:
    async with call(desk) as (app, pilot):
        app.post_message(events.Paste(text))
        await pilot.pause()
        await pilot.press("x")
        app.form.flush()
        row(app, "narrative").tell_problem()
        assert row(app, "narrative").raw == text + "x"
        assert row(app, "narrative").problem == "too_long"
        assert app.intake.record(app.intake.contact)["answers"]["raw.narrative"] == text + "x"


async def test_the_call_speaks_english(desk: Workspace) -> None:
    set_language("en")
    try:
        async with call(desk) as (app, pilot):
            await go(app, pilot, "victima")
            await pilot.pause(0.3)
            seen = app.export_screenshot(simplify=True).replace("&#160;", " ")
            for text in (
                "Stages",
                "Elements of the crime",
                "What clarifies most now",
                "Missing to close",
                "EMERGENCY",
            ):
                assert text in seen
            assert "Víctima" not in seen
    finally:
        set_language("es")


async def test_no_english_word_on_the_spanish_screen(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        seen = ""
        for stage in app.form.protocol.stages:
            await go(app, pilot, stage.code)
            seen += app.export_screenshot(simplify=True)
        for key in ("f2", "f3", "f7", "f8", "f9"):
            await pilot.press(key)
            await pilot.pause()
            seen += app.export_screenshot(simplify=True)
            await pilot.press("escape")
            await pilot.pause()
        told = re.sub(r"<style.*?</style>|<!--.*?-->|<[^>]*>", " ", seen, flags=re.DOTALL).replace(
            "&#160;", " "
        )
        words = {word.strip(".,:;()").lower() for word in told.split()}
        assert "víctima" in words
        assert not words & {
            "save",
            "saved",
            "help",
            "undo",
            "name",
            "age",
            "search",
            "select",
            "yes",
            "and",
            "with",
            "call",
        }


@pytest.mark.parametrize("theme", ["light", "contrast"])
async def test_each_theme_paints(desk: Workspace, theme: str) -> None:
    async with call(desk, NARROW) as (app, pilot):
        app.theme = theme
        await go(app, pilot, "victima")
        assert "Víctima" in app.export_screenshot()


async def test_several_calls_keep_their_own_fields(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        first = app.form
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Ana")
        await app.open(Intake.start(desk))
        await pilot.pause()
        assert app.form.intake.document["people"] == []
        app.pop_screen()
        await pilot.pause()
        first.flush()
        assert first.intake.document["people"][0]["name"] == "Ana"


async def test_a_quiet_moment_makes_nothing_in_a_form_that_is_gone(desk: Workspace) -> None:
    """A timer that rings while the call is put away: a stage that is mounted then would end the app."""
    async with call(desk) as (app, _pilot):
        form = app.form.form
        around = form.parent
        form._detach()  # as while the screen is being taken down
        made = len(list(form.panes()))
        await form._ready_next()
        assert form.pane is not None
        assert len(list(form.panes())) == made
        form._attach(around)

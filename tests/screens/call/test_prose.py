"""Words typed where single keys decide answer nothing and stand in the narrative, whole."""

from __future__ import annotations

from typing import Any

import pytest
from app_world import until
from counts import in_soak
from intake_app import CallApp
from test_intake_screen import NARROW, call, desk, go
from test_seen import tell
from textual import events
from textual.pilot import Pilot

from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.screens.call.dialogs.seen_list import SeenList
from lnctp_tui.screens.call.narrative import NarrativeDialog
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_area import LongText

__all__ = ["desk"]

SENTENCES = (
    "no tiene papeles y 2 hijos",
    "y 2 hermanas mas estan ahi",
    "son 3 hombres en la casa",
    "Su primo la vendió",
)
"""How words tell is in tests/domain/test_written.py."""


async def typed(pilot: Pilot[None], text: str) -> None:
    names = {" ": "space", "?": "question_mark"}
    await pilot.press(*(names.get(letter, letter) for letter in text))


def facts(app: CallApp) -> list[Any]:
    """Everything that stands beside the narrative and an empty case."""
    case = app.intake.document["case"].get("answers") or {}
    rows = [row for on in REPEATABLE for row in app.intake.rows(on)]
    return [*case.items(), *rows, *([app.intake.kind] if app.intake.kind else [])]


def narrative(app: CallApp) -> str:
    if isinstance(app.screen, NarrativeDialog):
        app.screen.flush()
    app.form.flush()
    return app.intake.record(app.intake.contact).get("narrative") or ""


@pytest.mark.parametrize(
    ("stage", "field"),
    [
        ("victima", "vulnerability"),
        ("seguridad", "danger.in_progress"),
        *in_soak(("indicadores", "indicator")),
    ],
)
async def test_words_at_a_question_answer_nothing_and_are_kept(
    desk: Workspace, stage: str, field: str
) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        said = ""
        for sentence in SENTENCES:
            await go(app, pilot, stage, field)
            await typed(pilot, sentence[:9])
            said += ("\n" if said else "") + sentence[:9]
            assert narrative(app) == said
            assert facts(app) == [], sentence
            await pilot.press("escape")


async def test_words_between_the_fields_choose_no_kind_of_call(desk: Workspace) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        for sentence in ("7 hombres", "2 hijos a", "llora muc", "6meses "):
            await pilot.press("escape")
            app.form.prose.end()
            await typed(pilot, sentence)
            assert narrative(app).endswith(sentence)
            assert facts(app) == [], sentence


@pytest.mark.parametrize(
    "where", [("seguridad", "danger.in_progress"), None, *in_soak((("victima", "vulnerability"),))]
)
async def test_what_is_pasted_where_keys_decide_is_narrative(
    desk: Workspace, where: tuple[str, str] | None
) -> None:
    pasted = "911\n7 s n\tno tiene papeles\n"
    async with call(desk, size=NARROW) as (app, pilot):
        if where:
            await go(app, pilot, *where)
        else:
            await pilot.press("escape")
        app.post_message(events.Paste(pasted))
        await pilot.pause()
        await until(pilot, lambda: isinstance(app.screen, NarrativeDialog) or narrative(app), "the narrative")
        assert narrative(app).split() == pasted.split()
        assert facts(app) == []


async def test_what_is_pasted_over_the_list_of_what_was_seen_is_narrative(desk: Workspace) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        await tell(app, pilot, DANGER)
        app.form.query_one(LongText).load(DANGER)
        await pilot.press("escape", "s")
        assert isinstance(app.screen, SeenList)
        app.post_message(events.Paste(" 1 2 y su hermana"))
        await until(pilot, lambda: narrative(app) == DANGER + " 1 2 y su hermana", "the narrative")
        assert facts(app) == []


DANGER = "ya no quiero vivir. tengo a mi hija aqui"


@pytest.mark.parametrize("opened", [("escape", "s"), *in_soak(("f5",))])
async def test_words_over_the_list_of_what_was_seen_go_on_in_the_narrative(
    desk: Workspace, opened: tuple[str, ...]
) -> None:
    async with call(desk, size=(60, 24)) as (app, pilot):
        said = ""
        for sentence in SENTENCES:
            said += DANGER
            await tell(app, pilot, said)
            app.form.query_one(LongText).load(said)  # as if it had been typed
            await pilot.press(*opened)
            assert isinstance(app.screen, SeenList)
            await typed(pilot, sentence[:9])
            said += sentence[:9]
            assert narrative(app) == said
            assert facts(app) == [], sentence


async def test_the_list_says_which_digits_there_are_and_keeps_what_a_digit_took(desk: Workspace) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        await tell(app, pilot, "No hay armas. La víctima tiene 15 años.")
        await pilot.press("escape", "s")
        assert "1-2" in bar(app)
        await pilot.press("1")
        await typed(pilot, "tiene mie")
        assert app.intake.document["case"]["answers"]["danger.weapon_present"] == "no"
        assert narrative(app).endswith("años.tiene mie")


def bar(app: CallApp) -> str:
    return app.screen.query_one(KeyBar).render_line(0).text


async def test_quick_answers_and_a_slip_beside_them_stay_answers(desk: Workspace) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        await go(app, pilot, "victima", "vulnerability")
        await typed(pilot, "snsndnsno?rsi")
        checklist = app.focused
        assert isinstance(checklist, Checklist)
        said = [checklist.values.get(question.code, "") for question in checklist.questions[:10]]
        assert said == ["yes", "no", "yes", "no", "no", "yes", "no", "unknown", "refused", "yes"]
        assert narrative(app) == ""


async def test_what_was_answered_before_the_words_stays_and_the_cursor_is_back(desk: Workspace) -> None:
    async with call(desk, size=NARROW) as (app, pilot):
        await go(app, pilot, "victima", "vulnerability")
        await typed(pilot, "ss")
        await pilot.press("up", "down")
        checklist = app.focused
        assert isinstance(checklist, Checklist)
        at, before = checklist.cursor, dict(checklist.values)
        assert list(before.values()) == ["yes", "yes"]
        await typed(pilot, "no tiene papeles")
        assert narrative(app) == "no tiene papeles"
        assert (checklist.cursor, checklist.values) == (at, before)
        assert desk.writer.drain(5)
    stored = cases.document_of_contact(desk.store, app.intake.contact.id)
    assert list(stored["people"][0]["answers"].values()) == ["yes", "yes"]

"""What the narrative offers, taken and left by keys on the real form and its real vault."""

from __future__ import annotations

import pytest
from intake_app import CallApp
from test_intake_screen import NARROW, WIDE, call, desk
from textual.pilot import Pilot
from textual.widgets import Static

from lnctp_tui.domain.records import provenance
from lnctp_tui.domain.records.document import answer
from lnctp_tui.screens.call.dialogs.seen_list import SeenList
from lnctp_tui.services.vault.workspace import Workspace

__all__ = ["desk"]


async def tell(app: CallApp, pilot: Pilot[None], text: str) -> None:
    """Write a narrative, and let the reader read it."""
    app.intake.set(app.intake.contact, {"narrative": text})
    app.form.think()
    await pilot.pause()
    await pilot.pause()


def line(app: CallApp) -> str:
    return app.form.seen.line.text


def people(app: CallApp) -> list[dict[str, object]]:
    return app.intake.rows("person")


async def test_nothing_shows_and_nothing_is_written_while_nothing_is_offered(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, "Buenas noches.")
        assert not app.form.seen.line.display
        await pilot.press("f5")
        assert people(app) == []


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_f5_takes_one_fact_and_it_leads_back_to_its_words(
    desk: Workspace, size: tuple[int, int]
) -> None:
    text = "Su hija de diecisiete años está en Neza. No le pega."
    async with call(desk, size=size) as (app, pilot):
        await tell(app, pilot, text)
        assert "Edad 17" in line(app)
        assert "«diecisiete años»" in line(app)
        assert "F5" in line(app)
        assert people(app) == []
        await pilot.press("f5")
        await pilot.pause()
        (victim,) = people(app)
        assert (victim["age_min"], victim["age_max"], victim["role"]) == (17, 17, "victim")
        assert [code for code in victim["answers"] if not code.startswith("seen.")] == []  # type: ignore[union-attr]
        where = str(answer(victim, "seen.age"))
        assert provenance.words_of({app.intake.contact.id: text}, where) == "diecisiete años"
        assert (
            provenance.words_of({app.intake.contact.id: text.replace("diecisiete", "catorce")}, where) is None
        )
        assert "Edad" not in line(app)


async def test_a_denied_fact_is_offered_as_no(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, "No hay armas.")
        assert "NO" in line(app)
        await pilot.press("f5")
        await pilot.pause()
        assert answer(app.intake.document["case"], "danger.weapon_present") == "no"


async def test_enter_takes_nothing_and_backspace_dismisses(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, "La víctima tiene 15 años.")
        await pilot.press("escape", "s")
        assert isinstance(app.screen, SeenList)
        await pilot.press("enter", "enter")
        assert people(app) == []
        assert "15 años" in str(app.screen.query_one("#seen-words", Static).content)
        await pilot.press("backspace", "escape")
        await pilot.pause()
        assert people(app) == []
        assert line(app) == ""


async def test_a_value_that_stands_needs_a_second_key(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        person = app.intake.add("person", role="victim")
        app.intake.enter(app.intake.protocol_field("person", "age"), "16", person)
        await tell(app, pilot, "La víctima tiene 15 años.")
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, SeenList)
        assert people(app)[0]["age_min"] == 16
        await pilot.press("1")
        assert people(app)[0]["age_min"] == 16
        await pilot.press("1")
        assert people(app)[0]["age_min"] == 15


async def test_of_two_victims_a_person_says_whose_it_is(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        for name in ("Ana", "Luz"):
            ref = app.intake.add("person", role="victim")
            app.intake.set(ref, {"name": name})
        await tell(app, pilot, "La víctima tiene 15 años.")
        assert "¿de quién?" in line(app)
        await pilot.press("f5")
        await pilot.pause()
        assert all(row.get("age_min") is None for row in people(app))
        await pilot.press("1")
        assert all(row.get("age_min") is None for row in people(app))
        await pilot.press("2")
        assert [row.get("age_min") for row in people(app)] == [None, 15]
        await pilot.press("ctrl+z")
        assert [row.get("age_min") for row in people(app)] == [None, None]


async def test_what_the_caller_says_of_themself_fills_nobody(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, "La reportante tiene 44 años.")
        assert line(app) == ""


async def test_an_anonymous_caller_s_number_is_not_offered(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        app.intake.set(app.intake.draft.case, {"anonymity": "anonimo"})
        await tell(app, pilot, "La reportante llama del 55 1234 5678.")
        assert "Teléfono" not in line(app)


async def test_f5_takes_nothing_whose_end_the_line_does_not_show(desk: Workspace) -> None:
    async with call(desk, size=(40, 24)) as (app, pilot):
        await tell(
            app, pilot, "La víctima no puede salir, le quitaron los documentos y le descuentan la deuda."
        )
        before = app.intake.document["case"].copy(), len(people(app))
        assert "F5" in line(app)
        await pilot.press("f5")
        await pilot.pause()
        assert isinstance(app.screen, SeenList)
        assert (app.intake.document["case"], len(people(app))) == before


@pytest.mark.parametrize(("text", "asked"), [
    ("soy menor, tengo dieciseis", True), ("[10:04] Ana: tengo 16 años", True),
    ("tengo 34 años y quiero informes", False),
])  # fmt: skip
async def test_a_minor_who_speaks_for_herself_is_asked_about(desk: Workspace, text: str, asked: bool) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, text)
        assert ("Edad 16" in line(app)) is asked
        assert ("¿de quién?" in line(app)) is asked
        await pilot.press("f5")
        assert people(app) == []

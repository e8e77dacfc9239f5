"""A long catalog is found by typing, and a role that stands is never emptied."""

from __future__ import annotations

import pytest
from test_intake_screen import NARROW, WIDE, call, desk, go, person, plain, row

from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.pick_list import PickList

__all__ = ["desk"]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_language_is_added_by_typing_a_part_and_taken_back(
    desk: Workspace, size: tuple[int, int]
) -> None:
    async with call(desk, size) as (app, pilot):
        await go(app, pilot, "victima", "language")
        picked = app.focused
        assert isinstance(picked, PickList)
        assert picked.size.height <= 3
        await pilot.press(*"mixe")
        await pilot.pause()
        assert "ixe" in plain(picked)
        await pilot.press("enter")
        await pilot.pause()
        said = {code: value for code, value in person(app)["answers"].items() if code.startswith("language.")}
        assert list(said.values()) == ["yes"]
        assert app.focused is picked
        await pilot.press(*"castellano", "enter", *"zzz", "enter", "escape")
        await pilot.pause()
        assert sum(code.startswith("language.") for code in person(app)["answers"]) == 2
        await pilot.press("backspace")
        await pilot.pause()
        assert sum(code.startswith("language.") for code in person(app)["answers"]) == 1
        assert picked.size.height <= 4


async def test_letters_in_the_list_of_languages_answer_nothing_and_change_no_call(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "language")
        await pilot.press("s", "n", "r", "x", "d", "tab")
        await pilot.pause()
        assert not app.intake.document["people"] or not any(
            code.startswith("language.") for code in person(app)["answers"]
        )
        assert not app.intake.record(app.intake.contact).get("dropped")
        assert app.screen is app.form


async def test_f3_to_a_language_offers_it(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await app.form.go_to_code("language.nahuatl", "person")
        await pilot.pause()
        assert isinstance(app.focused, Checklist)
        code = app.focused.questions[app.focused.cursor].code
        await pilot.press("enter")
        await pilot.pause()
        assert person(app)["answers"][f"language.{code}"] == "yes"


@pytest.mark.parametrize("keys", [("backspace",), ("delete",), tuple("Ana")])
async def test_no_key_takes_the_role_from_a_victim(desk: Workspace, keys: tuple[str, ...]) -> None:
    async with call(desk) as (app, pilot):
        await go(app, pilot, "victima", "name")
        await pilot.press(*"Eva Ficticia", "tab")
        await go(app, pilot, "victima", "role")
        await pilot.press(*keys, "tab")
        await pilot.pause(0.3)
        app.form.flush()
        assert person(app)["role"] == "victim"
        assert len(app.intake.assess().people) == 1
        if keys != tuple("Ana"):  # what was emptied shows again what stands
            assert row(app, "role").raw == "Víctima"

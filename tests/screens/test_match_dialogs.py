"""Lists in dialogs: matches of a call and of a case with their links, and another case found by typing."""

from __future__ import annotations

import pytest
from app_world import desk as opened
from app_world import furnished, furnished_template, spanish, text_of, until
from test_intake_screen import NARROW, WIDE, call, desk
from textual import events
from workspaces import Founded

from lnctp_tui.screens.call.dialogs.earlier import EarlierContacts
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.case.find_case import FindCaseDialog
from lnctp_tui.screens.case.matches import MatchesScreen
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.row_list import RowList

__all__ = ["desk", "furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


def earlier_case(workspace: Workspace) -> tuple[str, str]:
    """Id and folio of a case that stands on the disk."""
    intake = Intake.start(workspace)
    intake.choose(intake.protocol_field("contact", "kind"), "victim")
    assert workspace.writer.drain(5)
    (line,) = cases.list_cases(workspace.store)
    assert line.folio
    return line.id, line.folio


def links(workspace: Workspace, case_id: str) -> dict[str, object]:
    """The links that a case holds."""
    assert workspace.writer.drain(5)
    rows = cases.document(workspace.store, case_id)["links"]
    return {str(row["other_id"]): row["state"] for row in rows if row.get("state")}


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_match_of_a_call_is_shown_with_its_reason_linked_and_let_go(
    desk: Workspace, size: tuple[int, int]
) -> None:
    case_id, folio = earlier_case(desk)
    async with call(desk, size) as (app, pilot):
        app.post_message(events.Paste(f"{folio} vuelve a llamar"))
        await pilot.pause(0.5)
        await pilot.press("escape", "f7")
        await until(pilot, lambda: isinstance(app.screen, EarlierContacts) and folio in text_of(app))
        assert "folio en el relato" in text_of(app)
        assert "vincular como posible" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "vinculado como posible" not in text_of(app), "the call opens no case yet"
        await pilot.press("f7", "1", "f7")
        await until(pilot, lambda: isinstance(app.screen, EarlierContacts) and folio in text_of(app))
        await pilot.press("enter")
        await until(pilot, lambda: "vinculado como posible" in text_of(app))
        own = app.intake.document["case"]["id"]
        assert links(desk, own) == {case_id: "possible"}
        await pilot.press("u")
        await pilot.pause()
        assert "vinculado como posible" not in text_of(app)
        assert not links(desk, own)


async def test_a_call_without_matches_says_by_what_was_searched(desk: Workspace) -> None:
    async with call(desk, NARROW) as (app, pilot):
        await pilot.press("escape", "f7")
        await until(pilot, lambda: isinstance(app.screen, EarlierContacts))
        await until(pilot, lambda: "modo de operar." in text_of(app))
        assert "vincular como posible" not in text_of(app), "there is nothing to link"
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.form


async def test_another_case_is_found_by_typing_and_never_the_case_itself(furnished: Founded) -> None:
    async with opened(furnished, (120, 40)) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and app.screen.document is not None)
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        own = screen.case["folio"]
        await pilot.press("v")
        await until(pilot, lambda: isinstance(app.screen, FindCaseDialog))
        await until(pilot, lambda: "Escriba dos letras o más" in text_of(app))
        await pilot.press(*own)
        await until(pilot, lambda: "Ningún otro caso con eso." in text_of(app))
        await pilot.press("end", *["backspace"] * len(own))
        others = [line for line in cases.list_cases(app.workspace.store) if line.folio != own]
        assert others[0].folio
        await pilot.press(*others[0].folio)
        await until(pilot, lambda: app.screen.query_one(RowList).keys == [others[0].id])
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen)
        assert links(app.workspace, screen.case_id) == {others[0].id: "possible"}
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, MatchesScreen))
        await until(pilot, lambda: "Buscando" not in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)

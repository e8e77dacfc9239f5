"""A danger that the narrative tells and nobody answered: no key ends or discards that call."""

from __future__ import annotations

import pytest
from intake_app import CallApp
from test_intake_screen import call, desk
from test_seen import tell
from textual.pilot import Pilot

from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.dialogs.discard import DiscardDialog
from lnctp_tui.screens.call.dialogs.seen_list import SeenList
from lnctp_tui.services.vault.workspace import Workspace

__all__ = ["desk"]
TOLD = "tengo miedo, me tienen encerrada y me van a matar"


async def press(app: CallApp, pilot: Pilot[None], *keys: str) -> str:
    for key in keys:
        await pilot.press(key)
        await app.workers.wait_for_complete()
        await pilot.pause()
    return str(type(app.screen).__name__)


def missing(app: CallApp) -> str:
    return str(app.screen.query_one("#closing-missing").render())


@pytest.mark.parametrize("kind", "567890")
async def test_enter_and_f9_never_end_it_and_take_nothing(desk: Workspace, kind: str) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, TOLD)
        await press(app, pilot, "escape")
        app.form.action_kind(kind)
        await pilot.pause()
        while len(app.screen_stack) > 2:  # the script of a silent call
            await press(app, pilot, "escape")
        for way in ("enter", "f9"):
            assert await press(app, pilot, "f9") == ClosingDialog.__name__
            assert "sin responder" in missing(app)
            assert "✓" not in missing(app)
            assert await press(app, pilot, way) == SeenList.__name__
            await press(app, pilot, *["enter"] * 4, "escape")
        assert app.intake.runs
        assert not any(
            code.startswith("danger.") for code in app.intake.document["case"].get("answers") or {}
        )


async def test_it_is_not_discarded_before_somebody_says_that_it_is_no_danger(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, TOLD)
        assert await press(app, pilot, "escape", "d") != DiscardDialog.__name__
        assert any("sin responder" in str(note.message) for note in app._notifications)
        assert await press(app, pilot, "s") == SeenList.__name__
        narrative = app.form.seen.narrative
        assert narrative is not None
        while narrative.dangers():
            await press(app, pilot, "backspace")
        while isinstance(app.screen, SeenList):
            await press(app, pilot, "escape")
        assert await press(app, pilot, "d") == DiscardDialog.__name__


async def test_what_was_typed_a_moment_ago_is_read_before_the_call_ends(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        app.intake.set(app.intake.contact, {"narrative": TOLD})
        assert await press(app, pilot, "f9") == ClosingDialog.__name__
        assert "sin responder" in missing(app)


async def test_an_answer_of_a_key_lets_it_end(desk: Workspace) -> None:
    async with call(desk) as (app, pilot):
        await tell(app, pilot, "La tienen encerrada con llave.")
        assert await press(app, pilot, "f9", "enter") == SeenList.__name__
        await press(app, pilot, "1", "escape")
        assert await press(app, pilot, "f9") == ClosingDialog.__name__
        assert "sin responder" not in missing(app)

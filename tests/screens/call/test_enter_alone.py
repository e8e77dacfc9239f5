"""Somebody tired presses only Enter: no dialog does by that what cannot be undone, or asserts what nobody said.

Every dialog of data/dialogs.toml stands here by what Enter alone does there; a new one without a place fails.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from intake_app import CallApp
from textual.pilot import Pilot
from workspaces import Founded, settle

from lnctp_tui import screens
from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.case.transfer import ColleagueDialog
from lnctp_tui.screens.dialogs import FilterDialog, LineDialog, PickDialog, TextDialog
from lnctp_tui.screens.sync.authority import ConfirmScreen
from lnctp_tui.screens.sync.enroll import EnrollScreen
from lnctp_tui.screens.training.entry import EntryDialog
from lnctp_tui.screens.training.training import COURSE_FIELDS
from lnctp_tui.screens.vault.change_phrase import ChangePhraseScreen
from lnctp_tui.services.sync.synchronise import Colleague
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.protocol import help_files
from lnctp_tui.widgets.row_list import Cell, Line

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

LEADS_ON = {
    "it asks what has to be typed before anything is done": {
        "alert.mute", "links.form", "private.concern", "shift.file", "training.kind",
    },
    "it ends in an order, which the phrase signs": {"order.kind", "order.person", "order.laptop", "order.role"},
    "it shows something, and writes nothing": {
        "alert.look", "report.compare", "shift.read", "shift.receive", "training.record",
    },
    "its first line asks again, or gives no mark": {"when.over", "practice.mark"},
    "a row is taken once something was typed": {"provider.new", "referral.new"},
    "a practice begins, of which nothing reaches a case": {"practice.choose"},
}  # fmt: skip
"""Lists without a line that leaves all as it is."""
OF_THEIR_OWN = {
    "nothing, until something was typed": {"case.find", "case.to", "change_phrase", "enroll", "order.confirm",
                                           "order.sign", "shift.heard"},
    "it is read": {"order.read", "practice.review", "provider.card", "script"},
    "it moves a cursor, or goes to a field": {"find_field", "panel", "seen", "silent"},
    "it opens the case to read it": {"case.matches"},
    "it writes in a text that is saved as it is": {"narrative"},
    "nothing is chosen, and nothing is noted": {"discard", "emergency"},
    "the call ends, as F9 said, without a class: its case waits on the desk": {"closing"},
    "it links the case that is shown, and one key takes it back": {"attach", "earlier"},
    "the next look, or language": {"options"},
    "the question of the field behind, in a practice": {"practice.talk"},
}  # fmt: skip
"""Dialogs that are no list, line or form of a kind."""


def made() -> list[tuple[str, dict[str, str]]]:
    """Every dialog of a kind that a screen makes: its class, and what it is given by name."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(screens.__file__).parent.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        (call.func.id, {str(word.arg): ast.unparse(word.value).strip("'") for word in call.keywords})
        for call in calls if isinstance(call.func, ast.Name)
    ]  # fmt: skip


def test_every_dialog_is_known_by_what_enter_alone_does_in_it() -> None:
    picks, others, staying = set(), set(), set()
    for kind, given in made():
        purpose = given.get("purpose", "")
        if kind in ("PickDialog", "FilterDialog"):
            (staying if "stay" in given else picks).add(purpose)
        elif kind in ("LineDialog", "TextDialog", "EntryDialog"):
            others.add(purpose)
    lead_on, own = set().union(*LEADS_ON.values()), set().union(*OF_THEIR_OWN.values())
    assert picks == lead_on, "a list that acts has a first line that leaves all as it is"
    assert not lead_on & staying
    asked = {*others, *staying, "referral.person", "referral.by", "training.course", "training.certificate"}
    asked |= {"order.case", "order.words", "order.why"}
    assert own == help_files.dialogs().keys() - asked - lead_on


def dialogs(app: LnctpApp) -> list[AppDialog[Any]]:
    """One of each kind, and those that take a phrase, words or a code."""
    rows = [Line((Cell(name),), name) for name in ("uno", "dos")]
    return [
        LineDialog("¿Por qué?", "", 80, purpose="task.why", of="x"),
        LineDialog("¿Cuántos?", "", 4, check=lambda _line: "", purpose="provider.room", of="x"),
        TextDialog("Nota", "", "note:x", purpose="case.note"),
        EntryDialog("Curso", COURSE_FIELDS, app.workspace.protocol, owed="title", purpose="training.course"),
        FilterDialog("¿Qué es?", rows, purpose="provider.new"),
        ConfirmScreen("uno dos"), EnrollScreen(), ChangePhraseScreen(), ColleagueDialog("Asignar a…"),
    ]  # fmt: skip


async def enter(pilot: Pilot[int], times: int = 3) -> None:
    await pilot.press(*["enter"] * times)
    await rest(pilot)


async def test_where_something_is_typed_enter_alone_gives_nothing(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [Colleague("a", "Ana", "counselor"), Colleague("b", "Eva", "counselor")]
    monkeypatch.setattr("lnctp_tui.services.sync.synchronise.colleagues", lambda _workspace: people)
    async with desk(furnished) as (app, pilot):
        for dialog in dialogs(app):
            answers: list[object] = []
            app.push_screen(dialog, answers.append)
            await rest(pilot)
            await enter(pilot)
            assert app.screen is dialog, dialog.PURPOSE
            assert answers == []
            app.pop_screen()
        app.push_screen(
            PickDialog("¿Firmar?", [Line((Cell("Firmo"),), "yes")], stay="Todavía no"), answers.append
        )
        await rest(pilot)
        assert text_of(app).index("Todavía no") < text_of(app).index("Firmo")
        await enter(pilot, 1)
        assert answers == [None]


def changes(workspace: Workspace) -> list[tuple[Any, ...]]:
    settle(workspace)
    with workspace.store.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql('SELECT "table", row, patch FROM changes')]


async def test_over_a_call_enter_alone_notes_nothing(workspace: Workspace) -> None:
    """Nobody has said anything yet: no danger was told to 911, nothing linked, nothing discarded."""
    app = CallApp(workspace)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen_of_call and app.screen_of_call.is_mounted)
        form = app.screen_of_call
        await pilot.press("escape", "5")
        before = changes(workspace)
        for key in ("f8", "f3", "f7", "w", "v", "d", "c"):
            await pilot.press(key)
            await until(pilot, lambda: app.screen is not form or key == "c", key)  # noqa: B023
            await enter(pilot)
            while app.screen is not form:
                await pilot.press("escape")
            await pilot.press("escape")
            assert changes(workspace) == before, key
        await pilot.press("f8", "enter", "l")
        await until(pilot, lambda: "Se avisó al 911" in text_of(app), "what the key notes")
        assert changes(workspace) != before

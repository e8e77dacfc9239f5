"""What was typed in a dialog and given waits until the deed it was given for stands, and is there again when not."""

from __future__ import annotations

import ast
import threading
from pathlib import Path
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, until
from textual.pilot import Pilot
from workspaces import Founded, settle

from lnctp_tui import screens
from lnctp_tui.app import LnctpApp
from lnctp_tui.errors import LnctpError
from lnctp_tui.screens.dialogs import Answer
from lnctp_tui.services.call import desk as reader
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.services.vault.pending_writes import NOWHERE, Job, read_entry
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.replication import server_state
from lnctp_tui.widgets.text_area import LongText

__all__ = ["furnished", "furnished_template", "spanish"]
KEY = "line:task.done:caso/tarea"
GOOD, BAD = deed("setting", "greeting", "hola"), deed("task_done", "no-such", "Se llamó")


def hand_in(workspace: Workspace, job: Deed) -> list[object]:
    told: list[object] = []
    workspace.hand_in(job, (KEY,), told.append, told.append)
    return told


@pytest.mark.parametrize(("job", "left"), [(GOOD, None), (BAD, "Se llamó")])
def test_a_draft_is_hidden_on_its_way_and_gone_only_when_the_deed_stood(
    workspace: Workspace, job: Deed, left: str | None
) -> None:
    workspace.keep_draft(KEY, "Se llamó")
    go_on = threading.Event()
    workspace.writer.submit(lambda _store: go_on.wait(10))
    told = hand_in(workspace, job)
    assert workspace.draft(KEY) is None, "nobody gives it twice while it waits"
    go_on.set()
    settle(workspace)
    assert isinstance(told[0], LnctpError) == (left is not None)
    assert workspace.draft(KEY) == left


def test_what_is_typed_meanwhile_is_another_draft(workspace: Workspace) -> None:
    workspace.keep_draft(KEY, "una")
    go_on = threading.Event()
    workspace.writer.submit(lambda _store: go_on.wait(10))
    hand_in(workspace, GOOD)
    workspace.keep_draft(KEY, "otra")
    go_on.set()
    settle(workspace)
    assert workspace.draft(KEY) == "otra"


def test_a_deed_that_another_run_does_lets_its_draft_go_too(workspace: Workspace) -> None:
    workspace.keep_draft(KEY, "Se llamó")
    entry = Job(GOOD.in_place_of((KEY,))).entry()
    assert entry is not None
    again = read_entry(entry, NOWHERE, {})
    assert isinstance(again, Job)
    workspace.writer.submit(again.run)
    settle(workspace)
    assert workspace.draft(KEY) is None
    del entry["lets_go"]  # a journal of a version before
    assert isinstance(read_entry(entry, NOWHERE, {}), Job)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def line(app: LnctpApp, pilot: Pilot[int]) -> str:
    """What stands in the dialog."""
    await until(pilot, lambda: isinstance(app.focused, Answer | LongText), "the line")
    box = app.focused
    return box.value if isinstance(box, Answer) else box.whole  # type: ignore[union-attr]


@pytest.mark.usefixtures("spanish")
async def test_what_was_typed_in_a_chain_of_dialogs_waits_wherever_it_is_left(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        case = reader.desk(app.workspace.store).cases[0].id
        task = ids.new_id()
        with app.workspace.store.write() as unit:
            unit.record("tasks", task, {"kind": "callback"}, case=case)
        app.go("card", task)  # hours, as they are read, by which clock
        await until(pilot, lambda: "Quién decimos que llama" in said_on(app), "the card")
        await press(pilot, "h", *"lun a vie 4 a 6", "enter", "escape")
        for left in (("enter", "escape"), ("enter", "down", "enter", "escape")):
            await press(pilot, "h")
            assert await line(app, pilot) == "lun a vie 4 a 6"
            await press(pilot, *left)
        await press(pilot, "h", "enter", "down", "enter", "down", "enter")
        await until(pilot, lambda: cases.document(app.workspace.store, case)["case"]["callback_hours"])
        await press(pilot, "h")
        assert await line(app, pilot) == ""
        await press(pilot, "escape", "escape")
        app.go("directory")  # a name, then what it is
        await until(pilot, lambda: "Directorio" in said_on(app), "the directory")
        await press(pilot, "down", "plus", *"Casa Sauce", "enter", "escape", "plus")
        assert await line(app, pilot) == "Casa Sauce"


@pytest.mark.usefixtures("spanish")
async def test_what_was_refused_stands_there_again(furnished: Founded) -> None:
    """Somebody became a counselor meanwhile; a task was ended by a colleague."""
    async with desk(furnished) as (app, pilot):
        await press(pilot, "u")
        await until(pilot, lambda: "Abiertos, por urgencia" in said_on(app), "the cases")
        await press(pilot, "home", "v", *"Bien llevado")
        with app.workspace.store.write() as unit:
            me = server_state.Server("http://x", None, "", "active", unit.author.actor, "counselor", "main")
            server_state.put_server(unit.connection, me)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: app._notifications, "that it was refused")
        await press(pilot, "v")
        assert await line(app, pilot) == "Bien llevado"


NO_DRAFT = {("hold.py", "answer"), ("order_new.py", "heard"), ("shift.py", "text")}
"""The word that loses what is missing; six words that prove who reads them now; a note that is the hand-over's own."""


def test_whatever_takes_a_given_text_hands_its_drafts_on() -> None:
    """Whoever reads `.value` of what a dialog gave also says what becomes of its drafts."""
    only_read = set()
    for path in Path(screens.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.Lambda):
                only_read |= {(path.name, name) for name in given_to(function) if reads_only(function, name)}
    assert only_read == NO_DRAFT


def given_to(function: ast.FunctionDef | ast.Lambda) -> set[str]:
    """Parameters that are `Given`; of a lambda, which says no types, all."""
    return {
        each.arg for each in function.args.args
        if isinstance(function, ast.Lambda) or "Given[" in ast.unparse(each.annotation or ast.Constant(""))
    }  # fmt: skip


def reads_only(function: ast.FunctionDef | ast.Lambda, name: str) -> bool:
    """Whether it reads the value of `name`, and hands it nowhere."""
    used: list[Any] = [*ast.walk(function)]
    of = {node.attr for node in used if isinstance(node, ast.Attribute) and ast.unparse(node.value) == name}
    given = {
        ast.unparse(part) for node in used if isinstance(node, ast.Call)
        for part in (*node.args, *(word.value for word in node.keywords))
    }  # fmt: skip
    handed = of & {"drafts", "read_as", "after"} or any(
        name in {leaf.id for leaf in ast.walk(ast.parse(part)) if isinstance(leaf, ast.Name)}
        and f"{name}.value" not in part
        for part in given
    )
    return "value" in of and not handed

"""Handovers by keys alone: written, signed, locked over, read again; nobody signs for another or by Enter only."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from app_world import NOW, app_on, desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from textual.pilot import Pilot
from textual.widgets import Input, TextArea
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import LOCKED
from lnctp_tui.domain.values import moments
from lnctp_tui.screens.case.handovers import HandoverScreen
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.services.call import desk as reader
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.record_form import RecordForm
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import CONFLICTS, Author

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

LUIS = "0191b7a0-0000-7000-8000-000000000001"


def know_luis(workspace: Workspace) -> None:
    with workspace.store.write() as unit:
        unit.record("counselors", LUIS, {"name": "Luis de Prueba"})


def by_luis(workspace: Workspace, row: str, case: str, patch: dict[str, Any]) -> None:
    """As synchronisation leaves it: a change by another hand."""
    own = workspace.store.author
    workspace.store.author = Author(LUIS, "otra", own.sign)
    with workspace.store.write() as unit:
        unit.record("handovers", row, patch, case=case)
    workspace.store.author = own


def a_case(app: LnctpApp) -> str:
    return reader.desk(app.workspace.store).cases[0].id


def stored(app: LnctpApp) -> list[dict[str, Any]]:
    app.forms_open.flush()
    assert app.workspace.writer.drain(30)
    return list(cases.document(app.workspace.store, a_case(app))["handovers"])


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def to_form(app: LnctpApp, pilot: Pilot[int]) -> None:
    await press(pilot, "enter")
    await press(pilot, "o")
    await until(pilot, lambda: "Ninguno todavía" in text_of(app), "the empty list")
    await press(pilot, "a")
    await until(pilot, lambda: app.screen.query("FieldRow"), "the form")


async def choose(app: LnctpApp, pilot: Pilot[int], name: str) -> None:
    """A name in the field under the cursor, once the list that follows the typing is there."""
    await pilot.press(*name)
    await until(pilot, lambda: "▸" in text_of(app), "the names")
    await press(pilot, "enter")


async def test_it_is_written_and_signed_by_keys_and_a_lock_comes_back_to_its_field(
    furnished: Founded,
) -> None:
    async with desk(furnished) as (app, pilot):
        know_luis(app.workspace)
        await to_form(app, pilot)
        await press(pilot, "enter")
        await choose(app, pilot, "luis")
        await press(pilot, *"ayer 22:00", "enter", *"Llamar a las 10")
        app.action_lock()  # the last letters are still on their way
        await until(pilot, lambda: app.return_value is not None, "the lock")
        assert app.return_value == LOCKED
    async with desk(furnished) as (app, pilot):
        await until(pilot, lambda: app.screen.query("FieldRow"), "the form again")
        assert [type(screen).__name__ for screen in app.screen_stack[1:]] == [
            "CaseScreen", "HandoversScreen", "HandoverScreen",
        ]  # fmt: skip
        await press(pilot, *", por la tarde")
        me = app.workspace.counselor_id
        (record,) = stored(app)
        assert record["note"] == "Llamar a las 10, por la tarde"
        assert (record["leaving_id"], record["taking_id"]) == (me, LUIS)
        assert record["handed_at"] == "2026-11-22T04:00:00.000000Z"
        await press(pilot, "f5", "enter")  # Enter only signs nothing
        assert stored(app)[0]["left_by"] is None
        await press(pilot, "f5", "down", "enter")
        await until(
            pilot, lambda: "✓ Consejera de Prueba · 22 nov 2026 12:03" in text_of(app), "the signature"
        )
        assert stored(app)[0]["left_by"] == me
        await press(pilot, *"xx", "f5", "enter")  # signed: no key writes in it, nor signs again
        assert stored(app)[0]["note"] == "Llamar a las 10, por la tarde"
        assert isinstance(app.screen, HandoverScreen)
        await press(pilot, "f4", "enter")
        await press(pilot, *"xx")
        assert stored(app)[0]["note"] == "Llamar a las 10, por la tarde"
        await press(pilot, "f4", "down", "enter")
        await press(pilot, "enter", "enter", *"hoy 9 am", "enter", *"!", "escape")
        assert stored(app)[0]["handed_at"] == "2026-11-22T15:00:00.000000Z"
        assert stored(app)[0]["note"] == "Llamar a las 10, por la tarde!"
        with app.workspace.store.read() as connection:  # the signature was seen: no second value beside it
            assert list(connection.execute(CONFLICTS.select())) == []
        await until(
            pilot, lambda: "después cambió: cuándo, nota" in said_on(app), "what changed, in the list"
        )
        assert "Firmó que lo toma: falta" in said_on(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "22 nov 2026 09:00" in text_of(app), "the record again")


async def test_nobody_signs_for_another_or_what_is_not_understood_and_a_colleague_is_followed(
    furnished: Founded,
) -> None:
    async with desk(furnished) as (app, pilot):
        know_luis(app.workspace)
        await to_form(app, pilot)
        await press(pilot, "q", "a", "escape")  # letters go into the field: no key of the list acts
        if isinstance(app.screen, HandoverScreen):  # the first Esc closed the list of names
            await press(pilot, "escape")
        await until(pilot, lambda: "→" in text_of(app), "the list with what was typed")
        await press(pilot, "enter")
        await until(pilot, lambda: app.screen.query("FieldRow"), "the form of what was typed")
        await press(pilot, "f5")
        assert messages(app) == ["No se entiende «Quién deja el caso»: corríjalo, y firme después."]
        await choose(app, pilot, "consejera")
        await choose(app, pilot, "luis")
        await press(pilot, "ctrl+z")
        assert stored(app)[0]["taking_id"] is None
        assert messages(app)[-1] == "Se deshizo: Quién lo toma · se quitó «Luis de Prueba» · ^Y lo rehace"
        await press(pilot, "up")
        await choose(app, pilot, "luis")
        await press(pilot, "f6")
        assert isinstance(app.screen, HandoverScreen), "no question: it is refused"
        assert "«Quién lo toma»: Luis de Prueba, que firma en su propio equipo" in messages(app)[-1]
        (record,) = stored(app)
        assert record["left_by"] is record["taken_by"] is None
        case = a_case(app)
        await press(pilot, "enter", *"Media nota")
        seen = {name: record[name] for name in ("leaving_id", "taking_id", "handed_at")}
        by_luis(app.workspace, record["id"], case, seen | {"taken_by": LUIS})
        app.syncing._news(frozenset({case}))
        await until(pilot, lambda: "Firmó que lo toma: ✓ Luis de Prueba" in said_on(app), "his signature")
        assert messages(app)[-1] == "Ya lo firmó: Luis de Prueba. F4 lo abre para corregirlo."
        await press(pilot, "f5", "down", "enter")
        await until(pilot, lambda: "✓ Consejera de Prueba" in text_of(app), "both")
        (record,) = stored(app)
        assert (record["note"], record["taken_by"]) == ("Media nota", LUIS)
        assert not isinstance(app.screen, PickDialog)


async def test_letters_that_are_quicker_than_the_form_are_in_its_first_field(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = threading.Event()
    opened = RecordForm.open

    def slow(*arguments: Any) -> RecordForm:
        assert ready.wait(30)
        return opened(*arguments)

    monkeypatch.setattr(RecordForm, "open", slow)
    async with desk(furnished) as (app, pilot):
        know_luis(app.workspace)
        await press(pilot, "enter")
        await press(pilot, "o")
        await pilot.press("a", *"lu")
        ready.set()
        await until(pilot, lambda: app.screen.query("FieldRow"), "the form")
        await until(pilot, lambda: "▸ Luis de Prueba" in text_of(app), "what was typed")
        await press(pilot, "enter")
        assert stored(app)[0]["leaving_id"] == LUIS


def messages(app: LnctpApp) -> list[str]:
    return [note.message for note in app._notifications]


def some(app: LnctpApp) -> None:
    """Two handovers: one that both signed and that was corrected, one that waits."""
    workspace, case = app.workspace, a_case(app)
    know_luis(workspace)
    me, row = workspace.counselor_id, ids.new_id()
    values = {"leaving_id": LUIS, "taking_id": me, "handed_at": moments.iso(NOW), "note": "Llamar a las 10."}
    by_luis(workspace, row, case, values | {"left_by": LUIS})
    with workspace.store.write() as unit:
        unit.record("handovers", row, values | {"taken_by": me}, case=case)
    by_luis(workspace, row, case, {"note": "Llamar a las 11, decir que es de la escuela."})
    with workspace.store.write() as unit:
        unit.record("handovers", ids.new_id(), values | {"leaving_id": me, "taking_id": LUIS}, case=case)


@pytest.mark.parametrize(
    ("keys", "size"), [(("enter", "o"), (130, 34)), (("enter", "o", "down", "enter"), (80, 24))],
    ids=["list-130x34", "form-80x24"],
)  # fmt: skip
def test_how_they_look(
    keys: tuple[str, ...],
    size: tuple[int, int],
    furnished: Founded,
    snap_compare: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kind in (Input, TextArea):
        monkeypatch.setattr(kind.cursor_blink, "_default", False)
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        app.open_with(lambda: furnished.key, lambda _error: None)
        await until(pilot, lambda: app.unlocked, "the desk")
        some(app)
        await rest(pilot)
        for key in keys:
            await press(pilot, key)
        await until(pilot, lambda: "Firmó que lo toma" in text_of(app))
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()

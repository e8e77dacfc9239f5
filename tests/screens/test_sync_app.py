"""The whole way, with nothing made up: the app, a laptop of a colleague, and the real server between them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
from app_world import desk, furnished, furnished_template, said_on, spanish, text_of, until
from served import Served
from textual.pilot import Pilot
from textual.widgets import Input
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.case.conflicts import ConflictsScreen
from lnctp_tui.screens.sync.enroll import EnrollScreen
from lnctp_tui.services.case import cases
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.widgets.row_list import RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


def approve(served: Served, workspace: Workspace) -> None:
    """As the administrator does who has compared the six words."""
    with served.office() as office:
        office.approve(
            office.device(workspace.store.author.device), " ".join(synchronise.fingerprint(workspace))
        )


@pytest.fixture
def marta(served: Served, tables_template: Founded, tmp_path: Path) -> Iterator[Workspace]:
    """A colleague's laptop, enrolled, of a supervisor."""
    home = Path(shutil.copytree(tables_template.home, tmp_path / "marta"))
    found_workspace(
        home, tables_template.key, name="Marta Ejemplo", zone="America/Mexico_City", language="es"
    )
    workspace = open_workspace(home, tables_template.key)
    synchronise.enroll(workspace, served.url, served.person("supervisor", "Marta Ejemplo")[1])
    approve(served, workspace)
    yield workspace
    workspace.close()


async def enrol(app: LnctpApp, pilot: Pilot[int], served: Served) -> None:
    """In the app, with what was told by phone."""
    await pilot.press("s")
    await until(pilot, lambda: "trabaja solo" in said_on(app), "alone")
    await pilot.press("i")
    await until(pilot, lambda: isinstance(app.screen, EnrollScreen), "the form")
    app.screen.query_one("#url", Input).value = served.url
    app.screen.query_one("#code", Input).value = served.person("supervisor", "Consejera")[1]
    await pilot.press("f9")
    await until(pilot, lambda: "léale" in said_on(app), "the words")
    assert all(word in said_on(app) for word in synchronise.fingerprint(app.workspace))
    await pilot.press("escape")
    await until(pilot, lambda: "por aprobar" in text_of(app).splitlines()[0], "pending")
    approve(served, app.workspace)
    await pilot.press("r")
    await until(pilot, lambda: "todo enviado" in text_of(app).splitlines()[0], "all sent")


async def test_enrolled_in_the_app_a_colleagues_changes_come_and_a_conflict_is_settled(
    furnished: Founded, served: Served, marta: Workspace
) -> None:
    async with desk(furnished, (100, 30)) as (app, pilot):
        await enrol(app, pilot, served)
        synchronise.once(marta)
        await pilot.press("escape")
        case = app.screen.query_one(RowList).key.removeprefix("case:")
        app.show_case(case)
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and app.screen.document, "the case")

        cases.add_note(marta.store, case, "La tía quiere declarar")
        synchronise.once(marta)
        await until(pilot, lambda: "una colega escribió aquí" in said_on(app), "news")
        notes = cases.document(app.workspace.store, case)["notes"]
        assert "La tía quiere declarar" in [each["text"] for each in notes]

        with marta.store.write() as unit:
            unit.record("cases", case, {"code_word": "girasol"})
        with app.workspace.store.write() as unit:
            unit.record("cases", case, {"code_word": "jacaranda"})
        synchronise.once(marta)
        await until(pilot, lambda: "«d» decide" in said_on(app), "the conflict")
        await pilot.press("d")
        await until(
            pilot,
            lambda: isinstance(app.screen, ConflictsScreen) and "girasol" in said_on(app),
            "both values",
        )
        sides = synchronise.conflicts(app.workspace.store, case)[0].sides
        place = next(n for n, side in enumerate(sides, 1) if side.value == "girasol")
        await pilot.press(str(place))
        await until(pilot, lambda: not synchronise.conflicts(app.workspace.store), "settled")
        await until(pilot, lambda: app.syncing.status and not app.syncing.status.waiting, "sent")
        synchronise.once(marta)
        assert synchronise.conflicts(marta.store) == []
        assert cases.document(marta.store, case)["case"]["code_word"] == "girasol"
        assert cases.document(app.workspace.store, case)["case"]["code_word"] == "girasol"


async def test_the_lock_does_not_wait_for_the_line(furnished: Founded, served: Served) -> None:
    async with desk(furnished) as (app, pilot):
        await enrol(app, pilot, served)
        await until(pilot, lambda: app.syncing._thread is not None)
        before = monotonic()
        await pilot.press("ctrl+l")
        await until(pilot, lambda: app.return_value is not None, "locked")
        assert monotonic() - before < 5, "the long poll alone lasts 25 seconds"

"""The report on the screen: tables, bars, months, heat, two periods, blanks, and from a number to its cases."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from threading import Event

import pytest
from app_world import desk, rest, spanish, text_of, until
from filled_store import insert
from textual.app import App
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.services.report import shown
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.widgets.row_list import RowList

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import build_published

__all__ = ["spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


@pytest.fixture
def published(founded: Founded, tmp_path: Path) -> Founded:
    home = Path(shutil.copytree(founded.home, tmp_path / "published"))
    bare = engine.connect(home / paths.DATABASE, founded.key.dek)
    documents = build_published.cases()
    for number, document in enumerate(documents):
        document["case"]["folio"] = f"PRUE-{number:04}"
    bare.execute("BEGIN")
    insert(bare, documents)
    bare.execute("COMMIT")
    bare.close()
    return Founded(home, founded.key)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def test_left_while_it_counts_it_is_left_and_nothing_falls(
    published: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, count = Event(), shown.count
    monkeypatch.setattr(shown, "count", lambda *of: (left.wait(20), count(*of))[1])
    async with desk(published) as (app, pilot):
        await pilot.press("i")
        await until(pilot, lambda: type(app.screen).__name__ == "ReportScreen", "the report")
        await pilot.press("escape")
        await until(pilot, lambda: type(app.screen).__name__ == "DeskScreen", "the desk")
        left.set()
        await app.workers.wait_for_complete()
        await rest(pilot)
        assert app.is_running
        assert type(app.screen).__name__ == "DeskScreen"


async def stays_where_it_was(app: App[int], pilot: Pilot[int]) -> None:
    """A long table, read from its middle: counted again, in the other language, at another width and back."""
    screen = app.screen
    rows, listed = screen.query_one("#report-rows", RowList), screen.query_one("#report-tables", RowList)
    await press(pilot, "home", *["down"] * 7, "tab", "end", *["up"] * 4)
    place = (listed.key, rows.key, rows._top, screen.focused)
    assert place[0] == "C2"
    assert rows._top > 3
    before = screen.sheet.shown
    await press(pilot, "r")
    await until(pilot, lambda: screen.sheet.shown is not before, "counted again")
    await rest(pilot)
    assert (listed.key, rows.key, rows._top, screen.focused) == place
    await press(pilot, "b", "b")
    await pilot.resize_terminal(100, 24)
    await rest(pilot)
    await pilot.resize_terminal(80, 24)
    await rest(pilot)
    assert (listed.key, rows.key, rows._top, screen.focused) == place


async def test_a_number_is_followed_to_its_cases(
    published: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with desk(published) as (app, pilot):
        await press(pilot, "i")
        await until(pilot, lambda: "Ningún reporte entre 2026-01-01" in text_of(app), "an empty period")
        assert "2019-01-02 a 2021-05-18." in text_of(app)
        assert "no es la" in text_of(app)
        await press(pilot, "p", *"2020 2019", "enter")
        await until(pilot, lambda: "El periodo termina antes de empezar." in text_of(app), "backwards")
        await press(pilot, *["backspace"] * 9, *"2019 2020", "enter")
        await until(pilot, lambda: "184 reportes" in text_of(app), "two years")
        await press(pilot, *["down"] * 10)
        bars = text_of(app)
        assert "M1 Menciones de modalidad" in bars
        assert all(word in bars for word in ("135", "73 %", "██", "N1 Falta", "Otras 4: 0"))
        await press(pilot, "v", "v")
        assert "2019-01 a 2020-12, por mes" in text_of(app)
        await press(pilot, "down", "down", "v", "tab", "right")
        assert "Explotación laboral: 0" in text_of(app)
        await press(pilot, "v", "u")
        assert "181 de 184 casos" in text_of(app)
        await press(pilot, "u", "b")
        assert "Only what this laptop holds: 201 cases" in text_of(app)
        await press(pilot, "b", "c", "down", "enter")
        await until(pilot, lambda: "Frente a 2018-01-01 a 2019-12-31" in text_of(app), "two periods")
        await press(pilot, "c", "x", *"todo.json", "enter")
        await until(pilot, lambda: "Ese no es un archivo en una carpeta" in text_of(app), "no folder")
        await press(pilot, "escape", "x", *["backspace"] * 9, *f"{tmp_path}/todo.json", "enter")
        await until(pilot, lambda: (tmp_path / "todo.json").exists(), "the file")
        assert json.loads((tmp_path / "todo.json").read_text())["reports"] == 184
        assert (tmp_path / "todo.json").stat().st_mode & 0o077 == 0
        await press(pilot, "enter")
        await until(pilot, lambda: "PRUE-00" in text_of(app), "its cases")
        assert "Pregunta: lnctp report --from 2019-01-01 --to 2020-12-31 --table M3" in text_of(app)
        await press(pilot, "enter")
        await until(
            pilot, lambda: "PRUE-00" in text_of(app) and "¿De dónde sale?" not in text_of(app), "a case"
        )
        await press(pilot, "escape", "escape", "escape", "i")
        assert "184 reportes" in text_of(app)  # the last result stayed
        await stays_where_it_was(app, pilot)
        assert app.workspace.writer.drain(30)
        with app.workspace.store.read() as connection:
            rows = connection.exec_driver_sql("SELECT record FROM access WHERE action = 'report'").fetchall()
        assert any("2019-01-01/2020-12-31" in record for (record,) in rows)
        assert shown.last(app.workspace.store) is not None

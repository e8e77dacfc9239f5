"""A list by declaration: its columns, pages, news, trouble, and the way back after a lock."""

from __future__ import annotations

import sys
from functools import partial
from typing import ClassVar

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from textual.binding import BindingType
from workspaces import Founded

from lnctp_tui.errors import LnctpError
from lnctp_tui.screens import registry
from lnctp_tui.screens.lists.columns import Column, Columns
from lnctp_tui.screens.lists.list_screen import NEWS, Job, ListScreen
from lnctp_tui.screens.registry import SCREENS, Entry
from lnctp_tui.widgets.row_list import Line, RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

SHIFTS: Columns[int] = Columns(
    (
        Column(lambda number, _frame: f"turno {number}", 12, "strong"),
        Column(lambda number, _frame: f"ancho {number}", 12, least=100),
        Column(lambda number, _frame: "par" if number % 2 == 0 else "non"),
    ),
    lambda number: f"shift:{number}",
    lambda number, frame: frame.notes("Entregado sin novedad.", "   ") if number == 1 else (),
)


class Shifts(ListScreen[list[int]]):
    """Fictional shifts, three to a page."""

    NAME = "Turnos"
    PLACE = "shifts"
    GROUP = "shifts"
    PAGED = 3
    BINDINGS: ClassVar[list[BindingType]] = []
    stored: ClassVar[list[int]] = []
    asked: ClassVar[list[tuple[int, int]]] = []
    opened: ClassVar[list[str]] = []

    def job(self, limit: int) -> Job[list[int]]:
        return lambda: self._page(0, limit)

    def next_page(self, view: list[int]) -> Job[list[int]]:
        return lambda: [*view, *self._page(len(view), 3)]

    def _page(self, start: int, limit: int) -> list[int]:
        self.asked.append((start, limit))
        return self.stored[start : start + limit]

    def count(self, view: list[int]) -> int:
        return len(view)

    def lines(self, view: list[int]) -> list[Line]:
        return SHIFTS.lines(view, self.frame, "Ninguno.")

    def open_key(self, key: str) -> None:
        self.opened.append(key)


class Refused(Shifts):
    """One that the server alone could read."""

    WAITING = "Preguntando…"
    READ_ON = frozenset({NEWS})

    def _page(self, start: int, limit: int) -> list[int]:
        raise LnctpError("error", at="prueba:1")


@pytest.fixture(autouse=True)
def shifts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        SCREENS, "shifts", Entry("shifts:Shifts", resume=lambda shell, _id: shell.go("shifts"))
    )
    monkeypatch.setitem(sys.modules, "lnctp_tui.screens.shifts", sys.modules[__name__])
    monkeypatch.setattr(Shifts, "stored", list(range(1, 8)))
    for name in ("asked", "opened"):
        monkeypatch.setattr(Shifts, name, [])


async def test_rows_stand_in_their_columns_and_open(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        screen = Shifts()
        await app.push_screen(screen)
        await until(pilot, lambda: "turno 3" in text_of(app), "the first page")
        lines = text_of(app).splitlines()
        assert lines[1].split() == ["▸", "turno", "1", "non"]
        assert lines[2].strip() == "Entregado sin novedad."
        assert "ancho" not in text_of(app), "a column that needs a wider list"
        await pilot.press("down", "enter")
        await until(pilot, lambda: Shifts.opened, "a row")
        assert Shifts.opened == ["shift:2"]


async def test_the_next_page_is_read_at_the_last_row_until_there_is_none(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        screen = Shifts()
        await app.push_screen(screen)
        await rest(pilot)
        Shifts.asked.clear()
        for count in (6, 7):
            for _again in range(3):  # once is enough: the page is on its way
                screen.read_more()
            await until(pilot, lambda count=count: len(screen.view or ()) == count, str(count))
        await pilot.press("end", "end")
        await rest(pilot)
        assert screen.view == Shifts.stored
        assert Shifts.asked == [(3, 3), (6, 3)]


async def test_news_read_as_much_as_was_shown_and_leave_the_cursor(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        screen = Shifts()
        await app.push_screen(screen)
        await rest(pilot)
        await pilot.press("end")
        await until(pilot, lambda: len(screen.view or ()) == 6, "two pages")
        await pilot.press("end")
        await rest(pilot)
        Shifts.stored.insert(0, 0)
        screen.query_one(RowList).action_edge(0)
        Shifts.asked.clear()
        screen.news(frozenset())
        await until(pilot, lambda: (screen.view or [1])[0] == 0, "the news")
        assert Shifts.asked == [(0, 7)]
        assert screen.query_one(RowList).key == "shift:1"


async def test_a_list_that_waits_for_the_server_says_itself_what_went_wrong(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        screen = Refused()
        await app.push_screen(screen)
        await until(pilot, lambda: screen.rows.trouble, "the trouble")
        await rest(pilot)
        assert "Preguntando" not in text_of(app)
        assert screen.rows.trouble.split()[0] in text_of(app)
        assert not app._notifications


async def test_a_lock_comes_back_to_a_list_when_the_registry_says_so(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(furnished) as (app, pilot):
        app.go("shifts")
        await until(pilot, lambda: isinstance(app.screen, Shifts), "the list")
        place = app.forms_open.where()
        assert place == ("shifts", "")
        app.pop_screen()
        assert app.forms_open.where() is None
        registry.resume(app, place)
        await until(pilot, lambda: isinstance(app.screen, Shifts), "the list again")
        monkeypatch.setitem(SCREENS, "shifts", Entry("shifts:Shifts"))
        assert Shifts().place is None


async def test_nothing_is_delivered_to_a_list_that_was_left(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        screen = Shifts()
        await app.push_screen(screen)
        await rest(pilot)
        await screen.dismiss(None)
        await rest(pilot)
        seen = screen.view
        app.later(screen.take, [99])
        app.later(partial(screen.take, [98]))
        await rest(pilot)
        assert screen.view == seen

"""Alerts on the screen: for a counselor what grows, for a supervisor the cases behind it and a mute with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.errors import SyncFailed
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.report.alerts import AlertsScreen
from lnctp_tui.services.sync import alert_requests
from lnctp_tui.services.sync.alert_requests import AlertLine, Alerts, Behind
from lnctp_tui.widgets.row_list import RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")
BARBER = AlertLine(
    "0190-a", "venue", "barberia", "", 6.0, 6, 48, 2, 520, 4, "2026-11-02", "2026-11-23", False, None, None
)  # fmt: skip


@dataclass
class Line:
    """A server that answers from memory."""

    answer: Alerts = field(default_factory=lambda: Alerts("2026-11-23", 80, True, [BARBER]))
    behind: AlertLine = BARBER
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> Line:
        monkeypatch.setattr(alert_requests, "alerts", lambda _: self.answer)
        monkeypatch.setattr(alert_requests, "alert", lambda *_: self.behind)
        monkeypatch.setattr(alert_requests, "mute", lambda _, *said: self.asked.append(said))
        return self


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def test_a_supervisor_looks_behind_an_alert_and_mutes_it_with_a_reason(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Line().install(monkeypatch)
    async with desk(furnished) as (app, pilot):
        case_id = app.screen.query_one(RowList).key.removeprefix("case:")
        server.behind = replace(BARBER, cases=(Behind(case_id, "ZZZZ-0001-A", "2026-11-24", "urgent_24h"),))
        over = [replace(BARBER, muted="campana"), replace(BARBER, closed=True)]
        server.answer = replace(server.answer, lines=[BARBER, *over])
        await press(pilot, "i")
        await until(pilot, lambda: "Avisos (1)" in text_of(app), "what grows, beside the report")
        assert "×6 Barbería" in text_of(app)
        server.answer = replace(server.answer, lines=[BARBER])
        await press(pilot, "a")
        await until(pilot, lambda: "6 de 48" in text_of(app))
        assert isinstance(app.screen, AlertsScreen)
        assert "×6.0" in text_of(app)
        assert "6 de 48 en 4 semanas; antes, 2 de 520" in text_of(app)
        assert "ZZZZ-0001-A" not in text_of(app)
        await press(pilot, "enter")
        await until(pilot, lambda: "ZZZZ-0001-A" in text_of(app))
        await press(pilot, "end", "enter", "down", "enter", *"eco", "enter")
        await until(pilot, lambda: bool(server.asked))
        assert server.asked == [("0190-a", "duplicados", "eco", 30)]
        await until(pilot, lambda: isinstance(app.screen, AlertsScreen))
        await press(pilot, "enter")
        await until(pilot, lambda: "ZZZZ-0001-A" in text_of(app))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))


async def test_a_counselor_sees_no_case_and_a_laptop_without_network_says_so(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Line().install(monkeypatch)
    async with desk(furnished) as (app, pilot):
        await press(pilot, "i", "a")
        await until(pilot, lambda: "Barbería" in text_of(app))
        await press(pilot, "enter")
        await until(pilot, lambda: "los ve supervisión" in text_of(app))
        assert "Silenciar" not in text_of(app)
        await press(pilot, "escape")
        server.answer = Alerts("2026-11-23", 20, False, [])
        await press(pilot, "r")
        await until(pilot, lambda: "Aún sin historia suficiente: 20 semanas" in text_of(app))

        def unreachable(_: object) -> Alerts:
            raise SyncFailed("not_enrolled")

        monkeypatch.setattr(alert_requests, "alerts", unreachable)
        await press(pilot, "r")
        await until(pilot, lambda: "Aún sin historia" not in text_of(app))
        await press(pilot, "escape")
        await until(pilot, lambda: not isinstance(app.screen, AlertsScreen))

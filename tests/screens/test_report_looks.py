"""How the report and the alerts look, in the narrow and the wide terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from app_world import app_on, furnished, furnished_template, rest, spanish, text_of, until
from counts import in_soak
from test_alerts_screen import BARBER, Line
from test_app_looks import NAMES, NARROW, SIZES, WIDE, steady, to_desk
from test_report_screen import published
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.services.sync.alert_requests import Alerts, Behind

__all__ = ["furnished", "furnished_template", "published", "spanish", "steady"]
pytestmark = pytest.mark.usefixtures("spanish")
MODALITY = replace(
    BARBER, id="0190-b", family="modality_origin", code="explotacion_laboral", origin="MX-CHP", ratio=3.4, x=3, of=48,
    before=9, of_before=490, weeks=8,
)  # fmt: skip
MUTED = replace(
    BARBER, id="0190-c", code="hotel", muted="campana", muted_until="2026-12-20T18:00:00.000000Z", ratio=2.1
)
PERIOD = ("i", "p", *"2019 2020", "enter")
DOWN = ("down",)
VIEWS: dict[str, tuple[str, ...]] = {
    "bars": DOWN * 10, "shades": (*DOWN * 12, "v", "v", "v"), "months": (*DOWN, "v", "v"), "numbers": (*DOWN * 12, "v"),
    "whence": (*DOWN * 10, "enter", "enter"),
}  # fmt: skip
"""What of the report → keys, once two years are counted."""


@pytest.mark.parametrize(
    ("view", "size"),
    [
        pytest.param("bars", NARROW, id="bars-80x24"), pytest.param("shades", WIDE, id="shades-130x34"),
        *(pytest.param(*row.values, id=f"{row.values[0]}-{row.values[1][0]}x{row.values[1][1]}", marks=row.marks)
          for row in in_soak(("bars", WIDE), ("shades", NARROW), ("months", NARROW), ("months", WIDE),
                             ("numbers", NARROW), ("numbers", WIDE), ("whence", NARROW), ("whence", WIDE))),
    ],
)  # fmt: skip
def test_the_report(view: str, size: tuple[int, int], published: Founded, snap_compare: Any) -> None:
    app = app_on(published)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, published)
        await pilot.press("i")
        await until(pilot, lambda: "contado" in text_of(app))
        await pilot.press(*PERIOD[1:])
        await until(pilot, lambda: "2019-01-01 a 2020-12-31" in text_of(app))
        await pilot.press(*VIEWS[view])
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("what", ["list", *in_soak("behind", "young", "beside")])
def test_the_alerts(
    what: str, size: tuple[int, int], furnished: Founded, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = tuple(
        Behind(f"c{number}", f"ZZZZ-000{number}", f"2026-11-{10 + number}", "urgent_24h")
        for number in range(4)
    )
    server = Line(Alerts("2026-11-23", 80, True, [BARBER, MODALITY, MUTED]), replace(BARBER, cases=cases))
    if what == "young":
        server.answer = Alerts("2026-11-23", 20, False, [])
    server.install(monkeypatch)
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, furnished)
        await pilot.press("i")
        await until(pilot, lambda: "Avisos (2)" in text_of(app) or what == "young")
        if what != "beside":
            await pilot.press("a")
            await until(pilot, lambda: "6 de 48" in text_of(app) or "Aún sin historia" in text_of(app))
        if what == "behind":
            await pilot.press("enter")
            await until(pilot, lambda: "ZZZZ-0001" in text_of(app))
        await rest(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()

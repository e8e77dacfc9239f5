"""When a next contact was promised."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lnctp_tui.domain.values.promises import window

NOW = datetime(2026, 11, 22, 12, 3, tzinfo=ZoneInfo("America/Mexico_City"))  # a Sunday


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("mañana 10 a 12", "11-23 10:00", "11-23 12:00"),
        ("Mañana", "11-23 00:00", "11-23 23:59"),
        ("hoy a las 5 pm", "11-22 17:00", "11-22 18:00"),
        ("hoy", "11-22 12:03", "11-22 23:59"),
        ("pasado mañana 9:30", "11-24 09:30", "11-24 10:30"),
        ("martes 10-12", "11-24 10:00", "11-24 12:00"),
        ("el domingo a las 10", "11-29 10:00", "11-29 11:00"),
        ("domingo 18 a 20", "11-22 18:00", "11-22 20:00"),
        ("en 3 días", "11-25 00:00", "11-25 23:59"),
        ("en 2 horas", "11-22 14:03", "11-22 15:03"),
        ("15/12 de 10 a 11", "12-15 10:00", "12-15 11:00"),
        ("15/01/2027", "01-15 00:00", "01-15 23:59"),
        ("10 a 12", "11-23 10:00", "11-23 12:00"),
        ("10-12", "11-23 10:00", "11-23 12:00"),
        ("tomorrow 4 to 5 pm", "11-23 16:00", "11-23 17:00"),
    ],
)
def test_a_promise_is_a_window(said: str, start: str, end: str) -> None:
    found = window(said, NOW)
    assert found is not None
    assert tuple(f"{each:%m-%d %H:%M}" for each in found) == (start, end)


@pytest.mark.parametrize(
    "said", ["cuando pueda", "30/02", "hoy a las 9", "mañana 25", "12 a 10 mañana", "20/11/2020"]
)
def test_what_is_no_window_is_none(said: str) -> None:
    assert window(said, NOW) is None

"""A moment as people say it, on the clock of whoever types; a day without an hour is no moment."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lnctp_tui.domain.protocol.protocol import Field, Label, Protocol
from lnctp_tui.domain.values import hours, values
from lnctp_tui.domain.values.values import Parsed

ZONE = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 22, 12, 3, 5, tzinfo=ZONE)
PROTOCOL = Protocol("prueba", (), {}, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("ahora", "2026-11-22T12:03:05"),
        ("22:00", "2026-11-22T22:00:00"),
        ("22", "2026-11-22T22:00:00"),
        ("9 pm", "2026-11-22T21:00:00"),
        ("12 a.m.", "2026-11-22T00:00:00"),
        ("hoy 7:30", "2026-11-22T07:30:00"),
        ("Ayer a las 21", "2026-11-21T21:00:00"),
        ("ayer 21", "2026-11-21T21:00:00"),
        ("mañana 8 am", "2026-11-23T08:00:00"),
        ("pasado mañana 8:15", "2026-11-24T08:15:00"),
        ("28/11 17:56", "2026-11-28T17:56:00"),
        ("15/10 17:56", "2026-10-15T17:56:00"),
        ("2/1 6:00", "2027-01-02T06:00:00"),
        ("22 nov 2026 12:03", "2026-11-22T12:03:00"),
        ("2026-11-20 12:03", "2026-11-20T12:03:00"),
        ("lunes 10h", "2026-11-16T10:00:00"),
        ("21/11/2026, 23:59", "2026-11-21T23:59:00"),
    ],
)
def test_what_is_read(typed: str, moment: str) -> None:
    read = hours.at(typed, NOW)
    assert read is not None
    assert (read.replace(tzinfo=None).isoformat(), read.tzinfo) == (moment, ZONE)


@pytest.mark.parametrize(
    "typed",
    ["", "ayer", "28/11", "28 nov 26", "marzo 2026 22", "25:00", "13 pm", "0 am", "12:60", "a la noche", "31/02 10:00",
     "nov 15:00", "9:00 o 10:00 y algo", "x" * 5000],
)  # fmt: skip
def test_what_is_no_moment(typed: str) -> None:
    assert hours.at(typed, NOW) is None


def parsed(kind: str, code: str, typed: str, **more: object) -> Parsed:
    field = Field("task", code, kind, Label("", ""))
    return values.parse(field, typed, protocol=PROTOCOL, today=NOW.date(), **more)  # type: ignore[arg-type]


def test_a_moment_is_stored_in_utc_and_what_is_none_as_it_was_typed() -> None:
    assert parsed("instant", "done_at", "22:00", now=NOW).patch == {"done_at": "2026-11-23T04:00:00.000000Z"}
    for unread in (parsed("instant", "done_at", "de noche", now=NOW), parsed("instant", "done_at", "22:00")):
        assert unread.problem == "instant_unreadable"
        assert unread.patch["done_at"] is None
    assert unread.patch["answers.raw.done_at"] == "22:00"
    assert parsed("instant", "done_at", "", now=NOW).patch == {"done_at": None}


def test_a_window_fills_both_its_columns() -> None:
    patch = {"due_from": "2026-11-23T16:00:00.000000Z", "due_to": "2026-11-23T18:00:00.000000Z"}
    assert parsed("window", "when", "mañana 10 a 12", now=NOW).patch == patch
    unread = parsed("window", "when", "cuando pueda", now=NOW)
    assert (unread.problem, unread.patch["answers.raw.when"]) == ("promise_unreadable", "cuando pueda")
    assert parsed("window", "when", " ", now=NOW).patch == dict.fromkeys(patch)

"""The one rule of instants and dates: what a record may hold, at every door."""

from datetime import date

import pytest

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.values import moments

ON = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("opened_at", "2026-03-14T20:05:00.000000Z", None),
        ("opened_at", "2026-03-14T20:05:00-06:00", None),
        ("opened_at", "2026-03-14T20:05:00", "bad_instant"),
        ("opened_at", "2026-02-30T20:05:00Z", "bad_instant"),
        ("opened_at", "1899-12-31T20:05:00Z", "bad_instant"),
        ("due_from", "2201-01-01T00:00:00Z", "bad_instant"),
        ("due_from", "2099-01-01T00:00:00Z", None),
        ("started_at", "20260314T200500Z", "bad_instant"),
        ("started_at", "2026-W11-6", "bad_instant"),
        ("started_at", "hoy", "bad_instant"),
        ("started_at", 17, "bad_instant"),
        ("birth_date", "2008", None),
        ("birth_date", "2008-03", None),
        ("birth_date", "2026-03-15", None),
        ("birth_date", "2026-03-16", "date_future"),
        ("birth_date", "2065-03-14", "date_future"),
        ("birth_date", "14/03/2008", "bad_date"),
        ("birth_date", "0065-03-14", "bad_date"),
        ("stage_on", "2027-01-01", None),
        ("stage_on", "2026-02-30", "bad_date"),
    ],
)
def test_a_moment_is_one_or_says_why_not(column: str, value: object, why: str | None) -> None:
    if column in moments.INSTANTS:
        assert (moments.zoned(value) is None) is (why == "bad_instant")
    else:
        assert moments.day(value, ON, birth=column in moments.BIRTHS) == why


def test_without_a_day_a_birth_is_not_compared() -> None:
    assert moments.day("2065-03-14", None, birth=True) is None


@pytest.mark.parametrize(("column", "value"), [("opened_at", None), ("summary", "ayer")])
def test_no_moment_and_a_column_of_none_are_well(column: str, value: str | None) -> None:
    assert record_check.flaw("cases", {column: value}, 1) is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("opened_at", "2026-02-30T10:00:00.000000Z"),
        ("started_at", "0001-01-01T00:00:00Z"),
        ("birth_date", "2026-13"),
    ],
)
def test_a_pulled_change_that_says_no_day_is_set_aside(column: str, value: str) -> None:
    from lnctp_tui.sync.verify import well_formed

    change = {
        "id": "c", "device": "d", "actor": "a", "table": "cases", "row": "r", "case": None, "hash": "0" * 64,
        "sig": "s", "hlc": 1, "schema": 1, "base": [], "patch": {"summary": "nada"},
    }  # fmt: skip
    assert well_formed(change)
    assert not well_formed(change | {"patch": {column: value}})
    assert well_formed(change | {"table": "of_a_newer_version", "patch": {column: value}})

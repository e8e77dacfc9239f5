"""What the server reads out of a team's records, and its weekly look, against the real database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from reported import NOW, WEEK, Case, issue, row, store, weeks
from server_office import Laptop

from lnctp_tui.domain.alerts.reports import FOREIGN, UNLISTED, Report, Series, monday
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit
from lnctp_tui.server.alerts import records, showing, weekly
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE, Pool, transaction

BARBER = Series("venue", "barberia")


def read(pool: Pool, first: int = WEEK - 60, last: int = WEEK) -> dict[str, Report]:
    with transaction(pool, "main", SERVE) as connection:
        return {report.case_id: report for report in records.read(connection, "main", first, last)}


def test_a_report_says_what_its_case_and_all_that_was_merged_into_it_say(pool: Pool) -> None:
    store(pool, [
        Case(venue="hotel", said=("platform.facebook", "modality.esclavitud", "act.captar"), id="root"),
        Case(WEEK - 1, "barberia", ("hooking_method.oferta_empleo", "platform.mi_red"), id="merged",
             columns={"merged_into": "root", "report_class": None, "status": "merged"},
             contact={"country": "GT", "state": None}),
        Case(venue="~el taller de Don Beto", id="words"),
    ])  # fmt: skip
    reports = read(pool)
    assert reports.keys() == {"root", "words"}
    root = reports["root"]
    assert (root.day, root.origin) == (monday(WEEK - 1) + timedelta(days=2), FOREIGN)
    assert root.venues == {"hotel", "barberia"}
    assert root.methods == {"oferta_empleo"}
    assert root.platforms == {"facebook", UNLISTED}
    assert root.modalities == {"esclavitud"}
    assert reports["words"].venues == {UNLISTED}


@pytest.mark.parametrize(
    ("columns", "contact", "counts"),
    [
        ({}, {}, True),
        ({"report_class": "situacion_riesgo"}, {}, True),
        ({"report_class": "informativo"}, {}, False),
        ({"report_class": None}, {}, False),
        ({"erased_at": "2026-11-01T00:00:00Z"}, {}, False),
        ({}, None, True),
        ({}, {"kind": "prank"}, False),
        ({}, {"kind": None}, True),
        ({}, {"direction": "out"}, True),
    ],
)
def test_what_counts(
    pool: Pool, columns: dict[str, str], contact: dict[str, str] | None, counts: bool
) -> None:
    store(pool, [Case(columns=columns, contact=contact, id="one")])
    assert ("one" in read(pool)) is counts


@pytest.mark.parametrize(
    ("at", "counts"),
    [("2026-11-23T05:59:59Z", False), ("2026-11-23T06:00:00Z", True), ("2026-11-30T05:59:59Z", True),
     ("2026-11-30T06:00:00Z", False)],
)  # fmt: skip
def test_a_week_begins_and_ends_at_midnight_of_mexico_city(pool: Pool, at: str, counts: bool) -> None:
    store(pool, [Case(id="one", at=datetime.fromisoformat(at))])
    assert ("one" in read(pool, WEEK, WEEK)) is counts


@pytest.mark.parametrize(("into", "counts"), [("gone", True), ("nowhere", True), ("there", False)])
def test_a_merge_into_what_is_not_there_ends_where_it_stands(pool: Pool, into: str, counts: bool) -> None:
    """As in the report: a case is not lost because another one was erased."""
    erased = {"erased_at": "2026-11-01T00:00:00Z"}
    store(
        pool,
        [Case(id="one", columns={"merged_into": into}), Case(id="there"), Case(id="gone", columns=erased)],
    )
    assert set(read(pool)) == ({"one", "there"} if counts else {"there"})


def test_only_linked_cases_are_once(pool: Pool) -> None:
    store(pool, [Case(id=name) for name in ("a", "b", "c")])
    with transaction(pool, "main", SERVE) as connection:
        for number, (one, two, state) in enumerate((("a", "b", "confirmed"), ("b", "c", "possible"))):
            row(connection, "main", "links", f"l{number}", {"case_id": one, "other_id": two, "state": state})
    assert {id_: report.with_ids for id_, report in read(pool).items()} == {"a": {"b"}, "c": frozenset()}


def test_another_teams_cases_are_not_read(pool: Pool) -> None:
    store(pool, [Case(id="theirs")], team="other")
    assert read(pool) == {}


def shown(pool: Pool, now: datetime = NOW, *, leads: bool = False) -> list[dict[str, object]]:
    with transaction(pool, "main", SERVE) as connection:
        alerts: list[dict[str, object]] = showing.listed(connection, "main", now, leads=leads)["alerts"]
        return alerts


def test_the_look_is_once_a_week_and_catches_up(pool: Pool) -> None:
    store(pool, [*weeks(3), *(Case(WEEK - 3, "barberia") for _ in range(4))])
    earlier = NOW - timedelta(weeks=5)
    assert weekly.run(pool, "main", earlier) == []
    assert weekly.run(pool, "main", earlier + timedelta(days=5)) is None
    changes = weekly.run(pool, "main", NOW)
    assert changes is not None
    assert [(change, alert.series, alert.last - WEEK) for change, alert in changes][:2] == [
        ("open", BARBER, -3), ("grow", BARBER, -2),
    ]  # fmt: skip
    assert weekly.run(pool, "main", NOW) is None
    (alert,) = shown(pool)
    assert (alert["code"], alert["x"], alert["before"], alert["closed"]) == ("barberia", 4, 0, False)
    with transaction(pool, "main", SERVE) as connection:
        actions = [action for (action,) in connection.execute("SELECT action FROM audit WHERE team = 'main'")]
        assert actions == ["alert.open"]
        assert audit.broken_at(connection, "main") is None


def test_a_clock_that_was_ahead_silences_nothing(pool: Pool) -> None:
    store(pool, [*weeks(3), *(Case(venue="barberia") for _ in range(4))])
    assert weekly.run(pool, "main", NOW + timedelta(days=4000)) == []
    changes = weekly.run(pool, "main", NOW)
    assert changes is not None
    assert [change for change, _ in changes] == ["open"]
    assert weekly.run(pool, "main", NOW) is None


def test_without_half_a_year_it_says_so(pool: Pool) -> None:
    store(pool, weeks(3, 20))
    weekly.run(pool, "main", NOW)
    with transaction(pool, "main", SERVE) as connection:
        listed = showing.listed(connection, "main", NOW, leads=True)
    assert (listed["enough"], listed["history"], listed["alerts"]) == (False, 20, [])


def test_cases_are_for_supervisors_and_only_those_they_may_see(pool: Pool) -> None:
    store(pool, weeks(3))
    ids = store(pool, [Case(venue="barberia", columns={"folio": f"ZZZ-{n}"}) for n in range(4)])
    weekly.run(pool, "main", NOW)
    sup, ana = Laptop(pool, "sup", "supervisor"), Laptop(pool, "ana")
    with transaction(pool, "main", SERVE) as connection:
        connection.execute(
            "INSERT INTO access (team, person, scope, state, rank) VALUES ('main', 'sup', %s, 'revoked', 0)",
            (ids[0],),
        )
    (alert,) = shown(pool)
    id_ = str(alert["id"])
    answer = showing.one(pool, sup.row, id_, NOW, leads=True)
    assert {case["id"] for case in answer["cases"]} == set(ids[1:])
    told = showing.one(pool, ana.row, id_, NOW, leads=False)
    assert "cases" not in told
    assert not [value for value in told.values() if value in ids or "ZZZ-" in str(value)]
    with pytest.raises(Declined, match="not_found"):
        showing.one(pool, sup.row, "nothing", NOW, leads=True)


def test_a_mute_says_why_is_in_the_audit_and_breaks_at_twice_as_many(pool: Pool) -> None:
    store(pool, weeks(3))
    store(pool, [Case(venue="barberia") for _ in range(4)])
    weekly.run(pool, "main", NOW)
    sup = Laptop(pool, "sup", "supervisor")
    id_ = str(shown(pool)[0]["id"])
    showing.mute(pool, sup.row, id_, NOW, "duplicados", "La misma nota", 30)
    (hushed,) = shown(pool)
    assert (hushed["muted"], "muted_text" in hushed) == ("duplicados", False)
    assert shown(pool, leads=True)[0]["muted_text"] == "La misma nota"
    assert shown(pool, NOW + timedelta(days=31))[0]["muted"] is None
    later = NOW + timedelta(weeks=1)
    store(pool, [Case(WEEK + 1, "barberia") for _ in range(4)])
    changes = weekly.run(pool, "main", later)
    assert changes is not None
    assert [change for change, _ in changes] == ["grow", "unmute"]
    assert shown(pool, later)[0]["muted"] is None
    with transaction(pool, "main", SERVE) as connection:
        actions = [
            row[0] for row in connection.execute("SELECT action FROM audit WHERE team = 'main' ORDER BY n")
        ]
    assert actions == ["alert.open", "alert.mute:duplicados:30:La misma nota", "alert.unmute"]


def test_no_mute_is_longer_than_ninety_days(pool: Pool) -> None:
    assert weekly.until(NOW, 10_000) == NOW + timedelta(days=90)
    assert weekly.until(datetime(2026, 1, 1, tzinfo=UTC), 1) == datetime(2026, 1, 2, tzinfo=UTC)


def test_the_published_number_of_an_alert_is_that_of_the_newest_edition_that_prints_one(
    pool: Pool, owner: str
) -> None:
    def rows(edition: str, code: str, count: int | None, flag: str = "ok") -> dict[str, bytes]:
        cell = {"row_code": code, "col_code": "", "count": count, "flag": flag, "period_from": "2019-01-01",
                "period_to": edition}  # fmt: skip
        return {"tabla-L1.json": json.dumps({"rows": [cell]}).encode()}

    with database.connect(owner) as connection:
        issue(connection, "2019-k5", rows("2019", "barberia", 7))
        issue(connection, "2020-k5", rows("2020", "barberia", None, "hidden"))
        issue(connection, "2021-k5", rows("2021", "hotel", 9))
        issue(connection, "2022-k5", rows("2022", "barberia", 8), **{"tabla-L1.json": b"[]"})
    with transaction(pool, "main", SERVE) as served:
        figure = showing.printed(served, "main", BARBER)
        assert figure == {"edition": "2019-k5", "table": "L1", "from": "2019-01-01", "to": "2019", "count": 7}
        assert showing.printed(served, "main", Series("platform", "facebook")) is None

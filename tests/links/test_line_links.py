"""The whole Line on the server: what arrives is looked up, the holder learns about how many, and nobody can ask."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from server_office import NOON, Laptop, statuses

from lnctp_tui.domain.records import bound
from lnctp_tui.server.admin import erase, line_run
from lnctp_tui.server.ingest import linking
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.storage import ids


def rows(pool: Pool, query: str, *values: Any) -> list[Any]:
    with database.transaction(pool, "main", database.SERVE) as connection:
        return connection.execute(query, values).fetchall()


def identifier(
    laptop: Laptop, case: str, value: str, kind: str = "phone", row: str | None = None
) -> dict[str, Any]:
    patch = {"case_id": case, "kind": kind, "value": value}
    return laptop.change("identifiers", row or ids.new_id(), patch, case=case)


def reports(laptop: Laptop, *values: str) -> str:
    """Delivers a case with these phones; its id."""
    case = laptop.case()
    answer = laptop.push(case, *(identifier(laptop, case["row"], value) for value in values))
    assert {status for status, _reason in statuses(answer)} == {"accepted"}
    return str(case["row"])


def told(laptop: Laptop) -> list[tuple[str, str]]:
    return [(entry["scope"], entry["band"]) for entry in laptop.pull() if entry["k"] == "match"]


def number(last: int) -> str:
    return f"222 557 {last:04}"


def test_the_holder_learns_about_how_many_and_nothing_of_them(pool: Pool) -> None:
    ana, luis, eva = Laptop(pool, "ana"), Laptop(pool, "luis"), Laptop(pool, "eva")
    others = [reports(luis, "222 555 0142") for _ in range(2)]
    assert told(luis) == [], "both are theirs: their own laptop shows them"
    own = reports(ana, "+52 1 (222) 555-0142 ext 3")
    entries = [entry for entry in ana.pull() if entry["k"] == "match"]
    assert [(entry["scope"], entry["band"]) for entry in entries] == [(own, "2-4")]
    assert not any(case in str(entries) for case in others)
    assert "luis" not in str(entries)
    assert "555" not in str([entry | {"scope": ""} for entry in entries]).replace(str(entries[0]["n"]), "")
    assert told(luis) == told(eva) == []
    assert [row[0] for row in rows(pool, "SELECT action FROM audit WHERE actor = 'ana'")] == ["match:2-4"]
    ana.push(identifier(ana, own, "222 555 0142"))
    assert told(ana) == [], "the same is told once"


@pytest.mark.parametrize(
    ("kind", "value"),
    [("alias", "El Güero"), ("phone", "555 0142"), ("plate", "ABC1234"), ("url", "sitio-ficticio.mx")],
)
def test_weak_and_medium_keys_tell_nobody_anything(pool: Pool, kind: str, value: str) -> None:
    ana, luis = Laptop(pool, "ana"), Laptop(pool, "luis")
    for laptop in (luis, ana):
        case = laptop.case()
        laptop.push(case, identifier(laptop, case["row"], value, kind))
    assert told(ana) == told(luis) == []


def test_thirty_a_day_are_looked_up_and_the_rest_is_supervision_s(pool: Pool) -> None:
    ana, luis, boss = Laptop(pool, "ana"), Laptop(pool, "luis"), Laptop(pool, "boss", "supervisor")
    reports(luis, *map(number, range(40)))
    boss.pull()
    cases = [ana.case() for _ in range(40)]
    guesses = [case["row"] for case in cases]
    ana.push(*cases, *(identifier(ana, case, number(last)) for last, case in enumerate(guesses)))
    answers = told(ana)
    assert sorted(answers) == sorted(
        [*((case, "1") for case in guesses[: linking.A_DAY]), (guesses[linking.A_DAY], "many")]
    ), "after that a guess says nothing"
    assert told(boss) == [(guesses[linking.A_DAY], "many")]
    ana.push(identifier(ana, guesses[35], number(35)), identifier(ana, guesses[35], number(36)))
    with database.transaction(pool, "main", database.SERVE) as connection:
        line_run.run(connection, "main", ana.now)
    assert told(ana) == [], "neither by writing it again nor by waiting for the night"
    assert rows(pool, "SELECT count(*) FROM audit WHERE action = 'match.over' AND actor = 'ana'") == [(1,)]
    ana.now += timedelta(days=1)
    late = reports(ana, number(37))
    assert told(ana) == [(late, "1")]


def test_a_provider_s_number_and_a_national_line_s_match_nothing(pool: Pool) -> None:
    ana, luis, boss = Laptop(pool, "ana"), Laptop(pool, "luis"), Laptop(pool, "boss", "supervisor")

    def channel(by: Laptop, value: str, drafted_by: str | None) -> dict[str, Any]:
        row, patch = bound.made("provider_channels", {
            "provider_id": ids.new_id(), "kind": "phone", "value": value, "drafted_by": drafted_by,
        })  # fmt: skip
        return by.change("provider_channels", row, patch | {"proposed_by": by.person})

    assert statuses(boss.push(channel(boss, number(1), None))) == [("accepted", None)]
    assert statuses(luis.push(channel(luis, number(2), "luis"))) == [("accepted", None)]
    reports(luis, number(1), number(2), "800 911 2000")
    case = reports(ana, number(1), "800 911 2000")
    assert told(ana) == []
    ana.push(identifier(ana, case, number(2)))
    assert told(ana) == [(case, "1")], "a counselor's own draft hides no number"


def test_a_number_in_very_many_cases_says_nothing(pool: Pool) -> None:
    ana, luis = Laptop(pool, "ana"), Laptop(pool, "luis")
    cases = [luis.case() for _ in range(21)]
    luis.push(*cases, *(identifier(luis, case["row"], number(1)) for case in cases))
    reports(ana, number(1))
    assert told(ana) == []


def test_keys_are_made_here_and_follow_their_rows(pool: Pool) -> None:
    ana, luis = Laptop(pool, "ana"), Laptop(pool, "luis")
    other = reports(luis, number(1))
    case = ana.case()
    row = ids.new_id()
    forged = ana.change("identifiers", row, {
        "case_id": case["row"], "kind": "alias", "value": "nadie en particular", "normalised": "+522225570001",
        "key": "phone:+522225570001", "strength": 3,
    }, case=case["row"])  # fmt: skip
    ana.push(case, forged)
    assert told(ana) == []
    spoilt = identifier(ana, case["row"], number(1)) | {"sig": forged["sig"]}
    assert statuses(ana.push(spoilt)) == [("refused", "signature")]
    assert rows(pool, "SELECT count(*) FROM line_keys WHERE case_id = %s AND strength = 3", case["row"]) == [
        (0,)
    ]
    ana.push(ana.change("identifiers", row, {"kind": "phone", "value": number(1)}, case=case["row"]))
    assert told(ana) == [(case["row"], "1")]
    luis.push(luis.change("identifiers", row, {"value": number(2)}, case=case["row"]))
    assert rows(pool, 'SELECT key FROM line_keys WHERE "row" = %s', row) == [("phone:+522225570001",)]
    erase.erase(pool, "main", other, NOON, "boss")
    assert rows(pool, "SELECT count(*) FROM line_keys WHERE case_id = %s", other) == [(0,)]


def test_a_half_is_written_by_who_holds_its_case_and_by_supervision(pool: Pool) -> None:
    ana, luis, boss = Laptop(pool, "ana"), Laptop(pool, "luis"), Laptop(pool, "boss", "supervisor")
    one, two = reports(ana, number(1)), reports(luis, number(1))

    def half(by: Laptop, own: str, other: str, **more: Any) -> dict[str, Any]:
        said = {"case_id": own, "other_id": other, "by_id": by.person, "state": "confirmed"} | more
        return by.change("links", bound.row_id("links", said), said, case=own)

    assert statuses(ana.push(half(ana, one, two))) == [("accepted", None)]
    assert statuses(ana.push(half(ana, two, one))) == [("refused", "forbidden")]
    assert statuses(ana.push(half(ana, one, two, by_id="luis"))) == [("refused", "forbidden")]
    moved = half(ana, two, one) | {}
    moved = ana.change("links", moved["row"], moved["patch"] | {"case_id": one}, case=one)
    assert statuses(ana.push(moved)) == [("refused", "forbidden")], "the id is of another case"
    assert statuses(boss.push(half(boss, two, one), half(boss, one, two))) == [("accepted", None)] * 2
    assert [entry for entry in luis.pull() if "'ana'" in str(entry)] == []


def test_once_a_day_the_whole_line_tells_both_sides_what_is_new(pool: Pool) -> None:
    ana, luis = Laptop(pool, "ana"), Laptop(pool, "luis")
    one, two = reports(ana, number(1)), reports(luis, number(1))
    assert (told(ana), told(luis)) == ([], [(two, "1")])
    assert line_run.daily(pool, "main", NOON) == 1
    assert (told(ana), told(luis)) == ([(one, "1")], [])
    assert line_run.daily(pool, "main", NOON) is None
    assert line_run.daily(pool, "main", NOON + timedelta(days=1)) == 0


def test_keys_of_an_older_program_are_made_anew(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    reports(ana, number(1), number(2))
    before = rows(pool, "SELECT * FROM line_keys ORDER BY key")
    line_run.renew(pool, "main")
    rows(pool, "UPDATE line_keys SET key = 'phone:old' RETURNING 1")
    assert line_run.renew(pool, "main") == 0
    rows(pool, "DELETE FROM settings WHERE key LIKE 'line_keys:%%' RETURNING 1")
    assert line_run.renew(pool, "main") == 2
    assert rows(pool, "SELECT * FROM line_keys ORDER BY key") == before


def test_no_person_and_no_other_team_reads_the_keys(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    reports(ana, number(1))
    for who, duty in ((ana.row, database.READ), ("other", database.SERVE)):
        with database.transaction(pool, who, duty) as connection:
            for table in ("line_keys", "line_asked", "line_told"):
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)

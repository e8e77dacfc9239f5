"""Push: each change once, what cannot stay is kept aside, the rows are what the log folds to."""

from __future__ import annotations

from server_office import Laptop, statuses

from lnctp_tui.server.database import Pool


def test_a_change_is_stored_once_and_comes_back_as_known(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case = ana.case(summary="Prueba")
    first, again = ana.push(case), ana.push(case)
    assert statuses(first) == [("accepted", None)]
    assert statuses(again) == [("known", None)]
    assert first["results"][0][2] == again["results"][0][2] == 1
    assert again["proof"] == first["proof"]


def test_a_colleague_sees_it_after_a_grant_only(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    beto = Laptop(pool, "beto")
    case = ana.case(summary="Prueba")
    ana.push(case)
    assert [each["k"] for each in ana.pull()] == ["own"]
    assert [each["c"]["id"] for each in sup.pull()] == [case["id"]]
    assert beto.pull() == []

"""Attacks 31 and 33 at the server: nobody is let in, raised, sealed, wiped or erased but by officers' signatures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from control_office import Officers, officers
from served import TEAM, Laptop, Served

from lnctp_tui.server import database
from lnctp_tui.server.database import SERVE

PULL = "/v1/pull?cursor=0.&proof=&limit=1000&wait=0"


@pytest.fixture
def team(served: Served, tmp_path: Path) -> Officers:
    return officers(served, tmp_path)


def asked(laptop: Laptop, **body: Any) -> dict[str, Any]:
    answer = laptop.call("POST", "/v1/control", body)
    assert answer.status == 200, answer.content
    return dict(answer.message)


def audited(served: Served, like: str) -> list[str]:
    with database.connect(served.database) as connection, database.transaction(connection, TEAM, SERVE):
        rows = connection.execute("SELECT action FROM audit WHERE action LIKE %s ORDER BY n", (like,))
        return [action for (action,) in rows]


def test_what_stood_at_the_founding_stands_and_a_new_laptop_waits_for_an_officer(team: Officers) -> None:
    served = team.served
    assert {team.state(each) for each in team.laptops} == {"active"}
    ana = served.pending()
    assert team.state(ana) == "pending"
    assert ana.push(ana.case()).error == "pending"
    team.do("device", ana)
    assert ana.push(ana.case()).status == 200
    assert ana.call("GET", PULL).status == 200
    assert ana.call("GET", "/v1/me").message["role"] == "counselor"
    assert audited(served, "order.%") == ["order.device.active"]


def test_a_sealed_laptop_delivers_and_reads_nothing_until_an_officer_admits_it_again(team: Officers) -> None:
    ana = team.served.pending()
    team.do("device", ana)
    order = team.do("seal", ana)
    assert team.state(ana) == "seal"
    assert ana.call("GET", PULL).error == "seal"
    assert ana.push(ana.case()).status == 200
    assert ana.call("POST", "/v1/missing", {"ids": []}).status == 200
    assert [each["body"] for each in asked(ana)["orders"]][-1] == order.body
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert audited(team.served, "obeyed.%") == ["obeyed.seal"]
    assert asked(team.first)["obeyed"] == [{"hash": order.hash, "done": 1, "of": 1}]
    team.do("device", ana)
    assert ana.call("GET", PULL).status == 200


def test_a_wiped_or_revoked_laptop_hears_its_orders_and_nothing_else(team: Officers) -> None:
    ana, bea = team.served.pending(), team.served.pending()
    for each in (ana, bea):
        team.do("device", each)
    order = team.do("wipe", ana)
    team.do("device", bea, state="revoked")
    for laptop, state in ((ana, "wipe"), (bea, "revoked")):
        assert team.state(laptop) == state
        assert laptop.push(laptop.case()).error == state
        assert asked(laptop)["orders"][-2:]
    assert ana.call("POST", "/v1/obeyed", {"hash": order.hash}).status == 200
    assert bea.call("POST", "/v1/obeyed", {"hash": order.hash}).error == "not_found"


def test_what_the_tables_say_decides_nothing(team: Officers, owner: str) -> None:
    ana = team.served.pending()
    before = {each.device: team.state(each) for each in (*team.laptops, ana)}
    with database.connect(owner) as connection:
        connection.execute("UPDATE devices SET state = 'active'")
        connection.execute("UPDATE people SET role = 'supervisor', state = 'active'")
    assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before
    assert ana.push(ana.case()).error == "pending"
    with database.connect(owner) as connection:
        connection.execute("UPDATE devices SET state = 'revoked'")
        connection.execute("UPDATE people SET role = 'analyst', state = 'left'")
    assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before
    assert team.first.call("GET", PULL).message["role"] == "supervisor"
    assert team.first.push(team.first.case()).status == 200
    for state in ("wipe", "wipe_all", "seal"):
        with database.connect(owner) as connection:
            connection.execute("UPDATE devices SET state = %s", (state,))
        assert {each.device: team.state(each) for each in (*team.laptops, ana)} == before

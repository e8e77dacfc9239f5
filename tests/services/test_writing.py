"""Whose task it is to write what everybody sees: at the server, at a colleague's laptop, and here. Attack 39."""

from __future__ import annotations

from typing import Any

import pytest
from served import Laptop, Served

from lnctp_tui.domain.records import writing
from lnctp_tui.domain.records.scopes import OWN_TABLES, PUBLIC_TABLES
from lnctp_tui.errors import Refused
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import verify, wire


def test_every_table_that_everybody_sees_has_its_writers() -> None:
    assert writing.TASKS.keys() == PUBLIC_TABLES | OWN_TABLES
    assert all(writing.may(table, "counselor") for table in TABLES if table not in writing.TASKS)


# The table as a person would say it: role, table, whose row, what of it → whether.
@pytest.mark.parametrize(
    ("role", "table", "row", "patch", "may"),
    [
        ("counselor", "providers", "x", {"about": "5550100"}, False),
        ("analyst", "providers", "x", {"name": "x"}, False),
        ("supervisor", "providers", "x", {"name": "x"}, True),
        ("admin", "providers", "x", {"name": "x"}, True),
        (None, "providers", "x", {"name": "x"}, False),
        ("nobody", "providers", "x", {"name": "x"}, False),
        ("counselor", "counselors", "ana", {"name": "Ana de Prueba", "time_zone": "America/Tijuana"}, True),
        ("counselor", "counselors", "ana", {"name": "Ana", "role": "counselor", "team": None}, True),
        ("counselor", "counselors", "ana", {"role": "supervisor"}, False),
        ("counselor", "counselors", "bea", {"name": "x"}, False),
        ("supervisor", "counselors", "bea", {"name": "x"}, False),
        ("supervisor", "counselors", "ana", {"role": "admin"}, False),
        ("admin", "counselors", "bea", {"role": "supervisor"}, True),
        ("counselor", "devices", "laptop", {"public_key": "ff", "counselor_id": "ana"}, True),
        ("counselor", "devices", "laptop", {"counselor_id": "bea"}, False),
        ("counselor", "devices", "laptop", {"counselor_id": ["ana"]}, False),
        ("counselor", "devices", "laptop", {"counselor_id": {"ana": 1}}, False),
        ("counselor", "devices", "laptop", {"state": "wipe"}, False),
        ("admin", "devices", "other", {"public_key": "ff"}, False),
        ("counselor", "cases", "x", {"status": "open"}, True),
    ],
)
def test_the_table_says_what_was_promised(
    role: str | None, table: str, row: str, patch: dict[str, Any], may: bool
) -> None:
    change = {"table": table, "row": row, "device": "laptop", "actor": "ana", "patch": patch}
    assert writing.allowed(change, role, {"ana"}) is may


def results(laptop: Laptop, *changes: dict[str, Any], **members: Any) -> list[tuple[str, str | None]]:
    told = laptop.push(*changes, **members).message["results"]
    return [(each[1], each[4]) for each in told]


def test_the_server_takes_them_only_from_whose_task_it_is(served: Served) -> None:
    ana, bea, lead = served.laptop(), served.laptop(), served.laptop("supervisor")
    shelter = lead.change("providers", {"name": "Refugio de Prueba", "about": "5550100"})
    name = bea.change("counselors", {"name": "Bea de Prueba"}, row=bea.actor)
    assert results(lead, shelter) == results(bea, name) == [("accepted", None)]
    for patch in ({"about": "5559999"}, {"name": "x"}, {"answers.made_up": "x"}, {"made_up": "x"}):
        assert results(ana, ana.change("providers", patch, row=shelter["row"])) == [("refused", "forbidden")]
    for laptop in (ana, lead):
        told = results(laptop, laptop.change("counselors", {"name": "Otra"}, row=bea.actor))
        assert told == [("refused", "forbidden")]
    for patch in ({"role": "supervisor"}, {"role": "admin", "name": "Ana"}, {"team": "otra"}):
        assert results(ana, ana.change("counselors", patch, row=ana.actor)) == [("refused", "forbidden")]
    assert results(ana, ana.change("devices", {"state": "revoked"}, row=bea.device)) == [
        ("refused", "forbidden")
    ]
    # Whoever hands it back: what counts is who wrote it.
    foreign = ana.change("providers", {"name": "x"})
    assert results(lead, foreign, repair=True) == [("refused", "forbidden")]
    assert results(ana, shelter, repair=True) == [("known", None)]


def test_a_page_says_with_which_role_it_was_written(served: Served) -> None:
    ana, lead = served.laptop(), served.laptop("supervisor")
    assert results(lead, lead.change("providers", {"name": "Refugio de Prueba"})) == [("accepted", None)]
    assert results(ana, ana.change("providers", {"name": "Otro"})) == [("refused", "forbidden")]
    page = ana.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    said = {each["c"]["table"]: each["c"].get("role") for each in page if each["k"] == "change"}
    assert said["providers"] == "supervisor"


def test_a_colleagues_laptop_believes_none_of_it(served: Served) -> None:
    ana, lead = served.laptop(), served.laptop("supervisor")
    keys = {each.device: bytes.fromhex(each.public_key) for each in (ana, lead)}
    actors = {each.device: frozenset({each.actor}) for each in (ana, lead)}
    ring = verify.Keyring(keys, actors)
    directory = lead.change("providers", {"name": "Refugio de Prueba"})
    own = ana.change("counselors", {"name": "Ana de Prueba"}, row=ana.actor)
    wrong = [
        ana.change("providers", {"about": "5559999"}, row=directory["row"]),
        ana.change("providers", {"about": "5559999"}, row=directory["row"]) | {"role": "counselor"},
        ana.change("counselors", {"name": "Otra"}, row=lead.actor),
        ana.change("counselors", {"role": "supervisor"}, row=ana.actor),
        ana.change("devices", {"public_key": ana.public_key}, row=lead.device),
        directory | {"role": ["supervisor"]},
    ]
    checked = ring.check([directory | {"role": "supervisor"}, own, *wrong])
    assert set(checked.good) == {directory["id"], own["id"]}
    assert {each["id"] for each in checked.aside} >= {each["id"] for each in wrong[:-1]}
    assert wire.PUBLIC_TABLES == PUBLIC_TABLES


def test_where_officers_sign_roles_the_servers_word_beside_a_change_gives_nobody_more(served: Served) -> None:
    ana, lead, was = served.laptop(), served.laptop("supervisor"), served.laptop("supervisor")
    everybody = (ana, lead, was)
    ring = verify.Keyring(
        {each.device: bytes.fromhex(each.public_key) for each in everybody},
        {each.device: frozenset({each.actor}) for each in everybody},
        {
            bytes.fromhex(ana.public_key): frozenset({"counselor"}),
            bytes.fromhex(lead.public_key): frozenset({"supervisor"}),
            bytes.fromhex(was.public_key): frozenset({"supervisor", "counselor"}),
        },
    )

    def believed(laptop: Laptop, role: object) -> bool:
        made = laptop.change("providers", {"about": "5559999"}) | {"role": role}
        return bool(ring.check([made]).good)

    assert believed(lead, "supervisor")
    assert believed(was, "supervisor"), "written while it was their task"
    for role in ("supervisor", "admin", ["supervisor"], None):
        assert not believed(ana, role)
    assert not believed(lead, "admin")
    own = ana.change("counselors", {"name": "Ana de Prueba"}, row=ana.actor) | {"role": "supervisor"}
    assert ring.check([own]).good, "what is one's own needs no role"
    ring.roles = {}
    assert not believed(lead, "supervisor"), "nothing is signed yet"
    ring.roles = None
    assert believed(lead, "supervisor"), "there are no officers"


def test_what_is_not_ones_task_is_told_where_it_is_written(workspace: Workspace) -> None:
    own = workspace.store.author.actor

    def written(role: str | None, table: str, row: str, patch: dict[str, Any]) -> bool:
        with workspace.store.write() as unit:
            if role:
                server_state.put_server(
                    unit.connection,
                    server_state.Server("http://127.0.0.1:1", None, "", "active", own, role, "main"),
                )
        refused: list[str] = []
        try:
            with workspace.store.write() as unit:
                unit.record(table, row, patch)
        except Refused as error:
            refused.append(error.code)
        return refused != ["not_your_task"]

    shelter = ("providers", "refugio", {"name": "Refugio de Prueba"})
    assert written(None, *shelter)
    assert not written("counselor", *shelter)
    assert written("supervisor", *shelter)
    assert not written("supervisor", "counselors", "otra", {"name": "x"})
    assert written("counselor", "counselors", own, {"name": "Ana de Prueba"})
    assert not written("counselor", "counselors", own, {"role": "supervisor"})

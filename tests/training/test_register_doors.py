"""The register at the server: who writes it, and that two officers' order erases one holder and nothing else (102)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from control_office import officers
from served import Laptop, Served
from test_orders_obeyed import Scene, scene
from test_server_control import content_of

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.training.number import Number
from lnctp_tui.services.sync import orders
from lnctp_tui.services.training import register
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import server_state

__all__ = ["scene"]

NAMES = {"holder_name": "Ana Ejemplo", "kind": "guardian_asfalto"}


def results(laptop: Laptop, *changes: Any) -> list[tuple[str, str | None]]:
    return [(line[1], line[4]) for line in laptop.push(*changes).message["results"]]


def certificate(laptop: Laptop, serial: int, **more: Any) -> dict[str, Any]:
    number = str(Number("GA", 26, serial))
    row, patch = bound.made("certificates", {"number": number, **NAMES, **more})
    return laptop.change("certificates", patch, row=row)


def test_only_who_leads_writes_it_and_everybody_reads_it(served: Served) -> None:
    lead, ana = served.laptop("supervisor"), served.laptop()
    issued, course = certificate(lead, 1), lead.change("courses", {"title": "Taller de muestra", "people": 3})
    assert results(lead, issued, course) == [("accepted", None)] * 2
    for wrong in (
        certificate(ana, 2),
        ana.change("certificates", {"holder_name": "Otra"}, row=issued["row"]),
        ana.change("certificates", {"revoked_at": "2026-11-30T10:00:00.000000Z"}, row=issued["row"]),
        ana.change("courses", {"people": 300}, row=course["row"]),
        lead.change("certificates", {"number": "GA-26-0009-?", **NAMES}, row=issued["row"]),
    ):
        assert results(lead if wrong["actor"] == lead.actor else ana, wrong) == [("refused", "forbidden")], (
            wrong
        )
    page = ana.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    assert issued["id"] in {entry["c"]["id"] for entry in page if entry["k"] == "change"}


def test_two_officers_erase_one_holder(served: Served, tmp_path: Path) -> None:
    team = officers(served, tmp_path)
    lead = team.laptops[0]
    gone, stays, late = (certificate(lead, serial) for serial in (1, 2, 3))
    assert results(lead, gone, stays) == [("accepted", None)] * 2
    team.do("erase", gone["row"])
    team.do("erase", late["row"])
    assert (content_of(served, gone["id"]), bool(content_of(served, stays["id"]))) == (None, True)
    assert results(lead, late) == [("accepted", None)]
    assert content_of(served, late["id"]) is None, "it comes in blank: the order was there before it"


def lead(store: Store) -> None:
    with store.write() as unit:
        server = server_state.server(unit.connection)
        assert server is not None
        server_state.put_server(unit.connection, server_state.with_role(server, "supervisor"))


def test_a_laptop_obeys_an_order_that_names_one_certificate_by_its_number(scene: Scene) -> None:
    store = scene.workspace.store
    lead(store)
    gone, stays = (
        register.issue(store, {"kind": "guardian_asfalto", "holder_name": name}, "2026-11-30")
        for name in ("Ana Ficticia", "Luis Ficticio")
    )
    scene.workspace.keep_draft("entry:training.certificate:guardian_asfalto", {"holder_name": "Ana Ficticia"})
    assert scene.workspace.writer.drain(5)
    row = orders.scope(scene.workspace, gone.replace("-", " "))
    assert row == register.found(store, gone)[0]["id"]
    scene.told(scene.order("erase", "laura", "rosa", on=row, unsent=True))
    with store.read() as connection:
        text = "".join(connection.exec_driver_sql("SELECT patch FROM changes").scalars())
        kept = "".join(map(str, connection.exec_driver_sql("SELECT value FROM sync_state").scalars()))
    assert ("Ana Ficticia" in text, "Luis Ficticio" in text) == (False, True)
    assert "Ana Ficticia" not in kept, "nor in half a form"
    assert [row["number"] for row in register.view(store).certificates if row.get("holder_name")] == [stays]
    lead(store)
    again = register.issue(store, {"kind": "guardian_asfalto", "holder_name": "Eva Ficticia"}, "2026-11-30")
    assert again not in (gone, stays)

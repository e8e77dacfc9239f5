"""The directory at the server's door and at a colleague's laptop: who may write what, and whose word counts."""

from __future__ import annotations

from typing import Any

from served import Laptop, Served

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.records import bound
from lnctp_tui.storage.replication.persons import joined
from lnctp_tui.sync import verify

AT = "2026-11-01T10:00:00.000000Z"
NUMBER, OTHER = {"kind": "phone", "value": "5550000001"}, {"kind": "phone", "value": "5559999999"}
FOUNDED = {
    "source": "prueba", "source_id": "1", "name": "Refugio de Prueba", "status": "active",
    "founded_on": trust.founded_on([("provider_channels", NUMBER)]),
}  # fmt: skip


def person(served: Served, laptop: Laptop) -> str:
    with served.office() as office:
        return office.device(laptop.device).person


def results(laptop: Laptop, *changes: dict[str, Any], **members: Any) -> list[tuple[str, str | None]]:
    told = laptop.push(*changes, **members).message["results"]
    return [(each[1], each[4]) for each in told]


def of(laptop: Laptop, table: str, values: dict[str, Any]) -> dict[str, Any]:
    row, patch = bound.made(table, values)
    return laptop.change(table, patch, row=row)


def second(served: Served, first: Laptop) -> Laptop:
    """Another laptop of the same person, who calls themselves something else on it."""
    laptop = Laptop(first.url)
    with served.office() as office:
        code = office.code(office.person(office.device(first.device).person))[0]
    assert served.enroll(laptop, code).status == 200
    served.set_state(laptop, "active")
    return laptop


ACCEPTED, FORBIDDEN = [("accepted", None)], [("refused", "forbidden")]


def test_a_number_is_never_another_one_and_one_person_is_one_voice(served: Served) -> None:
    lead, ana = served.laptop("supervisor"), served.laptop()
    led_by, by, twin = person(served, lead), person(served, ana), second(served, lead)
    assert twin.actor != led_by == person(served, twin)
    provider = of(lead, "providers", FOUNDED)
    old = of(lead, "provider_channels", NUMBER | {"provider_id": provider["row"], "proposed_by": led_by})
    new = of(
        lead, "provider_channels",
        OTHER | {"provider_id": provider["row"], "proposed_by": led_by, "replaces_id": old["row"]},
    )  # fmt: skip
    assert results(lead, provider, old, new) == ACCEPTED * 3
    check = {
        "provider_id": provider["row"],
        "about_id": new["row"],
        "kind": "verified",
        "at": AT,
        "told_by": "x",
    }
    under_another_name = of(twin, "provider_checks", check | {"by_id": twin.actor})
    forged = [
        lead.change("provider_channels", {"value": "5559999999"}, row=old["row"]),
        lead.change("provider_channels", new["patch"], row=old["row"]),
        lead.change("providers", {"founded_on": trust.founded_on([("provider_channels", OTHER)])}, row=provider["row"]),
        of(lead, "provider_checks", check | {"by_id": by}),
    ]  # fmt: skip
    for change in forged:
        assert results(lead, change) == FORBIDDEN, change
    for change in (
        under_another_name,
        of(twin, "provider_channels", OTHER | {"provider_id": provider["row"], "proposed_by": twin.actor}),
    ):
        assert results(twin, change) == FORBIDDEN, change
    # What is held back is not let in by the one who wrote it either.
    for held_back in (forged[1], under_another_name):
        answer = lead.call("POST", f"/v1/quarantine/{held_back['id']}", {"action": "release"})
        assert (answer.message["status"], answer.message["reason"]) == ("refused", "forbidden")
    verified = of(ana, "provider_checks", check | {"by_id": by})
    assert results(ana, verified) == ACCEPTED
    assert results(ana, of(ana, "provider_checks", check | {"by_id": by})) == FORBIDDEN, "it is only added"
    assert results(lead, lead.change("provider_checks", verified["patch"], row=verified["row"])) == FORBIDDEN


def test_a_counselor_adds_and_rewrites_nothing(served: Served) -> None:
    lead, ana = served.laptop("supervisor"), served.laptop()
    provider = of(lead, "providers", FOUNDED)
    service = of(
        lead,
        "provider_services",
        {"provider_id": provider["row"], "source_id": "1", "kind": "refugio_emergencia"},
    )
    assert results(lead, provider, service) == ACCEPTED * 2
    by = person(served, ana)
    draft = of(ana, "providers", {"source": "manual", "source_id": "x", "drafted_by": by, "status": "draft"})
    number = of(
        ana,
        "provider_channels",
        OTHER | {"provider_id": provider["row"], "proposed_by": by, "drafted_by": by},
    )
    free = ana.change("provider_services", {"capacity_free": 1, "capacity_at": AT}, row=service["row"])
    assert results(ana, draft, number, free) == ACCEPTED * 3
    for wrong in (
        ana.change("providers", {"name": "Otro"}, row=provider["row"]),
        ana.change("providers", {"status": "closed"}, row=provider["row"]),
        ana.change("provider_services", {"capacity_free": 1, "hours": "24/7"}, row=service["row"]),
        ana.change("providers", draft["patch"] | {"name": "Otra vez"}, row=draft["row"]),
        of(ana, "provider_channels", NUMBER | {"provider_id": provider["row"], "proposed_by": by}),
        ana.change("provider_private", {"address": "Calle Ficticia 1"}),
    ):
        assert results(ana, wrong) == FORBIDDEN, wrong


def pulled(laptop: Laptop) -> list[dict[str, Any]]:
    page = laptop.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    return [entry["c"] for entry in page if entry["k"] == "change"]


def test_a_refuges_address_is_on_no_counselors_laptop(served: Served) -> None:
    lead, other, ana = served.laptop("supervisor"), served.laptop("supervisor"), served.laptop()
    provider = of(lead, "providers", FOUNDED)
    private = lead.change("provider_private", {"provider_id": provider["row"], "address": "Calle Ficticia 1"})
    assert results(lead, provider, private) == ACCEPTED * 2
    assert {change["table"] for change in pulled(ana)} & {"providers", "provider_private"} == {"providers"}
    (seen,) = [change for change in pulled(other) if change["table"] == "provider_private"]
    assert seen["role"] == "supervisor"
    ring = verify.Keyring(
        {lead.device: bytes.fromhex(lead.public_key)}, {lead.device: frozenset({lead.actor})}
    )
    assert ring.check([seen]).good
    assert not ring.check([seen | {"role": "counselor"}]).good
    misplaced = lead.change("provider_private", {"address": "Calle Ficticia 1"}, case=provider["row"])
    assert results(lead, misplaced) == [("refused", "scope")]


def test_a_colleague_believes_no_other_number_under_an_id_whatever_the_server_says(served: Served) -> None:
    lead = served.laptop("supervisor")
    ring = verify.Keyring(
        {lead.device: bytes.fromhex(lead.public_key)}, {lead.device: frozenset({lead.actor})}
    )
    provider = of(lead, "providers", FOUNDED)
    old = of(lead, "provider_channels", NUMBER | {"provider_id": provider["row"], "proposed_by": lead.actor})
    forged = [
        lead.change("provider_channels", {"value": "5559999999"}, row=old["row"]),
        lead.change("provider_channels", old["patch"] | {"value": "5559999999"}, row=old["row"]),
        of(lead, "provider_channels", NUMBER | {"provider_id": provider["row"], "proposed_by": "otra"}),
    ]
    ready = [change | {"role": "supervisor"} for change in (provider, old, *forged)]
    assert set(ring.check(ready).good) == {provider["id"], old["id"]}


def test_ids_that_share_a_laptop_are_one_person_by_however_many_steps() -> None:
    lead = joined([["ana", "ana-1"], ["ana-2"], ["luis"], ["ana-2", "ana-1"], []])
    assert lead("ana") == lead("ana-1") == lead("ana-2") != lead("luis")
    assert lead("nobody") == "nobody"

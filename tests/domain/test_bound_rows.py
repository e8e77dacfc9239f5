"""A number, an address, a verdict is a row that never says anything else, and two people stand behind it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.records import bound, writing
from lnctp_tui.domain.records.kinds import BY_TABLE

ANA, LUIS, BEA = "ana", "luis", "bea"
AT = "2026-11-01T10:00:00.000000Z"
NUMBER = {"kind": "phone", "value": "5550000001"}
OTHER = {"kind": "phone", "value": "5559999999"}


def same(id_: str) -> str:
    return id_


def provider(*founding: dict[str, Any], **values: Any) -> dict[str, Any]:
    named = {"source": "prueba", "source_id": "1", "name": "Refugio de Prueba", **values}
    named["founded_on"] = trust.founded_on(("provider_channels", row) for row in founding)
    id_, patch = bound.made("providers", named)
    return patch | {"id": id_}


def channel(of: dict[str, Any], by: str | None, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    id_, patch = bound.made(
        "provider_channels", {"provider_id": of["id"], "proposed_by": by, **values, **more}
    )
    return patch | {"id": id_}


def check(row: dict[str, Any], by: str, **more: Any) -> dict[str, Any]:
    said = {"kind": "verified", "at": AT, "told_by": "recepción", "provider_id": row["provider_id"], **more}
    id_, patch = bound.made("provider_checks", {"about_id": row["id"], "by_id": by, **said})
    return patch | {"id": id_}


def dialled(
    of: dict[str, Any], rows: list[dict[str, Any]], checks: list[dict[str, Any]], person: Any = same
) -> Any:
    stated = trust.to_dial(trust.believed("provider_channels", of, rows, checks, person))
    return stated and stated.row["value"]


def change(table: str, row: str, patch: dict[str, Any], actor: str = ANA) -> dict[str, Any]:
    return {"table": table, "row": row, "device": "laptop", "actor": actor, "patch": patch}


def test_the_bound_columns_are_columns_of_their_kind() -> None:
    for table, names in bound.BOUND.items():
        declared = {column.name: column for column in BY_TABLE[table].columns}
        assert set(names) <= {*declared, "case_id"}, table
    assert set(bound.VOUCHED) == {
        "provider_sites",
        "provider_channels",
        "provider_checks",
        "referral_deliveries", "links", "shift_handovers", "handover_items", "handover_takes",
        "practice_marks", "practice_shares",
    }  # fmt: skip


@pytest.mark.parametrize(
    "patch",
    [
        {"value": "5559999999"}, {"value": None}, {"kind": "whatsapp"}, {"extension": "2"}, {"proposed_by": LUIS},
        {"provider_id": "otra"}, {"replaces_id": "otra"}, {"site_id": "otra"},
        {"purpose": "guardia", "value": "5559999999"},
        {**NUMBER, "value": "5559999999", "proposed_by": ANA},
    ],
    ids=str,
)  # fmt: skip
def test_no_later_change_puts_another_number_under_the_id_of_one(patch: dict[str, Any]) -> None:
    row = channel(provider(NUMBER), LUIS, NUMBER)
    for role in ("supervisor", "admin", "counselor", None):
        assert not writing.allowed(change("provider_channels", row["id"], patch), role, {ANA, LUIS}), role
    assert writing.allowed(
        change("provider_channels", row["id"], {"purpose": "guardia"}), "supervisor", {ANA}
    )


def test_who_proposes_a_number_names_themselves_and_stands_beside_it() -> None:
    of = provider(NUMBER)
    row = channel(of, ANA, OTHER)
    patch = {name: value for name, value in row.items() if name != "id"}
    assert writing.allowed(change("provider_channels", row["id"], patch), "supervisor", {ANA})
    assert not writing.allowed(change("provider_channels", row["id"], patch), "supervisor", {BEA})
    without = {name: value for name, value in patch.items() if name != "proposed_by"}
    assert not writing.allowed(change("provider_channels", row["id"], without), "supervisor", {ANA})


def test_a_check_is_only_added_and_nobody_signs_one_for_another() -> None:
    row = check(channel(provider(NUMBER), LUIS, NUMBER), ANA)
    patch = {name: value for name, value in row.items() if name != "id"}
    assert writing.allowed(change("provider_checks", row["id"], patch), "counselor", {ANA})
    for other in (
        {**patch, "kind": "answered"},
        {"kind": "answered"},
        {"note": "x"},
        {"by_id": BEA},
        {"told_by": "x"},
    ):
        assert not writing.allowed(change("provider_checks", row["id"], other), "admin", {ANA, BEA}), other
    assert not writing.allowed(change("provider_checks", row["id"], patch), "supervisor", {BEA})
    for role in ("counselor", "supervisor", "admin"):
        assert not writing.rewrites(change("provider_checks", row["id"], patch), role)


SECRET = {"provider_id": "p", "state": "MX-PUE", "address_secret": True, "proposed_by": ANA}


@pytest.mark.parametrize("name", ["address", "locality", "postal_code", "how_to_arrive"])
def test_a_secret_address_is_in_no_row_that_everybody_sees(name: str) -> None:
    id_, patch = bound.made("provider_sites", SECRET)
    assert writing.allowed(change("provider_sites", id_, patch), "supervisor", {ANA})
    id_, patch = bound.made("provider_sites", SECRET | {name: "Calle Ficticia 1"})
    assert not writing.allowed(change("provider_sites", id_, patch), "supervisor", {ANA})
    assert not writing.allowed(change("provider_sites", id_, {name: "Calle Ficticia 1"}), "supervisor", {ANA})


def test_a_changed_number_stays_a_proposal_until_a_second_person_called() -> None:
    of = provider(NUMBER)
    old = channel(of, LUIS, NUMBER)
    new = channel(of, ANA, OTHER, replaces_id=old["id"])
    rows = [old, new]
    assert dialled(of, rows, []) == NUMBER["value"]
    for own in (
        check(new, ANA), check(new, ANA, at="2027-01-01T00:00:00.000000Z"), check(new, BEA, told_by="  "),
        check(new, BEA, told_by=None), check(new, BEA, kind="answered"), check(old, BEA),
        check(new, BEA) | {"erased_at": AT},
        check(new, BEA, about_id=None), check(new, BEA) | {"by_id": None}, check(new, BEA, at=None),
    ):  # fmt: skip
        assert dialled(of, rows, [own]) == NUMBER["value"], own
    (proposal,) = trust.believed("provider_channels", of, rows, [], same).proposed
    assert proposal.row["value"] == OTHER["value"]
    assert dialled(of, rows, [check(new, BEA)]) == OTHER["value"]
    believed = trust.believed("provider_channels", of, rows, [check(new, BEA)], same)
    assert [entry.row["value"] for entry in believed.former] == [NUMBER["value"]]
    assert not believed.proposed


def test_a_second_laptop_is_not_a_second_person() -> None:
    of = provider(NUMBER)
    old = channel(of, LUIS, NUMBER)
    new = channel(of, ANA, OTHER, replaces_id=old["id"])

    def person(id_: str) -> str:
        return ANA if id_ == "the-name-anas-second-laptop-made-up" else id_

    by_herself = check(new, "the-name-anas-second-laptop-made-up")
    assert dialled(of, [old, new], [by_herself], person) == NUMBER["value"]
    assert not trust.may_verify(new, "the-name-anas-second-laptop-made-up", person)
    assert trust.may_verify(new, BEA, person)


def test_a_number_that_nobody_replaced_is_not_dialled_before_the_ones_it_came_with() -> None:
    """Neither by an earlier clock nor by a purpose that sorts first, nor where there is no other one."""
    of = provider(NUMBER)
    old = channel(of, LUIS, NUMBER, purpose="direccion")
    new = channel(of, ANA, OTHER, purpose="guardia") | {"created_at": "1999-01-01T00:00:00.000000Z"}
    assert dialled(of, [new, old], []) == NUMBER["value"]
    assert dialled(of, [new], []) is None
    bare = provider()
    assert dialled(bare, [channel(bare, ANA, OTHER)], []) is None


def test_what_a_provider_came_with_is_in_its_id() -> None:
    of = provider(NUMBER)
    forged = {"founded_on": trust.founded_on([("provider_channels", OTHER)])}
    assert not writing.allowed(change("providers", of["id"], forged), "supervisor", {ANA})
    whole = {name: value for name, value in of.items() if name != "id"} | forged
    assert not writing.allowed(change("providers", of["id"], whole), "admin", {ANA})
    # A number of the same digits that claims another one's place is not one it came with.
    other = channel(of, ANA, NUMBER, replaces_id="x")
    assert trust.believed("provider_channels", of, [other], [], same).current == ()


def test_a_row_of_another_provider_is_none_of_this_one() -> None:
    of, elsewhere = provider(NUMBER), provider(OTHER, source_id="2")
    old = channel(of, LUIS, NUMBER)
    lure = channel(elsewhere, ANA, OTHER, replaces_id=old["id"])
    assert dialled(of, [old, lure], [check(lure, BEA)]) == NUMBER["value"]


def test_a_counselor_adds_drafts_and_what_is_free_and_rewrites_nothing() -> None:
    def may(table: str, row: str, patch: dict[str, Any], role: str = "counselor") -> bool:
        return writing.allowed(change(table, row, patch), role, {ANA})

    draft = {
        "source": "manual",
        "source_id": "x",
        "drafted_by": ANA,
        "status": "draft",
        "name": "Casa de Prueba",
    }
    id_, patch = bound.made("providers", draft)
    assert may("providers", id_, patch)
    assert not may("providers", id_, {"name": "Otro"})
    assert not may("providers", "otra", {"name": "Otro"})
    for wrong in ({"status": "active"}, {"status": None}, {"drafted_by": BEA}, {"drafted_by": None}):
        id_, patch = bound.made("providers", draft | wrong)
        assert not may("providers", id_, patch), wrong
    assert may("provider_services", "s", {"capacity_free": 2, "capacity_at": AT})
    assert not may("provider_services", "s", {"capacity_free": 2, "covers": ["MX"]})
    assert not may("provider_services", "s", {})
    assert not may("provider_services", "s", {"capacity_free": 2}, "analyst")
    row = channel(provider(NUMBER), ANA, OTHER, drafted_by=ANA)
    assert may("provider_channels", row["id"], {name: value for name, value in row.items() if name != "id"})
    row = channel(provider(NUMBER), ANA, OTHER)
    assert not may(
        "provider_channels", row["id"], {name: value for name, value in row.items() if name != "id"}
    )
    assert not may("provider_private", "x", {"address": "Calle Ficticia 1"})
    assert writing.curates("admin")
    assert not writing.curates("counselor")


PEOPLE = st.sampled_from([ANA, LUIS, BEA, "ana-2"])
VALUES = st.sampled_from(["5550000001", "5559999999", "5558888888"])
MADE = st.lists(
    st.tuples(PEOPLE, VALUES, st.sampled_from(["guardia", "direccion"]), st.integers(0, 3)), max_size=6
)
CHECKED = st.lists(
    st.tuples(st.integers(0, 6), PEOPLE, st.sampled_from(["verified", "answered"])), max_size=6
)


@given(MADE, CHECKED)
def test_whatever_one_person_writes_alone_the_dialled_number_is_one_it_came_with(
    made: list[tuple[str, str, str, int]], checked: list[tuple[int, str, str]]
) -> None:
    """Ana with two laptops, in any order and number: nothing she does alone is dialled."""
    of = provider(NUMBER)
    rows = [channel(of, LUIS, NUMBER)]
    for by, value, purpose, over in made:
        mine = "ana-2" if by in (LUIS, BEA) else by
        rows.append(
            channel(
                of,
                mine,
                {"kind": "phone", "value": value},
                purpose=purpose,
                replaces_id=rows[over % len(rows)]["id"],
            )
        )
    checks = [
        check(rows[at % len(rows)], "ana-2" if by in (LUIS, BEA) else by, kind=kind)
        for at, by, kind in checked
    ]

    def person(id_: str) -> str:
        return ANA if id_ == "ana-2" else id_

    assert dialled(of, rows, checks, person) == NUMBER["value"]
    assert dialled(of, rows[::-1], checks[::-1], person) == NUMBER["value"]

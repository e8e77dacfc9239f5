"""Links: what matches, what was decided and is remembered, whose half is written, and that a bad row stops nothing."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from lnctp_tui.domain.records import bound
from lnctp_tui.errors import Refused
from lnctp_tui.services.call import matches
from lnctp_tui.services.case import cases, links
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import link_keys, search
from lnctp_tui.storage.database.session import Author, New
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import eviction, projection

PHONE = "222 555 0142"


def made(workspace: Workspace, *identifiers: dict[str, Any], **case: Any) -> str:
    """A case with these identifiers."""
    case_id = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case_id, {"status": "open", **case})
        for identifier in identifiers:
            unit.record("identifiers", ids.new_id(), identifier, case=case_id)
    return case_id


def phone(value: str = PHONE) -> dict[str, Any]:
    return {"kind": "phone", "value": value}


def network(workspace: Workspace, case_id: str) -> links.Network:
    return links.network(workspace.store, cases.document(workspace.store, case_id), workspace.protocol)


def keys_of(workspace: Workspace) -> set[tuple[str, str]]:
    with workspace.store.read() as connection:
        rows = connection.execute(text("SELECT key, case_id FROM search_keys WHERE case_id <> ''"))
        return {(row.key, row.case_id) for row in rows}


def test_a_phone_in_another_writing_is_a_strong_reason_and_a_provider_s_is_none(workspace: Workspace) -> None:
    one, two = made(workspace, phone()), made(workspace, phone("+52 1 (222) 555-0142 ext 9"))
    (node,) = network(workspace, one).nodes
    assert (node.case_id, node.grade, node.state, node.shared) == (
        two,
        "fuerte",
        None,
        ("phone:+522225550142",),
    )
    with workspace.store.write() as unit:
        link_keys.publish(unit.connection, "una institución", [PHONE])
    assert network(workspace, one).nodes == ()
    with workspace.store.write() as unit:
        link_keys.publish(unit.connection, "una institución", [])
    assert len(network(workspace, one).nodes) == 1


def test_national_lines_and_this_line_link_nobody(workspace: Workspace) -> None:
    numbers = [row.extra["number"] for row in workspace.protocol.catalogs["hotline"].rows]
    one = made(workspace, *map(phone, numbers))
    made(workspace, *map(phone, numbers))
    assert network(workspace, one).nodes == ()


def test_in_more_than_twenty_cases_a_phone_is_a_weak_reason(workspace: Workspace) -> None:
    one = made(workspace, phone())
    with workspace.store.write() as unit:
        unit.create_many(
            new for case in (ids.new_id() for _ in range(20))
            for new in (New("cases", case, {"status": "open"}, case), New("identifiers", ids.new_id(), phone(), case))
        )  # fmt: skip
    assert {node.grade for node in network(workspace, one).nodes} == {"debil"}


def test_two_medium_reasons_of_two_records_are_some(workspace: Workspace) -> None:
    shared = [{"kind": "plate", "value": "ABC-12-34"}, {"kind": "handle", "value": "@padrote"}]
    one, _two = made(workspace, *shared), made(workspace, *shared)
    _three = made(workspace, shared[0])
    assert [node.grade for node in network(workspace, one).nodes] == ["media", "debil"]


def test_what_is_not_the_same_is_remembered_until_there_is_another_reason(workspace: Workspace) -> None:
    one, two = made(workspace, phone()), made(workspace, phone())
    (node,) = network(workspace, one).nodes
    deed("link_say", one, two, "not_linked", [*node.keys], "es el teléfono de una tienda")(workspace.store)
    for case_id, other in ((one, two), (two, one)):
        shown = network(workspace, case_id)
        assert shown.nodes == ()
        (denied,) = shown.denied
        assert (denied.case_id, denied.remark, denied.by_id) == (
            other, "es el teléfono de una tienda", workspace.counselor_id,
        )  # fmt: skip
        assert denied.at
    for case_id in (one, two):
        with workspace.store.write() as unit:
            unit.record(
                "identifiers", ids.new_id(), {"kind": "email", "value": "a@sitio-ficticio.mx"}, case=case_id
            )
    (again,) = network(workspace, one).nodes
    assert again.again
    deed("link_say", one, two, "confirmed", [*again.keys])(workspace.store)
    shown = network(workspace, two)
    assert [(node.case_id, node.state, node.grade) for node in shown.nodes] == [(one, "confirmed", "fuerte")]
    assert shown.denied == ()


def test_a_deed_that_is_done_again_writes_nothing_more(workspace: Workspace) -> None:
    one, two = made(workspace, phone()), made(workspace, phone())
    task = ids.new_id()
    deeds = [deed("link_say", one, two, "possible", ["phone:+522225550142"]), deed("link_ask", task, one)]
    for job in deeds:
        job(workspace.store)
    with workspace.store.read() as connection:
        before = connection.scalar(text("SELECT count(*) FROM changes"))
    for job in (*deeds, deed("link_ask", ids.new_id(), one)):
        job(workspace.store)
    with workspace.store.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM changes")) == before
    (asked,) = cases.document(workspace.store, one)["tasks"]
    assert (asked["id"], asked["kind"], asked["plan"], asked["status"]) == (
        task,
        "review",
        "coincidencias",
        "open",
    )


def test_the_network_goes_on_from_case_to_case_and_meets_none_twice(workspace: Workspace) -> None:
    chain = [made(workspace) for _ in range(5)]
    for one, two in [*pairwise(chain), (chain[2], chain[0])]:
        deed("link_say", one, two, "confirmed")(workspace.store)
    met, pending = [], [*network(workspace, chain[0]).nodes]
    while pending:
        node = pending.pop(0)
        met.append(node.case_id)
        pending += node.below
    assert sorted(met) == sorted(chain[1:5])


def test_what_older_programs_noted_stands_until_somebody_decides(workspace: Workspace) -> None:
    one, two = made(workspace), made(workspace)
    with workspace.store.write() as unit:
        unit.record("cases", one, {f"answers.link.{two}": "possible"})
        unit.record("cases", two, {f"answers.link.{one}": "possible"})
    assert [(node.case_id, node.state) for node in network(workspace, one).nodes] == [(two, "possible")]
    deed("link", one, two, None)(workspace.store)  # as a journal of before has it
    assert network(workspace, one).nodes == network(workspace, two).nodes == ()
    assert cases.document(workspace.store, one)["case"]["answers"] == {}


def test_only_the_half_of_a_case_that_is_shown_here_is_written(workspace: Workspace) -> None:
    one, two, elsewhere = made(workspace, phone()), made(workspace, phone()), ids.new_id()
    with workspace.store.write() as unit:
        eviction.hide(unit.connection, two, "revoked")
    shown = network(workspace, one)
    assert (shown.nodes, shown.hidden) == ((), 1)
    for other in (two, elsewhere):
        deed("link_say", one, other, "possible")(workspace.store)
    with workspace.store.read() as connection:
        rows = connection.execute(text("SELECT case_id, other_id, id FROM links")).all()
    assert {(row.case_id, row.other_id) for row in rows} == {(one, two), (one, elsewhere)}
    assert all(row.id == bound.row_id("links", {"case_id": one, "other_id": row.other_id}) for row in rows)
    assert [node.folio for node in network(workspace, one).nodes] == [None, None]
    with pytest.raises(Refused, match="no_such_case"):
        links.say(workspace.store, two, one, "confirmed")
    with pytest.raises(Refused, match="link_with_itself"):
        links.say(workspace.store, one, one, "confirmed")


def test_nobody_writes_a_half_under_another_id_or_in_another_name(workspace: Workspace) -> None:
    one, two = made(workspace), made(workspace)
    own = {"case_id": one, "other_id": two, "by_id": workspace.counselor_id, "state": "confirmed"}
    row = bound.row_id("links", own)
    with workspace.store.write() as unit:
        for id_, patch, code in (
            (ids.new_id(), own, "unfit_value"), (row, own | {"other_id": ids.new_id()}, "unfit_value"),
            (row, own | {"by_id": ids.new_id()}, "not_your_signature"), (row, own | {"state": "seguro"}, "unfit_value"),
            (row, {"case_id": one, "other_id": two, "state": "confirmed"}, "unfit_value"),
        ):  # fmt: skip
            with pytest.raises(Refused, match=code):
                unit.record("links", id_, patch, case=one)


def test_evidence_that_a_half_only_claims_makes_no_link_strong(workspace: Workspace) -> None:
    one, two = made(workspace), made(workspace)
    deed("link_say", one, two, "possible", ["phone:+522225550142", "email:a@b.mx"])(workspace.store)
    (node,) = network(workspace, one).nodes
    assert (node.grade, node.shared) == ("debil", ())


def test_keys_follow_their_records_wherever_these_are_written(workspace: Workspace) -> None:
    one = made(workspace)
    row = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("identifiers", row, phone(), case=one)
    assert keys_of(workspace) == {("phone:+522225550142", one)}
    with workspace.store.write() as unit:
        unit.record("identifiers", row, {"value": "222 555 0199"})
    assert keys_of(workspace) == {("phone:+522225550199", one)}
    with suppress(ZeroDivisionError), workspace.store.write() as unit:
        unit.record("identifiers", row, {"value": "222 555 0100"})
        raise ZeroDivisionError
    assert keys_of(workspace) == {("phone:+522225550199", one)}, "the row and its keys go back together"
    with workspace.store.write() as unit:
        projection.rebuild(unit.connection, [("identifiers", row)], instants.iso(unit.now), 2**62)
    assert keys_of(workspace) == {("phone:+522225550199", one)}
    with workspace.store.write() as unit:
        unit.record("identifiers", row, {"erased_at": instants.iso(unit.now)})
    assert keys_of(workspace) == set()


def test_a_row_that_cannot_be_read_stops_nothing(workspace: Workspace) -> None:
    one, two = (
        made(workspace, phone(), {"kind": "email", "value": "a@sitio-ficticio.mx"}),
        made(workspace, phone()),
    )
    with workspace.store.write() as unit:
        spoil = "UPDATE identifiers SET value = CAST(x'ff' AS TEXT) WHERE kind = 'email'"
        unit.connection.execute(text(spoil), execution_options=RECORDED)
        link_keys.rebuild(unit.connection, link_keys.settings(workspace.protocol))
        unit.connection.execute(text("INSERT OR IGNORE INTO search_stale SELECT id FROM cases"))
        while search.refresh(unit.connection):
            pass
    assert keys_of(workspace) == {("phone:+522225550142", one), ("phone:+522225550142", two)}


def test_a_key_table_of_another_version_is_made_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lnctp_tui.domain.links import keys
    from lnctp_tui.storage.database import schema

    one = made(workspace, phone())
    with workspace.store.write() as unit:
        unit.connection.execute(text("INSERT INTO search_keys VALUES ('phone:+520000000000', 'x', 'y', 3)"))
        monkeypatch.setattr(keys, "VERSION", keys.VERSION + 1)
        schema.prepare_index(unit.connection, workspace.protocol)
        while search.refresh(unit.connection):
            pass
    assert keys_of(workspace) == {("phone:+522225550142", one)}


def test_a_number_that_is_only_told_matches_too(workspace: Workspace) -> None:
    one, two = made(workspace, phone()), made(workspace, summary=f"llama del {PHONE} por la noche")
    with workspace.store.write() as unit:
        while search.refresh(unit.connection):
            pass
    (match,) = matches.earlier(workspace.store, cases.document(workspace.store, one), workspace.protocol)
    assert (match.case_id, match.grade) == (two, "fuerte")


def test_a_colleague_s_half_is_shown_with_their_name(workspace: Workspace) -> None:
    one, two = made(workspace, phone()), made(workspace, phone())
    own = workspace.store.author
    workspace.store.author = Author("luis-de-prueba", "otra", own.sign)
    links.say(workspace.store, two, one, "not_linked", ["phone:+522225550142"], "otra persona")
    workspace.store.author = own
    (denied,) = network(workspace, two).denied
    assert denied.by_id == "luis-de-prueba"

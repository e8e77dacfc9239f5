"""The hand-over of a shift: six words for one text, signed by each alone, agreed by voice while both are offline."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sync_office import Desk, House

from lnctp_tui.domain.follow import shift as rules
from lnctp_tui.domain.records import bound
from lnctp_tui.errors import Refused
from lnctp_tui.services.follow import shift
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.replication import authorship
from lnctp_tui.storage.vault import phrase

SPELL = {word: place for place, word in enumerate(phrase.words())}
AT = "2026-11-28T04:00:00.000000Z"
LINE = {
    "item_case_id": "c",
    "folio": "K7Q2-0042-X",
    "why": "risk",
    "line": "emergencia, abierto hace 3 h",
    "by_id": "ana",
}
OTHER = {"why": "other", "line": "vino la técnica", "by_id": "ana"}


def signed(note: str | None = "n", *items: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"id": "h", "from_id": "ana", "to_id": None, "note": note, "signed_at": AT,
            "digest": rules.digest(note, items)} | values  # fmt: skip


def taken(row: dict[str, Any], **values: Any) -> dict[str, Any]:
    words = " ".join(phrase.words()[place] for place in rules.places(row["digest"]))
    return {
        "words": words,
        "handover_id": "h",
        "giver_id": "ana",
        "taken_by": "luis",
        "taken_at": AT,
    } | values


def test_six_words_are_the_first_66_bits_and_no_order_of_lines_changes_them() -> None:
    row = signed("n", LINE, OTHER)
    assert row["digest"] == rules.digest("n", [OTHER, LINE])
    bits = "".join(f"{place:011b}" for place in rules.places(row["digest"]))
    assert bits == f"{int(row['digest'], 16):0256b}"[:66]
    for changed in ({"line": "otra cosa"}, {"folio": "K7Q2-0043-1"}, {"item_case_id": "d"}, {"why": "urgent"},
                    {"task_id": "t"}, {"referral_id": "r"}):  # fmt: skip
        assert rules.digest("n", [LINE | changed, OTHER]) != row["digest"]
    assert rules.digest("m", [LINE, OTHER]) != row["digest"]
    assert rules.digest("n", [LINE]) != row["digest"]


ROW = signed("n", LINE, to_id="luis")
WRONG = " ".join([phrase.words()[0]] * 6)


@pytest.mark.parametrize(
    ("state", "takes"),
    [
        ("waits", []), ("agreed", [taken(ROW)]), ("differs", [taken(ROW, words=WRONG)]),
        ("agreed", [taken(ROW, words=WRONG), taken(ROW)]),
        ("waits", [taken(ROW, taken_by="eva")]),  # somebody nobody named
        ("waits", [taken(ROW, taken_by="ana")]),  # the giver herself
        ("waits", [taken(ROW, handover_id="another")]),
        ("agreed", [taken(ROW, handover_id=None)]),  # by voice
        ("differs", [taken(ROW, handover_id=None, words=WRONG)]),
        ("waits", [taken(ROW, handover_id=None, giver_id="eva")]),
        ("waits", [taken(ROW, handover_id=None, taken_at="2026-11-30T04:00:00.000000Z")]),
        ("waits", [taken(ROW, handover_id=None, taken_at=None)]),
    ],
)  # fmt: skip
def test_it_is_agreed_when_who_may_take_it_has_the_words(state: str, takes: list[dict[str, Any]]) -> None:
    assert rules.standing(ROW, [LINE], takes, SPELL).state == state


def test_what_changed_after_the_signature_is_not_agreed_and_lines_of_others_are_none_of_it() -> None:
    takes = [taken(ROW)]
    for items in ([], [LINE, OTHER], [LINE | {"line": "nada"}]):
        assert rules.standing(ROW, items, takes, SPELL).state == "altered"
    assert rules.standing(ROW | {"note": "m"}, [LINE], takes, SPELL).state == "altered"
    assert rules.standing(ROW, [LINE, OTHER | {"by_id": "eva"}], takes, SPELL).state == "agreed"


def furnish(workspace: Workspace) -> tuple[str, str]:
    """An emergency of whoever works here, one of somebody else, and a promised call of each; her case, their folio."""
    case, theirs = ids.new_id(), ids.new_id()
    now = workspace.store.now()
    with workspace.store.write() as unit:
        for row, owner in ((case, workspace.counselor_id), (theirs, ids.new_id())):
            unit.record("cases", row, {
                "status": "open", "triage": "emergency", "owner_id": owner, "opened_at": instants.iso(now),
                "folio": f"K7Q2-000{int(row == theirs)}-X",
            })  # fmt: skip
            task = {
                "kind": "callback",
                "due_to": instants.iso(now + timedelta(hours=1)),
                "assignee_id": owner,
            }
            unit.record("tasks", ids.new_id(), task, case=row)
            sent = {
                "status": "sent",
                "expected_by": instants.iso(now - timedelta(hours=1)),
                "provider_name": "Nopal",
            }
            unit.record("referrals", ids.new_id(), sent, case=row)
        later = {"kind": "callback", "due_from": instants.iso(now + timedelta(days=2))}
        unit.record(
            "tasks", ids.new_id(), later | {"due_to": instants.iso(now + timedelta(days=3))}, case=case
        )
        unit.record("tasks", ids.new_id(), {"kind": "callback", "status": "done", "due_to": AT}, case=case)
        unit.record("referrals", ids.new_id(), {"status": "accepted", "expected_by": AT}, case=case)
    return case, theirs


def item(proposal: shift.Proposal, line: str = "en peligro") -> dict[str, Any]:
    return {"item_case_id": proposal.case_id, "folio": proposal.folio, "task_id": proposal.task_id,
            "referral_id": proposal.referral_id, "why": proposal.why, "line": line}  # fmt: skip


def test_what_is_proposed_is_ones_own_and_due(workspace: Workspace) -> None:
    case, _theirs = furnish(workspace)
    rows = shift.proposals(workspace.store).rows
    assert [(row.why, row.case_id) for row in rows] == [
        (why, case) for why in ("risk", "callback", "referral")
    ]
    assert len({row.key for row in rows}) == 3


def test_signed_twice_it_is_there_once_and_nothing_of_it_changes(workspace: Workspace) -> None:
    store = workspace.store
    furnish(workspace)
    lines = [item(row) for row in shift.proposals(store).rows]
    workspace.keep_draft("shift", {"note": "Frío"})
    assert workspace.writer.drain(30)
    job = deed("handover_sign", AT, None, None, "Frío", lines, "setting:draft:shift")
    assert job(store) == job(store)
    (handed,) = shift.handed_over(store)
    assert (handed.standing.state, len(handed.items), len(handed.words.split())) == ("waits", 3, 6)
    assert workspace.draft("shift") is None
    with store.write() as unit, pytest.raises(Refused, match="unfit_value"):
        unit.record("shift_handovers", handed.row["id"], {"note": "Otra cosa"})
    with store.write() as unit, pytest.raises(Refused, match="unfit_value"):
        unit.record("handover_items", handed.items[0]["id"], {"erased_at": AT})
    for wrong, why in (
        ([], "shift_empty"), ([lines[0] | {"line": " "}], "shift_line"),
        ([lines[0] | {"line": "x" * 121}], "shift_line"),
        ([lines[0] | {"item_case_id": ids.new_id()}], "shift_case"),
        ([lines[0] | {"folio": "K7Q2-0001-X"}], "shift_case"), ([lines[0] | {"item_case_id": None}], "shift_case"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=why):
            shift.sign(store, AT, None, None, None, wrong)
    with pytest.raises(Refused, match="shift_to_oneself"):
        shift.sign(store, AT, workspace.counselor_id, None, "x", [])
    with pytest.raises(Refused, match="shift_not_yours"):
        shift.take(store, AT, None, handed.row["id"], handed.words)
    assert len(shift.handed_over(store)) == 1


def test_what_was_signed_before_the_laptop_had_a_server_is_its_persons_afterwards(
    workspace: Workspace,
) -> None:
    store = workspace.store
    furnish(workspace)
    shift.sign(store, AT, None, None, "n", [item(row) for row in shift.proposals(store).rows])
    with store.write() as unit:
        authorship.become(unit, person := ids.new_id())
    (handed,) = shift.handed_over(store)
    assert (handed.row["from_id"], len(handed.items), handed.standing.state) == (person, 3, "waits")
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            'SELECT "table", row, "case", patch FROM changes WHERE "table" LIKE \'%hand%\''
        ).all()
    for table, row, owner, patch in rows:
        assert row == bound.row_id(table, json.loads(patch))
        assert owner == (handed.row["id"] if table == "handover_items" else None)


def give(desk: Desk, to: Desk | None, note: str = "Frío") -> shift.Handed:
    """Signs what a laptop has, for another's person."""
    rows = [item(row) for row in shift.proposals(desk.store).rows]
    person = to.workspace.counselor_id if to else None
    row = shift.sign(desk.store, instants.iso(desk.store.now()), person, None, note, rows)
    return next(handed for handed in shift.handed_over(desk.store) if handed.row["id"] == row)


def test_by_voice_while_both_are_offline_wrong_words_first_then_the_same_on_both(house: House) -> None:
    giver, taker, stranger = (house.desk(name) for name in ("ana", "luis", "eva"))
    lead_desk = house.desk("lead", role="supervisor")
    furnish(giver.workspace)
    handed = give(giver, taker)
    heard = ("2 renglones", giver.workspace.counselor_id)
    at = instants.iso(taker.store.now())
    with pytest.raises(Refused, match="shift_words"):
        shift.take(taker.store, at, heard[1], None, "abrigo nube xyzzy pera lago tinta")
    assert shift.take(taker.store, at, heard[1], None, WRONG, heard[0]) == "waits"
    giver.sync()
    taker.sync()
    giver.sync()
    for desk in (giver, taker):
        (there,) = shift.handed_over(desk.store)
        assert (there.standing.state, len(there.items)) == ("differs", 3)
    # What was typed is there, and the right words end it.
    typed = " ".join(word[:4].upper() for word in phrase.plain(handed.words).split())
    assert shift.take(taker.store, at, None, handed.row["id"], typed, heard[0]) == "agreed"
    for desk in (taker, giver, lead_desk, stranger):
        desk.sync()
    states = [
        [there.standing.state for there in shift.handed_over(desk.store)]
        for desk in (giver, taker, lead_desk)
    ]
    assert states == [["agreed"]] * 3
    assert stranger.scalar("SELECT count(*) FROM changes WHERE \"table\" LIKE '%hand%'") == 0
    # The taker reads the lines and holds none of the cases.
    assert taker.scalar("SELECT count(*) FROM cases") == 0
    assert [take["remarks"] for take in shift.handed_over(giver.store)[0].standing.takes] == [
        "2 renglones"
    ] * 2
    assert all(desk.refolds() for desk in (giver, taker, lead_desk))

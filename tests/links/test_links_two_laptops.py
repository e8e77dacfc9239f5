"""Links between laptops with one server: the band arrives, supervision decides both sides, two decide offline."""

from __future__ import annotations

from sync_office import Desk, House, house, shared

from lnctp_tui.services.case import cases, links
from lnctp_tui.storage import ids
from lnctp_tui.storage.replication import server_state

__all__ = ["house"]
PHONE = "222 555 0188"
FOLIOS = {"ana": "K7Q2-0097-4", "luis": "K7Q2-0099-P"}


def reported(desk: Desk) -> str:
    case = desk.case(folio=FOLIOS[desk.name])
    with desk.store.write() as unit:
        unit.record("identifiers", ids.new_id(), {"kind": "phone", "value": PHONE}, case=case)
    desk.sync()
    return case


def network(desk: Desk, case: str) -> links.Network:
    return links.network(desk.store, cases.document(desk.store, case), desk.workspace.protocol)


def test_the_band_arrives_and_supervision_links_what_two_counselors_hold(house: House) -> None:
    ana, luis, boss = house.desk("ana"), house.desk("luis"), house.desk("boss", "supervisor")
    one, two = reported(ana), reported(luis)
    luis.sync()
    assert (network(luis, two).band, network(luis, two).nodes, network(luis, two).hidden) == ("1", (), 0)
    assert network(ana, one).band is None
    boss.sync()
    (node,) = network(boss, two).nodes
    assert (node.case_id, node.folio, node.grade) == (one, FOLIOS["ana"], "fuerte")
    links.say(boss.store, two, one, "confirmed", node.keys)
    for desk in (boss, ana, luis):
        desk.sync()
    for desk, own, other in ((ana, one, two), (luis, two, one)):
        (linked,) = network(desk, own).nodes
        assert (linked.case_id, linked.folio, linked.state) == (other, None, "confirmed")
        assert desk.row(other) is None
        assert desk.refolds()
    for lie in ("99", None, 7, "<b>"):
        house.event("match", one, None, data={"band": lie})
    house.event("grant", one, ana, data={"rank": 0})
    ana.sync()
    assert ana.scalar("SELECT count(*) FROM sync_state WHERE key = ?", server_state.MATCH + one) == 0


def test_the_next_laptop_of_a_person_knows_the_band_and_no_other_person_s(house: House) -> None:
    ana, luis = house.desk("ana"), house.desk("luis")
    one, two = reported(ana), reported(luis)
    late = house.desk("luis late", person=luis.store.author.actor)
    late.sync()
    late.sync()
    assert network(late, two).band == "1"
    told = late.scalar("SELECT count(*) FROM sync_state WHERE key LIKE ?", f"{server_state.MATCH}%")
    assert told == 1
    assert late.scalar("SELECT count(*) FROM sync_state WHERE key = ?", server_state.MATCH + one) == 0


def test_two_laptops_that_link_the_same_pair_offline_have_one_half_of_each(house: House) -> None:
    ana, beto, case = shared(house)
    other = ana.case()
    ana.sync()
    house.event("grant", other, beto, data={"rank": -1})
    beto.sync()
    links.say(ana.store, case, other, "possible", ["alias:x"])
    links.say(beto.store, other, case, "not_linked", ["alias:x"], "otra persona")
    for desk in (ana, beto, ana):
        desk.sync()
    states = []
    for desk in (ana, beto):
        assert desk.scalar("SELECT count(*) FROM links") == 2
        assert desk.scalar("SELECT count(*) FROM conflicts WHERE field = 'state'") == 2
        with desk.store.read() as connection:
            states.append({half.state for half in links.halves(connection, [case])})
    assert states[0] == states[1] == {"not_linked"}, "the newest is shown, the other stands beside it"

"""How the whole Line's referrals ended: counted by the server, from three on, told without dates or small steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sync_office import Desk, House

from lnctp_tui.server.read import tallies
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.directory.directory import Tally
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import directory_held


@pytest.fixture
def desks(house: House) -> tuple[Desk, Desk, Desk]:
    return house.desk("lead", "supervisor"), house.desk("ana"), house.desk("luis")


def ended(desk: Desk, provider: str, *statuses: str, days: int = 1) -> None:
    """Referrals of a case of their own, as they ended."""
    case = desk.case()
    at = instants.iso(desk.store.now() - timedelta(days=days))
    with desk.store.write() as unit:
        for status in statuses:
            values = {"provider_id": provider, "status": status, "status_at": at}
            unit.record("referrals", ids.new_id(), values, case=case)
    desk.sync()


def count(house: House, desk: Desk, day: int) -> None:
    assert tallies.nightly(house.pool, "main", desk.store.now() + timedelta(days=day))
    assert not tallies.nightly(house.pool, "main", desk.store.now() + timedelta(days=day)), "once a night"


def seen(desk: Desk, provider: str) -> Tally:
    desk.client().ask_tallies()
    return directory.detail(desk.store, provider).line.tally


def test_every_laptop_sees_how_the_whole_line_s_referrals_ended(
    house: House, desks: tuple[Desk, Desk, Desk]
) -> None:
    lead, ana, luis = desks
    with lead.store.write() as unit:
        ceiba, nopal = (
            writing.enter(unit, {"name": name, "kind": "osc", "source_id": name}, services=[{"kind": "salud_mental"}])
            for name in ("Casa Ceiba (ficticia)", "Casa Nopal (ficticia)")
        )  # fmt: skip
    for desk in desks:
        desk.sync()
    ended(ana, ceiba, "accepted", "refused", "sent", "withdrawn")
    ended(luis, ceiba, "no_answer")
    ended(luis, ceiba, "accepted", "accepted", days=800)
    ended(luis, nopal, "accepted", "completed")
    count(house, lead, 0)
    assert seen(luis, ceiba) == seen(lead, ceiba) == Tally(2, 3), "two of ana's, one of his"
    assert seen(luis, nopal) == Tally(2, 2), "his own; of two the server says nothing"
    with lead.store.read() as connection:
        assert list(directory_held.held(connection).whole_line) == [ceiba]
    # One more a day would say who was sent where yesterday: it moves by three.
    for day in (1, 2):
        ended(ana, ceiba, "accepted")
        count(house, lead, day)
        assert seen(luis, ceiba) == Tally(2, 3)
    ended(ana, ceiba, "waitlisted")
    count(house, lead, 3)
    assert seen(luis, ceiba) == Tally(5, 6)
    directory.settle(luis.store)
    found = {line.id: line.tally for line in directory.search(luis.store, "casa").found}
    assert found == {ceiba: Tally(5, 6), nopal: Tally(2, 2)}
    # 24 months later none of it counts; what a server that denies everything says changes nothing here.
    count(house, lead, 900)
    assert seen(ana, ceiba) == Tally(5, 5)
    luis.line.alter = lambda _path, _answer: {"tallies": [[ceiba, 9, 3], [nopal, 3, 4]]}
    assert (seen(luis, ceiba), seen(luis, nopal)) == (Tally(0, 1), Tally(3, 4))

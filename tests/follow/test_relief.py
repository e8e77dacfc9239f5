"""What a hand-over opens (123): the cases of its lines, to one person, for 72 hours, nothing that was taken away."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from sync_office import Desk, House
from test_shift import WRONG, furnish, give

from lnctp_tui.domain.follow.shift import OPEN
from lnctp_tui.errors import Declined
from lnctp_tui.screens.follow import shift_words
from lnctp_tui.screens.times import moment
from lnctp_tui.server.admin import access, relief
from lnctp_tui.server.postgres import database
from lnctp_tui.services.case import transfer
from lnctp_tui.services.follow import shift
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage import instants
from lnctp_tui.storage.replication import eviction

LATER = timedelta(minutes=1)


def device(house: House, desk: Desk) -> database.DeviceRow:
    with house.pool.connection() as connection:
        found = database.find_device(connection, desk.store.author.device)
    assert found is not None
    return found


def take(desk: Desk, handed: shift.Handed, words: str | None = None, at: datetime | None = None) -> None:
    when = instants.iso(at or desk.store.now())
    shift.take(desk.store, when, handed.row["from_id"], None, words or handed.words)


def look(house: House, now: datetime) -> int:
    return relief.look(house.pool, "main", now)


def sees(desk: Desk, case: str) -> bool:
    desk.sync()
    with desk.store.read() as connection:
        query = "SELECT state FROM scopes WHERE id = ?"
        return connection.exec_driver_sql(query, (case,)).scalar() in ("held", "wanted")


def test_from_the_signature_on_for_72_hours_and_told_to_both(house: House) -> None:
    giver, taker, stranger = (house.desk(name) for name in ("ana", "luis", "eva"))
    case, other = furnish(giver.workspace)
    handed = give(giver, taker)
    giver.sync()
    take(taker, handed, WRONG)
    take(stranger, handed)  # she overheard them
    for desk in (taker, stranger):
        desk.sync()
    now = giver.store.now()
    assert look(house, now) == 0, "wrong words, and somebody who is not named"
    take(taker, handed)
    taker.sync()
    assert (look(house, now), look(house, now)) == (1, 0)
    assert sees(taker, case)
    assert not sees(taker, other), "it stands in no line"
    assert not sees(stranger, case)
    until = transfer.open_until(taker.store, case)
    assert until == instants.iso(instants.parse(handed.row["signed_at"]) + OPEN)
    assert transfer.open_until(giver.store, case) is None
    assert taker.row(case)
    for desk in (giver, taker):
        desk.sync()
        (there,) = shift.handed_over(desk.store)
        said = shift_words.opened(there, "America/Mexico_City", now)
        assert moment(until, "America/Mexico_City") in said
        assert shift_words.opened(there, "America/Mexico_City", now + OPEN) == ""
    # It goes on to nobody, and to put it away for a while does not make it last.
    with pytest.raises(Declined, match="only_for_now"):
        access.offer(house.pool, device(house, taker), case, stranger.workspace.counselor_id, now)
    for action in ("leave", "open"):
        access.window(house.pool, device(house, taker), [case], action, now)
    taker.sync()
    assert transfer.open_until(taker.store, case) == until
    end = instants.parse(until)
    assert look(house, end - LATER) == 0
    assert (look(house, end), look(house, end + LATER)) == (1, 0), "and it does not begin anew"
    assert not sees(taker, case)
    assert sees(giver, case)
    taker.set(case, summary="escrito antes, enviado después")
    taker.sync()
    assert taker.scalar("SELECT count(*) FROM changes WHERE refused IS NOT NULL") == 0


def test_the_laptop_ends_it_by_itself_and_no_clock_that_is_set_back_helps(house: House) -> None:
    giver, taker = house.desk("ana"), house.desk("luis")
    case, _other = furnish(giver.workspace)
    handed = give(giver, taker)
    giver.sync()
    take(taker, handed)
    taker.sync()
    look(house, giver.store.now())
    assert sees(taker, case)
    end = giver.store.now() + OPEN + LATER
    with taker.store.write() as unit:
        assert eviction.end_brief(unit.connection, end - OPEN) == frozenset()
        assert eviction.end_brief(unit.connection, end) == {case}
    assert synchronise.status(taker.workspace).withdrawn == 1
    # Another laptop of hers begins with what she sees, and until when.
    second = house.desk("luis2", person=taker.workspace.counselor_id)
    second.sync()
    second.sync()
    assert sees(second, case)
    assert transfer.open_until(second.store, case) == instants.iso(
        instants.parse(handed.row["signed_at"]) + OPEN
    )


def test_a_person_s_word_stands_before_it_and_ends_it(house: House) -> None:
    giver, taker, third = (house.desk(name) for name in ("ana", "luis", "eva"))
    lead = house.desk("lead", role="supervisor")
    case, _other = furnish(giver.workspace)
    giver.sync()
    now, who = giver.store.now(), taker.workspace.counselor_id
    with pytest.raises(Declined, match="not_found"):
        access.assign(house.pool, device(house, lead), "nunca-visto", who, now)
    access.assign(house.pool, device(house, lead), case, who, now)
    access.revoke(house.pool, "main", who, case, now, lead.workspace.counselor_id)
    handed = give(giver, taker)
    giver.sync()
    take(taker, handed)
    taker.sync()
    assert look(house, now + LATER) == 0, "supervision took it away"
    # Whom it names nobody by name: the first whose words come, and nobody after.
    open_one = give(giver, None, "de quien siga")
    giver.sync()
    for desk in (third, lead, taker):
        take(desk, open_one)
        desk.sync()
    assert look(house, now + LATER) == 1
    assert (sees(third, case), sees(taker, case)) == (True, False)
    # Given for good, it does not end.
    access.assign(house.pool, device(house, lead), case, third.workspace.counselor_id, now)
    assert sees(third, case)
    assert transfer.open_until(third.store, case) is None
    assert look(house, now + OPEN + LATER) == 0
    # One signed at a time still to come opens nothing before, and nothing anew at every look.
    nuria = house.desk("nuria")
    early = now + timedelta(days=30)
    giver.store.now = lambda: early
    ahead = give(giver, nuria, "adelantado")
    giver.sync()
    take(nuria, ahead, at=early)
    nuria.sync()
    assert [look(house, now + timedelta(hours=hours)) for hours in (0, 1, 80)] == [0, 0, 0]
    assert not sees(nuria, case)


def test_a_chain_of_shifts_ends_when_the_first_does(house: House) -> None:
    """Two people cannot keep a case open for each other, in whatever order they sign (123)."""
    desks = [house.desk(name) for name in ("ana", "luis", "eva")]
    case, _other = furnish(desks[0].workspace)
    start = desks[0].store.now()
    chance = random.Random(7)
    giver = desks[0]
    for hours in range(0, 200, 20):
        now = start + timedelta(hours=hours)
        for desk in desks:
            desk.store.now = lambda now=now: now
        look(house, now)
        held = [desk for desk in desks[1:] if sees(desk, case)]
        assert not held or hours < 72
        if held:
            giver = chance.choice(held)
        elif hours:
            break
        taker = chance.choice([desk for desk in desks[1:] if desk is not giver])
        at = instants.iso(now)
        line = {"item_case_id": case, "folio": giver.row(case)["folio"], "why": "risk", "line": "peligro"}
        row = shift.sign(giver.store, at, taker.workspace.counselor_id, None, str(hours), [line])
        giver.sync()
        handed = next(one for one in shift.handed_over(giver.store) if one.row["id"] == row)
        take(taker, handed)
        taker.sync()
        look(house, now)
    assert hours == 80
    assert sees(desks[0], case)

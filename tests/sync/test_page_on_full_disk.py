"""A page of colleagues' changes that finds no room: nothing half stored, nobody's good change set aside, told, and
stored when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from disk_faults import free
from sync_office import Desk, House

from lnctp_tui.errors import StorageFailed, SyncFailed
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.sync import sync_words
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync.loop import Loop, Round

CASES = 24
LONG = "Un relato largo de una persona de muestra. " * 400


@contextmanager
def room(desk: Desk, pages: int) -> Iterator[None]:
    """The database may grow by so many pages."""
    with desk.store.write() as unit:
        has = unit.connection.exec_driver_sql("PRAGMA page_count").scalar()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count = {has + pages}")
    try:
        yield
    finally:
        free(desk.workspace)


def written(house: House) -> tuple[Desk, list[str]]:
    """A colleague and what she wrote, on the server."""
    ana = house.desk("ana")
    cases = [ana.case(summary=f"{number} {LONG}") for number in range(CASES)]
    ana.sync()
    return ana, cases


def held(desk: Desk) -> dict[str, Any]:
    """What a round may not leave half done."""
    with desk.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT n FROM changes WHERE n IS NOT NULL ORDER BY n").scalars()
        cursor = state.get(connection, server_state.CURSOR) or [0, ""]
        return {
            "n": [*rows],
            "cursor": cursor[0],
            "aside": len(state.starting_with(connection, server_state.ASIDE)),
            "alarms": state.get(connection, server_state.ALARMS),
            "unfit": connection.exec_driver_sql(
                "SELECT count(*) FROM changes WHERE refused IS NOT NULL OR unfit IS NOT NULL"
            ).scalar(),
        }


def sound(desk: Desk) -> dict[str, Any]:
    """The same, with what is never so."""
    found = held(desk)
    assert (found["aside"], found["alarms"], found["unfit"]) == (0, None, 0)
    assert desk.refolds()
    return found


@pytest.mark.parametrize("pages", [0, 3, 20, 40])
def test_a_page_without_room_is_stored_whole_or_not_at_all(house: House, pages: int) -> None:
    """The news of an hour, in pages of ten; a few of them fit or none."""
    lead = house.desk("lead", "supervisor")
    lead.sync()
    before = sound(lead)
    ana, cases = written(house)
    client = lead.client()
    client.page = 10
    with room(lead, pages), pytest.raises(StorageFailed, match="disk_full"):
        Round(client).run()
    between = sound(lead)
    whole = set(range(before["cursor"] + 1, between["cursor"] + 1))
    assert set(between["n"]) - set(before["n"]) <= whole, "nothing of a page whose cursor did not move"
    assert between["cursor"] < sound(ana)["cursor"]
    assert (between["cursor"] > before["cursor"]) == (pages == 40)
    lead.sync()
    assert sound(lead)["cursor"] == sound(ana)["cursor"]
    assert all(
        lead.row(case) == ana.row(case) | {"created_by": lead.row(case)["created_by"]} for case in cases
    )  # type: ignore[index, operator]


@pytest.mark.parametrize("pages", [0, 20, 40])
def test_a_first_synchronisation_without_room_goes_on_where_it_was(house: House, pages: int) -> None:
    ana, cases = written(house)
    lead = house.desk("lead", "supervisor")
    client = lead.client()
    client.histories.chunk = 5
    with room(lead, pages), pytest.raises(StorageFailed, match="disk_full"):
        Round(client).run()
    sound(lead)
    lead.sync()
    sound(lead)
    assert all(str(lead.row(case)["summary"]).endswith(LONG) for case in cases)  # type: ignore[index]
    assert lead.scalar("SELECT count(*) FROM scopes WHERE state = 'wanted'") == 0
    assert lead.scalar("SELECT count(*) FROM changes") >= ana.scalar("SELECT count(*) FROM changes")


def test_a_device_that_introduced_itself_on_a_full_disk_is_known_afterwards(house: House) -> None:
    """Its key came with the page; what it writes later is nobody's unknown."""
    lead = house.desk("lead", "supervisor")
    lead.sync()
    ana, _cases = written(house)
    client = lead.client()
    with room(lead, 0), pytest.raises(StorageFailed):
        Round(client).run()
    lead.sync()
    case = ana.case(summary="después")
    ana.sync()
    lead.sync()
    assert lead.row(case) is not None
    sound(lead)


def refuses(desk: Desk, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """No transaction at all, as on a disk without room for one page."""

    @contextmanager
    def write(*, behind: bool = False) -> Iterator[None]:
        raise StorageFailed(code)
        yield

    monkeypatch.setattr(desk.store, "write", write)


@pytest.mark.parametrize("code", ["disk_full", "read_only", "disk_error"])
def test_the_thread_says_what_the_disk_says_though_it_can_note_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    lead = house.desk("lead", "supervisor")
    lead.sync()
    _ana, cases = written(house)
    running = synchronise.Synchroniser(lead.workspace)
    loop = running._loop = Loop(lead.store, lambda _store: lead.line)  # type: ignore[arg-type, return-value]
    with monkeypatch.context() as patch:
        refuses(lead, patch, code)
        loop._step(lead.helper)
        status = running.status
    assert status.problem == code
    assert "no sincroniza" in sync_words.mark(status, "America/Mexico_City", instants.now()).long
    assert str(explain(StorageFailed(code))) == sync_words.problem(code)
    assert lead.row(cases[0]) is None
    loop._listener = None
    with suppress(SyncFailed):
        Round(lead.client()).run()
    assert lead.row(cases[0]) is not None


def test_a_case_is_found_though_the_disk_filled_up_while_it_was_indexed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the disk says while a case is read is no flaw of the case: it is not indexed without its words."""
    from sqlalchemy.exc import OperationalError

    from lnctp_tui.services.case import search as searching
    from lnctp_tui.storage.database import search

    lead = house.desk("lead", "supervisor")
    lead.sync()
    _ana, cases = written(house)
    client = lead.client()
    Round(client).run()

    def full(*_: object) -> Any:
        error = Exception()
        error.sqlite_errorcode = 13  # type: ignore[attr-defined]
        raise OperationalError("SELECT", {}, error)

    with monkeypatch.context() as patch:
        patch.setattr(search, "_cases", full)
        with pytest.raises(StorageFailed, match="disk_full"):
            client.index(400)
    while client.index(400):
        pass
    assert len(searching.search(lead.store, "relato", limit=100)) == len(cases)

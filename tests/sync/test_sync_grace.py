"""Fourteen days without the server hide what came before; new calls can always be taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from workspaces import narrate, settle

from lnctp_tui.errors import Refused
from lnctp_tui.services.call import calls
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.search import search
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.server_state import Server


def known(workspace: Workspace, state: str = "active") -> None:
    server = Server("https://lnctp.example.org", "", "00" * 32, state, "persona", "counselor", "main")
    with workspace.store.write() as unit:
        server_state.put_server(unit.connection, server)
        unit.remember(server_state.CONTACT, instants.iso(unit.now))


def case(workspace: Workspace, text: str) -> str:
    made = ids.new_id()
    with workspace.store.write() as unit:
        values = {"status": "open", "opened_at": instants.iso(unit.now), "summary": text}
        unit.record("cases", made, values, case=made)
    settle(workspace)
    return made


def later(workspace: Workspace, days: float) -> None:
    moment = instants.now() + timedelta(days=days)
    workspace.store.now = lambda: moment


def seen(workspace: Workspace, text: str) -> tuple[int, int, int]:
    store = workspace.store
    return len(desk(store).cases), len(search(store, text)), len(cases.list_cases(store))


def test_after_fourteen_days_old_cases_hide_and_new_ones_show(workspace: Workspace) -> None:
    old = ids.new_id()
    earlier = instants.now() - timedelta(days=3)
    workspace.store.now = lambda: earlier
    old = case(workspace, "tamarindo")
    later(workspace, 0)
    known(workspace)
    later(workspace, 13.9)
    assert seen(workspace, "tamarindo") == (1, 1, 1)
    later(workspace, 14.1)
    assert seen(workspace, "tamarindo") == (0, 0, 0)
    for read in (cases.document, cases.history):
        with pytest.raises(Refused, match="cases_hidden"):
            read(workspace.store, old)
    new = case(workspace, "tamarindo")
    assert seen(workspace, "tamarindo") == (1, 1, 1)
    assert cases.document(workspace.store, new)["case"]["summary"] == "tamarindo"
    with workspace.store.write() as unit:
        unit.remember(server_state.CONTACT, instants.iso(unit.now))
    assert seen(workspace, "tamarindo") == (2, 2, 2)


def test_a_call_can_be_taken_and_finished_while_the_rest_hides(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    narrate(intake, "Prueba")
    assert workspace.writer.drain(5)
    known(workspace)
    later(workspace, 30)
    assert [each.contact_id for each in calls.unfinished(workspace.store)] == [intake.contact.id]
    again = Intake.reopen(workspace, intake.contact.id)
    assert again.record(again.contact)["narrative"] == "Prueba"


def test_a_servers_word_that_a_laptop_is_revoked_hides_nothing(workspace: Workspace) -> None:
    case(workspace, "tamarindo")
    known(workspace, "revoked")
    assert seen(workspace, "tamarindo") == (1, 1, 1)


def test_without_a_server_nothing_ever_hides(workspace: Workspace) -> None:
    case(workspace, "tamarindo")
    later(workspace, 400)
    assert seen(workspace, "tamarindo") == (1, 1, 1)


def test_a_clock_that_is_set_back_wins_no_time(workspace: Workspace) -> None:
    from lnctp_tui.storage.database import audit

    later(workspace, -3)
    case(workspace, "tamarindo")
    later(workspace, 0)
    known(workspace)
    later(workspace, 20)
    with workspace.store.write() as unit:  # something is looked at, or the server is tried
        audit.note(unit.connection, unit.now, "persona", "view", "x")
    later(workspace, 1)
    assert seen(workspace, "tamarindo") == (0, 0, 0)
    new = case(workspace, "tamarindo")
    assert cases.document(workspace.store, new)["case"]["summary"] == "tamarindo"


def test_every_opening_and_every_try_notes_how_late_it_is(workspace: Workspace) -> None:
    from lnctp_tui.errors import SyncFailed
    from lnctp_tui.storage.database import state
    from lnctp_tui.sync.loop import Loop

    def latest() -> str:
        with workspace.store.read() as connection:
            return str(state.get(connection, server_state.LATEST))

    opened = latest()
    assert opened <= instants.iso(instants.now())
    later(workspace, 3)
    Loop(workspace.store)._failed(SyncFailed("offline"), 1)
    assert latest() == instants.iso(workspace.store.now())
    later(workspace, 1)
    Loop(workspace.store)._failed(SyncFailed("offline"), 2)
    assert latest() > instants.iso(workspace.store.now())


def test_a_clock_that_was_years_ahead_is_forgiven_by_the_next_contact(workspace: Workspace) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from sync_office import DirectLine

    from lnctp_tui.sync import fresco
    from lnctp_tui.sync.client import Client

    later(workspace, -3)
    case(workspace, "tamarindo")
    later(workspace, 0)
    known(workspace)
    later(workspace, 4000)
    with workspace.store.write() as unit:
        server_state.note_clock(unit.connection, unit.now)
    later(workspace, 0)
    assert seen(workspace, "tamarindo") == (0, 0, 0)
    with ThreadPoolExecutor(1) as pool:
        client = Client(workspace.store, DirectLine(None, ""), pool=pool)  # type: ignore[arg-type]
        client.contact.note({})
        assert seen(workspace, "tamarindo") == (0, 0, 0)
        client.contact.note({fresco.MEMBER: fresco.Fresco("counselor", "")})
    assert seen(workspace, "tamarindo") == (1, 1, 1)

"""An officers' order reaches a laptop in the middle of a call: what is hidden, what is stored, and what is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from app_world import app_on, desk, furnished, furnished_template, said_on, spanish, until
from control_office import Officers, officers
from served import Served
from sqlalchemy import Connection
from test_orders_served import admitted
from test_wipe_order import content
from textual.pilot import Pilot
from vaults import MadeVault
from workspaces import Founded, narrate

from lnctp_tui import launcher
from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import ORDERED
from lnctp_tui.errors import Refused, VaultError
from lnctp_tui.services.call import calls
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import orders, synchronise
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage.replication import eviction
from lnctp_tui.storage.vault import recovery, vault

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish", "quick_new_keys")
CANARY, OLD = "Guanabana", "migrantes"


@pytest.fixture
def team(served: Served, tmp_path: Path) -> Officers:
    return officers(served, tmp_path)


@asynccontextmanager
async def on_a_call(team: Officers, where: Founded) -> AsyncIterator[tuple[LnctpApp, Pilot[int], str]]:
    """The real app with its real thread, in a call whose last words were typed this moment; its laptop's key."""
    workspace = open_workspace(where.home, where.key)
    key = admitted(team, workspace)
    workspace.close()
    async with desk(where) as (app, pilot):
        await until(pilot, lambda: app.syncing.status and app.syncing.status.online, "the line")
        await pilot.press("n")
        await until(pilot, lambda: app.forms_open.current, "the call")
        await pilot.press(*CANARY)
        yield app, pilot, key


async def taken(app: LnctpApp, pilot: Pilot[int]) -> None:
    """Until the order closed the app; what was typed is still on the screen before, and never painted again."""
    began = monotonic()
    for _ in range(2000):
        if app.return_value is not None:
            break
        await pilot.pause(0.01)
    assert app.return_value == ORDERED
    assert ORDERED in launcher.LOCKS
    assert monotonic() - began < 20


async def opens(where: Founded, *, size: tuple[int, int] = (80, 24)) -> tuple[str, str]:
    """What the next worker shows: before the phrase, then on the desk."""
    app = app_on(where)
    failures: list[object] = []
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.pause()
        before = said_on(app)
        app.open_with(lambda: where.key, failures.append)
        await until(pilot, lambda: failures or app.unlocked, "the desk")
        await until(pilot, lambda: "Orden de sus responsables" in said_on(app), "the reason")
        after = said_on(app)
    app.close_workspace()
    return before, after


def narratives(where: Founded) -> str:
    workspace = open_workspace(where.home, where.key)
    try:
        return content(workspace)
    finally:
        workspace.close()


async def test_a_withdrawn_laptop_locks_in_the_call_keeps_what_was_typed_and_shows_none_of_it(
    team: Officers, furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_a_call(team, furnished) as (app, pilot, key):
        person = team.served.app.state.services.control.now("main").standing.whose(key)
        team.do("device", key, person=person, state="revoked")
        await taken(app, pilot)
    assert CANARY in narratives(furnished)
    monkeypatch.setenv(launcher.LAST, str(ORDERED))
    before, after = await opens(furnished)
    assert "una orden que firmaron sus responsables" in before
    assert "retiraron este equipo" in after
    for said in (before, after):
        assert CANARY not in said
        assert OLD not in said
    workspace = open_workspace(furnished.home, furnished.key)
    try:
        assert calls.unfinished(workspace.store) == []
        with workspace.store.read() as connection:
            (contact,) = connection.exec_driver_sql(
                "SELECT substr(key, 6) FROM sync_state WHERE key GLOB 'call:*'"
            ).scalars()
        with pytest.raises(Refused, match=r"^hidden_by_order$"):
            Intake.reopen(workspace, contact)
        new = Intake.start(workspace)
        narrate(new, "otra llamada")
        assert workspace.writer.drain(5)
        assert [each.contact_id for each in calls.unfinished(workspace.store)] == [new.contact.id]
        team.do("device", key, person=person)
        synchronise.once(workspace)
        assert {each.contact_id for each in calls.unfinished(workspace.store)} == {contact, new.contact.id}
    finally:
        workspace.close()


async def test_a_seal_in_a_call_locks_stores_what_was_typed_and_leaves_it_to_the_custodians(
    team: Officers, furnished: Founded, vault_template: MadeVault
) -> None:
    keys = recovery.new_keys()
    vault.set_recovery(furnished.home, furnished.key, keys.public)
    async with on_a_call(team, furnished) as (app, pilot, key):
        team.do("seal", key)
        await taken(app, pilot)
    with pytest.raises(VaultError, match=r"^vault_sealed$"):
        vault_access.unlock(furnished.home, vault_template.phrase)
    request, _words = recovery.request(furnished.home)
    again = recovery.finish(
        furnished.home, recovery.answer(request, *keys.shares[:2]), "otra frase de custodios", "own"
    )
    assert again == furnished.key
    assert CANARY in narratives(furnished)


@pytest.mark.parametrize("unsent", [False, True])
async def test_a_wipe_in_a_call_locks_and_leaves_what_the_order_says(
    team: Officers, furnished: Founded, unsent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wiping, typed = Event(), Event()
    plain = eviction.wipe

    def slow(connection: Connection, *, unsent: bool) -> None:
        plain(connection, unsent=unsent)
        wiping.set()
        assert typed.wait(10)

    monkeypatch.setattr(eviction, "wipe", slow)
    async with on_a_call(team, furnished) as (app, pilot, key):
        team.do("wipe", key, unsent=unsent)
        await until(pilot, wiping.is_set, "the wipe")
        await pilot.press(*CANARY)
        typed.set()
        await taken(app, pilot)
    left = narratives(furnished)
    assert OLD not in left
    assert (CANARY in left) is not unsent
    _before, after = await opens(furnished)
    assert "ordenaron borrar este equipo" in after
    assert CANARY not in after


async def test_an_order_that_comes_with_something_else_that_was_asked_locks_too(
    team: Officers, furnished: Founded
) -> None:
    async with on_a_call(team, furnished) as (app, pilot, key):
        app.syncing.end()  # the thread hears of nothing
        person = team.served.app.state.services.control.now("main").standing.whose(key)
        team.do("device", key, person=person, state="revoked")
        await asyncio.to_thread(orders.refresh, app.workspace)
        await taken(app, pilot)

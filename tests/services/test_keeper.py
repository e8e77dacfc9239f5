"""While nobody saves the log is folded in, the mark is forced to the disk, and damage is looked for and told."""

from __future__ import annotations

import time

import pytest
from app_world import desk, furnished, furnished_template, said_on, spanish, until
from test_missing_saves import flip
from workspaces import Founded

from lnctp_tui.errors import LnctpError
from lnctp_tui.services.vault import upkeep
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import wal

__all__ = ["furnished", "furnished_template", "spanish"]


def saved(workspace: Workspace, value: int) -> None:
    with workspace.store.write() as unit:
        unit.remember("setting:x", value)


def waiting(workspace: Workspace) -> int:
    """Pages of the log that are not in the database yet."""
    connection = engine.connect(workspace.home / paths.DATABASE, workspace.key.dek, read_only=True)
    try:
        _busy, pages, folded = connection.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
        return int(pages - folded)
    finally:
        connection.close()


@pytest.fixture
def still(workspace: Workspace) -> Workspace:
    """A workspace whose keeper only works when it is told."""
    assert workspace.keeper
    workspace.keeper._end.set()
    workspace.keeper.join()
    workspace.writer.drain(5)
    return workspace


def test_after_two_quiet_seconds_the_log_is_in_the_database_and_the_mark_on_the_disk(
    still: Workspace,
) -> None:
    assert still.keeper
    assert still.store.mark
    saved(still, 1)
    written = still.store.mark.written
    still.keeper.tick(written + upkeep.QUIET - 0.1)
    assert waiting(still) > 0
    assert still.store.mark.behind
    still.keeper.tick(written + upkeep.QUIET)
    assert waiting(still) == 0
    assert not still.store.mark.behind


def test_the_log_is_folded_in_while_saves_go_on(still: Workspace) -> None:
    log = still.home / f"{paths.DATABASE}-wal"
    for number in range(400):
        saved(still, number)
    assert log.stat().st_size < 3 * engine.CHECKPOINT * wal.STEP


def test_a_closed_vault_has_no_log(office: Founded) -> None:
    opened = open_workspace(office.home, office.key)
    saved(opened, 1)
    held = engine.connect(office.home / paths.DATABASE, office.key.dek, read_only=True)  # another program
    opened.close()
    assert (office.home / f"{paths.DATABASE}-wal").stat().st_size == 0
    held.close()


def test_a_mark_that_cannot_be_written_is_told_once_and_the_save_stands(still: Workspace) -> None:
    told: list[LnctpError] = []
    assert still.keeper
    assert still.store.mark
    still.keeper.on_told = told.append
    still.store.mark.close()
    (still.home / paths.MARK).rename(still.home / "elsewhere")
    saved(still, 7)
    for _ in range(3):
        still.keeper.tick(time.monotonic())
    assert [each.code for each in told] == ["mark_failed"]
    assert still.setting("x") == 7
    (still.home / "elsewhere").rename(still.home / paths.MARK)
    saved(still, 8)
    assert still.store.mark.trouble is None


def test_a_damaged_page_is_found_while_the_app_runs(office: Founded) -> None:
    pages = (office.home / paths.DATABASE).stat().st_size // wal.PAGE
    flip(office.home / paths.DATABASE, (pages - 1) * wal.PAGE + 99)
    opened = open_workspace(office.home, office.key)
    told: list[LnctpError] = []
    assert opened.keeper
    opened.keeper.on_told = told.append
    opened.keeper._look()
    opened.close()
    assert [each.code for each in told] == ["pages_damaged"]


def test_a_sound_database_is_not_told_of(still: Workspace) -> None:
    told: list[LnctpError] = []
    assert still.keeper
    still.keeper.on_told = told.append
    still.keeper._look()
    assert told == []


@pytest.mark.usefixtures("spanish")
async def test_what_the_keeper_tells_stands_on_the_screen(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        assert app.workspace.keeper
        app.workspace.keeper.on_told(LnctpError("pages_damaged"))
        await until(pilot, lambda: "Hay páginas dañadas" in said_on(app), "the banner")

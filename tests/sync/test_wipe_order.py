"""What a wipe does to a laptop, once a signed order calls it."""

from __future__ import annotations

from typing import Any

import pytest
from served import Served
from workspaces import narrate, settle

from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.sync.projection_check import compare
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.replication import eviction


@pytest.fixture
def laptop(workspace: Workspace, served: Served) -> Workspace:
    """Enrolled, approved, with one case that the server holds and one that it does not."""
    synchronise.enroll(workspace, served.url, served.person()[1])
    with served.office() as office:
        device = office.device(workspace.store.author.device)
        office.approve(device, " ".join(synchronise.fingerprint(workspace)))
    record(workspace, "tamarindo entregado")
    synchronise.once(workspace)
    record(workspace, "guayaba sin enviar")
    settle(workspace)
    return workspace


def record(workspace: Workspace, text: str) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        values = {"status": "open", "opened_at": instants.iso(unit.now), "summary": text}
        unit.record("cases", case, values)
    return case


def content(workspace: Workspace) -> str:
    """Every value in every table but the keys, and every word of the index."""
    found: list[Any] = []
    with workspace.store.write() as unit:
        run = unit.connection.exec_driver_sql
        tables = run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'"
        ).scalars()
        for table in list(tables):
            found += run(f"SELECT * FROM {table}").all()
        run("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
        found += run("SELECT term FROM temp.words").all()
        run("DROP TABLE temp.words")
    return str(found)


def test_a_wipe_leaves_what_has_no_receipt_in_the_log_without_a_row(laptop: Workspace) -> None:
    with laptop.store.write() as unit:
        eviction.wipe(unit.connection, unsent=False)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" in left
    assert desk(laptop.store).cases == []
    with laptop.store.read() as connection:
        assert compare(connection).different == []


def test_a_wipe_of_all_leaves_nothing_and_calls_can_still_be_taken(laptop: Workspace) -> None:
    with laptop.store.write() as unit:
        eviction.wipe(unit.connection)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" not in left
    intake = Intake.start(laptop)
    narrate(intake, "Prueba después")
    settle(laptop)
    assert "Prueba después" in content(laptop)

"""A laptop all of whose files were put back together: no trace of it is left there, and the server's word tells it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey
from pty_app import PHRASE
from served import Served, enrolled
from vaults import quick_derive
from workspaces import Founded

from lnctp_tui.screens.sync.sync_words import mark
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.sync.synchronise import SyncStatus
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault import backup, vault
from lnctp_tui.sync import fresco, saves

CODE = server_state.CAME_BACK


class Laptop:
    """A vault that is opened and closed, and whose folder is copied as a whole."""

    def __init__(self, office: Founded, tmp_path: Path) -> None:
        self.office, self.copy = office, tmp_path / "copy"

    def during(self, work: Callable[[Workspace], Any]) -> Any:
        workspace = open_workspace(self.office.home, self.office.key)
        try:
            return work(workspace)
        finally:
            workspace.close()

    def keep(self) -> None:
        """Copy everything as it stands."""
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.office.home, self.copy)

    def put_back(self) -> None:
        """Everything as it was, also the mark."""
        shutil.rmtree(self.office.home)
        shutil.copytree(self.copy, self.office.home)

    def work(self, count: int) -> SyncStatus:
        """So many cases, each sent, and how things stand then."""

        def saved(workspace: Workspace) -> SyncStatus:
            for _ in range(count):
                record(workspace)
                synchronise.once(workspace)
            synchronise.once(workspace)
            return synchronise.status(workspace)

        found: SyncStatus = self.during(saved)
        return found


def record(workspace: Workspace) -> None:
    with workspace.store.write() as unit:
        case = {"status": "open", "opened_at": instants.iso(unit.now), "summary": "algo"}
        unit.record("cases", instants.new_id(), case)


@pytest.fixture
def laptop(office: Founded, served: Served, tmp_path: Path) -> Laptop:
    found = Laptop(office, tmp_path)
    found.during(lambda workspace: enrolled(workspace, served))
    return found


def test_files_that_are_all_put_back_are_told_once_and_once_more_the_next_time(laptop: Laptop) -> None:
    assert laptop.work(2).alarms == []
    laptop.keep()
    assert laptop.work(3).alarms == []
    laptop.put_back()
    back = laptop.work(1)
    assert back.alarms == [CODE]
    assert back.back is not None
    assert back.back["missing"] >= 3
    assert back.back["at"] is not None
    assert mark(back, "America/Mexico_City", instants.now()).long.endswith(" · faltan guardados")

    def forget(workspace: Workspace) -> int:
        with workspace.store.write() as unit:
            unit.remember(server_state.ALARMS, None)
            return int(unit.connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() or 0)

    assert laptop.during(forget) == 6  # all that was sent came back, and the new one
    later = laptop.work(1)
    assert (later.alarms, later.back) == ([], None)
    laptop.put_back()
    assert laptop.work(0).alarms == [CODE]


def test_more_saves_after_the_copy_than_before_it_hide_nothing(laptop: Laptop) -> None:
    laptop.work(1)
    laptop.keep()
    laptop.work(1)
    laptop.put_back()

    def alone(workspace: Workspace) -> None:
        for _ in range(12):
            record(workspace)

    laptop.during(alone)
    assert laptop.work(0).alarms == [CODE]


def test_what_the_copy_holds_beyond_the_last_sending_is_not_told_as_missing(laptop: Laptop) -> None:
    def alone(workspace: Workspace) -> None:
        for _ in range(30):
            record(workspace)

    def count(workspace: Workspace) -> int:
        with workspace.store.read() as connection:
            return int(connection.exec_driver_sql("SELECT n FROM commits").scalar() or 0)

    laptop.work(1)
    laptop.during(alone)
    copied = laptop.during(count)
    laptop.keep()
    laptop.work(3)
    last = laptop.during(count)
    laptop.put_back()
    back = laptop.work(0).back
    assert back is not None
    assert 1 <= back["missing"] <= last - copied < 30


def test_a_restored_backup_is_told_once_and_as_one_and_a_copy_after_it_as_a_copy(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, file = laptop.office, tmp_path / "backup.lnctp"
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.set_phrase(office.home, office.key, PHRASE, "own")
    laptop.work(1)
    backup.backup(office.home, office.key, file, at=instants.iso(instants.now()))
    laptop.work(2)
    backup.restore(file, office.home, PHRASE, at=instants.iso(instants.now()))
    assert laptop.work(1).alarms == [server_state.RESTORED]

    def forget(workspace: Workspace) -> None:
        with workspace.store.write() as unit:
            unit.remember(server_state.ALARMS, None)

    laptop.during(forget)
    assert laptop.work(1).alarms == []
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    assert laptop.work(0).alarms == [CODE]


def test_a_server_that_knows_less_and_a_push_that_never_came_are_no_alarm(
    laptop: Laptop, served: Served
) -> None:
    laptop.work(2)
    with served.office() as office:
        office.connection.execute("UPDATE devices SET saved = '[1, \"00000000000000000000000000000000\", 0]'")

    def noted(workspace: Workspace) -> None:
        record(workspace)
        with workspace.store.write() as unit:
            saves.note(unit, 1)  # and the program ends before anything goes out

    laptop.during(noted)
    assert laptop.work(1).alarms == []


@pytest.mark.parametrize("said", [
    None, [], [1], "1", [5, 5, 5], {"n": 9}, [0, "", 0], [True, "ab" * 16, 0], [9, "ab" * 16, True],
    [9, "ab", 0], [9, "ab" * 16, -1], [9, "ab" * 16, 1 << 60], [9.0, "ab" * 16, 0], [-9, "ab" * 16, 0],
    *([n, "ab" * 16, 0] for n in (1 << 53, (1 << 63) - 3, (1 << 63) - 2, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)),
])  # fmt: skip
def test_what_says_nothing_tells_nothing(workspace: Workspace, said: Any) -> None:
    with workspace.store.write() as unit:
        unit.remember(server_state.SAVED, [7, "ab" * 16, 0, 1])
    assert not saves.compare(workspace.store, said)
    with workspace.store.read() as connection:
        assert state.get(connection, server_state.ALARMS) is None


def test_the_greatest_count_that_is_believed_lets_everything_more_be_saved(workspace: Workspace) -> None:
    assert saves.compare(workspace.store, [fresco.TOO_FAR - 1, "ab" * 16, 0])
    for _ in range(5):
        record(workspace)


def test_what_was_saved_is_believed_only_as_signed_and_over_this_nonce() -> None:
    key, said = SigningKey.generate(), [9, "ab" * 16, 4]
    signed = fresco.sign(key, "device", "nonce", "counselor", "2026-11-29T12:00:00.000000Z", said)
    public = bytes(key.verify_key).hex()
    proof = fresco.proven(signed, public, "device", "nonce")
    assert proof
    assert proof.saved == said
    assert fresco.proven(signed, public, "device", "another nonce") is None
    assert fresco.proven(signed, public, "another device", "nonce") is None
    altered = signed | {"body": signed["body"].replace('[9,"', '[99,"')}
    assert altered != signed
    assert fresco.proven(altered, public, "device", "nonce") is None


def test_the_same_count_of_another_history_is_told(workspace: Workspace) -> None:
    with workspace.store.write() as unit:
        unit.remember(server_state.SAVED, [7, "ab" * 16, 0, 1])
    assert not saves.compare(workspace.store, [7, "ab" * 16, 4])
    assert saves.compare(workspace.store, [7, "cd" * 16, 4])
    assert not saves.compare(workspace.store, [7, "cd" * 16, 4])

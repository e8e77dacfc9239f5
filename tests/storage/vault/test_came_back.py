"""A laptop all of whose files were put back together: no trace of it is left there, and the server's word tells it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from nacl.signing import SigningKey
from pty_app import PHRASE
from served import Served, enrolled
from vaults import quick_derive
from workspaces import Founded

from lnctp_tui.errors import SavesMissing, SyncFailed
from lnctp_tui.screens.sync.sync_words import mark
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.sync.synchronise import SyncStatus
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, instants, paths
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import EditBaseline
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault import backup, loss, vault
from lnctp_tui.sync import client, fresco, saves, transport

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
        unit.record("cases", ids.new_id(), case)


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


def further(workspace: Workspace) -> None:
    """More saves than any copy of these tests lacks."""
    for _ in range(12):
        record(workspace)


def known(served: Served) -> int:
    """How far the server knows the laptop."""
    with served.office() as office:
        row = office.connection.execute("SELECT saved FROM devices").fetchone()
    assert row
    return int(row[0][0])


def test_what_is_saved_after_the_first_look_goes_out_after_the_comparison(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing waits when the round begins, then much is saved, and the push finds it before any page came."""
    laptop.work(1)
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    real = client.Client.push

    def push(self: client.Client, *, all_: bool = True) -> int:
        if not self.stored and not self.outbox.look():
            for _ in range(12):
                with self.store.write() as unit:
                    case = {"status": "open", "opened_at": instants.iso(unit.now), "summary": "algo"}
                    unit.record("cases", ids.new_id(), case)
        return real(self, all_=all_)

    monkeypatch.setattr(client.Client, "push", push)
    assert laptop.work(0).alarms == [CODE]


@pytest.mark.parametrize("barred", ["upload_only", "seal", "revoked"])
def test_a_laptop_that_was_cut_off_once_is_told_before_it_delivers(
    barred: str, laptop: Laptop, served: Served
) -> None:
    laptop.work(1)

    def cut_off(workspace: Workspace) -> None:
        with workspace.store.write() as unit:
            server = server_state.server(unit.connection)
            assert server
            server_state.put_server(unit.connection, replace(server, state=barred))

    laptop.during(cut_off)
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    laptop.during(further)
    assert laptop.work(0).alarms == [CODE]


def test_a_laptop_that_is_cut_off_delivers_and_takes_no_knowledge_from_the_server(
    laptop: Laptop, served: Served
) -> None:
    """Who is cut off gets no proof: what was known of it stays, and it is told when it works again."""

    device = laptop.during(lambda workspace: workspace.store.author.device)

    def states(state: str) -> None:
        with served.office() as office:
            office.set_state(office.device(device), state)

    laptop.work(1)
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    laptop.during(further)
    before = known(served)
    states("upload_only")

    def delivered(workspace: Workspace) -> int:
        for _ in range(2):
            with pytest.raises(SyncFailed, match="upload_only"):
                synchronise.once(workspace)
        return synchronise.status(workspace).waiting

    assert laptop.during(delivered) == 0
    assert known(served) == before
    states("active")
    assert laptop.work(1).alarms == [CODE]


@pytest.mark.parametrize("said", ["no proof", "no answer"])
def test_a_server_that_proves_nothing_gets_what_waits_and_forgets_nothing(
    said: str, laptop: Laptop, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older server; or somebody on the line who keeps the proof back."""
    laptop.work(1)
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    laptop.during(further)
    before = known(served)
    real = transport.HttpLine.call

    def call(self: Any, method: str, path: str, *more: Any, **named: Any) -> Any:
        if said == "no answer" and path == "/v1/me":
            raise SyncFailed("revoked")
        return {**real(self, method, path, *more, **named), fresco.MEMBER: None}

    with monkeypatch.context() as patch:
        patch.setattr(transport.HttpLine, "call", call)
        waiting = laptop.work(0)
    assert (waiting.waiting, waiting.alarms) == (0, [])
    assert known(served) == before
    assert laptop.work(1).alarms == [CODE]


def test_a_second_program_on_the_same_vault_tells_nothing_false_and_loses_nothing(laptop: Laptop) -> None:
    """As `lnctp sync` and `lnctp case list` while the app runs: both save, both send, by turns and at once."""

    def both(workspace: Workspace) -> SyncStatus:
        for turn in range(4):
            record(workspace)
            synchronise.once(workspace)
            other = open_workspace(laptop.office.home, laptop.office.key)
            try:
                record(other)
                assert loss.look(laptop.office.home, laptop.office.key).code == ""
                ends = [Thread(target=synchronise.once, args=(each,)) for each in (workspace, other)]
                for each in ends:
                    each.start()
                record(workspace if turn % 2 else other)
                for each in ends:
                    each.join()
                record(workspace)
                synchronise.once(other)
            finally:
                other.close()
        record(workspace)
        synchronise.once(workspace)
        assert loss.look(laptop.office.home, laptop.office.key).code == ""
        return synchronise.status(workspace)

    found = laptop.during(both)
    assert (found.alarms, found.back, found.waiting) == ([], None, 0)

    def count(workspace: Workspace) -> int:
        with workspace.store.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() or 0)

    assert laptop.during(count) == 17
    assert laptop.work(1).alarms == []


def test_saves_that_fold_into_one_change_are_no_missing_saves(laptop: Laptop) -> None:
    """An unsent change that the next one of its form swallows is gone from the log; no save is."""

    def typed(workspace: Workspace) -> list[int]:
        form, case = EditBaseline("una forma"), ids.new_id()
        for number in range(9):
            with workspace.store.write() as unit:
                case_now = {"status": "open", "opened_at": instants.iso(unit.now), "summary": "a" * number}
                unit.record("cases", case, case_now, form=form)
            if number % 4 == 3:
                synchronise.once(workspace)
        with workspace.store.read() as connection:
            query = "SELECT (SELECT count(*) FROM changes WHERE row = ?), n FROM commits"
            return list(connection.exec_driver_sql(query, (case,)).one())

    changes, _n = laptop.during(typed)
    assert 1 < changes < 9
    assert loss.look(laptop.office.home, laptop.office.key).code == ""
    assert laptop.work(0).alarms == []
    laptop.keep()
    laptop.work(1)
    laptop.put_back()
    assert laptop.work(0).alarms == [CODE]


def test_each_file_put_back_alone_is_told_or_lacks_nothing(laptop: Laptop) -> None:
    laptop.work(1)
    laptop.keep()
    laptop.work(2)
    home, database = laptop.office.home, [*paths.DATABASE_FILES]
    later = {each.name: each.read_bytes() for each in home.iterdir() if each.is_file()}

    def put_back(*names: str) -> str:
        for name in later:
            (home / name).write_bytes(later[name])
        for name in names:
            (home / name).unlink(missing_ok=True)
            if (laptop.copy / name).exists():
                shutil.copyfile(laptop.copy / name, home / name)
        return loss.look(home, laptop.office.key).code

    assert put_back(*database) == "saves_missing"
    with pytest.raises(SavesMissing):
        laptop.work(0)
    assert put_back(paths.MARK) == ""  # the database has all
    assert laptop.work(0).alarms == []
    assert put_back(*database, paths.MARK) == ""
    laptop.during(further)
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

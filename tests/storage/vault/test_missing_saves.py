"""What was saved is there, or its absence is told: damage, truncation, deletion and rollback. Attacks 34 and 35."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from app_world import app_on, desk, rest, said_on, spanish, until
from pty_app import PHRASE
from vaults import quick_derive
from workspaces import Founded

from lnctp_tui.cli import main
from lnctp_tui.errors import LnctpError, SavesMissing
from lnctp_tui.screens.lists.desk import DeskScreen
from lnctp_tui.screens.vault.loss import LossScreen
from lnctp_tui.services.vault import workspace
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.database import engine, schema
from lnctp_tui.storage.vault import backup, loss, mark, vault
from lnctp_tui.storage.vault.vault import Key

__all__ = ["spanish"]

SAVER = """
import os, signal, sys
from pathlib import Path
from lnctp_tui.services.vault import workspace
from lnctp_tui.storage.vault.vault import Key
home, dek = Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline())
store = workspace.open_store(home, Key(dek, sys.argv[2]), protocol=workspace.load_protocol(home))
for number in range(int(sys.argv[3])):
    with store.write() as unit:
        unit.record("cases", f"00000000-0000-7000-8000-{number:012}", {"summary": f"Caso de muestra {number} " * 40})
    print(number, flush=True)
sys.stdin.read() if sys.argv[4] == "wait" else None
os.kill(os.getpid(), signal.SIGKILL)
"""
CASES = 16
"""Few enough that all of them stand in the log: from 250 pages on a save folds it into the database."""


def killed_after(where: Founded, cases: int = CASES) -> int:
    """Save so many cases in another process that ends without warning; how many it acknowledged."""
    told = [sys.executable, "-c", SAVER, str(where.home), where.key.vault_id, str(cases), "end"]
    died = subprocess.run(told, input=where.key.dek.hex() + "\n", capture_output=True, text=True, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    return len(died.stdout.split())


@pytest.fixture(scope="module")
def killed_template(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    home = Path(shutil.copytree(founded.home, tmp_path_factory.mktemp("killed") / "data"))
    where = founded._replace(home=home)
    assert killed_after(where) == CASES
    assert (home / "case.db-wal").stat().st_size > 100_000
    return where


@pytest.fixture
def killed(killed_template: Founded, tmp_path: Path) -> Founded:
    """A laptop on which twenty cases were saved before `kill -9`: all is in the log."""
    return killed_template._replace(home=Path(shutil.copytree(killed_template.home, tmp_path / "killed")))


def cases(where: Founded) -> int:
    store = workspace.open_store(where.home, where.key, protocol=workspace.load_protocol(where.home))
    try:
        with store.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() or 0)
    finally:
        store.close()


def flip(path: Path, place: int, bit: int = 0) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        (old,) = file.read(1)
        file.seek(place)
        file.write(bytes([old ^ 1 << bit]))


def flipped_bit(home: Path) -> None:
    flip(home / "case.db-wal", (home / "case.db-wal").stat().st_size // 3)


def cut_log(home: Path) -> None:
    os.truncate(home / "case.db-wal", (home / "case.db-wal").stat().st_size // 2)


def deleted_log(home: Path) -> None:
    (home / "case.db-wal").unlink()


HARMS = {"one bit of the log": flipped_bit, "the log cut": cut_log, "the log deleted": deleted_log}


@pytest.mark.parametrize("harm", HARMS)
def test_a_log_that_lost_saves_is_told_by_every_door(harm: str, killed: Founded) -> None:
    HARMS[harm](killed.home)
    database = killed.home / paths.DATABASE
    before = contents(killed.home)
    found = loss.look(killed.home, killed.key)
    assert found.code == "saves_missing"
    assert 0 < found.missing <= CASES + 5
    assert "saves_missing" in engine.integrity(database, killed.key.dek)
    with pytest.raises(SavesMissing):
        cases(killed)
    assert contents(killed.home) == before, "looking changed a file"


def contents(home: Path) -> dict[str, bytes]:
    """Every file but the index of the log; an empty log is none."""
    found = {each.name: each.read_bytes() for each in home.iterdir() if each.name != "case.db-shm"}
    return {name: content for name, content in found.items() if content}


def test_a_killed_laptop_that_lost_nothing_raises_no_alarm(killed: Founded) -> None:
    assert loss.look(killed.home, killed.key) == loss.look(killed.home, killed.key)
    assert loss.look(killed.home, killed.key).code == ""
    assert engine.integrity(killed.home / paths.DATABASE, killed.key.dek) == []
    assert cases(killed) == CASES


def test_kill_9_at_any_moment_is_no_alarm(office: Founded, soak: bool) -> None:
    dice = random.Random(34)
    told = [sys.executable, "-c", SAVER, str(office.home), office.key.vault_id]
    for _ in range(100 if soak else 2):
        with subprocess.Popen([*told, "100000", "wait"], stdin=-1, stdout=-1, text=True) as saver:
            assert saver.stdin
            assert saver.stdout
            saver.stdin.write(office.key.dek.hex() + "\n")
            saver.stdin.flush()
            for _ in range(dice.randint(1, 30)):
                number = int(saver.stdout.readline())
            saver.kill()
        assert loss.look(office.home, office.key).code == ""
        assert cases(office) > number


def test_random_damage_is_told_and_never_silent(killed: Founded, tmp_path: Path, soak: bool) -> None:
    """Any bit of the log or of vault.json. What is told may be a refusal to open; what may not be is silence."""
    dice = random.Random(3534)
    silent = []
    for trial in range(200 if soak else 12):
        home = Path(shutil.copytree(killed.home, tmp_path / f"damaged-{trial}"))
        name = dice.choice(("case.db-wal", "case.db-wal", "case.db-wal", "vault.json", "case.mark"))
        place, bit = dice.randrange((home / name).stat().st_size), dice.randrange(8)
        flip(home / name, place, bit)
        if not told_at_opening(home, killed.key):
            silent.append((name, place, bit))
        shutil.rmtree(home)
    assert silent == []


def told_at_opening(home: Path, key: Key) -> bool:
    """Whether the way in (the vault read and its MAC checked, the database looked at) says anything."""
    try:
        vault.Vault.read(home).verify(key.dek)
        return bool(loss.look(home, key).code)
    except LnctpError:
        return True


def test_a_database_put_back_is_told(office: Founded, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    shutil.copy(office.home / paths.DATABASE, old)
    cases(office)
    killed_after(office, 3)
    for name in paths.DATABASE_FILES:
        (office.home / name).unlink(missing_ok=True)
    shutil.copy(old, office.home / paths.DATABASE)
    assert loss.look(office.home, office.key).code == "saves_missing"


def test_as_many_saves_that_are_others_are_another_database(office: Founded, tmp_path: Path) -> None:
    other = Founded(Path(shutil.copytree(office.home, tmp_path / "other")), office.key)
    for where in (office, other):
        assert cases(where) == 0
    assert loss.look(office.home, office.key).stored_n == loss.look(other.home, other.key).stored_n
    shutil.copy(other.home / paths.DATABASE, office.home / paths.DATABASE)
    assert loss.look(office.home, office.key).code == "database_other"


@pytest.mark.parametrize("together", [False, True])
def test_an_older_vault_is_told_also_with_the_mark_of_its_time(together: bool, office: Founded) -> None:
    old = {name: (office.home / name).read_bytes() for name in (paths.VAULT, paths.MARK)}
    vault.set_profile(office.home, office.key, theme="light")
    assert cases(office) == 0
    (office.home / paths.VAULT).write_bytes(old[paths.VAULT])
    if together:
        (office.home / paths.MARK).write_bytes(old[paths.MARK])
    assert loss.look(office.home, office.key).code == "vault_older"


def test_a_mark_that_is_gone_or_altered_is_told(office: Founded) -> None:
    good = (office.home / paths.MARK).read_bytes()
    for place in range(len(good)):
        flip(office.home / paths.MARK, place)
        assert loss.look(office.home, office.key).code, place
        (office.home / paths.MARK).write_bytes(good)
    (office.home / paths.MARK).write_bytes(good[:-1])
    assert loss.look(office.home, office.key).code == "mark_damaged"
    (office.home / paths.MARK).unlink()
    assert loss.look(office.home, office.key).code == "mark_gone"


def test_a_vault_of_before_is_no_alarm_and_counts_from_then_on(office: Founded) -> None:
    opened = engine.writer_engine(office.home / paths.DATABASE, office.key.dek)
    schema.migrate(opened, "0006")
    opened.dispose()
    (office.home / paths.MARK).unlink()
    assert loss.look(office.home, office.key).code == ""
    assert cases(office) == 0
    first = loss.look(office.home, office.key)
    assert first.code == ""
    assert first.stored_n > 0
    (office.home / paths.MARK).unlink()
    assert loss.look(office.home, office.key).code == "mark_gone"


def test_a_crash_between_the_mark_and_the_first_count_is_no_alarm(office: Founded) -> None:
    connection = engine.connect(office.home / paths.DATABASE, office.key.dek)
    connection.execute("DELETE FROM commits")
    connection.close()
    mark.create(
        office.home / paths.MARK, office.key.dek, mark.Stamp(0, mark.START, 0), vault=0, flags=mark.BEGINS
    )
    assert loss.look(office.home, office.key).code == ""
    assert cases(office) == 0
    assert mark.read(office.home / paths.MARK, office.key.dek).flags == 0


def test_accepting_keeps_everything_and_what_was_there_is_noticed_when_it_comes_back(killed: Founded) -> None:
    whole = {name: (killed.home / name).read_bytes() for name in ("case.db", "case.db-wal", "case.mark")}
    cut_log(killed.home)
    damaged = (killed.home / "case.db-wal").read_bytes()
    found = loss.look(killed.home, killed.key)
    folder = loss.accept(killed.home, killed.key, found, at=instants.iso(instants.now()))
    assert (folder / "case.db-wal").read_bytes() == damaged
    assert (folder / "vault.json").read_bytes() == (killed.home / "vault.json").read_bytes()
    assert loss.look(killed.home, killed.key).code == ""
    assert 0 < cases(killed) < CASES
    noted = kept_notes(killed)
    assert [(each["code"], each["missing"], each["copy"]) for each in noted] == [
        ("saves_missing", found.missing, folder.name)
    ]
    for name in ("case.db", "case.db-wal"):
        (killed.home / name).write_bytes(whole[name])
    (killed.home / "case.db-shm").unlink(missing_ok=True)
    assert loss.look(killed.home, killed.key).code


def kept_notes(where: Founded) -> list[dict[str, object]]:
    store = workspace.open_store(where.home, where.key, protocol=workspace.load_protocol(where.home))
    try:
        with store.read() as connection:
            return loss.noted(connection)
    finally:
        store.close()


def test_a_restored_backup_is_marked_anew_and_noted(
    office: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.set_phrase(office.home, office.key, PHRASE, "own")
    file = tmp_path / "backup.lnctp"
    backup.backup(office.home, office.key, file, at="2026-11-29T06:00:00.000000Z")
    killed_after(office, 4)
    before = loss.look(office.home, office.key)
    backup.restore(file, office.home, PHRASE, at=instants.iso(instants.now()))
    found = loss.look(office.home, office.key)
    assert found.code == ""
    assert found.stored_n > before.stored_n
    assert cases(office) == 0
    assert [each["code"] for each in kept_notes(office)] == ["restored"]


def test_the_mark_does_not_stop_a_save_and_its_failure_is_known(office: Founded) -> None:
    store = workspace.open_store(office.home, office.key, protocol=workspace.load_protocol(office.home))
    (office.home / paths.MARK).unlink()
    store.mark.close()  # type: ignore[union-attr]
    with store.write() as unit:
        unit.remember("setting:x", 1)
    assert store.mark
    assert store.mark.trouble == "ENOENT"
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT value FROM sync_state WHERE key = 'setting:x'").scalar()
    store.close()


def test_every_transaction_counts_one_and_one_without_a_write_none(office: Founded) -> None:
    store = workspace.open_store(office.home, office.key, protocol=workspace.load_protocol(office.home))
    try:
        begun = mark.read(office.home / paths.MARK, office.key.dek).stamp
        assert begun
        for number in range(3):
            with store.write() as unit:
                unit.remember("setting:x", number)
        with store.write() as unit:
            pass
        with suppress(KeyError), store.write() as unit:
            unit.remember("setting:x", "rolled back")
            raise KeyError
        assert mark.read(office.home / paths.MARK, office.key.dek).stamp.n == begun.n + 3  # type: ignore[union-attr]
    finally:
        store.close()


def test_two_programs_on_one_vault_count_on_from_each_other(office: Founded) -> None:
    protocol = workspace.load_protocol(office.home)
    stores = [workspace.open_store(office.home, office.key, protocol=protocol) for _ in range(2)]
    try:
        begun = mark.read(office.home / paths.MARK, office.key.dek).stamp
        assert begun
        for number, turn in enumerate((0, 0, 1, 0, 1, 1, 1, 0), 1):
            with stores[turn].write() as unit:
                unit.remember("setting:x", number)
            stamp = mark.read(office.home / paths.MARK, office.key.dek).stamp
            with stores[0].read() as connection:
                row = connection.exec_driver_sql("SELECT n, chain, at FROM commits").one()
            assert (begun.n + number, stamp) == (row[0], mark.Stamp(row[0], bytes.fromhex(row[1]), row[2]))
    finally:
        for store in stores:
            store.close()
    assert cases(office) == 0


def test_doctor_and_the_commands_tell_it(
    killed: Founded, phrase_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.set_phrase(killed.home, killed.key, PHRASE, "own")
    monkeypatch.setenv("LNCTP_HOME", str(killed.home))
    deleted_log(killed.home)
    asked = ["--passphrase-file", str(phrase_file)]
    assert main(["doctor", "--json", *asked]) == 1
    checks = {each["name"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["mark"]["level"] == "bad"
    assert checks["mark"]["facts"]["code"] == "saves_missing"
    assert checks["database"]["level"] == "bad"
    assert main(["case", "list", *asked]) == 1
    assert "Guardados que faltan" in capsys.readouterr().err


@pytest.mark.usefixtures("spanish")
async def test_the_screen_stands_between_the_phrase_and_the_desk(
    killed: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lnctp_tui.screens.vault.loss.TYPED_AHEAD", 0)
    deleted_log(killed.home)
    found = loss.look(killed.home, killed.key)
    app = app_on(killed)
    failures: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_with(lambda: killed.key, failures.append)
        await until(pilot, lambda: failures or isinstance(app.screen, LossScreen), "the screen")
        assert not failures
        said = said_on(app)
        assert "Faltan guardados" in said
        assert f"faltan {found.missing} guardados" in said
        assert "Aquí se guardó por última vez hoy" in said
        await pilot.press("c")
        await pilot.pause()
        assert f"F{found.missing}-{found.marked_n}-{found.stored_n}" in said_on(app)
        assert not app.unlocked
        assert not list(killed.home.glob("rescate-*"))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DeskScreen), "the desk")
        await rest(pilot)
        assert len(list(killed.home.glob("rescate-*"))) == 1
    app.close_workspace()


@pytest.mark.usefixtures("spanish")
async def test_an_enter_typed_with_the_phrase_does_not_go_past_it(
    killed: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lnctp_tui.screens.vault.loss.TYPED_AHEAD", 60)
    deleted_log(killed.home)
    app = app_on(killed)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_with(lambda: killed.key, lambda _: None)
        await until(pilot, lambda: isinstance(app.screen, LossScreen), "the screen")
        await pilot.press("enter", "enter")
        await pilot.pause()
        assert isinstance(app.screen, LossScreen)
        assert not list(killed.home.glob("rescate-*"))


@pytest.mark.usefixtures("spanish")
async def test_a_whole_vault_goes_straight_to_the_desk(killed: Founded) -> None:
    async with desk(killed) as (app, _pilot):
        assert isinstance(app.screen, DeskScreen)

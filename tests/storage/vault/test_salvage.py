"""What a damaged vault still holds comes back, and nothing is deleted on the way. Attack 34."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import orjson
import pytest
from app_world import app_on, rest, said_on, spanish, until
from counts import in_soak
from pty_app import PHRASE
from test_missing_saves import CASES, cases, flip, killed_after
from vaults import quick_derive
from workspaces import Founded

from lnctp_tui.cli import main
from lnctp_tui.errors import DatabaseDamaged, LnctpError
from lnctp_tui.screens.lists.desk import DeskScreen
from lnctp_tui.screens.vault.loss import LossScreen
from lnctp_tui.services.sync import projection_check
from lnctp_tui.services.vault import rescue, workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.protocol import protocol_loader
from lnctp_tui.storage.vault import backup, loss, salvage, vault, wal

__all__ = ["spanish"]

MANY, LARGE = 600, 2850


@pytest.fixture(scope="module")
def killed_template(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    home = Path(shutil.copytree(founded.home, tmp_path_factory.mktemp("killed") / "data"))
    where = founded._replace(home=home)
    assert killed_after(where) == CASES
    return where


@pytest.fixture
def killed(killed_template: Founded, tmp_path: Path) -> Founded:
    return killed_template._replace(home=Path(shutil.copytree(killed_template.home, tmp_path / "killed")))


@pytest.fixture(scope="module")
def full_template(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A database of hundreds of pages, at rest."""
    return filled(founded, tmp_path_factory.mktemp("full"), MANY)


def filled(founded: Founded, folder: Path, count: int) -> Founded:
    """So many cases, one change each."""
    home = Path(shutil.copytree(founded.home, folder / "data"))
    store = workspace.open_store(home, founded.key, protocol=protocol_loader.load())
    for start in range(0, count, 50):
        with store.write() as unit:
            for number in range(start, start + 50):
                patch = {"summary": f"Caso de muestra {number} " * 20}
                unit.record("cases", f"00000000-0000-7000-8000-{number:012}", patch)
    store.close()
    return founded._replace(home=home)


@pytest.fixture
def full(full_template: Founded, tmp_path: Path) -> Founded:
    return full_template._replace(home=Path(shutil.copytree(full_template.home, tmp_path / "full")))


def pages_of(where: Founded) -> int:
    return (where.home / paths.DATABASE).stat().st_size // wal.PAGE


def harm_page(where: Founded, number: int, dice: random.Random) -> None:
    flip(where.home / paths.DATABASE, (number - 1) * wal.PAGE + dice.randrange(wal.PAGE), dice.randrange(8))


def rescued(where: Founded) -> rescue.Rescue:
    """Rescue, look that nothing was touched before the consent, put in place, and look that all is well."""
    names = (paths.VAULT, paths.DATABASE, f"{paths.DATABASE}-wal", paths.MARK)
    before = {name: (where.home / name).read_bytes() for name in names if (where.home / name).exists()}
    found = rescue.rescue(where.home, where.key)
    assert {name: (where.home / name).read_bytes() for name in before} == before
    assert {name: (where.home / found.copy / name).read_bytes() for name in before} == before
    aside = rescue.swap(where.home, found)
    assert aside
    assert {name: (aside / name).read_bytes() for name in before} == before
    assert loss.look(where.home, where.key).code == ""
    assert engine.integrity(where.home / paths.DATABASE, where.key.dek) == []
    return found


def sound_cases(where: Founded) -> int:
    """How many cases there are; each is what its changes say."""
    store = workspace.open_store(where.home, where.key, protocol=protocol_loader.load())
    try:
        with store.read() as connection:
            assert projection_check.compare(connection).different == []
            query = "SELECT count(*) FROM cases WHERE summary LIKE 'Caso de muestra%'"
            return int(connection.exec_driver_sql(query).scalar() or 0)
    finally:
        store.close()


def test_the_layout_of_what_is_kept_is_the_databases(office: Founded) -> None:
    connection = engine.connect(office.home / paths.DATABASE, office.key.dek)
    for table, names in salvage.COLUMNS.items():
        assert [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] == list(names)
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'"
    derived = {"alembic_version", "commits", "conflicts", *TABLES}
    assert {row[0] for row in connection.execute(query)} - derived == set(salvage.COLUMNS) == set(rescue.KEPT)
    connection.close()


def test_the_seals_of_pages_are_computed_as_sqlcipher_does(full: Founded) -> None:
    content = (full.home / paths.DATABASE).read_bytes()
    key = wal.seal_key(full.key.dek, content[:16])
    pages = [content[at : at + wal.PAGE] for at in range(0, len(content), wal.PAGE)]
    assert all(wal.sealed(page, number, key) for number, page in enumerate(pages, 1))
    assert not wal.sealed(pages[1], 1, key)
    assert not wal.sealed(pages[1][:-1] + bytes([pages[1][-1] ^ 1]), 2, key)


def test_one_flipped_bit_of_the_log_and_every_save_comes_back(killed: Founded, soak: bool) -> None:
    dice = random.Random(35)
    for _ in range(30 if soak else 2):
        where = killed._replace(home=Path(shutil.copytree(killed.home, killed.home.with_name("one"))))
        log = where.home / f"{paths.DATABASE}-wal"
        flip(log, dice.randrange(log.stat().st_size * 3 // 4), dice.randrange(8))
        assert loss.look(where.home, where.key).missing
        rescued(where)
        assert sound_cases(where) == CASES
        shutil.rmtree(where.home)


@pytest.mark.parametrize("place", [0, 16, 20, 24])
def test_a_damaged_head_of_the_log_loses_nothing(place: int, killed: Founded) -> None:
    flip(killed.home / f"{paths.DATABASE}-wal", place, 3)
    rescued(killed)
    assert sound_cases(killed) == CASES


def test_one_bad_page_takes_next_to_nothing(full: Founded, soak: bool) -> None:
    dice, shares = random.Random(36), []
    for _ in range(30 if soak else 3):
        where = full._replace(home=Path(shutil.copytree(full.home, full.home.with_name("one"))))
        harm_page(where, dice.randrange(2, pages_of(where) + 1), dice)
        found = rescued(where)
        assert found.broken == 1
        shares.append(found.changes / (MANY + 2))
        assert sound_cases(where) == MANY, "a value is in its change or in its record"
        shutil.rmtree(where.home)
    assert sum(shares) / len(shares) >= 0.99


@pytest.mark.parametrize(("bad", "least"), [(1, 0.9985), (20, 0.97)])
def test_the_measured_share_that_comes_back(
    founded: Founded, tmp_path: Path, soak: bool, bad: int, least: float
) -> None:
    """docs/measurements.md, "Rescue": a database of about 829 pages, its changes read and its records."""
    if not soak:
        pytest.skip("a database of that size: make soak")
    made, dice = filled(founded, tmp_path / "made", LARGE), random.Random(38)
    pages, total = pages_of(made), LARGE + 2
    assert 800 <= pages <= 860
    shares, sound = [], []
    for _ in range(20):
        where = made._replace(home=Path(shutil.copytree(made.home, tmp_path / "one")))
        for number in dice.sample(range(2, pages + 1), bad):
            harm_page(where, number, dice)
        found = rescued(where)
        assert found.broken == bad
        shares.append(found.changes / total)
        sound.append(sound_cases(where) / LARGE)
        shutil.rmtree(where.home)
    assert sum(shares) / len(shares) >= least, shares
    assert min(sound) == 1 if bad == 1 else sum(sound) / len(sound) >= 0.99, sound


@pytest.mark.parametrize("place", [3, 100, *in_soak(17, 5000)])
def test_the_first_page_or_its_salt_damaged_and_the_command_works(place: int, full: Founded) -> None:
    flip(full.home / paths.DATABASE, place)
    with pytest.raises(LnctpError):
        workspace.open_store(full.home, full.key, protocol=protocol_loader.load())
    rescued(full)
    assert sound_cases(full) == MANY


def test_many_bad_pages(full: Founded) -> None:
    dice = random.Random(37)
    for number in dice.sample(range(1, pages_of(full) + 1), pages_of(full) // 40):
        harm_page(full, number, dice)
    found = rescued(full)
    assert found.changes >= 0.9 * MANY
    assert sound_cases(full) >= 0.9 * MANY


def test_a_backup_completes_what_is_gone_and_brings_back_nothing_that_left(
    full: Founded, tmp_path: Path
) -> None:
    file = tmp_path / "backup.lnctp"
    backup.backup(full.home, full.key, file, at="2026-11-29T06:00:00.000000Z")
    store = workspace.open_store(full.home, full.key, protocol=protocol_loader.load())
    left = "00000000-0000-7000-8000-000000000007"
    with store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM changes WHERE row = ?", (left,))
        unit.connection.exec_driver_sql("DELETE FROM cases WHERE id = ?", (left,), RECORDED)
        unit.connection.exec_driver_sql(
            "INSERT INTO scopes (id, state, rank, after, reason) VALUES (?, 'gone', 0, 0, 'revoked')", (left,)
        )
    store.close()
    for number in range(2, pages_of(full) + 1, 9):
        flip(full.home / paths.DATABASE, (number - 1) * wal.PAGE + 77)
    found = rescue.rescue(full.home, full.key, [file])
    rescue.swap(full.home, found)
    assert found.from_backups > 0
    assert sound_cases(full) in (MANY - 1, MANY)


def test_a_damaged_vault_opens_with_the_one_in_a_backup(
    office: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.set_phrase(office.home, office.key, PHRASE, "own")
    file = tmp_path / "backup.lnctp"
    backup.backup(office.home, office.key, file, at="2026-11-29T06:00:00.000000Z")
    (office.home / paths.VAULT).write_bytes(b"{")
    assert rescue.open_key(office.home, [file], PHRASE) == office.key
    found = rescue.rescue(office.home, office.key, [file])
    rescue.swap(office.home, found)
    assert vault.unlock(office.home, PHRASE) == office.key


def test_the_command_asks_before_it_replaces(
    killed: Founded, phrase_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.set_phrase(killed.home, killed.key, PHRASE, "own")
    monkeypatch.setenv("LNCTP_HOME", str(killed.home))
    flip(killed.home / f"{paths.DATABASE}-wal", 100_000)
    damaged = (killed.home / f"{paths.DATABASE}-wal").read_bytes()
    asked = ["doctor", "--salvage", "--passphrase-file", str(phrase_file)]
    assert main(asked) == 0
    assert "No se cambió nada" in capsys.readouterr().out
    assert (killed.home / f"{paths.DATABASE}-wal").read_bytes() == damaged
    assert loss.look(killed.home, killed.key).missing
    assert main([*asked, "--yes"]) == 0
    assert "Guardados leídos" in capsys.readouterr().out
    assert cases(killed) == CASES


@pytest.mark.usefixtures("spanish")
async def test_the_screen_rescues_and_opens(killed: Founded) -> None:
    flip(killed.home / f"{paths.DATABASE}-wal", 100_000)
    app = app_on(killed)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_with(lambda: killed.key, lambda _: None)
        await until(pilot, lambda: isinstance(app.screen, LossScreen), "the screen")
        await pilot.press("r")
        await until(pilot, lambda: "r otra vez" in said_on(app), "the counts")
        await rest(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, DeskScreen), "the desk")
        await rest(pilot)
    app.close_workspace()
    assert cases(killed) == CASES


@pytest.mark.usefixtures("spanish")
async def test_a_database_that_does_not_open_offers_the_rescue_and_no_going_on(full: Founded) -> None:
    flip(full.home / paths.DATABASE, 5000)
    with pytest.raises(DatabaseDamaged):
        loss.look(full.home, full.key)
    app = app_on(full)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_with(lambda: full.key, lambda _: None)
        await until(pilot, lambda: isinstance(app.screen, LossScreen), "the screen")
        await until(pilot, lambda: "La base está dañada" in said_on(app), "what it says")
        assert "seguir" not in said_on(app)
        assert "rescatar" in said_on(app)


@pytest.mark.parametrize(("kind", "at", "said"), [
    ("wipe", "2026-11-29T10:00:00.000000Z", (True, set())), ("wipe", None, (False, set())),
    ("erase", "2026-11-29T10:00:00.000000Z", (False, {"a-case"})), ("erase", None, (False, set())),
    ("seal", "2026-11-29T10:00:00.000000Z", (False, set())),
])  # fmt: skip
def test_no_backup_brings_back_what_officers_had_destroyed(
    kind: str, at: str | None, said: tuple[bool, set[str]]
) -> None:
    body = orjson.dumps({"kind": kind, "on": "a-case"}).decode()
    row = {"document": orjson.dumps({"body": body, "sigs": []}).decode(), "obeyed_at": at}
    assert rescue.obeyed([row]) == said

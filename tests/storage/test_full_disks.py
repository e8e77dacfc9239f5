"""Full and read-only disks, and damage: cases are read whatever the disk does, nothing is lost, it is told plainly."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from app_world import furnished, furnished_template
from disk_faults import die, fill, full
from pty_app import LNCTP, terminal_environment
from workspaces import Founded, narrate, settle

from lnctp_tui.errors import NotStored, StorageFailed, VaultError
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases, search
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.vault import backup, emergency, vault

__all__ = ["furnished", "furnished_template"]

WITHOUT_ROOTS_WAY = (
    "import ctypes, os, sys\n"
    "for capability in (1, 2): ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Starts a command for which file modes count, also when the tests run as root (capabilities(7): 1, 2)."""
IN_A_FOLDER = (
    "import json, sys\n"
    "from pathlib import Path\n"
    "from lnctp_tui.services.case import cases, search\n"
    "from lnctp_tui.services.call.intake import Intake\n"
    "from lnctp_tui.services.vault.workspace import open_workspace\n"
    "from lnctp_tui.storage.vault.vault import Key\n"
    "workspace = open_workspace(Path(sys.argv[1]), Key(bytes.fromhex(sys.argv[2]), sys.argv[3]))\n"
    "listed = cases.list_cases(workspace.store)\n"
    "read = [cases.document(workspace.store, each.id)['case']['id'] for each in listed]\n"
    "found = len(search.search(workspace.store, 'motel'))\n"
    "call = Intake.start(workspace)\n"
    "call.set(call.contact, {'narrative': 'Se escribe aunque el disco no quiera.'}, field='narrative')\n"
    "workspace.writer.drain(1.0)\n"
    "kept = workspace.writer.keep()\n"
    "health = workspace.writer.health\n"
    "told = health.trouble and health.trouble.code\n"
    "print(json.dumps([len(listed), len(read), found, told, kept, call.record(call.contact)['narrative']]))\n"
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


@contextmanager
def read_only(home: Path) -> Iterator[None]:
    home.chmod(0o500)
    try:
        yield
    finally:
        home.chmod(0o700)


def in_a_folder(where: Founded) -> list[object]:
    """What a program that may not write into a folder does with it."""
    command = [
        sys.executable, "-c", WITHOUT_ROOTS_WAY, sys.executable, "-c", IN_A_FOLDER,
        str(where.home), where.key.dek.hex(), where.key.vault_id,
    ]  # fmt: skip
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env=terminal_environment(where.home)
    )
    assert ended.returncode == 0, ended.stderr
    found: list[object] = json.loads(ended.stdout)
    return found


@posix
@pytest.mark.parametrize("left", ["closed", "killed"])
def test_a_read_only_folder_is_read_searched_and_called_in(furnished: Founded, left: str) -> None:
    workspace = open_workspace(furnished.home, furnished.key)
    if left == "killed":  # the write-ahead log holds what was saved last
        cases.add_note(workspace.store, cases.list_cases(workspace.store)[0].id, "La última nota.")
        settle(workspace)
        kept = furnished.home.parent / "killed"
        shutil.copytree(furnished.home, kept)
        (kept / f"{paths.DATABASE}-shm").unlink()
        workspace.close()
        furnished = furnished._replace(home=kept)
    else:
        workspace.close()
    before = {each.name: each.read_bytes() for each in furnished.home.iterdir()}
    with read_only(furnished.home):
        listed, read, found, told, sealed, typed = in_a_folder(furnished)
    assert listed == read == 4
    assert found
    assert told == "read_only"
    assert not sealed
    assert typed == "Se escribe aunque el disco no quiera."
    assert {each.name: each.read_bytes() for each in furnished.home.iterdir()} == before
    workspace = open_workspace(furnished.home, furnished.key)
    if left == "killed":
        notes = [
            cases.document(workspace.store, each.id)["notes"] for each in cases.list_cases(workspace.store)
        ]
        assert "La última nota." in str(notes)
    workspace.close()


def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a disk without room for one page: nothing can be opened in the usual way."""
    real = engine._open

    def refuses(path: Path, dek: bytes, **options: object) -> object:
        if not options.get("alone"):
            raise StorageFailed("disk_full", name=path.name, number=13)
        return real(path, dek, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "_open", refuses)


def test_a_full_disk_is_opened_read_and_searched(furnished: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    no_index(monkeypatch)
    workspace = open_workspace(furnished.home, furnished.key)
    listed = cases.list_cases(workspace.store)
    assert len(listed) == 4
    assert all(cases.document(workspace.store, each.id)["contacts"] for each in listed)
    assert search.search(workspace.store, "motel")
    intake = Intake.start(workspace)
    narrate(intake, "Con el disco lleno.")
    assert not workspace.writer.drain(0.3)
    assert workspace.writer.keep()
    die(workspace)
    monkeypatch.undo()
    workspace = open_workspace(furnished.home, furnished.key)
    assert workspace.taken.pieces
    assert not emergency.waiting(furnished.home)
    workspace.close()


def test_a_disk_that_heals_is_used_again_without_opening_anew(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MAKESHIFT", 0.2)
    no_index(monkeypatch)
    workspace = open_workspace(furnished.home, furnished.key)
    note = Intake.start(workspace)
    assert not workspace.writer.drain(0.3)
    monkeypatch.undo()
    assert workspace.writer.drain(15)
    with workspace.store.read() as connection:
        seen = connection.exec_driver_sql("SELECT count(*) FROM contacts WHERE id = ?", (note.contact.id,))
        assert seen.scalar() == 1
    workspace.close()


def test_an_old_database_on_a_disk_that_refuses_says_what_it_waits_for(
    office: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lnctp_tui.storage.database.schema.HEAD", "9999")
    no_index(monkeypatch)
    with pytest.raises(StorageFailed, match="disk_full"):
        open_workspace(office.home, office.key)


def rows(count: int) -> list[str]:
    document = {"schema": 1, "case": {"opened_at": "2026-01-02T10:00:00.000000Z", "summary": "x" * 2000}}
    return [
        json.dumps(document | {"case": document["case"] | {"id": f"fila-{number}"}})  # type: ignore[operator]
        for number in range(count)
    ]


def test_an_import_that_fills_the_disk_says_what_came_in_and_goes_on_later(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BATCH", 5)
    path = tmp_path / "filas.jsonl"
    path.write_text("\n".join(rows(40)), encoding="utf-8")
    kept = {"protocol": workspace.protocol, "zone": workspace.zone}
    with workspace.store.write() as unit:
        pages = unit.connection.exec_driver_sql("PRAGMA page_count").scalar()
        unit.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 12}")
    report = run.import_file(workspace.store, path, **kept)
    assert report.stopped is not None
    assert report.stopped.code == "disk_full"
    assert report.missing_from == report.created + 1
    assert 0 < report.created < 40
    assert len(cases.list_cases(workspace.store)) == report.created
    with workspace.store.write() as unit:
        unit.connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
    again = run.import_file(workspace.store, path, **kept)
    assert again.stopped is None
    assert again.created + report.created == 40
    assert len(cases.list_cases(workspace.store)) == 40


@posix
def test_a_backup_of_a_folder_that_takes_nothing_goes_beside_its_target(
    furnished: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "stick" / "respaldo.zip"
    target.parent.mkdir()
    monkeypatch.setattr(backup, "ROOM", 1 << 60)
    before = sorted(each.name for each in furnished.home.iterdir())
    manifest = backup.backup(furnished.home, furnished.key, target, at="2026-11-29T00:00:00.000000Z")
    assert manifest.rows["cases"] == 4
    assert [each.name for each in target.parent.iterdir()] == [target.name]
    assert sorted(each.name for each in furnished.home.iterdir() if "-" not in each.name) == [
        each for each in before if "-" not in each
    ]


def test_a_change_of_phrase_that_the_disk_refuses_leaves_the_old_one(
    office: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(path: Path, _content: bytes) -> None:
        raise paths.storage_failed(OSError(28, "full"), path)

    before = (office.home / paths.VAULT).read_bytes()
    monkeypatch.setattr(paths, "replace_file", refuses)
    with pytest.raises(StorageFailed):
        vault.set_phrase(office.home, office.key, "una frase larga y nueva para probar", "own")
    assert (office.home / paths.VAULT).read_bytes() == before


def test_each_kind_of_write_is_kept_or_told(workspace: Workspace) -> None:
    """Typing, a call begun, a note, a view, a status: one after the other, all there when the disk heals."""
    from lnctp_tui.services.vault.deeds import deed

    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "report"})
    intake.open_case()
    settle(workspace)
    case = intake.document["case"]["id"]
    with full(workspace):
        narrate(intake, "x" * 200_000)
        workspace.writer.submit(deed("noted", case, "Una nota.", "setting:draft:x"))
        workspace.writer.submit(deed("viewed", case, "case"))
        workspace.writer.submit(deed("status", case, "closed", "resuelto"))
        second = Intake.start(workspace)
        workspace.keep_draft("y", "a medias")
        assert not workspace.writer.drain(0.3)
        assert workspace.writer.keep()
    assert workspace.writer.drain(10)
    document = cases.document(workspace.store, case)
    assert document["notes"][0]["text"] == "Una nota."
    assert document["case"]["status"] == "closed"
    assert workspace.draft("y") == "a medias"
    with workspace.store.read() as connection:
        views = connection.exec_driver_sql("SELECT count(*) FROM access WHERE record = ?", (case,)).scalar()
        calls = connection.exec_driver_sql("SELECT count(*) FROM contacts WHERE id = ?", (second.contact.id,))
        assert views == 1
        assert calls.scalar() == 1


def test_what_does_not_fit_is_told_apart_from_a_disk_that_refuses(workspace: Workspace) -> None:
    with pytest.raises(NotStored), workspace.store.write() as unit:
        unit.connection.exec_driver_sql("INSERT INTO cases (id) VALUES (NULL)", None, RECORDED)
    fill(workspace)
    with pytest.raises(StorageFailed, match="disk_full") as caught, workspace.store.write() as unit:
        unit.connection.exec_driver_sql("CREATE TABLE big AS SELECT randomblob(400000) AS b")
    assert not isinstance(caught.value, NotStored)


def test_damage_is_told_with_what_to_do(furnished: Founded) -> None:
    path = furnished.home / paths.DATABASE
    content = bytearray(path.read_bytes())
    for page in range(4, len(content) // engine.PAGE_SIZE):
        content[page * engine.PAGE_SIZE + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises((StorageFailed, VaultError)) as caught:
        cases.list_cases(open_workspace(furnished.home, furnished.key).store)
    assert caught.value.code in ("database_broken", "database_damaged")


def test_the_command_reads_a_case_on_a_read_only_folder(home: Path, phrase_file: Path) -> None:
    with read_only(home):
        ended = subprocess.run(
            [sys.executable, "-c", WITHOUT_ROOTS_WAY, *LNCTP, "case", "list", "--json"],
            env=terminal_environment(home) | {"LNCTP_PASSPHRASE_FILE": str(phrase_file)},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == []

"""Backup while the app writes, and restore that checks before it replaces. docs/security.md, "Backups"."""

from __future__ import annotations

import random
import tempfile
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from vaults import MadeVault

from lnctp_tui.errors import BadInput, DatabaseDamaged, LnctpError, VaultBusy, VaultTampered, WrongPassphrase
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine, schema
from lnctp_tui.storage.vault import backup, vault

pytestmark = pytest.mark.usefixtures("quick_new_keys")

CANARY = "CANARIO-PLENAMENTE-FICTICIO"
AT = "2026-03-01T12:00:00Z"


@pytest.fixture
def database(made: MadeVault) -> Any:
    connection = engine.connect(made.home / paths.DATABASE, made.key.dek, any_thread=True)
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    connection.executemany("INSERT INTO t VALUES (?)", [(CANARY * 100,)] * 300)
    yield connection
    connection.close()


@pytest.fixture
def file(made: MadeVault, database: Any, tmp_path: Path) -> Path:
    """A backup of 300 rows, made while the database is open."""
    backup.backup(made.home, made.key, tmp_path / "respaldo.lnctp", at=AT)
    return tmp_path / "respaldo.lnctp"


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(LnctpError) as raised:
        action()
    return raised.value.code


def _rows(home: Path, key: vault.Key) -> int:
    connection = engine.connect(home / paths.DATABASE, key.dek, read_only=True)
    count = connection.execute("SELECT count(*) FROM t").fetchone()[0]
    connection.close()
    return int(count)


def _state(home: Path) -> dict[str, bytes]:
    return {
        each.name: each.read_bytes() for each in home.iterdir() if each.is_file() and each.name != paths.LOCK
    }


def checked(file: Path, phrase: str) -> backup.Manifest:
    """What a backup holds, from restoring it in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return backup.restore(file, Path(folder) / "data", phrase, at=AT)[0]


def test_a_backup_says_what_it_holds_and_only_to_the_phrase(made: MadeVault, file: Path) -> None:
    manifest = checked(file, made.phrase)
    assert manifest.rows == {"t": 300, "alembic_version": 1}
    assert (manifest.made_at, manifest.revision, manifest.vault_id) == (AT, "0001", made.key.vault_id)
    with pytest.raises(WrongPassphrase):
        checked(file, "abaco abdomen abeja")


def test_a_backup_holds_no_word_in_clear(made: MadeVault, file: Path) -> None:
    content = file.read_bytes()
    for secret in (CANARY.encode(), made.key.dek, made.phrase.encode(), b"alembic_version"):
        assert secret not in content
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_backup_leaves_nothing_else_behind(
    made: MadeVault, database: Any, file: Path, tmp_path: Path
) -> None:
    assert {each.name for each in tmp_path.iterdir()} == {"data", "respaldo.lnctp"}
    database.close()
    assert {each.name for each in made.home.iterdir()} == {paths.DATABASE, paths.VAULT}


def test_a_backup_never_replaces_a_file(made: MadeVault, file: Path) -> None:
    before = file.read_bytes()
    assert _code(lambda: backup.backup(made.home, made.key, file, at=AT)) == "file_exists"
    assert file.read_bytes() == before


def test_a_backup_of_a_running_app_is_one_moment(made: MadeVault, database: Any, tmp_path: Path) -> None:
    """Each transaction writes to two tables; in every backup both have as many."""
    database.execute("CREATE TABLE u (x TEXT)")
    database.execute("DELETE FROM t")
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            database.execute("BEGIN IMMEDIATE")
            database.execute("INSERT INTO t VALUES (?)", (CANARY * 50,))
            database.execute("INSERT INTO u VALUES (?)", (CANARY * 50,))
            database.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(5):
            rows = backup.backup(made.home, made.key, tmp_path / str(number), at=AT).rows
            assert rows["t"] == rows["u"]
            counts.append(rows["t"])
    finally:
        done.set()
        writer.join()
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_a_full_disk_leaves_no_half_backup(
    made: MadeVault, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    assert _code(lambda: backup.backup(made.home, made.key, tmp_path / "file", at=AT)) == "file_failed"
    assert {each.name for each in tmp_path.iterdir()} == {"data"}
    assert not [each for each in made.home.iterdir() if each.name.startswith(".")]


def test_restoring_brings_the_rows_back_and_keeps_what_stood_there(
    made: MadeVault, database: Any, file: Path
) -> None:
    database.execute("DELETE FROM t WHERE rowid > 7")
    database.close()
    manifest, aside = backup.restore(file, made.home, made.phrase, at=AT)
    assert manifest.rows["t"] == _rows(made.home, vault.unlock(made.home, made.phrase)) == 300
    assert aside is not None
    assert _rows(aside, vault.unlock(aside, made.phrase)) == 7
    assert aside.stat().st_mode & 0o777 == 0o700


def test_restoring_into_an_empty_folder(made: MadeVault, file: Path, tmp_path: Path) -> None:
    _manifest, aside = backup.restore(file, tmp_path / "new", made.phrase, at=AT)
    assert aside is None
    modes = {each.name: each.stat().st_mode & 0o777 for each in (tmp_path / "new").iterdir()}
    assert modes == dict.fromkeys((paths.DATABASE, paths.LOCK, paths.MARK, paths.VAULT), 0o600)
    assert _rows(tmp_path / "new", made.key) == 300


def test_restoring_needs_the_phrase_the_backup_was_made_with(
    made: MadeVault, database: Any, file: Path
) -> None:
    database.close()
    vault.set_phrase(made.home, made.key, "Siete gatos pardos riegan 14 macetas", "own")
    before = _state(made.home)
    with pytest.raises(WrongPassphrase):
        backup.restore(file, made.home, "Siete gatos pardos riegan 14 macetas", at=AT)
    assert _state(made.home) == before
    backup.restore(file, made.home, made.phrase, at=AT)
    assert vault.unlock(made.home, made.phrase) == made.key


def test_restoring_beside_a_running_app_is_refused(made: MadeVault, database: Any, file: Path) -> None:
    database.close()
    before = _state(made.home)
    with paths.Instance(made.home), pytest.raises(VaultBusy):
        backup.restore(file, made.home, made.phrase, at=AT)
    assert _state(made.home) == before


def test_a_backup_of_a_newer_program_is_refused(
    made: MadeVault, database: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()
    before = _state(made.home)
    with monkeypatch.context() as patched:
        patched.setattr(schema, "HEAD", "0000")
        assert _code(lambda: backup.restore(file, made.home, made.phrase, at=AT)) == "backup_newer"
    assert _state(made.home) == before
    assert backup.restore(file, made.home, made.phrase, at=AT)[0].revision == "0001"


def test_an_altered_backup_replaces_nothing(made: MadeVault, database: Any, file: Path) -> None:
    database.close()
    before, content = _state(made.home), file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    places = random.sample(range(len(content) - 500), 20)
    places += [entry.header_offset + 30 + len(entry.filename) + entry.file_size // 2 for entry in entries]
    for place in places:
        altered = bytearray(content)
        altered[place] ^= 4
        file.write_bytes(altered)
        if _outcome(file, made) == "restored":  # a byte of zip's own headers that means nothing
            assert not any(_within(entry, place) for entry in entries), place
        else:
            assert _state(made.home) == before
    for cut in (0, 10, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:cut])
        assert _outcome(file, made) == "bad_backup"


def _within(entry: zipfile.ZipInfo, place: int) -> bool:
    start = entry.header_offset + 30 + len(entry.filename)
    return start <= place < start + entry.file_size


def _outcome(file: Path, made: MadeVault) -> str:
    try:
        checked(file, made.phrase)
    except (BadInput, VaultTampered, WrongPassphrase, DatabaseDamaged) as error:
        return error.code
    return "restored"


def _repack(
    file: Path, target: Path, change: Callable[[str, bytes], bytes], method: int = zipfile.ZIP_STORED
) -> Path:
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", method) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return target


def test_a_backup_put_together_from_two_is_refused(
    made: MadeVault, database: Any, file: Path, tmp_path: Path
) -> None:
    database.execute("DELETE FROM t WHERE rowid > 7")
    backup.backup(made.home, made.key, tmp_path / "later", at=AT)
    with zipfile.ZipFile(tmp_path / "later") as later:
        parts = {name: later.read(name) for name in later.namelist()}
    for name in (paths.DATABASE, "manifest"):
        mixed = _repack(
            file, tmp_path / f"mixed-{name}", lambda n, old, name=name: parts[n] if n == name else old
        )
        assert _outcome(mixed, made) == "bad_backup"


def test_a_compressed_or_foreign_zip_is_refused_unread(made: MadeVault, file: Path, tmp_path: Path) -> None:
    bomb = _repack(file, tmp_path / "bomb", lambda _n, _old: bytes(50 << 20), zipfile.ZIP_DEFLATED)
    assert _outcome(bomb, made) == "bad_backup"
    with zipfile.ZipFile(tmp_path / "other", "w") as archive:
        archive.writestr("../vault.json", "{}")
    assert _outcome(tmp_path / "other", made) == "bad_backup"
    (tmp_path / "text").write_text("no zip")
    assert _outcome(tmp_path / "text", made) == "bad_backup"
    assert not (tmp_path.parent / "vault.json").exists()


def test_two_backups_at_once_leave_each_other_alone(
    made: MadeVault, database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = made.home / ".backup-killed"
    killed.mkdir()
    copy, inner = backup.copy_database, tmp_path / "second"

    def second_begins(*arguments: Any) -> None:
        monkeypatch.setattr(backup, "copy_database", copy)
        assert backup.backup(made.home, made.key, inner, at=AT).rows["t"] == 300
        copy(*arguments)

    monkeypatch.setattr(backup, "copy_database", second_begins)
    assert backup.backup(made.home, made.key, tmp_path / "first", at=AT).rows["t"] == 300
    for file in (inner, tmp_path / "first"):
        assert checked(file, made.phrase).rows["t"] == 300
    assert not list(made.home.glob(".backup-*"))


def _zip(target: Path, entries: dict[str, bytes], **attributes: Any) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            for attribute, value in attributes.items():
                setattr(entry, attribute, value)
            archive.writestr(entry, content)
    return target


def _hostile(file: Path, folder: Path) -> dict[str, Path]:
    """Archives made to write elsewhere, to fill the disk, or to be followed."""
    with zipfile.ZipFile(file) as archive:
        good = {name: archive.read(name) for name in archive.namelist()}
    link = 0o120777 << 16
    outside = {f"/{folder}/outside": b"x", "../outside": b"x", "..\\outside": b"x"}
    made = {
        "links": _zip(folder / "links", dict.fromkeys(good, b"/etc/passwd"), external_attr=link),
        "outside": _zip(folder / "outside-only", outside),
        "absolute": _zip(folder / "absolute", {f"/{name}": content for name, content in good.items()}),
        "long vault": _zip(folder / "long", good | {paths.VAULT: b" " * (1 << 17)}),
        "long manifest": _zip(folder / "manifest", good | {"manifest": b" " * (1 << 21)}),
        "empty": _zip(folder / "empty", {}),
    }
    claims = bytearray(_zip(folder / "claims", good).read_bytes())
    at = claims.rindex(b"PK\x01\x02", 0, claims.rindex(b"PK\x01\x02"))  # of the database, in the directory
    claims[at + 20 : at + 28] = (1 << 30).to_bytes(4, "little") * 2
    (folder / "claims").write_bytes(claims)
    return made | {"claims": folder / "claims"}


def test_hostile_archives_write_nothing_anywhere(made: MadeVault, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    archives = _hostile(file, folder)
    before, listed = _state(made.home), sorted(tmp_path.rglob("*"))
    for name, archive in archives.items():
        assert _outcome(archive, made) == ("vault_tampered" if name == "links" else "bad_backup"), name
        with pytest.raises((BadInput, VaultTampered)):
            backup.restore(archive, made.home, made.phrase, at=AT)
    assert _state(made.home) == before
    assert sorted(each for each in tmp_path.rglob("*") if each.name != paths.LOCK) == listed
    extra = _zip(folder / "extra", {"../outside": b"x"})
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(extra, "a") as archive:
        for entry in good.infolist():
            archive.writestr(entry, good.read(entry))
    assert backup.restore(extra, tmp_path / "new", made.phrase, at=AT)[0].rows["t"] == 300
    assert not list(tmp_path.rglob("outside"))


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_crash_while_restoring_loses_nothing_and_restoring_again_completes(
    made: MadeVault, database: Any, file: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    database.execute("DELETE FROM t WHERE rowid > 7")
    database.close()
    done = 0

    def crash(_folder: Path) -> None:
        nonlocal done
        done += 1
        if done == step:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(paths, "sync_folder", crash)
        try:
            backup.restore(file, made.home, made.phrase, at=AT)
        except KeyboardInterrupt:
            assert done == step
    assert (made.home / paths.VAULT).exists()
    assert 7 in [_rows(place, made.key) for place in (made.home, *made.home.glob("antes-*")) if _whole(place)]
    backup.restore(file, made.home, made.phrase, at=AT)
    assert _rows(made.home, vault.unlock(made.home, made.phrase)) == 300


def _whole(place: Path) -> bool:
    return (place / paths.DATABASE).exists()

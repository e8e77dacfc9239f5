"""The data folder: only its owner's, no links followed, one app at a time. docs/security.md; attack 26."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from vaults import MadeVault

from lnctp_tui.errors import StorageFailed, VaultBusy, VaultError
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import backup, vault


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(VaultError) as raised:
        action()
    return raised.value.code


def test_the_folder_is_what_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "there"))
    assert paths.home() == tmp_path / "there"
    monkeypatch.delenv("LNCTP_HOME")
    assert paths.home().name == "lnctp"


def test_a_new_folder_and_its_files_are_only_the_owners(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = paths.prepare(tmp_path / "a" / "data")
        paths.write_new(home / "new", b"x")
        paths.replace_file(home / "new", b"y")
        paths.create_empty(home / "empty")
        paths.Instance(home).release()
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in home.iterdir()} == {0o600}


def test_modes_that_were_loosened_are_tightened(made: MadeVault) -> None:
    made.home.chmod(0o755)
    (made.home / paths.VAULT).chmod(0o644)
    (made.home / paths.DATABASE).chmod(0o666)
    paths.prepare(made.home)
    assert made.home.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in made.home.iterdir()} == {0o600}


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "real")
    assert _code(lambda: paths.prepare(tmp_path / "data")) == "unsafe_folder"
    (tmp_path / "file").touch()
    assert _code(lambda: paths.prepare(tmp_path / "file")) == "unsafe_folder"


@pytest.mark.parametrize(
    "name", [paths.VAULT, paths.LOCK, paths.RECOVERY_KEY, paths.PENDING, *paths.DATABASE_FILES]
)
@pytest.mark.parametrize("dangling", [True, False])
def test_a_planted_link_is_refused_and_its_target_untouched(
    tmp_path: Path, name: str, dangling: bool
) -> None:
    home = paths.prepare(tmp_path / "data")
    target = tmp_path / "target"
    if not dangling:
        target.write_text("as it was")
    (home / name).symlink_to(target)
    assert _code(lambda: paths.prepare(home)) == "unsafe_file"
    assert _code(lambda: paths.read_file(home / name)) == "unsafe_file"
    assert _code(lambda: paths.replace_file(home / name, b"x")) == "unsafe_file"
    assert _code(lambda: paths.write_new(home / name, b"x")) == "unsafe_file"
    with pytest.raises(FileExistsError):
        paths.create_empty(home / name)
    assert target.exists() != dangling
    assert dangling or target.read_text() == "as it was"


def test_no_vault_is_written_through_a_planted_link(tmp_path: Path) -> None:
    home = paths.prepare(tmp_path / "data")
    (home / paths.VAULT).symlink_to(tmp_path / "target")
    words = "Siete gatos pardos riegan 14 macetas"
    assert (
        _code(lambda: vault.create(home, words, kind="own", language="es", time_zone="UTC")) == "unsafe_file"
    )
    assert not (tmp_path / "target").exists()


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / paths.VAULT)
    assert _code(lambda: vault.Vault.read(tmp_path)) == "unsafe_file"


def test_an_endless_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / paths.VAULT).write_bytes(b"[" * (1 << 17))
    assert _code(lambda: vault.Vault.read(tmp_path)) == "unsafe_file"


def test_no_backup_is_written_through_a_planted_link(made: MadeVault, tmp_path: Path) -> None:
    (tmp_path / "backup").symlink_to(tmp_path / "target")
    with pytest.raises(Exception, match="file_exists"):
        backup.backup(made.home, made.key, tmp_path / "backup", at="2026-01-01T00:00:00Z")
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize(
    "name", ["Dropbox", "OneDrive - Ejemplo", "Google Drive", "iCloud Drive", "Nextcloud", "Mobile Documents"]
)
def test_a_synchronised_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert _code(lambda: paths.prepare(tmp_path / name / "data")) == "shared_drive"
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        ("ext4", False),
        ("btrfs", False),
        ("fuse.gocryptfs", False),
        ("nfs4", True),
        ("cifs", True),
        ("fuse.sshfs", True),
    ],
)
def test_a_network_drive_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, refused: bool
) -> None:
    mounts = (
        f"/dev/x / ext4 rw 0 0\nhost:/x {tmp_path} nfs rw 0 0\nhost:/x {tmp_path} {kind} rw 0 0\nbroken\n"
    )
    read = Path.read_text

    def told(path: Path, *args: str | None, **named: str | None) -> str:
        return mounts if str(path) == "/proc/self/mounts" else read(path, *args, **named)

    monkeypatch.setattr(Path, "read_text", told)
    assert paths.shared_drive(tmp_path / "data") == (kind if refused else None)


def test_only_one_app_holds_a_folder(tmp_path: Path) -> None:
    with paths.Instance(tmp_path), pytest.raises(VaultBusy):
        paths.Instance(tmp_path)
    paths.Instance(tmp_path).release()


HOLDER = """
import sys
from pathlib import Path
from lnctp_tui.storage import paths
claim = paths.Instance(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_killed_app_holds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(VaultBusy):
            paths.Instance(tmp_path)
        child.kill()
    paths.Instance(tmp_path).release()


def test_a_replaced_file_is_the_old_one_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths.write_new(tmp_path / "file", b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFailed) as raised:
        paths.replace_file(tmp_path / "file", b"new")
    assert raised.value.facts == {"name": "file", "reason": "ENOSPC"}
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_what_a_killed_process_left_is_swept(made: MadeVault) -> None:
    (made.home / ".vault.json.0123456789ab.tmp").write_bytes(b"half")
    (made.home / ".vault.json.planted.tmp").mkdir()
    paths.Instance(paths.prepare(made.home)).release()
    left = {each.name for each in made.home.iterdir()}
    assert left == {paths.DATABASE, paths.VAULT, paths.LOCK, ".vault.json.planted.tmp"}

"""Attacks by files, names and variables: planted, swapped, cut, misnamed.

docs/security.md, attacks 2, 6, 9, 11, 13 and 26.
"""

from __future__ import annotations

import os
import random
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from counts import in_soak
from pty_app import LNCTP, PHRASE, terminal_environment

from lnctp_tui.app_guard import TerminalDecoder
from lnctp_tui.cli import main, session
from lnctp_tui.errors import DatabaseDamaged, Refused
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import vault

EVIL = "e\x1b]0;ROBADO\x07\x9b\u202e[/x]"


@pytest.fixture
def opened_here(home: Path, phrase_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault for commands run in this process."""
    monkeypatch.setenv("LNCTP_HOME", str(home))
    monkeypatch.setenv(session.PHRASE_FILE, str(phrase_file))
    return home


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Somebody else's vault under the same phrase."""
    home = tmp_path / "other"
    vault.create(home, PHRASE, kind="own", language="es", time_zone="America/Mexico_City")
    return home


@pytest.mark.parametrize("name", [paths.VAULT, paths.DATABASE])
def test_half_of_another_vault_never_opens_and_is_kept(home: Path, other: Path, name: str) -> None:
    content = (other / name).read_bytes()
    (home / name).write_bytes(content)
    key = vault.unlock(home, PHRASE)
    with pytest.raises(DatabaseDamaged):
        open_workspace(home, key)
    assert (home / name).read_bytes() == content


@pytest.mark.parametrize(
    ("content", "mode", "code"),
    [
        (b"", 0o600, "passphrase_file_bad"),
        (b"\r\n\r\n", 0o600, "passphrase_file_bad"),
        (b"a" * 10_000, 0o600, "passphrase_file_bad"),
        (b"\xff\xfe", 0o600, "passphrase_file_bad"),
        (PHRASE.encode(), 0o644, "passphrase_file_open"),
        (PHRASE.encode(), 0o660, "passphrase_file_open"),
    ],
)
@pytest.mark.parametrize("linked", [True, False])
def test_a_phrase_file_is_refused(tmp_path: Path, content: bytes, mode: int, code: str, linked: bool) -> None:
    file = tmp_path / "phrase"
    file.write_bytes(content)
    file.chmod(mode)
    if linked:
        file = tmp_path / "link"
        file.symlink_to("phrase")
    with pytest.raises(Refused) as raised:
        session.read_phrase(file)
    assert raised.value.code == code


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_line_ends_and_a_byte_order_mark_are_not_the_phrase(tmp_path: Path, end: bytes) -> None:
    file = tmp_path / "phrase"
    file.touch(mode=0o600)
    file.write_bytes(b"\xef\xbb\xbf" + PHRASE.encode() + end)
    assert session.read_phrase(file) == PHRASE


@pytest.mark.parametrize(
    "arguments",
    [
        ("case", "import", "{folder}/{evil}.json"),
        ("case", "import", "{folder}/missing-{evil}"),
        ("case", "show", "{evil}"),
        ("case", EVIL),
        ("case", "list", f"--{EVIL}"),
        ("case", "import", "x", "--format", "{evil}"),
        ("--passphrase-file", "{folder}/{evil}", "case", "list"),
        ("restore", "{folder}/{evil}.json"),
        ("recovery", "open", "{folder}/{evil}.json", "{folder}/answer"),
    ],
)
def test_an_error_neither_obeys_nor_hides_a_name(
    opened_here: Path, tmp_path: Path, arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / f"{EVIL.replace('/', '')}.json").write_text('{"case":')
    safe = EVIL.replace("/", "")
    assert main([each.format(folder=tmp_path, evil=safe) for each in arguments]) in (1, 2)
    told = "".join(capfd.readouterr())
    assert told.strip()
    assert not [each for each in told if each in "\x1b\x07\x9b\u202e"]


BAD_FOLDERS = ("~nobody-of-this-name/x", "/dev/null", "/tmp/" + "a" * 5000)


@pytest.mark.parametrize("where", BAD_FOLDERS)
def test_a_bad_folder_is_told_without_a_traceback(
    where: str, phrase_file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LNCTP_HOME", where)
    monkeypatch.setenv(session.PHRASE_FILE, str(phrase_file))
    assert main(["case", "list"]) == 1
    told = capfd.readouterr().err
    assert told.strip()
    assert "Traceback" not in told


@pytest.mark.parametrize("where", [BAD_FOLDERS[0], *in_soak(*BAD_FOLDERS[1:])])
def test_nor_in_a_process_of_its_own(where: str, phrase_file: Path) -> None:
    ended = subprocess.run(
        [*LNCTP, "case", "list"],
        env=terminal_environment(None) | {"LNCTP_HOME": where, session.PHRASE_FILE: str(phrase_file)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip()
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes of other systems say nothing")
def test_a_command_shuts_a_folder_that_stood_open(opened_here: Path) -> None:
    opened_here.chmod(0o777)
    (opened_here / paths.PENDING).touch(mode=0o600)
    (opened_here / paths.PENDING).chmod(0o644)
    assert main(["case", "list"]) == 0
    assert opened_here.stat().st_mode & 0o777 == 0o700
    assert (opened_here / paths.PENDING).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (
            "a\x1b[A\x1b[200~uno\x1b[20~ ñ\x1b[20\x1b[200~\x1b[201~b\x1b[B\x1b",
            "a\x1b[A\x1b[200~uno�[20~ ñ�[20�[200~\x1b[201~b\x1b[B\x1b",
        ),
        (
            "\x1b[200~x\x1b[201~\x1b[20~\x1b[200~y\x1b\x1b[201~",
            "\x1b[200~x\x1b[201~\x1b[20~\x1b[200~y�\x1b[201~",
        ),
    ],
)
def test_a_paste_holds_no_key_wherever_the_bytes_are_cut(content: str, read: str) -> None:
    dice, data = random.Random(7), content.encode()
    for count in [0, *(dice.randrange(len(data)) for _ in range(300))]:
        cuts = [0, *sorted(dice.sample(range(1, len(data)), min(count, len(data) - 1))), len(data)]
        decoder = TerminalDecoder("utf-8")
        assert "".join(decoder.decode(data[begin:end]) for begin, end in pairwise(cuts)) == read

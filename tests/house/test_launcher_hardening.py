"""What a process of this program leaves behind: nothing. docs/security.md, "The process"; attacks 9, 13."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lnctp_tui.errors import WrongPassphrase
from lnctp_tui.storage import hardening, paths

CANARY = "CANARIO-PLENAMENTE-FICTICIO"


def _run(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    script = f"from lnctp_tui.storage import hardening\nhardening.harden()\n{script}"
    environment = os.environ | {"LNCTP_HOME": str(home)}
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)


def test_files_are_private_and_no_core_is_dumped(tmp_path: Path) -> None:
    script = "import os, resource; print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE))"
    assert _run(script, tmp_path).stdout == "0o77 (0, 0)\n"


def test_on_linux_the_memory_is_not_readable_by_others() -> None:
    script = "import ctypes; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"  # PR_GET_DUMPABLE
    command = [sys.executable, "-c", f"from lnctp_tui.storage import hardening\nhardening.harden()\n{script}"]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "0\n"


def test_variables_that_write_down_secrets_are_removed() -> None:
    environment = {"TEXTUAL": "x", "TEXTUAL_LOG": "x", "TEXTUAL_DEBUG": "1", "SSLKEYLOGFILE": "x",
                   "HOME": "kept", "PYTHONINSPECT": "1", "NO_COLOR": "1"}  # fmt: skip
    hardening.clean_environment(environment)
    assert environment == {"HOME": "kept", "NO_COLOR": "1"}


@pytest.mark.parametrize(
    "raising",
    [
        "raise ValueError(name)",
        "raise ExceptionGroup(name, [ValueError(name)])",
        "{}[name]",
        "import threading; t = threading.Thread(target=lambda: {}[name], name=name); t.start(); t.join()",
        "class D:\n    def __del__(self): raise ValueError(name)\nD()",
        "from sqlcipher3 import dbapi2; dbapi2.connect(':memory:').execute(f'SELECT [{name}]')",
        "raise SystemError from ValueError(name)",
        "compile(name + ' =', name, 'exec')",
    ],
)
def test_an_uncaught_error_shows_and_keeps_a_code_and_no_value(tmp_path: Path, raising: str) -> None:
    ended = _run(f"name = {CANARY!r}\n{raising}", tmp_path / "data")
    assert CANARY not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    code = ended.stderr.removeprefix("lnctp: [").removesuffix("]\n")
    assert code.isidentifier()
    kept = tmp_path / "data" / paths.ERRORS
    assert kept.read_text() == f"{code}\n"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_code_names_the_line_of_ours() -> None:
    try:
        paths.write_new(Path("/nonexistent/x"), b"")
    except Exception as error:
        name, _at, place = hardening.code_of(error).partition("@")
    assert name == "file_failed"
    assert place.startswith("storage/paths.py:")
    assert hardening.code_of(WrongPassphrase()) == "wrong_passphrase"


def test_the_list_of_codes_is_short_and_never_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "data"))
    hardening.keep_code("nowhere")
    assert hardening.kept_codes() == []
    (tmp_path / "data").mkdir()
    for number in range(60):
        hardening.keep_code(f"code{number}")
    assert hardening.kept_codes() == [f"code{number}" for number in range(10, 60)]
    (tmp_path / "data" / paths.ERRORS).unlink()
    (tmp_path / "data" / paths.ERRORS).symlink_to(tmp_path / "target")
    hardening.keep_code("planted")
    assert not (tmp_path / "target").exists()

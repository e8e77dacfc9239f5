"""The bundle of `make bundle`, driven as a counselor does. Skipped where none was built."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pty_app import PHRASE, PtyApp, terminal_environment

from lnctp_tui.updates import places

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("LNCTP_BUNDLE", ROOT / "dist" / "lnctp"))
LNCTP = str(FOLDER / "lnctp")

pytestmark = pytest.mark.skipif(not Path(LNCTP).is_file(), reason="no bundle: make bundle")


def run(home: Path, *arguments: str, words: str = PHRASE, code: int = 0) -> str:
    """What a command of the bundle printed, without a terminal and without any Python of this machine."""
    environment = terminal_environment(home) | {"PATH": "/nowhere"}
    file = home.parent / "phrase"
    file.write_text(words, encoding="utf-8")
    file.chmod(0o600)
    ended = subprocess.run(
        [LNCTP, "--passphrase-file", str(file), *arguments],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A vault that the bundle itself made."""
    home = tmp_path / "data"
    home.mkdir(mode=0o700)
    run(home, "init", "--name", "Ana de Prueba", "--time-zone", "America/Tijuana")
    return home


def test_a_shift_with_the_bundle(made: Path) -> None:
    """Phrase, a call typed, lock, the next worker at the same field, the end; then commands on what was written."""
    with PtyApp(LNCTP, home=made, deadline=60) as app:
        app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()
        app.send("Una vecina oye voces. Ñandú, ¿sí?").rest(1.2).see("✓ guardado")
        first = app.workers[-1]
        app.press("ctrl+l").see("Frase")
        assert "vecina" not in app.text
        assert first not in app.workers
        app.unlock().see("Ñandú, ¿sí?").settle().press("ctrl+q").see("llamada abierta").press("ctrl+q")
        assert app.end() == 0
    (call,) = json.loads(run(made, "call", "list", "--json"))
    assert call["narrative"] == "Una vecina oye voces. Ñandú, ¿sí?"
    assert json.loads(run(made, "case", "list", "--json")) == []
    checks = json.loads(run(made, "doctor", "--json"))
    assert checks["ok"], checks
    assert run(made, "protocol", "check") != ""


def test_a_newer_version_goes_on_with_calls_in_lines_after_a_lock_and_not_during_a_call(made: Path) -> None:
    newer = places.folder(made) / "9.9" / places.PROGRAM
    newer.parent.mkdir(parents=True, mode=0o700)
    newer.write_text("#!/bin/sh\necho NUEVA $@ $LNCTP_STARTER\n", encoding="utf-8")
    newer.chmod(0o700)
    places.write(made, places.READY, "9.9")
    places.write(made, places.TOLD, "update_ready")
    with PtyApp(LNCTP, "call", "--plain", home=made, deadline=60) as app:

        def line(text: str, *heard: str) -> None:
            before = len(app.settle(0.1).raw)
            app.send(text)
            app.until(lambda: all(word.encode() in app.raw[before:] for word in heard), str(heard))

        app.see("Frase:")
        line(f"{PHRASE}\r", "Llamada nueva", "relato: ")
        line("Una vecina avisa.\r", "relato: ")
        line("\x0c", "Frase: ")  # the call is unfinished: the same version again
        line(f"{PHRASE}\r", "Sigue la llamada", "orden: ")
        line("f9\r", "cierre: ")
        line("terminar\r", "La llamada terminó", "Hay una versión nueva", "salir: ")
        line("lock\r", f"NUEVA call --plain {LNCTP}")


@pytest.mark.parametrize("arguments", [("demo",), ("practice", "broma")], ids=["demo", "practice"])
def test_what_is_thrown_away_is_gone_after_the_bundle(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Also when it is killed: a part of the bundle itself waits for that."""
    home = tmp_path / "data"
    home.mkdir(mode=0o700)
    with PtyApp(LNCTP, *arguments, home=home, environment={"TMPDIR": str(tmp_path)}, deadline=60) as app:
        app.see_any("Escritorio", "Relato", "Práctica")
        assert list(tmp_path.glob("lnctp-*"))
        os.kill(app.child.pid, signal.SIGKILL)
        app.end()
    end = time.monotonic() + 30
    while list(tmp_path.glob("lnctp-*")):
        assert time.monotonic() < end
        threading.Event().wait(0.05)


@pytest.mark.parametrize(
    "arguments", [("--part",), ("--part", "os"), ("-m", "lnctp_tui.worker"), ("-c", "print(1)"), ("-P",)]
)
def test_the_bundle_is_no_python(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [LNCTP, *arguments], env=terminal_environment(tmp_path), capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (2, b"")


def test_the_server_is_not_in_it_and_that_is_said(tmp_path: Path) -> None:
    home = tmp_path / "data"
    home.mkdir()
    command = [LNCTP, "server", "status"]
    ended = subprocess.run(
        command, env=terminal_environment(home), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "le falta una parte (lnctp_tui.server)" in ended.stderr


def test_the_prompt_stands_as_soon_as_from_the_venv(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The median of seven pairs in turn, so that a busy machine slows both; alone it is far below a second."""
    monkeypatch.setattr(PtyApp, "warm", False)  # both begin from nothing
    ratios = []
    for _pair in range(7):
        bundle, venv = (
            prompt_after(made, *command) for command in ((LNCTP,), (sys.executable, "-m", "lnctp_tui"))
        )
        ratios.append(bundle / venv)
    assert statistics.median(ratios) <= 1.1, ratios


def prompt_after(home: Path, *command: str) -> float:
    """Seconds until the phrase is asked for."""
    with PtyApp(*command, home=home, deadline=60) as app:
        app.see("Frase")
        return app.at - app.born


def test_it_is_small_enough_and_has_no_server_and_no_tools_in_it() -> None:
    packed = list(FOLDER.parent.glob("lnctp-*.tar.xz"))
    assert [file.name for file in packed if file.stat().st_size > 60e6] == []
    folders = {path.name for path in (FOLDER / "_internal").iterdir()}
    assert not folders & {"psycopg", "uvicorn", "numpy", "cryptography", "pytest", "mypy", "typst"}
    assert not (FOLDER / "_internal" / "migrations" / "server").exists()

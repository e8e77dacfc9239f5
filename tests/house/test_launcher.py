"""The launcher: one worker after another, signals, a clean terminal.

docs/security.md, "The lock"; attacks 5, 8, 9, 13.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pty_app import PHRASE, PtyApp
from vaults import MadeVault

from lnctp_tui import launcher, programs
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import vault

LAUNCH = """
import sys
from lnctp_tui import launcher, worker
launcher.GRACE = float(sys.argv[2])
worker.main = lambda: exec(sys.argv[1], {"__name__": "worker"}) or 0
raise SystemExit(launcher.run((sys.executable, "-c", sys.argv[1]), light=sys.argv[3] == "light"))
"""
NOTES = """
import os, sys, signal, threading, time
from pathlib import Path
notes = Path(os.environ["LNCTP_HOME"]).parent / "notes"
def note(text):
    with notes.open("a") as file:
        file.write(f"{text}\\n")
def earlier():
    return len(notes.read_text().splitlines()) if notes.exists() else 0
"""
WAIT = """
def locked(number, frame):
    note(signal.Signals(number).name)
    os._exit(75)
signal.signal(signal.SIGHUP, locked)
signal.signal(signal.SIGTERM, locked)
note(f"worker {os.getpid()}")
print("ready", flush=True)
while True:
    time.sleep(0.2)  # a signal just before `pause` would be missed
"""


@pytest.fixture(params=["light", "heavy"])
def launch(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., PtyApp]]:
    """Starts the launcher with workers that run a script: copies of it, or new programs."""
    running: list[PtyApp] = []

    def start(script: str, grace: float = launcher.GRACE) -> PtyApp:
        app = PtyApp(
            sys.executable, "-c", LAUNCH, NOTES + script, str(grace), request.param, home=tmp_path / "data"
        )
        running.append(app)
        return app

    yield start
    for app in running:
        if not app.child.closed:
            app.kill()


def _notes(tmp_path: Path) -> list[str]:
    notes = tmp_path / "notes"
    return notes.read_text().splitlines() if notes.exists() else []


def test_a_worker_that_is_done_ends_the_program(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    assert launch("note('worker')").end() == 0
    assert _notes(tmp_path) == ["worker"]


def test_after_each_lock_a_new_process_asks_for_the_phrase(
    launch: Callable[..., PtyApp], tmp_path: Path
) -> None:
    script = "note(f\"{os.getpid()} {os.environ.get('LNCTP_LAST')}\"); sys.exit(75 if earlier() < 6 else 0)"
    assert launch(script).end() == 0
    notes = [line.split() for line in _notes(tmp_path)]
    assert [last for _process, last in notes] == ["None", *["75"] * 5]
    assert len({process for process, _last in notes}) == 6


def test_a_refusal_is_not_tried_again(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    assert launch("note('worker'); sys.exit(78)").end() == 1
    assert _notes(tmp_path) == ["worker"]


def test_after_a_crash_the_next_worker_starts(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    script = "note(os.environ.get('LNCTP_LAST')); sys.exit(0) if earlier() > 2 else os.kill(os.getpid(), 9)"
    assert launch(script).end() == 0
    assert _notes(tmp_path) == ["None", "-9", "-9"]


def test_three_quick_crashes_end_with_a_code_and_a_clean_terminal(
    launch: Callable[..., PtyApp], tmp_path: Path
) -> None:
    script = """
import tty
note('worker')
tty.setraw(0)
os.write(1, b'\\x1b[?1049h\\x1b[?25l\\x1b[?1003h\\x1b[?2004h\\x1b[5;5HNOMBRE FICTICIO')
os._exit(3)
"""
    app = launch(script)
    before = termios.tcgetattr(app.child.child_fd)
    app.see("código 3")
    assert termios.tcgetattr(app.child.child_fd) == before
    last = bytes(app.raw)[bytes(app.raw).rindex(b"NOMBRE FICTICIO") :]
    for sequence in (b"\x1b[2J", b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1003l", b"\x1b[?2004l"):
        assert sequence in last
    assert app.end() == launcher.CRASHED
    assert _notes(tmp_path) == ["worker"] * 3


def test_an_exception_shows_a_code_and_no_values(launch: Callable[..., PtyApp]) -> None:
    script = """
from lnctp_tui.storage import hardening
hardening.harden()
name = "NOMBRE FICTICIO"
raise ValueError(name)
"""
    app = launch(script)
    app.see("código", "ValueError")
    assert b"FICTICIO" not in app.raw
    assert b"Traceback" not in app.raw
    assert app.end() == launcher.CRASHED


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_window_ends_both(
    launch: Callable[..., PtyApp], tmp_path: Path, number: signal.Signals
) -> None:
    app = launch(WAIT).see("ready")
    os.kill(app.child.pid, number)
    assert app.end() == 128 + number
    assert _notes(tmp_path)[1:] == [number.name]


def test_the_end_of_the_terminal_itself_ends_both(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    app = launch(WAIT).see("ready")
    worker = app.workers[-1]
    app.child.ptyproc.fileobj.close()  # as a terminal emulator does when its window is closed
    app.child.closed = True
    _gone(worker)
    assert os.waitstatus_to_exitcode(os.waitpid(app.child.pid, 0)[1]) == 128 + signal.SIGHUP
    assert _notes(tmp_path)[1:] == ["SIGHUP"]
    paths.Instance(tmp_path / "data").release()


def test_a_worker_that_does_not_end_is_killed(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    app = launch(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); signal.pause()", 0.3
    )
    worker = app.see("ready").workers[-1]
    os.kill(app.child.pid, signal.SIGTERM)
    assert app.end() == 128 + signal.SIGTERM
    _gone(worker)


def test_a_suspended_worker_locks_instead(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    """Textual answers Ctrl+Z's signal with SIGSTOP."""
    app = launch(WAIT).see("ready")
    first = app.workers[-1]
    os.kill(first, signal.SIGSTOP)
    app.until(lambda: len(_notes(tmp_path)) == 3, "the next worker")
    assert _notes(tmp_path)[1] == "SIGHUP"
    assert _notes(tmp_path)[2] != f"worker {first}"
    _gone(first)


def test_a_terminal_stop_reaches_nobody_but_the_worker(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    app = launch(WAIT).see("ready")
    for number in (signal.SIGTSTP, signal.SIGINT, signal.SIGQUIT):
        os.kill(app.child.pid, number)
    os.kill(app.workers[-1], signal.SIGTERM)
    app.until(lambda: len(_notes(tmp_path)) == 3, "the next worker")
    assert app.child.isalive()


def test_ctrl_c_before_the_first_screen_quits(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    app = launch("note('worker'); print('ready', flush=True); signal.pause()").see("ready")
    app.send("\x03")
    assert app.end() == launcher.INTERRUPTED
    assert _notes(tmp_path) == ["worker"]


WATCHED = """
from lnctp_tui import worker
worker.launcher.GRACE = 0.2
worker.watch_parent()
"""


def test_a_worker_locks_when_its_launcher_is_killed(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    app = launch(WATCHED + WAIT).see("ready")
    worker = app.workers[-1]
    os.kill(app.child.pid, signal.SIGKILL)
    _gone(worker)
    assert {*_notes(tmp_path)[1:]} == {"SIGHUP"}  # the terminal may hang up too
    paths.Instance(tmp_path / "data").release()


def test_a_worker_that_hangs_ends_when_its_launcher_is_killed(launch: Callable[..., PtyApp]) -> None:
    script = (
        WATCHED + "signal.signal(signal.SIGHUP, signal.SIG_IGN); print('ready', flush=True)\nwhile True: pass"
    )
    app = launch(script).see("ready")
    worker = app.workers[-1]
    os.kill(app.child.pid, signal.SIGKILL)
    _gone(worker)


def test_a_second_app_on_the_vault_is_told_so(launch: Callable[..., PtyApp], tmp_path: Path) -> None:
    first = launch(WAIT).see("ready")
    second = launch(WAIT)
    second.see("otra ventana")
    assert second.end() == 1
    assert len(_notes(tmp_path)) == 1
    assert first.child.isalive()


def test_the_launcher_speaks_the_vaults_language(made: MadeVault, launch: Callable[..., PtyApp]) -> None:
    vault.set_profile(made.home, made.key, language="en", time_zone="America/Mexico_City")
    app = launch("os._exit(3)").see("several times in a row (code 3)")
    assert app.end() == launcher.CRASHED


def test_another_data_folder_can_be_named_by_the_caller(tmp_path: Path) -> None:
    script = """
import sys
from lnctp_tui import launcher
print_home = "import os; print(os.environ['LNCTP_HOME'])"
raise SystemExit(launcher.run((sys.executable, "-c", print_home), {"LNCTP_HOME": sys.argv[1]}))
"""
    folder = str(tmp_path / "throw-away")
    ended = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True)
    assert ended.stdout == f"{folder}\n"
    assert (tmp_path / "throw-away" / paths.LOCK).exists()


def test_without_a_terminal_nothing_starts(tmp_path: Path) -> None:
    environment = os.environ | {"LNCTP_HOME": str(tmp_path / "data")}
    for arguments in ([], ["run"]):
        command = [sys.executable, "-m", "lnctp_tui", *arguments]
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert ended.returncode == 2
        assert "terminal" in ended.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("weight", ["light", "heavy"])
def test_a_worker_gets_no_variable_that_writes_down_secrets(tmp_path: Path, weight: str) -> None:
    script = "note(sorted(set(os.environ) & {'TEXTUAL', 'TEXTUAL_LOG', 'SSLKEYLOGFILE', 'PYTHONINSPECT'}))"
    unwanted = {"TEXTUAL": "devtools", "TEXTUAL_LOG": "/x", "SSLKEYLOGFILE": "/x", "PYTHONINSPECT": "1"}
    arguments = (sys.executable, "-I", "-c", LAUNCH, NOTES + script, "5", weight)
    with PtyApp(*arguments, home=tmp_path / "data", environment=unwanted) as app:
        app.until(lambda: _notes(tmp_path), "the worker's note")
    assert _notes(tmp_path) == ["[]"]


def test_a_module_in_the_current_folder_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "nacl.py").write_text("raise SystemExit('planted')")
    command = [*programs.command("worker")[:2], "-c", "import nacl.bindings; print('own')"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.stdout == "own\n"


def test_the_launcher_imports_nothing_heavy(tmp_path: Path) -> None:
    script = """
import sys
import lnctp_tui.__main__
from lnctp_tui import launcher
launcher.run((sys.executable, "-c", "pass"))
print(*sys.modules)
"""
    environment = os.environ | {"LNCTP_HOME": str(tmp_path / "data")}
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    ).stdout
    modules = {name.partition(".")[0] for name in found.split()}
    assert "lnctp_tui" in modules
    heavy = {"textual", "typer", "rich", "sqlalchemy", "sqlmodel", "pydantic", "nacl", "sqlcipher3",
             "mnemonic", "asyncio", "ctypes", "subprocess", "json", "gettext"}  # fmt: skip
    assert modules & heavy == set()


HOLDER = """
import os, sys
from pathlib import Path
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault
home = Path(os.environ["LNCTP_HOME"])
words = sys.stdin.readline().rstrip()
key = vault.unlock(home, words)
connection = engine.connect(home / "case.db", key.dek)
print("unlocked", flush=True)
sys.stdin.readline()
os._exit(75)
"""


def test_after_a_lock_no_process_holds_phrase_or_key(
    made: MadeVault, launch: Callable[..., PtyApp], tmp_path: Path
) -> None:
    """The real unlocking in a real worker; the next worker and the launcher are searched."""
    app = launch("import termios, tty; tty.setcbreak(0); note('worker')\n" + HOLDER)
    app.until(lambda: len(_notes(tmp_path)) == 1, "the first worker").send(f"{made.phrase}\n").see("unlocked")
    secrets = (made.key.dek, made.key.dek.hex().encode(), made.phrase.encode())
    holder = app.workers[-1]
    assert all(secret in _memory(holder) for secret in secrets), "the search itself finds nothing"
    app.send("\n").until(lambda: len(_notes(tmp_path)) == 2, "the next worker")
    _gone(holder)
    for process in (app.child.pid, *app.workers):
        content = _memory(process)
        assert b"lnctp" in content
        assert not any(secret in content for secret in secrets)


def test_after_ctrl_l_the_real_app_leaves_nothing_in_any_process(tmp_path: Path) -> None:
    home, name = tmp_path / "data", "Consejera Plenamente Ficticia"
    key = vault_access.found(home, PHRASE, kind="own", language="es", zone="America/Mexico_City", name=name)
    secrets = (key.dek, key.dek.hex().encode(), PHRASE.encode(), name.encode())
    with PtyApp(home=home) as app:
        app.unlock().see("Escritorio", name)
        holder = app.workers[-1]
        app.press("ctrl+l").until(lambda: holder not in app.workers and app.workers, "the next worker")
        app.see("Frase").gone(name)
        for process in (app.child.pid, *app.workers):
            content = _memory_if_allowed(process)
            assert not any(secret in content for secret in secrets)


def _memory_if_allowed(process: int) -> bytes:
    """Memory of a process, empty when the kernel refuses: a hardened worker's is only root's to read."""
    try:
        return _memory(process)
    except PermissionError:
        return b""


def _memory(process: int) -> bytes:
    """All readable memory of a process."""
    content = bytearray()
    with open(f"/proc/{process}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            start, end = (int(each, 16) for each in re.split("[- ]", line)[:2])
            if " r" in line and "[v" not in line:
                memory.seek(start)
                try:
                    content += memory.read(end - start)
                except OSError:
                    continue
    return bytes(content)


def _gone(process: int) -> None:
    """Waits for the end of a process that is not our child."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    import select

    assert select.select([handle], [], [], 10)[0], "it runs on"
    os.close(handle)


def test_no_alarm_is_left_when_the_launcher_has_ended(tmp_path: Path) -> None:
    """Python gives signals back before the process ends; the launcher's own alarm would kill it then (exit 142)."""
    script = f"""
import signal, sys, time
from lnctp_tui import launcher
launcher.LOOK = 0.001
code = launcher.run(("{sys.executable}", "-c", "raise SystemExit(0)"))
assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
signal.signal(signal.SIGALRM, signal.SIG_DFL)
time.sleep(0.05)
raise SystemExit(code)
"""
    environment = {**os.environ, "LNCTP_HOME": str(tmp_path / "data")}
    ended = subprocess.run([sys.executable, "-c", script], env=environment, check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr

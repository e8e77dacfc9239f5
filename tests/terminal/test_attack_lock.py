"""Attacks on the lock in a real terminal: what is shown, taken and kept while the app leaves.

docs/security.md, "The lock"; attacks 1, 5, 8 and 9.
"""

from __future__ import annotations

import re
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counts import in_soak
from pty_app import KEPT, LNCTP, PHRASE, PtyApp

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault

CANARY = "CANARIO7Q"
TYPED_EARLY = "farol bruma caracol"
SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=$]*[a-zA-Z]")


@pytest.fixture
def database(home: Path) -> Any:
    """Another program's connection to the same database."""
    connection = engine.connect(home / paths.DATABASE, vault.unlock(home, PHRASE).dek)
    yield connection
    connection.close()


def in_a_call(home: Path) -> PtyApp:
    app = PtyApp(home=home, rows=34, columns=120)
    app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()
    return app


def blanked(app: PtyApp, since: int) -> int:
    """Where the blanking ends in what the terminal received since an instant, waited for."""
    app.until(lambda: b"\x1b[2J\x1b[H" in app.raw[since:], "the blank screen")
    return app.raw.index(b"\x1b[2J\x1b[H", since) + 7


def ended(process: int) -> Callable[[], bool]:
    return lambda: not Path(f"/proc/{process}").exists()


def narrative(connection: Any) -> str:
    return str(connection.execute("SELECT narrative FROM contacts").fetchone()[0])


def test_a_lock_beside_a_busy_disk_hides_takes_no_key_and_loses_nothing(home: Path, database: Any) -> None:
    with in_a_call(home) as app:
        app.send("Antes. ").until(lambda: narrative(database) == "Antes. ", "the first words on disk")
        database.execute("BEGIN IMMEDIATE")
        app.send(CANARY).see(CANARY)
        worker, since = app.workers[-1], len(app.raw)
        app.press("ctrl+l")
        hidden = blanked(app, since)
        app.send(f"{TYPED_EARLY}\r").press("f8").resize(40, 130).rest(0.8)
        assert bytes(app.raw[hidden:]) == b""
        database.execute("ROLLBACK")
        app.until(ended(worker), "the end of the process with the key").see("Frase").settle()
        assert CANARY.encode() not in app.raw[hidden:]
    assert narrative(database) == f"Antes. {CANARY}"


def test_a_disk_that_stays_busy_does_not_keep_the_key_in_memory(home: Path, database: Any) -> None:
    with in_a_call(home) as app:
        database.execute("BEGIN IMMEDIATE")
        app.send(CANARY).see(CANARY)
        worker = app.workers[-1]
        app.press("ctrl+l").until(ended(worker), "the end of the process with the key", deadline=15)
        assert database.in_transaction
        database.execute("ROLLBACK")


def test_the_last_keys_before_the_lock_are_kept(home: Path, database: Any) -> None:
    with in_a_call(home) as app:
        app.send("Lo último que dijo\x0c\x0c").see("Frase")
    assert narrative(database) == "Lo último que dijo"


def test_a_lock_over_a_dialog_keeps_what_is_typed_in_it(home: Path, database: Any) -> None:
    with in_a_call(home) as app:
        app.press("f4").see("8 · Indicadores").settle().press("f2").see("volver al campo").settle()
        app.send("Dicho en la ventana").press("ctrl+l").see("Frase")
        assert narrative(database) == "Dicho en la ventana"
        app.unlock().see("8 · Indicadores").press("f2").see("Dicho en la ventana")


def test_a_phrase_typed_before_the_prompt_stands_is_not_shown(home: Path) -> None:
    with in_a_call(home) as app:
        settings = termios.tcgetattr(app.child.child_fd)
        since = len(app.raw)
        app.press("ctrl+l")
        for letter in f"{TYPED_EARLY} {TYPED_EARLY}":
            app.send(letter).rest(0.02)
        app.see("Frase").settle()
        shown = SEQUENCE.sub(b"", bytes(app.raw[since:]))
        assert not [word for word in TYPED_EARLY.split() if word.encode() in shown]
        assert not settings[3] & termios.ECHO


def test_a_lock_while_the_key_is_derived_does_not_unlock(home: Path) -> None:
    with PtyApp(home=home, environment={KEPT: ""}) as app:
        app.see("Frase").settle().send(PHRASE).settle()
        worker = app.workers[-1]
        app.press("enter").see("Abriendo…").press("ctrl+l").until(ended(worker), "the end of the process")
        app.see("Frase").settle()
        assert "Escritorio" not in app.text


def test_nothing_stays_on_the_terminal_after_leaving(home: Path) -> None:
    with in_a_call(home) as app:
        app.send(CANARY).see(CANARY).press("ctrl+q").see("otra vez").press("ctrl+q")
        assert app.end() == 0
        assert bytes(app.raw).rindex(b"\x1b[?1049l") > bytes(app.raw).rindex(CANARY.encode())


@pytest.mark.parametrize("command", [LNCTP, *in_soak(((*LNCTP, "case", "list"),))], ids=["app", "command"])
def test_no_python_prompt_opens_on_what_was_unlocked(
    home: Path, phrase_file: Path, command: tuple[str, ...]
) -> None:
    asked = {"PYTHONINSPECT": "1", "LNCTP_PASSPHRASE_FILE": str(phrase_file)}
    with PtyApp(*command, home=home, environment=asked) as app:
        if command == LNCTP:
            app.unlock().see("Escritorio").settle().press("ctrl+q")
        assert app.end() == 0
        assert ">>>" not in app.text


def test_no_key_is_taken_from_inside_a_paste(home: Path, database: Any) -> None:
    kept = []
    with in_a_call(home) as app:
        for name, sequence in (("f9", "\x1b[20~"), ("f3", "\x1bOR"), ("esc", "\x1b"), ("paste", "\x1b[200~")):
            app.paste(f"uno {sequence} dos\r\ntres [@click=app.lock]x[/] {name};").see(f"{name};")
            kept.append(f"uno {sequence} dos\ntres [@click=app.lock]x[/] {name};".replace("\x1b", "�"))
            app.until(lambda: narrative(database) == "".join(kept), f"the whole paste with {name} on disk")

"""A laptop that sleeps, shuts down or loses its window while the disk takes nothing: nothing typed is lost."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counts import in_soak
from pty_app import PHRASE, PtyApp

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import emergency, vault

TYPED = "CANARIO7Q dicho mientras el disco no contesta"


@pytest.fixture
def database(home: Path) -> Any:
    """Another program's connection to the same database, which it can hold."""
    connection = engine.connect(home / paths.DATABASE, vault.unlock(home, PHRASE).dek)
    yield connection
    connection.close()


def wait_for_end(process: int) -> None:
    handle = os.pidfd_open(process)
    assert select.select([handle], [], [], 20)[0], "the process with the key runs on"
    os.close(handle)


def narrative(connection: Any) -> str:
    return str(connection.execute("SELECT narrative FROM contacts").fetchone()[0])


def sleeps(app: PtyApp) -> None:
    """Stopped, as by Ctrl+Z's signal or a suspend that stops each process first."""
    os.kill(app.workers[-1], signal.SIGSTOP)


def shuts_down(app: PtyApp) -> None:
    os.kill(app.child.pid, signal.SIGTERM)


def launcher_dies(app: PtyApp) -> None:
    os.kill(app.child.pid, signal.SIGKILL)


WAYS = [sleeps, PtyApp.close_window, *in_soak(shuts_down, launcher_dies)]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_could_not_be_written_is_sealed_and_comes_back(
    home: Path, database: Any, way: Callable[[PtyApp], None]
) -> None:
    with PtyApp(home=home, rows=34, columns=120) as app:
        app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()
        app.send("Antes. ").until(lambda: narrative(database) == "Antes. ", "the first words on disk")
        database.execute("BEGIN IMMEDIATE")
        app.send(TYPED).see("CANARIO7Q", "no contesta")
        worker = app.workers[-1]
        way(app)
        wait_for_end(worker)
        (journal,) = emergency.waiting(home)
        assert b"CANARIO7Q" not in journal.read_bytes()
        assert database.in_transaction
        database.execute("ROLLBACK")
        assert narrative(database) == "Antes. "
        if way is sleeps:
            app.see("Frase", "está sellado").unlock().see("Se recuper")
    if way is not sleeps:
        with PtyApp(home=home, rows=34, columns=120) as app:
            app.unlock().see("Se recuper")
    assert narrative(database) == f"Antes. {TYPED}"
    assert not emergency.waiting(home)


def test_an_end_that_had_to_seal_says_so_and_is_an_end(home: Path, database: Any) -> None:
    with PtyApp(home=home, rows=34, columns=120) as app:
        app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()
        app.send("Antes. ").until(lambda: narrative(database) == "Antes. ", "the first words on disk")
        database.execute("BEGIN IMMEDIATE")
        app.send(TYPED).see("CANARIO7Q", "no contesta").press("ctrl+q").see("otra vez").press("ctrl+q")
        assert app.end() == 0
        assert "está sellado junto a ella" in " ".join(app.text.split())
    database.execute("ROLLBACK")
    with PtyApp(home=home, rows=34, columns=120) as app:
        app.unlock().see("Se recuper")
    assert narrative(database) == f"Antes. {TYPED}"

"""What a person meets around the call: a second window, a full disk, a locked folder, a tiny terminal."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from counts import in_soak, often
from pty_app import KEYS, LNCTP, PHRASE, PtyApp, lnctp

from lnctp_tui.services.vault.workspace import open_store
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.protocol import protocol_loader
from lnctp_tui.storage.vault import vault

WITHOUT_ROOTS_WAY = (
    "import ctypes, os, sys\n"
    "for capability in (1, 2): ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)\n"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Starts a command for which file modes count, also when the tests run as root (capabilities(7): 1, 2)."""


def in_a_call(app: PtyApp) -> PtyApp:
    """Unlocks and starts a call; the cursor is in the narrative."""
    return app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()


def saved(app: PtyApp) -> PtyApp:
    """Waits out the second that the disk is given, and for its mark."""
    return app.rest(1.2).see("✓ guardado")


def narratives(home: Path, phrase_file: Path) -> list[str]:
    """The narratives of all calls, as another program reads them."""
    calls = json.loads(lnctp(home, phrase_file, "call", "list", "--json"))
    return [call["narrative"] for call in calls]


def test_a_second_instance_on_the_same_vault_is_refused_and_the_first_goes_on(home: Path) -> None:
    with PtyApp(home=home) as first:
        in_a_call(first).send("La primera sigue")
        with PtyApp(home=home) as second:
            second.see("abiert")
            assert second.end() == 1
            assert "Traceback" not in second.text
        first.send(" escribiendo").see("La primera sigue escribiendo")


def test_a_terminal_made_tiny_and_large_again_loses_nothing(home: Path, phrase_file: Path) -> None:
    with PtyApp(home=home) as app:
        in_a_call(app).send("Antes ").settle()
        app.resize(5, 20).settle().send("durante ").settle().resize(24, 80).settle().send("y luego")
        saved(app.see("Antes durante y luego"))
        app.kill()
    assert narratives(home, phrase_file) == ["Antes durante y luego"]


def test_a_full_disk_is_told_keeps_the_text_and_heals(home: Path, phrase_file: Path) -> None:
    with PtyApp(home=home) as app:
        saved(in_a_call(app).send("Uno. ").settle())
        worker = app.workers[-1]
        # Of no file a byte: a log that was folded in meanwhile begins anew and needs no more room.
        _, hard = resource.prlimit(worker, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        app.send("Dos con el disco lleno. ").see("sin guardar", "Dos con el disco lleno.")
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (hard, hard))
        app.gone("sin guardar").see("✓ guardado", "Dos con el disco lleno.")
        app.kill()
    assert [each.strip() for each in narratives(home, phrase_file)] == ["Uno. Dos con el disco lleno."]


def test_a_read_only_folder_is_told_and_left_as_it_is(home: Path, phrase_file: Path) -> None:
    before = contents(home)
    home.chmod(0o500)
    try:
        with PtyApp(sys.executable, "-c", WITHOUT_ROOTS_WAY, *LNCTP, home=home) as app:
            app.unlock().see("Escritorio", "NO SE ESTÁ GUARDANDO", "solo lectura").settle()
            app.press("n").see("Relato", "NO SE ESTÁ GUARDANDO").settle()
            app.send("Se escribe igual.").see("Se escribe igual.", "sin guardar")
            app.press("ctrl+l").see("Falta guardar:", "relato")
            assert "Se escribe igual." not in app.text
            app.press("enter", "enter").press("f4").see("PERDER").press("enter", "enter").settle()
            app.send("perder\r").see("Frase", "no se pudo guardar")
    finally:
        home.chmod(0o700)
    assert contents(home) == before
    assert narratives(home, phrase_file) == []


def contents(home: Path) -> dict[str, bytes]:
    """Every file of the data folder but the claim on it."""
    files = (path for path in home.iterdir() if path.is_file() and path.suffix != ".lock")
    return {path.name: path.read_bytes() for path in files}


def test_a_clock_set_back_a_day_keeps_the_order_of_what_was_written(home: Path) -> None:
    store = open_store(home, vault.unlock(home, PHRASE), protocol=protocol_loader.load())
    case, today = ids.new_id(), instants.now()
    for moment, text in ((today, "primero"), (today - timedelta(days=1), "segundo"), (today, "tercero")):
        store.now = lambda moment=moment: moment
        with store.write() as unit:
            unit.record("cases", case, {"summary": text})
    with store.read() as connection:
        written = connection.exec_driver_sql(
            'SELECT patch FROM changes WHERE "table" = ? ORDER BY hlc', ("cases",)
        ).scalars()
        assert [json.loads(patch)["summary"] for patch in written] == ["primero", "segundo", "tercero"]
        assert connection.exec_driver_sql("SELECT summary FROM cases").scalar() == "tercero"
    store.close()


def test_a_lock_blanks_the_screen_ends_the_process_and_comes_back_to_the_field(home: Path) -> None:
    with PtyApp(home=home) as app:
        in_a_call(app).send("A media palab")
        worker = app.workers[-1]
        app.press("ctrl+l").see("Frase")
        assert "palab" not in app.text
        assert worker not in app.workers
        app.unlock().see("A media palab").settle().send("ra").see("A media palabra")


@pytest.mark.parametrize("busy", [often(6, 2), *in_soak(0)])
def test_a_burst_after_f3_ends_in_the_field_that_was_named(home: Path, phrase_file: Path, busy: int) -> None:
    with PtyApp(home=home, deadline=60) as app:
        in_a_call(app)
        spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(busy)]
        try:
            app.send(KEYS["f3"] + "palabra clave\rsandía").until(
                lambda: re.search(r"Palabra clave +sandía", app.text), "sandía in its field"
            )
        finally:
            for each in spinning:
                each.kill()
                each.wait()
        saved(app)
        app.kill()
    assert narratives(home, phrase_file) == [""]

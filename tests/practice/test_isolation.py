"""Nothing of a practice reaches a real vault or a server, and no practice runs beside a real call."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from domain_fixtures import protocol
from pty_app import LNCTP, PtyApp
from server_office import Laptop, statuses
from sqlalchemy import text

from lnctp_tui import app_practice, launcher
from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.records.document import empty
from lnctp_tui.errors import Denied, VaultBusy
from lnctp_tui.server.admin.enrol import Enrolment
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.exchange.importing import document_form
from lnctp_tui.services.practice import throw_away, tries
from lnctp_tui.services.vault import demo
from lnctp_tui.services.vault.vault_access import Key
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, paths

CANARY = "canarioimaginario"
WALLED = """
import socket
from lnctp_tui.storage import practice_walls
practice_walls.stand()
for name in practice_walls.FORBIDDEN:
    try:
        __import__(name)
    except ImportError:
        continue
    raise SystemExit(name)
for door in (lambda: socket.socket().connect(("127.0.0.1", 9)), lambda: socket.getaddrinfo("localhost", 9)):
    try:
        door()
    except PermissionError:
        continue
    raise SystemExit("a connection was let out")
"""


@pytest.fixture
def practising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    for name, number in throw_away.make(tmp_path / "data", name="Práctica", language="es").items():
        monkeypatch.setenv(name, number)
    key = demo.handed_key()
    assert isinstance(key, Key)
    return open_workspace(tmp_path / "data", key, protocol=protocol())


def test_a_practice_vault_is_marked_and_its_batch_is_refused(practising: Workspace, pool: Pool) -> None:
    intake = Intake.start(practising)
    intake.open_case()
    intake.set(intake.contact, {"narrative": CANARY})
    assert practising.writer.drain(10)
    assert str(intake.folio).startswith(mark.FOLIOS)
    with practising.store.read() as connection:
        changes = [dict(row) for row in connection.execute(text("SELECT * FROM changes")).mappings()]
    practising.close()
    assert changes
    assert all(mark.of_change(change) for change in changes)
    ana = Laptop(pool, "ana")
    forged = [ana.case(summary=CANARY) | {"device": change["device"]} for change in changes[:2]]
    assert statuses(ana.push(*forged)) == [("refused", check.PRACTICE)] * 2


def test_a_document_of_a_practice_is_not_imported() -> None:
    for document in (
        empty() | {"practice": True},
        empty() | {"case": {"id": "c", "folio": "PRAC-0001-X"}},
    ):
        _read, problems = document_form.read(document, protocol())
        assert [problem.reason for problem in problems] == ["practice"]


def test_the_walls_let_nothing_in_that_synchronises_and_nothing_out() -> None:
    subprocess.run([sys.executable, "-c", WALLED], check=True)


def test_a_whole_practice_call_by_keys_leaves_no_trace(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    app = PtyApp(*LNCTP, "practice", "broma", home=home, environment={"TMPDIR": str(tmp_path)}, deadline=60)
    with app:
        app.see("PRÁCTICA", "Se oye: (risas")
        with pytest.raises(VaultBusy):  # so no real call is open beside it, and none can be interrupted
            paths.Instance(home)
        app.press("ctrl+t").see("Digo:")
        app.send("puede hablar con seguridad").press("enter").see("diez")
        app.send(f"que pasa {CANARY}").press("enter").see("PRÁCTICA", "pizza")
        app.press("escape").gone("Digo:").press("escape").send("7").see("broma")
        app.press("f9").see("PRÁCTICA", "mínimo está completo").press("f9")
        app.see("PRÁCTICA", "Puntos", "Peligro").press("escape")
        app.until(lambda: not list(tmp_path.glob("lnctp-practice-*")), "the folder is gone")
    (row,) = tries.earlier(home)
    assert row["scenario"] == "broma"
    assert row["points"] > 85
    assert not [file for file in home.rglob("*") if CANARY.encode() in file.read_bytes()]
    assert sorted(file.name for file in home.iterdir()) == [paths.LOCK, tries.FILE]


def test_practice_beside_an_open_app_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with paths.Instance(home):
        app = PtyApp(
            *LNCTP, "practice", "broma", home=home, environment={"TMPDIR": str(tmp_path)}, deadline=60
        )
        with app:
            assert app.end() == 1
            assert "PRÁCTICA" not in app.text
    assert not list(tmp_path.glob("lnctp-practice-*"))


def test_no_practice_worker_opens_a_vault_that_nobody_handed_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LNCTP_PRACTICE", "broma")
    monkeypatch.delenv(demo.PIPE, raising=False)
    assert app_practice.run() == launcher.QUIT


def test_no_practice_device_is_enrolled(pool: Pool) -> None:
    message: Any = SimpleNamespace(device=mark.device_id(ids.new_id()))
    with pytest.raises(Denied, match="forbidden"):
        Enrolment("main", message, datetime(2026, 11, 30, tzinfo=UTC)).carry_out(pool)

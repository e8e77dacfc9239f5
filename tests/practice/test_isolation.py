"""Nothing of a practice reaches a real vault or a server, and no practice runs beside a real call."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from counts import in_soak
from domain_fixtures import protocol
from nacl.public import PrivateKey, SealedBox
from pty_app import LNCTP, PtyApp
from server_office import Laptop, statuses
from sqlalchemy import text
from workspaces import Founded

from lnctp_tui import app_practice, launcher
from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.records.document import empty
from lnctp_tui.errors import Denied, VaultBusy
from lnctp_tui.server.admin.enrol import Enrolment
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.exchange.importing import document_form
from lnctp_tui.services.practice import sharing, throw_away, tries
from lnctp_tui.services.vault import demo
from lnctp_tui.services.vault.vault_access import Key
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, paths
from lnctp_tui.storage.replication import eviction

CANARY = "canarioimaginario"
FORGED = "".join(
    f"{line}\n"
    for line in (
        "[" * 100_000, '{"scenario": "\u202ebroma", "points": 1, "share": true}', '{"scenario": 1, "points": 1}',
    )
)  # fmt: skip
"""Results of nobody: whoever has the laptop may write the file."""
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


@pytest.mark.parametrize("size", [(24, 80), *in_soak(((40, 130),))])
def test_a_whole_practice_call_by_keys_leaves_no_trace(tmp_path: Path, size: tuple[int, int]) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    key = PrivateKey.generate()
    (home / tries.KEY).write_text(bytes(key.public_key).hex(), encoding="ascii")
    app = PtyApp(
        *LNCTP,
        "practice",
        "broma",
        home=home,
        environment={"TMPDIR": str(tmp_path)},
        deadline=60,
        rows=size[0],
        columns=size[1],
    )
    with app:
        app.see("PRÁCTICA", "Recorrido 1 de 5").press("enter").see("Recorrido 2 de 5")
        app.send("Son niños").see("PRÁCTICA", "Se oye: (risas", " Son niños")
        with pytest.raises(VaultBusy):  # so no real call is open beside it, and none can be interrupted
            paths.Instance(home)
        app.press("ctrl+t").see("Digo:")
        app.send("puede hablar con seguridad").press("enter").see("diez")
        app.send(f"que pasa {CANARY}").press("enter").see("PRÁCTICA", "pizza")
        app.press("escape").gone("Digo:").press("escape").send("7").see("broma")
        app.press("f9").see("PRÁCTICA", "mínimo está completo").press("f9")
        app.see("PRÁCTICA", "Puntos", "Peligro").send("t").see("Digo: puede hablar con seguridad")
        app.send("a").see("Mirar").press("enter").see("Escuchar").press("escape", "escape")
        app.until(lambda: not list(tmp_path.glob("lnctp-practice-*")), "the folder is gone")
    (sealed,) = (home / tries.FILE).read_text(encoding="ascii").splitlines()
    opened = SealedBox(key).decrypt(bytes.fromhex(sealed))
    row = json.loads(opened)
    assert row["scenario"] == "broma"
    assert row["points"] > 85
    assert CANARY.encode() not in opened
    assert not [file for file in home.rglob("*") if CANARY.encode() in file.read_bytes()]
    assert sorted(file.name for file in home.iterdir()) == [paths.LOCK, tries.KEY, tries.FILE]


def test_results_are_sealed_taken_in_apart_from_cases_and_gone_with_a_wipe(office: Founded) -> None:
    home, secret = office.home, {"scenario": "broma", "points": 61, "on": "2026-03-12", "share": True}
    opened = open_workspace(home, office.key)
    opened.close()
    assert tries.keep(home, secret)
    assert b"broma" not in (home / tries.FILE).read_bytes()
    with (home / tries.FILE).open("a", encoding="utf-8") as file:
        file.write("00ff\nno es nada\n" + FORGED)  # whoever has the laptop may write there
    (home / tries.PLAIN).write_text(
        FORGED + json.dumps({**secret, "points": 34, "share": False}) + "\n", encoding="utf-8"
    )
    again = open_workspace(home, office.key)
    try:
        assert sorted(row["points"] for row in tries.earlier(again.store, "broma")) == [34, 61]
        assert tries.earlier(again.store, "motel-ana") == []
        assert [row["points"] for row in sharing.shared(again.store)] == [61]
        assert not (home / tries.FILE).exists()
        assert not (home / tries.PLAIN).exists()
        with again.store.write() as unit:
            assert unit.connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 0
            query = 'SELECT DISTINCT "table" FROM changes WHERE patch LIKE ?'
            sent = unit.connection.exec_driver_sql(query, ("%broma%",)).scalars()
            assert [*sent] == ["practice_shares"], "what was sent, and nothing else"
        again.keep_draft("line:task.why:c/t", CANARY)
        assert again.writer.drain(5)
        with again.store.write() as unit:
            eviction.wipe(unit.connection)
            kept = unit.connection.exec_driver_sql(
                "SELECT count(*) FROM sync_state WHERE value LIKE ?", (f"%{CANARY}%",)
            )
            assert kept.scalar() == 0, "nor what somebody began to type"
        assert tries.earlier(again.store) == []
    finally:
        again.close()


def test_without_a_vault_that_left_its_key_nothing_is_kept_in_plain(tmp_path: Path) -> None:
    assert not tries.keep(tmp_path, {"scenario": "broma", "points": 1})
    assert list(tmp_path.iterdir()) == []


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

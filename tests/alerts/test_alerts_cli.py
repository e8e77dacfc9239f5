"""`lnctp alerts` and `lnctp board` of a laptop, against a running server."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from nacl.signing import VerifyKey
from ran import Ran
from reported import NOW, Case, store, weeks
from served import Served

from lnctp_tui.cli import main
from lnctp_tui.domain.alerts import bulletin
from lnctp_tui.domain.values import folio
from lnctp_tui.errors import SyncFailed
from lnctp_tui.i18n import of_alerts
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.services.sync import alert_requests

pytestmark = pytest.mark.usefixtures("quick_new_keys")
FOLIO = folio.make("ZZZZ", 1)


@pytest.fixture
def run(
    made_vault: Path, phrase_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., Ran]:  # fmt: skip
    home = Path(shutil.copytree(made_vault, tmp_path / "laptop"))
    monkeypatch.setenv("LNCTP_HOME", str(home))
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))

    def command(*arguments: str) -> Ran:
        capfd.readouterr()
        code = main(arguments)
        said = capfd.readouterr()
        return Ran(code, said.out, said.err)

    return command


def enrol(served: Served, run: Callable[..., Ran], role: str) -> str:
    """Makes the laptop an active one of this role; its person."""
    _, code = served.person(role)
    with served.office() as office:
        before = {device.id for device in office.devices()}
    assert run("enroll", served.url, code).code == 0
    with served.office() as office:
        (device,) = (device for device in office.devices() if device.id not in before)
        office.set_state(device, "active")
    assert run("sync", "--once").code == 0
    return device.person


def test_a_supervisor_lists_looks_mutes_and_opens_the_board_and_a_counselor_only_lists(
    served: Served, run: Callable[..., Ran], tmp_path: Path
) -> None:
    person = enrol(served, run, "supervisor")
    assert "aún no mira los avisos" in run("alerts", "list").out
    with database.pool(served.database) as pool:
        store(pool, weeks(3))
        store(pool, [Case(venue="barberia", columns={"folio": FOLIO}) for _ in range(4)])
        weekly.run(pool, "main", NOW)
    listed = run("alerts", "list").out
    assert "Barbería" in listed
    assert "4 de" in listed
    assert FOLIO not in listed
    (alert,) = json.loads(run("--json", "alerts", "list").out)["alerts"]
    shown = run("alerts", "show", alert["id"][-8:]).out
    assert shown.count(FOLIO) == 4
    refused = run("alerts", "mute", alert["id"], "--reason", "porque sí", "--text", "x")
    assert (refused.code, "los motivos son: campaña" in refused.err) == (2, True)
    muted = run("alerts", "mute", alert["id"], "--reason", "Campaña", "--text", "Semana contra la trata")
    assert muted.out.startswith("Silenciado hasta ")
    assert "Ningún aviso." in run("alerts", "list").out
    assert "campaña" in run("alerts", "list", "--all").out
    assert "Semana contra la trata" in run("alerts", "show", alert["id"]).out
    assert run("alerts", "unmute", alert["id"]).code == 0
    assert run("alerts", "show", "nada").code == 2
    writes_a_bulletin(served, run, alert["id"], tmp_path)
    address = json.loads(run("--json", "board", "open").out)["url"]
    assert re.fullmatch(re.escape(served.url) + "/entrar/[0-9a-f]{32}", address)
    assert "<button" in httpx.get(address, trust_env=False).text
    assert address.rpartition("/")[0] in run("board", "open").out

    with served.office() as office:
        office.set_role(office.person(person), "counselor")
    assert "Barbería" in run("alerts", "list").out
    assert FOLIO not in run("alerts", "show", alert["id"]).out
    for command in (("board", "open"), ("alerts", "unmute", alert["id"])):
        assert run(*command).code == 1


def writes_a_bulletin(served: Served, run: Callable[..., Ran], alert: str, folder: Path) -> None:
    """Of four reports none; of six one, in both languages, with published numbers; noted before it is there."""
    assert "menos de 5 reportes" in run("alerts", "bulletin", alert).err
    with database.connect(served.database) as connection, database.transaction(connection, "main", SERVE):
        connection.execute("UPDATE alerts SET x = 6")
    shown = run("--json", "alerts", "bulletin", alert)
    text, mark = shown.json["text"], shown.json["sheet"]
    assert shown.code == 1
    assert "Barbería" in text
    assert "Barber shop" in text
    assert "noviembre de 2026" in text
    assert FOLIO not in text
    assert set(re.findall(r"\d+", text)) == {"2026", "800", "5533", "000", "24"}
    assert run("alerts", "bulletin", alert, "--sheet", "0" * 12, "--out", str(folder / "b.txt")).code == 1
    edited = folder / "editado.txt"
    edited.write_text(text + "Van ٦ casos.\n", encoding="utf-8")
    mark_of_it = run("--json", "alerts", "bulletin", alert, "--text", str(edited)).json["sheet"]
    refused = run(
        "alerts",
        "bulletin",
        alert,
        "--text",
        str(edited),
        "--sheet",
        mark_of_it,
        "--out",
        str(folder / "b.txt"),
    )
    assert "no se han publicado: 6" in refused.err
    assert not (folder / "b.txt").exists()
    assert run("alerts", "bulletin", alert, "--sheet", mark, "--out", str(folder / "b.txt")).code == 0
    content = (folder / "b.txt").read_bytes()
    assert content.decode() == text
    kind, public, signature = (folder / "b.txt.sig").read_text("ascii").split()
    digest = hashlib.sha256(content).digest()
    VerifyKey(bytes.fromhex(public)).verify(alert_requests.SIGNED + digest, bytes.fromhex(signature))
    assert kind == "ed25519"
    with database.connect(served.database) as connection, database.transaction(connection, "main", SERVE):
        noted = connection.execute("SELECT action FROM audit WHERE action LIKE 'alert.bulletin%'").fetchall()
    assert noted == [(f"alert.bulletin:{digest.hex()}",)]


@pytest.mark.parametrize(
    ("text", "foreign"),
    [("Van 5 de 12.", []), ("Van 6 de 12", ["6"]), ("Van ６", ["6"]), ("Van ٦", ["6"]), ("Van 1.204", ["1", "204"]),
     ("Van ⑥", ["6"]), ("Van 12 y 120", ["120"]), ("", [])],
)  # fmt: skip
def test_a_bulletin_has_no_number_of_its_own(text: str, foreign: list[str]) -> None:
    assert bulletin.foreign_numbers(text, "5 y 12") == foreign


@pytest.mark.parametrize(
    ("x", "listed", "closed", "may"),
    [(5, True, False, True), (4, True, False, False), (9, False, False, False), (9, True, True, False)],
)
def test_what_may_be_told(x: int, listed: bool, closed: bool, may: bool) -> None:
    assert bulletin.may_say(x, listed=listed, closed=closed) is may


@pytest.mark.parametrize("family", alert_requests.CATALOGS)
def test_a_bulletin_has_words_for_every_family_and_its_published_number(family: str) -> None:
    figure = {"edition": "2019-k5", "start": "2019-01-01", "end": "2019-12-31", "count": 44}
    for language in (0, 1):
        text = of_alerts.sheet(language, "2026-11-23", family, "QUÉ", "DÓNDE", None, figure)
        assert "{" not in text
        assert "QUÉ" in text
        assert "44" in text


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"path": "https://otro.example.org/entrar/" + "0" * 32},
        {"path": "/entrar/\x1b]8;;http://x"},
        {"path": 7},
    ],
)
def test_no_other_address_is_opened_than_the_servers_own(answer: dict[str, object]) -> None:
    with pytest.raises(SyncFailed, match="not_a_server"):
        alert_requests.address("https://lnctp.example.org", answer)
    door = {"path": "/entrar/" + "0" * 32}
    assert (
        alert_requests.address("https://lnctp.example.org/", door)
        == f"https://lnctp.example.org{door['path']}"
    )


def test_what_a_server_says_of_alerts_is_read_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    good = {"id": "a", "family": "venue", "code": "~", "origin": "", "since": "", "last": "", "x": 3, "of": 4,
            "before": 0, "of_before": 9, "weeks": 2, "ratio": 6.5, "closed": False}  # fmt: skip
    rows = [good, None, 7, {}, good | {"x": "muchos"}, good | {"cases": [None]}, good | {"ratio": None}]
    monkeypatch.setattr(alert_requests, "ask", lambda *_: {"alerts": rows, "history": "x", "enough": 1})
    found = alert_requests.alerts(None)  # type: ignore[arg-type]
    assert [line.id for line in found.lines] == ["a"]
    assert (found.history, found.enough, found.week) == (0, False, None)

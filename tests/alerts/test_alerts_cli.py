"""`lnctp alerts` and `lnctp board` of a laptop, against a running server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from ran import Ran
from reported import NOW, Case, store, weeks
from served import Served

from lnctp_tui.cli import main
from lnctp_tui.domain.values import folio
from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.postgres import database
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
    assert run("enroll", served.url, code).code == 0
    with served.office() as office:
        (device,) = office.devices()
        office.set_state(device, "active")
    assert run("sync", "--once").code == 0
    return device.person


def test_a_supervisor_lists_looks_mutes_and_opens_the_board_and_a_counselor_only_lists(
    served: Served, run: Callable[..., Ran]
) -> None:
    person = enrol(served, run, "supervisor")
    assert "aún no mira los avisos" in run("alerts", "list").out
    with database.pool(served.database) as pool:
        store(pool, weeks(4))
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
    monkeypatch.setattr(alert_requests, "_ask", lambda *_: {"alerts": rows, "history": "x", "enough": 1})
    found = alert_requests.alerts(None)  # type: ignore[arg-type]
    assert [line.id for line in found.lines] == ["a"]
    assert (found.history, found.enough, found.week) == (0, False, None)

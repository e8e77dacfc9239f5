"""`lnctp enroll`, `sync` and `status` against the running server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pty_app import lnctp
from served import Served

from lnctp_tui.cli import main


def test_a_laptop_enrols_and_synchronises_from_the_command_line(
    home: Path,
    phrase_file: Path,
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(home))
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))

    def run(*arguments: str) -> str:
        capfd.readouterr()
        assert main(arguments) == 0
        return capfd.readouterr().out

    code = served.person()[1]
    said = json.loads(run("--json", "enroll", served.url, code))
    assert said["state"] == "pending"
    assert len(said["fingerprint"]) == 6
    status = json.loads(run("--json", "status"))
    assert (status["status"]["state"], status["fingerprint"]) == ("pending", said["fingerprint"])
    with served.office() as office:
        (device,) = office.devices()
        office.approve(device, " ".join(said["fingerprint"]))
    done = json.loads(lnctp(home, phrase_file, "--json", "sync", "--once"))
    assert done["status"]["waiting"] == 0
    assert done["status"]["state"] == "active"
    assert "active" not in run("status")

"""`lnctp enroll`, `sync` and `status` against the running server."""

from __future__ import annotations

import json
from pathlib import Path

from pty_app import lnctp
from served import Served


def test_a_laptop_enrols_and_synchronises_from_the_command_line(
    home: Path, phrase_file: Path, served: Served
) -> None:
    code = served.person()[1]
    said = json.loads(lnctp(home, phrase_file, "--json", "enroll", served.url, code))
    assert said["state"] == "pending"
    assert len(said["fingerprint"]) == 6
    status = json.loads(lnctp(home, phrase_file, "--json", "status"))
    assert (status["status"]["state"], status["fingerprint"]) == ("pending", said["fingerprint"])
    with served.office() as office:
        (device,) = office.devices()
        office.approve(device, " ".join(said["fingerprint"]))
    done = json.loads(lnctp(home, phrase_file, "--json", "sync", "--once"))
    assert done["status"]["waiting"] == 0
    assert done["status"]["state"] == "active"
    assert "active" not in lnctp(home, phrase_file, "status")

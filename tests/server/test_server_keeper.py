"""The embedded PostgreSQL under a running server is started again; `test_sync_crash` kills a real one."""

from __future__ import annotations

import json
import logging
import tempfile
import threading
from pathlib import Path

import pytest

from lnctp_tui.server.http import logs
from lnctp_tui.server.postgres.database_watchdog import LONGEST, DatabaseWatchdog
from lnctp_tui.server.postgres.embedded import Embedded


class Pauses(threading.Event):
    """Counts what the watchdog would wait, and lets it look so often."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.seconds = most, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.seconds.append(timeout)
        return len(self.seconds) > self.most


def test_a_database_that_does_not_start_is_tried_ever_more_rarely_and_never_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sockets = str(Path(tempfile.gettempdir()) / "none")  # a socket's path is short
    watchdog = DatabaseWatchdog(Embedded(tmp_path, sockets, 5432, {"lnctp_app": "secreto"}))
    watchdog._over = pauses = Pauses(7)  # looks once, tries six times
    with caplog.at_level(logging.INFO):
        watchdog.run()
    assert pauses.seconds == [1, 0, 1, 3, 7, 15, LONGEST, LONGEST, 1]
    assert not (tmp_path / "data").exists()
    told = [json.loads(logs.Lines().format(each)) for each in caplog.records if each.name == "lnctp"]
    assert [each["event"] for each in told] == ["database_died", *["database_down"] * 6]
    assert set().union(*told) == {"at", "level", "event", "error"}
    assert {each.get("error", "")[:15] for each in told} == {"", "embedded_failed"}

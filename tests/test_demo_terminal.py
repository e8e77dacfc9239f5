"""`lnctp demo` in a real terminal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from pty_app import LNCTP, PtyApp


@pytest.mark.parametrize("ending", ["ended", "killed"])
def test_the_demo_opens_on_the_desk_and_leaves_nothing(ending: str, tmp_path: Path) -> None:
    app = PtyApp(*LNCTP, "demo", environment={"TMPDIR": str(tmp_path)}, deadline=60)
    with app:
        app.see("120 personas")
        assert [each.name for each in tmp_path.glob("lnctp-demo-*/data/vault.json")]
        if ending == "killed":
            os.kill(app.child.pid, signal.SIGKILL)
        else:
            app.child.kill(signal.SIGTERM)
        app.until(lambda: not list(tmp_path.glob("lnctp-demo-*")), "the folder is gone")

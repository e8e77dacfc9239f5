"""`lnctp demo` in a real terminal."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from counts import in_soak
from pty_app import LNCTP, PtyApp

POSTMASTER = "lnctp-demo-*/server/data/postmaster.pid"


@pytest.mark.parametrize("ending", ["ended", *in_soak("killed")])
def test_the_demo_opens_on_the_desk_and_leaves_nothing(ending: str, tmp_path: Path) -> None:
    app = PtyApp(*LNCTP, "demo", "--alone", environment={"TMPDIR": str(tmp_path)}, deadline=60)
    with app:
        app.see("120 personas")
        app.see("sin servidor")
        assert [each.name for each in tmp_path.glob("lnctp-demo-*/data/vault.json")]
        if ending == "killed":
            os.kill(app.child.pid, signal.SIGKILL)
        else:
            app.child.kill(signal.SIGTERM)
        app.until(lambda: not list(tmp_path.glob("lnctp-demo-*")), "the folder is gone")


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder for temporary files through which PostgreSQL's own user can pass when root runs the tests."""
    with TemporaryDirectory(prefix="lnctp-tmp-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def test_a_colleague_works_on_the_same_cases(passable: Path) -> None:
    with PtyApp(*LNCTP, "demo", environment={"TMPDIR": str(passable)}, deadline=180) as app:
        app.see("falta decidir", "todo enviado")
        app.see("Vecina avisa", "1 caso ofrecido")
        app.child.kill(signal.SIGTERM)
        app.until(lambda: not list(passable.glob("lnctp-demo-*")), "the folder is gone")


def test_a_demo_that_is_killed_leaves_neither_server_nor_folder(passable: Path) -> None:
    with PtyApp(*LNCTP, "demo", environment={"TMPDIR": str(passable)}, deadline=180) as app:
        app.until(lambda: list(passable.glob(POSTMASTER)), "PostgreSQL runs")
        app.see("120 personas")
        os.kill(app.child.pid, signal.SIGKILL)
        app.until(lambda: not list(passable.glob("lnctp-demo-*")), "the folder is gone")

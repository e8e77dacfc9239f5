"""The copies that run the tests: each test once, with what it said; a process that dies is a test that failed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import abreast
import pytest

TESTS = """
import os, signal, warnings
import pytest

@pytest.fixture(scope="session")
def lasting():
    yield
    print("put away at the end of " + os.environ["PYTEST_XDIST_WORKER"])

def test_well(lasting, tmp_path): (tmp_path / "own").touch()
def test_killed(): os.kill(os.getpid(), signal.SIGKILL)
def test_wrong(capfd):
    print("taken"); assert capfd.readouterr().out == "taken\\n"
    print("said before it failed")
    assert 1 == 2
@pytest.mark.skip(reason="no part of it")
def test_left_out(): ...
def test_ends(): os._exit(3)
def test_warns(lasting): warnings.warn("beware of this")
def test_badly_put_away(request): request.addfinalizer(lambda: 1 / 0)
"""
INHERITED = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_CURRENT_TEST")


@pytest.mark.skipif(sys.platform == "win32", reason="no process is copied there")
def test_each_is_run_once_and_told_and_a_death_is_a_failure_of_its_test(tmp_path: Path) -> None:
    for name in ("test_a", "test_b"):
        (tmp_path / f"{name}.py").write_text(TESTS)
    told = {name: value for name, value in os.environ.items() if name not in INHERITED}
    told |= {"PYTHONPATH": str(Path(abreast.__file__).parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    options = ["-p", "abreast", "-p", "no:cacheprovider", "--copies=2", "-rA", "--rootdir", "."]
    command = [sys.executable, "-m", "pytest", *options]
    ran = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True)
    assert ran.returncode == 1, ran.stderr
    ended = re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", ran.stdout, re.MULTILINE)
    passed = [
        f"{file}::test_{name}"
        for file in ("test_a.py", "test_b.py")
        for name in ("badly_put_away", "warns", "well")
    ]
    failed = [
        f"{file}::test_{name}" for file in ("test_a.py", "test_b.py") for name in ("ends", "killed", "wrong")
    ]
    assert sorted(name for how, name in ended if how == "PASSED") == passed
    assert sorted(name for how, name in ended if how == "FAILED") == failed
    assert sorted(name for how, name in ended if how == "ERROR") == [
        f"test_{each}.py::test_badly_put_away" for each in "ab"
    ]
    for said in (
        "signal SIGKILL",
        "exit code 3",
        "said before it failed",
        "assert 1 == 2",
        "beware of this",
        "2 skipped",
    ):
        assert said in ran.stdout, said


def test_all_places_are_handed_out_once_files_together_and_the_quick_last() -> None:
    class Item:
        def __init__(self, path: str) -> None:
            self.path = Path(path)

    files = {"domain/test_a.py": 30, "sync/test_sync_crash.py": 3, "house/test_i18n.py": 2, "sync/test_b.py": 50,
             "terminal/test_crash.py": 1}  # fmt: skip
    items = [Item(path) for path, count in files.items() for _ in range(count)]
    pieces = abreast.pieces(items)  # type: ignore[arg-type]
    assert sorted(place for piece in pieces for place in piece) == list(range(len(items)))
    assert all(piece == sorted(piece) and len(piece) <= abreast.MOST for piece in pieces)
    order = list(dict.fromkeys(str(items[piece[0]].path) for piece in pieces))
    assert order == [
        "house/test_i18n.py",
        "terminal/test_crash.py",
        "sync/test_sync_crash.py",
        "sync/test_b.py",
        "domain/test_a.py",
    ]

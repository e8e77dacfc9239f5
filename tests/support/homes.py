"""The person's folders stay out of it: every test has empty ones of its own, and the run ends with a look at theirs.

A plugin of pytest. The folders are set before any test is collected, so that what a test starts, in whatever way,
inherits them; the workers of xdist inherit the ones of the process that started them.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))  # for dev.py, which no package holds

from pty_app import KEPT  # noqa: E402

import dev  # noqa: E402
from lnctp_tui import i18n  # noqa: E402

THEIRS = "LNCTP_TESTS_THEIR_HOMES"
"""The person's own homes, for the processes below the first."""
LOOKED_INTO = (
    "", ".config", ".cache", ".local", ".local/share", ".local/state", "AppData/Roaming", "AppData/Local",
    "Library", "Library/Application Support", "Library/Caches", "Library/Logs",
)  # fmt: skip
"""Folders where programs put theirs. Looking at all of a home would take minutes, and others write there."""
OURS = ("lnctp", "lnctp-server")
"""In a folder of this name nothing may change either."""
LEFT_BY_US = re.compile(
    r"lnctp|solicitud|respuesta|hoja|alembic|git$|grimp|hypothesis|import.linter|mypy|pg|pip|postgres|psql"
    r"|pytest|python|ruff|schemathesis|textual|uvicorn",
    re.IGNORECASE,
)
"""Names that the program and the tools of its tests give. In a home that somebody lives in other programs write
all the time; in one that was empty, any name is ours."""

_before: set[str] = set()
_written: list[str] = []


def personal(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The part of an environment that says where this test's own folders are."""
    return {name: environment[name] for name in dev.PERSONAL if name in environment}


def found_in(homes: list[Path]) -> set[str]:
    """What stands in these homes: names, and for what is this program's also when it changed."""
    found = {path for home in homes for each in LOOKED_INTO for path in _inside(home / each)}
    found -= {path for path in found if ROOT.is_relative_to(path)}
    ours = (inner for path in found if path.name in OURS for inner in (path, *path.rglob("*")))
    return {*map(str, found), *(f"{each} ({each.lstat().st_mtime_ns})" for each in ours if each.exists())}


def _by_us(path: str) -> bool:
    return bool(LEFT_BY_US.search(Path(path).name)) or any(f"/{each}/" in path for each in OURS)


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK) else []


def _own_homes() -> list[Path]:
    """The homes of the person who runs this: what the environment says, and what the system says."""
    homes = [Path.home()]
    if sys.platform != "win32":
        import pwd

        homes.append(Path(pwd.getpwuid(os.getuid()).pw_dir))
    nobodys = (Path("/"), Path(tempfile.gettempdir()))
    return [each for each in dict.fromkeys(homes) if each.is_dir() and each not in nobodys]


def pytest_configure(config: pytest.Config) -> None:
    """Leave the person's folders, in the first process only."""
    if THEIRS in os.environ:
        return
    theirs = _own_homes()
    _before.update(found_in(theirs))
    os.environ[THEIRS] = os.pathsep.join(map(str, theirs))
    base = Path(tempfile.mkdtemp(prefix="lnctp-tests-home-"))
    config.add_cleanup(lambda: shutil.rmtree(base, ignore_errors=True))
    os.environ.update(dev.away(str(base)))
    os.environ[KEPT] = tempfile.mkdtemp(prefix="derived-", dir=base)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last test of all: nothing was written into the person's homes. Once, when every worker has ended."""
    gc.collect()
    gc.freeze()  # pytest looks five times more for what was never closed: at what is left, which is nothing new
    if hasattr(session.config, "workerinput"):
        return
    theirs = [Path(each) for each in os.environ[THEIRS].split(os.pathsep) if each]
    _written[:] = sorted(each for each in found_in(theirs) - _before if not _before or _by_us(each))
    if _written:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was written."""
    if _written:
        terminalreporter.section("the tests wrote into the person's own folders", red=True, bold=True)
        for each in _written:
            terminalreporter.write_line(each)


def pytest_exception_interact(
    call: pytest.CallInfo[object], report: pytest.CollectReport | pytest.TestReport
) -> None:
    """A program that failed is shown with what it said: the error itself has only its number."""
    failed = call.excinfo.value if call.excinfo else None
    if isinstance(failed, subprocess.CalledProcessError):
        for said in filter(None, (failed.stdout, failed.stderr)):
            text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
            report.sections.append(("what the program said", text[-4000:]))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home of this test's own, which everything it starts inherits; a test's `undo` does not end it.

    The language of the process is put back as well.
    """
    folder = tmp_path_factory.mktemp("own-home")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in dev.away(str(folder)).items():
            patch.setenv(name, value)
        yield folder
    i18n.set_language(i18n.DEFAULT)
    shutil.rmtree(folder, ignore_errors=True)

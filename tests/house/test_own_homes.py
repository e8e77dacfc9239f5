"""No test touches the person's own folders, and one that does fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pty_app import PtyApp, terminal_environment

import dev
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import paths

TESTS = Path(__file__).parents[1] / "support"
ASKED = (
    "import os, sys; print({name: os.environ.get(name) for name in sys.argv[1:]}, os.path.expanduser('~'))"
)
OUTWARD = """
import os
from pathlib import Path

def test_it():
    theirs = Path(os.environ["LNCTP_TESTS_THEIR_HOMES"].split(os.pathsep)[0])
    {deed}
"""


def test_every_personal_folder_is_an_empty_one_of_this_test(own_home: Path) -> None:
    assert list(own_home.iterdir()) == []
    for name in dev.PERSONAL:
        assert Path(os.environ[name]).is_relative_to(own_home), name
    for place in (Path.home(), paths.home(), Settings.read().home):
        assert place.is_relative_to(own_home)


@pytest.mark.parametrize("first", [1, 2])
def test_what_one_test_leaves_there_the_next_does_not_find(own_home: Path, first: int) -> None:
    assert not paths.home().exists()
    paths.home().mkdir(parents=True)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal there")
def test_an_app_in_a_terminal_and_a_process_are_in_them_too(own_home: Path) -> None:
    asked = [sys.executable, "-c", ASKED, *dev.PERSONAL]
    for environment in (dict(os.environ), terminal_environment(None)):
        said = subprocess.run(asked, env=environment, capture_output=True, text=True, check=True).stdout
        assert said.count(str(own_home)) == len(dev.PERSONAL) + 1
    with PtyApp(*asked, columns=200) as app:
        app.see(str(own_home))


FEW = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""A run of one test needs none of the plugins that ours do."""


def run_on(home: Path, folder: Path, deed: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A run of tests by a person who lives in `home`."""
    home.mkdir(exist_ok=True)
    (folder / "test_outward.py").write_text(OUTWARD.format(deed=deed))
    told = {name: value for name, value in os.environ.items() if name not in dev.PERSONAL}
    told.pop("LNCTP_TESTS_THEIR_HOMES")
    for inherited in ("PYTEST_XDIST_WORKER", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_TESTRUNUID"):
        told.pop(inherited, None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "homes", "-p", "no:cacheprovider", "--rootdir", str(folder), *options],
        cwd=folder, env=told | {"HOME": str(home), "PYTHONPATH": str(TESTS)} | FEW, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(("lived_in", "options"), [(False, ()), (True, ("-p", "abreast", "--copies=2"))])
def test_a_run_that_wrote_into_the_persons_home_fails_and_names_what(
    tmp_path: Path, options: tuple[str, ...], lived_in: bool
) -> None:
    if lived_in:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / ".profile").touch()
    deeds = (
        '(theirs / "solicitud.json").write_text("x")',
        '(theirs / ".local/share/lnctp").mkdir(parents=True)',
        '(theirs / ".cache/pip").mkdir(parents=True)',
    )
    ended = run_on(tmp_path / "home", tmp_path, "; ".join(deeds), *options)
    assert ended.returncode == 1, ended.stdout
    assert "1 passed" in ended.stdout
    for deed in deeds:
        assert str(tmp_path / "home" / deed.split('"')[1]) in ended.stdout


def test_what_another_program_writes_into_a_home_that_is_lived_in_does_not_fail_the_run(
    tmp_path: Path,
) -> None:
    (tmp_path / "home" / ".cache").mkdir(parents=True)
    ended = run_on(tmp_path / "home", tmp_path, '(theirs / ".cache" / "navegador").mkdir()')
    assert ended.returncode == 0, ended.stdout


def test_a_run_that_wrote_into_its_own_home_passes_and_leaves_the_persons_empty(tmp_path: Path) -> None:
    ended = run_on(tmp_path / "home", tmp_path, 'Path.home().joinpath("x").write_text("x")')
    assert ended.returncode == 0, ended.stdout
    assert list((tmp_path / "home").iterdir()) == []


def test_make_test_gives_every_check_an_empty_home(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", "/a/persons/own")
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    monkeypatch.setattr(dev, "CHECKS", [("asked", ["-c", ASKED, *dev.PERSONAL])] * 2)
    monkeypatch.setattr(dev, "TYPES", ["-c", ASKED, *dev.PERSONAL])
    assert dev.test([]) == 0
    said = capfd.readouterr().out
    assert "/a/persons/own" not in said
    assert "None" not in said
    assert said.count("lnctp-home-") == 3 * (len(dev.PERSONAL) + 1)


@pytest.mark.skipif(sys.platform == "win32", reason="a script for sh")
def test_continuous_integration_runs_in_an_empty_home(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text(
        f'#!/bin/sh\nls -A "$HOME"; exec {sys.executable} -c "{ASKED}" {" ".join(dev.PERSONAL)}\n'
    )
    make.chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    told = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(home)}
    said = subprocess.run(
        [TESTS.parents[1] / ".ci/run"], env=told, capture_output=True, text=True, check=True
    ).stdout
    assert said.startswith("{")
    assert "None" not in said
    assert str(home) not in said
    assert list(home.iterdir()) == []

"""The wheel carries all that the program reads at run time."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA_FILES = (".toml", ".csv", ".tcss", ".mo", ".json", ".jsonl", ".mako")
PACKAGES = ("lnctp_tui", "migrations")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the files that git knows: a build folder left behind must not help."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    return next(out.glob("*.whl"))


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_every_data_file_is_in_the_wheel(wheel: Path) -> None:
    wanted = {name for name in tracked() if name.startswith(PACKAGES) and name.endswith((".py", *DATA_FILES))}
    with zipfile.ZipFile(wheel) as archive:
        assert sorted(wanted - set(archive.namelist())) == []
    for kind in (".toml", ".csv", ".tcss", ".mo", ".json"):
        assert any(name.endswith(kind) for name in wanted), kind


def test_an_empty_environment_runs_the_wheel(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "empty"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / ("python.exe" if os.name == "nt" else "python"))
    pip = [sys.executable, "-m", "pip", "--python", python]
    subprocess.run(
        [*pip, "install", "--no-compile", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    # The libraries come from here, so that no network is needed; lnctp_tui itself does not.
    lend_libraries(python)
    shown = subprocess.run([str(scripts / "lnctp"), "--help"], cwd=tmp_path, check=True, capture_output=True)
    assert b"doctor" in shown.stdout
    where = "import lnctp_tui, migrations; print(lnctp_tui.__file__, migrations.__path__)"
    found = subprocess.run([python, "-c", where], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert found.stdout.count(str(home)) == 2
    checked = subprocess.run([str(scripts / "lnctp"), "protocol", "check"], cwd=tmp_path, capture_output=True)
    assert checked.returncode == 0, checked.stderr


def lend_libraries(python: str) -> None:
    """Puts this environment's libraries behind those of `python`."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    asked = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True)
    (Path(asked.stdout.strip()) / "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

"""The processes that the program starts of itself: known by name, from Python and from a bundle alike."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from shared import tree

from lnctp_tui import __main__ as program
from lnctp_tui import cli, programs
from lnctp_tui.services.vault import doctor

PACKAGE = Path(programs.__file__).parent
BUNDLED = "/opt/lnctp/lnctp"


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", BUNDLED)


def names_python(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return ast.unparse(node) in ("sys.executable", "sys._base_executable")
    if isinstance(node, ast.ImportFrom):
        return node.module == "multiprocessing" or (
            node.module == "sys" and any(alias.name == "executable" for alias in node.names)
        )
    return isinstance(node, ast.Import) and any(alias.name == "multiprocessing" for alias in node.names)


def test_no_other_module_names_the_python_that_runs_it() -> None:
    """In a bundle that is the program itself, which knows no -m and no -c."""
    naming = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(map(names_python, ast.walk(tree(path))))
    }
    assert naming == {"programs.py"}


def test_a_part_is_a_module_of_python() -> None:
    assert programs.command("worker") == [sys.executable, "-P", "-m", "lnctp_tui.worker"]
    assert programs.command() == [sys.executable, "-P", "-m", "lnctp_tui"]


@pytest.mark.usefixtures("bundled")
def test_a_part_of_a_bundle_is_the_bundle_itself() -> None:
    assert programs.command("worker") == [BUNDLED, "--part", "worker"]
    assert programs.command() == [BUNDLED]


@pytest.mark.parametrize("part", sorted(programs.PARTS))
def test_each_part_is_a_module_with_a_way_in(part: str) -> None:
    assert callable(import_module(programs.PARTS[part]).main)


@pytest.mark.parametrize("arguments", [[], ["os"], ["lnctp_tui.worker"], ["Worker"], ["../worker"]])
def test_what_is_no_part_starts_nothing(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["lnctp", programs.FLAG, *arguments])
    monkeypatch.setattr(programs, "import_module", lambda name: pytest.fail(name))
    assert program.main() == programs.MISUSED


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == programs.VERSION


def test_a_missing_module_is_named_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "outside", lambda home: import_module("_gone_backend"))
    assert cli.main(["doctor"]) == 1
    assert "le falta una parte (_gone_backend)" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path))
    monkeypatch.setattr(doctor, "NEEDED", ("nacl", "_gone_backend"))
    assert cli.main(["doctor"]) == 1
    assert "Faltan partes (_gone_backend)" in capsys.readouterr().out


def test_a_part_gets_the_arguments_behind_its_name(tmp_path: Path) -> None:
    doomed = tmp_path / "doomed"
    doomed.mkdir()
    (doomed / "file").touch()
    command = [sys.executable, "-P", "-m", "lnctp_tui", programs.FLAG, "remove", str(doomed)]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    assert not doomed.exists()
    assert tmp_path.exists()

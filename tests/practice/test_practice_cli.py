"""`lnctp practice` for authors: what does not fit, with its line; what a caller answers."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from lnctp_tui.cli import main
from lnctp_tui.cli.learn import practice
from lnctp_tui.services.practice import library
from lnctp_tui.storage import paths

ANA = (Path(library.__file__).parents[2] / "data" / "practice" / "motel-ana.toml").read_text(encoding="utf-8")


def test_the_check_says_file_line_and_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "home"))
    path = tmp_path / "mia.toml"
    path.write_text(ANA, encoding="utf-8")
    assert main(["practice", "check", str(path)]) == 0
    path.write_text(ANA.replace('triage = "urgent_24h"', 'triage = "follow_up"'), encoding="utf-8")
    assert main(["practice", "check", str(path)]) == 1
    line = ANA.splitlines().index("[key]") + 1
    said = capsys.readouterr().out
    assert f"mia.toml:{line} key: triaje: dice follow_up, sale urgent_24h por danger.minor_exploited" in said
    begins = ANA.index("[[answer]]", ANA.index('id = "edad"') - 14)
    to = next(line for line in ANA[begins:].splitlines() if line.startswith("to = "))
    before = f'[[answer]]\nid = "antes"\n{to}\ntext = ["Diecisiete."]\n\n'
    path.write_text(ANA[:begins] + before + ANA[begins:], encoding="utf-8")
    assert main(["practice", "check", str(path)]) == 1
    line = ANA[:begins].count("\n") + 2
    assert f"«antes» (línea {line}) contesta antes lo mismo: póngala después" in capsys.readouterr().out
    path.write_text(ANA.replace("level = 2", "level = 9"), encoding="utf-8")
    assert main(["practice", "check", str(path)]) == 1
    path.write_text("esto no es", encoding="utf-8")
    assert main(["practice", "check", str(path)]) == 1


def test_an_author_hears_the_caller(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = "¿puede hablar con seguridad?\n¿por qué no se fue?\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["practice", "play", "motel-ana"]) == 0
    said = capsys.readouterr().out
    (tmp_path / "dice.txt").write_text(lines, encoding="utf-8")
    assert main(["practice", "play", "motel-ana", "--say", str(tmp_path / "dice.txt")]) == 0
    assert capsys.readouterr().out == said
    assert "Ahorita sí, él salió.   (miedo 5)" in said
    assert "…   (llanto 2)" in said


def test_an_unknown_scenario_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practice", "volar"]) == 1
    assert "«volar»" in capsys.readouterr().err


def test_a_new_scenario_is_a_copy_that_fits_and_writes_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert main(["practice", "new", "mi-caso"]) == 0
    assert library.read(tmp_path / "mi-caso.toml").code == "mi-caso"
    assert main(["practice", "check", "mi-caso.toml"]) == 0
    written = (tmp_path / "mi-caso.toml").read_bytes()
    assert main(["practice", "new", "mi-caso"]) == 1
    assert (tmp_path / "mi-caso.toml").read_bytes() == written
    assert main(["practice", "new", "../fuera"]) == 2
    capsys.readouterr()


def test_what_a_dark_laptop_left_is_swept_and_nothing_that_runs(tmp_path: Path) -> None:
    names = ("lnctp-practice-old", "lnctp-practice-held", "lnctp-practice-young", "otra-cosa")
    old, held, young, other = (tmp_path / name for name in names)
    for folder in (old, held, young, other):
        (folder / "data").mkdir(parents=True)
    for folder in (old, held, other):
        os.utime(folder, (1e9, 1e9))
    with paths.Instance(held / "data"):
        practice._sweep(young)
    assert [folder.exists() for folder in (old, held, young, other)] == [False, True, True, True]

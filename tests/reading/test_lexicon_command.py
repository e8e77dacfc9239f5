"""`lnctp lexicon` names file, line and the nearest code, and says by which row a text is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from lnctp_tui.cli import main


def test_a_wrong_code_is_told_with_its_line_and_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reading"
    folder.mkdir()
    folder.joinpath("terms.csv").write_text("say,kind,value\nle pega,term,violence.fisika\n", "utf-8")
    assert main(["lexicon", "check", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "terms.csv:2: violence.fisika" in said
    assert "violence.fisica" in said


def test_a_text_is_tried_with_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lexicon", "check"]) == 0
    assert main(["lexicon", "try", "No hay armas."]) == 0
    said = capsys.readouterr().out
    assert "danger.weapon_present  no" in said
    assert "terms.csv:" in said

"""`lnctp lexicon` names file, line and the nearest code, and says by which row a text is read."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

import lnctp_tui
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


TERMS = Path(lnctp_tui.__file__).parent / "data" / "reading" / "terms.csv"
SMALL = frozenset(
    ["o", "y", "e", "u", "ni", "a", "al", "de", "del", "en", "con", "por", "para", "que", "si", "no", "se", "lo", "la",
     "los", "las", "le", "les", "me", "nos", "te", "su", "sus", "mi", "un", "una", "como", "ya", "x", "q", "c"]
)  # fmt: skip
"""Words that say nothing by themselves."""


def test_no_phrase_says_anything_by_small_words_alone() -> None:
    """What may be missing bears no sense: `o la (matan)` would read a threat wherever `o la` stands."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["needs"]]
    bare = [
        way
        for row in rows
        for way in row["say"].split("|")
        if all(
            SMALL & set(piece.split("/")) for piece in re.sub(r"\([^)]*\)", "", way).split() if piece != "_"
        )
    ]
    assert len(rows) > 500
    assert bare == []

"""The handbook is made of the help and the keys as they are: whoever changes them makes it anew."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from counts import SOAK

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import handbook

PICTURES = handbook.DOCS / handbook.PICTURES
MOST = 1_500_000
"""Bytes of all pictures together."""


@pytest.mark.parametrize("language", handbook.NAMES)
def test_the_text_is_what_the_tool_makes(language: str) -> None:
    written = (handbook.DOCS / handbook.NAMES[language]).read_text(encoding="utf-8")
    assert written == handbook.text(language), "python tools/handbook.py"


@pytest.mark.parametrize("language", handbook.NAMES)
def test_every_picture_is_there_and_none_besides(language: str) -> None:
    named = set(re.findall(r"\(handbook/([\w.]+)\)", handbook.text(language)))
    assert named == {path.name for path in PICTURES.glob(f"*.{language}.svg")}


def test_pictures_are_small_and_fetch_and_run_nothing() -> None:
    drawn = [path.read_text(encoding="utf-8") for path in PICTURES.iterdir()]
    assert len(drawn) == 2 * len(handbook.words()["chapter"])
    assert sum(len(svg.encode()) for svg in drawn) < MOST
    for svg in drawn:
        assert set(re.findall(r"https?://[^\"]*", svg)) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"<script|<image|<foreignObject|@import|href|\bon\w+=", svg)


@pytest.mark.skipif(not SOAK, reason="drawn again in make soak")
def test_the_pictures_are_what_the_tool_draws(tmp_path: Path) -> None:
    subprocess.run([sys.executable, handbook.__file__, "draw", str(tmp_path)], check=True, timeout=600)
    for path in PICTURES.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), (
            f"{path.name}: python tools/handbook.py all"
        )

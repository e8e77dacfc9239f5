"""`lnctp course` and `lnctp certificate`, as programs and people drive them."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_text import text
from test_cli_commands import full, full_home, run

__all__ = ["full", "full_home", "run"]
pytestmark = pytest.mark.usefixtures("quick_new_keys", "full")
Run = Callable[..., object]


def test_a_certificate_from_its_issue_to_its_end(run: Run, tmp_path: Path) -> None:
    def said(*arguments: object) -> dict[str, object]:
        done = run(*arguments, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    said("course", "add", "title=Taller de muestra", "people=12", "audience=Personas transportistas")
    number = str(said("certificate", "issue", "holder_name=Ana Ejemplo", "valid_until=2030-05-31",
                      "course_id=Taller de muestra")["number"])  # fmt: skip
    checked = said("certificate", "check", number.replace("-", " ").lower())
    assert (checked["number"], checked["standing"]) == (number, ["valid"])
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    refused = run("certificate", "check", wrong)
    assert refused.code == 1
    assert number in refused.err
    file = tmp_path / "constancia.pdf"
    said("certificate", "pdf", number, file)
    printed = text(file.read_bytes())
    assert all(told in printed for told in ("Ana Ejemplo", number, "Taller de muestra"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run("certificate", "pdf", number, file)
    assert (again.code, file.read_bytes()[:4]) == (1, b"%PDF")
    said("certificate", "revoke", number, "--reason", "Perdida")
    assert run("certificate", "pdf", number, tmp_path / "otra.pdf").code == 1
    assert not (tmp_path / "otra.pdf").exists()
    assert run("certificate", "issue", "holder_name=Ana", "valid_until=quién sabe").code == 2
    assert said("course", "import", "--informe")["new"] == 2
    shown = said("course", "list")
    assert (shown["figures"]["people"], shown["figures"]["printed"]) == (12, {"2019": 1072, "2020": 936})
    assert "no se suman" in run("course", "list").out.replace("\n", " ")

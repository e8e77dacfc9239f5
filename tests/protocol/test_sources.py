"""The page for the Line's lawyer and psychologist: every row with its source, mark and place for a signature."""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from lnctp_tui import i18n
from lnctp_tui.cli import main
from lnctp_tui.domain.assess import indicators, law, minority, next_questions, report_class, triage
from lnctp_tui.domain.protocol.protocol import MARKS, Review
from lnctp_tui.domain.protocol.sources import ORDER, entries
from lnctp_tui.storage.protocol import brochure, help_files
from lnctp_tui.storage.protocol.protocol_loader import load

HELPS, _FLAWS = help_files.read_all(None, tuple(stage.code for stage in load().stages))
DATA = resources.files("lnctp_tui").joinpath("data")
ENGINES = {
    each.__name__.rpartition(".")[2]: each
    for each in (law, minority, indicators, triage, report_class, next_questions)
}
HELPERS = {"minority": {"State", "presumed_minor", "state", "age_of"}, "triage": {"triage"}}
"""Said by their module's one rule."""


def public(module: object) -> set[str]:
    """The public functions, classes and constants that a module of rules defines."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))  # type: ignore[attr-defined]
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {each.id for each in targets if isinstance(each, ast.Name)}
            found |= {one.id for each in targets if isinstance(each, ast.Tuple) for one in each.elts}  # type: ignore[attr-defined]
    return {name for name in found if not name.startswith("_")}


def places() -> set[str]:
    rows = load().catalogs["rule"].rows
    return {place for row in rows for place in row.extra["where"].split()}


@pytest.mark.parametrize("name", ENGINES)
def test_every_rule_in_the_code_stands_in_the_list_of_rules(name: str) -> None:
    """0 rules without source and mark: code."""
    listed = {place.partition(".")[2] for place in places() if place.startswith(f"{name}.")}
    assert public(ENGINES[name]) - listed - HELPERS.get(name, set()) == set()


def test_no_rule_is_listed_that_the_code_does_not_have() -> None:
    there = {f"{name}.{each}" for name, module in ENGINES.items() for each in public(module)} | {*ENGINES}
    assert places() - there == set()


def test_every_row_has_a_source_and_a_mark() -> None:
    """0 rules without source and mark: data."""
    found = entries(load())
    assert [each for each in found if not each.source or each.mark not in MARKS] == []


def test_every_text_has_a_place_for_a_signature_in_its_file() -> None:
    """0 texts shown to a caller or counselor without a review field."""
    for folder in ("catalogs", "indicators"):
        for path in DATA.joinpath(folder).iterdir():
            if path.name.endswith(".csv"):
                header = next(csv.reader([path.read_text("utf-8").splitlines()[0]]))
                assert {"reviewed_by", "reviewed_on"} <= {*header}, path.name
    for path in (*DATA.joinpath("scripts").iterdir(), *DATA.joinpath("protocol").iterdir()):
        if not path.name.endswith(".toml") or path.name == "protocol.toml":
            continue
        found = tomllib.loads(path.read_text("utf-8"))
        for each in (found, *found.get("field", ()), *found.get("lines", ())):
            assert {"reviewed_by", "reviewed_on"} <= {*each}, path.name


def test_nobody_has_signed_what_nobody_has_signed() -> None:
    assert not [each for each in entries(load()) if each.review.signed]


def test_what_is_not_verified_comes_first_and_what_is_signed_last_of_its_kind() -> None:
    found = entries(load())
    verified = [each.verified for each in found]
    assert verified == sorted(verified)
    assert not verified[0]
    assert verified[-1]
    marks = [ORDER.index(each.mark) for each in found if each.verified]
    assert marks == sorted(marks)
    acts = load().catalogs["act"]
    signed = replace(acts.rows[0], review=Review("LGM", "2026-12-01"))
    catalogs = {**load().catalogs, "act": replace(acts, rows=(signed, *acts.rows[1:]))}
    assert entries(replace(load(), catalogs=catalogs))[-1].code == signed.code


def test_a_number_is_not_verified_until_somebody_dialled_it() -> None:
    numbers = [each for each in entries(load()) if each.kind == "number"]
    catalogs = load().catalogs
    assert len(numbers) == len(catalogs["hotline"].rows) + len(catalogs["abroad"].rows)
    assert not [each for each in numbers if each.verified or not each.number]


@pytest.fixture(autouse=True)
def _spanish(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LNCTP_LANG", "es")
    i18n.set_language("es")


def test_the_page_holds_every_row_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = tmp_path / "fuentes.html"
    assert main(["protocol", "sources", "--html", str(page)]) == 0
    text = page.read_text("utf-8")
    assert text.count("<tr class=") == len(entries(load(), HELPS))
    assert "¿Por qué confió en él?" in text
    assert not re.findall(r"<script|https?:|src=|href=", text)
    assert "por verificar" in text.split("<tr class=")[1]
    assert "800 842 8462" in text
    assert main(["protocol", "sources", "--html", str(page)]) == 1  # never over a file that is there


def keyed(tmp_path: Path, change: dict[tuple[str, str], str] | None = None, drop: str = "") -> Path:
    """A list as somebody would key it: AS and CS of every indicator, all M."""
    rows = [row for row in load().indicators.rows if row.extra["dimension"] != indicators.OBSERVATIONAL]
    lines = ["code,AS,CS,page,reviewed_by,reviewed_on"]
    for row in rows:
        cells = {"AS": "M", "CS": "M", "page": "4", "reviewed_by": "LGM", "reviewed_on": "2026-12-01"}
        cells |= {name: value for (code, name), value in (change or {}).items() if code == row.code}
        if row.code != drop:
            lines.append(",".join([row.code, *cells.values()]))
    path = tmp_path / "folleto.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_list_keyed_from_the_brochure_is_checked_compared_and_measures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """§7 row 21: the sexual sets stay empty until a person keys them, whole, signed, with the page."""
    folder = tmp_path / "own"
    folder.mkdir()
    out = folder / "indicators.csv"
    forced = {("dst_forced_tasks_clients", "AS"): "S"}
    assert main(["protocol", "indicators", str(keyed(tmp_path, forced)), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "deceived_wages" in told
    assert "133 fuerzas distintas" in told  # of 134, one is as it was
    own = load(folder)
    assert indicators.by_dimension(own, "AS")["exploitation"]
    assert indicators.signs(own, "AS") == ()
    row = own.indicators.by_code["deceived_wages"]
    assert (row.review, row.source.endswith("p. 4")) == (Review("LGM", "2026-12-01"), True)
    assert len(own.indicators.rows) == len(load().indicators.rows)


@pytest.mark.parametrize(
    ("change", "drop", "code"),
    [
        ({("deceived_wages", "AS"): ""}, "", "bad_letter"),
        ({("deceived_wages", "AS"): "X"}, "", "bad_letter"),
        ({("deceived_wages", "page"): ""}, "", "no_page"),
        ({("deceived_wages", "reviewed_by"): ""}, "", "no_signature"),
        ({}, "deceived_wages", "not_keyed"),
    ],
)
def test_a_list_that_is_not_whole_is_refused_with_its_line(
    tmp_path: Path, change: dict[tuple[str, str], str], drop: str, code: str
) -> None:
    path = keyed(tmp_path, change, drop)
    assert [each.code for each in brochure.problems(brochure.read(path), load().indicators)] == [code]
    out = tmp_path / "indicators.csv"
    assert main(["protocol", "indicators", str(path), "--out", str(out)]) == 1
    assert not out.exists()


def test_a_list_with_a_row_twice_or_of_its_own_is_refused(tmp_path: Path) -> None:
    path = keyed(tmp_path)
    path.write_text(
        path.read_text("utf-8") + "deceived_wages,M,M,4,L,2026-12-01\nnada,M,M,4,L,2026-12-01\n", "utf-8"
    )
    found = brochure.problems(brochure.read(path), load().indicators)
    assert [each.code for each in found] == ["twice", "unknown_row"]
    path.write_text("codigo,AS\nx,M\n", "utf-8")
    assert [each.code for each in brochure.problems(brochure.read(path), load().indicators)] == ["no_columns"]

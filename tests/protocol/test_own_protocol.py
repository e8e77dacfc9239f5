"""An organisation's folder: its questions and lists are asked, retired codes stay readable and unasked."""

from __future__ import annotations

import csv
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from domain_fixtures import ACT, PRACTICE, victim

from lnctp_tui.domain.assess import assess as engine
from lnctp_tui.domain.protocol.protocol import Field, Protocol
from lnctp_tui.domain.values import lookup, values
from lnctp_tui.storage.protocol.folder_check import check
from lnctp_tui.storage.protocol.protocol_loader import load

DATA = resources.files("lnctp_tui").joinpath("data")
TODAY = date(2026, 3, 15)
COMMON = "code,es,en,valid_from,valid_to,source,mark,note\n"
STAGE = """\
version = "1"
code = "ropa"
phases = ["relato"]
title = { es = "Ropa", en = "Clothes" }
prompt = { es = "¿Qué lleva?", en = "What is worn?" }

[[field]]
on = "person"
code = "education"
kind = "catalog"
catalog = "clothing"
label = { es = "Prenda", en = "Garment" }

[[field]]
on = "person"
code = "need.mascota"
kind = "yesno"
when = "answers.need.rescate == 'yes'"
label = { es = "Cuidado de su mascota", en = "Care for a pet" }
"""
TAUGHT = """
[[field]]
on = "person"
code = "{code}"
why = {{ es = "Para reconocerla", en = "To recognise them" }}
bad = {{ es = "¿Así anda vestida?", en = "Is that how you dress?" }}
good = {{ es = "¿Qué lleva puesto?", en = "What are you wearing?" }}
source = {{ es = "Prueba", en = "Test" }}
mark = "M"
"""
HELP = 'version = "1"\ncode = "ropa"\n' + "".join(
    TAUGHT.format(code=code) for code in ("education", "need.mascota")
)


def built_in(path: str) -> str:
    return DATA.joinpath(path).read_text(encoding="utf-8")


def retire(table: str, code: str) -> str:
    """The list with an end in the row of `code`."""
    rows = table.splitlines()
    header = rows[0].split(",")
    at = next(n for n, row in enumerate(rows) if row.startswith(f"{code},"))
    cells = next(csv.reader([rows[at]]))
    cells[header.index("valid_to")] = "2025-12-31"
    rows[at] = ",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells)
    return "\n".join(rows) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "protocol").mkdir()
    (tmp_path / "catalogs").mkdir()
    head = built_in("protocol/protocol.toml").replace('"venue",', '"venue", "clothing",')
    head = head.replace('"cierre",\n]', '"cierre", "ropa",\n]')
    (tmp_path / "protocol/protocol.toml").write_text(head, encoding="utf-8")
    (tmp_path / "protocol/ropa.toml").write_text(STAGE, encoding="utf-8")
    (tmp_path / "help").mkdir()
    (tmp_path / "help/ropa.toml").write_text(HELP, encoding="utf-8")
    clothing = (
        COMMON + "falda,Falda,Skirt,,,Prueba,D,\nvieja,Prenda vieja,Old garment,,2025-01-01,Prueba,D,\n"
    )
    (tmp_path / "catalogs/clothing.csv").write_text(clothing, encoding="utf-8")
    need = retire(built_in("catalogs/need.csv"), "refugio")
    cells = ["mascota", "Cuidado de su mascota", "Care for a pet", "", "", "Prueba", "D"]
    columns = need.split("\n", 1)[0].count(",") + 1
    row = ",".join(cells + [""] * (columns - len(cells)))
    (tmp_path / "need.csv").write_text(f"{need}{row}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def own(folder: Path) -> Protocol:
    assert check(folder) == []
    return load(folder)


def garment(own: Protocol) -> Field:
    return next(each for each in own.by_stage["ropa"].fields if each.code == "education")


def test_its_stage_lists_and_rows_are_there_beside_the_built_in_ones(own: Protocol) -> None:
    assert [stage.code for stage in own.stages][-2:] == ["cierre", "ropa"]
    assert own.catalogs["clothing"].by_code["falda"].label.es == "Falda"
    assert own.catalogs["need"].by_code["mascota"].label.en == "Care for a pet"
    assert len(own.by_stage["victima"].fields) == len(load().by_stage["victima"].fields)
    typed = values.parse(garment(own), "falda", protocol=own, today=TODAY)
    assert (typed.patch, typed.problem) == ({"education": "falda"}, None)


def test_a_retired_code_is_shown_for_old_cases_and_not_offered_for_new_ones(own: Protocol) -> None:
    old = {"education": "vieja"}
    assert values.shown(garment(own), old, own, "es") == "Prenda vieja"
    assert [row.code for row in lookup.search(own.catalogs["clothing"], "prenda", "es")] == []
    assert values.parse(garment(own), "Prenda vieja", protocol=own, today=TODAY).problem == "not_in_catalog"
    again = values.parse(garment(own), "prenda vieja", protocol=own, today=TODAY, record=old)
    assert (again.patch, again.problem) == ({"education": "vieja"}, None)


def test_a_retired_element_counts_where_it_was_answered_and_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_text(retire(built_in("catalogs/act.csv"), "captar"), encoding="utf-8")
    own = load(tmp_path)
    old = {"people": [victim(ACT, PRACTICE, "modality.explotacion_laboral", age_min=30)]}
    assert engine.assess(old, own, today=TODAY).elements.complete
    new = {"people": [victim(PRACTICE, "modality.explotacion_laboral", age_min=30)]}
    proposed = engine.assess(new, own, today=TODAY).people[0].next
    assert ACT not in proposed
    assert next(each for each in proposed if each.startswith("act.")) == "act.enganchar"


def test_a_retired_indicator_is_neither_open_nor_proposed(tmp_path: Path) -> None:
    table = built_in("indicators/indicators.csv")
    (tmp_path / "indicators.csv").write_text(retire(table, "exp_excessive_hours"), encoding="utf-8")
    own = load(tmp_path)
    others = {f"indicator.{row.code}": "no" for row in own.indicators.rows if row.code.startswith("exp_")}
    others.pop("indicator.exp_excessive_hours")
    others["indicator.exp_low_no_salary"] = "yes"
    person = victim(age_min=30) | {"answers": others}
    (found,) = engine.assess({"people": [person]}, own, today=TODAY).people
    assert found.findings.dimensions["exploitation"].state == "negative"
    assert "indicator.exp_excessive_hours" not in found.next
    person["answers"]["indicator.exp_excessive_hours"] = "yes"
    (found,) = engine.assess({"people": [person]}, own, today=TODAY).people
    assert found.findings.dimensions["exploitation"].state == "positive"

"""Spreadsheets with a mapping, and the example of docs/import.md as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from test_import import Importer, refusals, take

from lnctp_tui.errors import BadInput
from lnctp_tui.i18n.messages import explain
from lnctp_tui.i18n.reasons import REASONS
from lnctp_tui.services.case import cases
from lnctp_tui.services.exchange.importing.run import Report

__all__ = ["take"]

DOCS = (Path(__file__).parents[2] / "docs" / "import.md").read_text(encoding="utf-8")
MAP = re.search(r"```toml\n(.*?)```", DOCS, re.DOTALL)[1]  # type: ignore[index]
TITLES = "Hoja;Fecha;Relato;Edad;Sexo;Estado;Vulnerabilidades;Tratante;Archivero"
ROW = "17;14/03/2024 20:05;Llama una señora;~17;F;Puebla;pobreza/mamá sola;El Güero;B3"


class Sheets(Importer):
    def sheet(
        self, *lines: str, mapping: str | None = MAP, encoding: str = "cp1252", **options: Any
    ) -> Report:
        file = None
        if mapping is not None:
            file = self.folder / "map.toml"
            file.write_text(mapping, encoding="utf-8")
        return self("\n".join(lines).encode(encoding), "in.csv", mapping=file, **options)


@pytest.fixture
def sheets(take: Importer) -> Sheets:
    return Sheets(take.workspace, take.folder)


def test_the_example_of_the_documentation_works(sheets: Sheets) -> None:
    report = sheets.sheet(TITLES, ROW)
    assert (report.created, report.refused, report.unmapped) == (1, [], ("Archivero",))
    found = sheets.document()
    victim, trafficker = sorted(found["people"], key=lambda each: each["role"], reverse=True)
    assert (victim["age_min"], victim["age_estimated"], victim["sex"]) == (17, True, "mujer")
    assert victim["origin_state"] == "MX-PUE"
    assert victim["answers"] == {"vulnerability.pobreza": "yes", "vulnerability.madre_soltera": "yes"}
    assert (trafficker["role"], trafficker["name"]) == ("trafficker", "El Güero")
    (contact,) = found["contacts"]
    assert (contact["started_at"], contact["channel"]) == ("2024-03-15T02:05:00.000000Z", "presencial")
    assert contact["narrative"] == "Llama una señora"
    assert found["case"]["status"] == "closed"


def test_the_json_example_of_the_documentation_works(sheets: Sheets) -> None:
    example = json.loads(re.search(r"```json\n(.*?)```", DOCS, re.DOTALL)[1])  # type: ignore[index]
    assert sheets(example).created == 1


def test_a_sheet_twice_changes_nothing_and_a_corrected_one_corrects(sheets: Sheets) -> None:
    sheets.sheet(TITLES, ROW)
    before = sheets.changes()
    assert sheets.sheet(TITLES, ROW).unchanged == 1
    assert sheets.changes() == before
    assert sheets.sheet(TITLES, ROW.replace("señora", "vecina")).changed == 1
    assert sheets.changes() == before + 1
    assert sheets.document()["contacts"][0]["narrative"] == "Llama una vecina"


def test_titles_can_be_the_fields_themselves(sheets: Sheets) -> None:
    lines = ["case.summary,person.age,person.sex,money.amount,person.act.captar",
             '"Dos, con coma",15-17,Mujer,"1,500",sí']  # fmt: skip
    assert sheets.sheet(*lines, mapping=None, encoding="utf-8").created == 1
    found = sheets.document()
    assert found["case"]["summary"] == "Dos, con coma"
    person = found["people"][0]
    assert (person["age_min"], person["age_max"], person["sex"]) == (15, 17, "mujer")
    assert person["answers"] == {"act.captar": "yes"}
    assert found["money"][0]["amount"] == 1500.0


def test_rows_without_a_name_are_the_same_by_content(sheets: Sheets) -> None:
    lines = ["case.summary,contact.narrative", "Uno,relato", "Dos,relato"]
    assert sheets.sheet(*lines, mapping=None).created == 2
    assert sheets.sheet(lines[0], lines[2], lines[1], mapping=None).unchanged == 2


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        (";F;", ";X;", "Sexo", "unknown_code"),
        (";~17;", ";abc;", "Edad", "age_unreadable"),
        (";~17;", ";-3;", "Edad", "age_negative"),
        ("14/03/2024 20:05", "31/02/2024 20:05", "Fecha", "bad_instant"),
        ("14/03/2024 20:05", "ayer", "Fecha", "bad_instant"),
        ("pobreza/", "pobresa/", "Vulnerabilidades", "unknown_code"),
        (";Puebla;", ";Atlantis;", "Estado", "unknown_code"),
        (";B3", ";B3;sobra", "", "too_many_cells"),
        ("una señora", "x" * 200_001, "Relato", "too_long"),
    ],
)
def test_a_bad_cell_refuses_its_row(old: str, new: str, field: str, reason: str, sheets: Sheets) -> None:
    other = ROW.replace("17;14", "18;14")
    report = sheets.sheet(TITLES, other, ROW.replace(old, new))
    assert refusals(report) == [(3, field, reason)]
    assert report.created == 1


def test_a_quoted_cell_may_have_lines(sheets: Sheets) -> None:
    cell = '"Primera línea\nsegunda línea"'
    bad = ROW.replace("17;14", "x;14").replace(";F;", ";?;")
    report = sheets.sheet(TITLES, ROW.replace("Llama una señora", cell), bad)
    assert [row for row, *_ in refusals(report)] == [4]
    assert sheets.document()["contacts"][0]["narrative"] == "Primera línea\nsegunda línea"


def test_bytes_of_another_encoding_refuse_their_row_only(sheets: Sheets) -> None:
    text = b"case.summary\nuno\npeque\xf1a\ntres\n"
    report = sheets(text, "in.csv")
    assert refusals(report) == [(3, "", "not_utf8")]
    assert report.created == 2


def test_refused_cells_can_be_written_aside(sheets: Sheets) -> None:
    file = sheets.folder / "refused.jsonl"
    sheets.sheet(TITLES, ROW.replace(";F;", ";X;"), rejects=file)
    assert json.loads(file.read_text(encoding="utf-8"))["Sexo"] == "X"


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("person.age", "person.shoe", "Edad", "unknown_target"),
        ("person.age", "robot.age", "Edad", "unknown_target"),
        ("person.vulnerability", "person.vulnerability.nada", "Vulnerabilidades", "unknown_target"),
        ("cp1252", "klingon", "file.encoding", "unknown_encoding"),
        ('delimiter = ";"', 'delimiter = ";;"', "file.delimiter", "not_one_character"),
        ("[constant]", "[constants]", "constants", "unknown_key"),
        ("separator", "separador", "Vulnerabilidades.separador", "unknown_key"),
        ("[file]", "[file", "TOML", "not_toml"),
        ('dates = "%d/%m/%Y"', "dates = 3", "file.dates", "not_text"),
        ('id = "Hoja"', 'id = ["Hoja"]', "file.id", "not_text"),
        ("cp1252", "idna", "file.encoding", "unknown_encoding"),
        ("cp1252", "undefined", "file.encoding", "unknown_encoding"),
        ('delimiter = ";"', 'delimiter = "\\n"', "file.delimiter", "not_one_character"),
        ('separator = "/"', "separator = 4", "Vulnerabilidades.separator", "not_text"),
    ],
)
def test_a_mistake_in_the_map_is_named(old: str, new: str, key: str, reason: str, sheets: Sheets) -> None:
    with pytest.raises(BadInput) as raised:
        sheets.sheet(TITLES, ROW, mapping=MAP.replace(old, new))
    assert (raised.value.code, raised.value.facts["key"], raised.value.facts["reason"]) == (
        "import_mapping", key, reason,
    )  # fmt: skip
    assert f"«{key}». {REASONS[reason]}" in str(explain(raised.value))
    assert cases.list_cases(sheets.workspace.store) == []


def test_a_missing_column_is_named(sheets: Sheets) -> None:
    with pytest.raises(BadInput) as raised:
        sheets.sheet(TITLES.replace("Edad", "Años"), ROW)
    assert (raised.value.code, raised.value.facts["column"]) == ("import_columns", "Edad")

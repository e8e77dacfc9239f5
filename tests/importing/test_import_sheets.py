"""Real sheets of this field: nothing of a cell is invented, merged with another row's or stored elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from test_import import Importer, refusals, take
from workspaces import settle

from lnctp_tui.errors import BadInput
from lnctp_tui.i18n.messages import explain
from lnctp_tui.i18n.reasons import REASONS
from lnctp_tui.services.call import matches
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.exchange.importing.run import Report

__all__ = ["take"]


class Sheets(Importer):
    """Imports lines of a CSV with a map that says what its titles are."""

    def csv(
        self, *lines: str, columns: str = "", file: str = "", constant: str = "", **options: Any
    ) -> Report:
        return self("\n".join(lines).encode(), "in.csv", mapping=self.map(columns, file, constant), **options)

    def map(self, columns: str, file: str = "", constant: str = "") -> Path:
        path = self.folder / "map.toml"
        path.write_text(f"[file]\n{file}\n[constant]\n{constant}\n[column]\n{columns}\n", encoding="utf-8")
        return path


@pytest.fixture
def sheets(take: Importer) -> Sheets:
    return Sheets(take.workspace, take.folder)


# dates


@pytest.mark.parametrize(
    ("cell", "form", "stored"),
    [
        ("14/03/65", "%d/%m/%y", "1965-03-14"),
        ("14/03/1965", "%d/%m/%Y", "1965-03-14"),
        ("1965", "%Y", "1965"),
        ("03/1965", "%m/%Y", "1965-03"),
        ("14-ene-24", "", "2024-01-14"),
        ("14-ene.-24", "%d/%m/%Y", "2024-01-14"),
        ("14-mar-24", "%d-%b-%y", "2024-03-14"),
        ("03-abr-24", "%m/%d/%Y", "2024-04-03"),
        ("45365", "", "2024-03-14"),
        ("45365", "%d/%m/%Y", "2024-03-14"),
        ("marzo 2020", "", "2020-03"),
        ("2024-03-14 00:00:00", "%d/%m/%Y", "2024-03-14"),
        ("SE IGNORA", "%d/%m/%Y", None),
    ],
)
def test_a_birth_is_read_as_it_stands(cell: str, form: str, stored: str | None, sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Nació",
        f"Ana Ejemplo,{cell}",
        file=f'dates = "{form}"' if form else "",
        columns='"Nombre" = "person.name"\n"Nació" = "person.birth_date"',
    )
    assert report.refused == []
    assert sheets.document()["people"][0].get("birth_date") == stored


@pytest.mark.parametrize(
    ("cell", "form", "reason"),
    [
        ("14/03", "", "date_no_year"),
        ("5 de mayo", "", "date_no_year"),
        ("ayer", "", "date_relative"),
        ("hace 3 años", "", "date_relative"),
        ("14/03/2165", "", "date_future"),
        ("14/03/2165", "%d/%m/%Y", "date_future"),
        ("14/03/2024", "%m/%d/%Y", "bad_date"),
        ("14/03", "%d/%m/%Y", "bad_date"),
    ],
)
def test_a_birth_that_would_be_invented_is_refused(cell: str, form: str, reason: str, sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Nació",
        f"Ana Ejemplo,{cell}",
        file=f'dates = "{form}"' if form else "",
        columns='"Nombre" = "person.name"\n"Nació" = "person.birth_date"',
    )
    assert [each for _row, _field, each in refusals(report)] == [reason]


@pytest.mark.parametrize(
    "cell",
    [
        "14/03/2024 20:05",
        "14/03/2024 08:05 p. m.",
        "14/03/2024 08:05 p.\u00a0m.",
        "14/03/2024 08:05:00 PM",
        "14/03/24 20:05 hrs",
        "2024-03-14 20:05",
        "2024-03-14T20:05:00-06:00",
        "2024-03-15T02:05:00Z",
        "14-mar-24 8:05 pm",
        "14 de marzo de 2024, 20:05",
        "45365.836805555557",
        "45365,836805555557",
    ],
)
@pytest.mark.parametrize("form", ["", "%d/%m/%Y %H:%M", "%d/%m/%Y %I:%M %p"])
def test_an_instant_is_read_as_excel_in_spanish_writes_it(cell: str, form: str, sheets: Sheets) -> None:
    report = sheets.csv(
        "Fecha;Relato",
        f"{cell};Llama una señora",
        file=f'dates = "{form}"' if form else "",
        columns='"Fecha" = "contact.started_at"\n"Relato" = "contact.narrative"',
    )
    assert refusals(report) == []
    assert sheets.rows("contacts")[0]["started_at"] == "2024-03-15T02:05:00.000000Z"


@pytest.mark.parametrize(
    ("titles", "cells", "file", "columns"),
    [
        (
            "FECHA;HORA",
            "14/03/2024;20:05",
            "",
            '"FECHA" = "contact.started_at"\n"HORA" = "contact.started_at"',
        ),
        (
            "HORA;FECHA",
            "08:05 p. m.;14/03/2024",
            'dates = "%d/%m/%Y"',
            '"FECHA" = "contact.started_at"\n"HORA" = "contact.started_at"',
        ),
        (
            "FECHA;HORA",
            "03/14/2024;2005",
            "",
            '"FECHA" = {to = "contact.started_at", format = "%m/%d/%Y"}\n'
            '"HORA" = {to = "contact.started_at", format = "%H%M"}',
        ),
        (
            "A;M;D;H",
            "2024;3;14;20:05",
            "",
            '"D" = {to = "contact.started_at", format = "%d"}\n"M" = {to = "contact.started_at", format = "%m"}\n'
            '"A" = {to = "contact.started_at", format = "%Y"}\n"H" = {to = "contact.started_at", format = "%H:%M"}',
        ),
    ],
)
def test_day_and_hour_of_two_columns_are_one_instant(
    titles: str, cells: str, file: str, columns: str, sheets: Sheets
) -> None:
    report = sheets.csv(titles, cells, file=file, columns=columns)
    assert refusals(report) == []
    assert sheets.rows("contacts")[0]["started_at"] == "2024-03-15T02:05:00.000000Z"


def test_an_hour_without_its_day_is_refused(sheets: Sheets) -> None:
    report = sheets.csv(
        "FECHA;HORA", ";20:05", columns='"FECHA" = "contact.started_at"\n"HORA" = "contact.started_at"'
    )
    assert [each for *_, each in refusals(report)] == ["bad_instant"]
    with pytest.raises(BadInput) as raised:
        sheets.csv("HORA;B", "20:05;x", columns='"HORA" = {to = "contact.started_at", format = "%H:%M"}')
    assert raised.value.facts["reason"] == "format_no_date"


# two cells for one field


def test_the_parts_of_a_name_are_one_name(sheets: Sheets) -> None:
    sheets.csv(
        "Paterno,Materno,Nombre",
        "Ejemplo,Prueba,Ana",
        columns='"Nombre" = "person.name"\n"Paterno" = "person.name"\n"Materno" = "person.name"',
    )
    assert sheets.document()["people"][0]["name"] == "Ana Ejemplo Prueba"


def test_two_columns_that_would_hide_each_other_refuse_the_file(sheets: Sheets) -> None:
    with pytest.raises(BadInput) as raised:
        sheets.csv("Sexo,Género", "Mujer,Hombre", columns='"Sexo" = "person.sex"\n"Género" = "person.sex"')
    assert (raised.value.code, raised.value.facts["first"], raised.value.facts["second"]) == (
        "import_two_columns",
        "Sexo",
        "Género",
    )
    assert "«Sexo» y «Género»" in str(explain(raised.value))


def test_two_columns_of_one_title_refuse_the_file(sheets: Sheets) -> None:
    with pytest.raises(BadInput) as raised:
        sheets.csv("Nombre,Edad,Nombre", "Ana,17,El Güero", columns='"Nombre" = "person.name"')
    assert (raised.value.code, raised.value.facts["column"]) == ("import_same_title", "Nombre")


def test_two_titles_of_which_nothing_is_taken_do_not_matter(sheets: Sheets) -> None:
    report = sheets.csv("Nombre,Nota,Nota", "Ana,x,y", columns='"Nombre" = "person.name"')
    assert (report.created, report.unmapped) == (1, ("Nota", "Nota (2)"))


def test_a_constant_alone_makes_nobody(sheets: Sheets) -> None:
    sheets.csv(
        "Nombre,Tratante",
        "Ana,",
        "Eva,El Güero",
        columns='"Nombre" = "person.name"\n"Tratante" = "person:2.name"',
        constant='"person.role" = "victim"\n"person:2.role" = "trafficker"',
    )
    assert sorted(each["name"] for each in sheets.rows("people")) == ["Ana", "El Güero", "Eva"]


# ids


@pytest.mark.parametrize(
    "word", ["S/N", "s/n", "-", "N/A", "SIN FOLIO", "0", "000", "XXX", "SE IGNORA", "#N/A"]
)
def test_a_placeholder_is_nobodys_id(word: str, sheets: Sheets) -> None:
    lines = ["Hoja,Nombre", *[f"{word},{name}" for name in ("Ana", "Eva", "Isa")]]
    options = {"file": 'id = "Hoja"', "columns": '"Nombre" = "person.name"'}
    report = sheets.csv(*lines, **options)
    assert (report.created, report.placeholders, len(sheets.rows("cases"))) == (3, 3, 3)
    assert sheets.csv(*lines, **options).unchanged == 3
    assert report.to_json()["placeholders"] == 3


@pytest.mark.parametrize("number", ["1", "7", "22", "999", "12345"])
def test_a_plain_number_is_an_id(number: str, sheets: Sheets) -> None:
    options = {"file": 'id = "Hoja"', "columns": '"Nombre" = "person.name"'}
    assert sheets.csv("Hoja,Nombre", f"{number},Ana", **options).placeholders == 0
    assert sheets.csv("Hoja,Nombre", f"{number},Eva", **options).changed == 1


def test_a_placeholder_is_nobodys_id_in_a_document_either(sheets: Sheets) -> None:
    documents = [{"case": {"id": "S/N", "summary": each}} for each in ("Uno", "Dos", "Tres")]
    report = sheets(documents)
    assert (report.created, report.placeholders) == (3, 3)
    assert sheets(documents).unchanged == 3


def test_one_id_on_two_lines_that_differ_is_no_case_of_both(sheets: Sheets) -> None:
    options = {"file": 'id = "Hoja"', "columns": '"Nombre" = "person.name"'}
    report = sheets.csv("Hoja,Nombre", "17,Ana", "17,Eva", "17,Ana", **options)
    assert refusals(report) == [(3, "Hoja", "id_again")]
    assert [each["name"] for each in sheets.rows("people")] == ["Ana"]


def test_equal_lines_are_several_contacts_and_twice_changes_nothing(sheets: Sheets) -> None:
    lines = ["Fecha,Tipo", *["14/03/2024,Colgó"] * 10, *["14/03/2024,Información"] * 3]
    columns = '"Fecha" = "contact.started_at"\n"Tipo" = "contact.kind"'
    assert sheets.csv(*lines, columns=columns).created == 13
    assert (len(sheets.rows("contacts")), sheets.rows("cases")) == (13, [])
    before = sheets.changes()
    assert sheets.csv(*lines, columns=columns).unchanged == 13
    assert sheets.changes() == before


def test_equal_documents_are_several_too(sheets: Sheets) -> None:
    call = {"case": {}, "contacts": [{"kind": "hang_up", "started_at": "2024-03-14"}]}
    assert sheets([call] * 3).created == 3
    assert sheets([call] * 3).unchanged == 3


def test_an_id_makes_no_case_of_a_call_that_makes_none(sheets: Sheets) -> None:
    lines = [
        "Hoja,Fecha,Tipo,Nombre",
        *[
            f"{n},14/03/2024,{kind},"
            for n, kind in enumerate(["Colgó", "Broma", "Prueba", "Información", "Número equivocado"])
        ],
        "9,14/03/2024,Víctima o alguien que conoce,Ana",
    ]
    options = {
        "file": 'id = "Hoja"',
        "constant": '"case.status" = "closed"\n"person.role" = "victim"',
        "columns": '"Fecha" = "contact.started_at"\n"Tipo" = "contact.kind"\n"Nombre" = "person.name"',
    }
    assert sheets.csv(*lines, **options).created == 6
    assert (len(sheets.rows("contacts")), len(sheets.rows("cases"))) == (6, 1)
    assert sheets.csv(*lines, **options).unchanged == 6


# places


@pytest.mark.parametrize("titles", ["Municipio,Estado", "Estado,Municipio"])
def test_a_town_is_never_another_states(titles: str, sheets: Sheets) -> None:
    def line(state: str, town: str) -> str:
        return f"{town},{state}" if titles.startswith("Municipio") else f"{state},{town}"

    columns = '"Municipio" = "place.municipality"\n"Estado" = "place.state"'
    report = sheets.csv(
        titles,
        line("Guerrero", "JOSÉ AZUETA"),
        line("9", "Benito Juárez"),
        line("Q. Roo", "Benito Juárez"),
        columns=columns,
    )
    assert refusals(report) == [(2, "Municipio", "not_in_state")]
    assert sorted(each["municipality"] for each in sheets.rows("places")) == ["09014", "23005"]
    (row,) = report.refused
    assert dict(row.problems[0].facts)["own"] == "Veracruz"


# phones


PHONE = {"columns": '"Tel" = "identifier.value"', "constant": '"identifier.kind" = "phone"'}


def test_two_numbers_of_a_cell_are_two(sheets: Sheets) -> None:
    lines = ["Hoja;Tel", "1;55 1234 5678 / 222 345 6789 ext. 3"]
    sheets.csv(*lines, file='id = "Hoja"', **PHONE)
    assert sorted(each["normalised"] for each in sheets.rows("identifiers")) == [
        "+522223456789",
        "+525512345678",
    ]
    assert sheets.csv(*lines, file='id = "Hoja"', **PHONE).unchanged == 1


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("5.51235E+09", "digits_lost"),
        ("55 1234 5678 / 79", "phone_unreadable"),
        ("marcar después", "phone_unreadable"),
    ],
)
def test_a_number_that_cannot_be_told_is_refused(cell: str, reason: str, sheets: Sheets) -> None:
    assert refusals(sheets.csv("Tel;B", f"{cell};x", **PHONE)) == [(2, "Tel", reason)]


# words for nothing


@pytest.mark.parametrize(
    "word", ["S/N", "NO APLICA", "SE IGNORA", "N/D", "0000000000", "No proporcionó", "1234567890"]
)
def test_words_for_nothing_are_nothing_and_match_nobody(word: str, sheets: Sheets) -> None:
    lines = [
        "Hoja,Relato,Nombre,Tel,Edad",
        f"1,uno,{word},{word},{'' if word.isdigit() else word}",
        f"2,dos,{word},{word},17",
    ]
    columns = (
        '"Relato" = "contact.narrative"\n"Nombre" = "person.name"\n"Tel" = "identifier.value"\n'
        '"Edad" = "person.age"'
    )
    report = sheets.csv(*lines, file='id = "Hoja"', columns=columns, constant=PHONE["constant"])
    assert (report.created, refusals(report)) == (2, [])
    assert sheets.rows("identifiers") == []
    assert [each["name"] for each in sheets.rows("people")] == [None]


def test_a_question_whose_cell_says_unknown_is_unknown_and_not_applicable_is_not_asked(
    sheets: Sheets,
) -> None:
    sheets.csv(
        "A,B,C,Nombre",
        "SE IGNORA,NO APLICA,No contestó,Ana",
        columns='"A" = "person.act.captar"\n'
        '"B" = "person.act.recibir"\n"C" = "person.act.transportar"\n"Nombre" = "person.name"',
    )
    assert sheets.document()["people"][0]["answers"] == {
        "act.captar": "unknown",
        "act.transportar": "refused",
    }


def test_typed_words_for_nothing_match_no_other_case(sheets: Sheets) -> None:
    documents = []
    for _ in range(2):
        intake = Intake.start(sheets.workspace)
        intake.set(intake.add("person", role="trafficker"), {"name": "Se ignora"})
        intake.set(intake.add("identifier", kind="alias"), {"value": "S/N", "normalised": "s/n"})
        intake.set(
            intake.add("identifier", kind="phone"), {"value": "0000000000", "normalised": "+520000000000"}
        )
        settle(sheets.workspace)
        documents.append(intake.document)
    assert matches.earlier(sheets.workspace.store, documents[1], sheets.workspace.protocol) == []
    assert matches.earlier(sheets.workspace.store, documents[1]) == []


# torn rows, title lines


def test_a_line_with_too_few_cells_makes_nobody(sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Relato,Edad",
        "Ana,relato,17",
        "y luego se fue",
        "Eva,otro,18",
        columns='"Nombre" = "person.name"\n"Relato" = "contact.narrative"',
    )
    assert refusals(report) == [(3, "", "too_few_cells")]
    assert sorted(each["name"] for each in sheets.rows("people")) == ["Ana", "Eva"]


def test_a_quotation_mark_that_is_never_closed_takes_one_line_only(sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Relato",
        'Ana,"relato',
        "Eva,otro",
        "Isa,más",
        columns='"Nombre" = "person.name"\n"Relato" = "contact.narrative"',
    )
    assert refusals(report) == [(2, "", "not_csv")]
    assert sorted(each["name"] for each in sheets.rows("people")) == ["Eva", "Isa"]


def test_lines_above_the_titles_are_skipped_and_numbers_are_the_files(sheets: Sheets) -> None:
    report = sheets.csv(
        "LÍNEA NACIONAL,,",
        "Registro de 2024,,",
        "",
        "Nombre,Edad,",
        "Ana,17,",
        "Eva,abc,",
        file="skip = 3",
        columns='"Nombre" = "person.name"\n"Edad" = "person.age"',
    )
    assert (report.created, refusals(report)) == (1, [(6, "Edad", "age_unreadable")])


def test_the_row_of_tags_of_hxl_is_no_person(sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Estado", "#indicator+name,#adm1", "Ana,Puebla", columns='"Nombre" = "person.name"'
    )
    assert (report.rows, report.created) == (1, 1)


def test_excels_own_first_line_says_the_separator(sheets: Sheets) -> None:
    report = sheets.csv("sep=|", "Nombre|Relato", "Ana|a, b; c", columns='"Nombre" = "person.name"')
    assert (report.created, report.unmapped) == (1, ("Relato",))


@pytest.mark.parametrize(
    "encoded",
    ["utf-8-sig", "utf-16", "utf-8", "cp1252"],
)
def test_what_the_bytes_say_is_more_than_what_the_map_declares(encoded: str, sheets: Sheets) -> None:
    content = "Nombre;Relato\nAna Muñoz;Señora\n".encode(encoded)
    mapping = sheets.map('"Nombre" = "person.name"', 'encoding = "cp1252"')
    assert sheets(content, "in.csv", mapping=mapping).created == 1
    assert sheets.document()["people"][0]["name"] == "Ana Muñoz"


# refusals


def test_a_line_tells_all_that_is_wrong_with_it(sheets: Sheets) -> None:
    report = sheets.csv(
        "Nombre,Edad,Sexo,Tel,Estado",
        "Ana,abc,X,12,Atlantis",
        columns='"Nombre" = "person.name"\n'
        '"Edad" = "person.age"\n"Sexo" = "person.sex"\n"Estado" = "person.origin_state"\n'
        '"Tel" = "identifier.value"',
        constant=PHONE["constant"],
    )
    assert {field for _row, field, _reason in refusals(report)} == {"Edad", "Sexo", "Tel", "Estado"}
    assert {reason for *_, reason in refusals(report)} <= set(REASONS)


@pytest.mark.parametrize("mapped", [True, False])
def test_the_file_of_refusals_comes_in_again_when_it_is_corrected(mapped: bool, sheets: Sheets) -> None:
    titles = "Hoja,Nombre,Edad" if mapped else "case.summary,person.name,person.age"
    lines = [titles, "1,Ana,17", "2,Eva,abc", "3,Isa", "4,Luz,18,sobra"]
    mapping = sheets.map('"Nombre" = "person.name"\n"Edad" = "person.age"', 'id = "Hoja"') if mapped else None
    file = sheets.folder / "refused.jsonl"
    report = sheets("\n".join(lines).encode(), "in.csv", mapping=mapping, rejects=file)
    assert [reason for *_, reason in refusals(report)] == [
        "age_unreadable",
        "too_few_cells",
        "too_many_cells",
    ]
    refused = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    again = sheets(file.read_bytes(), "again.jsonl", mapping=mapping)
    assert [reason for *_, reason in refusals(again)] == ["age_unreadable", "too_few_cells", "too_many_cells"]
    age = "Edad" if mapped else "person.age"
    refused[0][age], refused[1][age] = "~19", "20"
    assert refused[2].pop("") == ["sobra"]
    corrected = "\n".join(json.dumps(each) for each in refused).encode()
    assert sheets(corrected, "again.jsonl", mapping=mapping).created == 3
    assert sheets(corrected, "again.jsonl", mapping=mapping).unchanged == 3
    assert sorted(each["age_min"] for each in sheets.rows("people")) == [17, 18, 19, 20]


# workbooks


def workbook(**sheets: list[list[str]]) -> bytes:
    """An XLSX with a style for dates (1) and one for instants (2); cells are XML as Excel writes it."""
    names = list(sheets)
    book = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in enumerate(names, 1))
    kin = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kin}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{kin}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{kin}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        + f'<Relationship Id="st" Type="{kin}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
    }
    for n, rows in enumerate(sheets.values(), 1):
        data = "".join(
            f'<row r="{at}">{"".join(_cell(cell, at, column) for column, cell in enumerate(row))}</row>'
            for at, row in enumerate(rows, 1)
            if row
        )
        parts[f"xl/worksheets/s{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
        )
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return content.getvalue()


def _cell(cell: str, row: int, column: int) -> str:
    """`=5` a number, `d=5` a day, `t=5` an instant, else text."""
    place = f"{chr(65 + column)}{row}"
    style = {"=": 0, "d": 1, "t": 2}
    kind, equals, number = cell.partition("=")
    if equals and kind in ("", "d", "t"):
        return f'<c r="{place}" s="{style[kind or "="]}"><v>{number}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>'


BOOK = {
    "Portada": [["Línea"]],
    "Llamadas": [
        ["Registro de 2024"],
        [],
        ["Hoja", "Nombre", "Nació", "Inicio", "Tel", "Edad"],
        ["=17", "Ana Ejemplo", "d=39661", "t=45365.836805555557", "=5512345678", "=17"],
        ["=18", "Eva Ejemplo", "d=39661", "t=45365.836805555557", "=5512345679", "=17.5"],
    ],
}
BOOK_MAP = '''"Nombre" = "person.name"
"Nació" = "person.birth_date"
"Inicio" = "contact.started_at"
"Tel" = "identifier.value"
"Edad" = "person.age"'''


def test_a_workbook_is_read_by_the_name_of_its_sheet(sheets: Sheets) -> None:
    mapping = sheets.map(
        BOOK_MAP, 'id = "Hoja"\nskip = 2\nsheet = "Llamadas"\ndates = "%d/%m/%Y"', PHONE["constant"]
    )
    report = sheets(workbook(**BOOK), "registro.xlsx", mapping=mapping)
    assert (report.created, refusals(report)) == (2, [])
    people = sorted(sheets.rows("people"), key=lambda each: str(each["name"]))
    assert [(each["name"], each["birth_date"], each["age_min"]) for each in people] == [
        ("Ana Ejemplo", "2008-08-01", 17),
        ("Eva Ejemplo", "2008-08-01", 17),
    ]
    assert {each["started_at"] for each in sheets.rows("contacts")} == {"2024-03-15T02:05:00.000000Z"}
    assert {each["value"] for each in sheets.rows("identifiers")} == {"5512345678", "5512345679"}
    assert sheets(workbook(**BOOK), "registro.xlsx", mapping=mapping).unchanged == 2


def test_a_sheet_can_be_named_beside_the_map_and_must_be_where_there_are_several(sheets: Sheets) -> None:
    mapping = sheets.map(BOOK_MAP, 'id = "Hoja"\nskip = 2', PHONE["constant"])
    with pytest.raises(BadInput) as raised:
        sheets(workbook(**BOOK), "registro.xlsx", mapping=mapping)
    assert (raised.value.code, raised.value.facts["sheets"]) == ("import_sheet", "«Portada», «Llamadas»")
    assert sheets(workbook(**BOOK), "registro.xlsx", mapping=mapping, sheet="Llamadas").created == 2
    with pytest.raises(BadInput) as raised:
        sheets(workbook(**BOOK), "registro.xlsx", mapping=mapping, sheet="Otra")
    assert raised.value.code == "import_sheet"


def test_a_workbook_without_its_name_and_with_one_sheet_is_read(sheets: Sheets) -> None:
    content = workbook(Hoja1=[["person.name", "person.age"], ["Ana", "=17"]], Hoja2=[])
    assert sheets(content, "registro.csv").created == 1


def test_a_damaged_workbook_is_told(sheets: Sheets) -> None:
    for content in (workbook(**BOOK)[:-200], b"PK\x03\x04" + b"x" * 200):
        with pytest.raises(BadInput) as raised:
            sheets(content, "registro.xlsx")
        assert raised.value.code == "import_not_workbook"
        assert "registro.xlsx" in str(explain(raised.value))


def test_a_long_number_that_a_workbook_rounded_is_refused(sheets: Sheets) -> None:
    mapping = sheets.map('"CLABE" = "identifier.value"', "", '"identifier.kind" = "account"')
    report = sheets(workbook(Hoja=[["CLABE", "B"], ["=12345678901234567", "x"]]), "a.xlsx", mapping=mapping)
    assert refusals(report) == [(2, "CLABE", "digits_lost")]


def test_whoever_imports_no_workbook_does_not_pay_for_its_reader() -> None:
    said = "import sys, lnctp_tui.services.exchange.importing.run; print('python_calamine' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )

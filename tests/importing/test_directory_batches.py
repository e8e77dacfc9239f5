"""Imports of the directory: taken back, decided side by side, and what workbooks hide."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from test_directory_import import CEIBA, HEAD, changes, file, imported, looked, one
from test_import_sheets import workbook

from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.i18n.messages import explain
from lnctp_tui.i18n.reasons import reason
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.directory.importing import batches, beside, reading, run
from lnctp_tui.services.exchange.importing import archive
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids

NOPAL = CEIBA.replace("1,Casa Ceiba", "2,Albergue Nopal").replace("0001", "0002")
TITLES = ["provider.source_id", "provider.name", "service.kind", "channel.value"]


def found(workspace: Workspace, typed: str) -> list[str]:
    return [line.name for line in directory.search(workspace.store, typed).found if "ficti" in line.name]


def last(workspace: Workspace) -> batches.Batch:
    with workspace.store.read() as connection:
        return batches.listed(connection)[0]


def told(report: run.Report) -> list[str]:
    return [reason(problem.reason, problem.facts) for _row, problem in (*report.problems, *report.notes)]


def test_an_import_is_taken_back_and_the_same_file_brings_it_again(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = file(tmp_path, CEIBA, NOPAL)
    batch = imported(workspace, path).batch
    assert batch == last(workspace).id
    before = changes(workspace)
    undo = batches.look(workspace.store, batch)
    assert (len(undo.erased), undo.restored, undo.left, changes(workspace)) == (8, [], [], before)
    assert batches.take_back(workspace.store, batch) == undo
    assert (found(workspace, "ceiba"), found(workspace, "nopal")) == ([], [])
    assert last(workspace).undone_at
    assert batches.take_back(workspace.store, batch).erased == []
    again = imported(workspace, path)
    assert (again.outcomes["new"], found(workspace, "ceiba")) == (2, ["Casa Ceiba (ficticia)"])
    assert one(workspace, "ceiba").to_dial
    assert len(batches.take_back(workspace.store, str(again.batch)).restored) == 8
    assert found(workspace, "ceiba") == []
    with pytest.raises(Refused, match="no_such_batch"):
        batches.look(workspace.store, "otra")


@pytest.mark.parametrize("what", ["field", "check", "room", "referral"])
def test_what_somebody_changed_tried_or_needs_since_is_not_taken_back(
    workspace: Workspace, tmp_path: Path, what: str
) -> None:
    store = workspace.store
    batch = str(imported(workspace, file(tmp_path, CEIBA, NOPAL)).batch)
    provider = one(workspace, "ceiba").gathered.provider["id"]
    with store.write() as unit:
        if what == "field":
            unit.record("providers", provider, {"about": "Se llamó."})
        elif what == "referral":
            case = ids.new_id()
            unit.record("cases", case, {"status": "open"}, case=case)
            unit.record("referrals", ids.new_id(), {"provider_id": provider}, case=case)
    if what == "check":
        writing.report(store, provider, "no_answer")
    elif what == "room":
        writing.say_capacity(store, provider, 2)
    undo = batches.take_back(store, batch)
    assert (len(undo.erased), len(undo.left)) == (4, 4)
    assert (found(workspace, "ceiba"), found(workspace, "nopal")) == (["Casa Ceiba (ficticia)"], [])


def test_what_an_import_changed_is_set_back_unless_somebody_changed_it_since(
    workspace: Workspace, tmp_path: Path
) -> None:
    store = workspace.store
    imported(workspace, file(tmp_path, CEIBA, NOPAL))
    update = [
        line.replace(",refugio,", ",albergue,").replace("lun a vie 9 a 15", "24/7").replace("000", "777", 1)
        for line in (CEIBA, NOPAL)
    ]
    report = imported(workspace, file(tmp_path, *update))
    assert report.outcomes["update"] == 2
    nopal = one(workspace, "nopal")
    assert (nopal.gathered.provider["kind"], nopal.sites[0][0].row["hours"]) == ("albergue", "24/7")
    with store.write() as unit:
        unit.record("providers", nopal.gathered.provider["id"], {"kind": "osc"})
    undo = batches.take_back(store, str(report.batch))
    assert (len(undo.erased), len(undo.restored), len(undo.left)) == (2, 3, 1)
    assert one(workspace, "nopal").gathered.provider["kind"] == "osc", "what somebody said since stays"
    ceiba = one(workspace, "ceiba")
    assert (ceiba.gathered.provider["kind"], ceiba.sites[0][0].row["hours"]) == (
        "refugio",
        "Mo-Fr 09:00-15:00",
    )
    assert not ceiba.gathered.channels.proposed
    assert imported(workspace, file(tmp_path, CEIBA)).outcomes["same"] == 1, (
        "what was imported is known again"
    )


def test_what_a_person_decided_of_a_likeness_is_remembered(workspace: Workspace, tmp_path: Path) -> None:
    imported(workspace, file(tmp_path, CEIBA))
    maybe = CEIBA.replace("1,Casa Ceiba (ficticia)", ",Casa Ceibo (ficticia)").replace("0001", "0009")
    path = file(tmp_path, maybe)
    plan = looked(workspace, path)
    ((row, other),) = plan.maybe
    shown = beside.lines(workspace.store, workspace.protocol, plan, row, other)
    assert shown[0][1:] == ["Casa Ceibo (ficticia)", "Casa Ceiba (ficticia)"]
    assert shown[3][1:] == ["Calle Ficticia 1, Puebla, Puebla"] * 2
    assert shown[2][1:] == ["5550000009 ext. 4", "5550000001 ext. 4"]
    assert not plan.decide(7, True)
    assert plan.decide(2, False)
    report = run.store_plan(workspace.store, plan)
    assert (report.outcomes["maybe"], report.outcomes["new"], report.problems) == (0, 1, [])
    again = looked(workspace, path)
    assert (again.report.outcomes["maybe"], len(again.updates)) == (0, 1), "it is known not to be the other"
    alike = maybe.replace("Ceibo", "Zeibo").replace("0009", "0008")
    plan = looked(workspace, file(tmp_path, alike))
    assert plan.decide(2, True)
    assert run.store_plan(workspace.store, plan).outcomes["new"] == 0
    assert looked(workspace, file(tmp_path, alike)).report.outcomes["maybe"] == 0
    assert len(found(workspace, "casa")) == 2


def test_no_file_brings_a_national_line_or_takes_a_number_away(workspace: Workspace, tmp_path: Path) -> None:
    imported(workspace, file(tmp_path, CEIBA))
    line = directory.search(workspace.store, "victimas").found[0].name
    renamed = CEIBA.replace("Casa Ceiba (ficticia)", line.upper())
    report = imported(workspace, file(tmp_path, renamed))
    assert [problem.reason for _row, problem in report.problems] == ["name_of_a_line"]
    for cells in (
        CEIBA.replace("55 5000 0001 ext. 4", "#borrar"),
        CEIBA.replace("Casa Ceiba (ficticia)", "#borrar"),
        CEIBA.replace("Calle Ficticia 1", "#borrar"),
    ):
        assert "not_erased" in [
            note.reason for _row, note in imported(workspace, file(tmp_path, cells)).notes
        ]
    mail = CEIBA.replace("55 5000 0001 ext. 4", "otra@ejemplo.org").replace("Calle Ficticia 1", "")
    imported(workspace, file(tmp_path, mail))
    detail = one(workspace, "ceiba")
    assert detail.to_dial
    assert detail.to_dial.row["value"] == "5550000001"
    assert [entry.row["address"] for entry, _open in detail.sites] == ["Calle Ficticia 1"]
    (proposed,) = detail.gathered.channels.proposed
    assert proposed.row["replaces_id"] is None, "an address of mail stands in the place of no telephone"
    assert not detail.gathered.sites.proposed, "an empty address is no other one"
    imported(workspace, file(tmp_path, CEIBA.replace(",18,", ",#borrar,")))
    assert one(workspace, "ceiba").gathered.services[0]["age_min"] is None


def test_two_rows_of_one_provider_that_differ_and_torn_rows_are_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Half of what a file says never goes without a word."""
    legal = CEIBA.replace("Refugio de emergencia", "Representación legal").replace("1,", ",", 1)
    imported(workspace, file(tmp_path, CEIBA))
    rows = (
        NOPAL,
        NOPAL.replace("Nopal", "Otro"),
        NOPAL,
        CEIBA,
        legal,
        NOPAL.rpartition(",")[0] + "\n",
        NOPAL[:-1] + ",y más\n",
    )
    report = looked(workspace, file(tmp_path, *rows)).report
    assert [(row, problem.reason) for row, problem in report.problems] == [
        (3, "id_again"), (6, "same_as_row"), (7, "too_few_cells"), (8, "too_many_cells"),
    ]  # fmt: skip
    assert (report.outcomes["new"], report.outcomes["same"], report.outcomes["update"]) == (1, 1, 1)


def sheet(tmp_path: Path, content: bytes, name: str = "hoja.xlsx") -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def patched(content: bytes, member: str, old: str, new: str, **more: bytes) -> bytes:
    """A workbook with a text of one member replaced, and more members."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(old.encode(), new.encode()) if name == member else text)
        for name, extra in more.items():
            target.writestr(name, extra)
    return made.getvalue()


NAMES = (
    "Ceiba", "Nopal", "Jacaranda", "Mezquite", "Ahuehuete", "Colibrí", "Quetzal", "Ajolote", "Maíz", "Copal", "Girasol",
    "Laurel", "Encino", "Sabino", "Tejocote",
)  # fmt: skip
ROWS = [TITLES, *([str(n), NAMES[n], "refugio_emergencia", f"55500000{n:02}"] for n in range(2, 15))]
BOOK = workbook(Hoja=ROWS)
FIRST = "xl/worksheets/s1.xml"


def test_merged_cells_and_hidden_sheets_are_told(workspace: Workspace, tmp_path: Path) -> None:
    merge = (
        '</sheetData><mergeCells count="2"><mergeCell ref="A12:B12"/><mergeCell ref="F1:G3"/></mergeCells>'
    )
    content = patched(workbook(Hoja=ROWS, Otra=ROWS), FIRST, "</sheetData>", merge)
    content = patched(content, "xl/workbook.xml", '<sheet name="Otra"', '<sheet name="Otra" state="hidden"')
    report = imported(workspace, sheet(tmp_path, content))
    assert told(report) == ["celdas unidas A12:B12; sepárelas.", "Hay una hoja oculta; no se leyó: Otra."]
    assert [row for row, _problem in report.problems] == [12]
    assert (report.outcomes["new"], report.outcomes["refused"]) == (12, 1)


def test_formulas_that_nobody_reckoned_are_told(workspace: Workspace, tmp_path: Path) -> None:
    content = BOOK
    for n in range(2, 15):
        with zipfile.ZipFile(BytesIO(content)) as book:
            text = book.read(FIRST).decode()
        at = text.index(f'r="D{n}"')
        begin, end = text.rindex("<c ", 0, at), text.index("</c>", at) + 4
        content = patched(content, FIRST, text[begin:end], f'<c r="D{n}"><f>A{n}&amp;"x"</f><v></v></c>')
    report = looked(workspace, sheet(tmp_path, content)).report
    assert told(report) == ["Columna channel.value: 13 de 13 vacías; ¿fórmulas sin calcular?"]
    assert report.columns["channel.value"] == 0


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("=A1&B1", "formula_text"),
        ("#REF!", "cell_error"),
        ("#¡VALOR!", "cell_error"),
        ("PeÃ±a", "bad_accents"),
    ],
)
def test_a_cell_that_is_no_text_is_refused(
    workspace: Workspace, tmp_path: Path, cell: str, problem: str
) -> None:
    report = looked(workspace, file(tmp_path, CEIBA.replace("Casa Ceiba (ficticia)", cell), NOPAL)).report
    assert [(row, one_.reason) for row, one_ in report.problems] == [(2, problem)]
    quoted = CEIBA.replace("55 5000 0001 ext. 4", '"=""5550000001"""')
    imported(workspace, file(tmp_path, quoted))
    assert one(workspace, "ceiba").to_dial.row["value"] == "5550000001"  # type: ignore[union-attr]


def refusal(workspace: Workspace, path: Path, code: str, **options: Any) -> str:
    with pytest.raises(BadInput, match=code) as raised:
        looked(workspace, path, **options)
    return " ".join(explain(raised.value))


def test_another_encoding_is_told_with_a_sample(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "hoja.csv"
    path.write_bytes((HEAD + CEIBA.replace("Casa Ceiba", "Casa Peña")).encode("cp1252"))
    text = refusal(workspace, path, "import_encoding")
    assert "Los acentos no se leen; pruebe cp1252" in text
    assert "Casa Peña (ficticia)" in text
    assert looked(workspace, path, encoding="cp1252").new[0].provider["name"] == "Casa Peña (ficticia)"
    refusal(workspace, path, "import_mapping", encoding="nada")


def test_a_bomb_a_giant_and_a_program_are_refused_before_they_are_opened(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 1 << 20)
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(FIRST, bytes(3 << 20))
    honest = bomb.getvalue()
    size = (3 << 20).to_bytes(4, "little")
    lying = honest.replace(size, (100).to_bytes(4, "little"))
    assert lying != honest
    for content in (honest, lying):
        assert "al abrirse" in refusal(workspace, sheet(tmp_path, content), "import_unpacks")
    with_macros = patched(BOOK, FIRST, "x", "x", **{"xl/vbaProject.bin": b"x"})
    for name in ("hoja.xlsm", "hoja.xlsx"):
        assert "macros" in refusal(workspace, sheet(tmp_path, with_macros, name), "import_macros")
    refusal(workspace, sheet(tmp_path, BOOK[:-40]), "import_not_workbook")
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    refusal(workspace, sheet(tmp_path, BOOK), "import_too_large")

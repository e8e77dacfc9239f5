"""A spreadsheet of providers into the directory: looked at first, nothing twice, nothing erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lnctp_tui.errors import BadInput
from lnctp_tui.services.directory import directory
from lnctp_tui.services.directory.importing import run
from lnctp_tui.services.directory.importing.duplicates import Book, plain
from lnctp_tui.services.vault.workspace import Workspace

HEAD = (
    "provider.source_id,provider.name,provider.kind,site.state,site.municipality,site.address,site.hours,"
    "service.kind,service.modality,service.sexes,service.age_min,service.age_max,service.covers,channel.value\n"
)
CEIBA = ("1,Casa Ceiba (ficticia),refugio,Puebla,Puebla,Calle Ficticia 1,lun a vie 9 a 15,Refugio de emergencia,"
         "residencial,mujer,18,,Puebla,55 5000 0001 ext. 4\n")  # fmt: skip


def file(folder: Path, *lines: str, head: str = HEAD, name: str = "directorio.csv") -> Path:
    path = folder / name
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


def looked(workspace: Workspace, path: Path, **options: Any) -> run.Plan:
    return run.look(workspace.store, path, workspace.protocol, **options)


def imported(workspace: Workspace, path: Path, **options: Any) -> run.Report:
    rejects = options.pop("rejects", None)
    return run.store_plan(workspace.store, looked(workspace, path, **options), rejects=rejects)


def one(workspace: Workspace, typed: str) -> directory.Detail:
    (found,) = [
        found
        for found in directory.search(workspace.store, typed).found
        if not found.id.startswith("hotline.")
    ]
    return directory.detail(workspace.store, found.id)


def changes(workspace: Workspace) -> int:
    with workspace.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM changes").scalar() or 0)


def test_a_line_becomes_a_provider_and_looking_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = file(tmp_path, CEIBA)
    before = changes(workspace)
    plan = looked(workspace, path)
    assert (plan.report.outcomes["new"], changes(workspace)) == (1, before)
    assert plan.report.columns["service.age_max"] == 0
    assert imported(workspace, path).stored
    detail = one(workspace, "ceiba puebla")
    assert detail.to_dial is not None
    assert (detail.to_dial.row["value"], detail.to_dial.row["extension"]) == ("5550000001", "4")
    (site,) = [stated.row for stated, _open in detail.sites]
    assert (site["state"], site["municipality"], site["hours"]) == ("MX-PUE", "21114", "Mo-Fr 09:00-15:00")
    (service,) = detail.gathered.services
    assert (service["kind"], service["sexes"], service["covers"], service["age_min"]) == (
        "refugio_emergencia", ["mujer"], ["MX-PUE"], 18,
    )  # fmt: skip


def test_a_postal_code_has_the_zero_back_that_a_spreadsheet_took(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "provider.name,site.state,site.address,site.postal_code\n"
    written = {"Ceiba": "06700", "Nopal": "6700", "Jacaranda": "6700.0", "Mezquite": "K1A 0B1"}
    rows = [f"Casa {name} (ficticia),Puebla,Calle {name},{code}\n" for name, code in written.items()]
    assert imported(workspace, file(tmp_path, *rows, head=head)).outcomes["new"] == 4
    directory.settle(workspace.store)
    found = directory.search(workspace.store, "casa").found
    details = [directory.detail(workspace.store, line.id) for line in found]
    codes = [stated.row["postal_code"] for detail in details for stated, _open in detail.sites]
    assert sorted(codes) == ["06700"] * 3 + ["K1A 0B1"]


def test_the_same_file_again_writes_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = file(tmp_path, CEIBA)
    imported(workspace, path)
    before = changes(workspace)
    report = imported(workspace, path)
    assert (report.outcomes["same"], report.outcomes["update"], changes(workspace)) == (1, 0, before)


def test_a_changed_number_or_address_is_a_proposal_and_the_old_one_stands(
    workspace: Workspace, tmp_path: Path
) -> None:
    imported(workspace, file(tmp_path, CEIBA))
    other = CEIBA.replace("55 5000 0001 ext. 4", "5559999999.0").replace(
        "Calle Ficticia 1", "Calle Ficticia 2"
    )
    report = imported(workspace, file(tmp_path, other))
    detail = one(workspace, "ceiba")
    assert detail.to_dial is not None
    assert detail.to_dial.row["value"] == "5550000001"
    assert [stated.row["address"] for stated, _open in detail.sites] == ["Calle Ficticia 1"]
    assert [entry.row["value"] for entry in detail.gathered.channels.proposed] == ["5559999999"]
    assert [entry.row["address"] for entry in detail.gathered.sites.proposed] == ["Calle Ficticia 2"]
    assert [note.reason for _row, note in report.notes] == ["to_verify", "to_verify"]
    before = changes(workspace)
    imported(workspace, file(tmp_path, other))
    assert changes(workspace) == before


def test_an_empty_cell_erases_nothing_and_what_was_changed_here_stays(
    workspace: Workspace, tmp_path: Path
) -> None:
    imported(workspace, file(tmp_path, CEIBA))
    provider = one(workspace, "ceiba").gathered.provider["id"]
    imported(
        workspace, file(tmp_path, CEIBA.replace("Casa Ceiba (ficticia),refugio", "Casa Ceiba (ficticia),"))
    )
    assert one(workspace, "ceiba").gathered.provider["kind"] == "refugio"
    imported(workspace, file(tmp_path, CEIBA.replace(",refugio,", ",albergue,")))
    assert one(workspace, "ceiba").gathered.provider["kind"] == "albergue", "nobody had changed it here"
    with workspace.store.write() as unit:
        unit.record("providers", provider, {"kind": "osc"})
    report = imported(workspace, file(tmp_path, CEIBA))
    assert one(workspace, "ceiba").gathered.provider["kind"] == "osc"
    assert [note.reason for _row, note in report.notes] == ["changed_here"]
    imported(workspace, file(tmp_path, CEIBA.replace(",refugio,", ",#borrar,")))
    assert one(workspace, "ceiba").gathered.provider["kind"] == "osc", "a change of here is not erased either"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (CEIBA.replace(",refugio,", ",palacio,"), "unknown_code"),
        (CEIBA.replace(",18,,", ",40,20,"), "ages_reversed"),
        (CEIBA.replace(",18,,", ",muchos,,"), "not_a_number"),
        (CEIBA.replace("55 5000 0001 ext. 4", "no sé"), "bad_number"),
        (CEIBA.replace("55 5000 0001 ext. 4", "5.55E+09"), "digits_lost"),
        ("9,,,,,,,,,,,,,\n", "neither_name_nor_channel"),
        (CEIBA.replace(",Puebla,Puebla,", ",Puebla,Chihuahua,"), "unknown_code"),
    ],
)
def test_a_line_that_cannot_be_taken_is_refused_and_the_others_are_stored(
    workspace: Workspace, tmp_path: Path, line: str, reason: str
) -> None:
    good = CEIBA.replace("1,Casa Ceiba", "2,Albergue Nopal").replace("0001", "0002")
    rejects = tmp_path / "rechazos.jsonl"
    report = imported(workspace, file(tmp_path, line, good), rejects=rejects)
    assert (report.outcomes["refused"], report.outcomes["new"]) == (1, 1)
    assert [(row, problem.reason) for row, problem in report.problems] == [(2, reason)]
    assert rejects.read_text().count("\n") == 1
    assert one(workspace, "nopal")


def test_hours_that_nobody_can_read_are_kept_and_told(workspace: Workspace, tmp_path: Path) -> None:
    report = imported(workspace, file(tmp_path, CEIBA.replace("lun a vie 9 a 15", "9 a 3")))
    assert [note.reason for _row, note in report.notes] == ["hours_unread"]
    ((site, opened),) = one(workspace, "ceiba").sites
    assert (site.row["hours"], opened.state) == ("9 a 3", "unknown")


def test_duplicates_by_key_number_and_name(workspace: Workspace, tmp_path: Path) -> None:
    imported(workspace, file(tmp_path, CEIBA))
    by_phone = CEIBA.replace("1,Casa Ceiba (ficticia)", ",La Ceiba")
    by_name = CEIBA.replace("1,Casa Ceiba (ficticia)", ",CASA CEIBA (FICTICIA) A.C.").replace("0001", "0009")
    maybe = CEIBA.replace("1,Casa Ceiba (ficticia)", ",Casa Ceibo (ficticia)").replace("0001", "0009")
    other = CEIBA.replace("1,Casa Ceiba (ficticia)", ",Albergue Nopal").replace("0001", "0009")
    for line, outcome in ((by_phone, "update"), (by_name, "update"), (maybe, "maybe"), (other, "new")):
        assert looked(workspace, file(tmp_path, line)).report.outcomes[outcome] == 1, line  # type: ignore[index]
    assert looked(workspace, file(tmp_path, maybe), maybe_new=True).report.outcomes["new"] == 1
    twice = looked(workspace, file(tmp_path, other, other)).report.outcomes
    assert (twice["new"], twice["same"]) == (1, 1)
    assert plain("Casa Ceiba, A. C.") == plain("CASA CEIBA AC") == "casa ceiba"
    book = Book()
    for number in range(4):
        book.add(str(number), {"name": f"Nombre {number}"}, (), [{"kind": "phone", "value": "5550000001"}])
    assert book.match({"name": "Otra cosa"}, (), [{"kind": "phone", "value": "5550000001"}]) == (None, False)


def test_a_mapping_names_the_columns_of_a_foreign_sheet(workspace: Workspace, tmp_path: Path) -> None:
    mapping = tmp_path / "mapa.toml"
    mapping.write_text(
        '[file]\nencoding = "cp1252"\ndelimiter = ";"\n[constant]\n"provider.kind" = "osc"\n[column]\n'
        '"Organización" = "provider.name"\n"Teléfonos" = "channel.value"\n"Correo" = "channel:2.value"\n'
        '"Atiende" = {to = "service.kind", codes = {legal = "representacion_legal"}}\n'
    )
    path = tmp_path / "hoja.csv"
    text = "Organización;Teléfonos;Correo;Atiende\nRed de Prueba;55 5000 0001 / 55 5000 0002;a@ejemplo.org;legal\n"
    path.write_bytes(text.encode("cp1252"))
    imported(workspace, path, mapping=mapping)
    detail = one(workspace, "red prueba")
    assert sorted(entry.row["value"] for entry in detail.gathered.channels.current) == [
        "5550000001", "5550000002", "a@ejemplo.org",
    ]  # fmt: skip
    assert detail.gathered.services[0]["kind"] == "representacion_legal"
    for wrong in ('"A" = "provider.proposed_by"', '"A" = "channel.replaces_id"', '"A" = "case.folio"'):
        mapping.write_text(f"[column]\n{wrong}\n")
        with pytest.raises(BadInput, match="import_mapping"):
            looked(workspace, path, mapping=mapping)


def test_a_file_that_is_no_sheet_or_too_large_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "datos.json"
    path.write_text("[]")
    with pytest.raises(BadInput, match="import_format"):
        looked(workspace, path)
    with (tmp_path / "grande.csv").open("wb") as large:
        large.truncate(run.MOST_BYTES + 1)
    with pytest.raises(BadInput, match="import_too_large"):
        looked(workspace, tmp_path / "grande.csv")


WRITINGS = (
    "55 5000 0001", "5550000001", "55-50-00-00-01", "(55) 5000 0001", "+52 55 5000 0001", "+52 1 55 5000 0001",
    "5550000001.0", "01 55 5000 0001", "044 55 5000 0001", "Tel. 55.5000.0001",
)  # fmt: skip


def test_a_number_in_ten_writings_is_one_number_and_brings_one_provider(
    workspace: Workspace, tmp_path: Path
) -> None:
    head = "provider.name,site.state,site.municipality,channel.value\n"
    rows = [f'Casa Ceiba (ficticia),Puebla,Puebla,"{text}"\n' for text in WRITINGS]
    report = imported(workspace, file(tmp_path, *rows, head=head))
    assert (report.outcomes["new"], report.outcomes["same"]) == (1, len(WRITINGS) - 1), report.problems
    directory.settle(workspace.store)
    detail = one(workspace, "ceiba")
    assert [entry.row["value"] for entry in detail.gathered.channels.current] == ["5550000001"]
    assert detail.gathered.channels.proposed == ()

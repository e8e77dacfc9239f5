"""The directory as HSDS 3.0 tables: every file, its required columns filled, nothing secret, nothing proposed."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from lnctp_tui.errors import BadInput
from lnctp_tui.services.directory import directory, generating, hsds, writing
from lnctp_tui.services.vault.workspace import Workspace

REQUIRED = {
    "organizations": "id name description",
    "services": "id organization_id name status",
    "locations": "id location_type",
    "service_at_location": "id service_id location_id",
    "addresses": "id address_1 city state_province postal_code country address_type",
    "phones": "id number",
    "schedules": "id",
    "service_areas": "id",
    "languages": "id",
    "accessibility": "id",
    "required_documents": "id",
    "cost_options": "id service_id",
    "attributes": "id link_id taxonomy_term_id link_entity",
    "taxonomies": "id name description",
    "taxonomy_terms": "id name description",
}


def read(path: Path) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(path) as archive:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
        }


def entered(workspace: Workspace, **provider: str) -> str:
    open_site = {"country": "MX", "state": "MX-PUE", "municipality": "21114", "address": "Calle Ficticia 1",
                 "postal_code": "72000", "hours": "Mo-Fr 09:00-15:00", "access": ["rampa"]}  # fmt: skip
    partly = {"country": "MX", "state": "MX-PUE", "municipality": "21114", "address": "Calle Sin Código 2"}
    secret = {"country": "MX", "state": "MX-PUE", "municipality": "21114", "address_secret": True}
    service = {"kind": "refugio_emergencia", "sexes": ["mujer"], "refuses": ["hombres"], "covers": ["MX-PUE"],
               "languages": ["nahuatl"], "requirements": "Ninguno", "cost": "=2+2"}  # fmt: skip
    channels = [
        {"kind": "phone", "value": "5550000001", "extension": "4", "purpose": "publico"},
        {"kind": "phone", "value": "5550000002", "purpose": "canalizacion"},
    ]
    with workspace.store.write() as unit:
        named = {"name": "Casa Ceiba (ficticia)", "kind": "refugio", "how_to_refer": "CANARIO", **provider}
        id_ = writing.enter(unit, named, [open_site, partly, secret], [service], channels)
    directory.settle(workspace.store)
    return id_


def test_every_file_is_there_with_its_required_columns(workspace: Workspace, tmp_path: Path) -> None:
    entered(workspace)
    generating.generate(workspace.store, workspace.protocol, 30)
    path = tmp_path / "directorio.zip"
    assert hsds.write(workspace.store, workspace.protocol, path) == 31
    with pytest.raises(BadInput, match="file_exists"):
        hsds.write(workspace.store, workspace.protocol, path)
    tables = read(path)
    assert set(tables) == set(hsds.FILES)
    for name, columns in REQUIRED.items():
        assert tables[name], name
        for row in tables[name]:
            assert list(row) == hsds.FILES[name].split()
            assert all(row[column] for column in columns.split()), (name, row)
        ids = [row["id"] for row in tables[name]]
        assert len(ids) == len(set(ids)), name
    organizations = {row["id"] for row in tables["organizations"]}
    assert {row["organization_id"] for row in tables["services"]} == organizations
    locations = {row["id"] for row in tables["locations"]}
    assert {row["location_id"] for row in tables["addresses"]} <= locations
    assert [row["postal_code"] for row in tables["addresses"]] == ["72000"]
    told = {row["description"]: row["location_type"] for row in tables["locations"] if row["description"]}
    assert told == {"Calle Sin Código 2": "virtual"}, "an address that the standard does not take is not lost"
    schedule = next(row for row in tables["schedules"] if row["description"] == "Mo-Fr 09:00-15:00")
    assert [schedule[name] for name in ("freq", "wkst", "byday", "opens_at", "closes_at")] == [
        "WEEKLY", "MO", "MO,TU,WE,TH,FR", "09:00:00-06:00", "15:00:00-06:00",
    ]  # fmt: skip
    assert all(row["last_modified"] for row in tables["services"])
    assert (
        "Náhuatl"
        in next(row for row in tables["services"] if row["fees_description"])["interpretation_services"]
    )
    assert "opening_hours=Mo-Fr 09:00-15:00" in schedule["notes"]
    assert [row["option"] for row in tables["cost_options"]] == ["'=2+2"], "no spreadsheet runs it"


def test_a_secret_address_and_a_proposed_number_are_in_no_edition(
    workspace: Workspace, tmp_path: Path
) -> None:
    provider = entered(workspace, about="Llame al 55 4444 4444")
    writing.propose_channel(workspace.store, provider, "phone", "5559999999")
    entered(workspace, name="Cerrada (ficticia)", status="suspended")
    for public in (False, True):
        path = tmp_path / f"{public}.zip"
        hsds.write(workspace.store, workspace.protocol, path, public=public)
        tables = read(path)
        numbers = {row["number"] for row in tables["phones"]}
        text = str(tables)
        assert "5559999999" not in text
        types = [row["location_type"] for row in tables["locations"]]
        assert types.count("virtual") == 2 * len(types) // 3
        assert len(tables["addresses"]) == types.count("physical")
        assert ("CANARIO" in text) is not public
        assert ("5550000002" in numbers) is not public
        assert ("Cerrada" in text) is not public
        assert ("no: Hombres" in text) is not public
        assert ("4444" in text) is not public, "a number inside a text is published by nobody"


@pytest.mark.parametrize(
    "cell", ["=1+1", "+x", "-x", "@x", "\tx", "\r=1", "\n=1", " =1", "＝1+1", "|x", "%x"]
)
def test_no_cell_of_an_export_is_a_formula(workspace: Workspace, tmp_path: Path, cell: str) -> None:
    assert hsds._safe(cell) == f"'{cell}"
    for number in ("+52 55 5000 0001", "-5", "55 5000 0001", "Casa = Hogar"):
        assert hsds._safe(number) == number

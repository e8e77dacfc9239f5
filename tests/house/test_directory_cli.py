"""`lnctp directory` as programs drive it: import, search, verify, generate; in Spanish and English."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_cli_commands import Run, folio, full, full_home, run

__all__ = ["folio", "full", "full_home", "run"]
HEAD = (
    "provider.source_id,provider.name,provider.kind,site.state,site.municipality,service.kind,channel.value\n"
)
CEIBA = "1,Casa Ceiba (ficticia),refugio,Puebla,Puebla,refugio_emergencia,5550000001\n"


def test_a_sheet_is_looked_at_then_stored_then_found_and_never_verified_by_who_brought_it(
    full: Path, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "hoja.csv"
    file.write_text(HEAD + CEIBA + "2,,palacio,,,,\n")
    looked = run("directory", "import", file, "--dry-run", "--json")
    assert (looked.code, looked.json["new"], looked.json["refused"], looked.json["stored"]) == (
        1,
        1,
        1,
        False,
    )
    assert run("directory", "search", "ceiba", "--json").json["found"] == []
    stored = run("directory", "import", file)
    assert stored.code == 1
    assert "Guardado." in stored.out
    assert "Fila 3" in stored.err
    (found,) = run("directory", "search", "ceiba", "pueb", "--json").json["found"]
    assert (found["name"], found["freshness"], found["open"]) == ("Casa Ceiba (ficticia)", "never", "unknown")
    shown = run("directory", "verify", found["id"], "--json").json
    assert shown["to_dial"] == "5550000001"
    assert {stated["standing"] for stated in shown["stated"]} == {"founding"}
    refused = run("directory", "verify", found["id"], "--told-by", "recepción")
    assert refused.code == 1
    assert "otra persona tiene que llamar" in refused.err
    assert "sin verificar" in run("directory", "search", "ceiba").out


def test_an_import_is_shown_and_taken_back(full: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "hoja.csv"
    file.write_text(
        HEAD + CEIBA.replace("1,", "7,").replace("Casa Ceiba", "Albergue Nopal").replace("0001", "0007")
    )
    batch = run("directory", "import", file, "--json").json["batch"]
    assert [one["id"] for one in run("directory", "undo", "--json").json["imports"]][:1] == [batch]
    assert "hoja.csv" in run("directory", "undo").out
    looked = run("directory", "undo", batch)
    assert "Se quita: institución · Albergue Nopal (ficticia)" in looked.out
    assert "No se deshizo nada" in looked.out
    assert len(run("directory", "search", "nopal", "--json").json["found"]) == 1
    undone = run("directory", "undo", batch, "--yes", "--json").json
    assert (undone["undone"], len(undone["erased"])) == (True, 4)
    assert run("directory", "search", "nopal", "--json").json["found"] == []
    assert run("directory", "undo", "otra").code == 1


def test_a_case_ranks_a_generated_directory(full: Path, run: Run, folio: str) -> None:
    assert run("directory", "generate", 60, "--json").json == {"generated": 60}
    assert run("directory", "generate", 60, "--json").json == {"generated": 0}
    listed = run("directory", "search", "--case", folio, "--json").json
    assert listed["total"] >= 60
    terms = [list(found["fit"].values()) for found in listed["found"]]
    assert terms
    assert terms == sorted(terms)
    assert all(
        "(ficticio)" in found["name"] or found["id"].startswith("hotline.") for found in listed["found"]
    )


def test_it_speaks_english(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LNCTP_LANG", "en")
    assert "not verified" in run("directory", "search", "ejecutiva").out
    refused = run("directory", "verify", "ninguna")
    assert refused.code == 1
    assert "no provider" in refused.err

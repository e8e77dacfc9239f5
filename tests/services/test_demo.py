"""The sample cases: they are valid, and the engines say of them what the stories mean."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from domain_fixtures import protocol

from lnctp_tui.domain.assess.assess import assess
from lnctp_tui.services.exchange.importing.document_form import read
from lnctp_tui.services.vault import demo
from lnctp_tui.storage import instants

DOCUMENTS = demo.documents()
STORIES = {
    "san-pablo-del-monte", "dos-escolares", "ciento-veinte-migrantes", "barberia-centro", "barberia-cadena",
    "barberia-trabajo-forzado", "au-pair", "motel-puebla", "reporte-de-un-cliente",
}  # fmt: skip
"""What the Line's report 2019–2020 tells, chapters 3 and 4."""

# name, class, triage, all elements stand, set of each victim, result of each victim
EXPECTED = [
    ("adopcion-ilegal", "trata", "urgent_24h", True, "CL", "no_exploitation"),
    ("au-pair", "trata", "priority", True, "AL", "trafficking"),
    ("barberia-cadena", "trata", "urgent_24h", True, "CS", "not_measured"),
    ("barberia-centro", "trata", "priority", True, "AS", "not_measured"),
    ("barberia-trabajo-forzado", "trata", "priority", True, "AL AL AS",
     "trafficking exploitation_only not_measured"),
    ("ciento-veinte-migrantes", "trata", "emergency", True, "AL AL", "trafficking trafficking"),
    ("dos-escolares", "trata", "urgent_24h", True, "CL CL", "trafficking trafficking"),
    ("jornaleros-san-quintin", "trata", "priority", True, "AL", "trafficking"),
    ("matrimonio-forzado", "trata", "urgent_24h", True, "CL", "trafficking"),
    ("mendicidad-forzosa", "trata", "urgent_24h", True, "CL AL", "trafficking exploitation_only"),
    ("modelaje-dubai", "trata", "priority", True, "AS", "not_measured"),
    ("motel-puebla", "trata", "follow_up", True, "AS", "not_measured"),
    ("pareja-ecatepec", "trata", "emergency", True, "AS", "not_measured"),
    ("reporte-de-un-cliente", "trata", "urgent_24h", True, "CS", "not_measured"),
    ("san-pablo-del-monte", "trata", "priority", True, "AS AS", "not_measured not_measured"),
    ("trabajo-del-hogar", "trata", "priority", True, "AL", "trafficking"),
    ("riesgo-edecanes", "situacion_riesgo", "urgent_24h", False, "AL", "no_exploitation"),
    ("riesgo-videojuego", "situacion_riesgo", "follow_up", False, "CL", "no_exploitation"),
    ("otro-desaparicion", "otros_delitos", "follow_up", False, "CL", "no_exploitation"),
    ("otro-violencia-familiar", "otros_delitos", "urgent_24h", False, "AL", "no_exploitation"),
    ("otro-extorsion", "otros_delitos", "information", False, "", ""),
    ("orientacion-contrato", "orientacion_juridica", "information", False, "", ""),
    *(
        (name, "informativo", "information", False, "", "")
        for name in (
            "orientacion-pension", "informacion-escuela", "informacion-estudiante", "informacion-horario",
            "informacion-ingles", "informacion-transportistas",
        )
    ),
    *(
        (name, None, "information", False, "", "")
        for name in ("colgo-uno", "colgo-dos", "silencio", "broma", "numero-equivocado", "abusiva", "prueba")
    ),
]  # fmt: skip


def test_every_sample_case_has_an_expectation_and_the_stories_are_there() -> None:
    assert {each[0] for each in EXPECTED} == set(DOCUMENTS)
    assert set(DOCUMENTS) >= STORIES


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_sample_case_is_valid(name: str) -> None:
    assert read(DOCUMENTS[name], protocol())[1] == []


@pytest.mark.parametrize(("name", "label", "triage", "complete", "sets", "results"), EXPECTED)
def test_the_engines_read_the_story(
    name: str, label: str | None, triage: str, complete: bool, sets: str, results: str
) -> None:
    found = assess(DOCUMENTS[name], protocol(), today=instants.now().date()).to_json()
    assert (found["class"], found["triage"]["level"], found["elements"]["complete"]) == (
        label,
        triage,
        complete,
    )
    assert " ".join(each["set"] for each in found["people"]) == sets
    assert " ".join(each["result"] for each in found["people"]) == results
    # A sexual set without strengths measures nothing.
    assert all(each["fallback"] == (each["set"] in ("AS", "CS")) for each in found["people"])


def test_the_counselor_never_put_less_than_the_facts_ask_for() -> None:
    order = ["emergency", "urgent_24h", "priority", "follow_up", "information"]
    for name, _label, triage, *_ in EXPECTED:
        said = DOCUMENTS[name]["case"].get("triage", triage)
        assert order.index(said) <= order.index(triage), name


def test_the_migrants_are_one_group_of_120() -> None:
    group = DOCUMENTS["ciento-veinte-migrantes"]["people"][0]
    assert (group["role"], group["headcount"]) == ("group", 120)


def test_names_and_numbers_are_plainly_fictional() -> None:
    for name, document in DOCUMENTS.items():
        text = json.dumps(document, ensure_ascii=False)
        for phone in (each["value"] for each in document["identifiers"] if each["kind"] == "phone"):
            assert "555" in phone.replace(" ", ""), name
        assert not re.search(r"https?://(?!\S*\.invalid\b)", text), name


def test_a_demo_vault_holds_all_of_them(tmp_path: Path) -> None:
    from lnctp_tui.services.call import calls
    from lnctp_tui.services.case import cases
    from lnctp_tui.services.sync import projection_check
    from lnctp_tui.services.vault import workspace

    made = demo.make(tmp_path / "data", name="Consejera de ejemplo", language="es")
    opened = workspace.open_workspace(tmp_path / "data", made.key)
    try:
        with_case = [each for each in DOCUMENTS.values() if each["case"]]
        assert len(cases.list_cases(opened.store)) == len(with_case)
        contacts = sum(len(each["contacts"]) for each in DOCUMENTS.values())
        assert len(calls.list_calls(opened.store)) == contacts
        with opened.store.read() as connection:
            assert projection_check.compare(connection).different == []
    finally:
        opened.close()


def test_the_key_is_handed_over_once_and_by_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    key = demo.Key(bytes(range(32)), "a" * 32)
    for name, value in demo.hand_over(key).items():
        assert key.dek.hex() not in value
        monkeypatch.setenv(name, value)
    assert demo.handed_key() == key
    assert demo.PIPE not in os.environ
    assert demo.handed_key() is None


def test_a_demo_without_a_terminal_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    from lnctp_tui.cli import main

    assert main(["demo"]) == 1
    assert "terminal" in capfd.readouterr().err

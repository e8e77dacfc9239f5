"""Four whole calls by keys only, in a real terminal, and what the disk holds afterwards.

Two in the narrow terminal and two in the wide one; `make soak` has all of them in both.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from counts import in_soak
from pty_app import PtyApp, lnctp

NARROW, WIDE = (24, 80), (34, 130)
SIZES = ("rows", "columns")


def begun(app: PtyApp) -> PtyApp:
    """A call that has just begun; the cursor is in the narrative."""
    return app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()


def to(app: PtyApp, words: str) -> PtyApp:
    """F3 to a field by what a counselor would call it."""
    return (
        app.press("f3")
        .see("Ir a un campo")
        .send(words)
        .settle()
        .press("enter")
        .gone("Ir a un campo")
        .settle()
    )


def saved(app: PtyApp) -> PtyApp:
    return app.rest(0.8).see("✓ guardado")


def documents(home: Path, phrase_file: Path) -> list[dict[str, Any]]:
    """Every case and every call without one, as another program reads them."""
    lines = lnctp(home, phrase_file, "case", "export", "--all", "-").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def on_the_desk(app: PtyApp) -> PtyApp:
    return app.see("Escritorio", "Casos abiertos").settle()


@pytest.mark.parametrize(SIZES, [NARROW, *in_soak(WIDE)])
def test_a_mother_whose_daughter_of_15_is_in_a_hotel_in_another_state(
    home: Path, phrase_file: Path, rows: int, columns: int
) -> None:
    with PtyApp(home=home, rows=rows, columns=columns) as app:
        begun(app).send("Mi hija de 15 se fue con el novio, está en un hotel en Puebla").settle()
        app.press("escape", "1").see("SIN VALORAR")
        to(app, "estado desde donde").send("tlax").settle().press("tab")
        to(app, "municipio desde").send("apizaco").settle().press("tab").settle()
        to(app, "edad").send("15").press("tab").settle()
        to(app, "seguridad ahora").press("s").settle()
        app.gone("SIN VALORAR")
        app.press("f8").see("LEA EN VOZ ALTA", "Llama desde", "Apizaco")
        told = app.text
        assert "PREGUNTE AHORA" in told.split("Llama desde")[0]
        assert "Apizaco" in told.split("Llama desde")[1]
        app.press("escape").gone("LEA EN VOZ ALTA")
        to(app, "ocurriendo ahora").press("s").settle()
        app.see("EMERGENCIA")
        app.press("f8").see("LEA EN VOZ ALTA").press("l").see("Se avisó al 911").press("escape")
        app.gone("LEA EN VOZ ALTA").settle()
        saved(app)
        app.press("escape", "f9").see("queda abierto en el escritorio", "Sin clasificar")
        app.press("enter")
        on_the_desk(app).see("Emergencia")
        app.kill()
    (found,) = documents(home, phrase_file)
    case, (contact,) = found["case"], found["contacts"]
    assert (case["status"], case["triage"], case.get("report_class")) == ("open", "emergency", None)
    assert case["answers"]["escalated.911"]
    assert (contact["state"], contact["municipality"], contact["kind"]) == ("MX-TLA", "29005", "victim")
    assert found["places"] == []
    assert [each["age_min"] for each in found["people"]] == [15]


@pytest.mark.parametrize(SIZES, [WIDE, *in_soak(NARROW)])
def test_a_woman_abroad_without_her_passport(home: Path, phrase_file: Path, rows: int, columns: int) -> None:
    with PtyApp(home=home, rows=rows, columns=columns) as app:
        begun(app).send("Estoy en Houston, me quitaron el pasaporte").settle().press("escape", "1").settle()
        to(app, "país desde donde").send("estados unidos").settle().press("tab").settle()
        to(app, "pasaporte").press("s").settle()
        to(app, "vulnerab").send("no tiene a donde ir y 2 hijos").see("Parecía relato").settle().press(
            "escape"
        )
        to(app, "anonimato").send("anon").settle().press("tab").settle()
        app.press("f8").see("el 911 de México no llega allá", "por verificar")
        assert "Houston" not in app.text
        app.press("escape").gone("LEA EN VOZ ALTA").settle()
        app.press("f10").see("Si alguien escucha").press("escape").gone("No insista")
        saved(app)
        app.press("escape", "f9").see("queda abierto").press("down", "down", "down", "up", "f9")
        on_the_desk(app)
        app.kill()
    (found,) = documents(home, phrase_file)
    assert found["contacts"][0]["country"] == "US"
    assert found["contacts"][0]["narrative"].endswith("pasaporte\nno tiene a donde ir y 2 hijos")
    assert found["case"]["anonymity"] == "anonimo"
    assert found["case"].get("report_class") is None
    documents_taken = [
        code for each in found["people"] for code, said in each["answers"].items() if said == "yes"
    ]
    assert ["documents" in code for code in documents_taken] == [True]


@pytest.mark.parametrize(SIZES, [NARROW, *in_soak(WIDE)])
def test_a_silent_call_that_becomes_an_emergency_and_drops(
    home: Path, phrase_file: Path, rows: int, columns: int
) -> None:
    with PtyApp(home=home, rows=rows, columns=columns) as app:
        begun(app).press("escape", "5").see("Un golpe", "Sin caso todavía").settle()
        app.press("enter", "enter", "up", "up").settle()  # reading decides nothing
        app.see("Sin caso todavía").press("s").see("abierto")
        app.press("f8").see("LEA EN VOZ ALTA").press("l").see("Se avisó al 911").press("escape")
        app.gone("LEA EN VOZ ALTA").settle()
        app.press("escape", "x").settle()
        app.press("f9").see("plan para volver a llamar", "queda abierto")
        app.press("escape").gone("plan para volver a llamar").settle()
        app.press("escape", "f9").see("plan para volver a llamar").press("f9")
        on_the_desk(app).see("Emergencia")
        app.kill()
    (found,) = documents(home, phrase_file)
    (contact,) = found["contacts"]
    assert (contact["kind"], contact["dropped"], found["case"]["status"]) == ("silent", True, "open")
    assert found["case"]["triage"] == "emergency"
    assert contact["ended_at"]
    assert len(contact["answers"]["clock.pause.1"].split("/")) == 2


@pytest.mark.parametrize(SIZES, [WIDE, *in_soak(NARROW)])
def test_an_information_call_of_five_keys_and_a_prank(
    home: Path, phrase_file: Path, rows: int, columns: int
) -> None:
    with PtyApp(home=home, rows=rows, columns=columns) as app:
        begun(app).send("\x1b3").settle()  # Esc and a quick key, as tmux and SSH deliver them
        app.see("TECLAS").press("f9").see("sin caso").press("enter")
        app.see("Escritorio").settle()
        app.press("n").see("Relato").settle().press("escape", "7").settle()
        app.gone("¿Puede hablar con seguridad")
        app.press("f9").see("sin caso").press("enter").see("Escritorio").settle()
        app.kill()
    found = documents(home, phrase_file)
    assert sorted(each["contacts"][0]["kind"] for each in found) == ["information", "prank"]
    assert [each["case"] for each in found] == [{}, {}]

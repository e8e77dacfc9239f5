"""The directory on the screen: as typed, by fit from a case; a proposed number is never the one to call."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.services.case import cases
from lnctp_tui.services.directory import directory, generating, writing
from lnctp_tui.storage.database.session import Store

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

SITE = {"country": "MX", "state": "MX-PUE", "municipality": "21114", "hours": "24/7"}
REFUGE = {"kind": "refugio_emergencia", "modality": "residencial", "covers": ["MX"]}


def entered(store: Store, name: str = "Casa Ceiba (ficticia)", **more: str) -> str:
    with store.write() as unit:
        phone = {"kind": "phone", "value": "5550000001", "purpose": "guardia"}
        provider = writing.enter(unit, {"name": name, "kind": "refugio", **more}, [SITE], [REFUGE], [phone])
    directory.settle(store)
    return provider


def kept(app: LnctpApp, where: str) -> None:
    """For whoever wants to look: LNCTP_LOOK names a folder."""
    import os

    if folder := os.environ.get("LNCTP_LOOK"):
        (Path(folder) / f"{where}.txt").write_text(text_of(app), encoding="utf-8")


def notes(app: LnctpApp) -> str:
    return " ".join(f"{note.title} {note.message}" for note in app._notifications)


@pytest.mark.parametrize("size", [(80, 24), (130, 34)])
async def test_from_the_desk_it_is_searched_as_typed_and_a_proposal_is_apart(
    furnished: Founded, size: tuple[int, int]
) -> None:
    async with desk(furnished, size) as (app, pilot):
        store = app.workspace.store
        provider = entered(store, how_to_refer="Llame al 55 9999 9999 o escriba a otro@ejemplo.org")
        entered(store, "Albergue Nopal (ficticio)")
        await pilot.press("d")
        await until(pilot, lambda: "Albergue Nopal" in text_of(app), "the directory")
        await pilot.press(*"ceiba")
        await until(pilot, lambda: "Nopal" not in text_of(app), "the search")
        assert "ABIERTO" in text_of(app)
        kept(app, f"typed-{size[0]}")
        await pilot.press("enter")
        await until(pilot, lambda: "5550000001" in text_of(app), "the provider")
        assert "Nadie más ha llamado" in said_on(app)
        old = directory.detail(store, provider).to_dial
        assert old is not None
        await pilot.press("l")
        await until(pilot, lambda: "acepta transferencia en línea: pregunte" in said_on(app), "the card")
        card = said_on(app)
        assert "Habla la Línea Nacional contra la Trata" in card
        assert "no pase ahí" in card
        assert app.screen.query_one("Digits").value == "55 5000 0001"  # type: ignore[attr-defined]
        kept(app, f"card-{size[0]}")
        await pilot.press("escape", "s")
        await until(pilot, lambda: "Solo supervisión" in said_on(app), "what is kept apart")
        await pilot.press("a", *"Calle 1", "enter")
        await until(pilot, lambda: "Calle 1" in said_on(app), "the address")
        await pilot.press("down", "r", "enter")
        await rest(pilot)
        assert "Leído a" not in said_on(app), "the first line says nothing"
        await pilot.press("r", "down", "enter")
        await until(pilot, lambda: "Leído a Consejera" in said_on(app), "to whom it was read")
        kept(app, f"private-{size[0]}")
        await pilot.press("escape")
        await until(pilot, lambda: "Calle 1" not in text_of(app), "the provider without it")
        await pilot.press("p", *"5550000002", "enter")
        await until(pilot, lambda: "5550000002" in text_of(app), "the proposal")
        text = text_of(app)
        assert (
            text.index("5550000001")
            < text.index("Propuesto, sin verificar: no se usa")
            < text.index("5550000002")
        )
        assert "9999 9999" not in text
        assert "ejemplo.org" not in text
        kept(app, f"provider-{size[0]}")
        stated = directory.detail(store, provider).to_dial
        assert stated is not None
        assert stated.row["value"] == "5550000001"
        await pilot.press("v", *"recepción", "enter")
        await rest(pilot)
        await until(
            pilot, lambda: "otra persona tiene que llamar" in notes(app), "that one's own is not verified"
        )
        await until(pilot, lambda: "recepción" in said_on(app), "what was typed, there again")
        await pilot.press("escape", "p", *"no sé", "enter")
        await until(
            pilot, lambda: "no sé" in said_on(app) and "¿Qué teléfono" in said_on(app), "what was typed"
        )
        assert len(directory.detail(store, provider).gathered.channels.proposed) == 1
        await pilot.press("escape", "e", "down", "down", "down", "enter", *"Sin agua", "enter")
        await until(pilot, lambda: "✗ no se ofrece" in said_on(app), "that it is not offered")
        assert "Sin agua" in said_on(app)
        if size[0] > 80:  # once is enough
            return
        await pilot.press("h", "ctrl+u", *"9 a 3", "enter")
        await until(pilot, lambda: "no se entienden" in notes(app), "what may mean two things")
        await until(pilot, lambda: "¿Qué horario" in said_on(app), "what was typed, there again")
        await pilot.press("ctrl+u", *"24 horas", "enter")
        await until(pilot, lambda: "Anotado." in notes(app) and "¿Qué" not in said_on(app), "the hours")
        await pilot.press("escape", "down", "plus")
        await until(pilot, lambda: "¿Cómo se llama" in said_on(app), "its name")
        await pilot.press(*" nueva", "enter")
        for question, answer in (
            ("¿Qué es?", "refugio"),
            ("¿Qué ofrece?", "psicologica"),
            ("¿Qué estado", "tlax"),
        ):
            await until(pilot, lambda question=question: question in said_on(app), question)
            await pilot.press(*answer, "enter")
        await until(pilot, lambda: "¿Qué teléfono tiene?" in said_on(app), "its number")
        await pilot.press(*"55", "enter")
        await rest(pilot)
        assert "¿Qué teléfono tiene?" in said_on(app)
        await pilot.press(*"50000003", "enter")  # goes on where it stood
        await until(pilot, lambda: "ceiba nueva" in said_on(app), "the list with it")
        (new,) = directory.search(store, "ceiba nueva").found
        assert (new.status, new.freshness, new.services) == ("active", "never", ("salud_mental",))
        assert text_of(app).count("✗ no se ofrece") == 1, "in a narrow window too"


async def test_from_a_case_they_are_ranked_with_their_reasons(furnished: Founded) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        store = app.workspace.store
        generating.generate(store, app.workspace.protocol, 40)
        line = next(
            line for line in cases.list_cases(store)
            if any("need." in code for person in cases.document(store, line.id)["people"] for code in person["answers"])
        )  # fmt: skip
        app.show_case(line.id)
        await until(pilot, lambda: line.folio in text_of(app), "the case")
        await rest(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: "orden: ajuste al caso" in said_on(app), "the directory")
        await rest(pilot)
        assert "nadie más ha llamado" in said_on(app)
        assert "sin historial" in said_on(app)
        kept(app, "case-130")
        listed = directory.for_case(store, cases.document(store, line.id))
        first = listed.found[0]
        assert first.name in text_of(app)
        await pilot.press("down", "z")
        await until(pilot, lambda: "¿Por qué no se ofrece" in said_on(app), "the reasons")
        await pilot.press("down", "enter")
        await until(pilot, lambda: cases.document(store, line.id)["exclusions"], "the exclusion")
        await until(pilot, lambda: first.name not in text_of(app), "the list without it")
        await pilot.press("x", "end")
        await until(pilot, lambda: "excluida en este caso" in said_on(app), "why not")
        await pilot.press("a")
        await until(pilot, lambda: "orden: nombre" in said_on(app), "by name")


async def test_from_a_call_it_opens_over_the_form_and_gives_it_back(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        entered(app.workspace.store)
        await pilot.press("n")
        await rest(pilot)
        await pilot.press("f6")
        await until(pilot, lambda: "Casa Ceiba" in text_of(app), "the directory")
        kept(app, "call-80")
        await pilot.press("down", "8")
        await until(pilot, lambda: "lleno" in text_of(app), "that it is full")
        await pilot.press("0")
        await rest(pilot)
        await until(pilot, lambda: "El teléfono no cambia" in notes(app), "that it was noted")
        await pilot.press("escape")
        await until(pilot, lambda: "Directorio" not in text_of(app).splitlines()[0], "the form")

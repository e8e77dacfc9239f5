"""The register on the screen, by keys."""

from __future__ import annotations

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, until
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.screens.training.entry import EntryDialog
from lnctp_tui.services.training import register
from lnctp_tui.storage.replication import server_state

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


async def test_a_course_and_a_certificate_by_keys_and_what_they_count(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        store = app.workspace.store
        await pilot.press("c")
        await rest(pilot)
        assert "1,072 (2019) + 936 (2020) = 2,008 personas; 235 Guardianes" in said_on(app)
        assert "no se suman" in said_on(app)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, EntryDialog))
        await pilot.press("f9")
        assert "Falta o no se entiende: Título" in said_on(app)
        await pilot.press(*"Taller de muestra", "f9")
        await rest(pilot)
        assert "Taller de muestra" in said_on(app)
        assert "Cursos sin número de personas: 1" in said_on(app)
        await pilot.press("x", "enter")
        await until(pilot, lambda: isinstance(app.screen, EntryDialog))
        await pilot.press(*"Ana Ejemplo", "f9")
        await until(pilot, lambda: register.view(store).certificates, "issued")
        await rest(pilot)
        (row,) = register.view(store).certificates
        assert str(row["number"]) in said_on(app)
        await pilot.press("v", *"GA-26-1", "enter")
        await rest(pilot)
        assert "Ese número no cuadra" in " ".join(str(note.message) for note in app._notifications)
        await pilot.press("escape")
        await rest(pilot)
        assert app.screen.heading == "Escritorio"


async def test_what_is_refused_stands_there_when_the_form_is_opened_again(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await pilot.press("c")
        await rest(pilot)
        await pilot.press("a", *"Taller")
        with app.workspace.store.write() as unit:
            server = server_state.Server(
                "http://x", None, "", "active", unit.author.actor, "counselor", "main"
            )
            server_state.put_server(unit.connection, server)
        await pilot.press("f9")
        await until(pilot, lambda: "supervisión o administración" in notes(app), "the refusal")
        with app.workspace.store.write() as unit:
            server_state.put_server(unit.connection, server_state.with_role(server, "supervisor"))
        await pilot.press("r")
        app.screen.action_again()
        await rest(pilot)
        await pilot.press("a")
        await until(
            pilot, lambda: isinstance(app.screen, EntryDialog) and "Taller" in said_on(app), "what was typed"
        )


def notes(app: LnctpApp) -> str:
    return " ".join(str(note.message) + str(note.title) for note in app._notifications)

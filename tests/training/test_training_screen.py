"""The register on the screen, by keys."""

from __future__ import annotations

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, until
from workspaces import Founded

from lnctp_tui.screens.training.entry import EntryDialog
from lnctp_tui.services.training import register

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

"""The hand-over of a shift by keys: the shortest path signs nothing, each line is decided, wrong words lose nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from app_world import NOW, app_on, desk, furnished, furnished_template, said_on, spanish, text_of, until
from test_pending_screen import press, promise
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.domain.follow import shift as rules
from lnctp_tui.domain.records import bound
from lnctp_tui.screens.dialogs import Answer
from lnctp_tui.screens.follow.shift import begun
from lnctp_tui.services.follow import shift
from lnctp_tui.services.follow.shift import Handed
from lnctp_tui.storage import ids, instants

__all__ = ["app_on", "furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


def handed(app: LnctpApp) -> list[Handed]:
    assert app.workspace.writer.drain(30)
    return shift.handed_over(app.workspace.store)


def colleague(app: LnctpApp) -> str:
    """Somebody whom this laptop knows."""
    id_ = ids.new_id()
    with app.workspace.store.write() as unit:
        unit.connection.exec_driver_sql(
            "INSERT INTO counselors (id, heads, extra, created_at, created_by, name) VALUES (?, '{}', '{}', ?, ?, ?)",
            (id_, instants.iso(NOW), id_, "Luis de Prueba"),
            {"recorded": True},
        )
    return id_


async def test_each_line_is_decided_then_it_is_signed_and_its_words_are_read_aloud(
    furnished: Founded,
) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app, triage="emergency")
        await press(pilot, "h")
        await until(pilot, lambda: "Volver a llamar" in said_on(app), "what is proposed")
        proposed = len(shift.proposals(app.workspace.store).rows)
        assert text_of(app).count("? K7Q2") == proposed > 1
        await press(pilot, "f")  # nothing is decided yet
        assert handed(app) == []
        assert any("3 renglones por decidir" in note.message for note in app._notifications)
        await press(pilot, "home", *["space"] * proposed)
        await press(pilot, "home", "space")  # this one is left out again
        await press(pilot, "a", *"La llave", "enter")
        await press(pilot, "o", *"Frío", "ctrl+s")
        await until(pilot, lambda: "Nota: Frío" in said_on(app), "the note")
        decided = app.screen.view.draft  # type: ignore[attr-defined]
        app.screen.take(replace(app.screen.view, draft=begun(None)))  # type: ignore[attr-defined]  # read before
        assert app.screen.view.draft == decided, "what the disk is still writing is not lost"  # type: ignore[attr-defined]
        await press(pilot, "escape", "h")  # as after a lock, all of it is still there
        await until(pilot, lambda: "Nota: Frío" in said_on(app), "the note again")
        await press(pilot, "f")
        await until(pilot, lambda: "72 horas" in said_on(app), "what signing opens")
        await press(pilot, "enter")  # the first answer signs nothing
        assert handed(app) == []
        await press(pilot, "f", "down", "enter")
        await until(pilot, lambda: handed(app), "the signature")
        (signed,) = handed(app)
        assert len(signed.items) == proposed  # one left out, one added
        assert {row["item_case_id"] for row in signed.items} >= {None, case}
        assert "5550" not in "".join(row["line"] for row in signed.items)
        await until(pilot, lambda: signed.words.split()[5] in said_on(app), "the words")
        assert "nadie lo ha recibido" in said_on(app)
        await press(pilot, "w")  # signed for nobody by name, it is sealed to nobody
        await until(pilot, lambda: "elija con «t» quién sigue" in said_on(app), "how it goes as a file")
        await press(pilot, "enter", *"nada.relevo", "enter")
        await until(pilot, lambda: any("nada.relevo" in note.title for note in app._notifications), "no file")


async def test_heard_by_voice_wrong_words_are_told_and_lose_nothing(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        luis = colleague(app)
        with app.workspace.store.write() as unit:
            made, patch = bound.made("shift_handovers", {
                "from_id": unit.author.actor, "note": "n", "digest": rules.digest("n", []),
                "signed_at": instants.iso(NOW - timedelta(minutes=5)),
            })  # fmt: skip
            unit.record("shift_handovers", made, patch)
            unit.connection.exec_driver_sql(
                "UPDATE shift_handovers SET from_id = ?", (luis,), {"recorded": True}
            )
        await press(pilot, "h", "r")
        await until(pilot, lambda: "¿De quién recibe" in said_on(app), "from whom")
        await press(pilot, "enter")
        await until(pilot, lambda: "Recibir el turno" in said_on(app), "the dialog")
        await press(pilot, *"Dos urgentes", "tab", "enter")
        assert "No son seis palabras" in said_on(app)
        app.screen.query_one(Answer).value = " ".join(["abaco"] * 6)
        await press(pilot, "enter")
        await until(pilot, lambda: "Palabras distintas: repitan la lista" in said_on(app), "that they differ")
        assert "Dos urgentes" in said_on(app)
        await press(pilot, "escape", "r", "enter")
        await until(pilot, lambda: "Dos urgentes" in said_on(app), "what was typed")
        (there,) = handed(app)
        assert there.standing.state == "differs"
        assert there.words.split()[0] not in said_on(app)
        app.screen.query_one(Answer).value = there.words
        await press(pilot, "tab", "enter")
        await until(pilot, lambda: "acordado" in said_on(app), "that they agree")

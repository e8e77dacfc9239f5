"""The review by its keys, the tour before the first call, and what supervision says of a result that was sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, text_of, until
from domain_fixtures import protocol
from served import Laptop, Served
from textual import events
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.domain.practice.caller import Heard
from lnctp_tui.domain.practice.mark import WISH
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import bound
from lnctp_tui.errors import Refused
from lnctp_tui.screens.practice.first_tour import FirstTour
from lnctp_tui.screens.practice.review import ReviewDialog, facts
from lnctp_tui.screens.practice.review import words as review_words
from lnctp_tui.services.practice import library, sharing
from lnctp_tui.services.practice.trying import Trying
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.replication import server_state

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")
AT = "2026-11-01T10:00:00.000000Z"
MARKED = "2026-11-02T10:00:00.000000Z"
TRY = {"scenario": "broma", "points": 61, "on": "2026-10-31", "parts": {"facts": 0.74}, "marks": {"mirar": 2}}


def said_on(app: object) -> str:
    """The words on the screen, wherever lines break in a box."""
    return " ".join(text_of(app).replace("│", " ").split())


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await rest(pilot)


def share(workspace: Workspace) -> str:
    with workspace.store.write() as unit:
        sharing.share(unit, TRY)
    return str(sharing.shared(workspace.store)[0]["id"])


async def review(app: LnctpApp, pilot: Pilot[int], done: list[Any]) -> None:
    dialog = ReviewDialog(
        ["La suma"], ["Todos los hechos"], ["Llama: hola"], lambda marks: done.append(dict(marks)),
        lambda: done.append("again"), lambda: done.append("sent"),
    )  # fmt: skip
    app.push_screen(dialog, lambda _none: done.append("left"))
    await rest(pilot)


async def test_the_review_by_its_keys(furnished: Founded) -> None:
    done: list[Any] = []
    async with desk(furnished) as (app, pilot):
        await review(app, pilot, done)
        for key, shown in (
            ("enter", "Todos los hechos"),
            ("enter", "La suma"),
            ("t", "Llama: hola"),
            ("t", "La suma"),
        ):
            await press(pilot, key)
            assert shown in said_on(app)
        await press(pilot, "e")
        assert "Nada de lo que se dijo ni de lo que escribió" in said_on(app)
        await press(pilot, "enter")
        assert done == [], "Enter alone sends nothing"
        await press(pilot, "e", "escape", "e", "down", "enter")
        assert done == ["sent"]
        await press(pilot, "a", "enter", "down", "down", "down", "down", "enter", "escape")
        assert done[1:] == [{"escuchar": 4}], "Enter alone judges nobody, and what was given before Esc stays"
        await press(pilot, "f1")
        assert "primero el peligro que se pasó por alto" in said_on(app)
        await press(pilot, "escape", "r")
        assert done[2:] == ["again", "left"]
        await review(app, pilot, done)
        await press(pilot, "escape")
        assert done[4:] == ["left"]
        await first_tour(app, pilot)


async def first_tour(app: LnctpApp, pilot: Pilot[int]) -> None:
    answers: list[Any] = []
    app.push_screen(FirstTour(), answers.append)
    await rest(pilot)
    for step, word in enumerate(("El teléfono suena al terminar", "Ctrl+T", "F5", "F10", "Ctrl+Q"), 1):
        assert f"Recorrido {step} de 5" in said_on(app)
        assert word in said_on(app)
        await press(pilot, "enter")
    assert answers == [None]
    app.push_screen(FirstTour(), answers.append)
    await rest(pilot)
    await press(pilot, "n")
    assert isinstance(answers[1], events.Key)
    assert (answers[1].key, app.forms()) == ("n", []), "it goes to the call that begins, not to the desk"


async def test_supervision_reads_a_result_marks_it_and_its_person_sees_that(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WISH, "1")
    async with desk(furnished) as (app, pilot):
        share(app.workspace)
        await press(pilot, "u", "9")
        await until(pilot, lambda: "Broma" in said_on(app), "the result")
        await press(pilot, "enter")
        for word in ("Puntos 61", "Hechos 0.74", "Autoevaluación: Mirar 2", "Volver"):
            assert word in said_on(app)
        await press(pilot, "enter", "m", "enter", "down", "down", "down", "enter", "escape")
        await until(pilot, lambda: sharing.shared(app.workspace.store)[0][sharing.GIVEN], "the mark")
        await rest(pilot)
        assert "marcada" in said_on(app)
        await press(pilot, "escape", "escape", "p")
        await until(pilot, lambda: "Supervisión marcó «" in said_on(app), "what the person reads")
        assert "Escuchar 3" in said_on(app)


def test_marks_are_given_once_by_supervision_alone(workspace: Workspace) -> None:
    sent, store = share(workspace), workspace.store
    for _ in range(2):
        deed("practice_mark", sent, MARKED, {"mirar": 4, "escuchar": 5})(store)
    (row,) = sharing.shared(store)
    assert [mark["marks"] for mark in row[sharing.GIVEN]] == [["mirar=4", "escuchar=5"]]
    with store.write() as unit:
        server = server_state.Server("http://x", None, "", "active", unit.author.actor, "counselor", "main")
        server_state.put_server(unit.connection, server)
    with pytest.raises(Refused, match="not_supervision"):
        sharing.mark(store, sent, MARKED, {"mirar": 1})


def results(laptop: Laptop, *changes: Any) -> list[tuple[str, str | None]]:
    return [(line[1], line[4]) for line in laptop.push(*changes).message["results"]]


def seen(laptop: Laptop) -> list[str]:
    page = laptop.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
    tables = [entry["c"]["table"] for entry in page if entry["k"] == "change"]
    return sorted(table for table in tables if table.startswith("practice"))


def test_a_result_goes_to_supervision_its_marks_to_its_person_and_neither_to_a_colleague(
    served: Served,
) -> None:
    ana, eva, lead = served.laptop(), served.laptop(), served.laptop("supervisor")
    with served.office() as office:
        me, boss = office.device(ana.device).person, office.device(lead.device).person
    row, patch = bound.made(
        "practice_shares", {"by_id": me, "scenario": "broma", "points": 61, "shared_at": AT}
    )
    assert results(ana, ana.change("practice_shares", patch, row=row)) == [("accepted", None)]

    def marks(laptop: Laptop, by: str, **more: Any) -> dict[str, Any]:
        said = {"share_id": row, "by_id": by, "marks": ["mirar=4"], "marked_at": MARKED, **more}
        made, marked = bound.made("practice_marks", said)
        return laptop.change("practice_marks", marked, row=made, case=row)

    for laptop, wrong in ((ana, marks(ana, me)), (eva, marks(eva, boss)), (lead, marks(lead, me))):
        assert results(laptop, wrong) == [("refused", "forbidden")]
    given = marks(lead, boss)
    assert results(lead, given) == [("accepted", None)]
    assert results(
        lead,
        lead.change("practice_marks", given["patch"] | {"marks": ["mirar=1"]}, row=given["row"], case=row),
    ) == [("refused", "forbidden")], "what was said is not said otherwise"
    assert (seen(ana), seen(lead), seen(eva)) == (["practice_marks"], ["practice_shares"], []), (
        "of colleagues"
    )


def tried(protocol: Protocol) -> Trying:
    """A call in which little was asked and one thing made up."""
    trying = Trying(library.load("motel-ana"), library.intents(), protocol)
    trying.begin()
    trying.say("¿puede hablar con seguridad?", 48)
    trying.caller.filled("case.situation.safe_to_talk", 50)
    trying.say("¿cuántos clientes?", 60)
    trying.document["case"]["answers"] = {"situation.safe_to_talk": "yes", "danger.injury_overdose": "yes"}
    trying.end(860)
    return trying


def test_the_review_says_what_the_key_holds_and_how_long_it_took_also_before() -> None:
    trying = tried(protocol())
    result = trying.review(date(2026, 11, 30))
    before = [
        {"on": "2026-03-03", "points": 34, "cut": True, "clocks": "no es nada"},
        {"on": "2026-03-12", "points": 61, "clocks": {"safety": 130, "triage": 542.0, "close": 1065}},
    ]
    lines = review_words(trying, result, before, 1)
    said = "\n".join(lines)
    assert lines[1] == f"Puntos {result.points} · 14:20 · pausas 1"
    assert "Edad: no preguntado · 17" in said, "what was not asked is learnt from the key"
    assert "inventado" in said
    assert said.count("Hay una persona menor en explotación") == 1, "of danger above, and once"
    assert [line.split() for line in lines[-4:]] == [
        ["seguridad", "triaje", "cierre", "puntos"], ["hoy", "0:48", "0:50", "14:20", str(result.points)],
        ["2026-03-12", "2:10", "9:02", "17:45", "61"], ["2026-03-03", "–", "–", "cortada", "34"],
    ]  # fmt: skip
    assert max(map(len, lines[-4:])) <= 72
    assert len(facts(trying, result)) == 2 + len(result.lines)


def test_what_is_heard_comes_as_it_is_said_and_slowly_in_tears() -> None:
    calm, crying = Heard(10, "a" * 28, "calma", 3), Heard(10, "a" * 28, "llanto", 28 / 14 / 0.6)
    assert [len(calm.by(at)) for at in (10, 11, 12, 13, 99)] == [0, 0, 14, 28, 28], (
        "after its pause of a second"
    )
    assert [len(crying.by(at)) for at in (10, 11, 12)] == [0, 8, 16]

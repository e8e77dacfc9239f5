"""What a counselor sees of synchronisation: the bars tell the truth, and every decision is one key away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from app_world import NOW, desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from sync_world import (
    ALONE,
    AT,
    HERE,
    WORDS,
    Colleague,
    FakeServer,
    Handed,
    Held,
    Quarantined,
    Waiting,
    two_ages,
)
from textual.pilot import Pilot
from textual.widgets import Input
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.case.conflicts import ConflictsScreen
from lnctp_tui.screens.case.transfer import ColleagueDialog, OffersScreen
from lnctp_tui.screens.lists.quarantine import QueueScreen
from lnctp_tui.screens.sync.enroll import EnrollScreen, address
from lnctp_tui.screens.sync.sync import SyncScreen
from lnctp_tui.screens.sync.sync_words import mark
from lnctp_tui.services.case import cases
from lnctp_tui.services.sync.synchronise import SyncStatus
from lnctp_tui.storage.database.session import CONFLICTS, Author
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.row_list import RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")
ZONE = "America/Mexico_City"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """A facade that answers from memory."""
    fake = FakeServer()
    fake.install(monkeypatch)
    return fake


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await rest(pilot)


async def to_sync(app: LnctpApp, pilot: Pilot[int], server: FakeServer) -> None:
    """The synchronisation screen, as after a first round."""
    server.tell(app)
    await press(pilot, "s")
    await until(pilot, lambda: isinstance(app.screen, SyncScreen) and app.screen.view is not None)
    await rest(pilot)


def first_case(app: LnctpApp) -> tuple[str, str]:
    """A case of the desk and its first person."""
    key = app.screen.query_one(RowList).key.removeprefix("case:")
    document = cases.document(app.workspace.store, key)
    return key, str(document["people"][0]["id"])


# what the bars say


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (None, ""),
        (ALONE, ""),
        (HERE, "✓ todo enviado 12:03"),
        (replace(HERE, waiting=3, online=False), "⇅ 3 por enviar · sin conexión"),
        (replace(HERE, waiting=1), "⇅ 1 por enviar"),
        (replace(HERE, online=False), "✓ todo enviado 12:03 · sin conexión"),
        (replace(HERE, refused=2), "✓ todo enviado 12:03 · 2 rechazados"),
        (replace(HERE, wanted=30, wanted_total=40), "⇅ bajando 10 de 40"),
        (replace(HERE, state="pending", waiting=2), "⇅ 2 · equipo por aprobar"),
        (replace(HERE, last_contact="2026-11-20T18:03:05.000000Z"), "✓ todo enviado 20 nov 2026 12:03"),
        (replace(HERE, last_contact=None), "✓ todo enviado"),
        (replace(HERE, problem="sync_broke"), "✓ todo enviado 12:03 · no sincroniza"),
        (replace(HERE, waiting=3, problem="sync_broke", online=False), "⇅ 3 por enviar · no sincroniza"),
    ],
)
def test_the_mark_tells_the_truth(status: SyncStatus | None, said: str) -> None:
    assert mark(status, ZONE, NOW).long == said


async def test_without_a_server_the_desk_says_so_once_and_a_call_not_at_all(furnished: Founded) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        assert "sin servidor" in text_of(app).splitlines()[0]
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        await rest(pilot)
        assert "servidor" not in text_of(app)


async def test_the_desk_and_the_call_bar_follow_every_round(furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        server.tell(app)
        await until(pilot, lambda: "✓ todo enviado 12:03" in text_of(app).splitlines()[0])
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        server.status = replace(HERE, waiting=3, online=False)
        server.tell(app)
        await until(pilot, lambda: "⇅ 3 por enviar · sin conexión" in text_of(app).splitlines()[0])
        await pilot.resize_terminal(80, 24)
        await rest(pilot)
        bar = app.screen.query_one(CallBar)
        assert "⇅ 3" in bar.render_line(0).text


# the synchronisation screen


async def test_offline_the_desk_says_when_it_last_saved_and_online_it_does_not(
    furnished: Founded, server: FakeServer
) -> None:
    server.status = replace(HERE, online=False, saved_at=AT)
    async with desk(furnished) as (app, pilot):
        server.tell(app)
        await until(pilot, lambda: "Último guardado: 12:03" in text_of(app))
        server.status = replace(HERE, saved_at=AT)
        server.tell(app)
        await until(pilot, lambda: "Último guardado" not in text_of(app))


async def test_alone_it_explains_and_offers_to_enrol(furnished: Founded, server: FakeServer) -> None:
    server.status = ALONE
    async with desk(furnished) as (app, pilot):
        await press(pilot, "s")
        await until(pilot, lambda: "trabaja solo" in said_on(app))
        assert "inscribir" in text_of(app).splitlines()[-1]
        assert "intentar" not in text_of(app).splitlines()[-1]


async def test_it_says_what_waits_since_when_and_what_was_refused_and_why(
    furnished: Founded, server: FakeServer
) -> None:
    server.waiting = [
        Waiting("a", "people", "K7Q2-0001-X", AT, 1, "type"),
        Waiting("b", "contacts", None, AT, 0, None),
    ]
    server.status = replace(
        HERE, waiting=1, waiting_since="2026-11-20T15:00:00.000000Z", refused=1, online=False,
        problem="sync_failed", clock_offset=600, wanted=30, wanted_total=40, aside=1,
    )  # fmt: skip
    async with desk(furnished, (100, 40)) as (app, pilot):
        await to_sync(app, pilot, server)
        said = said_on(app)
    for part in (
        "Por enviar, desde 20 nov 2026 09:00", "en espera", "El servidor no aceptó", "rechazado",
        "Último contacto", "12:03 · sin conexión; se reintenta solo", "10 de 40 casos", "va 10 minutos atrasado",
        "https://lnctp.example.org", "aprobado", "1 cambio cuya autoría no se pudo comprobar",
    ):  # fmt: skip
        assert part in said, part


async def test_retry_now_wakes_the_thread(
    furnished: Founded, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    async with desk(furnished) as (app, pilot):
        monkeypatch.setattr(app.syncing, "now", lambda: woken.append(1))
        await to_sync(app, pilot, server)
        await press(pilot, "r")
    assert woken == [1]


async def test_enter_on_a_change_opens_its_case(furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        case, _person = first_case(app)
        folio = cases.document(app.workspace.store, case)["case"]["folio"]
        server.waiting = [Waiting("a", "people", folio, AT, 0, None)]
        server.status = replace(HERE, waiting=1)
        await to_sync(app, pilot, server)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))
        assert app.screen.case_id == case  # type: ignore[attr-defined]


async def test_a_call_interrupts_it(furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        await to_sync(app, pilot, server)
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))


# enrolment


async def test_enrolling_shows_the_words_to_read_out(furnished: Founded, server: FakeServer) -> None:
    server.status = ALONE
    async with desk(furnished) as (app, pilot):
        await press(pilot, "s", "i")
        await until(pilot, lambda: isinstance(app.screen, EnrollScreen))
        await press(pilot, *"lnctp.example.org", "enter", *"ABCD-EFGH", "enter", *"/ca.pem", "enter")
        await until(pilot, lambda: "léale" in said_on(app))
        said = said_on(app)
        assert all(word in said for word in WORDS)
        asked = next(each for each in server.asked if each[0] == "enroll")
        assert (asked[1], asked[2], str(asked[3])) == ("https://lnctp.example.org", "ABCD-EFGH", "/ca.pem")
        await press(pilot, "escape")
        await until(pilot, lambda: isinstance(app.screen, SyncScreen))


async def test_a_refused_enrolment_says_why_and_keeps_what_was_typed(
    furnished: Founded, server: FakeServer
) -> None:
    server.status, server.down = ALONE, "sync_failed"
    async with desk(furnished) as (app, pilot):
        await press(pilot, "s", "i")
        await until(pilot, lambda: isinstance(app.screen, EnrollScreen))
        await press(pilot, *"uno", "enter", "enter", "enter")
        assert "Faltan la dirección o el código" in said_on(app)
        app.screen.query_one("#code", Input).value = "ABCD"
        await press(pilot, "f9")
        await until(pilot, lambda: str(explain_code("sync_failed").happened) in said_on(app))
        assert app.screen.query_one("#url", Input).value == "uno"


def test_an_address_without_a_scheme_is_https() -> None:
    assert address("uno.example.org") == "https://uno.example.org"
    assert address("http://127.0.0.1:8000") == "http://127.0.0.1:8000"


# conflicts


@pytest.fixture
def differing(furnished: Founded, server: FakeServer) -> FakeServer:
    server.status = replace(HERE, conflicts=1)
    return server


async def test_a_case_shows_both_values_and_one_key_settles(
    furnished: Founded, differing: FakeServer
) -> None:
    async with desk(furnished, (100, 40)) as (app, pilot):
        case, person = first_case(app)
        differing.conflicts = [two_ages(case, person)]
        app.screen.query_one(RowList).focus()
        app.show_case(case)
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and "decide cuál queda" in said_on(app))
        said = said_on(app)
        assert "17 — Consejera de Prueba, 22 nov 2026 12:03" in said
        assert "15 — Marta Ejemplo, 22 nov 2026 11:40" in said
        await press(pilot, "d")
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen) and "Marta" in said_on(app))
        lines = text_of(app).splitlines()
        assert any("17" in line and "15" in line for line in lines), "side by side"
        await press(pilot, "2")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))
        assert ("settle", "age_min", "c2") in differing.asked
        await until(pilot, lambda: "decide cuál queda" not in said_on(app))


async def test_enter_takes_the_value_under_the_cursor(furnished: Founded, differing: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        differing.conflicts = [two_ages(*first_case(app))]
        differing.tell(app)
        await until(pilot, lambda: "falta decidir" in said_on(app))
        await press(pilot, "home", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen) and "Marta" in said_on(app))
        await press(pilot, "right", "enter")
        await until(pilot, lambda: differing.asked)
        assert differing.asked == [("settle", "age_min", "c2")]


async def test_an_open_form_says_what_the_colleague_wrote(furnished: Founded, differing: FakeServer) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        case, person = first_case(app)
        differing.conflicts = [two_ages(case, person)]
        differing.tell(app)
        app.edit_case(case)
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen) and app.screen.query("#panes"))
        form = app.screen
        assert isinstance(form, IntakeScreen)
        await form.go_to("victima", "name")
        await until(pilot, lambda: "Marta Ejemplo escribió «15»" in said_on(app))
        assert "≠ 1" in text_of(app).splitlines()[0]
        await press(pilot, "escape", "k")
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen))


# the supervisor


async def test_the_queue_is_a_supervisors(furnished: Founded, server: FakeServer) -> None:
    async with desk(furnished) as (app, pilot):
        await to_sync(app, pilot, server)
        await press(pilot, "u")
        assert isinstance(app.screen, SyncScreen)


async def test_the_queue_lists_conflicts_and_quarantine_and_decides(
    furnished: Founded, server: FakeServer
) -> None:
    server.status = replace(HERE, role="supervisor", conflicts=1)
    server.quarantine = [Quarantined("q1", "people", "s", "type", "Marta Ejemplo", AT)]
    async with desk(furnished, (100, 30)) as (app, pilot):
        server.conflicts = [two_ages(*first_case(app))]
        await to_sync(app, pilot, server)
        await press(pilot, "u")
        await until(pilot, lambda: isinstance(app.screen, QueueScreen) and "17 ≠ 15" in said_on(app))
        await until(pilot, lambda: "Marta Ejemplo" in said_on(app))
        await press(pilot, "end", "enter", "enter")
        assert ("release", "q1") not in server.asked, "Enter alone decides nothing"
        await press(pilot, "end", "enter", "down", "enter")
        await until(pilot, lambda: ("release", "q1") in server.asked)
        await until(pilot, lambda: isinstance(app.screen, QueueScreen))
        await press(pilot, "end", "enter", "end", "enter")
        await until(pilot, lambda: "¿Por qué se descarta?" in said_on(app))
        await press(pilot, "enter")
        await until(pilot, lambda: "de 1 a 200" in said_on(app))
        assert not [each for each in server.asked if each[0] == "dismiss"]
        await press(pilot, *"doble", "enter")
        await until(pilot, lambda: ("dismiss", "q1", "doble") in server.asked)
        await press(pilot, "home", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConflictsScreen))


# from hand to hand


async def test_a_case_is_offered_to_a_colleague_and_says_so(furnished: Founded, server: FakeServer) -> None:
    server.colleagues = [
        Colleague("m", "Marta Ejemplo", "counselor"),
        Colleague("z", "Zoé Ejemplo", "admin"),
        Colleague("i", "Inés Ejemplo", "counselor"),
    ]
    async with desk(furnished) as (app, pilot):
        case, _person = first_case(app)
        server.tell(app)
        app.show_case(case)
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and app.screen.document)
        server.offers = [Handed(case, "K7Q2-0001-X", "Consejera", "Inés Ejemplo", AT, False)]
        await press(pilot, "t")
        await until(pilot, lambda: isinstance(app.screen, ColleagueDialog) and "Marta" in said_on(app))
        assert "Zoé" not in said_on(app)
        await press(pilot, *"ines", "enter")
        await until(pilot, lambda: ("offer", case, "i") in server.asked)
        await until(pilot, lambda: "ofrecido a Inés Ejemplo, sin respuesta" in said_on(app))


async def test_only_a_supervisor_assigns_and_the_case_says_whose_it_is(
    furnished: Founded, server: FakeServer
) -> None:
    server.colleagues = [Colleague("m", "Marta Ejemplo", "counselor")]
    async with desk(furnished) as (app, pilot):
        case, _person = first_case(app)
        server.tell(app)
        app.show_case(case)
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and app.screen.document)
        await press(pilot, "s")
        assert isinstance(app.screen, CaseScreen)
        server.status = replace(HERE, role="supervisor")
        server.tell(app)
        await press(pilot, "s")
        await until(pilot, lambda: isinstance(app.screen, ColleagueDialog) and "Marta" in said_on(app))
        await press(pilot, "m", "enter")
        await until(pilot, lambda: ("assign", case, "m") in server.asked)
        await until(pilot, lambda: cases.document(app.workspace.store, case)["case"]["owner_id"] == "m")


async def test_an_offer_is_accepted_from_the_desk_and_owned_when_it_comes(
    furnished: Founded, server: FakeServer
) -> None:
    async with desk(furnished) as (app, pilot):
        case, _person = first_case(app)
        with app.workspace.store.write() as unit:
            unit.record("cases", case, {"owner_id": "m"})
        server.offers = [Handed(case, "K7Q2-0001-X", "Marta Ejemplo", "Consejera", AT, True)]
        server.status = replace(HERE, offers=1)
        server.tell(app)
        await until(pilot, lambda: "1 caso ofrecido a usted" in said_on(app))
        await press(pilot, "home", "enter")
        await until(pilot, lambda: isinstance(app.screen, OffersScreen) and "Marta" in said_on(app))
        await press(pilot, "a")
        await until(pilot, lambda: ("answer", case, True) in server.asked)
        me = app.workspace.counselor_id
        await until(pilot, lambda: cases.document(app.workspace.store, case)["case"]["owner_id"] == me)


async def test_offline_the_lists_say_what_happened(furnished: Founded, server: FakeServer) -> None:
    server.down = "sync_failed"
    happened = explain_code("sync_failed").happened
    async with desk(furnished) as (app, pilot):
        await to_sync(app, pilot, server)
        await press(pilot, "o")
        await until(pilot, lambda: isinstance(app.screen, OffersScreen) and happened in said_on(app))


# search


async def test_the_server_is_searched_too_and_a_case_there_can_be_brought(
    furnished: Founded, server: FakeServer
) -> None:
    server.found = [Held("lejos", "ZZZZ-0001-Y", AT, "open", None, "Un caso de otra colega", False)]
    async with desk(furnished, (100, 30)) as (app, pilot):
        server.tell(app)
        await press(pilot, "/", *"migrantes", "f5")
        await until(pilot, lambda: "Un caso de otra colega" in said_on(app))
        said = text_of(app)
        assert said.index("K7Q2-") < said.index("En el servidor") < said.index("ZZZZ-0001-Y")
        await press(pilot, "down", "end", "enter")
        await until(pilot, lambda: ("open_again", "lejos") in server.asked)
        await press(pilot, "/", "x")
        await until(pilot, lambda: "ZZZZ-0001-Y" not in text_of(app))


async def test_offline_what_is_here_stays_and_a_sentence_says_why(
    furnished: Founded, server: FakeServer
) -> None:
    server.down = "sync_failed"
    async with desk(furnished, (100, 30)) as (app, pilot):
        server.tell(app)
        await press(pilot, "/", *"migrantes", "f5")
        happened = explain_code("sync_failed").happened
        await until(pilot, lambda: happened in said_on(app))
        assert "K7Q2-" in text_of(app)


async def test_without_a_server_there_is_no_key_for_it(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "/", *"migrantes", "f5")
        assert "servidor" not in text_of(app)


# colleagues


@pytest.fixture
def colleague() -> Callable[..., None]:
    """Writes into a database as synchronisation leaves it: a change by another hand."""

    def write(app: LnctpApp, table: str, row: str, case: str, patch: dict[str, object]) -> None:
        store = app.workspace.store
        own = store.author
        store.author = Author("otra", "otra", own.sign)
        with store.write() as unit:
            unit.record(table, row, patch, case=case)
        store.author = own
        app.syncing._news(frozenset({case}))

    return write


async def test_a_colleagues_change_appears_in_an_open_case_and_on_the_desk(
    furnished: Founded, server: FakeServer, colleague: Callable[..., None]
) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        case, _person = first_case(app)
        colleague(app, "cases", case, case, {"summary": "Cambió de hotel"})
        await until(pilot, lambda: "Cambió de hotel" in said_on(app))
        assert app.screen.query_one(RowList).key == f"case:{case}"
        app.show_case(case)
        await until(pilot, lambda: isinstance(app.screen, CaseScreen) and app.screen.document)
        colleague(app, "cases", case, case, {"summary": "Ya está a salvo"})
        await until(pilot, lambda: "Ya está a salvo" in said_on(app))
        assert "una colega escribió aquí a las 12:03" in said_on(app)


async def test_what_is_being_typed_the_cursor_and_the_focus_stay(
    furnished: Founded, server: FakeServer, colleague: Callable[..., None]
) -> None:
    async with desk(furnished, (130, 34)) as (app, pilot):
        case, person = first_case(app)
        server.tell(app)
        app.edit_case(case)
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen) and app.screen.query("#panes"))
        form = app.screen
        assert isinstance(form, IntakeScreen)
        await form.go_to("victima", "name")
        await rest(pilot)
        entry = app.focused
        assert isinstance(entry, Input)
        entry.value = ""
        await pilot.press(*"Rosario")
        await pilot.press("left", "left")
        theirs = {"name": "Otro nombre", "education": "primaria"}
        colleague(app, "people", person, case, theirs)
        await until(pilot, lambda: form.intake.document["people"][0].get("education") == "primaria")
        await rest(pilot)
        assert app.focused is entry
        assert (entry.value, entry.cursor_position) == ("Rosario", 5)
        await pilot.press(*"xy")
        assert entry.value == "Rosarxyio"
        assert app.workspace.writer.drain(30)
        with app.workspace.store.read() as connection:
            assert list(connection.execute(CONFLICTS.select()).scalars("field")) == ["name"]  # type: ignore[arg-type]

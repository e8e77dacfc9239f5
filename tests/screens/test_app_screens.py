"""The app as a counselor goes through it: desk, case, history, search, help, options, several calls, lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from app_world import app_on, desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from vaults import MadeVault
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.app_lock import LOCKED
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.screens.case.case import CaseScreen
from lnctp_tui.screens.case.history import HistoryScreen
from lnctp_tui.screens.help import HelpScreen
from lnctp_tui.screens.lists.desk import DeskScreen
from lnctp_tui.screens.lists.search import SearchScreen
from lnctp_tui.screens.vault.first_run import FirstRunScreen, zones
from lnctp_tui.screens.vault.forgotten import ForgottenScreen
from lnctp_tui.screens.vault.new_phrase import NewPhraseScreen
from lnctp_tui.screens.vault.sheet import SheetScreen
from lnctp_tui.screens.vault.unlock import UnlockScreen, pause_after
from lnctp_tui.services.call import calls, matches
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage.database.audit import ACCESS
from lnctp_tui.storage.vault import recovery, vault
from lnctp_tui.widgets.banner import OpenCalls
from lnctp_tui.widgets.phrase_entry import PhraseEntry
from lnctp_tui.widgets.row_list import RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")


def shows(app: LnctpApp, *words: str) -> Callable[[], bool]:
    return lambda: all(word in said_on(app) for word in words)


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


def notices(app: LnctpApp) -> list[str]:
    """What the toasts say."""
    return [note.message for note in app._notifications]


# the phrase


async def test_the_right_phrase_opens_the_desk(founded: Founded, vault_template: MadeVault) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(PhraseEntry))
        app.screen.query_one(PhraseEntry).value = vault_template.phrase
        await pilot.press("enter")
        await until(pilot, shows(app, "Casos abiertos", "No hay casos abiertos."))
        assert isinstance(app.screen, DeskScreen)
    app.close_workspace()


async def test_a_wrong_phrase_is_told_and_can_be_tried_again(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(PhraseEntry))
        app.screen.query_one(PhraseEntry).value = "abaco abaco abaco"
        await pilot.press("enter")
        await until(pilot, shows(app, "La frase no abre."))
        assert not app.screen.query_one(PhraseEntry).disabled
        assert not app.unlocked


@pytest.mark.parametrize(("tries", "seconds"), [(1, 0), (2, 0), (3, 2), (4, 4), (6, 16), (9, 30)])
def test_the_pause_grows_with_wrong_phrases(tries: int, seconds: int) -> None:
    assert pause_after(tries) == seconds


async def test_four_letters_and_tab_complete_a_word(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#hint"))
        await pilot.press(*"abej", "tab", *"farm", "tab")
        assert app.screen.query_one(PhraseEntry).value == "abeja farmacia "
        assert "abeja" not in text_of(app)
        await pilot.press("f2")
        assert "abeja farmacia" in text_of(app)


async def test_the_first_screen_does_not_say_what_the_program_is(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        said = text_of(app).lower()
    assert not any(word in said for word in ("trata", "línea", "lnctp", "caso", "víctima", "llamada"))


async def test_the_first_screen_changes_its_language(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f4")
        assert "Phrase" in text_of(app)


async def test_without_sheet_or_organisation_a_lost_phrase_is_said_plainly(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3")
        await until(pilot, shows(app, "sin la frase no hay acceso"))
        assert isinstance(app.screen, ForgottenScreen)


async def new_phrase(app: LnctpApp, pilot: Pilot[int]) -> str:
    """Takes the words that are offered, and goes on to the desk."""
    await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen))
    new = app.screen
    assert isinstance(new, NewPhraseScreen)
    await pilot.press("enter")
    new.query_one(PhraseEntry).value = new.words
    await pilot.press("enter")
    await until(pilot, lambda: app.current_mode == "desk")
    return new.words


async def test_the_sheet_opens_and_sets_a_new_phrase(office: Founded) -> None:
    sheet = vault_access.new_sheet(office.home, office.key)
    app = app_on(office)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3")
        app.screen.query_one(PhraseEntry).value = sheet
        await pilot.press("enter")
        assert vault_access.is_right(office.home, await new_phrase(app, pilot))
    app.close_workspace()


@pytest.fixture
def custodians(office: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> recovery.OrganisationKeys:
    """The organisation's keys, a vault that is sealed to them, and a home folder of this test's own."""
    keys = recovery.new_keys()
    vault.set_recovery(office.home, office.key, keys.public)
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("HOME", str(own))
    return keys


async def test_two_custodians_open_and_a_new_phrase_is_set(
    office: Founded, custodians: recovery.OrganisationKeys
) -> None:
    request = Path.home() / "solicitud.json"
    app = app_on(office)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3", "f5")
        await until(pilot, shows(app, "Solicitud guardada"))
        words = recovery.request_facts(request.read_text())[1]
        await until(pilot, shows(app, words))
        answer = recovery.answer(request.read_text(), *custodians.shares[:2])
        (Path.home() / "respuesta.json").write_text(answer)
        await pilot.press("f6")
        app.screen.query_one("#path", Input).value = "~/respuesta.json"
        await pilot.press("enter")
        assert vault_access.is_right(office.home, await new_phrase(app, pilot))
    app.close_workspace()


async def test_a_request_overwrites_nothing_and_a_second_one_is_asked_for_twice(
    office: Founded, custodians: recovery.OrganisationKeys
) -> None:
    (Path.home() / "solicitud.json").write_text("de otra cosa")
    app = app_on(office)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3", "f5")
        await until(pilot, shows(app, "Solicitud guardada"))
        assert (Path.home() / "solicitud-2.json").exists()
        await pilot.press("f5")
        await until(pilot, shows(app, "Ya hay una solicitud sin respuesta"))
        assert not (Path.home() / "solicitud-3.json").exists()
        await pilot.press("f5")
        await until(pilot, lambda: (Path.home() / "solicitud-3.json").exists())
    assert (Path.home() / "solicitud.json").read_text() == "de otra cosa"


@pytest.mark.parametrize("typed", ["~nadie_con_este_nombre/x", "/dev/zero", "nada.json", "/"])
async def test_an_answer_that_cannot_be_read_is_told(
    office: Founded, custodians: recovery.OrganisationKeys, typed: str
) -> None:
    app = app_on(office)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3", "f6")
        app.screen.query_one("#path", Input).value = typed
        await pilot.press("enter")
        await until(pilot, shows(app, "No se pudo leer o escribir el archivo"))
        assert isinstance(app.screen, ForgottenScreen)


# the first run


async def test_the_first_run_makes_a_vault_and_offers_a_sheet(tmp_path: Path) -> None:
    home = tmp_path / "data"
    app = LnctpApp(home, None)
    async with app.run_test(size=(80, 30)) as pilot:
        assert isinstance(app.screen, FirstRunScreen)
        await pilot.press(*"Ana", "enter")
        app.screen.query_one("#zone", Input).value = "tijuana"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen))
        new = app.screen
        assert isinstance(new, NewPhraseScreen)
        assert all(word in text_of(app) for word in new.words.split())
        await pilot.press("enter")
        await until(pilot, lambda: not app.screen.query_one("#words").display)
        new.query_one(PhraseEntry).value = "abaco abaco"
        await pilot.press("enter")
        assert "No es la misma frase" in text_of(app)
        new.query_one(PhraseEntry).value = " ".join(word[:4] for word in new.words.split()).upper()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SheetScreen))
        await until(pilot, lambda: "pierde los datos" in text_of(app))
        await pilot.press("f5")
        sheet = app.screen
        assert isinstance(sheet, SheetScreen)
        assert len(sheet.words.split()) == 24
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "desk")
        assert (app.workspace.counselor_name, app.workspace.zone) == ("Ana", "America/Tijuana")
        assert vault_access.is_right(home, new.words)
    app.close_workspace()


async def test_a_weak_own_phrase_is_refused_with_the_reason() -> None:
    app = LnctpApp(Path("/nonexistent"), None)
    async with app.run_test() as pilot:
        app.push_screen(NewPhraseScreen(("Ana",)))
        await pilot.pause()
        await pilot.press("f6", *"hola ana", "enter")
        assert "15 caracteres" in text_of(app)


async def test_the_phrase_that_somebody_copies_to_paper_stays_however_long_it_takes(tmp_path: Path) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test() as pilot:
        await pilot.press(*"Ana", "enter")
        app.screen.query_one("#zone", Input).value = "tijuana"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen))
        new = app.screen
        assert isinstance(new, NewPhraseScreen)
        words = new.words
        app.watch_lock.touched -= 3600
        app._tick()
        await pilot.pause()
        assert app.return_value is None
        assert app.screen is new
        assert new.words == words


async def test_the_first_question_waits_for_hours(tmp_path: Path) -> None:
    app = LnctpApp(tmp_path / "data", None)
    async with app.run_test() as pilot:
        await pilot.press(*"Ana")
        app.watch_lock.touched -= 3600
        app._tick()
        await pilot.pause()
        assert app.return_value is None
        assert app.screen.query_one("#name", Input).value == "Ana"


async def test_a_half_typed_phrase_is_forgotten_when_nobody_goes_on(founded: Founded) -> None:
    app = app_on(founded)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press(*"abej farm")
        app.watch_lock.touched -= 3600
        app._tick()
        assert app.screen.query_one(PhraseEntry).value == ""
        assert app.return_value is None


@pytest.mark.parametrize("how", ["idle", "ctrl+l"])
async def test_a_new_phrase_after_the_sheet_is_not_left_on_the_screen(office: Founded, how: str) -> None:
    sheet = vault_access.new_sheet(office.home, office.key)
    app = app_on(office)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: app.screen.query("#said"))
        await pilot.press("f3")
        app.screen.query_one(PhraseEntry).value = sheet
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewPhraseScreen))
        if how == "idle":
            app.watch_lock.touched -= 3600
            app._tick()
        else:
            await pilot.press("ctrl+l")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == LOCKED


def test_zones_are_found_by_part_of_their_name_mexico_first() -> None:
    assert zones("")[0] == "America/Mexico_City"
    assert zones("ciudad ju") == ["America/Ciudad_Juarez"]
    assert "Europe/Madrid" in zones("MADRID")
    assert zones("nowhere") == []


# desk, case, history, search


async def test_the_desk_lists_open_cases_by_urgency(furnished: Founded) -> None:
    async with desk(furnished) as (app, _pilot):
        said = text_of(app)
        assert said.index("Emergencia") < said.index("Urgente") < said.index("Seguimiento")


async def test_a_case_is_read_whole_and_the_view_is_noted(furnished: Founded) -> None:
    async with desk(furnished, (120, 60)) as (app, pilot):
        await press(pilot, "enter")
        await until(pilot, shows(app, "Lo que dicen los hechos", "Acto"))
        assert isinstance(app.screen, CaseScreen)
        app.workspace.writer.drain(5)
        with app.workspace.store.read() as connection:
            seen = connection.execute(ACCESS.select()).mappings().all()
        assert [(row["action"], row["record"]) for row in seen] == [("case", app.screen.case_id)]


async def test_a_note_is_added_and_stands_in_the_history(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "enter")
        await press(pilot, "a", *"Llamar [b]el[/b] lunes")
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: notices(app) == ["Nota guardada."])
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        await until(pilot, lambda: screen.document and screen.document["notes"])
        await press(pilot, "h")
        await until(pilot, shows(app, "Historial", "Llamar [b]el[/b] lunes", "Consejera de Prueba"))
        assert isinstance(app.screen, HistoryScreen)


async def test_a_case_is_closed_with_a_reason_and_opened_again(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "enter")
        await press(pilot, "x")
        await until(pilot, shows(app, "Sigue abierto por: víctima o testigo"))
        await press(pilot, "enter")
        await until(pilot, shows(app, "Abierto ·"))
        await press(pilot, "x", "down", "enter")
        await until(pilot, shows(app, "¿Por qué se cierra así?", "tareas abiertas"))
        await press(pilot, "enter")
        assert cases.document(app.workspace.store, app.screen_stack[1].case_id)["case"]["status"] == "open"
        await until(pilot, shows(app, "¿Por qué se cierra así?", "Escriba de 1 a"))
        await press(pilot, *"acordado", "enter")
        await until(pilot, shows(app, "Cerrado ·"))
        await press(pilot, "x")
        await until(pilot, shows(app, "Abierto ·"))


async def test_two_cases_are_merged_and_the_merge_undone(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "enter")
        screen = app.screen
        assert isinstance(screen, CaseScreen)
        await press(pilot, "m", *"motel")
        await until(pilot, lambda: app.screen.query_one(RowList).key)
        await press(pilot, "enter")
        await until(pilot, lambda: screen.case.get("status") == "merged")
        await press(pilot, "m")
        await until(pilot, lambda: screen.case.get("status") == "open")


async def test_the_history_reads_on_at_its_end(furnished: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lnctp_tui.screens.case.history.PAGE", 2)
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "enter", "h")
        screen = app.screen
        assert isinstance(screen, HistoryScreen)
        whole = cases.history(app.workspace.store, screen.case_id)
        assert len(whole) > 2
        for _ in whole:
            await press(pilot, "end", "down")
        await until(pilot, lambda: len(screen.saves) == len(whole))
        assert screen.saves == whole


async def test_the_history_shows_old_and_new_in_words(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        line = cases.list_cases(app.workspace.store)[0]
        cases.set_status(app.workspace.store, line.id, "closed", "atendido")
        app.show_case(line.id)
        await rest(pilot)
        await press(pilot, "h")
        await until(pilot, shows(app, "→ Cerrado", "Atendido en la llamada"))


async def test_search_finds_as_typed_and_opens_the_first(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "/")
        assert isinstance(app.screen, SearchScreen)
        await press(pilot, *"MIGRÁNT")
        await until(pilot, shows(app, "K7Q2-0002"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))


async def test_a_search_without_hits_says_what_to_try(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "/", *"zzzzqq")
        await until(pilot, shows(app, "Pruebe con menos letras"))


async def test_help_tells_every_key_of_the_screen_below_in_spanish(furnished: Founded) -> None:
    async with desk(furnished, (100, 50)) as (app, pilot):
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        said = text_of(app)
        below = app.screen_stack[-2].active_bindings.values()
        for each in below:
            if each.binding.id:
                assert each.binding.description in said or (each.binding.tooltip or "?") in said
        await press(pilot, "f1")
        assert isinstance(app.screen, DeskScreen)


@pytest.mark.parametrize(("keys", "told"), [((), 1), (("f1",), 1), (("slash",), 0)])
async def test_what_is_pasted_where_nothing_is_typed_is_told(
    furnished: Founded, keys: tuple[str, ...], told: int
) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, *keys)
        app.post_message(events.Paste("dos renglones\ncopiados de un chat"))
        await rest(pilot)
        assert sum("péguelo otra vez" in note for note in notices(app)) == told


async def test_a_notice_that_can_still_be_read_is_not_put_up_again(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        for _ in range(10):
            app.post_message(events.Paste("un renglón"))
        app.notify("otro aviso", markup=False)
        await rest(pilot)
        assert len(notices(app)) == 2


async def test_options_hold_at_once_and_after_the_next_start(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "o", "enter")
        await press(pilot, "down", "down", "enter")
        assert (app.theme, app.idle_minutes) == ("light", 10)
        await press(pilot, "up", "enter")
        assert "Options" in text_of(app)
        app.workspace.writer.drain(5)
    async with desk(furnished) as (app, _pilot):
        assert (app.theme, app.idle_minutes) == ("light", 10)
        assert "Open cases" in text_of(app)


async def test_the_first_screen_keeps_the_language_and_the_look_that_were_chosen(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "o", "enter", "enter")
        await press(pilot, "down", "enter")
        assert app.workspace.writer.drain(5)
    known = vault_access.profile(furnished.home)
    assert known is not None
    assert (known.language, known.theme, known.zone) == ("en", "contrast", "America/Mexico_City")
    again = LnctpApp(furnished.home, known)
    async with again.run_test() as pilot:
        await until(pilot, lambda: again.screen.query("#said"))
        assert again.theme == "contrast"


# calls


async def test_a_second_call_comes_while_a_form_is_open(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        first = app.screen
        await press(pilot, *"primera")
        await press(pilot, "ctrl+n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen) and app.screen is not first)
        await until(pilot, lambda: app.screen.query(OpenCalls))
        await press(pilot, "ctrl+o")
        assert app.screen is first
        assert "primera" in text_of(app)


async def test_an_unfinished_call_is_offered_on_the_desk_and_opens_again(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        await press(pilot, *"me llama Ana")
        await until(pilot, lambda: "me llama Ana" in text_of(app))
        app.screen.flush()  # type: ignore[attr-defined]
        assert app.workspace.writer.drain(5)
    async with desk(furnished, (120, 40)) as (app, pilot):
        await until(pilot, shows(app, "sin terminar", "campo"))
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen) and "me llama Ana" in text_of(app))


async def test_what_was_read_for_a_closed_screen_concerns_nobody(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, go = matches.earlier, threading.Event()
    monkeypatch.setattr(matches, "earlier", lambda *asked: read(*asked) if go.wait(10) else [])
    async with desk(furnished, (120, 40)) as (app, pilot):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))
        await pilot.press("f7")
        await until(pilot, shows(app, "Buscando"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CaseScreen))
        go.set()
        await rest(pilot)
        assert isinstance(app.screen, CaseScreen)


async def test_after_a_lock_the_form_is_there_again(furnished: Founded) -> None:
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        await press(pilot, *"sigue hablando")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: not app.is_running or app.return_value is not None)
        assert app.return_value == LOCKED
    async with desk(furnished, (120, 40)) as (app, pilot):
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen) and "sigue hablando" in text_of(app))
        assert len(calls.unfinished(app.workspace.store)) == 1


@pytest.mark.parametrize("keys", [("o",), ("f1",), ("enter", "a"), ("enter", "x"), ("/", "x"), ("n", "f3")])
async def test_ctrl_l_locks_whatever_is_on_the_screen(furnished: Founded, keys: tuple[str, ...]) -> None:
    async with desk(furnished) as (app, pilot):
        for key in keys:
            await press(pilot, key)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == LOCKED


async def test_nobody_at_the_keyboard_locks(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        app.watch_lock.touched -= 3600
        app._tick()
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == LOCKED


async def test_quitting_with_an_open_call_asks_twice(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "n")
        await until(pilot, lambda: isinstance(app.screen, IntakeScreen))
        await press(pilot, "ctrl+q")
        assert app.return_value is None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == 0


async def test_a_clock_set_back_is_told_and_nothing_breaks(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        app.watch_lock.last = app.watch_lock.last | {"wall": app.watch_lock.last["wall"] + 86400}
        app._tick()
        await until(pilot, lambda: len(app._notifications) == 1)
        assert app.return_value is None


async def test_twenty_columns_and_back(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        for keys in ((), ("enter",), ("h",), ("f1",)):
            await press(pilot, *keys)
            await pilot.resize_terminal(20, 5)
            await pilot.pause()
            await pilot.resize_terminal(80, 24)
            await pilot.pause()
        assert "En esta pantalla" in text_of(app)


def test_the_unlock_screen_is_the_first_of_a_vault(founded: Founded) -> None:
    assert isinstance(app_on(founded).get_default_screen(), UnlockScreen)


async def test_what_went_from_a_narrative_is_read_whole_and_brought_back(furnished: Founded) -> None:
    told = "dice que la va a matar si se va. están en el hotel Sol, cuarto 12, en Tapachula. " * 3
    async with desk(furnished, (120, 40)) as (app, pilot):
        await press(pilot, "n")
        intake = app.forms_open.opened[app.current_mode].intake
        field = intake.protocol_field("contact", "narrative")
        intake.mark(None, "act.captar", "yes")
        for text in (f"su hija. {told}", "su hija."):
            intake.enter(field, text)
            assert app.workspace.writer.drain(5)
        await press(pilot, "escape", "g")
        app.show_case(intake.draft.case.id)
        await rest(pilot)
        await press(pilot, "h")
        await until(pilot, shows(app, "− ", "cuarto 12, en Tapachula"))
        shown = " ".join(text_of(app).split())
        assert shown.count("cuarto 12") >= 3
        await press(pilot, "v")
        await until(pilot, shows(app, "Lo que se quitó del relato"))
        await press(pilot, "down", "enter")
        await until(pilot, lambda: intake.record(intake.contact)["narrative"] == f"su hija.\n{told.strip()}")
        assert app.forms_open.current == ("call", intake.contact.id)
        await press(pilot, "escape", "ctrl+z")
        assert intake.record(intake.contact)["narrative"] == f"su hija.\n{told.strip()[:-14]}"

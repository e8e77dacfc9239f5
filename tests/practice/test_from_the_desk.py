"""Practice from the desk: the vault is locked and left first, and never over an open call."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from app_world import desk, furnished, furnished_template, rest, spanish, until
from pty_app import PtyApp
from workspaces import Founded

from lnctp_tui import app_lock, app_opening, launcher
from lnctp_tui.domain.practice import mark
from lnctp_tui.services.practice import tries

__all__ = ["furnished", "furnished_template", "spanish"]


def test_the_desk_leads_to_a_practice_and_back_to_the_phrase(home: Path, tmp_path: Path) -> None:
    with PtyApp(home=home, environment={"TMPDIR": str(tmp_path)}, deadline=60) as app:
        app.unlock().see("Escritorio").settle().press("p").see("¿Qué llamada quiere practicar?").press(
            "enter"
        )
        app.see("PRÁCTICA", "Recorrido 1 de 5").press("escape").see("PRÁCTICA", "Se oye").settle()
        assert (home / tries.KEY).exists()
        app.press("ctrl+q").see("frase").gone("PRÁCTICA")
        app.until(lambda: not list(tmp_path.glob("lnctp-practice-*")), "the folder is gone")
        assert (home / tries.FILE).exists()
        app.unlock().see("Escritorio").settle()
        assert not (home / tries.FILE).exists()
        app.press("p").see("¿Qué llamada quiere practicar?")


@pytest.mark.usefixtures("spanish")
async def test_it_is_refused_over_an_open_call_also_when_the_call_comes_while_one_chooses(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (app_lock.PRACTISE, app_opening.LAST) == (launcher.PRACTISE, launcher.LAST)
    heard, wish = os.pipe()
    monkeypatch.setenv(mark.WISH, str(wish))
    try:
        monkeypatch.setenv(mark.CALL, "1")  # somebody left a practice for it, by Ctrl+N
        async with desk(furnished) as (app, pilot):
            await until(pilot, app.forms, "the real call, open after the phrase")
            assert mark.CALL not in os.environ
            app.practise("broma", [])
            await rest(pilot)
            assert any("llamada abierta" in note.message for note in app._notifications)
            app.clear_notifications()
            app.switch_mode("desk")
            await pilot.press("p")
            await rest(pilot)
            assert not app.leaving
            assert app.screen.heading == "Escritorio"
            assert any("llamada abierta" in note.message for note in app._notifications)
        os.set_blocking(heard, False)
        with pytest.raises(BlockingIOError):
            os.read(heard, 1)
    finally:
        os.close(heard)
        os.close(wish)

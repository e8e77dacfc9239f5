"""Referrals by keys alone: Enter sends nothing, what was not asked does not leave, and the number is one that holds."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui import screens
from lnctp_tui.app import LnctpApp
from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.records import bound
from lnctp_tui.screens.case import referral_outcome
from lnctp_tui.screens.case.referrals import ReferralScreen
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.lists.directory import DirectoryScreen
from lnctp_tui.services.call import desk as reader
from lnctp_tui.services.case import cases
from lnctp_tui.widgets.row_list import RowList

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

NUMBER = {"kind": "phone", "value": "5550001000"}


def case_of(app: LnctpApp) -> str:
    return reader.desk(app.workspace.store).cases[0].id


def document(app: LnctpApp) -> dict[str, Any]:
    assert app.workspace.writer.drain(30)
    return cases.document(app.workspace.store, case_of(app))


def own(app: LnctpApp) -> dict[str, Any]:
    (referral,) = (row for row in document(app)["referrals"] if row.get("reference"))
    return referral


def know(app: LnctpApp) -> None:
    """A refuge with a number that holds and one that somebody proposed, and a victim."""
    store = app.workspace.store
    values = {
        "source": "prueba",
        "source_id": "1",
        "founded_on": trust.founded_on([("provider_channels", NUMBER)]),
    }
    provider, patch = bound.made("providers", values)
    old, said = bound.made("provider_channels", NUMBER | {"provider_id": provider})
    new, proposed = bound.made(
        "provider_channels",
        {"provider_id": provider, "kind": "phone", "value": "5559999999", "replaces_id": old},
    )
    by = {"proposed_by": store.author.actor, "purpose": "guardia"}
    person = "0191b7a0-0000-7000-8000-00000000aaaa"
    with store.write() as unit:
        unit.record(
            "providers",
            provider,
            patch | {"name": "Casa Ceiba (ficticia)", "kind": "refugio", "status": "active"},
        )
        unit.record("provider_channels", old, said | by)
        unit.record("provider_channels", new, proposed | by)
        unit.record(
            "people",
            person,
            {
                "role": "victim",
                "name": "Ximena de Prueba",
                "sex": "mujer",
                "age_min": 17,
                "age_max": 17,
                "answers.need.refugio": "yes",
            },
            case=case_of(app),
        )


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


async def on_row(app: LnctpApp, pilot: Pilot[int], datum: str) -> None:
    rows = app.screen.query_one(RowList)
    await press(pilot, "home")
    for _step in range(30):
        if rows.key == datum:
            return
        await press(pilot, "down")
    raise AssertionError(f"no row {datum}")


async def pick(app: LnctpApp, pilot: Pilot[int], key: str) -> None:
    """A row of the dialog on top."""
    await until(pilot, lambda: key in app.screen.query_one(RowList).keys, f"the choice {key}")
    await on_row(app, pilot, key)
    await press(pilot, "enter")


async def to_referral(app: LnctpApp, pilot: Pilot[int]) -> None:
    await press(pilot, "enter")
    await press(pilot, "r")
    await until(pilot, lambda: "Canalizaciones" in text_of(app), "the list")
    await press(pilot, "a")
    await until(pilot, lambda: "Casa Ceiba" in text_of(app), "the providers")
    await press(pilot, *"nopal", "enter")
    assert "Nada con eso" in text_of(app), "what does not fit is not taken by Enter"
    await press(pilot, *["backspace"] * 5, *"céib", "enter")
    await until(
        pilot, lambda: isinstance(app.screen, ReferralScreen) and "Guion" in text_of(app), "the referral"
    )


async def test_it_is_asked_sent_and_answered_by_keys(
    furnished: Founded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with desk(furnished) as (app, pilot):
        know(app)
        await to_referral(app, pilot)
        assert "5550001000" in text_of(app)
        assert "5559999999" not in text_of(app)
        people = {person["name"]: person["id"] for person in document(app)["people"] if person.get("name")}
        ximena = people["Ximena de Prueba"]
        for key in ("p", "q"):
            await press(pilot, key)
            await pick(app, pilot, ximena)
        await until(
            pilot, lambda: "Ximena" in text_of(app) and "need" in app.screen.query_one(RowList).keys, "whose"
        )
        await on_row(app, pilot, "need")
        await press(pilot, "s")
        await on_row(app, pilot, "name")
        await press(pilot, "n")
        # Nobody was asked whether we may talk to them at all: F9 opens nothing.
        await press(pilot, "f9")
        assert isinstance(app.screen, ReferralScreen)
        await press(pilot, "c")
        await pick(app, pilot, "yes")
        await until(pilot, lambda: "hablemos?: sí" in text_of(app), "the yes")
        # The shortest ways send nothing.
        for keys in (["enter"], ["f9", "enter"], ["f9", "enter", "enter"]):
            await press(pilot, *keys)
            if not isinstance(app.screen, ReferralScreen):
                await press(pilot, "escape")
        assert document(app)["referral_deliveries"] == []
        assert own(app)["status"] == "prepared"
        for keys in (["i", "enter"], ["j", "enter"], ["w", "enter"], ["g", "enter"], ["r"], ["enter"]):
            await press(pilot, *keys)
        assert document(app)["referral_deliveries"] == []
        await press(pilot, "f9")
        await pick(app, pilot, "voice")
        await press(pilot, "enter")  # nobody's name: nothing
        assert document(app)["referral_deliveries"] == []
        await press(pilot, *"Lic. Prueba", "enter")
        await until(pilot, lambda: "Enviada" in text_of(app), "what was sent")
        (delivery,) = document(app)["referral_deliveries"]
        assert (delivery["data"], delivery["to_whom"], delivery["format"]) == (
            ["need"],
            "Lic. Prueba",
            "voice",
        )
        file = tmp_path / "h.json"
        await press(
            pilot, "j", "down", "enter", *"Lic.", "enter", *"h.json", "enter"
        )  # without its folder: nowhere
        await press(
            pilot, "j", "down", "enter", "enter", "home", *"~/", "enter"
        )  # whom and where stand there again
        await until(pilot, file.exists, "the file")
        (left,) = (row for row in document(app)["referral_deliveries"] if row["format"] == "json")
        assert left["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert b"Ximena" not in file.read_bytes()
        assert (file.stat().st_mode & 0o777, os.listdir(file.parent).count("h.json")) == (0o600, 1)
        await press(pilot, "i", "down", "enter", *"Lic.", "enter", *"~/h.json", "enter")
        assert len(document(app)["referral_deliveries"]) == 2, "no file is written over, and nothing noted"
        await press(pilot, "r", "enter")
        assert own(app)["status"] == "sent"
        await press(pilot, "r")
        await pick(app, pilot, "refused")
        await pick(app, pilot, "lleno")
        await until(pilot, lambda: isinstance(app.screen, DirectoryScreen), "the next that fit")
        await until(pilot, lambda: app.screen.view is not None, "the list")
        assert "orden: ajuste al caso" in said_on(app)
        await press(pilot, "escape")
        await until(pilot, lambda: "Rechazada" in text_of(app), "the answer")
        assert own(app)["refusal_reason"] == "lleno"
        await press(pilot, "s", "n", "f9", "r")
        assert isinstance(app.screen, ReferralScreen)
        await press(pilot, "escape")
        await until(pilot, lambda: "Rechazada" in text_of(app), "the list")


def test_enter_alone_says_for_nobody_that_they_arrived_or_were_helped() -> None:
    written: list[dict[str, str]] = []

    def choose(dialog: PickDialog, then: Callable[[str], object]) -> None:
        rows = RowList(dialog.lines)
        assert rows.key, "the first line can be chosen"
        then(rows.key)

    acts: Any = SimpleNamespace(screen=SimpleNamespace(app=SimpleNamespace(push_screen=choose)))
    referral_outcome._arrived(acts, written.append)
    referral_outcome._helped(acts, written.append)
    assert written == [{}, {}]


def test_no_line_that_is_offered_lacks_the_key_by_which_it_is_chosen() -> None:
    for path in Path(screens.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Line":
                keys = [*node.args[1:], *(word.value for word in node.keywords if word.arg == "key")]
                assert not any(isinstance(key, ast.Constant) and not key.value for key in keys), path.name

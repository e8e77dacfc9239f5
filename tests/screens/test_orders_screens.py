"""What an officer sees of orders: what waits, what is signed, and a stolen laptop sealed in few keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, until
from test_control import KEYS, LAPTOP, first, ordered
from textual.pilot import Pilot
from textual.widgets import Static
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.documents import Signed
from lnctp_tui.errors import Refused, WrongPassphrase
from lnctp_tui.screens.dialogs import Answer, LineDialog
from lnctp_tui.screens.sync.authority import ConfirmScreen
from lnctp_tui.screens.sync.order_sign import SignScreen
from lnctp_tui.screens.sync.orders import OrdersScreen
from lnctp_tui.services.sync import orders
from lnctp_tui.services.sync.orders import Draft, Known, Laptop, Standing
from lnctp_tui.widgets.phrase_entry import PhraseEntry

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")
TWO = first("laura", "rosa")
AT = "2026-11-29T10:00:00.000000Z"


class Office:
    """The facade of orders, from memory."""

    def __init__(self) -> None:
        wipe = ordered(TWO, "wipe", "rosa", unsent=True)
        self.drafts = [
            Draft("order", wipe, "person-rosa", "2026-11-30T00:20:00.000000Z", ("person-rosa",), 2)
        ]
        self.signed: list[tuple[Signed, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.heard: list[str] = []
        laptop = Laptop(LAPTOP, "person-ana", "Ana", "active", AT, orders.words(LAPTOP))
        people = {"person-ana": ("Ana Prueba", "counselor"), "person-laura": ("Laura", "supervisor")}
        self.known = Known((laptop,), people, {})

    def install(self, patch: pytest.MonkeyPatch) -> None:
        standing = Standing(TWO.org, None, 1, TWO.officers, "person-laura", KEYS["laura"])
        patch.setattr(orders, "standing", lambda _workspace: standing)
        patch.setattr(orders, "holding", lambda _workspace: [])
        patch.setattr(orders, "office", lambda _workspace: (self.drafts, self.known, {}))
        patch.setattr(orders, "draft", self.draft)
        patch.setattr(orders, "sign", self.sign)
        patch.setattr(orders, "refuse", lambda _w, draft, why: self.refused.append((draft.signed.hash, why)))
        patch.setattr(orders, "offered_org", lambda _workspace: TWO.org)
        patch.setattr(orders, "confirm", self.confirm)

    def draft(self, _workspace: Any, kind: str, on: str, data: Mapping[str, Any]) -> Draft:
        made = control.order(TWO, kind, on, 1, data, id="an-order", at=AT)
        return Draft("order", made, "person-laura", "", (), control.PERSONS[kind])

    def sign(self, _workspace: Any, draft: Draft, typed: str) -> bool:
        if typed != "mi frase":
            raise WrongPassphrase
        self.signed.append((draft.signed, typed))
        return True

    def confirm(self, _workspace: Any, org: str, heard: str) -> None:
        self.heard.append(heard)
        if heard != orders.words(org):
            raise Refused("wrong_words")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    made = Office()
    made.install(monkeypatch)
    return made


async def press(pilot: Pilot[int], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await rest(pilot)


async def opened(app: LnctpApp, pilot: Pilot[int]) -> OrdersScreen:
    screen = OrdersScreen()
    await app.push_screen(screen)
    await until(pilot, lambda: screen.view is not None and screen.view.known is not None)
    await rest(pilot)
    return screen


async def test_a_stolen_laptop_is_sealed_by_person_reason_and_phrase(
    furnished: Founded, office: Office
) -> None:
    async with desk(furnished) as (app, pilot):
        await opened(app, pilot)
        await press(pilot, "e", "enter")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        await press(pilot, *"robo", "enter")
        await until(pilot, lambda: isinstance(app.screen, SignScreen))
        shown = said_on(app)
        assert "SELLAR · Ana Prueba" in shown
        await press(pilot, "enter")
        assert office.signed == []
        app.screen.query_one(PhraseEntry).value = "otra"
        await press(pilot, "enter")
        assert office.signed == []
        await press(pilot, "escape", "e", "enter")
        await until(pilot, lambda: isinstance(app.screen, LineDialog))
        assert app.screen.query_one(Answer).value == "robo", (
            "of an order that nobody signed yet the reason waits"
        )
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, SignScreen))
        app.screen.query_one(PhraseEntry).value = "mi frase"
        await press(pilot, "enter")
        await until(pilot, lambda: bool(office.signed))
        assert app.workspace.draft(f"line:order.why:seal/{LAPTOP}") is None
    (made, _typed) = office.signed[0]
    assert (made.content["kind"], made.content["on"], made.content["data"]) == (
        "seal",
        LAPTOP,
        {"why": "robo"},
    )


async def test_words_that_were_heard_once_do_not_stand_there_for_another_time(
    furnished: Founded, office: Office
) -> None:
    async with desk(furnished) as (app, pilot):
        await opened(app, pilot)
        for _ in range(2):
            await press(pilot, "o", "down", "enter", "enter")
            await until(pilot, lambda: isinstance(app.screen, LineDialog))
            assert app.screen.query_one(Answer).value == ""
            await press(pilot, *"uno dos", "enter")
            assert isinstance(app.screen, OrdersScreen), "other words approve nothing"


async def test_what_waits_is_shown_whole_with_its_six_words_and_refused_only_with_a_reason(
    furnished: Founded, office: Office
) -> None:
    async with desk(furnished) as (app, pilot):
        await opened(app, pilot)
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(app.screen, SignScreen))
        shown = said_on(app)
        assert "BORRAR EQUIPO" in shown
        assert "1 de 2 firmas" in shown
        assert all(word in shown for word in office.drafts[0].words.split())
        await press(pilot, "f8", "enter")
        assert office.refused == []
        await press(pilot, *"no es", "enter")
        await until(pilot, lambda: bool(office.refused))
    assert office.refused == [(office.drafts[0].signed.hash, "no es")]
    assert office.signed == []


async def test_the_authority_is_confirmed_by_words_that_were_heard_and_never_shown(
    furnished: Founded, office: Office
) -> None:
    own = orders.words("ab" * 32)
    async with desk(furnished) as (app, pilot):
        await app.push_screen(ConfirmScreen(own))
        await rest(pilot)
        assert all(word in said_on(app) for word in own.split())
        await press(pilot, "enter")
        assert office.heard == []
        app.screen.query_one(PhraseEntry).value = own
        await press(pilot, "enter")
        await until(pilot, lambda: bool(office.heard))
        await rest(pilot)
        assert "no son las mismas" in str(app.screen.query_one("#said", Static).render())
        app.screen.query_one(PhraseEntry).value = orders.words(TWO.org)
        await press(pilot, "enter")
        await until(pilot, lambda: len(office.heard) == 2)

"""How the screens of orders, of lost saves and of a disk that refuses look, and that each speaks one language only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from app_world import app_on, desk, furnished, furnished_template, rest, said_on, spanish, until
from counts import in_soak
from sync_world import HERE
from test_app_looks import ENGLISH, LETTERS, NAMES, SIZES, sentences, steady, to_desk
from test_control import KEYS, first, officer, ordered
from test_orders_screens import AT, TWO, Office
from textual.pilot import Pilot
from textual.widgets import Input
from workspaces import Founded

from lnctp_tui import i18n
from lnctp_tui.app import LnctpApp
from lnctp_tui.app_saving import Saving
from lnctp_tui.domain.authority import control
from lnctp_tui.errors import Refused
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.sync.authority import ConfirmScreen
from lnctp_tui.screens.sync.order_read import OrderScreen
from lnctp_tui.screens.sync.order_sign import SignScreen
from lnctp_tui.screens.sync.orders import OrdersScreen
from lnctp_tui.screens.vault.hold import HoldScreen
from lnctp_tui.screens.vault.loss import LossScreen
from lnctp_tui.screens.vault.protocol_changed import ProtocolChangedScreen
from lnctp_tui.services.sync import orders
from lnctp_tui.services.sync.orders import Draft, Kept, Standing
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.missing_saves import Missing
from lnctp_tui.storage.protocol.accepted import Pending
from lnctp_tui.storage.vault.missing import Loss

__all__ = ["furnished", "furnished_template", "spanish", "steady"]
pytestmark = pytest.mark.usefixtures("spanish")
Opening = Callable[[LnctpApp, Pilot[int]], Awaitable[None]]
ZONE = "America/Mexico_City"
SCRIPT = Path(__file__).parents[2] / "lnctp_tui" / "data" / "scripts" / "emergency.toml"
SAVED = 1_795_975_385_000_000
"""29 November 2026, 18:03:05 UTC, in microseconds."""


async def to_orders(app: LnctpApp, pilot: Pilot[int]) -> None:
    screen = OrdersScreen()
    await app.push_screen(screen)
    await until(pilot, lambda: screen.view is not None)
    await rest(pilot)


async def to_pick(app: LnctpApp, pilot: Pilot[int]) -> None:
    await to_orders(app, pilot)
    await pilot.press("o")
    await until(pilot, lambda: isinstance(app.screen, PickDialog))


async def to_sign(app: LnctpApp, pilot: Pilot[int]) -> None:
    await to_orders(app, pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, SignScreen))


async def to_read(app: LnctpApp, pilot: Pilot[int]) -> None:
    await to_orders(app, pilot)
    await pilot.press("end", "enter")
    await until(pilot, lambda: isinstance(app.screen, OrderScreen))


async def to_refusal(app: LnctpApp, pilot: Pilot[int]) -> None:
    await to_sign(app, pilot)
    app.screen.query_one(Input).value = "otra"
    await pilot.press("enter")
    await until(pilot, lambda: "frase" in str(app.screen.query_one("#said").render()))


async def to_confirm(app: LnctpApp, pilot: Pilot[int]) -> None:
    await app.push_screen(ConfirmScreen(orders.words("ab" * 32)))


async def to_refused_confirm(app: LnctpApp, pilot: Pilot[int]) -> None:
    await to_confirm(app, pilot)
    app.screen.query_one(Input).value = orders.words("cd" * 32)
    await pilot.press("enter")
    await until(pilot, lambda: "mismas" in str(app.screen.query_one("#said").render()))


def missing(app: LnctpApp, **found: Any) -> Missing:
    return Missing(app.workspace.key, Loss(**found), "2026-11-29T18:30:00.000000Z")


async def to_loss(app: LnctpApp, pilot: Pilot[int]) -> None:
    found = missing(
        app, missing=32, marked_n=832, stored_n=800, marked_at=SAVED, stored_at=SAVED - 1_295_000_000
    )
    await app.push_screen(LossScreen(found, ZONE))
    await pilot.press("c")


async def to_hold(app: LnctpApp, pilot: Pilot[int]) -> None:
    await app.push_screen(HoldScreen(locked=True))


async def to_ordered_hold(app: LnctpApp, pilot: Pilot[int]) -> None:
    await app.push_screen(HoldScreen(locked=True, ordered=True))


async def to_unsaved(app: LnctpApp, pilot: Pilot[int]) -> None:
    from lnctp_tui.widgets.save_bar import SaveBar

    app.saving.look = lambda: None  # type: ignore[method-assign]
    SaveBar.show(
        app.screen,
        "NO SE ESTÁ GUARDANDO",
        "El disco está lleno. Lo escrito está en un diario sellado junto a la base: no se pierde. Libere espacio.",
    )


async def to_protocol(app: LnctpApp, pilot: Pilot[int]) -> None:
    script = SCRIPT.read_bytes()
    name = "scripts/emergency.toml"
    app.workspace.pending = Pending({name: script.replace(b"911", b"800 555 0199")}, {name: script})
    await app.push_screen(ProtocolChangedScreen(app.workspace))


async def to_ordered_desk(app: LnctpApp, pilot: Pilot[int]) -> None:
    status = replace(HERE, state="revoked", ordered="revoked", problem="signed_revoked", saved_at=AT)
    app.syncing.status = status
    app.screen.synced(status)  # type: ignore[attr-defined]


SCREENS: dict[str, Opening] = {
    "orders": to_orders,
    "order_new": to_pick,
    "order_read": to_read,
    "order_sign": to_sign,
    "order_sign_refused": to_refusal,
    "authority": to_confirm,
    "authority_refused": to_refused_confirm,
    "loss": to_loss,
    "hold": to_hold,
    "hold_ordered": to_ordered_hold,
    "unsaved": to_unsaved,
    "protocol_changed": to_protocol,
    "desk_ordered": to_ordered_desk,
}


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    """Officers with a wipe that waits and a seal that holds."""
    made = Office()
    made.install(monkeypatch)
    listed = first("laura", "rosa", people={})
    held = ordered(listed, "seal", "rosa", why="robo en el camión")
    order = control.read_order(held, {1: listed})
    monkeypatch.setattr(orders, "holding", lambda _w: [Kept(1, order, held, AT, AT)])
    list_ = control.follow(listed, [officer("laura"), officer("rosa"), officer("ines")], [], AT)
    made.drafts.append(Draft("authority", list_, "person-rosa", "2026-11-30T00:20:00.000000Z", (), 2))
    monkeypatch.setattr(
        Saving,
        "unsaved_lines",
        lambda _saving: ["K7Q2-0001-7: relato, edad, lugar", "llamada de las 12:03: relato"],
    )
    return made


async def shown(app: LnctpApp, pilot: Pilot[int], where: Founded, name: str) -> None:
    await to_desk(pilot, where)
    await SCREENS[name](app, pilot)
    await rest(pilot)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("name", SCREENS)
def test_the_screens_of_control_and_loss(
    name: str, size: tuple[int, int], furnished: Founded, office: Office, snap_compare: Any
) -> None:
    app = app_on(furnished)
    assert snap_compare(app, terminal_size=size, run_before=lambda pilot: shown(app, pilot, furnished, name))
    app.close_workspace()


@pytest.mark.parametrize("language", ["en", *in_soak("es")])  # Spanish is what the pictures show
@pytest.mark.parametrize("name", sorted(SCREENS.keys() - {"unsaved"}))  # its sentence is the test's own
async def test_each_of_them_speaks_one_language(
    name: str, language: str, furnished: Founded, office: Office
) -> None:
    foreign = sentences(language)
    async with desk(furnished, (130, 60)) as (app, pilot):
        i18n.set_language(language)
        app.screen.read()  # type: ignore[attr-defined]
        await rest(pilot)
        if language == "en" and name.endswith("refused"):
            return
        await SCREENS[name](app, pilot)
        await rest(pilot)
        said = said_on(app)
    if name == "protocol_changed":  # its lines are in both languages
        foreign = {text for text in foreign if text not in SCRIPT.read_text("utf-8")}
    assert {text for text in foreign if text in said} == set()
    if language == "es" and name != "protocol_changed":
        assert {word.lower() for word in LETTERS.findall(said)} & ENGLISH == set()


def founding(patch: pytest.MonkeyPatch, key: str | None, offered: str | None = None) -> None:
    standing = Standing(None, offered, 0, (), None, key)
    patch.setattr(orders, "standing", lambda _workspace: standing)
    patch.setattr(orders, "holding", lambda _workspace: [])

    def nobody(_workspace: Any) -> Any:
        raise Refused("control_officer")

    patch.setattr(orders, "office", nobody)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_without_officers_the_screen_says_the_commands_that_make_the_first_list(
    size: tuple[int, int], furnished: Founded, monkeypatch: pytest.MonkeyPatch, snap_compare: Any
) -> None:
    founding(monkeypatch, None)
    app = app_on(furnished)

    async def before(pilot: Pilot[int]) -> None:
        await to_desk(pilot, furnished)
        await to_orders(app, pilot)
        said = said_on(app)
        for command in ("authority key", "authority found", "server authority"):
            assert f"lnctp {command}" in said

    assert snap_compare(app, terminal_size=size, run_before=before)
    app.close_workspace()


async def test_the_first_list_waits_on_the_screen_of_whoever_has_a_key_and_is_signed_there(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    founding(monkeypatch, KEYS["rosa"])
    made = control.found([officer("laura"), officer("rosa")], {}, {}, AT)
    draft = Draft("authority", made, "person-laura", "2026-11-30T00:20:00.000000Z", ("person-laura",), 2)
    monkeypatch.setattr(orders, "waiting", lambda _workspace: [draft])
    signed: list[str] = []

    def sign(_workspace: Any, each: Draft, _typed: str) -> bool:
        signed.append(each.signed.hash)
        return False

    monkeypatch.setattr(orders, "sign", sign)
    async with desk(furnished) as (app, pilot):
        await to_orders(app, pilot)
        assert "RESPONSABLES, lista 1" in said_on(app)
        assert not app.screen.check_action("new", ())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SignScreen))
        app.screen.query_one(Input).value = "mi frase"
        await pilot.press("enter")
        await until(pilot, lambda: signed == [made.hash])


async def test_an_authority_that_is_there_is_confirmed_and_no_second_one_is_begun(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    founding(monkeypatch, None, offered=TWO.org)
    async with desk(furnished) as (app, pilot):
        await to_orders(app, pilot)
        said = said_on(app)
    assert "no los confirma" in said
    assert "authority found" not in said


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
def test_a_sealed_laptop_asks_for_no_phrase_and_says_who_opens_it(
    size: tuple[int, int], furnished: Founded, snap_compare: Any
) -> None:
    profile = vault_access.profile(furnished.home)
    assert profile is not None
    app = LnctpApp(furnished.home, replace(profile, sealed=True, organisation=True, sheet=False))

    async def before(pilot: Pilot[int]) -> None:
        await rest(pilot)
        said = said_on(app)
        assert "sellado" in said
        assert "dos custodios" in said
        assert "Nada se borró ni se pierde" in said
        assert "lnctp recovery open" in said
        assert not [each for each in app.screen.query(Input) if each.display]
        await pilot.press(*"una frase", "enter")
        assert app.screen.query_one("#sheet", Input).value == ""

    assert snap_compare(app, terminal_size=size, run_before=before)


async def test_a_sealed_laptop_makes_the_request_and_speaks_both_languages(
    furnished: Founded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(
        vault_access, "recovery_request", lambda _home: ("{}", "abeja remo tarde nube sol luz")
    )
    profile = vault_access.profile(furnished.home)
    assert profile is not None
    app = LnctpApp(furnished.home, replace(profile, sealed=True, organisation=True, sheet=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "abeja remo" in said_on(app), "the words")
        assert (tmp_path / "solicitud.json").read_text() == "{}"
        await pilot.press("escape")
        assert "sellado" in said_on(app)
        await pilot.press("f6")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "path")
        await pilot.press("f4")
        await until(pilot, lambda: "This laptop is sealed" in said_on(app))
        assert {text for text in sentences("en") if text in said_on(app)} == set()

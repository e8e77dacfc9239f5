"""The organisation's protocol folder stands open: a changed line is shown and used only with the phrase. Attack 36."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from app_world import app_on, rest, said_on, spanish, text_of, until
from pty_app import PHRASE
from textual.widgets import Input
from vaults import quick_derive
from workspaces import Founded

from lnctp_tui.cli import main
from lnctp_tui.errors import BadProtocol, WrongPassphrase
from lnctp_tui.screens.lists.desk import DeskScreen
from lnctp_tui.screens.vault.protocol_changed import ProtocolChangedScreen
from lnctp_tui.services.vault import missing_saves, workspace
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.protocol import accepted
from lnctp_tui.storage.vault import vault

__all__ = ["spanish"]

DATA = resources.files("lnctp_tui").joinpath("data")
SHIPPED = DATA.joinpath("scripts/emergency.toml").read_text(encoding="utf-8")
TRUE, FALSE = "911", "800 555 0199"
OWN = SHIPPED.replace("911", "911, o 800 555 0100")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)


@pytest.fixture
def laptop(office: Founded, monkeypatch: pytest.MonkeyPatch) -> Founded:
    vault.set_phrase(office.home, office.key, PHRASE, "own")
    monkeypatch.setenv("LNCTP_HOME", str(office.home))
    opened(office).close()
    return office


def opened(where: Founded) -> Workspace:
    return open_workspace(where.home, where.key)


def put(where: Founded, text: str, name: str = "emergency.toml") -> Path:
    folder = where.home / accepted.FOLDER
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def spoken(where: Founded) -> str:
    """What the emergency script reads out, as the app would open it."""
    found = opened(where)
    try:
        return " ".join(line.es for line in found.protocol.scripts["emergency"].lines)
    finally:
        found.close()


def accept(where: Founded) -> None:
    found = opened(where)
    try:
        missing_saves.accept_protocol(found, PHRASE)
    finally:
        found.close()


def test_a_folder_that_appears_is_not_used_before_the_phrase(laptop: Founded) -> None:
    before = spoken(laptop)
    put(laptop, SHIPPED.replace(TRUE, FALSE))
    assert spoken(laptop) == before
    found = opened(laptop)
    assert found.pending
    found.close()


def test_a_changed_number_is_not_read_to_anybody(laptop: Founded) -> None:
    file = put(laptop, OWN)
    accept(laptop)
    assert "800 555 0100" in spoken(laptop)
    file.write_text(OWN.replace("0100", "0199"), encoding="utf-8")
    assert "800 555 0100" in spoken(laptop)
    assert "0199" not in spoken(laptop)
    accept(laptop)
    assert "0199" in spoken(laptop)


@pytest.mark.parametrize("change", ["deleted", "renamed", "added", "folder gone"])
def test_every_other_change_leaves_the_accepted_one_in_use(change: str, laptop: Founded) -> None:
    file = put(laptop, OWN)
    accept(laptop)
    if change == "added":
        put(laptop, "code,es\n", "new.csv")
    elif change == "renamed":
        file.rename(file.with_name("silent.toml"))
    else:
        file.unlink()
        if change == "folder gone":
            file.parent.rmdir()
    assert "800 555 0100" in spoken(laptop)
    found = opened(laptop)
    assert found.pending
    assert found.pending.differences()
    found.close()


def test_a_wrong_phrase_accepts_nothing(laptop: Founded) -> None:
    put(laptop, OWN)
    found = opened(laptop)
    with pytest.raises(WrongPassphrase):
        missing_saves.accept_protocol(found, PHRASE + "x")
    found.close()
    assert "0100" not in spoken(laptop)


def test_a_broken_file_stops_no_call_and_is_not_accepted(laptop: Founded) -> None:
    put(laptop, "lines = [")
    found = opened(laptop)
    with pytest.raises(BadProtocol) as raised:
        missing_saves.accept_protocol(found, PHRASE)
    assert str(laptop.home / accepted.FOLDER) in str(raised.value.facts["file"])
    found.close()
    assert spoken(laptop)


def test_what_was_shown_is_what_is_accepted(laptop: Founded) -> None:
    """Another file put there while a person reads is another change."""
    file = put(laptop, OWN)
    found = opened(laptop)
    file.write_text(OWN.replace("0100", "0199"), encoding="utf-8")
    missing_saves.accept_protocol(found, PHRASE)
    found.close()
    assert "0100" in spoken(laptop)
    assert "0199" not in spoken(laptop)


def test_a_laptop_that_had_a_folder_before_goes_on_with_it(laptop: Founded) -> None:
    found = opened(laptop)
    with found.store.write() as unit:
        unit.remember(accepted.ACCEPTED, None)
    found.close()
    put(laptop, OWN)
    assert "0100" in spoken(laptop)
    put(laptop, OWN.replace("0100", "0199"))
    assert "0199" not in spoken(laptop)


def test_a_file_that_replaces_the_programs_own_is_shown_against_it(laptop: Founded) -> None:
    put(laptop, SHIPPED.replace(f"marque el {TRUE}", f"marque el {FALSE}").replace(TRUE, FALSE, 1))
    found = opened(laptop)
    assert found.pending
    told = found.pending.differences()
    found.close()
    assert told
    assert all(each.before and each.after for each in told)
    assert told[0].numbers


def test_lines_with_numbers_come_first() -> None:
    known = {"a.csv": b"code,es\nx,Uno\n", "z.toml": b'es = "Llame al 911"\nsource = "2024-01-02"\n'}
    found = {"a.csv": b"code,es\nx,Dos\n", "z.toml": b'es = "Llame al 915"\nsource = "2025-01-02"\n'}
    told = accepted.Pending(found, known).differences()
    assert [(each.file, each.numbers) for each in told] == [
        ("z.toml", True),
        ("a.csv", False),
        ("z.toml", False),
    ]
    assert (told[0].before, told[0].after) == ('es = "Llame al 911"', 'es = "Llame al 915"')


@pytest.mark.parametrize(
    ("before", "after"),
    [("tel 55 5512 3456", "tel 55 5512 3457"), ("(55) 5512-3456", "(55) 5512-3465"), ("", "+52 800 5533 000"),
     ("911", "9-1-2"), ("marque 089", "marque *089 o 088")],
)  # fmt: skip
def test_a_number_however_written(before: str, after: str) -> None:
    told = accepted.Pending({"f": after.encode()}, {"f": before.encode()}).differences()
    assert [each.numbers for each in told] == [True]


def test_the_commands_say_it_use_the_accepted_one_and_accept(
    laptop: Founded, phrase_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(laptop, SHIPPED.replace(TRUE, FALSE))
    asked = ["--passphrase-file", str(phrase_file)]
    assert main(["case", "list", *asked]) == 0
    assert "no se usa hasta aceptarla" in capsys.readouterr().err
    assert main(["protocol", "accept", *asked]) == 0
    said = capsys.readouterr().out
    assert FALSE in said
    assert "No se aceptó" in said
    assert FALSE not in spoken(laptop)
    assert main(["doctor", "--json", *asked]) == 0
    checks = {each["name"]: each for each in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["accepted"]["level"] == "note"
    assert main(["protocol", "accept", "--yes", *asked]) == 0
    assert FALSE in spoken(laptop)


def test_without_the_phrase_a_document_is_assessed_by_the_programs_own(
    laptop: Founded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(laptop, "lines = [")
    document = tmp_path / "case.json"
    document.write_bytes(DATA.joinpath("demo/au-pair.json").read_bytes())
    assert main(["case", "assess", str(document)]) == 0
    assert "Se usa el protocolo incluido" in capsys.readouterr().err


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize("yes", [True, False])
async def test_the_screen_shows_the_number_and_asks_the_phrase(yes: bool, laptop: Founded) -> None:
    put(laptop, SHIPPED.replace(TRUE, FALSE))
    app = app_on(laptop)
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_with(lambda: laptop.key, lambda _: None)
        await until(pilot, lambda: isinstance(app.screen, ProtocolChangedScreen), "the screen")
        await until(pilot, lambda: FALSE in text_of(app), "the number")
        assert "Cambian números" in said_on(app)
        assert not app.unlocked
        if yes:
            app.screen.query_one("#phrase", Input).value = PHRASE
            await pilot.press("enter")
        else:
            await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DeskScreen), "the desk")
        await rest(pilot)
        said = " ".join(line.es for line in app.workspace.protocol.scripts["emergency"].lines)
        assert (FALSE in said) is yes
    app.close_workspace()


def test_the_database_opens_as_before_when_there_is_no_folder(laptop: Founded) -> None:
    assert not (laptop.home / accepted.FOLDER).exists()
    found = workspace.open_workspace(laptop.home, laptop.key)
    assert found.pending is None
    found.close()
    assert not [each.name for each in laptop.home.iterdir() if each.name.startswith(".protocol")]
    assert (laptop.home / paths.MARK).exists()

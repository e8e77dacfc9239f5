"""Links by keys: seen, confirmed, denied with a reason, asked of supervision, written to a file; and as programs do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from app_world import desk, furnished, furnished_template, rest, said_on, spanish, text_of, until
from pty_app import PHRASE
from textual.pilot import Pilot
from workspaces import Founded

from lnctp_tui.app import LnctpApp
from lnctp_tui.cli import main
from lnctp_tui.services.call import desk as reader
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault import workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.storage.vault import vault

__all__ = ["furnished", "furnished_template", "spanish"]
pytestmark = pytest.mark.usefixtures("spanish")

PHONE = "222 555 0177"


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await rest(pilot)


def share(app: LnctpApp) -> tuple[str, str, str]:
    """Two more cases that share a phone with the first one, of which one is not shown; ids."""
    own = reader.desk(app.workspace.store).cases[0].id
    two, unseen = ids.new_id(), ids.new_id()
    with app.workspace.store.write() as unit:
        for case, folio in ((two, "K7Q2-0099-P"), (unseen, "K7Q2-0098-R")):
            unit.record("cases", case, {"status": "open", "folio": folio})
        for case in (own, two, unseen):
            unit.record("identifiers", ids.new_id(), {"kind": "phone", "value": PHONE}, case=case)
        eviction.hide(unit.connection, unseen, "revoked")
        unit.remember(server_state.MATCH + own, "2-4")
    return own, two, unseen


def halves(app: LnctpApp, case: str) -> list[tuple[str, str, str]]:
    assert app.workspace.writer.drain(30)
    rows = cases.document(app.workspace.store, case)["links"]
    return [(row["other_id"], row["state"], row.get("remark")) for row in rows]


async def test_links_are_seen_decided_and_written_by_keys(furnished: Founded, tmp_path: Path) -> None:
    async with desk(furnished) as (app, pilot):
        own, two, _unseen = share(app)
        await press(pilot, "enter", "l")
        await until(pilot, lambda: "K7Q2-0099-P" in text_of(app), "the match")
        for words in ("fuerte", "teléfono …0177", "por decidir", "Coincide con 1 caso que usted no ve"):
            assert words in said_on(app)
        assert "coincide con la Línea: 2–4" in said_on(app)
        assert "K7Q2-0098-R" not in text_of(app)
        assert "555 0177" not in text_of(app)
        await press(pilot, "v")
        await until(pilot, lambda: "posible" in text_of(app).replace("Vinculado", ""), "possible")
        await press(pilot, "s")
        await until(pilot, lambda: "confirmado" in text_of(app), "confirmed")
        assert halves(app, own) == [(two, "confirmed", None)]
        assert halves(app, two) == [(own, "confirmed", None)]
        await press(pilot, "m")
        (task,) = [row for row in _tasks(app, own) if row["plan"] == "coincidencias"]
        assert (task["kind"], task["status"]) == ("review", "open")
        file = tmp_path / "r"
        await press(pilot, "e", "enter", *str(file), "enter")
        await until(pilot, file.exists, "the file")
        assert "K7Q2-0099-P" in file.read_text()
        assert "K7Q2-0098-R" not in file.read_text()
        assert ElementTree.parse(file).getroot().tag.endswith("graphml")
        await press(pilot, "u", *"otra", "enter")
        await until(pilot, lambda: "no es: K7Q2-0099-P" in text_of(app), "denied")
        assert "otra" in text_of(app)
        assert halves(app, two) == [(own, "not_linked", "otra")]
        await press(pilot, "enter")
        await until(
            pilot, lambda: "K7Q2-0099-P" in text_of(app) and "Vínculos" not in text_of(app), "that case"
        )
        assert "El otro caso" in text_of(app)
        assert "no está en este equipo" not in text_of(app)
        assert re.findall(r"\b(?:not_linked|possible|confirmed|phone)\b", text_of(app)) == []


def _tasks(app: LnctpApp, case: str) -> list[dict[str, object]]:
    assert app.workspace.writer.drain(30)
    return list(cases.document(app.workspace.store, case)["tasks"])


def test_links_are_listed_and_exported_as_programs_want_them(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    home = Path(shutil.copytree(made_vault, tmp_path / "home"))
    store = workspace.open_store(home, vault.unlock(home, PHRASE))
    one, two = ids.new_id(), ids.new_id()
    with store.write() as unit:
        for case, folio in ((one, "K7Q2-0097-4"), (two, "K7Q2-0099-P")):
            unit.record("cases", case, {"status": "open", "folio": folio})
            unit.record("identifiers", ids.new_id(), {"kind": "phone", "value": PHONE}, case=case)
    store.close()
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase))
    monkeypatch.setenv("LNCTP_HOME", str(home))

    def run(*arguments: str) -> tuple[int, str]:
        return main([*arguments]), capsys.readouterr().out

    code, listed = run("link", "list", one, "--json")
    assert code == 0
    (network,) = json.loads(listed)
    assert [(node["case_id"], node["grade"], node["state"]) for node in network["nodes"]] == [
        (two, "fuerte", None)
    ]
    assert json.loads(run("link", "list", "--json")[1]) == [], "nothing was decided yet"
    assert "K7Q2-0099-P" in run("link", "list", one)[1]
    file = tmp_path / "red.dot"
    assert json.loads(run("link", "export", one, str(file), "--format", "dot", "--json")[1]) == {
        "exported": 1, "file": str(file),
    }  # fmt: skip
    assert '"K7Q2-0099-P"' in file.read_text()
    assert run("link", "export", one, str(file), "--format", "dot")[0] == 1
    assert run("link", "export", one, str(tmp_path / "x"), "--format", "csv")[0] == 2

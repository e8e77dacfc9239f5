"""`lnctp order` and `lnctp authority` as officers use them, on two laptops with the real server between them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from control_office import Officers, pin
from served import Served, enrolled
from vaults import MadeVault
from workspaces import Founded

import lnctp_tui
from lnctp_tui.cli import main
from lnctp_tui.domain.authority import documents
from lnctp_tui.errors import SyncFailed
from lnctp_tui.i18n.of_orders import ORDERS
from lnctp_tui.services.sync import orders, synchronise
from lnctp_tui.services.vault.workspace import found_workspace, open_workspace
from lnctp_tui.sync.transport import KNOWN

pytestmark = pytest.mark.usefixtures("quick_new_keys")

Words = tuple[str, ...]


class Said(NamedTuple):
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


class Desk(NamedTuple):
    """A laptop on which commands are given."""

    home: Path
    run: Callable[..., Said]


@pytest.fixture
def desk_of(
    served: Served,
    tables_template: Founded,
    vault_template: MadeVault,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Callable[[str], Desk]:
    """Makes an enrolled laptop of a supervisor."""
    right, wrong = tmp_path / "phrase", tmp_path / "wrong"
    for path, words in ((right, vault_template.phrase), (wrong, "otra frase que no abre nada")):
        path.touch(mode=0o600)
        path.write_text(words, encoding="utf-8")

    def make(name: str) -> Desk:
        home = Path(shutil.copytree(tables_template.home, tmp_path / name))
        found_workspace(home, tables_template.key, name=name, zone="America/Mexico_City", language="es")
        workspace = open_workspace(home, tables_template.key)
        enrolled(workspace, served, "supervisor")
        with suppress(SyncFailed):  # once there are officers, they approve
            synchronise.once(workspace)
        workspace.close()

        def run(*words: str, phrase: Path = right) -> Said:
            monkeypatch.setenv("LNCTP_HOME", str(home))
            capsysbinary.readouterr()
            code = main([*words, "--passphrase-file", str(phrase)])
            out, err = capsysbinary.readouterr()
            return Said(code, " ".join(out.decode().split()), " ".join(err.decode().split()))

        return Desk(home, run)

    return make


@pytest.fixture
def two(desk_of: Callable[[str], Desk], served: Served, tmp_path: Path) -> tuple[Desk, Desk, str]:
    """Two officers who founded their organisation by commands alone; its words."""
    laura, rosa = desk_of("Laura Ficticia"), desk_of("Rosa Ficticia")
    files = [tmp_path / "laura.json", tmp_path / "rosa.json"]
    for each, file in zip((laura, rosa), files, strict=True):
        made = each.run("--json", "authority", "key", str(file)).json
        assert len(made["words"].split()) == 6
        assert "ya existe" in each.run("authority", "key", str(file)).err
    waits = laura.run("--json", "authority", "found", *map(str, files))
    assert waits.json["ordered"] is False
    assert "Palabras de la organización" in waits.err
    hash_ = waits.json["hash"]
    assert "RESPONSABLES, lista 1" in rosa.run("order", "list").out
    twice = laura.run("order", "sign", hash_[:8])
    assert (twice.code, "Usted ya firmó" in twice.err) == (1, True)
    assert "espera la firma" in rosa.run("order", "sign", hash_[:8]).out
    document = rosa.run("--json", "order", "show", hash_[:8]).json
    signed = documents.read("authority", {"body": document["body"], "sigs": document["sigs"]})
    assert signed.hash == hash_
    pin(Officers(served, tmp_path, []), signed)
    words = orders.words(signed.content["org"])
    wrong = laura.run("authority", "confirm", *orders.words("ab" * 32).split())
    assert (wrong.code, "no son las mismas" in wrong.err) == (1, True)
    for each in (laura, rosa):
        assert len(each.run("--json", "authority", "confirm", *words.split()).json["words"].split()) == 6
        assert each.run("--json", "authority", "show").json["mine"]
    return laura, rosa, words


def test_orders_are_made_shown_signed_refused_and_told_by_commands(
    two: tuple[Desk, Desk, str], served: Served, tmp_path: Path
) -> None:
    laura, rosa, _words = two
    stolen = served.pending()
    key = stolen.public_key
    heard = orders.words(key)

    wrong = laura.run("order", "new", "device", key[:8], "--words", orders.words("ab" * 32))
    assert (wrong.code, "no son las mismas" in wrong.err) == (1, True)
    approved = laura.run("order", "new", "device", key[:8], "--words", heard)
    assert "Firmada y ordenada" in approved.out
    assert "EQUIPO" in approved.out
    sealed = laura.run("--json", "order", "new", "seal", key[:8], "--why", "robo")
    assert sealed.json["ordered"] is True
    assert "SELLAR" in sealed.err

    alone = laura.run("--json", "order", "new", "wipe", key[:8], "--why", "oficio 1/2026")
    assert alone.json["ordered"] is False
    short = alone.json["hash"][:8]
    assert served.app.state.services.control.now("main").standing.device(key) == "seal"
    again = laura.run("order", "sign", short)
    assert (again.code, "Usted ya firmó" in again.err) == (1, True)
    assert "1 de 2 firmas" in rosa.run("order", "list").out
    assert {each["hash"] for each in rosa.run("--json", "order", "list").json["drafts"]} == {
        alone.json["hash"]
    }

    kept = tmp_path / "orden.json"
    assert rosa.run("order", "export", short, str(kept)).code == 0
    assert "ya existe" in rosa.run("order", "export", short, str(kept)).err
    assert rosa.run("--json", "order", "refuse", short, "--why", "no es ese equipo").json["refused"] is True
    late = laura.run("order", "sign", short)
    assert (late.code, "rechazada o vencida" in late.err) == (1, True)
    brought = laura.run("order", "import", str(kept))
    assert (brought.code, "rechazó ese documento" in brought.err) == (1, True), brought

    second = laura.run("--json", "order", "new", "wipe", key[:8], "--unsent", "--why", "oficio 2/2026").json
    assert "Firmada y ordenada" in rosa.run("order", "sign", second["hash"][:8]).out
    assert served.app.state.services.control.now("main").standing.device(key) == "wipe"
    held = laura.run("--json", "order", "list").json["orders"]
    assert [each["kind"] for each in held if each["on"] == key] == ["wipe"]
    assert "también lo que nunca se envió" in laura.run("order", "list").out


def test_who_is_no_officer_and_what_is_no_order_is_told_in_plain_words(
    two: tuple[Desk, Desk, str], desk_of: Callable[[str], Desk], tmp_path: Path
) -> None:
    laura, _rosa, words = two
    wrong = laura.run("order", "list", phrase=tmp_path / "wrong")
    assert (wrong.code, "La frase no abre" in wrong.err, wrong.out) == (1, True, "")
    unknown = laura.run("order", "sign", "ffffffff")
    assert (unknown.code, "No hay una orden" in unknown.err, "No se firmó ni se envió nada" in unknown.err) == (
        1, True, True,
    )  # fmt: skip
    assert "No hay un equipo" in laura.run("order", "new", "seal", "ffffffff").err
    misused: tuple[tuple[Words, str], ...] = (
        (("order", "new", "burn", "x"), "seal, device, person, wipe, erase"),
        (("order", "new", "device", "x", "--state", "seal"), "active, upload_only, revoked"),
        (("order", "new", "person", "x", "--role", "boss"), "counselor, curator, supervisor"),
        (("order", "new", "seal", "x", "--why", "a" * 201), "200"),
        (("order", "new", "seal", "x", "--why", "a\nb"), "200"),
    )
    for words_, told in misused:
        said = laura.run(*words_)
        assert (said.code, told in said.err) == (2, True), said
    junk = tmp_path / "junk.json"
    for content in (
        "no es json",
        '{"kind": "order", "document": {}}',
        '{"key": "ab", "person": "x", "name": "y"}',
    ):
        junk.write_text(content, encoding="utf-8")
        for command in (("order", "import"), ("authority", "found")):
            said = laura.run(*command, str(junk))
            assert (said.code, "no es una llave, una orden" in said.err) == (1, True), said
    assert "nada.json" in laura.run("order", "import", str(tmp_path / "nada.json")).err

    ana = desk_of("Ana Ficticia")
    early = ana.run("order", "new", "seal", "ffffffff")
    assert early.code == 1
    assert ana.run("authority", "confirm", *words.split()).code == 0
    denied: tuple[Words, ...] = (
        ("new", "seal", "ffffffff"),
        ("sign", "ffffffff"),
        ("refuse", "ffffffff", "--why", "x"),
    )
    for refused in denied:
        said = ana.run("order", *refused)
        assert (said.code, "responsable" in said.err or "No hay una orden" in said.err) == (1, True), said
    assert ana.run("--json", "order", "list").json == {"orders": [], "drafts": []}


def test_what_holds_is_listed_without_the_server(two: tuple[Desk, Desk, str], served: Served) -> None:
    laura, _rosa, _words = two
    stolen = served.pending()
    assert laura.run("order", "new", "seal", stolen.public_key[:8], "--why", "robo").code == 0
    served.stop_and_wait()
    said = laura.run("order", "list")
    assert (said.code, "SELLAR" in said.out) == (0, True), said
    assert said.err


def test_a_laptop_understands_every_refusal_of_control_that_the_server_knows() -> None:
    folders = [Path(lnctp_tui.__file__).parent / each for each in ("server", "domain")]
    said = {
        code
        for folder in folders
        for path in folder.rglob("*.py")
        for code in re.findall(r'ControlRefused\("(control_[a-z]+)"', path.read_text(encoding="utf-8"))
    }
    assert "control_refused" in said
    assert said <= KNOWN
    assert said <= ORDERS.keys()

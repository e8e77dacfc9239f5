"""What the command line asks a person in a real terminal, and that it never echoes a phrase."""

from __future__ import annotations

import json
from pathlib import Path

from pty_app import LNCTP, PHRASE, PtyApp

from lnctp_tui.services import demo
from lnctp_tui.storage import paths, phrase


def test_the_phrase_is_asked_without_echo(home: Path) -> None:
    with PtyApp(*LNCTP, "case", "list", home=home) as app:
        app.see("Frase:").send(PHRASE + "\r").see("Folio")
        assert PHRASE.encode() not in bytes(app.raw)
        assert PHRASE not in app.text


def test_init_shows_a_phrase_once_and_has_it_typed_back(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with PtyApp(*LNCTP, "init", home=home, columns=140) as app:
        app.see("Nombre:").send("Ana Ejemplo\r").see("Escríbala para comprobar:")
        (shown,) = [line.strip() for line in app.text.splitlines() if len(line.split()) == phrase.WORDS
                    and not phrase.unknown(line)]  # fmt: skip
        app.send(shown + "\r").see("están listos")
        assert bytes(app.raw).count(shown.encode()) == 1
    assert (home / paths.VAULT).exists()


def test_init_makes_nothing_when_the_phrase_was_not_written_down(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with PtyApp(*LNCTP, "init", "--name", "Ana", home=home, columns=140) as app:
        app.see("Escríbala para comprobar:").send("no la apunté\r").see("no son iguales")
    assert not (home / paths.VAULT).exists()


def test_an_import_shows_how_far_it_is(home: Path, phrase_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    sample = demo.documents()["au-pair"]
    rows = [json.dumps(sample | {"case": sample["case"] | {"id": f"hoja-{n}"}}) for n in range(400)]
    file.write_text("\n".join(rows), encoding="utf-8")
    command = (*LNCTP, "case", "import", str(file), "--passphrase-file", str(phrase_file))
    with PtyApp(*command, home=home, columns=120) as app:
        app.see("400 filas")
        assert b"Importando" in bytes(app.raw)

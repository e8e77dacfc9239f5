"""What the command line asks a person in a real terminal, and that it never echoes a phrase."""

from __future__ import annotations

import json
from pathlib import Path

from pty_app import LNCTP, PHRASE, PtyApp

from lnctp_tui.services.vault import demo
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase


def test_the_phrase_is_asked_without_echo(home: Path) -> None:
    with PtyApp(*LNCTP, "case", "list", home=home) as app:
        app.see("Frase:").send(PHRASE + "\r").see("Folio")
        assert PHRASE.encode() not in bytes(app.raw)
        assert PHRASE not in app.text


def main_screen(app: PtyApp) -> bytes:
    """What was sent to the screen that scrolls back."""
    return b"".join(part.partition(b"\x1b[?1049l")[2] if at else part
                    for at, part in enumerate(bytes(app.raw).split(b"\x1b[?1049h")))  # fmt: skip


def test_init_shows_a_phrase_once_and_has_it_typed_back(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with PtyApp(*LNCTP, "init", home=home) as app:
        app.see("Nombre:").send("Ana Ejemplo\r").see("Enter cuando esté en papel:")
        (shown,) = [line.strip() for line in app.text.splitlines() if len(line.split()) == phrase.WORDS
                    and not phrase.unknown(line)]  # fmt: skip
        app.send("\r").see("Escríbala para comprobar:").send(shown + "\r").see("están listos")
        assert bytes(app.raw).count(shown.encode()) == 1
        assert shown.encode() not in main_screen(app)
        assert b"Nombre:" in main_screen(app)
    assert (home / paths.VAULT).exists()


def test_init_makes_nothing_when_the_phrase_was_not_written_down(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with PtyApp(*LNCTP, "init", "--name", "Ana", home=home) as app:
        app.see("Enter cuando").send("\r").see("comprobar:").send("no la apunté\r").see("no son iguales")
    assert not (home / paths.VAULT).exists()


def test_an_interrupted_init_leaves_the_usual_screen(tmp_path: Path) -> None:
    home = tmp_path / "data"
    with PtyApp(*LNCTP, "init", "--name", "Ana", home=home) as app:
        app.see("Enter cuando").send("\x03").see("Interrumpido")
        assert bytes(app.raw).rindex(b"\x1b[?1049l") > bytes(app.raw).rindex(b"\x1b[?1049h")
        assert app.end() == 1
    assert not (home / paths.VAULT).exists()


def test_the_words_of_a_sheet_do_not_stay_on_the_terminal(home: Path, phrase_file: Path) -> None:
    command = (*LNCTP, "recovery", "sheet", "--passphrase-file", str(phrase_file))
    with PtyApp(*command, home=home) as app:
        app.see("Imprima", "Enter cuando")
        lines = [line.split() for line in app.text.splitlines() if line.startswith("    ")]
        words = [word for line in lines for word in line]
        assert len(words) == 24
        assert not phrase.unknown(" ".join(words))
        app.send("\r")
        assert app.end() == 0
        assert not [line for line in lines if " ".join(line).encode() in main_screen(app)]


def test_each_custodian_sees_a_part_alone(tmp_path: Path) -> None:
    with PtyApp(*LNCTP, "recovery", "new", str(tmp_path / "org.pub"), home=tmp_path) as app:
        shown = []
        for _ in range(3):
            app.see("Enter cuando")
            shown.append(" ".join(line.strip() for line in app.text.splitlines() if line.startswith("    ")))
            app.send("\r").until(lambda: shown[-1][:30] not in app.text, "the next screen")
        assert app.end() == 0
        assert len(set(shown)) == 3
        assert all(len(share.split()) == 25 for share in shown)
        assert not [share for share in shown if share[:30].encode() in main_screen(app)]


def test_an_import_shows_how_far_it_is(home: Path, phrase_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    sample = demo.documents()["au-pair"]
    rows = [json.dumps(sample | {"case": sample["case"] | {"id": f"hoja-{n}"}}) for n in range(400)]
    file.write_text("\n".join(rows), encoding="utf-8")
    command = (*LNCTP, "case", "import", str(file), "--passphrase-file", str(phrase_file))
    with PtyApp(*command, home=home, columns=120) as app:
        app.see("400 filas")
        assert b"Importando" in bytes(app.raw)

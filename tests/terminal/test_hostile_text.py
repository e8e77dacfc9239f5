"""Text from outside is only text: on every screen, from every door, in files, logs and errors.

docs/security.md, attacks 1, 9, 10, 11 and 13. Attack 4 is in test_crash.py.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from counts import in_soak
from pty_app import KEYS, LNCTP, PHRASE, PtyApp, lnctp

from lnctp_tui.domain.values import folio
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault

FOLIO = str(folio.make("K7Q2", 42))
DEMO = Path(__file__).parents[2] / "lnctp_tui" / "data" / "demo" / "san-pablo-del-monte.json"
CANARY = "CANARIO7Q"
CONTROLS = (
    "\x1b]0;ROBADO\x07", "\x1b[4242;1H", "\x1b[?4242h", "\x9b4242m", "\x1bP4242q\x1b\\", "\x1b_4242\x1b\\",
    "\x00", "\x07", "\x08\x08", "\x7f", "\r", "\x0e", "\x85", "\u202e", "\u2066", "\u200b", "\ufeff",
)  # fmt: skip
MARKUP = (
    "[@click=app.quit]salir[/]", "[@click=app.lock]cerrar[/]", "[/]", "[/bold]", "[Maria]", "[red]", "{0} %s",
)  # fmt: skip
HOSTILE = f"{CANARY} " + " ".join((*MARKUP, *CONTROLS)) + " fin"
# What Textual and the app write: sequences with numbers, the neutral title, the mouse pointer's shape.
ALLOWED = re.compile(
    rb"\x1b\[[<=>?]?[0-9;:]*[ $]?[A-Za-z]|\x1b\]0;Notas\x07|\x1b\]22;[a-z-]+\x07"
    rb"|\x1b[()][0AB]|\x1b[=>78M]|\r\n?|\n|\x08|\t"
)
UNFINISHED = re.compile(rb"\x1b[^A-Za-z]*$")
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
"""Whatever is left of these once the allowed sequences are taken out came from data."""


def check_output(app: PtyApp) -> None:
    """No control of the data reached the terminal."""
    raw = UNFINISHED.sub(b"", bytes(app.raw))
    assert b"4242" not in b"".join(ALLOWED.findall(raw))
    assert b"ROBADO\x07" not in raw
    left = ALLOWED.sub(b"", raw).decode("utf-8", "replace")
    assert FORBIDDEN.findall(left) == []
    assert "Traceback" not in left


def no_trace(home: Path, *secrets: str) -> None:
    """None of the secrets stands in any file of the data folder, which is also the temporary folder."""
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in content, path.name
                assert secret.encode("utf-16-le") not in content, path.name


TEXTS = {
    "cases": ("summary", "code_word", "callback_window", "callback_say", "close_reason", "team"),
    "contacts": ("narrative", "outcome"),
    "people": ("name", "relation_to_trafficker", "education"),
    "places": ("locality", "address", "note"),
    "identifiers": ("value", "platform"),
    "money": ("institution", "way", "time", "place"),
    "notes": ("text",),
    "referrals": ("provider_name", "refusal_reason", "outcome"),
    "supports": ("note",),
    "files": ("number", "authority", "note"),
    "tasks": ("say", "outcome"),
    "counselors": ("name",),
}
"""Columns that hold what somebody said or typed; a catalog's columns may hold free text too."""


@pytest.fixture(scope="module")
def hostile_vault(made_vault: Path, phrase_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault whose every text is hostile and was never cleaned, as if another program had written it."""
    home = Path(shutil.copytree(made_vault, tmp_path_factory.mktemp("hostile") / "home"))
    lnctp(home, phrase_file, "case", "import", str(DEMO))
    connection = engine.connect(home / paths.DATABASE, vault.unlock(home, PHRASE).dek)
    for table, columns in TEXTS.items():
        for column in columns:
            connection.execute(f'UPDATE "{table}" SET "{column}" = ?', (HOSTILE,))
    patch = json.dumps({"summary": HOSTILE, "name": HOSTILE, "narrative": HOSTILE, HOSTILE: HOSTILE})
    connection.execute("UPDATE changes SET patch = ?, actor = ?", (patch, HOSTILE))
    connection.execute("UPDATE cases SET folio = ?", (FOLIO,))
    connection.close()
    return home


@pytest.fixture
def hostile_home(hostile_vault: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(hostile_vault, tmp_path / "home"))


def unlocked(home: Path, rows: int = 34, columns: int = 130) -> PtyApp:
    app = PtyApp(home=home, rows=rows, columns=columns)
    return app.unlock().see("Escritorio").settle()


ROUTE = (
    ((), "Escritorio"),
    (("enter",), "Caso "),
    (("page_down",), "Caso "),
    (("h",), "Historial"),
    (("escape", "f7"), "coinciden"),
    (("escape", "a"), "Nota nueva"),
    (("escape", "escape", "?"), "En esta pantalla"),
    (("escape", "/", FOLIO), "Buscar"),
    (("escape", "escape", "e"), "▸3 Relato"),
    (("f7",), "Contactos anteriores"),
    (("escape", "f8"), "LEA EN VOZ ALTA"),
    (("escape", "f9"), "Clase del reporte"),
    (("escape", "escape", "c"), "Elementos del delito"),
    (("escape", "escape", "right"), "▸4 Víctima"),
    (("f2",), "Relato"),
    (("escape", "escape", "right"), "▸5 Elementos"),
    (("escape", "right"), "▸6 Enganche"),
    (("escape", "right"), "▸7 Lugares"),
    (("escape", "right"), "▸8 Indicadores"),
    (("escape", "right", "escape", "right"), "▸10 Dinero"),
    (("escape", "g"), "Escritorio"),
)
"""Keys from one screen to the next, and what shows that it was reached: all that show what somebody said."""


@pytest.mark.parametrize(("rows", "columns"), [(34, 130), *in_soak((24, 80))])
def test_hostile_text_stays_text_on_every_screen(rows: int, columns: int, hostile_home: Path) -> None:
    """No raw control reaches the terminal, nothing acts when it is clicked, nothing falls over."""
    with unlocked(hostile_home, rows, columns) as app:
        worker = app.workers
        for keys, reached in ROUTE:
            for key in keys:
                app.press(key).settle(0.2)
            app.until(lambda reached=reached: reached in re.sub("▸ +", "▸", app.text), reached)
            app.gone("Buscando").settle(0.2)
            click(app, "salir")
            click(app, "cerrar")
            assert app.workers == worker, f"{reached}: {app.text}"
            check_output(app)


def click(app: PtyApp, word: str) -> None:
    """Presses the left button on the first place where a word stands that looks like a link in data."""
    for row, line in enumerate(app.text.splitlines(), 1):
        at = line.find(f"]{word}[")
        if at >= 0:
            app.send(f"\x1b[<0;{at + 3};{row}M\x1b[<0;{at + 3};{row}m").settle()
            return


NEXT = "== next =="
COMMANDS = (
    ("case", "list"), ("case", "show", FOLIO), ("case", "history", FOLIO), ("case", "assess", FOLIO),
    ("call", "list"), ("case", "list", "--json"), ("case", "show", FOLIO, "--json"),
)  # fmt: skip


ONE_AFTER_ANOTHER = f"""
import functools, sys
from lnctp_tui.cli import main
from lnctp_tui.storage.vault import vault
vault._derive = functools.cache(vault._derive)
for command in {COMMANDS!r}:
    print("{NEXT}", flush=True)
    code = main(command)
    sys.stdout.flush()
    if code:
        sys.exit(code)
"""
"""The commands in one process, which starts and derives the key once."""


def test_a_command_on_a_terminal_writes_no_control_of_the_data(hostile_home: Path, phrase_file: Path) -> None:
    asked = {"LNCTP_PASSPHRASE_FILE": str(phrase_file)}
    with PtyApp(*LNCTP, *COMMANDS[1], home=hostile_home, environment=asked, columns=130) as app:
        assert app.end() == 0
        assert CANARY.encode() in bytes(app.raw)
        check_output(app)
    script = (sys.executable, "-c", ONE_AFTER_ANOTHER)
    with PtyApp(*script, home=hostile_home, environment=asked, columns=130) as app:
        assert app.end() == 0
        check_output(app)
        _nothing, *said = bytes(app.raw).split(NEXT.encode())
    for command, out in zip(COMMANDS, said, strict=True):
        assert command[1] == "assess" or FOLIO.encode() in out or CANARY.encode() in out, command


def test_hostile_text_is_shown_as_it_was_said(hostile_home: Path) -> None:
    with unlocked(hostile_home) as app:
        app.press("enter").see("[Maria]", "[@click=app.quit]salir[/]", "Caso ")


def test_hostile_text_from_the_keyboard_stays_text(home: Path) -> None:
    with unlocked(home) as app:
        app.press("n").see("3 · Relato").settle()
        worker = app.workers
        for number, text in enumerate((*CONTROLS, *MARKUP)):
            app.paste(f" antes{number} {text} luego{number} ").see(f"luego{number}")
        assert "▌" not in "".join(app.text.splitlines()[:10])  # no notice where it says what is saved
        saved = app.rest(1.2).see("✓ guardado").settle()
        assert saved.workers == worker
        check_output(app)


def test_bytes_that_are_not_utf8_do_not_end_the_app(home: Path) -> None:
    with unlocked(home) as app:
        app.press("n").see("3 · Relato").settle()
        worker = app.workers
        app.send(b"uno \xff\xfe\xc3( \xe2\x82 \xf0\x9f dos ").see("dos")
        app.send("sigue").see("sigue")
        assert app.workers == worker
        check_output(app)


def test_a_paste_of_many_lines_keeps_every_line(home: Path, phrase_file: Path) -> None:
    lines = [f"línea {number}" for number in range(1, 6)]
    with unlocked(home) as app:
        app.press("n").see("3 · Relato").settle()
        app.paste("\r\n".join(lines)).see(*lines).rest(1.2).see("✓ guardado")
        app.kill()
    calls = json.loads(lnctp(home, phrase_file, "call", "list", "--json"))
    assert [call["narrative"] for call in calls] == ["\n".join(lines)]


def test_no_file_holds_a_word_that_was_typed(home: Path) -> None:
    """After kill -9: database, log, shared memory, temporary files, whatever lies in the data folder."""
    with unlocked(home) as app:
        app.press("n").see("3 · Relato").settle()
        app.send(f"{CANARY} en el relato").rest(1.2).see("✓ guardado")
        app.press("f3").see("Ir a un campo").send("nombre o alias").settle().press("enter").settle()
        app.send(f"{CANARY} Prueba").rest(1.2).see("✓ guardado")
        app.kill()
    assert {path.suffix for path in home.iterdir()} >= {".db", ".db-wal"}
    no_trace(home, CANARY, PHRASE, "nombre o alias")


FAULTS = (
    ("lnctp_tui.domain.assess.assess", "assess"),
    ("lnctp_tui.services.vault.writer", "Writer._save"),
    ("lnctp_tui.widgets.form.call_bar", "CallBar.render_line"),
    *in_soak(
        ("lnctp_tui.services.call.desk", "desk"),
        ("lnctp_tui.services.call.intake", "Intake.enter"),
        ("lnctp_tui.screens.call.intake", "IntakeScreen.think"),
    ),
)
"""In a reading, in the writer's thread and in a painting; the others are more places of these."""
BREAK = """
import importlib, sys
module = importlib.import_module({module!r})
def broken(*given, **named):
    secret = "".join(reversed({secret!r}))
    raise ValueError(secret, given, named)
*owners, name = {name!r}.split(".")
for owner in owners:
    module = getattr(module, owner)
setattr(module, name, broken)
from lnctp_tui import worker
sys.exit(worker.main())
"""
LAUNCH = """
import sys
from lnctp_tui import launcher
sys.exit(launcher.run((sys.executable, "-P", "-c", {script!r})))
"""


def met(app: PtyApp) -> bool:
    """Whether the fault was told."""
    return b"error" in bytes(app.raw).lower()


@pytest.mark.parametrize(("module", "name"), FAULTS)
def test_an_error_anywhere_shows_and_keeps_no_value(module: str, name: str, home: Path) -> None:
    """Attack 9 and 13: the values are in the error and in the frame's variables, where tracebacks look."""
    script = BREAK.format(module=module, name=name, secret=CANARY[::-1])
    with PtyApp(sys.executable, "-c", LAUNCH.format(script=script), home=home) as app:
        app.unlock().until(lambda: met(app) or "nueva llamada" in app.text, "the desk, or the fault")
        for keys in ("n", "texto", KEYS["f9"]):
            if not met(app):
                app.send(keys).settle(1.0)
        app.until(lambda: met(app), "the fault").settle()
        raw = bytes(app.raw)
        app.kill()
    assert CANARY.encode() not in raw
    assert b"Traceback" not in raw
    assert PHRASE.encode() not in raw
    no_trace(home, CANARY)

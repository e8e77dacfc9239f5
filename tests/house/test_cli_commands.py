"""The command line as programs drive it: JSON, exit codes, no prompt without a terminal."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from pty_app import PHRASE
from ran import Ran
from shared import made_once
from workspaces import narrate

from lnctp_tui.cli import main, session
from lnctp_tui.errors import StorageFailed, WrongPassphrase
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.run import import_rows
from lnctp_tui.services.vault import demo, workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import state
from lnctp_tui.storage.vault import vault

pytestmark = pytest.mark.usefixtures("quick_new_keys")

NAMED = "dos-escolares"


@pytest.fixture(scope="session")
def full_home(made_vault: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with the sample cases."""

    def make(folder: Path) -> None:
        home = Path(shutil.copytree(made_vault, folder / "home"))
        protocol = workspace.load_protocol(home)
        store = workspace.open_store(home, vault.unlock(home, PHRASE), protocol=protocol)
        rows = [Row(number, each, each) for number, each in enumerate(demo.documents().values(), 1)]
        import_rows(store, rows, protocol=protocol, zone="America/Mexico_City")
        store.close()

    return made_once(tmp_path_factory, "full", make)[0] / "home"


@pytest.fixture
def full(full_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phrase_file: Path) -> Path:
    """A copy of it that LNCTP_HOME names, with the phrase at hand."""
    home = Path(shutil.copytree(full_home, tmp_path / "home"))
    monkeypatch.setenv("LNCTP_HOME", str(home))
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))
    return home


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `lnctp` with these arguments in this process, without a terminal."""
    monkeypatch.delenv("LNCTP_LANG", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")

    def command(*arguments: object) -> Ran:
        with Path(os.devnull).open(encoding="utf-8") as nobody:
            monkeypatch.setattr("sys.stdin", nobody)
            code = main([str(each) for each in arguments])
        return Ran(code, *capfd.readouterr())

    return command


Run = Callable[..., Ran]


@pytest.fixture
def folio(full: Path, run: Run) -> str:
    """The folio of the two schoolchildren's case."""
    summary = demo.documents()[NAMED]["case"]["summary"]
    lines = run("case", "list", "--json").json
    return str(next(each["folio"] for each in lines if summary.startswith(each["summary"][:40])))


def phrase_in(file: Path, words: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(words + "\n", encoding="utf-8")
    return file


# making a vault


def test_init_makes_a_vault_that_the_same_phrase_opens(run: Run, phrase_file: Path) -> None:
    zone = ("--time-zone", "America/Tijuana")
    made = run("init", "--passphrase-file", phrase_file, "--name", "Ana Ejemplo", *zone, "--json")
    assert made.code == 0
    assert (made.json["name"], made.json["time_zone"], made.json["recovery"]) == (
        "Ana Ejemplo", "America/Tijuana", False,
    )  # fmt: skip
    assert "perder la frase es perder los datos" in made.err
    home = Path(made.json["home"])
    assert os.name != "posix" or stat.S_IMODE(home.stat().st_mode) == 0o700
    assert run("case", "list", "--json", "--passphrase-file", phrase_file).json == []
    again = run("--passphrase-file", phrase_file, "init")
    assert (again.code, again.out) == (1, "")
    assert "ya hay datos" in again.err


@pytest.mark.parametrize(
    ("words", "told"),
    [("corta", "15 caracteres"), ("aaaaaaaaaaaaaaaaaaaa", "fácil de adivinar")],
)
def test_init_refuses_a_weak_phrase_and_makes_nothing(
    words: str, told: str, run: Run, tmp_path: Path
) -> None:
    found = run("init", "--passphrase-file", phrase_in(tmp_path / "weak", words))
    assert found.code == 1
    assert told in found.err
    assert not (tmp_path / "data" / paths.VAULT).exists()


@pytest.mark.parametrize("arguments", [("--time-zone", "Marte/Olimpo"), ("--language", "fr")])
def test_init_refuses_what_it_does_not_know(arguments: tuple[str, str], run: Run, phrase_file: Path) -> None:
    assert run("init", "--passphrase-file", phrase_file, *arguments).code == 2


def test_init_seals_to_the_organisation_and_custodians_open_it(
    run: Run, phrase_file: Path, tmp_path: Path
) -> None:
    keys = run("recovery", "new", tmp_path / "org.pub", "--json").json
    assert run(
        "init", "--passphrase-file", phrase_file, "--recovery-key", tmp_path / "org.pub", "--json"
    ).json["recovery"]
    asked = run("recovery", "request", tmp_path / "request.json", "--json").json
    shares = [phrase_in(tmp_path / f"share{n}", share) for n, share in enumerate(keys["shares"])]
    answered = run("recovery", "open", tmp_path / "request.json", tmp_path / "answer.json",
                   "--share", shares[0], "--share", shares[2], "--json").json  # fmt: skip
    assert answered["fingerprint"] == asked["fingerprint"]
    fresh = phrase_in(tmp_path / "fresh", "otra frase larga con 73 faroles")
    assert run("recovery", "finish", tmp_path / "answer.json", "--new-passphrase-file", fresh).code == 0
    assert run("case", "list", "--passphrase-file", phrase_file).code == 1
    assert run("case", "list", "--passphrase-file", fresh).code == 0


# the phrase


@pytest.mark.parametrize(
    "arguments", [("case", "list"), ("backup", "x"), ("passphrase",), ("case", "import", "x")]
)
def test_without_a_terminal_and_a_file_nothing_prompts(
    arguments: tuple[str, ...], full: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LNCTP_PASSPHRASE_FILE")
    found = run(*arguments)
    assert (found.code, found.out) == (1, "")
    assert "--passphrase-file" in found.err


def test_init_without_a_phrase_does_not_prompt(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 1
    assert not (tmp_path / "data").exists()


def test_the_phrase_file_may_stand_anywhere(
    full: Path, run: Run, phrase_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LNCTP_PASSPHRASE_FILE")
    for arguments in (
        ("--passphrase-file", phrase_file, "--json", "case", "list"),
        ("case", "--json", "--passphrase-file", phrase_file, "list"),
        ("case", "list", f"--passphrase-file={phrase_file}", "--json"),
    ):
        assert len(run(*arguments).json) == 21


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_phrase_file_that_others_can_read_is_refused(
    mode: int, full: Path, run: Run, tmp_path: Path
) -> None:
    file = phrase_in(tmp_path / "open", PHRASE)
    file.chmod(mode)
    found = run("case", "list", "--passphrase-file", file)
    assert found.code == (1 if os.name == "posix" else 0)
    assert os.name != "posix" or "chmod 600" in found.err


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 5000])
def test_a_phrase_file_without_a_phrase_is_refused(
    content: bytes, full: Path, run: Run, tmp_path: Path
) -> None:
    file = phrase_in(tmp_path / "bad", "")
    file.write_bytes(content)
    assert run("case", "list", "--passphrase-file", file).code == 1


def test_a_wrong_phrase_is_refused(full: Path, run: Run, tmp_path: Path) -> None:
    found = run(
        "case", "list", "--json", "--passphrase-file", phrase_in(tmp_path / "w", "una frase distinta 99")
    )
    assert (found.code, found.out) == (1, "")
    assert "La frase no abre" in found.err


def test_passphrase_changes_it(full: Path, run: Run, tmp_path: Path) -> None:
    fresh = phrase_in(tmp_path / "fresh", "otra frase larga con 73 faroles")
    assert run("passphrase", "--new-passphrase-file", fresh, "--json").json == {
        "changed": True,
        "kind": "own",
    }
    assert run("case", "list").code == 1
    assert len(run("case", "list", "--passphrase-file", fresh, "--json").json) == 21


@contextmanager
def changing(run: Run, tmp_path: Path, words: str) -> Iterator[Callable[[], Ran]]:
    """A `lnctp passphrase` that was let in and waits for the new phrase; what it did, once it gets it."""
    asked = tmp_path / "asked"
    os.mkfifo(asked, 0o600)
    with ThreadPoolExecutor(1) as thread:
        ran = thread.submit(run, "passphrase", "--new-passphrase-file", asked)
        told = asked.open("w", encoding="utf-8")  # waits until it is read

        def finish() -> Ran:
            with told:
                told.write(words)
            return ran.result()

        yield finish


def test_of_two_changes_at_once_the_second_is_refused(full: Path, run: Run, tmp_path: Path) -> None:
    one, other = "otra frase larga con 73 faroles", "una muy distinta de 41 ventanas"
    with changing(run, tmp_path, one) as finish:
        second = run("passphrase", "--new-passphrase-file", phrase_in(tmp_path / "other", other))
        assert (second.code, "otra ventana" in second.err) == (1, True)
        assert finish().code == 0
    assert vault.unlock(full, one)
    with pytest.raises(WrongPassphrase):
        vault.unlock(full, other)


def test_a_change_that_was_overtaken_does_not_win(full: Path, run: Run, tmp_path: Path) -> None:
    one, other = "otra frase larga con 73 faroles", "una muy distinta de 41 ventanas"
    with changing(run, tmp_path, one) as finish:
        vault.change_phrase(full, PHRASE, other, "own")
        overtaken = finish()
    assert (overtaken.code, "mientras tanto" in overtaken.err) == (1, True)
    assert vault.unlock(full, other)
    with pytest.raises(WrongPassphrase):
        vault.unlock(full, one)


# beside the app


@pytest.mark.parametrize(
    "arguments",
    [
        ("case", "import", "{sample}"),
        ("passphrase", "--new-passphrase-file", "{fresh}"),
        ("restore", "{backup}"),
        ("recovery", "sheet"),
        ("recovery", "open-sheet", "--sheet-file", "{fresh}", "--new-passphrase-file", "{fresh}"),
        ("recovery", "finish", "{sample}", "--new-passphrase-file", "{fresh}"),
        ("recovery", "use", "{org}", "--fingerprint", "{fingerprint}"),
    ],
)
def test_what_changes_the_data_waits_until_the_app_is_closed(
    arguments: tuple[str, ...], full: Path, run: Run, tmp_path: Path
) -> None:
    fresh = phrase_in(tmp_path / "fresh", "otra frase larga con 73 faroles")
    sample = tmp_path / "sample.json"
    sample.write_text('{"case": {"summary": "Nuevo"}}', encoding="utf-8")
    said = run("recovery", "new", tmp_path / "org", "--json").json["fingerprint"]
    with paths.Instance(full):
        assert run("backup", tmp_path / "copy").code == 0
        before = (full / paths.VAULT).read_bytes()
        facts = {"fresh": fresh, "sample": sample, "backup": tmp_path / "copy", "org": tmp_path / "org"}
        found = run(*(each.format(**facts, fingerprint=said) for each in arguments))
        assert (found.code, found.out) == (1, "")
        assert "abiertos en otra ventana" in found.err
        assert (full / paths.VAULT).read_bytes() == before
        assert len(run("case", "list", "--json").json) == 21


# cases and calls


def test_case_list_filters_and_limits(full: Path, run: Run) -> None:
    assert len(run("case", "list", "--limit", "3", "--json").json) == 3
    closed = run("case", "list", "--status", "closed", "--json").json
    assert {each["status"] for each in closed} == {"closed"}
    assert all(each["folio"] in run("case", "list").out for each in closed)


def test_what_show_prints_is_what_import_reads(full: Path, run: Run, folio: str, tmp_path: Path) -> None:
    shown = run("case", "show", folio, "--json")
    document = shown.json
    assert document["schema"] == 1
    assert document["people"][0]["name"]
    assert run("case", "show", document["case"]["id"], "--json").json == document
    file = tmp_path / "shown.json"
    file.write_text(shown.out, encoding="utf-8")
    report = run("case", "import", file, "--json").json
    assert (report["unchanged"], report["changed"], report["created"]) == (1, 0, 0)
    assert "Beto Ejemplo" in run("case", "show", folio).out


def test_a_mistyped_folio_is_refused(full: Path, run: Run) -> None:
    for arguments in (("case", "show", "K7Q2-0042-0"), ("case", "history", "nada"), ("call", "show", "nada")):
        found = run(*arguments, "--json")
        assert (found.code, found.out) == (1, "")
        assert "No hay" in found.err


def test_history_tells_every_save(full: Path, run: Run, folio: str) -> None:
    lines = run("case", "history", folio, "--json").json
    assert {"at", "actor", "table", "row", "patch"} <= set(lines[0])
    assert {each["table"] for each in lines} >= {"cases", "contacts", "people"}
    assert {each["actor"] for each in lines} == {"Consejera de Prueba"}


def test_history_is_read_page_by_page(
    full: Path, run: Run, folio: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run("case", "history", folio, "--json").json
    monkeypatch.setattr("lnctp_tui.cli.cases.PAGE", 3)
    assert len(whole) > 6
    assert run("case", "history", folio, "--json").json == whole


def test_assess_reads_a_file_without_any_vault(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "caso.json"
    file.write_text(json.dumps(demo.documents()[NAMED]), encoding="utf-8")
    found = run("case", "assess", file, "--json").json
    assert set(found) == {"class", "triage", "elements", "people"}
    assert set(found["elements"]) == {"act", "means", "purpose", "means_required", "complete", "missing"}
    assert set(found["people"][0]) >= {
        "elements", "set", "fallback", "dimensions", "result", "result_if_all_yes", "next",
        "age", "art_10", "readings", "second", "signs",
    }  # fmt: skip
    assert found["class"] == "trata"
    assert found["elements"]["means_required"] is False
    assert not (tmp_path / "data").exists()
    assert "posible" in run("case", "assess", file).out.lower()


def test_assess_of_a_folio_is_assess_of_its_document(
    full: Path, run: Run, folio: str, tmp_path: Path
) -> None:
    file = tmp_path / "shown.json"
    file.write_text(run("case", "show", folio, "--json").out, encoding="utf-8")
    assert run("case", "assess", folio, "--json").json == run("case", "assess", file, "--json").json


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "no es JSON"),
        (b"\xff", "UTF-8"),
        (b'{"people": "x"}', "people: Debe ser una lista."),
        (b'{"people": [{"age": "abc"}]}', "people[0].age: La edad no se entiende"),
        (b'{"schema": 0}', "schema: La versión"),
        (b"[]", "leer. El documento está vacío."),
        (b"17", "leer. Debe ser un objeto con sus campos."),
        (b"null", "leer. Debe ser un objeto con sus campos."),
        (b'{}\n{"case": "{x}"}', "leer. Fila 2, case: Debe ser un objeto"),
        (b"{}\n{", "leer. Fila 2: La línea 2 no es JSON"),
    ],
)
def test_assess_refuses_what_is_no_document(content: bytes, told: str, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    found = run("case", "assess", file, "--json")
    assert (found.code, found.out) == (1, "")
    assert told in found.err
    assert ": :" not in found.err


@pytest.mark.parametrize("schema", [2, 99])
def test_assess_says_that_a_document_is_newer(schema: int, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "newer.json"
    file.write_text(json.dumps(demo.documents()[NAMED] | {"schema": schema, "later": 1}), encoding="utf-8")
    found = run("case", "assess", file, "--json")
    assert (found.code, found.json["newer"], found.json["class"]) == (0, True, "trata")
    assert f"versión más nueva ({schema})" in found.err
    assert f"versión más nueva ({schema})" in run("case", "assess", file).err
    file.write_text(json.dumps(demo.documents()[NAMED]), encoding="utf-8")
    assert run("case", "assess", file, "--json").err == ""


def test_assess_leaves_unknown_codes_out_and_says_so(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    file.write_text(json.dumps({"case": {"answers": {"danger.dragon": "yes"}}}), encoding="utf-8")
    found = run("case", "assess", file, "--json")
    assert found.json["triage"]["level"] == "information"
    assert "danger.dragon" in found.err


def test_export_goes_to_a_private_file_or_to_the_output(
    full: Path, run: Run, folio: str, tmp_path: Path
) -> None:
    line = run("case", "export", folio, "-").out
    assert json.loads(line)["case"]["folio"] == folio
    file = tmp_path / "all.jsonl"
    assert run("case", "export", "--all", file, "--json").json["exported"] == len(demo.documents())
    assert os.name != "posix" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("case", "export", "--all", file).code == 1
    report = run("case", "import", file, "--json").json
    assert report["unchanged"] == len(demo.documents())


def test_an_export_that_fails_leaves_nothing(
    full: Path, run: Run, folio: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run("case", "export", folio, tmp_path / "nowhere" / "all.jsonl")
    assert found.code == 1
    assert "la carpeta ya debe existir" in found.err

    def fills(*_: object) -> Iterator[bytes]:
        yield b"{}\n"
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("lnctp_tui.services.exchange.exporting.lines", fills)
    before = set(tmp_path.iterdir())
    found = run("case", "export", folio, tmp_path / "all.jsonl")
    assert found.code == 1
    assert "el archivo all.jsonl (ENOSPC)" in found.err
    assert set(tmp_path.iterdir()) == before


def test_export_needs_folios_or_all(full: Path, run: Run) -> None:
    assert run("case", "export", "x.jsonl").code == 2
    assert run("case", "export").code == 2


def test_import_stores_the_good_rows_and_names_the_bad(full: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    rows = [{"case": {"id": "a", "summary": "Bien"}}, {"people": [{"age": "canario"}]}, "nada"]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    found = run("case", "import", file, "--json", "--rejects", tmp_path / "refused.jsonl")
    assert found.code == 1
    assert found.json["created"] == 1
    assert [(each["row"], each["field"]) for each in found.json["refused"]] == [(2, "people[0].age"), (3, "")]
    assert "Fila 2, people[0].age: La edad no se entiende" in found.err
    assert "canario" not in found.err + found.out
    assert len((tmp_path / "refused.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_import_says_what_is_wrong_with_the_file(full: Path, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.json"
    file.write_bytes(b'{"case":\n "\xff"}')
    found = run("case", "import", file)
    assert found.code == 1
    assert "línea 2" in found.err
    assert "UTF-8" in found.err
    assert run("case", "import", file, "--format", "xml").code == 2
    assert run("case", "import", tmp_path / "no.json").code == 1


def test_calls_are_listed_and_shown_with_narratives(full: Path, run: Run, folio: str) -> None:
    lines = run("call", "list", "--json").json
    assert any("pizza" in each["narrative"] for each in lines)
    prank = next(each for each in lines if each["kind"] == "prank")
    shown = run("call", "show", prank["contact_id"], "--json").json
    assert (shown["kind"], shown["finished"]) == ("prank", True)
    assert "balón" not in shown["narrative"]
    assert run("call", "show", folio, "--json").json["kind"] == "victim"
    assert "pizza" in run("call", "show", prank["contact_id"]).out
    assert run("call", "list", "--unfinished", "--json").json == []


def test_an_unfinished_call_is_listed(full: Path, run: Run) -> None:
    from lnctp_tui.services.call.intake import Intake

    opened = workspace.open_workspace(full, vault.unlock(full, PHRASE))
    call = Intake.start(opened)
    narrate(call, "Se corta la llamada")
    opened.close()
    (line,) = run("call", "list", "--unfinished", "--json").json
    assert (line["narrative"], line["finished"]) == ("Se corta la llamada", False)
    assert run("call", "show", line["contact_id"], "--json").json["finished"] is False


# what reaches a terminal

HOSTILE = "e\x1b]0;X\x07\x7f\x9b\u202e\udcff.json"


def obeyed(text: str) -> list[str]:
    return [each for each in text if each in "\x1b\x07\x7f\x9b\u202e"]


@pytest.mark.skipif(os.name != "posix", reason="other systems take no such names")
def test_a_file_name_is_never_obeyed_and_never_in_the_way(
    full: Path, run: Run, folio: str, tmp_path: Path
) -> None:
    for json_asked in ((), ("--json",)):
        for arguments in (("case", "export", folio), ("backup",), ("recovery", "new")):
            file = tmp_path / f"{len(json_asked)}{arguments[0]}{HOSTILE}"
            found = run(*arguments, file, *json_asked)
            assert (found.code, obeyed(found.out + found.err)) == (0, []), arguments
            assert file.exists()
            assert not json_asked or found.json
    assert run("case", "import", tmp_path / f"0case{HOSTILE}", "--json").json["unchanged"] == 1


def test_what_is_stored_is_never_obeyed_but_is_whole_in_json(full: Path, run: Run, folio: str) -> None:
    from lnctp_tui.storage.database import engine

    text = "Línea\x1b[2J\x7f\x9b\u202e\U000e0041 fin"
    connection = engine.connect(full / paths.DATABASE, vault.unlock(full, PHRASE).dek)
    connection.execute("UPDATE cases SET summary = ?, answers = '{}'", (text,))
    connection.execute("UPDATE contacts SET narrative = ?", (text,))
    connection.close()
    for arguments in (("case", "list"), ("case", "show", folio), ("call", "list"), ("call", "show", folio)):
        found = run(*arguments)
        assert "Línea�[2J����" in "".join(found.out.split("\n")), arguments
        assert obeyed(found.out) == []
    for arguments in (("case", "show", folio), ("case", "export", folio, "-")):
        found = run(*arguments, "--json")
        assert found.json["case"]["summary"] == text
        assert obeyed(found.out) == []


def test_a_terminal_without_accents_still_shows_the_list(full: Path, folio: str) -> None:
    import subprocess
    import sys

    found = subprocess.run(
        [sys.executable, "-m", "lnctp_tui", "case", "show", folio],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "LNCTP_LANG": "es"},
        capture_output=True,
        check=True,
    )
    assert folio.encode() in found.stdout
    assert b"V?ctima" in found.stdout


@pytest.mark.parametrize("columns", ["0", "1", "-3", "x", "80"])
def test_a_terminal_that_does_not_know_its_width_shows_the_list(
    columns: str, full: Path, run: Run, folio: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert folio in run("case", "list").out


def test_people_read_their_own_clock_and_programs_utc(full: Path, run: Run) -> None:
    from lnctp_tui.storage.database import engine

    connection = engine.connect(full / paths.DATABASE, vault.unlock(full, PHRASE).dek)
    at = "2026-03-02T03:04:05.000000Z"
    connection.execute("UPDATE cases SET opened_at = ?", (at,))
    connection.execute("UPDATE contacts SET started_at = ?", (at,))
    connection.execute("UPDATE changes SET at = ?", (at,))
    connection.close()
    opened = workspace.open_workspace(full, vault.unlock(full, PHRASE))
    with opened.store.write() as unit:
        counselor = state.get(unit.connection, workspace.COUNSELOR)
        unit.remember(workspace.COUNSELOR, counselor | {"zone": "America/Mexico_City"})
    opened.close()
    folio = run("case", "list", "--json").json[0]["folio"]
    local = "2026-03-01 21:04"
    for arguments in (("case", "show", folio), ("case", "history", folio), ("call", "list"),
                      ("call", "show", folio)):  # fmt: skip
        shown = run(*arguments).out
        assert local in shown, arguments
        assert "03:04" not in shown, arguments
        assert at in run(*arguments, "--json").out
    assert "2026-03-02" not in run("case", "list").out


def test_a_text_cannot_look_like_a_field(full: Path, run: Run, folio: str) -> None:
    from lnctp_tui.services.case import cases

    opened = workspace.open_workspace(full, vault.unlock(full, PHRASE))
    cases.add_note(opened.store, cases.by_folio(opened.store, folio)[0].id, "uno\n  Folio: K7Q2-0000-0\nNota")
    opened.close()
    lines = run("case", "show", folio).out.splitlines()
    assert "      Folio: K7Q2-0000-0" in lines
    assert lines.count("Nota") == len(run("case", "show", folio, "--json").json["notes"])


# backup, protocol, doctor


def test_a_backup_restores_what_was_there(
    full: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "copia.lnctp"
    assert run("backup", file, "--json").json["rows"]["cases"] == 21
    assert run("backup", file).code == 1
    monkeypatch.setenv("LNCTP_HOME", str(tmp_path / "other"))
    assert run("restore", file, "--json").json["kept"] is None
    assert len(run("case", "list", "--json").json) == 21
    assert run("restore", file, "--json").json["kept"]
    file.write_bytes(file.read_bytes()[:-200])
    assert run("restore", file).code == 1
    assert len(run("case", "list", "--json").json) == 21


def test_protocol_check_tells_file_and_line(run: Run, tmp_path: Path) -> None:
    assert run("protocol", "check", "--json").json == {"ok": True, "findings": []}
    own = tmp_path / "own" / "catalogs"
    own.mkdir(parents=True)
    (own / "sex.csv").write_text("code,es,en,valid_from,valid_to,source,mark,note\nmujer,Mujer,,,,x,V,\n")
    found = run("protocol", "check", own.parent, "--json")
    assert found.code == 1
    assert any(each["line"] == 2 and each["code"] == "missing_label" for each in found.json["findings"])
    assert "sex.csv:2: " in run("protocol", "check", own.parent).out


def test_doctor_finds_a_sound_vault_sound(full: Path, run: Run) -> None:
    found = run("doctor", "--json")
    levels = {each["name"]: each["level"] for each in found.json["checks"]}
    assert found.code == 0
    assert (
        levels["log"] == levels["database"] == levels["index"] == levels["views"] == levels["modes"] == "ok"
    )
    assert levels["vault"] == "note"


def test_doctor_sees_what_is_wrong(full: Path, run: Run) -> None:
    key = vault.unlock(full, PHRASE)
    from lnctp_tui.storage.database import engine

    connection = engine.connect(full / paths.DATABASE, key.dek)
    connection.execute("UPDATE cases SET summary = 'sin constancia' WHERE rowid = 1")
    connection.execute("UPDATE changes SET at = '2999-01-01T00:00:00.000000Z' WHERE seq = 1")
    connection.execute("DELETE FROM search_rows WHERE rowid IN (SELECT rowid FROM search_rows LIMIT 1)")
    connection.close()
    if os.name == "posix":
        (full / paths.VAULT).chmod(0o644)
    found = run("doctor", "--json")
    bad = {each["name"] for each in found.json["checks"] if each["level"] == "bad"}
    assert found.code == 1
    assert bad >= {"log", "clock", "index"}
    assert os.name != "posix" or "modes" in bad
    assert "no coinciden" in run("doctor").out


def test_doctor_without_a_phrase_looks_from_outside(
    full: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LNCTP_PASSPHRASE_FILE")
    found = run("doctor", "--json")
    assert found.code == 0
    assert {each["level"] for each in found.json["checks"] if each["name"] == "log"} == {"skipped"}


def test_doctor_says_that_there_is_no_vault(run: Run) -> None:
    found = run("doctor", "--json")
    assert (found.code, found.json["ok"]) == (1, False)


def test_a_full_disk_is_told_without_a_promise(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise StorageFailed("disk_full")

    monkeypatch.setattr("lnctp_tui.services.exchange.importing.run.import_file", fails)
    found = run("case", "import", "x.json")
    assert (found.code, found.out) == (1, "")
    assert "El disco está lleno" in found.err
    assert "se reintenta" not in found.err


def test_lists_for_programs_are_whole(full: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lnctp_tui.cli.cases.PAGE", 4)
    folios = [each["folio"] for each in run("case", "list", "--json").json]
    assert len(set(folios)) == len(folios) == 21
    assert [each["folio"] for each in run("case", "list", "--limit", "6", "--json").json] == folios[:6]


# recovery


def test_the_printed_sheet_opens_and_sets_a_new_phrase(full: Path, run: Run, tmp_path: Path) -> None:
    sheet = phrase_in(tmp_path / "sheet", run("recovery", "sheet", "--json").json["words"])
    fresh = phrase_in(tmp_path / "fresh", "otra frase larga con 73 faroles")
    assert run("recovery", "open-sheet", "--sheet-file", sheet, "--new-passphrase-file", fresh).code == 0
    assert run("case", "list").code == 1
    assert run("case", "list", "--passphrase-file", fresh).code == 0


def test_the_organisations_key_is_used_only_with_its_fingerprint(
    full: Path, run: Run, tmp_path: Path
) -> None:
    keys = run("recovery", "new", tmp_path / "org.pub", "--json").json
    wrong = run("recovery", "use", tmp_path / "org.pub", "--fingerprint", " ".join(["abaco"] * 6))
    assert wrong.code == 1
    assert "huella" in wrong.err
    assert run("recovery", "request", tmp_path / "r").code == 1
    assert run("recovery", "use", tmp_path / "org.pub", "--fingerprint", keys["fingerprint"], "--json").json
    assert run("recovery", "request", tmp_path / "r").code == 0
    assert run("recovery", "new", tmp_path / "org.pub").code == 1


# words


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("caso",), "No existe la orden caso"),
        (("case", "show"), "Falta el argumento FOLIO"),
        (("case", "list", "--nada"), "No existe la opción --nada"),
        (("case", "list", "--limit", "x"), "número entero"),
        (("case", "list", "--limit", "0"), "1 o más"),
        (("case", "list", "sobra"), "Sobra"),
        (("case", "import", "x", "--map"), "necesita un valor"),
        (("case", "list", "--status", "nada"), "«nada» no es uno de: 'open'"),
        (("case", "import", "x", "--format", "xml"), "«xml» no es uno de: 'json'"),
        (("init", "--language", "fr"), "«fr» no es uno de: 'es', 'en'"),
        (("recovery", "open"), "Falta el argumento SOLICITUD"),
        (("backup",), "Falta el argumento ARCHIVO"),
    ],
)
def test_misuse_is_told_in_spanish(arguments: tuple[str, ...], told: str, run: Run) -> None:
    found = run(*arguments)
    assert (found.code, found.out) == (2, "")
    assert told in found.err


ENGLISH = (
    "Usage",
    "Options",
    "Commands",
    "Arguments",
    "Show this message",
    "Install completion",
    "[required]",
    "[default",
    "<bool>",
    "<str",
    "<path>",
    "<int",
)
NOUNS = {
    "": ("init", "run", "demo", "passphrase", "backup", "restore", "doctor"),
    "case": ("", "list", "show", "history", "assess", "import", "export"),
    "call": ("", "list", "show"),
    "protocol": ("", "check"),
    "recovery": ("", "new", "open", "request", "finish", "use", "sheet", "open-sheet"),
}
PATHS = ["", *(f"{noun} {name}".strip() for noun, names in NOUNS.items() for name in names)]


@pytest.mark.parametrize("path", PATHS)
def test_help_is_spanish_to_the_last_word(path: str, run: Run) -> None:
    found = run(*path.split(), "--help")
    assert found.code == 0
    assert "Uso: lnctp" in found.out
    assert [word for word in ENGLISH if word in found.out] == []


def test_help_is_english_when_that_is_the_language(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess
    import sys

    environment = os.environ | {"LNCTP_LANG": "en"}
    found = subprocess.run(
        [sys.executable, "-m", "lnctp_tui", "case", "--help"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Usage: lnctp case" in found.stdout
    assert "Imports case documents" in found.stdout


def test_the_shell_completes_commands() -> None:
    import subprocess
    import sys

    asked = {"_LNCTP_COMPLETE": "complete_bash", "COMP_WORDS": "lnctp case ", "COMP_CWORD": "2"}
    found = subprocess.run(
        [sys.executable, "-m", "lnctp_tui"],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "import" in found.stdout.split()


@pytest.mark.skipif(os.name != "posix" or not shutil.which("bash"), reason="asks for the completion of bash")
def test_completion_is_installed_and_says_so_in_spanish(tmp_path: Path) -> None:
    import subprocess
    import sys

    asked = f"'{sys.executable}' -m lnctp_tui --install-completion; '{sys.executable}' -m lnctp_tui --show-completion"
    found = subprocess.run(
        ["bash", "-c", f"{asked}; true"],
        env=os.environ | {"HOME": str(tmp_path), "LNCTP_HOME": str(tmp_path / "data")} | {"LNCTP_LANG": "es"},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second, *script = found.stdout.splitlines()
    assert first.startswith("Completado de bash instalado en")
    assert second == "Funciona en cada terminal que se abra desde ahora."
    assert "complete -o default -F _lnctp_completion lnctp" in script
    assert "lnctp.sh" in (tmp_path / ".bashrc").read_text(encoding="utf-8")


def test_a_terminal_without_completion_is_told_in_spanish() -> None:
    from lnctp_tui.cli.words import said

    assert "bash, zsh, fish" in said("Shell sh is not supported.")
    assert "bash, zsh, fish" in said("Shell None not supported.")


def test_a_fault_tells_a_code_and_no_value(run: Run, full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("canario con datos")

    monkeypatch.setattr("lnctp_tui.services.case.cases.list_cases", fails)
    found = run("case", "list")
    assert found.code == 1
    assert "ValueError@cli/cases.py" in found.err
    assert "canario" not in found.err + found.out


def test_words_for_paper_stand_as_people_write_them(capsys: pytest.CaptureFixture[str]) -> None:
    session.paper("Llave de los respaldos:", "baul anden boveda", "nino luna")
    assert capsys.readouterr().out.split() == [
        "Llave",
        "de",
        "los",
        "respaldos:",
        "baúl",
        "andén",
        "bóveda",
        "niño",
        "luna",
    ]

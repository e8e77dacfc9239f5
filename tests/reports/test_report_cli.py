"""`lnctp report` as a person and a program run it, on a laptop and at the server: formats, files, codes, nothing told
of anybody."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import Any

import pytest
from filled_store import insert
from ran import Ran
from workspaces import Founded

from lnctp_tui.cli import main, session
from lnctp_tui.reports import printed
from lnctp_tui.reports.render import typeset
from lnctp_tui.server.postgres import database
from lnctp_tui.server.read import counting
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.replication import eviction, server_state

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import build_published

Run = Callable[..., Ran]
FORMULA = "=HYPERLINK(CANARIO)"
TEXTS = {
    "cases": ("summary", "code_word", "callback_say", "team"), "contacts": ("narrative", "outcome", "municipality"),
    "people": ("name", "origin_municipality"), "places": ("address", "note", "locality"),
}  # fmt: skip


@pytest.fixture
def run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    @contextmanager
    def opened(_context: object) -> Iterator[Workspace]:
        yield workspace

    monkeypatch.setattr(session, "opened", opened)
    monkeypatch.setenv("LNCTP_LANG", "es")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> Ran:
        code = main(["report", *map(str, arguments)])
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture
def bare(workspace: Workspace, founded: Founded) -> Iterator[Any]:
    connection = engine.connect(workspace.home / paths.DATABASE, founded.key.dek)
    yield connection
    connection.close()


def fill(bare: Any, documents: list[dict[str, Any]]) -> None:
    bare.execute("BEGIN")
    insert(bare, documents)
    bare.execute("COMMIT")


def with_canaries() -> list[dict[str, Any]]:
    """The cases with words in every field that takes words, and codes that nobody knows."""
    documents = build_published.cases()
    for document in documents:
        for row in (document["case"], *document["contacts"], *document["people"], *document["places"]):
            table = "cases" if row is document["case"] else next(
                name for name in ("contacts", "people", "places") if row in document[name]
            )  # fmt: skip
            row |= dict.fromkeys(TEXTS[table], "CANARIO")
        document["case"]["folio"] = "CANARIO-0001"
    first = documents[0]
    first["contacts"][0]["reporter_type"] = first["people"][0]["sex"] = f"~{FORMULA}"
    first["people"][0]["answers"] |= {f"modality.{FORMULA}": "yes", "vulnerability.CANARIO": "yes"}
    first["places"][0]["venue"] = first["places"][0]["state"] = FORMULA
    first["files"][0]["entity"] = first["files"][0]["stage"] = FORMULA
    return documents


def test_every_format_says_numbers_and_nobody(run: Run, bare: Any, tmp_path: Path) -> None:
    fill(bare, with_canaries())
    outputs = {form: run("--format", form) for form in ("table", "json", "csv")}
    outputs["english"] = run("--lang", "en", "--notes")
    for ran in outputs.values():
        assert ran.code == 0
        assert "CANARIO" not in ran.out + ran.err
    assert "Sólo lo que guarda este equipo: 201 casos; no es la cifra de la Línea." in outputs["table"].out
    assert "Only what this laptop holds: 201 cases" in outputs["english"].out
    told = json.loads(outputs["json"].out)
    assert "no es la cifra de la Línea" in told["about"]
    modality = next(table for table in told["tables"] if table["id"] == "M1")
    assert next(cell["count"] for cell in modality["cells"] if cell["row"] == "fuera_de_catalogo") == 1
    assert [note["id"] for note in modality["notes"]] == ["N1", "N8"]
    rows = list(csv.reader(io.StringIO(outputs["csv"].out)))
    assert all(cell[:1] not in tuple("=+-@") for row in rows for cell in row)
    counts = {(row[3], row[7], row[10]): int(row[12]) for row in rows[1:] if row[4] == "cell"}
    assert all(
        counts[table["id"], cell["row"], cell["column"]] == cell["count"]
        for table in told["tables"] for cell in table["cells"]
    )  # fmt: skip


def test_pages_and_papers_say_numbers_and_nobody(
    run: Run, bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("vl_convert")
    pytest.importorskip("typst")
    fill(bare, with_canaries())
    sheets: list[bytes] = []
    whole = typeset.pdf
    monkeypatch.setattr(
        typeset, "pdf", lambda sheet, template: sheets.append(sheet) or whole(sheet, template)
    )
    names = ("pagina.html", "papel.pdf")
    for name in names:
        asked = ("--table", "R5,M1,L1,V2,V5,F2,F3", "--format", name.partition(".")[2], "--out", name)
        assert run(*asked).code == 0
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        before = (tmp_path / name).read_bytes()
        assert (run(*asked).code, (tmp_path / name).read_bytes()) == (1, before)
    page, paper = ((tmp_path / name).read_bytes() for name in names)
    assert paper.startswith(b"%PDF")
    hour = instants.iso(instants.now())[:13].encode()
    for content in (page, sheets[0]):
        assert "no es la cifra de la Línea".encode() in content
        assert "Fuera de catálogo".encode() in content
        for nobody in (
            b"CANARIO",
            b"LN-",
            str(tmp_path).encode(),
            getuser().encode() + b"@",
            hour,
        ):
            assert nobody not in content
    for nobody in (b"CANARIO", str(tmp_path).encode(), b"CreationDate", b"ModDate", b"/Author"):
        assert nobody not in paper


def test_without_the_extra_nothing_is_counted_and_the_rest_works(
    run: Run, bare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("--table", "R1", "--format", "html").code == 2
    assert run("--compare", "printed", "--format", "pdf", "--out", "a.pdf").code == 2
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "vl_convert" else there(name, *more)
    )
    for form in ("html", "pdf"):
        ran = run("--table", "R1", "--format", form, "--out", f"a.{form}")
        assert ran.code == 1
        assert "Instale lnctp-tui[report]; table, json y csv funcionan sin él." in ran.err
        assert not (tmp_path / f"a.{form}").exists()
    assert run("--table", "R1", "--format", "json").code == 0


def test_files_are_new_and_private_and_mistakes_end_with_their_code(
    run: Run, bare: Any, tmp_path: Path
) -> None:
    fill(bare, build_published.cases()[:3])
    assert run("--table", "R1,v8", "--out", "uno.txt").code == 0
    assert (tmp_path / "uno.txt").stat().st_mode & 0o077 == 0
    before = (tmp_path / "uno.txt").read_bytes()
    again = run("--table", "R1", "--out", "uno.txt")
    assert (again.code, (tmp_path / "uno.txt").read_bytes()) == (1, before)
    (tmp_path / "enlace.json").symlink_to(tmp_path / "otro")
    assert run("--table", "R1", "--format", "json", "--out", "enlace.json").code != 0
    for wrong in (
        ("--from", "2020", "--to", "2019"), ("--table", "Q9"), ("--by", "color"), ("--by", "sex", "--unit", "case"),
        ("--by", "sex,month,year"), ("--from", "2019-13"), ("--from", "ayer"), ("--format", "xlsx"),
        ("--lang", "fr"), ("--table", "R1", "--by", "sex"), ("--by", "sex", "--unit", "figure"),
    ):  # fmt: skip
        ran = run(*wrong)
        assert ran.code == 2, wrong
        assert "{" not in ran.err
    empty = run("--from", "2031", "--to", "2031", "--table", "R1")
    assert (empty.code, "N18" in empty.out) == (0, False)
    assert "Ningún reporte entre 2031-01-01 y 2031-12-31." in empty.out
    assert "Los registros van de 2019-01-02 a" in empty.out


def test_the_printed_report_is_compared_with_every_note_in_both_languages(run: Run, bare: Any) -> None:
    fill(bare, list(build_published.documents()))
    ran = run("--compare", "printed")
    assert ran.code == 0
    assert "130 de 130 cifras iguales." in ran.out
    assert all(
        f"{note} {printed.notes()[note].es[:20]}" in ran.out for note in (f"N{n}" for n in range(1, 20))
    )
    told = json.loads(run("--compare", "printed", "--lang", "en", "--format", "json").out)
    assert all(figure["equal"] for figure in told["figures"])
    assert [note["text"] for note in told["notes"]] == [label.en for label in printed.notes().values()]
    bare.execute("UPDATE cases SET report_class = 'informativo' WHERE report_class = 'trata' AND id IN"
                 " (SELECT id FROM cases WHERE report_class = 'trata' ORDER BY id LIMIT 1)")  # fmt: skip
    changed = run("--compare", "printed")
    assert changed.code == 1
    assert " no " in changed.out


def test_what_changed_since_is_told_cell_by_cell_and_why(
    run: Run, bare: Any, tmp_path: Path, workspace: Workspace
) -> None:
    documents = build_published.cases()[:20]
    fill(bare, documents[:18])
    assert run("--table", "R1,C1,V2", "--format", "json", "--out", "antes.json").code == 0
    assert run("--compare", "antes.json").code == 0
    for document in documents[18:]:
        document["case"]["created_at"] = instants.iso(instants.now())
    fill(bare, documents[18:])
    first, second, third = (document["case"]["id"] for document in documents[:3])
    with workspace.store.write() as unit:
        unit.record("cases", first, {"report_class": "informativo"})
        unit.record("cases", second, {"merged_into": third})
    bare.execute(
        "UPDATE cases SET erased_at = ? WHERE id = ?",
        (instants.iso(instants.now()), documents[3]["case"]["id"]),
    )
    ran = run("--compare", "antes.json", "--format", "json")
    assert ran.code == 1
    told = json.loads(ran.out)
    changes = {
        (change["table"], change["row"]): (change["then"], change["now"]) for change in told["differences"]
    }
    assert changes[("R1", "trata")] == (18, 17)
    assert changes[("R1", "informativo")] == (0, 1)
    assert told["reasons"] == {"late": 2, "reclassified": 1, "merged": 1, "erased": 1}
    said = " ".join(run("--compare", "antes.json").out.split())
    assert "2 reportes llegaron tarde, 1 cambiaron de clase" in said
    (tmp_path / "roto.json").write_text('{"tables": [{}]}')
    assert run("--compare", "roto.json").code == 1


def test_what_is_hidden_here_is_not_counted_and_counting_is_noted(
    run: Run, bare: Any, workspace: Workspace
) -> None:
    documents = build_published.cases()[:5]
    fill(bare, documents)
    with workspace.store.write() as unit:
        eviction.hide(unit.connection, documents[0]["case"]["id"], "revoked")
    told = json.loads(run("--table", "R1", "--format", "json").out)
    assert (told["reports"], told["cases_held"]) == (4, 4)
    for role, code in (("admin", 1), ("analyst", 1), ("counselor", 0)):
        known = server_state.Server("https://127.0.0.1", None, "00", "active", "ana", role, "main")
        with workspace.store.write() as unit:
            server_state.put_server(unit.connection, known)
        assert run("--table", "R1").code == code, role
    noted = bare.execute("SELECT actor, record FROM access WHERE action = 'report'").fetchall()
    assert noted[-1] == (workspace.counselor_id, "R1 2019-01-01/2020-12-31")


def test_the_server_counts_everything_and_notes_who_asked(
    pg: str, owner: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with database.connect(owner) as connection:
        insert(connection, with_canaries(), server=True)
    monkeypatch.setenv("DATABASE_URL", pg)
    monkeypatch.setenv("LNCTP_SERVER_HOME", str(tmp_path / "server"))
    monkeypatch.setenv("LNCTP_LANG", "es")
    assert main(["server", "report", "--table", "C1,M1"]) == 0
    out = capfd.readouterr().out
    assert "Todo lo que guarda el servidor: 201 casos." in out
    assert "Base: 184 casos" in out
    assert "CANARIO" not in out
    assert main(["server", "report", "--from", "2021", "--to", "2020"]) == 2
    since = counting.since(pg, "main", instants.parse("2018-01-01T00:00:00Z"))
    assert (since.late, since.merged) == (frozenset(), frozenset())  # nothing came through the log here
    with database.connect(owner) as connection:
        actor, action, record = connection.execute("SELECT actor, action, record FROM audit").fetchone()
    assert (actor.partition(":")[0], action, record) == ("cli", "report", "C1,M1 2019-01-01/2020-12-31")

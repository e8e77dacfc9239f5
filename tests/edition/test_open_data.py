"""From records to what everybody may read: a report, an edition, the page that serves it; and from a number back to its
cases, to an alert, to the prosecutor. And who tries for more.

Every word of every record of the server is a canary: it is in no file, no page, no text or property of a PDF.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import httpx
import psycopg
import pytest
from canary import CANARY, birds
from counts import SOAK, often
from edition_office import add
from pdf_text import everything
from pg import fresh
from pty_app import PHRASE
from ran import Ran
from served import Laptop, Served, serving
from test_alerts_cli import enrol, run

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import BY_TABLE, KINDS
from lnctp_tui.domain.training.number import Number
from lnctp_tui.reports import tables
from lnctp_tui.reports.edition import documents, verify
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.report import shown
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.workspace import open_workspace

__all__ = ["run"]
HALF = ("2025-07", "2025-12")
FIRST, DAYS = date(2025, 7, 1), 184
OVER = datetime(2026, 1, 5, 18, tzinfo=UTC)
"""The Monday after that half-year."""
ODD, ODDS = "mercado", 7
"""A venue that no sample names, and how many cases at the year's end do."""
DAY = re.compile(r"20\d\d-\d\d-\d\d(?=T)")
SHOWN = [] if SOAK else ["--table", "R1,C2"]
FORMS = documents.FORMS if SOAK else documents.FORMS[::2]
"""Of an everyday run: the two that are in Spanish."""


def samples(count: int) -> Iterator[dict[str, Any]]:
    """The sample cases over and over, on days of one half-year, with canaries in all that takes words."""
    rng = random.Random(14)
    paths = sorted(Path(str(files("lnctp_tui") / "data" / "demo")).glob("*.json"))
    texts = [path.read_text("utf-8") for path in paths]
    often_told = [1 / (at + 1) for at in range(len(texts))]
    for number, text in enumerate(rng.choices(texts, often_told, k=count)):
        day = FIRST + timedelta(days=rng.randrange(1, DAYS))
        text = DAY.sub(day.isoformat(), text)
        yield sung(named(json.loads(text), number), everywhere=number % 7 == 0)


def named(document: dict[str, Any], number: int) -> dict[str, Any]:
    """With ids of its own; samples name people by their story."""
    for table, rows in document.items():
        for at, row in enumerate(
            rows if isinstance(rows, list) else [rows] if isinstance(rows, dict) else ()
        ):
            if not row:
                continue
            row.setdefault("id", f"{table} {at}")
            for name in (name for name in row if name == "id" or name.endswith("_id")):
                if row[name]:
                    row[name] = str(uuid5(NAMESPACE_OID, f"{number} {row[name]}"))
    return document


def sung(document: dict[str, Any], *, everywhere: bool) -> dict[str, Any]:
    """A document with canaries; `everywhere`: also in place of codes."""
    for kind in KINDS:
        patch = {name: value for name, value in birds(kind).items() if not str(value).startswith("20")}
        rows = [document.get("case") or {}] if kind.table == "cases" else document.get(kind.table) or []
        for row in filter(None, rows):
            for name, value in patch.items():
                if name.startswith("answers."):
                    row.setdefault("answers", {})[name.partition(".")[2]] = value
                elif name.startswith("nuevo_"):
                    row["extra"] = {name: value}
                elif everywhere or not str(value).startswith("~"):
                    row[name] = value
    return document


class Office:
    """A server that runs, filled, and its command line."""

    def __init__(self, cluster: embedded.Embedded, name: str, served: Served, home: Path) -> None:
        self.cluster, self.name, self.served, self.home = cluster, name, served, home

    def environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LNCTP_SERVER_HOME", str(self.home))
        monkeypatch.setenv("DATABASE_URL", self.cluster.url(database=self.name))
        monkeypatch.setenv("LNCTP_SERVER_OWNER_URL", self.cluster.url(embedded.OWNER, self.name))
        monkeypatch.setenv("LNCTP_LANG", "es")


@pytest.fixture(scope="module")
def line(cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("line") / "home"
    with fresh(cluster) as name:
        add(cluster.url(embedded.OWNER, name), list(samples(often(20_035, 250))))
        with serving(cluster.url(database=name), Settings(home=home)) as served:
            register(served.laptop("supervisor"))
            yield Office(cluster, name, served, home)


def register(lead: Laptop) -> None:
    """A course and a certificate, with canaries in all that takes words."""
    for table in ("courses", "certificates"):
        kind = BY_TABLE[table]
        values = birds(kind) | ({"number": str(Number("GA", 25, 1))} if table == "certificates" else {})
        patch = {name: value for name, value in values.items() if not name.startswith("nuevo_")}
        row = bound.row_id(table, patch) if kind.bound else None
        answer = lead.push(lead.change(table, patch, **({"row": row} if row else {}))).message["results"]
        assert [line[1] for line in answer] == ["accepted"], answer


def odd_cases(folder: Path) -> Path:
    """A file of cases that a supervisor's laptop brings: one venue, the last days of the half-year."""
    sample = (files("lnctp_tui") / "data" / "demo" / "barberia-centro.json").read_text("utf-8")
    lines = []
    for number in range(ODDS):
        document = named(json.loads(DAY.sub(f"2025-12-{20 + number}", sample)), 100_000 + number)
        document["places"][1]["venue"] = ODD
        document["files"] = []
        lines.append(json.dumps(document))
    path = folder / "casos.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def follows_a_number_to_its_cases(home: Path, table: str, row: str) -> set[str]:
    """Folios of the cases of a number, as Enter on it lists them on the screen."""
    workspace = open_workspace(home, vault_access.unlock(home, PHRASE))
    try:
        last = FIRST + timedelta(days=DAYS - 1)
        counted = shown.count(workspace.store, workspace.protocol, FIRST, last)
        definition = next(each for each in tables.built_in() if each.id == table)
        return {folio for _id, folio in shown.cases(workspace.store, counted, definition, row)}
    finally:
        workspace.close()


def doubts_it_and_acts(line: Office, run: Callable[..., Ran], tmp_path: Path) -> None:
    """From the odd number to its cases and the alert of them, a mute with its reason, one case to the prosecutor."""

    def done(*words: str) -> Any:
        ran = run("--json", *words)
        assert ran.code == 0, ran.err
        return ran.json

    with database.pool(line.served.database) as pool:
        weekly.run(pool, "main", OVER)
    (alert,) = [alert for alert in done("alerts", "list")["alerts"] if alert["code"] == ODD]
    folios = follows_a_number_to_its_cases(tmp_path / "laptop", "L1", ODD)
    assert len(folios) == ODDS
    assert folios == {case["folio"] for case in done("alerts", "show", alert["id"])["cases"]}
    done(
        "alerts",
        "mute",
        alert["id"],
        "--reason",
        "un solo hecho",
        "--text",
        "Un operativo en un solo mercado",
    )
    assert {one["muted"] for one in done("alerts", "list")["alerts"] if one["code"] == ODD} <= {
        "un_solo_hecho"
    }

    sheet, to = tmp_path / "fiscalia.pdf", ["--to", "Fiscalía de Ejemplo (ficticia)"]
    reason = ["--reason", "Oficio de la fiscalía de ejemplo"]
    made = done("exchange", "fiscalia", *to, *reason, "--folio", min(folios), "--out", str(sheet))
    assert made["receipt"] in everything(sheet)
    assert not re.search(
        "coche rojo|Calle Inventada|barbería", sheet.with_suffix(".json").read_text(), re.IGNORECASE
    )
    assert [row["recipient"] for row in done("exchange", "list")] == [to[1]] * 2


@pytest.mark.usefixtures("quick_new_keys")
def test_a_half_year_is_published_doubted_and_acted_on_and_no_word_of_a_record_is_public(
    line: Office, run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line.environment(monkeypatch)
    monkeypatch.setattr(documents, "FORMS", FORMS)
    asked = ["--from", "2025-2", "--to", "2025-2"]
    told = []

    def done(*words: str) -> None:
        ran = run(*words)
        assert ran.code == 0, ran.err
        told.append(ran.out + ran.err)

    enrol(line.served, run, "supervisor")
    done("case", "import", str(odd_cases(tmp_path)))
    done("sync", "--once")
    with psycopg.connect(line.cluster.url(embedded.OWNER, line.name)) as owner:
        (sings,) = owner.execute(
            "SELECT count(*) FROM data.people WHERE name LIKE %s", (f"%{CANARY}%",)
        ).fetchone()
    assert sings > 100, "there is something to find"

    period = ["--from", HALF[0], "--to", HALF[1]]
    for form in ("json", "csv", *(("table",) if SOAK else ())):
        done("server", "report", *period, "--format", form, "--out", str(tmp_path / f"todo.{form}"))
    for form in ("html", "pdf") if SOAK else ("html",):
        done(
            "server", "report", *period, *SHOWN, "--format", form, "--out", str(tmp_path / f"informe.{form}")
        )
    report = json.loads((tmp_path / "todo.json").read_text())
    assert report["tables"][0]["units"] > 150

    done("edition", "plan", *asked, "--k", "5")
    assert httpx.get(f"{line.served.url}/datos", trust_env=False).text.count("/datos/2025") == 0
    done("edition", "issue", *asked, "--out", str(tmp_path / "edicion"))
    done("edition", "internal", *asked)
    done("edition", "verify", str(tmp_path / "edicion"))
    assert "completa y como se publicó" in told[-1]

    content = verify.read(tmp_path / "edicion")
    line.served.app.state.pages._listing = (0.0, b"")  # half a minute later
    listing = httpx.get(f"{line.served.url}/datos", trust_env=False)
    links = set(re.findall(r'href="/datos/2025-2-k5/([^"]+)"', listing.text))
    assert links == set(content)
    assert "interna" not in listing.text
    assert {name for name, _of, _form in FORMS} <= links
    for name, data in content.items():
        answer = httpx.get(f"{line.served.url}/datos/2025-2-k5/{name}", trust_env=False)
        assert answer.content == data, name
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert ("inline" in answer.headers["content-disposition"]) == name.endswith(".html")
        assert "script-src" not in policy
    venues = {row["row_code"]: row["count"] for row in json.loads(content["tabla-L1.json"])["rows"]}
    assert venues[ODD] == ODDS
    assert "Mercado" in content["edicion-es.html"].decode()
    doubts_it_and_acts(line, run, tmp_path)
    table = json.loads(content["tabla-M1.json"])["rows"]
    assert sum(row["flag"] == "ok" and (row["count"] or 0) >= 5 for row in table) > 2, (
        "there is something to read"
    )

    seen = "\n".join([*told, listing.text])
    files_there = [*tmp_path.glob("*.*"), *(tmp_path / "edicion").iterdir()]
    assert len(files_there) > 3 + len(FORMS)
    for path in files_there:
        assert CANARY not in everything(path), path.name
    assert CANARY not in seen
    board = line.served.laptop("supervisor")
    path = board.call("POST", "/v1/board").message["path"]
    with httpx.Client(base_url=line.served.url, trust_env=False) as browser:
        entered = browser.post("/entrar", data={"ficha": path.rpartition("/")[2]})
        cookie = entered.headers["set-cookie"].partition(";")[0]
        shown = browser.get("/tablero", headers={"Cookie": cookie})
    assert shown.status_code == 200
    assert CANARY not in shown.text


def test_an_analyst_tries_to_see_a_row_and_cannot(line: Office) -> None:
    analyst = line.served.laptop("analyst")
    tried = 0
    for route in line.served.app.routes:
        for method in sorted(getattr(route, "methods", None) or ()):
            path = re.sub(r"\{[^}]+\}", "00000000-0000-7000-8000-000000000001", route.path)
            if path.startswith("/v1/") and method in ("GET", "POST"):
                answer = analyst.call(method, path)
                tried += answer.status == 403
                assert CANARY.encode() not in answer.content, path
    assert tried > 10
    with psycopg.connect(line.cluster.url(embedded.ANALYST, line.name), autocommit=True) as login:
        tables = login.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > 30
        readable = []
        for schema, table in tables:
            try:
                rows = login.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall()
            except psycopg.Error:
                continue
            readable.append((schema, table))
            assert CANARY not in repr(rows), table
        assert readable == [("statistics", "published")]

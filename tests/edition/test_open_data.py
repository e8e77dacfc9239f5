"""From records to what everybody may read: a report, an edition, the page that serves it. And who tries for more.

Every word of every record is a canary: it is in no file, no page, no text or property of a PDF.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
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
from served import Laptop, Served, serving

from lnctp_tui.cli import main
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import BY_TABLE, KINDS
from lnctp_tui.domain.training.number import Number
from lnctp_tui.reports.edition import documents, verify
from lnctp_tui.server.postgres import embedded
from lnctp_tui.server.settings import Settings

HALF = ("2025-07", "2025-12")
FIRST, DAYS = date(2025, 7, 1), 184
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


def test_what_a_supervisor_publishes_is_what_the_public_reads_and_no_word_of_a_record_is_in_it(
    line: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line.environment(monkeypatch)
    monkeypatch.setattr(documents, "FORMS", FORMS)
    asked = ["--from", "2025-2", "--to", "2025-2"]
    told = []

    def done(*words: str) -> None:
        assert main(list(words)) == 0, capsys.readouterr().err
        told.append("".join(capsys.readouterr()))

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
    done("edition", "verify", str(tmp_path / "edicion"))
    assert "completa y como se publicó" in told[-1]

    content = verify.read(tmp_path / "edicion")
    line.served.app.state.pages._listing = (0.0, b"")  # half a minute later
    listing = httpx.get(f"{line.served.url}/datos", trust_env=False)
    links = set(re.findall(r'href="/datos/2025-2-k5/([^"]+)"', listing.text))
    assert links == set(content)
    assert {name for name, _of, _form in FORMS} <= links
    for name, data in content.items():
        answer = httpx.get(f"{line.served.url}/datos/2025-2-k5/{name}", trust_env=False)
        assert answer.content == data, name
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert ("inline" in answer.headers["content-disposition"]) == name.endswith(".html")
        assert "script-src" not in policy
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

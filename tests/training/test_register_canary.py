"""Holders of certificates are named where somebody asks for the register; in no other file, list or search (128)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from canary import CANARY
from exchange_office import OTHER, REASON
from pdf_text import everything
from test_exchange_canary import story

from lnctp_tui.cli import main, session
from lnctp_tui.domain.training import naming
from lnctp_tui.domain.training import number as numbers
from lnctp_tui.domain.values import folio
from lnctp_tui.services.case import search
from lnctp_tui.services.exchange import typeset
from lnctp_tui.services.training import register
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids

HOLDER = "Zarzamora Canariense"
"""Of the register alone: cases have canaries of their own, and a case document may say those."""
TRAIL = "depósitos cada lunes"
FOLIO = str(folio.make("K7Q2", 1))
TO = ("--to", OTHER, "--reason", REASON)
PERIOD = ("--from", "2026", "--to", "2026")
FILES = (
    *(("report", *PERIOD, "--format", form, "--out", f"informe.{form}") for form in ("json", "csv", "html")),
    *(("exchange", what, *TO, "--out", f"{what}.csv") for what in ("htcds", "ctdc")),
    ("exchange", "htcds", *TO, "--form", "xlsx", "--out", "h.xlsx", "--loss", "pierde.csv"),
    *(("exchange", "uif", *TO, "--form", form, "--out", f"rastros.{form}") for form in ("csv", "xlsx")),
    ("exchange", "case", *TO, "--folio", "{folio}", "--out", "c.json"),
    ("case", "export", "--all", "todo.jsonl"),
    ("link", "export", "--all", "red.graphml"),
    ("directory", "export", "dir.zip"),
)  # fmt: skip
PRINTED = (("exchange", "fiscalia", *TO, "--folio", "{folio}", "--out", "hoja.pdf"),)
"""Where a typesetter is installed."""
LISTS = (
    ("case", "list"), ("case", "show", "{folio}"), ("case", "show", "{folio}", "--json"),
    ("case", "history", "{folio}"),
    ("call", "list"), ("call", "show", "{folio}"), ("exchange", "list"), ("link", "list"), ("task", "list"),
    ("practice", "reviews", "--json"), ("course", "list"), ("course", "list", "--json"), ("doctor",),
)  # fmt: skip


def filled(workspace: Workspace) -> None:
    """A register whose holder called, in a case from which everything may be shared."""
    values = {"kind": "guardian_asfalto", "holder_name": HOLDER, "holder_contact": f"{HOLDER} 5550001000"}
    number = register.issue(workspace.store, values, "2026-01-31")
    row = register.found(workspace.store, number)[0]["id"]
    register.revoke(workspace.store, row, f"{HOLDER} vendió", "2026-02-01T10:00:00.000000Z")
    case = story(workspace, anonymity="identificado", consent_share="yes", opened_at="2026-03-14T20:05:00.000000Z",
                 folio=FOLIO)  # fmt: skip
    link = {naming.NUMBER: number, naming.CONSENT: "yes", naming.LINK: numbers.row_of(numbers.parse(number))}
    with workspace.store.write() as unit:
        unit.record("money", ids.new_id(), {"share_consent": "yes", "way": TRAIL}, case=case)
        query = "SELECT id FROM contacts WHERE case_id = ?"
        for (row,) in unit.connection.exec_driver_sql(query, (case,)).all():
            unit.record("contacts", row, link | {"reporter_type": "guardian_asfalto"}, case=case)


def test_a_holder_is_named_by_the_register_alone(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def opened(_context: object, **_how: object) -> Iterator[Workspace]:
        yield workspace

    monkeypatch.setattr(session, "opened", opened)
    monkeypatch.setenv("LNCTP_HOME", str(workspace.home))
    monkeypatch.setenv("LNCTP_LANG", "es")
    monkeypatch.chdir(tmp_path)
    filled(workspace)
    done = {}
    files = (*FILES, *PRINTED) if typeset.installed() else FILES
    for command in (*files, *LISTS):
        words = [word.format(folio=FOLIO) for word in command]
        done[" ".join(words)] = main(words)
    told = capsys.readouterr()
    assert {command for command, code in done.items() if code} == set(), told.err
    assert HOLDER not in told.out + told.err
    made = [path for path in tmp_path.rglob("*") if path.is_file() and workspace.home not in path.parents]
    assert len(made) >= len(files)
    for path in made:
        assert HOLDER.split()[0] not in everything(path), path.name
        assert HOLDER.encode() not in path.read_bytes(), path.name
    for path in workspace.home.rglob("*"):
        assert path.is_dir() or HOLDER.encode() not in path.read_bytes(), path.name
    assert search.search(workspace.store, HOLDER, 20) == []
    said = {path.name: everything(path) for path in made}
    assert all(TRAIL in said[name] for name in ("rastros.csv", "rastros.xlsx")), (
        "there is something that files say"
    )
    assert all(CANARY in said[name] for name in ("htcds.csv", *(["hoja.pdf"] if typeset.installed() else ())))
    assert main(["certificate", "list"]) == 0
    assert HOLDER in capsys.readouterr().out

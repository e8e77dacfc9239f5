"""A laptop's whole reading and writing, gone through on whatever stands in its tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from workspaces import narrate

from lnctp_tui.domain.records import bound, record_check
from lnctp_tui.domain.records.columns import CLOSED, CODES, DECLARED
from lnctp_tui.domain.records.document import MEMBERS
from lnctp_tui.domain.records.record_check import BUILT_IN
from lnctp_tui.domain.records.writing import SIGNATURES
from lnctp_tui.errors import Refused
from lnctp_tui.screens.case.case_text import case_parts, contact_parts
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.call import calls, matches
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases, transfer
from lnctp_tui.services.case import search as finding
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault import doctor
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine, search
from lnctp_tui.storage.vault.vault import Key

DEEP = "[" * 260 + "]" * 260
JUNK: tuple[Any, ...] = (
    "2026-02-30T10:00:00.000000Z", "0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z",
    "2026-03-14T20:05:00.000000+99:99Z", "", "VíctimaAna", "muchas", "~otra cosa", "[]", "{}", "null", "[1, 2]",
    '{"id": "otro", "answers": [], "age": []}', '{"c": "status"}', '{"c": [1]}', DEEP, "no es JSON", -1, 0, 2**62, 1.5,
    1e308, b"\xff\x00", "Marte/Olimpo", "ABCD-0001-?", "x" * 30_000,
)  # fmt: skip
"""What no typing, import or server would let in, and a file may hold."""
OF_CASE = ("cases", *MEMBERS)


def good(table: str, name: str) -> Any:
    """Something that fits a column."""
    if (catalog := CODES.get(table, {}).get(name)) in CLOSED:
        return sorted(BUILT_IN[str(catalog)])[0]
    check = record_check.CHECKS[table][name]
    tried = (
        "2026-03-14T20:05:00.000000Z",
        "2024-03",
        17,
        True,
        ["uno"],
        "K7Q2-0001-T",
        "America/Mexico_City",
        "Prueba",
    )
    return next((each for each in tried if check(each) is None), None)


def whole_case(unit: Any, case: str, ids: dict[str, str]) -> None:
    """A case with one full record of each kind."""
    for table in OF_CASE:
        names = DECLARED[table] - {
            "id",
            "heads",
            "extra",
            "answers",
            "created_at",
            "created_by",
            "erased_at",
            "case_id",
        }
        names -= {"folio", "merged_into"} | SIGNATURES.get(table, frozenset())
        patch = {name: good(table, name) for name in sorted(names)}
        if table in ("cases", "contacts", "people"):
            patch |= {"answers.act.captar": "yes", "answers.clock.pause.1": "ayer", "futuro": {"a": [1]}}
        if table in bound.BOUND:
            patch |= {"case_id": case} | ({"by_id": unit.author.actor} if table in bound.VOUCHED else {})
            ids[table] = bound.row_id(table, patch)
        unit.record(table, ids[table], patch | ({"status": "open"} if table == "cases" else {}), case=case)


def spoil(home: Path, key: Key, table: str, column: str, row: str, value: Any) -> None:
    """Write a value where it stands, past all doors."""
    connection = engine.connect(home / paths.DATABASE, key.dek)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (value, row))
    connection.close()


def everything(home: Path, key: Key, edits: bool = True) -> dict[str, Any]:
    """Unlock, read all that can be read, write into each case, lock; what there was."""
    workspace = open_workspace(home, key)
    broken: list[Exception] = []
    workspace.writer.on_broken = broken.append
    try:
        found = _read(workspace)
        if edits:
            _write(workspace, found["ids"])
        assert not broken, broken
    finally:
        assert workspace.close()
    return found


def _read(workspace: Workspace) -> dict[str, Any]:
    store = workspace.store
    with store.write() as unit:
        while search.refresh(unit.connection):
            pass
    with store.read() as connection:
        ids = list(connection.exec_driver_sql("SELECT id FROM cases WHERE erased_at IS NULL").scalars())
    shown = [line.id for line in _listed(store)]
    assert sorted(shown) == sorted(ids), "a case is not listed"
    assert len(shown) == len(set(shown)), "a case is listed twice"
    exported = [orjson.loads(line) for line in exporting.lines(store, None)]
    assert {each["case"].get("id") for each in exported} >= set(ids)
    desk(store, limit=10_000)
    calls.list_calls(store, limit=10_000)
    calls.unfinished(store)
    synchronise.status(workspace)
    synchronise.conflicts(store)
    finding.search(store, "prueba")
    finding.search(store, "5512345678")
    words = Words(workspace.protocol, workspace.zone, transfer.names(store))
    documents = [_opened(workspace, case, words) for case in ids]
    return {"ids": ids, "documents": documents, "exported": exported}


def _listed(store: Any) -> Iterator[cases.CaseLine]:
    before: tuple[str, str] | None = None
    while page := cases.list_cases(store, limit=50, before=before):
        yield from page
        before = (page[-1].opened_at or "", page[-1].id)


def _opened(workspace: Workspace, case: str, words: Words) -> Any:
    store = workspace.store
    document = cases.document(store, case)
    assert document["case"]["id"] == case
    Intake.of_case(workspace, case).assess()
    assert case_parts(document, words, today=datetime.date(2026, 11, 22))
    for contact in document["contacts"]:
        contact_parts(contact, words)
        calls.call(store, contact["id"])
    for line in cases.history(store, case):
        for name, value in line.patch.items():
            words.value(line.table, name, value)
            words.field(line.table, name)
    matches.earlier(store, document, workspace.protocol)
    orjson.dumps(document)
    return document


def _write(workspace: Workspace, ids: list[str]) -> None:
    """Typing in each case goes on, through the one thread that writes."""
    for number, case in enumerate(ids):
        intake = Intake.of_case(workspace, case)
        narrate(intake, f"Sigue la llamada {number}")
        intake.set(intake.current("case"), {"summary": f"Sigue {number}"})  # type: ignore[arg-type]
        if people := intake.document["people"]:
            intake.mark(intake.current("person"), "act.captar", "no")
            assert people
    assert workspace.writer.drain(120)
    for number, case in enumerate(ids):
        assert cases.document(workspace.store, case)["case"]["summary"] == f"Sigue {number}"


def looked_over(home: Path, key: Key) -> dict[str, Any]:
    """What doctor finds inside, by name."""
    return {each.name: each for each in doctor.inside(home, key)}


__all__ = ["JUNK", "OF_CASE", "Refused", "everything", "good", "looked_over", "spoil", "whole_case"]

"""No second write path: what writes a synchronised table beside its log is refused on the writer's connection."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path

import pytest
from shared import tree
from sqlalchemy import delete, insert, text, update
from sqlalchemy.orm import Session

from lnctp_tui.errors import Refused
from lnctp_tui.models import SYNCED, Case
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import INSERT, TABLES, UPDATE, Unit
from lnctp_tui.storage.database.write_guard import writes_synchronised
from lnctp_tui.storage.replication import authorship, eviction, projection

PACKAGE = Path(__file__).parents[2] / "lnctp_tui"

STATEMENTS = [
    *(
        statement.format(table=table)
        for table in SYNCED
        for statement in (
            "INSERT INTO {table} (id) VALUES ('x')",
            "insert or replace into \"{table}\" (id) values ('x')",
            "REPLACE\nINTO main.{table} (id) VALUES ('x')",
            "UPDATE {table} SET id = 'y'",
            "UPDATE OR IGNORE `{table}` SET id = 'y'",
            "DELETE FROM [{table}] WHERE id = 'x'",
            'DELETE /* all */ FROM -- of them\n "main" . "{table}"',
            "WITH named AS (SELECT 'x' AS id) DELETE FROM {table} WHERE id IN (SELECT id FROM named)",
            "WITH named AS (SELECT 'x' AS id) INSERT INTO {table} SELECT id FROM named",
            "INSERT INTO {table} (id) VALUES ('x') ON CONFLICT (id) DO UPDATE SET id = 'z' RETURNING id",
            "DROP TABLE IF EXISTS {table}",
            "ALTER TABLE {table} ADD COLUMN more TEXT",
            "SELECT * FROM {table}",
            "SELECT 'DELETE FROM {table}'",
            "SELECT id /* UPDATE {table} SET */ FROM {table}",
            "UPDATE changes SET row = 'y' WHERE row IN (SELECT id FROM {table})",
            "INSERT INTO changes (row) SELECT id FROM {table}",
            "INSERT INTO changes (row) VALUES ('it''s UPDATE {table}')",
        )
    ),
    "UPDATE changes SET row = 'cases'",
    "DELETE FROM cases_of_search",
]
WRITES = {
    sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_DROP_TABLE,
}  # fmt: skip


def according_to_sqlite(statement: str) -> bool:
    """Whether a statement writes a synchronised table, as the database itself says when it compiles it."""
    plain = sqlite3.connect(":memory:")
    for table in (*SYNCED, "cases_of_search"):
        plain.execute(f"CREATE TABLE {table} (id TEXT PRIMARY KEY)")
    plain.execute("CREATE TABLE changes (row TEXT)")
    written: set[str | None] = set()

    def note(action: int, first: str | None, second: str | None, *_: object) -> int:
        written.add(first if action in WRITES else second if action == sqlite3.SQLITE_ALTER_TABLE else None)
        return sqlite3.SQLITE_OK

    plain.set_authorizer(note)
    plain.execute(statement)
    plain.close()
    return not written.isdisjoint(SYNCED)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_writes_is_what_the_database_says_writes(statement: str) -> None:
    assert writes_synchronised(statement) is according_to_sqlite(statement)


@pytest.mark.parametrize(
    "statement",
    [
        text("UPDATE cases SET summary = 'otra'"),
        text("DELETE FROM people"),
        insert(TABLES["cases"]).values(id="x", created_at="", created_by="", answers={}, extra={}, heads={}),
        update(TABLES["contacts"]).values(narrative="otra"),
        delete(TABLES["places"]),
    ],
)
def test_a_write_beside_the_log_is_refused_and_takes_its_transaction_along(
    workspace: Workspace, statement: object
) -> None:
    def beside() -> None:
        with workspace.store.write() as unit:
            unit.record("cases", "c1", {"summary": "una"})
            unit.connection.execute(statement)  # type: ignore[call-overload]

    with pytest.raises(Refused, match="write_outside_log"):
        beside()
    with workspace.store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 0
    with workspace.store.write() as unit:
        unit.record("cases", "c1", {"summary": "una"})
    with workspace.store.read() as connection:
        assert connection.execute(text("SELECT summary FROM cases")).scalar() == "una"


def test_the_unit_opens_no_door_for_the_statement_after_its_own(workspace: Workspace) -> None:
    same = "UPDATE cases SET summary=?, heads=? WHERE cases.id = ?"  # as the unit itself says it

    def beside() -> None:
        with workspace.store.write() as unit:
            unit.record("cases", "c1", {"summary": "una"})
            unit.record("cases", "c1", {"summary": "dos"})
            unit.connection.exec_driver_sql(same, ("tres", "{}", "c1"))

    with pytest.raises(Refused, match="write_outside_log"):
        beside()


def test_an_orm_write_outside_the_log_is_refused(workspace: Workspace) -> None:
    with Session(workspace.store._writer) as session:
        session.add(Case(id="x", created_at="2026-01-01T00:00:00Z", created_by="x"))
        with pytest.raises(Refused, match="write_outside_log"):
            session.flush()


@pytest.mark.parametrize("mutated", ["insert", "update"])
def test_a_unit_that_forgets_to_say_recorded_saves_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, mutated: str
) -> None:
    with workspace.store.write() as unit:
        unit.record("cases", "c1", {"summary": "una"})
    statements = INSERT if mutated == "insert" else UPDATE
    forgetful = {name: each.execution_options(recorded=False) for name, each in statements.items()}
    monkeypatch.setattr(f"lnctp_tui.storage.database.session.{mutated.upper()}", forgetful)
    with pytest.raises(Refused, match="write_outside_log"), workspace.store.write() as unit:
        unit.record("cases", "c2" if mutated == "insert" else "c1", {"summary": "dos"})
    with workspace.store.read() as connection:
        assert connection.execute(text("SELECT group_concat(summary) FROM cases")).scalar() == "una"
        assert connection.execute(text("SELECT count(*) FROM changes WHERE row = 'c2'")).scalar() == 0


@pytest.mark.parametrize("module", [projection, eviction, authorship])
def test_replication_that_forgets_to_say_recorded_writes_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, module: object
) -> None:
    with workspace.store.write() as unit:
        unit.record("cases", "c1", {"summary": "una"})
    monkeypatch.setattr(module, "RECORDED", {})

    def write(unit: Unit) -> None:
        if module is projection:
            projection.rebuild(unit.connection, [("cases", "c1")], instants.iso(unit.now), 2**50)
        elif module is eviction:
            eviction.wipe(unit.connection)
        else:
            authorship.become(unit, "otra")

    with pytest.raises(Refused, match="write_outside_log"), workspace.store.write() as unit:
        write(unit)
    monkeypatch.undo()
    with workspace.store.write() as unit:
        write(unit)


def test_only_the_log_and_replication_say_recorded() -> None:
    saying = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Name) and node.id == "RECORDED")
        or (isinstance(node, ast.keyword) and node.arg == "recorded")
        or (isinstance(node, ast.Constant) and node.value == "recorded")
    }
    assert saying == {
        "storage/database/write_guard.py",
        "storage/database/session.py",
        "storage/database/schema.py",
        "storage/replication/authorship.py",
        "storage/replication/eviction.py",
        "storage/replication/projection.py",
    }

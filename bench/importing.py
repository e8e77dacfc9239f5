"""Import of case documents next to `executemany` of the very rows, changes and index rows it left behind."""

import json
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import homes
from bench.report import OUT, Measure, within
from bench.store import milliseconds
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine, search
from lnctp_tui.storage.vault import vault
from tests.support.pty_app import PHRASE

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def importing(count: int) -> list[Measure]:
    """`count` documents of about 2 KB, each checked, recorded, signed and indexed."""
    home = homes.empty("home-import")
    homes.case_file(count)
    with homes.opened(home) as (workspace, _):
        ours = milliseconds(lambda: homes.fill(workspace, count))
        with workspace.store.read() as connection:
            ids = [row[0] for row in connection.exec_driver_sql("SELECT id FROM cases")]
            texts = search._cases(connection, {"ids": json.dumps(ids)})
    theirs = bare(home, texts)
    name = f"import of {count:,} documents"
    return [
        within(name, "executemany", ours / 1000, theirs, "s", 10, detail={"per second": count * 1000 / ours})
    ]


def bare(home: Path, texts: list[dict[str, Any]]) -> float:
    """Seconds to write the rows of a vault into an empty database with the same tables and settings."""
    dek = vault.unlock(home, PHRASE).dek
    source = engine.connect(home / paths.DATABASE, dek, read_only=True)
    statements = source.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    rows = read(source)
    source.close()
    target = OUT / "floor.db"
    for old in OUT.glob("floor.db*"):
        old.unlink()
    with engine.new_database(target, dek):
        pass
    connection = engine.connect(target, dek)
    for (statement,) in [*statements, *((each,) for each in search.SCHEMA)]:
        connection.execute(statement)
    began = perf_counter()
    write(connection, rows, texts)
    took = perf_counter() - began
    connection.close()
    return took


def read(source: Any) -> Rows:
    """Every row of every table but the index: table → columns, rows."""
    tables = [row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: Rows = {}
    for table in tables:
        if not table.startswith(("search", "sqlite")):
            cursor = source.execute(f'SELECT * FROM "{table}"')
            found[table] = ([column[0] for column in cursor.description], cursor.fetchall())
    return found


def write(connection: Any, rows: Rows, texts: list[dict[str, Any]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for table, (columns, values) in rows.items():
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        connection.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
    numbered = list(enumerate(texts, 1))
    connection.executemany(
        "INSERT INTO search_rows (rowid, id, is_case) VALUES (?, ?, 1)",
        [(n, row["id"]) for n, row in numbered],
    )
    connection.executemany(
        "INSERT INTO search (rowid, names, body, sounds) VALUES (?, ?, ?, ?)",
        [(n, row["names"], row["body"], row["sounds"]) for n, row in numbered],
    )
    connection.execute("COMMIT")

"""Records as rows: what the changes of a record fold to, and how many are written in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg.types.json import Json

from lnctp_tui.domain.records import merge, record_check
from lnctp_tui.server.ingest import staging
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage.database.session import TABLES, blank, merged
from lnctp_tui.storage.replication import projection

Key = tuple[str, str]
"""Table and row."""
Statement = tuple[str, tuple[Any, ...]]


def _names(table: str) -> list[str]:
    return ["of_team", *(column.name for column in TABLES[table].columns if column.name != "heads")]


def _statement(table: str) -> str:
    """How the rows of a table are written, from wherever they stand."""
    renewed = ", ".join(f'"{name}" = excluded."{name}"' for name in _names(table)[2:])
    listed = ", ".join(f'"{name}"' for name in _names(table))
    return (
        f"INSERT INTO data.{table} ({listed}) SELECT {listed} FROM {{}}"
        f" ON CONFLICT (of_team, id) DO UPDATE SET {renewed}"
    )


NAMES = {table: _names(table) for table in TABLES}
WRITE = {table: _statement(table) for table in TABLES}
EMPTY = {table: blank(table) for table in TABLES}
START: Mapping[str, dict[str, Any]] = {"answers": {}, "extra": {}}


def ordered_by(change: Mapping[str, Any]) -> int:
    """The hybrid clock that orders a change on every device."""
    return int(change["placed"] or change["hlc"])


def values(changes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the changes of one record show, in the order the server places them. Each has hlc and placed.

    One change alone shows its patch: nearly all of a first delivery.
    """
    if len(changes) == 1:
        patch: Mapping[str, Any] = changes[0]["patch"]
        return patch
    return merge.fold({**change, "hlc": ordered_by(change)} for change in changes).values


def row_of(team: str, table: str, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row that these changes of one record make. Each has id, row, actor, hlc, placed, base, patch.

    Without heads: who needs those of a record has its log.
    """
    first = (
        changes[0]
        if len(changes) == 1
        else min(changes, key=lambda change: (ordered_by(change), change["id"]))
    )
    row = EMPTY[table] | merged(table, START, values(changes))
    row["of_team"], row["id"] = team, first["row"]
    row["created_at"], row["created_by"] = projection.iso(ordered_by(first)), first["actor"]
    return row


def write(connection: Db, team: str, logs: Mapping[Key, Sequence[Mapping[str, Any]]]) -> None:
    """Writes the row of each record from all its changes."""
    for statement, parameters in ready(connection, team, logs):
        connection.execute(statement, parameters)


def ready(connection: Db, team: str, logs: Mapping[Key, Sequence[Mapping[str, Any]]]) -> list[Statement]:
    """What `write` will execute, many rows being staged already."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    for key, changes in logs.items():
        by_table.setdefault(key[0], []).append(row_of(team, key[0], changes))
    statements: list[Statement] = []
    for table, rows in by_table.items():
        if source := staging.many(connection, f"data.{table}", NAMES[table], rows):
            statements.append((WRITE[table].format(source), ()))
        else:
            source = f"json_populate_recordset(NULL::data.{table}, %s)"
            statements.append((WRITE[table].format(source), (Json(rows),)))
    return statements


LOGS = """SELECT l."table", l."row", l.id, l.actor, l.hlc, l.placed, l.base, l.patch
  FROM unnest(%s::text[], %s::text[]) AS k("table", "row")
  JOIN log l ON l.team = %s AND l.kind = 'change' AND l."row" = k."row" AND l."table" = k."table" """
LOG_MEMBERS = ("table", "row", "id", "actor", "hlc", "placed", "base", "patch")


def logs(connection: Db, team: str, keys: Iterable[Key]) -> dict[Key, list[dict[str, Any]]]:
    """All changes of the named records that fit their table, of each those the log has."""
    key_list = list(keys)
    by_key: dict[Key, list[dict[str, Any]]] = {key: [] for key in key_list}
    if key_list:
        tables, rows = zip(*key_list, strict=True)
        for row in connection.execute(LOGS, (list(tables), list(rows), team)):
            change = dict(zip(LOG_MEMBERS, row, strict=True))
            if (
                change["patch"] is None
                or record_check.flaw(change["table"], change["patch"], change["hlc"]) is None
            ):
                by_key[change["table"], change["row"]].append(change)
    return by_key

"""Records as rows: what the changes of a record fold to, and how many are written in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql
from psycopg.types.json import Json

from lnctp_tui.domain import merge
from lnctp_tui.server.database import Db
from lnctp_tui.storage import instants
from lnctp_tui.storage.session import TABLES, blank, merged

Key = tuple[str, str]
"""Table and row."""

OWN = ("of_team", "id", "heads", "extra", "created_at", "created_by")


def _statement(table: str) -> sql.Composed:
    into = sql.Identifier("data", table)
    names = [name for name in TABLES[table].columns.keys() if name != "id"]  # noqa: SIM118
    renewed = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names)
    return sql.SQL(
        "INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, %s)"
        " ON CONFLICT (of_team, id) DO UPDATE SET {1}"
    ).format(into, renewed)


WRITE = {table: _statement(table) for table in TABLES}
EMPTY = {table: blank(table) for table in TABLES}
START: Mapping[str, dict[str, Any]] = {"answers": {}, "extra": {}}


def ordered_by(change: Mapping[str, Any]) -> int:
    """The hybrid clock that orders a change on every device."""
    return int(change["placed"] or change["hlc"])


def row_of(team: str, table: str, changes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The row that these changes of one record make. Each has id, actor, hlc, placed, base, patch."""
    folded = merge.fold({**each, "hlc": ordered_by(each)} for each in changes)
    first = min(changes, key=lambda each: (ordered_by(each), each["id"]))
    return (
        EMPTY[table]
        | merged(table, START, folded.values)
        | {
            "of_team": team,
            "id": first["row"],
            "heads": folded.heads,
            "created_at": _instant(ordered_by(first)),
            "created_by": first["actor"],
        }
    )


def _instant(micros: int) -> str:
    return instants.iso(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))


def write(connection: Db, team: str, logs: Mapping[Key, Sequence[Mapping[str, Any]]]) -> None:
    """Writes the row of each record from all its changes; a record whose changes are all erased has none."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    gone: dict[str, list[str]] = {}
    for (table, row), changes in logs.items():
        told = [each for each in changes if each["patch"] is not None]
        if told:
            by_table.setdefault(table, []).append(row_of(team, table, told))
        else:
            gone.setdefault(table, []).append(row)
    for table, rows in by_table.items():
        connection.execute(WRITE[table], (Json(rows),))
    for table, ids in gone.items():
        remove = sql.SQL("DELETE FROM {} WHERE of_team = %s AND id = ANY(%s)")
        connection.execute(remove.format(sql.Identifier("data", table)), (team, ids))


LOGS = """SELECT l."table", l."row", l.id, l.actor, l.hlc, l.placed, l.base, l.patch
  FROM unnest(%s::text[], %s::text[]) AS k("table", "row")
  JOIN log l ON l.team = %s AND l.kind = 'change' AND l."row" = k."row" AND l."table" = k."table" """
LOG_MEMBERS = ("table", "row", "id", "actor", "hlc", "placed", "base", "patch")


def logs(connection: Db, team: str, keys: Iterable[Key]) -> dict[Key, list[dict[str, Any]]]:
    """All changes of the named records, of each those the log has."""
    wanted = list(keys)
    found: dict[Key, list[dict[str, Any]]] = {key: [] for key in wanted}
    if wanted:
        tables, rows = zip(*wanted, strict=True)
        for each in connection.execute(LOGS, (list(tables), list(rows), team)):
            change = dict(zip(LOG_MEMBERS, each, strict=True))
            found[change["table"], change["row"]].append(change)
    return found

"""Case documents straight into the tables of a laptop or of the server, in one go."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from lnctp_tui.domain.records.document import MEMBERS
from lnctp_tui.models import SYNCED

MADE_AT = "2018-12-31T12:00:00.000000Z"
TABLES = ("cases", *MEMBERS)


def rows(documents: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Table → rows, with the columns that every row has."""
    by_table: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in documents:
        case = document.get("case") or {}
        if case.get("id"):
            by_table["cases"].append(case)
        for table in MEMBERS:
            for row in document.get(table) or ():
                by_table[table].append({"case_id": case.get("id")} | row)
    return by_table


def insert(connection: Any, documents: Iterable[dict[str, Any]], *, server: bool = False) -> None:
    """Puts them in. `connection`: a bare one, of SQLCipher or of PostgreSQL as the tables' owner."""
    mark, schema = ("%s", "data.") if server else ("?", "")
    for table, stored in rows(documents).items():
        names = [column.name for column in SYNCED[table].__table__.columns]  # type: ignore[attr-defined]
        if server:  # which keeps no heads
            names.remove("heads")
        columns = [*names, "of_team"] if server else names
        quoted = ", ".join(f'"{name}"' for name in columns)
        sql = f"INSERT INTO {schema}{table} ({quoted}) VALUES ({', '.join([mark] * len(columns))})"
        content = [[_value(name, row) for name in names] + (["main"] if server else []) for row in stored]
        cursor = connection.cursor()
        cursor.executemany(sql, content)


def _value(name: str, row: dict[str, Any]) -> Any:
    if name in ("heads", "extra", "answers"):
        return json.dumps(row.get(name) or {})
    if name == "created_at":
        return row.get(name) or MADE_AT
    if name == "created_by":
        return "prueba"
    value = row.get(name)
    return json.dumps(value) if isinstance(value, list | dict) else value


def clear(connection: Any) -> None:
    """Takes all rows of cases away."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")

"""The case document: the one JSON shape of a case for engines, export, import and practice.

`{"schema": 1, "case": {}, "contacts": [], …}`; each record is a flat dict of the columns in models/ plus
`answers: {code: value}`; references are by `id`. Absent or None = not asked.
"""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.records.kinds import KINDS

SCHEMA = 1

Record = dict[str, Any]
Document = dict[str, Any]

MEMBERS = {kind.table: kind.singular for kind in KINDS if kind.on_case}
"""Member of the document → table name. The case itself is `case`."""

TABLES = ("case", *MEMBERS.values())


def empty() -> Document:
    """A document with every member and nothing in it."""
    return {"schema": SCHEMA, "case": {}} | {member: [] for member in MEMBERS}


def victims(document: Document) -> list[Record]:
    """The people who are a victim or a group of victims, in the document's order."""
    return [each for each in document.get("people") or () if each.get("role") in ("victim", "group")]


def answer(record: Record, code: str) -> Any:
    """The answer under `code`, or None when it was not asked."""
    return (record.get("answers") or {}).get(code)


TABLE_OF = {"case": "cases"} | {name: member for member, name in MEMBERS.items()}
"""What a field is `on` → SQL table and member of the document (the case's own member is `case`)."""


def records(document: Document, table: str) -> list[Record]:
    """The records of a SQL table in the document; the case as a list of one, or none without an id."""
    if table == "cases":
        return [document["case"]] if document.get("case", {}).get("id") else []
    found: list[Record] = document.setdefault(table, [])
    return found

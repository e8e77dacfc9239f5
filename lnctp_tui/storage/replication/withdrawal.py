"""Which cases and calls were taken from this person; `storage.replication.eviction` takes them from sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Select, select, text

from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.database.tables import SCOPES

if TYPE_CHECKING:
    from sqlalchemy import TextClause

ANY_GONE = "SELECT 1 FROM scopes WHERE state = 'gone' LIMIT 1"
IS_GONE = "SELECT 1 FROM scopes WHERE state = 'gone' AND id = ?"
_SCOPES_OF = """SELECT s.state FROM changes c JOIN scopes s ON s.id = coalesce(c."case", c.row)
  WHERE c."table" = 'contacts' AND c.row = {id}"""
_CONTACT_GONE = f"('gone' IN ({_SCOPES_OF}) AND NOT EXISTS ({_SCOPES_OF} AND s.state IN ('held', 'wanted')))"
"""A contact is seen by whoever holds one of the scopes it was in."""
CONTACT_IS_GONE = f"SELECT 1 WHERE {_CONTACT_GONE.format(id='?1')}"
HELD_RECORDS = """SELECT DISTINCT "table", row FROM changes
WHERE coalesce("case", row) NOT IN (SELECT id FROM scopes WHERE state = 'gone')"""
UNFINISHED = "SELECT 1 FROM sync_state WHERE key = 'call:' || ?"
BEGUN = "SELECT 1 FROM contacts k JOIN sync_state s ON s.key = 'call:' || k.id WHERE k.case_id = ?"


def withdrawn() -> Select[str]:
    """Ids of the cases that were taken from this person."""
    return select(SCOPES.c.id).where(SCOPES.c.state == "gone")


def held_contacts() -> TextClause:
    """The condition under which a row of `contacts` was not taken from this person."""
    return text(f"NOT {_CONTACT_GONE.format(id='contacts.id')}")


def held_cases(case: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition under which the case with this id was not taken from this person."""
    return case.not_in(withdrawn())


def any_withdrawn(connection: Connection) -> bool:
    """Whether anything was taken from this person."""
    return connection.exec_driver_sql(ANY_GONE).first() is not None


def is_withdrawn(connection: Connection, case_id: str) -> bool:
    """Whether a case was taken from this person."""
    return connection.exec_driver_sql(IS_GONE, (case_id,)).first() is not None


def contact_withdrawn(connection: Connection, contact_id: str) -> bool:
    """Whether a contact was taken from this person."""
    return connection.exec_driver_sql(CONTACT_IS_GONE, (contact_id,)).first() is not None


def held_records(connection: Connection) -> list[tuple[str, str]]:
    """Table and id of the records in the log whose scope was not taken from this person."""
    rows = connection.exec_driver_sql(HELD_RECORDS)
    return [(table, row) for table, row in rows if table in TABLES]


def in_call(connection: Connection, contact_id: str) -> bool:
    """Whether this laptop has an unfinished call in a contact."""
    return connection.exec_driver_sql(UNFINISHED, (contact_id,)).first() is not None


def case_in_call(connection: Connection, case_id: str) -> bool:
    """Whether this laptop has an unfinished call in a case."""
    return connection.exec_driver_sql(BEGUN, (case_id,)).first() is not None

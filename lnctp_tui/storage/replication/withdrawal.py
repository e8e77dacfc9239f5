"""Which cases and calls were taken from this person; `storage.replication.eviction` takes them from sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Select, select, text

from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.database.tables import SCOPES
from lnctp_tui.storage.replication import authority

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
OPEN_CALL = "call:"
"""Key of a call that is not finished → when it began. Kept on this laptop: a colleague's is not ours."""


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


def begun(connection: Connection) -> frozenset[str]:
    """Contacts of this laptop's unfinished calls, which are shown whatever hides.

    Once officers took the laptop from its person only those that began afterwards.
    """
    calls = state.starting_with(connection, OPEN_CALL)
    barred_at = state.get(connection, authority.BARRED_AT) or ""
    return frozenset(contact_id for contact_id, began_at in calls.items() if str(began_at) > barred_at)

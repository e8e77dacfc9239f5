"""What is on this laptop and not shown: cases that were taken from this person, and after fourteen days without proof
of the server all that came before, so that a stolen laptop does not serve for long.

Nothing is deleted; new calls can always be taken, and what was recorded since is shown. Source: docs/security.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, select, text, true

from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.database.tables import SCOPES
from lnctp_tui.storage.replication import authority, server_state

DAYS = 14
ANY_GONE = "SELECT 1 FROM scopes WHERE state = 'gone' LIMIT 1"
GONE = "SELECT id FROM scopes WHERE state = 'gone'"
SCOPES_OF = """SELECT s.state FROM changes c JOIN scopes s ON s.id = coalesce(c."case", c.row)
  WHERE c."table" = 'contacts' AND c.row = {id}"""
CONTACT_GONE = f"('gone' IN ({SCOPES_OF}) AND NOT EXISTS ({SCOPES_OF} AND s.state IN ('held', 'wanted')))"
"""A contact is seen by whoever holds one of the scopes it was in."""
OPEN_CALL = "call:"
"""Key of a call that is not finished → when it began. Kept on this laptop: a colleague's is not ours."""
SPARED = timedelta(hours=12)
"""Before the last contact: what was in work then stays open."""


def since(connection: Connection, now: datetime) -> str | None:
    """The instant from which records are shown; None when all are, `9` when officers withdrew this laptop.

    A laptop that never was approved has nobody to ask, and hides nothing. A clock that was set back counts as
    late as it was ever seen since the last contact.
    """
    if state.get(connection, authority.BARRED):
        return "9"
    server = server_state.server(connection)
    if server is None:
        return None
    last = state.get(connection, server_state.CONTACT)
    late = server_state.as_late_as(connection, now)
    if last is None or instants.parse(last) >= late - timedelta(days=DAYS):
        return None
    return instants.iso(instants.parse(last) - SPARED)


def shown(connection: Connection, now: datetime, table: str = "cases") -> ColumnElement[bool]:
    """The condition under which records of a table are shown now; `table` has cases or contacts."""
    limit, columns = since(connection, now), TABLES[table].c
    found = true() if limit is None else columns.created_at >= limit
    if connection.exec_driver_sql(ANY_GONE).first() is None:
        return found
    if table == "cases":
        return and_(found, columns.id.not_in(withdrawn()))
    return and_(found, text(f"NOT {CONTACT_GONE.format(id='contacts.id')}"))


def begun(connection: Connection) -> frozenset[str]:
    """Contacts of this laptop's unfinished calls, which are shown whatever hides.

    Once officers took the laptop from its person only those that began afterwards.
    """
    calls = state.starting_with(connection, OPEN_CALL)
    since_ = state.get(connection, authority.BARRED_AT) or ""
    return frozenset(id_ for id_, at in calls.items() if str(at) > since_)


def withdrawn() -> Select[str]:
    """Ids of the cases that were taken from this person."""
    return select(SCOPES.c.id).where(SCOPES.c.state == "gone")


def hides(connection: Connection, now: datetime, case_id: str) -> str | None:
    """Why a case is hidden now: a code, or None. One with an unfinished call of this laptop is not."""
    calls = select(TABLES["contacts"].c.id).where(TABLES["contacts"].c.case_id == case_id)
    if not begun(connection).isdisjoint(connection.execute(calls).scalars()):
        return None
    if connection.exec_driver_sql(f"{GONE} AND id = ?", (case_id,)).first():
        return "case_withdrawn"
    return _late(connection, now, "cases", case_id)


def hides_contact(connection: Connection, now: datetime, contact_id: str) -> str | None:
    """The same of a contact."""
    if contact_id in begun(connection):
        return None
    if connection.exec_driver_sql(f"SELECT 1 WHERE {CONTACT_GONE.format(id='?1')}", (contact_id,)).first():
        return "case_withdrawn"
    return _late(connection, now, "contacts", contact_id)


def _late(connection: Connection, now: datetime, table: str, id_: str) -> str | None:
    limit = since(connection, now)
    if limit is None:
        return None
    made = connection.exec_driver_sql(f"SELECT created_at FROM {table} WHERE id = ?", (id_,)).scalar()
    if made is None or made >= limit:
        return None
    return "hidden_by_order" if state.get(connection, authority.BARRED) else "cases_hidden"

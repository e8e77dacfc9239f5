"""What is on this laptop and not shown: cases that were taken from this person, and after fourteen days without proof
of the server all that came before, so that a stolen laptop does not serve for long.

Nothing is deleted; new calls can always be taken, and what was recorded since is shown. Source: docs/security.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, select, true

from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.replication import authority, server_state, withdrawal

DAYS = 14
ASKED = (authority.BARRED, server_state.SERVER, server_state.CONTACT, server_state.LATEST)
SPARED = timedelta(hours=12)
"""Before the last contact: what was in work then stays open."""


def since(connection: Connection, now: datetime) -> str | None:
    """The instant from which records are shown; None when all are, `9` when officers withdrew this laptop.

    A laptop that never was approved has nobody to ask, and hides nothing. A clock that was set back counts as
    late as it was ever seen since the last contact.
    """
    known = state.several(connection, *ASKED)
    if known.get(authority.BARRED):
        return "9"
    if not known.get(server_state.SERVER):
        return None
    last, latest = known.get(server_state.CONTACT), known.get(server_state.LATEST)
    late = max(now, instants.parse(latest)) if latest else now
    if last is None or instants.parse(last) >= late - timedelta(days=DAYS):
        return None
    return instants.iso(instants.parse(last) - SPARED)


def shown(connection: Connection, now: datetime, table: str = "cases") -> ColumnElement[bool]:
    """The condition under which records of a table are shown now; `table` has cases or contacts."""
    limit, columns = since(connection, now), TABLES[table].c
    recent = true() if limit is None else columns.created_at >= limit
    if not withdrawal.any_withdrawn(connection):
        return recent
    if table == "cases":
        return and_(recent, withdrawal.held_cases(columns.id))
    return and_(recent, withdrawal.held_contacts())


def hides(connection: Connection, now: datetime, case_id: str) -> str | None:
    """Why a case is hidden now: a code, or None. One with an unfinished call of this laptop is not."""
    calls = select(TABLES["contacts"].c.id).where(TABLES["contacts"].c.case_id == case_id)
    if not withdrawal.begun(connection).isdisjoint(connection.execute(calls).scalars()):
        return None
    if withdrawal.is_withdrawn(connection, case_id):
        return "case_withdrawn"
    return _late(connection, now, "cases", case_id)


def hides_contact(connection: Connection, now: datetime, contact_id: str) -> str | None:
    """The same of a contact."""
    if contact_id in withdrawal.begun(connection):
        return None
    if withdrawal.contact_withdrawn(connection, contact_id):
        return "case_withdrawn"
    return _late(connection, now, "contacts", contact_id)


def _late(connection: Connection, now: datetime, table: str, id_: str) -> str | None:
    limit = since(connection, now)
    if limit is None:
        return None
    columns = TABLES[table].c
    made_at = connection.scalar(select(columns.created_at).where(columns.id == id_))
    if made_at is None or made_at >= limit:
        return None
    return "hidden_by_order" if state.get(connection, authority.BARRED) else "cases_hidden"

"""Fourteen days without the server: what came before hides, so that a stolen laptop does not serve for long.

Nothing is deleted; new calls can always be taken, and what was recorded since is shown. Source: docs/security.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, false, true

from lnctp_tui.storage import instants, server_state, state
from lnctp_tui.storage.session import TABLES

DAYS = 14
BEGUN = "SELECT 1 FROM contacts k JOIN sync_state s ON s.key = 'call:' || k.id WHERE k.case_id = ?"
SPARED = timedelta(hours=12)
"""Before the last contact: what was in work then stays open."""


def since(connection: Connection, now: datetime) -> str | None:
    """The instant from which records are shown; None when all are. `9` when none is: access was withdrawn.

    A laptop that never was approved has nobody to ask, and hides nothing. A clock that was set back counts as
    late as it was ever seen since the last contact.
    """
    server = server_state.server(connection)
    if server is None:
        return None
    if server.state == "revoked":
        return "9"
    last = state.get(connection, server_state.CONTACT)
    latest = state.get(connection, server_state.LATEST)
    late = max(now, instants.parse(latest)) if latest else now
    if last is None or instants.parse(last) >= late - timedelta(days=DAYS):
        return None
    return instants.iso(instants.parse(last) - SPARED)


def shown(connection: Connection, now: datetime, table: str = "cases") -> ColumnElement[bool]:
    """The condition under which records of a table are shown now."""
    limit = since(connection, now)
    if limit is None:
        return true()
    columns = TABLES[table].c
    return false() if limit == "9" else columns.created_at >= limit


def hides(connection: Connection, now: datetime, case_id: str) -> bool:
    """Whether a case is hidden now. One with an unfinished call of this laptop is not."""
    limit = since(connection, now)
    if limit is None:
        return False
    made = connection.exec_driver_sql("SELECT created_at FROM cases WHERE id = ?", (case_id,)).scalar()
    begun = connection.exec_driver_sql(BEGUN, (case_id,)).first()
    return made is not None and made < limit and begun is None

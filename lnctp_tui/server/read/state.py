"""How a team's server is, in numbers: for `lnctp server status`. No names, no content."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lnctp_tui.server.admin import audit, breaks, founding
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.http import policy
from lnctp_tui.server.postgres import backups, database, schema
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants

COUNTS = """SELECT coalesce((SELECT n FROM counter WHERE team = %(team)s), 0),
  (SELECT count(*) FROM people WHERE team = %(team)s AND state = 'active'),
  (SELECT count(*) FROM quarantine WHERE team = %(team)s AND state = 'open'),
  pg_database_size(current_database()) / 1000000"""
ALTERED = "SELECT count(DISTINCT record) FROM audit WHERE team = %s AND action = 'device_audit_altered'"
DEVICES = "SELECT public_key, state FROM devices WHERE team = %s"


def read(url: str, settings: Settings) -> dict[str, Any]:
    """Revision, head of the log and how much of it a backup holds, people, devices by state, what waits for
    a supervisor, size, and the first entry of the audit chain that does not fit (None when all do)."""
    revision, team = schema.revision(url), settings.team
    with database.connect(url) as connection, database.transaction(connection, team, SERVE):
        row = connection.execute(COUNTS, {"team": team}).fetchone()
        assert row is not None
        n, people, quarantined, megabytes = row
        ruling = founding.ruling(settings, connection)
        states = Counter(_state(ruling, key, state) for key, state in connection.execute(DEVICES, (team,)))
        backup = backups.safe(connection)
        asked = breaks.shown(connection, team, instants.now())
        broken = audit.broken_at(connection, team)
        (altered,) = connection.execute(ALTERED, (team,)).fetchone() or (0,)
    heads = backup["heads"] if backup else {}
    return {
        "revision": revision,
        "authority": ruling.newest.n if ruling else 0,
        "orders": len(ruling.orders) if ruling else 0,
        "n": n,
        "safe": heads.get(team, [0])[0],
        "backup_at": backup["at"] if backup else None,
        "people": people,
        **{state: states[state] for state in policy.STATES},
        "altered": altered,
        "quarantined": quarantined,
        "megabytes": megabytes,
        "breaks": asked,
        "audit_broken_at": broken,
    }


def _state(ruling: Ruling | None, key: str, state: str) -> str:
    return state if ruling is None else ruling.state(key, instants.now())

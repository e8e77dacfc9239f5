"""How a team's server is, in numbers: for `lnctp server status`. No names, no content."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server import audit, backups, database, schema
from lnctp_tui.server.database import SERVE

COUNTS = """SELECT coalesce((SELECT n FROM counter WHERE team = %(team)s), 0),
  (SELECT count(*) FROM people WHERE team = %(team)s AND state = 'active'),
  (SELECT count(*) FROM quarantine WHERE team = %(team)s AND state = 'open'),
  pg_database_size(current_database()) / 1000000"""
ALTERED = "SELECT count(DISTINCT record) FROM audit WHERE team = %s AND action = 'device_audit_altered'"
DEVICES = "SELECT state, count(*) FROM devices WHERE team = %s GROUP BY state"


def read(url: str, team: str) -> dict[str, Any]:
    """Revision, head of the log and how much of it a backup holds, people, devices by state, what waits for
    a supervisor, size, and the first entry of the audit chain that does not fit (None when all do)."""
    revision = schema.revision(url)
    with database.connect(url) as connection, database.transaction(connection, team, SERVE):
        row = connection.execute(COUNTS, {"team": team}).fetchone()
        assert row is not None
        n, people, quarantined, megabytes = row
        states: dict[str, int] = dict(connection.execute(DEVICES, (team,)).fetchall())
        kept = backups.safe(connection)
        broken = audit.broken_at(connection, team)
        (altered,) = connection.execute(ALTERED, (team,)).fetchone() or (0,)
    heads = kept["heads"] if kept else {}
    return {
        "revision": revision,
        "n": n,
        "safe": heads.get(team, [0])[0],
        "backup_at": kept["at"] if kept else None,
        "people": people,
        **{state: states.get(state, 0) for state in ("pending", "active", "upload_only", "revoked")},
        "wiping": states.get("wipe", 0) + states.get("wipe_all", 0),
        "altered": altered,
        "quarantined": quarantined,
        "megabytes": megabytes,
        "audit_broken_at": broken,
    }

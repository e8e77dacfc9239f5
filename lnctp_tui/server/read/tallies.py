"""How the whole Line's referrals to each provider ended: counted once a night, from three on, without dates.

A laptop holds some cases; the server counts all of them. What a provider's numbers were the night before would say
that somebody was sent there yesterday: they only move when three more referrals were answered, or not answered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from lnctp_tui.domain.directory.reliability import ANSWERED, FEWEST_SHOWN, MONTHS_24, UNANSWERED
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.storage import instants

CLAIM: Final = """INSERT INTO settings (key, value) VALUES (%s, %s)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE settings.value <> excluded.value RETURNING key"""
COUNTED: Final = """SELECT provider_id, count(*) FILTER (WHERE status = ANY(%(answered)s)) AS answered, count(*) AS n
  FROM data.referrals WHERE of_team = %(team)s AND erased_at IS NULL AND provider_id IS NOT NULL
    AND status = ANY(%(ended)s) AND coalesce(status_at, sent_at, created_at) >= %(since)s
  GROUP BY 1 HAVING count(*) >= %(fewest)s"""
FORGET: Final = f"""DELETE FROM provider_tallies t WHERE t.team = %(team)s
  AND NOT EXISTS (SELECT FROM ({COUNTED}) AS c WHERE c.provider_id = t.provider_id)"""
RENEW: Final = f"""INSERT INTO provider_tallies (team, provider_id, answered, n)
  SELECT %(team)s, c.provider_id, c.answered, c.n FROM ({COUNTED}) AS c
  ON CONFLICT (team, provider_id) DO UPDATE SET answered = excluded.answered, n = excluded.n
  WHERE abs(excluded.n - provider_tallies.n) >= %(fewest)s"""
PUBLISHED: Final = (
    "SELECT provider_id, answered, n FROM provider_tallies WHERE team = %s ORDER BY provider_id"
)


def nightly(database: Pool | Db, team: str, now: datetime) -> bool:
    """Counts, whichever process comes first that day; whether this one did."""
    with transaction(database, team, SERVE) as connection:
        if connection.execute(CLAIM, (f"tallies:{team}", instants.iso(now)[:10])).fetchone() is None:
            return False
        asked = {
            "team": team, "answered": [*ANSWERED], "ended": [*ANSWERED, UNANSWERED],
            "since": instants.iso(now - MONTHS_24), "fewest": FEWEST_SHOWN,
        }  # fmt: skip
        connection.execute(FORGET, asked)
        connection.execute(RENEW, asked)
        return True


def published(database: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """Provider, answered, of how many."""
    with transaction(database, device, SERVE) as connection:
        return {"tallies": [[*row] for row in connection.execute(PUBLISHED, (device.team,))]}

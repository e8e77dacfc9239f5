"""What the board shows, as a supervisor may see it: what is in danger, unassigned, late or waiting. Never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from lnctp_tui.server.alerts import showing
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres.database import READ, SERVE, Db, Pool, become, transaction
from lnctp_tui.storage import instants

MOST: Final = 50
"""Rows of a list; more are only counted."""
COUNTED: Final = 1000
"""As many are counted; who has more has too many."""
PRESSING: Final = ("emergency", "urgent_24h")
CASES: Final = (
    """FROM data.cases WHERE of_team = %(team)s AND status IN ('open', 'follow_up') AND erased_at IS NULL"""
)
PRESSING_ONES = f"""SELECT folio, triage, opened_at {CASES} AND triage = %(triage)s
  ORDER BY opened_at DESC NULLS FIRST LIMIT {COUNTED + 1}"""
"""Emergencies the newest first: who is in danger this minute is not below one of half a year ago."""
UNASSIGNED = f"""SELECT folio, triage, opened_at {CASES} AND owner_id IS NULL
  ORDER BY array_position(%(triages)s::text[], triage) NULLS LAST, opened_at LIMIT {COUNTED + 1}"""
LATE = f"""SELECT c.folio, t.kind, t.due_to FROM data.tasks t JOIN data.cases c
    ON c.of_team = t.of_team AND c.id = t.case_id AND c.erased_at IS NULL
  WHERE t.of_team = %(team)s AND t.status = 'open' AND t.erased_at IS NULL AND t.due_to < %(now)s
  ORDER BY t.due_to LIMIT {COUNTED + 1}"""
REFERRED = f"""SELECT c.folio, r.reason, r.expected_by FROM data.referrals r JOIN data.cases c
    ON c.of_team = r.of_team AND c.id = r.case_id AND c.erased_at IS NULL
  WHERE r.of_team = %(team)s AND r.status = 'sent' AND r.erased_at IS NULL
  ORDER BY r.expected_by NULLS FIRST LIMIT {COUNTED + 1}"""
LOAD = f"""SELECT coalesce((SELECT string_agg(d.folio_prefix, ' ' ORDER BY d.folio_prefix) FROM devices d
      WHERE d.team = %(team)s AND d.person = l.owner_id), '—'), l.n, l.pressing
  FROM (SELECT owner_id, count(*) AS n, count(*) FILTER (WHERE triage = ANY(%(triages)s)) AS pressing
    {CASES} AND owner_id IS NOT NULL GROUP BY owner_id ORDER BY 2 DESC, 1 LIMIT {MOST}) AS l ORDER BY 2 DESC, 1"""
"""By what the folios of a person's laptops begin with."""
HIDDEN = "SELECT scope FROM access WHERE team = %s AND person = %s AND state <> 'held' ORDER BY scope"
WAITING = """SELECT count(*), min(received_at) FROM quarantine WHERE team = %s AND state = 'open'"""


class Line(NamedTuple):
    """A case, by its folio, with what is said of it and since when or until when."""

    folio: str | None
    code: str | None
    at: str | None


@dataclass(frozen=True)
class Listed:
    """The first of a list, and how many there are (at most one more than COUNTED)."""

    lines: list[Line]
    count: int


@dataclass(frozen=True)
class Board:
    """All of the board at one moment."""

    at: datetime
    emergency: Listed
    urgent: Listed
    unassigned: Listed
    late: Listed
    referred: Listed
    load: list[tuple[str, int, int]]
    """What folios begin with, open cases, of them pressing ones."""
    quarantined: int
    quarantined_since: str | None
    alerts: dict[str, Any]


def hidden(database: Pool | Db, device: DeviceRow) -> tuple[str, ...]:
    """Scopes that this supervisor does not see. Supervisors for whom these are equal see the same board."""
    with transaction(database, device.team, SERVE) as connection:
        return tuple(scope for (scope,) in connection.execute(HIDDEN, (device.team, device.person)))


def read(database: Pool | Db, device: DeviceRow, now: datetime) -> Board:
    """The board, through the policies of whoever asks."""
    values = {"team": device.team, "now": instants.iso(now), "triages": list(PRESSING)}
    with transaction(database, device, READ) as connection:
        emergency, urgent = (
            _listed(connection, PRESSING_ONES, values | {"triage": triage}) for triage in PRESSING
        )
        unassigned, late, referred = (
            _listed(connection, sql, values) for sql in (UNASSIGNED, LATE, REFERRED)
        )
        load = connection.execute(LOAD, values).fetchall()
        waiting, since = connection.execute(WAITING, (device.team,)).fetchone() or (0, None)
        become(connection, device.team, SERVE)
        alerts = showing.listed(connection, device.team, now, leads=False)
    return Board(now, emergency, urgent, unassigned, late, referred, load, waiting, since, alerts)


def _listed(connection: Db, sql: str, values: dict[str, Any]) -> Listed:
    rows = connection.execute(sql, values).fetchall()
    return Listed([Line(*row) for row in rows[:MOST]], len(rows))

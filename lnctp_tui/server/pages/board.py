"""What the board shows, as a supervisor may see it: what is in danger, unassigned, late or waiting. Never a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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
MANY: Final = 20_000
"""Open cases that are read; of a Line with more, the newest."""
CASES = f"""SELECT folio, triage, opened_at, owner_id FROM data.cases
  WHERE of_team = %(team)s AND status IN ('open', 'follow_up') AND erased_at IS NULL
  ORDER BY opened_at DESC NULLS FIRST LIMIT {MANY}"""
"""Read once: what row-level security asks of each row is most of the work."""
LATE = f"""SELECT c.folio, t.kind, t.due_to FROM data.tasks t JOIN data.cases c
    ON c.of_team = t.of_team AND c.id = t.case_id AND c.erased_at IS NULL
  WHERE t.of_team = %(team)s AND t.status = 'open' AND t.erased_at IS NULL AND t.due_to < %(now)s
  ORDER BY t.due_to LIMIT {COUNTED + 1}"""
REFERRED = f"""SELECT c.folio, r.reason, r.expected_by FROM data.referrals r JOIN data.cases c
    ON c.of_team = r.of_team AND c.id = r.case_id AND c.erased_at IS NULL
  WHERE r.of_team = %(team)s AND r.status = 'sent' AND r.erased_at IS NULL
  ORDER BY r.expected_by NULLS FIRST LIMIT {COUNTED + 1}"""
PREFIXES = """SELECT person, string_agg(folio_prefix, ' ' ORDER BY folio_prefix) FROM devices
  WHERE team = %s AND folio_prefix <> '' GROUP BY person"""
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
    values = {"team": device.team, "now": instants.iso(now)}
    with transaction(database, device, READ) as connection:
        cases = [_Case(*row) for row in connection.execute(CASES, values)]
        late, referred = (_listed(connection, sql, values) for sql in (LATE, REFERRED))
        prefixes: dict[str, str] = dict(connection.execute(PREFIXES, (device.team,)).fetchall())
        waiting, since = connection.execute(WAITING, (device.team,)).fetchone() or (0, None)
        become(connection, device.team, SERVE)
        alerts = showing.listed(connection, device.team, now, leads=False)
    emergency, urgent = (_those(case for case in cases if case.triage == triage) for triage in PRESSING)
    unassigned = _those(sorted((case for case in cases if not case.owner_id), key=_by_urgency))
    return Board(
        now, emergency, urgent, unassigned, late, referred, _load(cases, prefixes), waiting, since, alerts
    )


class _Case(NamedTuple):
    folio: str | None
    triage: str | None
    opened_at: str | None
    owner_id: str | None


def _those(cases: Iterable[_Case]) -> Listed:
    lines = [Line(case.folio, case.triage, case.opened_at) for case in cases]
    return Listed(lines[:MOST], len(lines))


def _by_urgency(case: _Case) -> tuple[int, str]:
    """The pressing first, then the oldest."""
    rank = PRESSING.index(case.triage) if case.triage in PRESSING else len(PRESSING)
    return rank, case.opened_at or ""


def _load(cases: Sequence[_Case], prefixes: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """By what the folios of a person's laptops begin with; who has most, first."""
    owned = Counter(case.owner_id for case in cases if case.owner_id)
    pressing = Counter(case.owner_id for case in cases if case.triage in PRESSING)
    return [(prefixes.get(owner, "—"), count, pressing[owner]) for owner, count in owned.most_common(MOST)]


def _listed(connection: Db, sql: str, values: dict[str, Any]) -> Listed:
    rows = connection.execute(sql, values).fetchall()
    return Listed([Line(*row) for row in rows[:MOST]], len(rows))

"""The cases of a hand-over: whoever took it sees them for 72 hours from the signature, and then no more.

It follows from what two people signed and from nothing a laptop asks: the giver's lines, which name the cases, and a
take with the same six words. One person takes it, whom it names, else who came first. Nothing leaves the giver.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final, NamedTuple

from lnctp_tui.domain.follow import shift
from lnctp_tui.server.admin import access, audit
from lnctp_tui.server.ingest import log
from lnctp_tui.server.ingest.log import Entry
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.storage import instants
from lnctp_tui.storage.vault import phrase

TABLES: Final = frozenset({"shift_handovers", "handover_items", "handover_takes"})
SHIFTS = "SELECT to_jsonb(s) FROM data.shift_handovers s WHERE of_team = %s AND erased_at IS NULL AND signed_at > %s"
ITEMS = """SELECT to_jsonb(i) FROM data.handover_items i
  WHERE of_team = %s AND erased_at IS NULL AND handover_id = ANY(%s)"""
TAKES = """SELECT to_jsonb(t) FROM data.handover_takes t
  JOIN log l ON l.team = t.of_team AND l."table" = 'handover_takes' AND l."row" = t.id AND l.kind = 'change'
  WHERE t.of_team = %s AND t.erased_at IS NULL AND (t.handover_id = ANY(%s) OR t.giver_id = ANY(%s)) ORDER BY l.n"""
"""In the order in which they came: no laptop's clock says who was the first."""
OVER = """UPDATE access a SET state = 'revoked' WHERE team = %s AND state IN ('held', 'window') AND until <= %s
  AND NOT EXISTS (SELECT FROM people p WHERE p.team = a.team AND p.id = a.person AND p.role = 'supervisor')
  RETURNING person, scope"""
"""Who became a supervisor meanwhile sees all cases."""


class Taken(NamedTuple):
    """A hand-over that is agreed: which cases of whom somebody sees, until when."""

    giver: str
    taker: str
    scopes: tuple[str, ...]
    until: str


def look(database: Pool | Db, team: str, now: datetime) -> int:
    """Ends what is over and opens what was taken; how many were told something. Called as often as one likes."""
    with transaction(database, team, SERVE) as connection:
        ended, opened = _over(connection, team, now), _opened(connection, team, now)
        for entry in ended:
            audit.note(connection, team, now, entry["person"], "relief.end", entry["scope"])
        for giver, entry in opened:
            audit.note(connection, team, now, giver, f"relief:{entry['person']}", entry["scope"])
        log.append(connection, team, [*ended, *(entry for _giver, entry in opened)])
    return len(ended) + len(opened)


def _over(connection: Db, team: str, now: datetime) -> list[Entry]:
    return [
        log.event("revoke", now, scope, person=person, reason="relief")
        for person, scope in connection.execute(OVER, (team, instants.iso(now))).fetchall()
    ]


def _opened(connection: Db, team: str, now: datetime) -> list[tuple[str, Entry]]:
    return [
        (taken.giver, entry)
        for taken in _taken(connection, team, now)
        for scope in taken.scopes
        for entry in access.relieve(connection, team, taken.giver, taken.taker, scope, taken.until, now)
    ]


def _taken(connection: Db, team: str, now: datetime) -> Iterator[Taken]:
    since = instants.iso(now - shift.OPEN)
    signed = [row for (row,) in connection.execute(SHIFTS, (team, since))]
    ids, givers = [row["id"] for row in signed], [row["from_id"] for row in signed]
    if not signed:
        return
    items = [row for (row,) in connection.execute(ITEMS, (team, ids))]
    takes = [row for (row,) in connection.execute(TAKES, (team, ids, givers))]
    for row in signed:
        own = [item for item in items if item["handover_id"] == row["id"]]
        taker, until = _taker(row, own, takes), shift.open_until(row, now)
        mine = {item["item_case_id"] for item in own if item["by_id"] == row["from_id"]} - {None}
        if taker is not None and until is not None:
            yield Taken(row["from_id"], taker, tuple(sorted(mine)), instants.iso(until))


def _taker(row: shift.Row, items: Sequence[shift.Row], takes: Sequence[shift.Row]) -> str | None:
    """Who took it first with the words of what stands here; nobody of what was altered."""
    stands = shift.standing(row, items, takes, _spell())
    if stands.state != "agreed":
        return None
    return next(str(take["taken_by"]) for take in stands.takes if shift.has_words(stands, take, _spell()))


@cache
def _spell() -> Mapping[str, int]:
    return {word: place for place, word in enumerate(phrase.words())}

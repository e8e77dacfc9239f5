"""Whole histories: what a laptop starts from, fetches after a grant, and looks up by id."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import cursors
from lnctp_tui.server.postgres.database import IDS, READ, SERVE, Db, Pool, become, lines, transaction
from lnctp_tui.server.read import sent
from lnctp_tui.sync.wire import EVERYBODY

FIRST = -(1 << 40)
"""The rank of what everybody sees: before all cases."""
READERS = ("counselor", "curator", "supervisor")

HELD = (
    "SELECT scope, rank FROM access WHERE team = %s AND person = %s AND state = 'held' ORDER BY rank, scope"
)
LED = """SELECT scope, min(rank) FROM access a WHERE team = %(team)s AND NOT EXISTS (
    SELECT FROM access o WHERE o.team = a.team AND o.person = %(person)s AND o.scope = a.scope AND o.state <> 'held')
  GROUP BY scope ORDER BY 2, 1"""
TOLD = "SELECT case_id, band FROM line_told WHERE team = %s AND person = %s ORDER BY case_id"
BRIEF = """SELECT scope, until FROM access
  WHERE team = %s AND person = %s AND state = 'held' AND until IS NOT NULL ORDER BY scope"""
HISTORY = f"""SELECT DISTINCT s.o, l.n, l.size FROM unnest({IDS}) WITH ORDINALITY AS s(scope, o)
  CROSS JOIN LATERAL (
    SELECT r."row", r."table" FROM belongs r WHERE r.team = %s AND r.scope = s.scope OFFSET 0) AS r
  CROSS JOIN LATERAL (
    SELECT l.n, l.size FROM log l WHERE l.team = %s AND l.kind = 'change' AND l."row" = r."row"
      AND l."table" = r."table" AND (s.o > 1 OR l.n > %s) ORDER BY l.n LIMIT %s) AS l
  ORDER BY s.o, l.n LIMIT %s"""
NUMBERED = f"SELECT {sent.COLUMNS} FROM log l WHERE l.team = %s AND l.n = ANY({IDS}::bigint[])"
MINE = f"SELECT scope, state FROM access WHERE team = %s AND person = %s AND scope = ANY({IDS})"
LACKING = """SELECT asked.id FROM unnest(%s::text[]) AS asked(id)
  WHERE NOT EXISTS (SELECT FROM log l WHERE l.team = %s AND l.id = asked.id)"""
FETCH = f"SELECT {sent.COLUMNS} FROM log l WHERE l.team = %s AND l.id = ANY(%s) AND l.kind = 'change' ORDER BY l.n"


def start(database: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """Where a laptop begins to follow the log, and the scopes whose histories it fetches first, newest first.

    The cursor is read before the scopes: what is granted between the two comes again, and is not missed. `matches`:
    what the person was told of cases that they may still see, before this laptop followed.
    """
    with transaction(database, device.team, SERVE, together=True) as connection:
        cursor = cursors.head(connection, device.team)
        scopes = scopes_of(connection, device)
        visible = {scope for scope, _rank in scopes}
        told = connection.execute(TOLD, (device.team, device.person))
        brief = connection.execute(BRIEF, (device.team, device.person))
        return {
            "cursor": list(cursor),
            "scopes": [[EVERYBODY, FIRST], *map(list, scopes)],
            "matches": [[case, band] for case, band in told if case in visible],
            "until": [[*row] for row in brief],
        }


def scopes_of(connection: Db, device: DeviceRow) -> list[tuple[str, int]]:
    """What the person may see now, with its rank: the smallest is the newest. Duty `serve`."""
    if device.role not in READERS:
        return []
    if device.role == "supervisor":
        return connection.execute(LED, {"team": device.team, "person": device.person}).fetchall()
    return connection.execute(HELD, (device.team, device.person)).fetchall()


def history(
    database: Pool | Db, device: DeviceRow, scopes: Sequence[str], after: int = 0, limit: int = 2000
) -> dict[str, Any]:
    """Changes of all records of `scopes`, scope by scope, of the first from number `after` on.

    `done` are the scopes that are whole with this answer, also those there is nothing to see of; `next` is
    where to go on, [scope, n], or None.
    """
    unique = list(dict.fromkeys(scopes))
    places: list[tuple[int, int]] = []
    weight, full = 0, False
    with transaction(database, device.team, SERVE, together=True) as connection:
        visible = _seen(connection, device, unique)
        some = lines(scope if scope in visible else "" for scope in unique)
        args = (some, device.team, device.team, after, limit + 1, limit + 1)
        for order, n, size in connection.execute(HISTORY, args):
            if full := len(places) == limit or weight >= sent.PAGE_BYTES:
                break
            places.append((order - 1, n))
            weight += size
        become(connection, device, READ)
        numbered = connection.execute(NUMBERED, (device.team, lines(str(n) for _, n in places))).fetchall()
    rows = {row[sent.N]: sent.change(row) for row in numbered}
    changes = [rows[n] for _, n in places if n in rows]
    if not full:
        return {"changes": changes, "done": unique, "next": None}
    last, n = places[-1]
    return {"changes": changes, "done": unique[:last], "next": [unique[last], n]}


def _seen(connection: Db, device: DeviceRow, scopes: Sequence[str]) -> set[str]:
    """Those of `scopes` that the person holds: what one's device wrote is no reason to read it again."""
    rows = connection.execute(MINE, (device.team, device.person, lines(scopes)))
    states: dict[str, str] = dict(rows.fetchall())
    return {scope for scope in scopes if sees(device.role, states.get(scope))} | {EVERYBODY}


def sees(role: str, state: str | None) -> bool:
    """Whether a role lets somebody see a scope that is this to them in `access`: as `scopes_of`."""
    return role in READERS and (state or ("held" if role == "supervisor" else "")) == "held"


def missing(database: Pool | Db, device: DeviceRow, ids: Sequence[str]) -> dict[str, Any]:
    """Which of these changes the log lacks; a quarantined one is lacking, so that it is checked anew.

    So is one that the person may not see: it is answered like an id that never was.
    """
    with transaction(database, device, READ, together=True) as connection:
        return {"missing": [id_ for (id_,) in connection.execute(LACKING, (list(ids), device.team))]}


def fetch(database: Pool | Db, device: DeviceRow, ids: Sequence[str]) -> dict[str, Any]:
    """Changes by id, as far as the person may see them or the device wrote them."""
    with transaction(database, device, READ, together=True) as connection:
        rows = connection.execute(FETCH, (device.team, list(ids))).fetchall()
    return {"changes": [sent.change(row) for row in rows]}

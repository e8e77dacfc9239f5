"""Are we equal: 256 sums over what a person may see, and the ids behind one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import cursors
from lnctp_tui.server.postgres.database import IDS as PLACES
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, lines, transaction
from lnctp_tui.server.read import history
from lnctp_tui.sync.wire import EVERYBODY

WEIGHT = "('x' || encode(substr(sha256(convert_to(l.id || l.hash, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint"
"""`wire.weight` as a signed number: the sum is the same modulo 2⁶⁴."""
BUCKET = "get_byte(sha256(convert_to(l.scope, 'UTF8')), 0)"
SEEN = """FROM (SELECT DISTINCT b."table", b."row" FROM unnest(string_to_array(%(scopes)s::text, E'\\n')) AS s(scope)
    CROSS JOIN LATERAL (
      SELECT b."table", b."row" FROM belongs b WHERE b.team = %(team)s AND b.scope = s.scope OFFSET 0) AS b) AS r
  CROSS JOIN LATERAL (
    SELECT l.n, l.id, l.hash, l.scope FROM log l WHERE l.team = %(team)s AND l.kind = 'change' AND l."row" = r."row"
      AND l."table" = r."table" OFFSET 0) AS l"""
"""By index, scope by scope and record by record, whatever the planner knows of the tables."""
SUMS = f"SELECT {BUCKET}, sum(({WEIGHT})::numeric) {SEEN} WHERE l.n <= %(head)s GROUP BY 1"
IDS = f"SELECT l.id {SEEN} WHERE {BUCKET} = %(bucket)s ORDER BY l.n"
UNTOLD = "SELECT former, role, before FROM new_roles WHERE team = %s AND person = %s ORDER BY id LIMIT 1"
TOLD = f"""SELECT s FROM unnest({PLACES}) AS s WHERE s >= %s
  UNION ALL SELECT s FROM unnest({PLACES}) AS s WHERE %s::text IS NULL OR s < %s"""
"""The newest by the role that is being told, the others by the one before."""
BUCKETS = 256


def equal(database: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """The sums as decimal strings, and the end of the log they hold for: what came later counts in neither."""
    sums = [0] * BUCKETS
    with transaction(database, device.team, SERVE, together=True) as connection:
        head = cursors.head(connection, device.team)
        for number, total in connection.execute(SUMS, _asked(connection, device) | {"head": head.n}):
            sums[number] = int(total) % (1 << 64)
    return {"sums": [str(total) for total in sums], "at": list(head)}


def bucket(database: Pool | Db, device: DeviceRow, number: int) -> dict[str, Any]:
    """The ids of the changes that count in one sum."""
    with transaction(database, device.team, SERVE, together=True) as connection:
        rows = connection.execute(IDS, _asked(connection, device) | {"bucket": number})
        return {"ids": [id_ for (id_,) in rows]}


def _asked(connection: Db, device: DeviceRow) -> dict[str, Any]:
    scopes = [EVERYBODY, *_scopes(connection, device)]
    return {"team": device.team, "scopes": lines(scopes)}


def _scopes(connection: Db, device: DeviceRow) -> list[str]:
    """What the person's laptops hold: of a new role as much as they were told of it (`access.go_on`)."""
    waits = connection.execute(UNTOLD, (device.team, device.person)).fetchone()
    if waits is None:
        return [scope for scope, _ in history.scopes_of(connection, device)]
    former, role, before = waits
    told, untold = (
        lines(scope for scope, _ in history.scopes_of(connection, replace(device, role=each)))
        for each in (role, former)
    )
    return [scope for (scope,) in connection.execute(TOLD, (told, before, untold, before, before))]

"""Pull: what is new to a laptop after its cursor, in the log's order, as far as its person may see it.

Numbers have no gaps, so a page is a range of them: a pull costs what it reads, however long the log is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres.database import (
    IDS,
    MARKED,
    READ,
    SERVE,
    Db,
    Outdated,
    Pool,
    become,
    lines,
    transaction,
)
from lnctp_tui.server.read import sent
from lnctp_tui.sync.wire import START, Cursor

SCANNED = 5000
"""Numbers that one page of somebody who sees nearly all looks at."""
PASSED = 50_000
"""Numbers that one page of anybody else passes: it looks at what is theirs among them."""

PLACE = f"""SELECT l.n, l.chain, u.n, u.chain,
    %(cursor)s = 0 OR EXISTS (SELECT FROM log WHERE team = l.team AND n = %(cursor)s AND chain = %(chain)s),
    %(proof)s = 0 OR EXISTS (SELECT FROM log WHERE team = l.team AND n = %(proof)s AND chain = %(proven)s),
    (SELECT p.role FROM people p WHERE p.team = l.team AND p.id = %(person)s),
    (SELECT d.saved FROM devices d WHERE d.team = l.team AND d.id = %(device)s),
    u.n - %(cursor)s > (SELECT count(*) FROM (
      SELECT FROM access a WHERE a.team = l.team AND a.person = %(person)s AND a.state = 'held'
      LIMIT greatest(u.n - %(cursor)s, 0)) AS held), {MARKED}
  FROM counter l LEFT JOIN log u ON u.team = l.team AND u.n = least(l.n, %(cursor)s::bigint + %(scanned)s)
  LEFT JOIN control_counter c ON c.team = l.team
  WHERE l.team = %(team)s"""
"""The sum needs its cast: the driver sends 30,000 and 5,000 as smallints, and theirs would not be one. Before the mark
of control: whether the page has more numbers than the person holds scopes, which are counted no further than that."""
ENTRY = f"{sent.COLUMNS}, l.kind, l.scope, l.reason, l.data, l.joins, l.chain, l.upto"
SUMMED = "l.*, sum(l.size) OVER (ORDER BY l.n) AS upto FROM log l"
FITS = f"WHERE l.upto - l.size < {sent.PAGE_BYTES} ORDER BY l.n LIMIT %s"
PAGE = f"SELECT {ENTRY} FROM (SELECT {SUMMED} WHERE l.team = %s AND l.n > %s AND l.n <= %s) AS l {FITS}"
NUMBERED = (
    f"SELECT {ENTRY} FROM (SELECT {SUMMED} WHERE l.team = %s AND l.n = ANY({IDS}::bigint[])) AS l {FITS}"
)
WITHIN = "l.n > %(after)s::bigint AND l.n <= %(upto)s::bigint"
HELD = """SELECT '@all' UNION ALL SELECT a.scope FROM access a
        WHERE a.team = %(team)s AND a.person = %(person)s AND a.state = 'held'"""
THEIRS = f"""SELECT l.n, l.chain FROM log l
  WHERE l.team = %(team)s AND l.kind = 'change' AND {WITHIN} AND l.scope = ANY(ARRAY({HELD}
    UNION ALL SELECT unnest(r.scopes) FROM records r
      WHERE r.team = %(team)s AND cardinality(r.scopes) > 1 AND r.scopes && ARRAY({HELD})))
  UNION SELECT l.n, l.chain FROM log l
  WHERE l.team = %(team)s AND l.kind = 'change' AND {WITHIN} AND l.device = %(device)s
  UNION SELECT l.n, l.chain FROM log l
  WHERE l.team = %(team)s AND l.kind <> 'change' AND {WITHIN} AND l.person = %(person)s
  UNION SELECT l.n, l.chain FROM log l
  WHERE l.team = %(team)s AND l.kind <> 'change' AND {WITHIN} AND l.person IS NULL
  ORDER BY n LIMIT %(limit)s"""
"""What may be for a person and a device. A record of several scopes is seen whole by whoever holds one of them: so
what was said of it in the others is among these too. Who may read it say the policies, of each that is found here."""
PLANNED_ONCE = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
"""Of a page every plan is right for every person and place; making it anew takes longer than a page of few numbers."""
BEFORE = f"""SELECT {sent.COLUMNS} FROM log l
  WHERE l.team = %s AND l.kind = 'change' AND l."row" = %s AND l."table" = %s AND l.n < %s ORDER BY l.n"""


def _place(connection: Db, device: DeviceRow, cursor: Cursor, proof: Cursor) -> tuple[Any, ...] | None:
    parameters = {
        "team": device.team, "cursor": cursor.n, "chain": cursor.chain, "proof": proof.n,
        "proven": proof.chain, "person": device.person, "device": device.id,
        "scanned": SCANNED if device.role == "supervisor" else PASSED,
    }  # fmt: skip
    return connection.execute(PLACE, parameters).fetchone()


def pull(
    database: Pool | Db,
    device: DeviceRow,
    cursor: Cursor,
    proof: Cursor | None,
    limit: int = 1000,
    audit_n: int = 0,
) -> dict[str, Any]:
    """One page after `cursor`: up to `limit` entries. `diverged` when this history is not the laptop's.

    `audit_then` is the audit's chain at `audit_n`, the last entry that the laptop knows of. Raises Outdated when a
    document of control came since the device was looked up.
    """
    proof = proof or START
    with transaction(database, device.team, SERVE, together=True) as connection:
        connection.execute(PLANNED_ONCE)
        place_row = _place(connection, device, cursor, proof)
        ruled = device.ruling.mark if device.ruling else (0, 0)
        n, chain, last_n, last_chain, continues, proven, role, saved, long, *mark = place_row or (
            0, "", None, None, cursor.n == 0, proof.n == 0, device.role, None, False, *ruled
        )  # fmt: skip
        if tuple(mark) != ruled:
            raise Outdated
        if device.ruling:
            role = device.role
        if not (continues and proven):
            return {"status": "diverged"}
        head, end = Cursor(n, chain), Cursor(last_n, last_chain) if last_n else START
        audit_head, audit_then = audit.head_and(connection, device.team, audit_n)
        entries, following = list[dict[str, Any]](), cursor
        if head.n > cursor.n:
            # The role of this very moment: what comes after `head` is not in the page, whoever it is for.
            asks = device if device.role == role else replace(device, role=role)
            found = (
                _theirs(connection, asks, cursor.n, end, limit + 1) if long and role != "supervisor" else None
            )
            entries, following = _entries(connection, asks, cursor.n, end, limit, found)
    return {
        "status": "ok", "from": list(cursor), "entries": entries, "next": list(following),
        "more": following.n < head.n, "audit": list(audit_head), "audit_then": audit_then, "role": role,
        "saved": saved, "control": device.ruling.reach if device.ruling else [0, 0],
    }  # fmt: skip


def _theirs(connection: Db, device: DeviceRow, after: int, end: Cursor, most: int) -> list[Cursor]:
    """Of what may be the person's up to `end`, the first `most`. Duty `serve`."""
    parameters = {
        "team": device.team, "person": device.person, "device": device.id, "after": after, "upto": end.n, "limit": most,
    }  # fmt: skip
    return [Cursor(*row) for row in connection.execute(THEIRS, parameters)]


def _entries(
    connection: Db, device: DeviceRow, after: int, end: Cursor, limit: int, found: list[Cursor] | None
) -> tuple[list[dict[str, Any]], Cursor]:
    """The entries up to `end`, of `found` alone unless it is None, and where the page ends: there, or before."""
    if found == []:
        return [], end
    become(connection, device, READ)
    if found is None:
        rows = connection.execute(PAGE, (device.team, after, end.n, limit + 1)).fetchall()
    else:
        numbers = lines(str(place.n) for place in found)
        rows = connection.execute(NUMBERED, (device.team, numbers, limit + 1)).fetchall()
        end = found[-1] if len(found) > limit else end
    if len(rows) > limit or (rows and rows[-1][-1] >= sent.PAGE_BYTES):
        rows = rows[:limit]
        end = Cursor(rows[-1][sent.N], rows[-1][-2])
    return [_entry(connection, device, row) for row in rows], end


def _entry(connection: Db, device: DeviceRow, row: Any) -> dict[str, Any]:
    kind, scope, reason, data, joins = row[sent.WIDTH : sent.WIDTH + 5]
    n = row[sent.N]
    if kind == "change":
        if row[1] == device.id:
            placed = {} if row[sent.PLACED] is None else {"placed": row[sent.PLACED]}
            return {"k": "own", "n": n, "id": row[0]} | placed
        entry = {"k": "change", "n": n, "c": sent.change(row)}
        if joins:
            earlier = connection.execute(BEFORE, (device.team, row[5], row[4], n))
            entry["before"] = [sent.change(earlier_row) for earlier_row in earlier]
        return entry
    entry = {"k": kind, "n": n, "scope": scope}
    if kind == "revoke":
        return entry | {"reason": reason}
    if kind == "offer":
        return entry | {"data": data}
    return entry | (data or {})

"""Pull: what is new to a laptop after its cursor, in the log's order, as far as its person may see it.

Numbers have no gaps, so a page is a range of them: a pull costs what it reads, however long the log is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import cursors
from lnctp_tui.server.postgres.database import MARKED, READ, SERVE, Db, Outdated, Pool, become, transaction
from lnctp_tui.server.read import sent
from lnctp_tui.sync.wire import START, Cursor

SCANNED = 5000
"""Numbers that one page looks at."""

PLACE = f"""SELECT l.n, l.chain, u.n, u.chain,
    %(cursor)s = 0 OR EXISTS (SELECT FROM log WHERE team = l.team AND n = %(cursor)s AND chain = %(chain)s),
    %(proof)s = 0 OR EXISTS (SELECT FROM log WHERE team = l.team AND n = %(proof)s AND chain = %(proven)s),
    (SELECT p.role FROM people p WHERE p.team = l.team AND p.id = %(person)s),
    (SELECT d.saved FROM devices d WHERE d.team = l.team AND d.id = %(device)s), {MARKED}
  FROM counter l LEFT JOIN log u ON u.team = l.team AND u.n = least(l.n, %(cursor)s::bigint + %(scanned)s)
  LEFT JOIN control_counter c ON c.team = l.team
  WHERE l.team = %(team)s"""
"""The sum needs its cast: the driver sends 30,000 and 5,000 as smallints, and theirs would not be one."""
PAGE = f"""SELECT {sent.COLUMNS}, l.kind, l.scope, l.reason, l.data, l.joins, l.chain, l.upto FROM (
    SELECT l.*, sum(l.size) OVER (ORDER BY l.n) AS upto FROM log l
    WHERE l.team = %s AND l.n > %s AND l.n <= %s) AS l
  WHERE l.upto - l.size < {sent.PAGE_BYTES} ORDER BY l.n LIMIT %s"""
BEFORE = f"""SELECT {sent.COLUMNS} FROM log l
  WHERE l.team = %s AND l.kind = 'change' AND l."row" = %s AND l."table" = %s AND l.n < %s ORDER BY l.n"""


def _place(connection: Db, device: DeviceRow, cursor: Cursor, proof: Cursor) -> tuple[Any, ...] | None:
    parameters = {
        "team": device.team, "cursor": cursor.n, "chain": cursor.chain, "proof": proof.n,
        "proven": proof.chain, "scanned": SCANNED, "person": device.person, "device": device.id,
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
        place_row = _place(connection, device, cursor, proof)
        ruled = device.ruling.mark if device.ruling else (0, 0)
        n, chain, last_n, last_chain, continues, proven, role, saved, *mark = place_row or (
            0, "", None, None, cursor.n == 0, proof.n == 0, device.role, None, *ruled
        )  # fmt: skip
        if tuple(mark) != ruled:
            raise Outdated
        if device.ruling:
            role = device.role
        if not (continues and proven):
            return {"status": "diverged"}
        head, end = Cursor(n, chain), Cursor(last_n, last_chain) if last_n else START
        audit_head, audit_then = audit.head_and(connection, device.team, audit_n)
        entries: list[dict[str, Any]] = []
        if head.n > cursor.n:
            # The role of this very moment: what comes after `head` is not in the page, whoever it is for.
            become(connection, device if device.role == role else replace(device, role=role), READ)
            entries, cut = _entries(connection, device, cursor.n, end.n, limit)
            end = cut or end
    following = end if head.n > cursor.n else cursor
    return {
        "status": "ok", "from": list(cursor), "entries": entries, "next": list(following),
        "more": following.n < head.n, "audit": list(audit_head), "audit_then": audit_then, "role": role,
        "saved": saved, "control": device.ruling.reach if device.ruling else [0, 0],
    }  # fmt: skip


def _entries(
    connection: Db, device: DeviceRow, after: int, upto: int, limit: int
) -> tuple[list[dict[str, Any]], Cursor | None]:
    """The entries, and where they were cut off when there are more in the range."""
    rows = connection.execute(PAGE, (device.team, after, upto, limit + 1)).fetchall()
    full = len(rows) > limit or bool(rows and rows[-1][-1] >= sent.PAGE_BYTES)
    page_rows = rows[:limit]
    entries = [_entry(connection, device, row) for row in page_rows]
    return entries, Cursor(page_rows[-1][sent.N], page_rows[-1][-2]) if full else None


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


WOKEN = """SELECT DISTINCT a.person FROM log l
    JOIN records r ON r.team = l.team AND r."row" = l."row" AND r."table" = l."table"
    JOIN access a ON a.team = l.team AND a.scope = ANY(r.scopes) AND a.state = 'held'
    WHERE l.team = %(team)s AND l.n > %(after)s AND l.n <= %(head)s AND l.kind = 'change'
  UNION SELECT l.person FROM log l
    WHERE l.team = %(team)s AND l.n > %(after)s AND l.n <= %(head)s AND l.kind <> 'change'
  UNION SELECT '@all' FROM log l
    WHERE l.team = %(team)s AND l.n > %(after)s AND l.n <= %(head)s AND l.scope = '@all'
  UNION SELECT id FROM people WHERE team = %(team)s AND role = 'supervisor'"""


def woken(database: Pool | Db, team: str, after: int) -> tuple[Cursor, frozenset[str] | None]:
    """Where the log ends now, and whom its entries after number `after` concern; None is everybody."""
    with transaction(database, team, SERVE) as connection:
        head = cursors.head(connection, team)
        if head.n <= after:
            return head, frozenset()
        if head.n - after > SCANNED:
            return head, None
        rows = connection.execute(WOKEN, {"team": team, "after": after, "head": head.n}).fetchall()
    persons = {person for (person,) in rows}
    return head, None if persons & {None, "@all"} else frozenset(persons)

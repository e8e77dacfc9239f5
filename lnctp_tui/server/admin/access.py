"""Who may see what: grants, revocations, assignments and transfers, each an entry of the log addressed to a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow, Ruling
from lnctp_tui.server.ingest import log
from lnctp_tui.server.ingest.log import Entry
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, in_order, transaction
from lnctp_tui.server.read import history
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync.wire import EVERYBODY

STATE = "SELECT state, rank FROM access WHERE team = %s AND person = %s AND scope = %s FOR UPDATE"
RANK = "SELECT min(rank) FROM access WHERE team = %s AND scope = %s"
SET = """INSERT INTO access (team, person, scope, state, rank) VALUES (%s, %s, %s, %s, %s)
  ON CONFLICT (team, person, scope) DO UPDATE SET state = excluded.state"""
UNTIL = "UPDATE access SET until = %s WHERE team = %s AND person = %s AND scope = %s"
STANDS = "SELECT state, until FROM access WHERE team = %s AND person = %s AND scope = %s FOR UPDATE"
WHO = "SELECT role, state = 'active' FROM people WHERE team = %s AND id = %s"
FOLIO = "SELECT folio FROM data.cases WHERE of_team = %s AND id = %s"
OFFER = "INSERT INTO transfers (team, id, scope, sender, receiver, state, at) VALUES (%s, %s, %s, %s, %s, 'open', %s)"
OPEN = """SELECT id, sender FROM transfers
  WHERE team = %s AND scope = %s AND receiver = %s AND state = 'open' FOR UPDATE"""
LAST = "SELECT FROM counter WHERE team = %s FOR UPDATE"
SETTLE = "UPDATE transfers SET state = %s, at = %s WHERE team = %s AND id = %s"
AT_ONCE = 500
"""Scopes of a new role that are told in one transaction: all others wait for it."""
SCOPES = """SELECT a.scope, min(a.rank), min(a.state) FILTER (WHERE a.person = %s) FROM access a
  WHERE a.team = %s"""
NEWEST = f"{SCOPES} GROUP BY a.scope ORDER BY a.scope DESC LIMIT %s"
OLDER = f"{SCOPES} AND a.scope < %s GROUP BY a.scope ORDER BY a.scope DESC LIMIT %s"
WAITS = "SELECT FROM new_roles WHERE team = %s AND person = %s LIMIT 1"
LATER = """INSERT INTO new_roles (team, id, person, former, role, before)
  SELECT %s, coalesce(max(id), 0) + 1, %s, %s, %s, %s FROM new_roles WHERE team = %s"""
"""Behind all that wait: whoever holds the counter is alone with this."""
NEXT = """SELECT id, person, former, role, before FROM new_roles WHERE team = %s
  ORDER BY id LIMIT 1 FOR UPDATE"""
"""No later one of the same person overtakes it: who is told a grant last sees the case."""
FURTHER = "UPDATE new_roles SET before = %s WHERE team = %s AND id = %s"
DONE = "DELETE FROM new_roles WHERE team = %s AND id = %s"
OFFERS = """SELECT t.scope, t.sender, p.name, c.folio, t.at, t.receiver
  FROM transfers t JOIN people p ON p.team = t.team AND p.id = t.sender
  LEFT JOIN data.cases c ON c.of_team = t.team AND c.id = t.scope
  WHERE t.team = %s AND t.state = 'open' AND (t.receiver = %s OR t.sender = %s) ORDER BY t.at"""


class Change(NamedTuple):
    """Somebody has another role."""

    person: str
    former: str
    role: str


def grant(
    database: Pool | Db,
    team: str,
    person: str,
    scope: str,
    now: datetime,
    by: str,
    ruling: Ruling | None = None,
) -> bool:
    """Lets a person see a scope. False when they see it already. Raises Declined `not_found`."""
    with transaction(database, team, SERVE) as connection:
        role = _role(connection, team, person, ruling)
        entries = _grant(connection, team, role, person, scope, now)
        if entries:
            audit.note(connection, team, now, by, "grant", scope)
        log.append(connection, team, entries)
        return bool(entries)


def revoke(
    database: Pool | Db, team: str, person: str, scope: str, now: datetime, by: str, reason: str = "revoked"
) -> bool:
    """Takes a scope away from a person. False when they do not see it. `reason`: revoked, window or transfer."""
    with transaction(database, team, SERVE) as connection:
        role = _role(connection, team, person, None)
        entries = _revoke(connection, team, role, person, scope, now, reason)
        if entries:
            audit.note(connection, team, now, by, "revoke", scope)
        log.append(connection, team, entries)
        return bool(entries)


def window(
    database: Pool | Db, device: DeviceRow, scopes: Sequence[str], action: str, now: datetime
) -> dict[str, Any]:
    """Cases that leave the person's laptops, or come back. Raises Declined `not_found` for what is not theirs."""
    team, person = device.team, device.person
    with transaction(database, team, SERVE) as connection:
        entries: list[Entry] = []
        for scope in sorted(set(scopes)):
            state, rank = _state(connection, team, device.role, person, scope)
            if state == "held" and action == "leave":
                entries += _revoke(connection, team, device.role, person, scope, now, "window")
            elif state == "window" and action == "open":
                connection.execute(SET, (team, person, scope, "held", rank))
                entries.append(_granted(now, person, scope, rank, _until(connection, team, person, scope)))
            elif state not in ("held", "window"):
                raise Declined("not_found")
        log.append(connection, team, entries)
        return {"scopes": [entry["scope"] for entry in entries]}


def assign(database: Pool | Db, device: DeviceRow, scope: str, person: str, now: datetime) -> dict[str, Any]:
    """A supervisor gives a case to somebody of the team. Raises Declined `forbidden`, `not_found`."""
    if device.role != "supervisor":
        raise Declined("forbidden")
    return {"granted": grant(database, device.team, person, scope, now, device.person, device.ruling)}


def offer(database: Pool | Db, device: DeviceRow, scope: str, person: str, now: datetime) -> dict[str, Any]:
    """Offers a case one holds to a colleague.

    Raises Declined `not_found`, `forbidden` to oneself, `only_for_now` for what a hand-over opened for some days.
    """
    team = device.team
    if person == device.person:
        raise Declined("forbidden")
    with transaction(database, team, SERVE) as connection:
        if _state(connection, team, device.role, device.person, scope)[0] != "held":
            raise Declined("not_found")
        if _until(connection, team, device.person, scope) is not None:
            raise Declined("only_for_now")
        if _role(connection, team, person, device.ruling) not in history.READERS:
            raise Declined("not_found")
        if connection.execute(OPEN, (team, scope, person)).fetchone():
            return {"offered": False}
        connection.execute(OFFER, (team, ids.new_id(), scope, device.person, person, instants.iso(now)))
        audit.note(connection, team, now, device.person, "offer", scope)
        log.append(connection, team, [_offered(connection, team, now, person, scope, device.person, "open")])
        return {"offered": True}


def answer(database: Pool | Db, device: DeviceRow, scope: str, accept: bool, now: datetime) -> dict[str, Any]:
    """Takes an offered case, which then leaves its giver, or declines it. Raises Declined `not_found`."""
    team, person = device.team, device.person
    with transaction(database, team, SERVE) as connection:
        offer_row = connection.execute(OPEN, (team, scope, person)).fetchone()
        if not offer_row:
            raise Declined("not_found")
        id_, sender = offer_row
        state = "accepted" if accept else "declined"
        connection.execute(SETTLE, (state, instants.iso(now), team, id_))
        entries: list[Entry] = []
        if accept:
            entries += _grant(connection, team, device.role, person, scope, now)
            role = _role(connection, team, sender, device.ruling, active=False)
            if role != "supervisor":
                entries += _revoke(connection, team, role, sender, scope, now, "transfer")
        entries.append(_offered(connection, team, now, sender, scope, person, state))
        audit.note(connection, team, now, person, state, scope)
        log.append(connection, team, entries)
        return {"state": state}


def offers(database: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """Open offers to and from the person."""
    with transaction(database, device.team, SERVE) as connection:
        rows = connection.execute(OFFERS, (device.team, device.person, device.person)).fetchall()
    names = ("scope", "from", "name", "folio", "at", "to")
    return {"offers": [dict(zip(names, row, strict=True)) for row in rows]}


def change_role(connection: Db, team: str, person: str, old: str, new: str, now: datetime) -> None:
    """Grants or revokes what a person's role alone lets them see. In the caller's transaction, duty `serve`, last.

    The newest scopes at once, the others by `go_on`: an entry for each of them keeps everybody else's waiting.
    """
    if all(history.sees(old, state) == history.sees(new, state) for state in (None, "held")):
        return
    # A case that comes in this moment is numbered before, and then seen here, or after, and then by nobody's old role.
    connection.execute(LAST, (team,))
    waits = connection.execute(WAITS, (team, person)).fetchone() is not None
    before = None if waits else _told(connection, team, Change(person, old, new), None, now)
    if waits or before is not None:
        connection.execute(LATER, (team, person, old, new, before, team))


def go_on(database: Pool | Db, team: str, now: datetime) -> bool:
    """Tells the next page of a new role, the oldest first; whether there was one."""
    with transaction(database, team, SERVE) as connection:
        row = connection.execute(NEXT, (team,)).fetchone()
        if row is None:
            return False
        id_, *change, before = row
        # What somebody grants or takes in this moment is seen here, or comes after.
        connection.execute(LAST, (team,))
        before = _told(connection, team, Change(*change), before, now)
        if before is None:
            connection.execute(DONE, (team, id_))
        else:
            connection.execute(FURTHER, (before, team, id_))
    return True


def _told(connection: Db, team: str, change: Change, before: str | None, now: datetime) -> str | None:
    """Enters what a page of scopes, those before one, is to a person now; the last of them, None after all.

    Nothing that the role of this moment contradicts: a later change of the same person tells the rest.
    """
    now_role = connection.execute(WHO, (team, change.person)).fetchone()
    present = change.role if now_role is None else str(now_role[0])
    page = NEWEST if before is None else OLDER
    asked = (AT_ONCE,) if before is None else (before, AT_ONCE)
    with in_order(connection):  # all others wait for the log's counter
        rows = connection.execute(page, (change.person, team, *asked)).fetchall()
    entries = []
    for scope, rank, state in rows:
        was, is_now = history.sees(change.former, state), history.sees(change.role, state)
        if is_now != history.sees(present, state):
            continue
        if was and not is_now:
            entries.append(log.event("revoke", now, scope, person=change.person, reason="revoked"))
        elif is_now and not was:
            entries.append(_granted(now, change.person, scope, rank))
    log.append(connection, team, entries)
    return str(rows[-1][0]) if len(rows) == AT_ONCE else None


def _role(connection: Db, team: str, person: str, ruling: Ruling | None, *, active: bool = True) -> str:
    row = connection.execute(WHO, (team, person)).fetchone()
    if not row:
        raise Declined("not_found")
    role, works = row if ruling is None else (ruling.role(person), ruling.works(person))
    if active and not works:
        raise Declined("not_found")
    return str(role)


def _state(connection: Db, team: str, role: str, person: str, scope: str) -> tuple[str | None, int]:
    """What a scope is to a person: `held`, `window`, `revoked`, or None; and its rank."""
    row = connection.execute(STATE, (team, person, scope)).fetchone()
    if row:
        return row[0], row[1]
    least = connection.execute(RANK, (team, scope)).fetchone()
    if scope == EVERYBODY or not least or least[0] is None:
        return None, 0
    return "held" if role == "supervisor" else None, least[0]


def _grant(connection: Db, team: str, role: str, person: str, scope: str, now: datetime) -> list[Entry]:
    state, _ = _state(connection, team, role, person, scope)
    if state == "held" and _until(connection, team, person, scope) is None:
        return []
    least = connection.execute(RANK, (team, scope)).fetchone()
    if not least or least[0] is None or role not in history.READERS:
        raise Declined("not_found")
    connection.execute(SET, (team, person, scope, "held", least[0]))
    connection.execute(UNTIL, (None, team, person, scope))
    return [_granted(now, person, scope, least[0])]


def relieve(
    connection: Db, team: str, giver: str, taker: str, scope: str, until: str, now: datetime
) -> list[Entry]:
    """Lets whoever took a shift see a case that its giver sees, up to an instant, and no longer than the giver.

    Nothing for who sees it already, nor where supervision took it away: only a person gives that back.
    """
    role = _works_as(connection, team, taker)
    if role not in history.READERS or role == "supervisor":
        return []
    giver_role = _works_as(connection, team, giver) or ""
    if _state(connection, team, giver_role, giver, scope)[0] != "held":
        return []
    until = min(until, _until(connection, team, giver, scope) or until)
    state, former = connection.execute(STANDS, (team, taker, scope)).fetchone() or (None, "")
    if former is None or former >= until or (state == "window"):
        return []
    rank = connection.execute(RANK, (team, scope)).fetchone()
    if not rank or rank[0] is None or until <= instants.iso(now):
        return []
    connection.execute(SET, (team, taker, scope, "held", rank[0]))
    connection.execute(UNTIL, (until, team, taker, scope))
    return [_granted(now, taker, scope, rank[0], until)]


def _until(connection: Db, team: str, person: str, scope: str) -> str | None:
    """Until when somebody sees a scope, where that ends by itself."""
    row = connection.execute(STANDS, (team, person, scope)).fetchone()
    return str(row[1]) if row and row[1] is not None else None


def _works_as(connection: Db, team: str, person: str) -> str | None:
    row = connection.execute(WHO, (team, person)).fetchone()
    return str(row[0]) if row and row[1] else None


def _revoke(
    connection: Db, team: str, role: str, person: str, scope: str, now: datetime, reason: str
) -> list[Entry]:
    state, rank = _state(connection, team, role, person, scope)
    if state != "held" and not (state == "window" and reason != "window"):
        return []
    connection.execute(SET, (team, person, scope, "window" if reason == "window" else "revoked", rank))
    if reason != "window":  # what a person took away does not come back by itself
        connection.execute(UNTIL, (None, team, person, scope))
    return [log.event("revoke", now, scope, person=person, reason=reason)]


def _granted(now: datetime, person: str, scope: str, rank: int, until: str | None = None) -> Entry:
    ends = {} if until is None else {"until": until}
    return log.event("grant", now, scope, person=person, data={"rank": rank} | ends)


def _offered(connection: Db, team: str, now: datetime, to: str, scope: str, by: str, state: str) -> Entry:
    row = connection.execute(FOLIO, (team, scope)).fetchone()
    data = {"from": by, "folio": row[0] if row else None, "state": state}
    return log.event("offer", now, scope, person=to, data=data)

"""Documents of control that have enough signatures: appended, and carried out as far as the server's tables go.

Append-only and in one order: the counter's row is locked first, numbers are drawn, and the tables that say who is who
are made to say the same, as a report. What decides is `Ruling`.
Order of the locks: control's counter, devices and people, the audit's counter, the log's counter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.control import Authority
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.errors import Declined, Refused
from lnctp_tui.server.admin import access, audit, erasing
from lnctp_tui.server.admin.control import NONE, Control
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.ingest import log_tail
from lnctp_tui.server.postgres.database import Db, Pool
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants

COUNT = """INSERT INTO control_counter (team, authority, orders) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING"""
LOCK = "SELECT authority, orders FROM control_counter WHERE team = %s FOR UPDATE"
MOVE = "UPDATE control_counter SET authority = %s, orders = %s WHERE team = %s"
AUTHORITY = "INSERT INTO authorities (team, n, hash, body, sigs, at, by) VALUES (%s, %s, %s, %s, %s, %s, %s)"
ORDER = """INSERT INTO orders (team, n, hash, kind, subject, body, sigs, at, by)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"""
KNOWN = """SELECT n FROM authorities WHERE team = %(team)s AND hash = %(hash)s
  UNION ALL SELECT n FROM orders WHERE team = %(team)s AND hash = %(hash)s"""
SETTLED = "DELETE FROM drafts WHERE team = %s AND hash = %s"
LAPTOPS = "SELECT id, public_key, person, state FROM devices WHERE team = %s ORDER BY id"
EVERYBODY = "SELECT id, name, role, state FROM people WHERE team = %s"
SAY_DEVICE = "UPDATE devices SET state = %s, person = %s WHERE team = %s AND id = %s"
SAY_PERSON = """INSERT INTO people (team, id, name, role, state, created_at) VALUES (%s, %s, %s, %s, %s, %s)
  ON CONFLICT (team, id) DO UPDATE SET name = excluded.name, role = excluded.role, state = excluded.state"""
NO_CODES = "DELETE FROM codes WHERE team = %s AND person = %s AND used_by IS NULL"
TOLD = "SELECT pg_notify(%s, %s)"
FIRST = 50
"""Laptops of which a document says another thing that are woken before everybody else."""


def append(rulings: Control, connection: Db, team: str, signed: Signed, by: str, now: datetime) -> int:
    """Appends a whole document; its number. The same again has the same number. Duty `serve`.

    Raises ControlRefused, also `control_unpinned`, `control_baseline`; Declined.
    """
    connection.execute(COUNT, (team,))
    counter = connection.execute(LOCK, (team,)).fetchone()
    mark = (counter[0], counter[1]) if counter else NONE
    ruling = rulings.read(connection, team)
    number_row = connection.execute(KNOWN, {"team": team, "hash": signed.hash}).fetchone()
    if number_row is not None:
        return int(number_row[0])
    row = (signed.hash, signed.body, json.dumps([list(sig) for sig in signed.sigs]), instants.iso(now), by)
    if signed.kind == "authority":
        number = _authority(rulings, connection, team, signed, ruling, row)
        mark = (number, mark[1])
    else:
        number = mark[1] + 1
        _order(connection, team, signed, ruling, row, number, now)
        mark = (mark[0], number)
    connection.execute(MOVE, (*mark, team))
    connection.execute(SETTLED, (team, signed.hash))
    changed = _carry_out(rulings, connection, team, signed, ruling, now)
    for on in dict.fromkeys((str(signed.content.get("on", "")), *changed[:FIRST])):
        connection.execute(TOLD, (log_tail.CHANNEL, f"{log_tail.CONTROL}{team} {on}"))
    return number


def _authority(
    rulings: Control, connection: Db, team: str, signed: Signed, ruling: Ruling | None, row: Sequence[str]
) -> int:
    pin = rulings.pin(team)
    authority = control.read_authority(signed, ruling.newest if ruling else None, pin.org if pin else None)
    if pin is None:
        raise ControlRefused("control_unpinned")
    if ruling is None and (dict(authority.devices), dict(authority.people)) != baseline(connection, team):
        raise ControlRefused("control_baseline")
    connection.execute(AUTHORITY, (team, authority.n, *row))
    return authority.n


def _order(
    connection: Db,
    team: str,
    signed: Signed,
    ruling: Ruling | None,
    row: Sequence[str],
    number: int,
    now: datetime,
) -> None:
    if ruling is None:
        raise ControlRefused("control_org")
    order = control.read_order(signed, ruling.versions)
    if order.over(now):
        raise ControlRefused("control_old")
    hash_, *rest = row
    connection.execute(ORDER, (team, number, hash_, order.kind, order.on, *rest))


def baseline(connection: Db, team: str) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """What a first authority must list: the laptops in use or once in use, and the people who have not left."""
    people = {
        id_: role for id_, _name, role, state in connection.execute(EVERYBODY, (team,)) if state == "active"
    }
    laptops: dict[str, tuple[str, str]] = {}
    for _id, key, person, state in connection.execute(LAPTOPS, (team,)):
        if state in control.STATES:
            usual = "upload_only" if state == "active" and person not in people else state
            laptops[key] = (person, usual)
    return laptops, people


def _carry_out(
    rulings: Control, connection: Db, team: str, signed: Signed, before: Ruling | None, now: datetime
) -> list[str]:
    """Makes the tables say what holds, gives and takes what roles let see, and notes who ordered what.

    The keys of the laptops of which they say another thing now.
    """
    after = rulings.read(connection, team, keep=False)
    assert after is not None
    laptops = []
    for id_, key, person, state in connection.execute(LAPTOPS, (team,)):
        signed_state, whose = after.state(key, now), after.standing.whose(key) or person
        if (signed_state, whose) != (state, person):
            connection.execute(SAY_DEVICE, (signed_state, whose, team, id_))
            laptops.append(key)
    changed = []
    for person, (name, role, state) in _people(connection, team, after).items():
        connection.execute(SAY_PERSON, (team, person, name, role, state, instants.iso(now)))
        if state == "left":
            connection.execute(NO_CODES, (team, person))
        if before is not None and before.role(person) != role and after.works(person):
            changed.append((person, before.role(person), role))
    persons, action = _who(signed, before, after)
    audit.note(connection, team, now, persons, action, signed.hash)
    for person, old, new in changed:
        access.change_role(connection, team, person, old, new, now)
    return laptops


def _people(connection: Db, team: str, after: Ruling) -> dict[str, tuple[str, str, str]]:
    """Those of whom the table says something else than officers did: person → name, role, state."""
    stored = {id_: (name, role, state) for id_, name, role, state in connection.execute(EVERYBODY, (team,))}
    orders = {on: order for (kind, on), order in after.standing.holding.items() if kind == "person"}
    changed = {}
    for person in sorted(orders.keys() | after.versions[1].people.keys()):
        name, _role, _state = stored.get(person, ("", "", ""))
        if person in orders and orders[person].data["name"]:
            name = str(orders[person].data["name"])
        state = "active" if after.works(person) else "left"
        if stored.get(person) != (name, after.role(person), state):
            changed[person] = name, after.role(person), state
    return changed


def _who(signed: Signed, before: Ruling | None, after: Ruling) -> tuple[str, str]:
    """For the audit: the persons who signed, and what."""
    if signed.kind == "authority":
        signers: Authority = before.newest if before else after.newest
        return "+".join(signers.persons(signed.keys())), f"authority.{after.newest.n}"
    order = after.order(signed.hash)
    assert order is not None
    state = f".{order.data['state']}" if "state" in order.data else ""
    return "+".join(order.persons), f"order.{order.kind}{state}"


def resume(settings: Settings, pool: Pool | Db, rulings: Control) -> None:
    """Before a process serves: are the documents all there, and is every erasure done that was ordered?

    Raises Refused `server_incomplete`.
    """
    try:
        ruling = rulings.now(settings.team)
    except Declined as error:
        if error.code == "control_incomplete":
            raise Refused("server_incomplete") from error
        raise
    if ruling is not None:
        erased_scopes = erasing.done(pool, settings.team)
        for scope, orders in ruling.standing.erasures.items():
            if scope not in erased_scopes:
                erasing.ordered(settings.home, pool, settings.team, orders[0])

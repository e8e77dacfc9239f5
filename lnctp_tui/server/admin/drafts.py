"""Documents that not enough officers signed yet: kept for 72 hours, their good signatures together, seen by officers.

When the signatures suffice a document is ordered at once. A first authority is a draft of those who stand on it, until
the server's operator compared its words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit, ordering
from lnctp_tui.server.admin.control import Control, stored
from lnctp_tui.server.devices import DeviceRow, Ruling
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants

LIVES = timedelta(hours=72)
MOST = 100
"""Drafts of a team at once."""
INCOMPLETE = ("control_threshold", "control_same_person")

OVER = "DELETE FROM drafts WHERE team = %s AND until <= %s"
ONE = "SELECT sigs, until, refused FROM drafts WHERE team = %s AND hash = %s FOR UPDATE"
COUNT = "SELECT count(*) FROM drafts WHERE team = %s"
OPEN = """SELECT kind, body, sigs, hash, at, by, until FROM drafts
  WHERE team = %s AND until > %s AND refused IS NULL ORDER BY at, hash"""
KEEP = """INSERT INTO drafts (team, hash, kind, body, sigs, at, by, until) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
  ON CONFLICT (team, hash) DO UPDATE SET sigs = excluded.sigs"""
REFUSE = "UPDATE drafts SET refused = %s WHERE team = %s AND hash = %s AND until > %s AND refused IS NULL"


@dataclass(frozen=True)
class Offered:
    """What became of a draft."""

    signed: Signed
    ordered: bool
    persons: tuple[str, ...]
    """Who signed it by now."""
    until: str


def offer(rulings: Control, connection: Db, sender: DeviceRow, signed: Signed, now: datetime) -> Offered:
    """Keeps a draft with all good signatures it ever came with; orders it once they are enough. Duty `serve`.

    Raises ControlRefused, also `control_officer`, `control_refused` (an officer refused it); Declined.
    """
    team, at = sender.team, instants.iso(now)
    connection.execute(OVER, (team, at))
    ruling = rulings.read(connection, team)
    may(ruling, sender, signed)
    good = _good(signed, ruling)
    row = connection.execute(ONE, (team, signed.hash)).fetchone()
    until = row[1] if row else instants.iso(now + LIVES)
    if row and row[2]:
        raise ControlRefused("control_refused")
    if row:
        good = stored(signed.kind, signed.body, row[0]).and_signed(good.sigs)
    if not good.sigs:
        raise ControlRefused("control_threshold")
    if not row and connection.execute(COUNT, (team,)).fetchone() == (MOST,):
        raise Declined("busy")
    persons = _persons(good, ruling)
    sigs = json.dumps([list(sig) for sig in good.sigs])
    if lacking(good, ruling) or (ruling is None and rulings.pin(team) is None):
        connection.execute(KEEP, (team, good.hash, good.kind, good.body, sigs, at, sender.person, until))
        return Offered(good, False, persons, until)
    ordering.append(rulings, connection, team, good, sender.person, now)
    return Offered(good, True, persons, until)


def lacking(signed: Signed, ruling: Ruling | None) -> bool:
    """Whether signatures are missing. Raises ControlRefused for what no signature would mend."""
    try:
        if signed.kind == "authority":
            control.read_authority(signed, ruling.newest if ruling else None)
        elif ruling is None:
            raise ControlRefused("control_org")
        else:
            control.read_order(signed, ruling.versions)
    except ControlRefused as error:
        if error.code not in INCOMPLETE:
            raise
        return True
    return False


def may(ruling: Ruling | None, sender: DeviceRow, signed: Signed) -> None:
    """Raises ControlRefused `control_officer` unless the device is an officer's, or of one on the first list."""
    if ruling is not None and ruling.officer(sender):
        return
    first = ruling is None and signed.kind == "authority" and sender.state == "active"
    if not first or sender.person not in _listed(signed):
        raise ControlRefused("control_officer")


def shown(connection: Db, ruling: Ruling | None, sender: DeviceRow, now: datetime) -> list[dict[str, Any]]:
    """Open drafts that a device may see. Duty `serve`."""
    listed = []
    for kind, body, sigs, hash_, at, by, until in connection.execute(OPEN, (sender.team, instants.iso(now))):
        try:
            signed = stored(kind, body, sigs)
            may(ruling, sender, signed)
        except ControlRefused:
            continue
        listed.append(
            {"document": signed.document(), "kind": kind, "hash": hash_, "at": at, "by": by, "until": until}
        )
    return listed


def waiting(connection: Db, team: str, now: datetime) -> list[Signed]:
    """First authorities that everybody on them signed, and that wait for the operator."""
    complete = []
    for kind, body, sigs, *_ in connection.execute(OPEN, (team, instants.iso(now))):
        try:
            signed = stored(kind, body, sigs)
            if kind == "authority":
                control.read_authority(signed, None)
                complete.append(signed)
        except ControlRefused:
            continue
    return complete


def refuse(
    rulings: Control, connection: Db, sender: DeviceRow, hash_: str, reason: str, now: datetime
) -> None:
    """An officer ends a draft. Raises ControlRefused `control_officer`, Declined `not_found`. Duty `serve`."""
    ruling, team = rulings.read(connection, sender.team), sender.team
    listed = [draft for draft in shown(connection, ruling, sender, now) if draft["hash"] == hash_]
    if ruling is not None and not ruling.officer(sender):
        raise ControlRefused("control_officer")
    if not listed or not connection.execute(REFUSE, (reason, team, hash_, instants.iso(now))).rowcount:
        raise Declined("not_found")
    audit.note(connection, team, now, sender.person, f"order.refuse:{reason}", hash_)


def _good(signed: Signed, ruling: Ruling | None) -> Signed:
    """The document with those signatures only that are good and an officer's, or of somebody new on its list."""
    counted = {officer.key for officer in ruling.newest.officers} if ruling else set()
    if signed.kind == "authority":
        counted |= set(_officers(signed))
    keys = signed.keys() & counted
    sigs = tuple(sig for sig in signed.sigs if sig[0] in keys)
    return Signed(signed.kind, signed.body, sigs, signed.content)


def _persons(signed: Signed, ruling: Ruling | None) -> tuple[str, ...]:
    person_of = {officer.key: officer.person for officer in ruling.newest.officers} if ruling else {}
    person_of |= _officers(signed)
    return tuple(sorted({person_of[key] for key, _ in signed.sigs if key in person_of}))


def _officers(signed: Signed) -> dict[str, str]:
    """Key → person of those an authority lists; nobody of any other form."""
    if signed.kind != "authority":
        return {}
    try:
        return {officer.key: officer.person for officer in control.unsigned_authority(signed).officers}
    except ControlRefused:
        return {}


def _listed(signed: Signed) -> frozenset[str]:
    return frozenset(_officers(signed).values())

"""Two people, within an hour, say that a laptop is to be wiped. Source: docs/security.md, "Taking a laptop back".

It is the device's state: whatever it asks next is refused with it. A laptop obeys no such word since nobody signed
it; one of a version from before does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from lnctp_tui.errors import Refused
from lnctp_tui.server import audit
from lnctp_tui.server.database import Db, Declined, DeviceRow, Pool, transaction
from lnctp_tui.server.people import Device, Office
from lnctp_tui.storage import instants

WIPE, WIPE_ALL = "wipe", "wipe_all"
"""States of a device: what the server holds goes; also what was never sent."""
WITHIN = timedelta(hours=1)
FIRST = """INSERT INTO wipes (team, device, unsent, first_by, first_at) VALUES (%s, %s, %s, %s, %s)
  ON CONFLICT DO NOTHING"""
FIND = "SELECT unsent, first_by, first_at, second_by FROM wipes WHERE team = %s AND device = %s FOR UPDATE"
ANEW = """UPDATE wipes SET unsent = %s, first_by = %s, first_at = %s, second_by = NULL, second_at = NULL,
  done_at = NULL WHERE team = %s AND device = %s"""
SECOND = "UPDATE wipes SET second_by = %s, second_at = %s WHERE team = %s AND device = %s"
DONE = """UPDATE wipes SET done_at = %s WHERE team = %s AND device = %s AND second_by IS NOT NULL
  AND done_at IS NULL"""


def order(office: Office, device: Device, unsent: bool) -> Literal["asked", "ordered"]:
    """One person's word: the first one waits an hour for somebody else's, the second makes the order.

    `unsent` says to destroy also what was never sent. Raises Refused `wipe_same_person`, `device_state`.
    """
    connection, state = office.connection, WIPE_ALL if unsent else WIPE
    key, now = (office.team, device.id), instants.iso(office.now)
    if device.state in (state, WIPE_ALL):
        raise Refused("device_state", state=device.state)
    connection.execute(FIRST, (*key, unsent, office.actor, now))
    found = connection.execute(FIND, key).fetchone()
    assert found is not None
    asked, by, at, second = found
    fresh = second is None and asked == unsent and instants.parse(at) > office.now - WITHIN
    if not fresh or (by, at) == (office.actor, now):
        connection.execute(ANEW, (unsent, office.actor, now, *key))
        office.note(f"device.{state}.asked", device.id)
        return "asked"
    if by == office.actor:
        raise Refused("wipe_same_person")
    connection.execute(SECOND, (office.actor, now, *key))
    office.set_state(device, state)
    return "ordered"


def done(place: Pool | Db, device: DeviceRow, now: str) -> None:
    """The laptop obeyed. Raises Declined `not_found` for one that was not told to."""
    if device.state not in (WIPE, WIPE_ALL):
        raise Declined("not_found")
    with transaction(place, device.team, "serve") as connection:
        if connection.execute(DONE, (now, device.team, device.id)).rowcount:
            audit.note(connection, device.team, instants.parse(now), device.id, "device.wiped", device.id)

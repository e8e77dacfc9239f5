"""A laptop's first word: a spoken code and its own key make it a pending device of a person.

The code is used up in the transaction that stores the device; two laptops with one code are ordered by its row.
The same laptop may say the same again, since its answer can be lost.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.values.folio import CROCKFORD, PREFIX
from lnctp_tui.errors import Denied
from lnctp_tui.server.admin.staff import StaffRegistry, code_hash
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http.messages import Enroll
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE, Db, Pool
from lnctp_tui.storage import instants

TAKE = """UPDATE codes SET used_by = %s WHERE team = %s AND hash = %s AND expires_at > %s
  AND (used_by IS NULL OR used_by = %s) RETURNING person"""
KNOWN = "SELECT 1 FROM codes WHERE team = %s AND hash = %s"
FREE = """SELECT NOT EXISTS (SELECT FROM control_counter WHERE team = %(team)s AND authority > 0)
  AND NOT EXISTS (SELECT FROM devices WHERE team = %(team)s AND (person = %(person)s OR actor = %(actor)s))
  AND NOT EXISTS (SELECT FROM people WHERE team = %(team)s AND id = %(actor)s)
  AND NOT EXISTS (SELECT FROM access WHERE team = %(team)s AND person = %(person)s)
  AND NOT EXISTS (SELECT FROM transfers WHERE team = %(team)s AND receiver = %(person)s)"""
RENAME = (
    "UPDATE people SET id = %(actor)s WHERE team = %(team)s AND id = %(person)s",
    "UPDATE codes SET person = %(actor)s WHERE team = %(team)s AND person = %(person)s",
)
STORE = """INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)
  VALUES (%s, %s, %s, %s, %s, 'pending', %s, %s) ON CONFLICT DO NOTHING RETURNING id"""


@dataclass(frozen=True)
class Enrolment:
    """One request to enrol, its signature checked against the key it brings."""

    team: str
    message: Enroll
    now: datetime

    def carry_out(self, pool: Pool) -> DeviceRow:
        """The device, new or known. Raises Denied 403: `code_unknown`, `code_used`, `code_expired`, `device_taken`;

        `forbidden` for a device of a practice vault."""
        if mark.of_device(self.message.device):
            raise Denied(403, "forbidden")
        with database.transaction(pool, self.team, SERVE) as connection:
            device = database.find_device(connection, self.message.device)
            if device is not None:
                return self._again(connection, device)
            person = self._take_code(connection)
            person = self._first_id(connection, person)
            self._store(connection, person)
            stored = database.find_device(connection, self.message.device)
            assert stored is not None
            return stored

    def _again(self, connection: Db, device: DeviceRow) -> DeviceRow:
        same = device.public_key == self.message.public_key and device.team == self.team
        if not same or self._used_by(connection) != device.id:
            raise Denied(403, "device_taken")
        return device

    def _take_code(self, connection: Db) -> str:
        hash_, device = code_hash(self.message.code), self.message.device
        row = connection.execute(TAKE, (device, self.team, hash_, instants.iso(self.now), device)).fetchone()
        if row:
            return str(row[0])
        if not connection.execute(KNOWN, (self.team, hash_)).rowcount:
            raise Denied(403, "code_unknown")
        raise Denied(403, "code_used" if self._used_by(connection) else "code_expired")

    def _used_by(self, connection: Db) -> str | None:
        hash_ = code_hash(self.message.code)
        row = connection.execute(
            "SELECT used_by FROM codes WHERE team = %s AND hash = %s", (self.team, hash_)
        ).fetchone()
        return row[0] if row else None

    def _first_id(self, connection: Db, person: str) -> str:
        """On the first laptop of somebody to whom nothing refers yet, the person takes its counselor's id.

        Where officers sign, nobody's id changes: what they signed is about it.
        """
        actor = self.message.actor
        named = {"team": self.team, "person": person, "actor": actor}
        row = connection.execute(FREE, named).fetchone()
        if actor == person or not row or not row[0]:
            return person
        for statement in RENAME:
            connection.execute(statement, named)
        self._office(connection).note(f"person.id.{actor}", person)
        return actor

    def _store(self, connection: Db, person: str) -> None:
        message = self.message
        if message.time_zone:
            connection.execute(
                "UPDATE people SET time_zone = %s WHERE team = %s AND id = %s AND time_zone = ''",
                (message.time_zone, self.team, person),
            )
        while True:  # until a prefix is free
            prefix = "".join(secrets.choice(CROCKFORD) for _ in range(PREFIX))
            if prefix == mark.FOLIOS:
                continue
            row = (
                self.team,
                message.device,
                person,
                message.actor,
                message.public_key,
                prefix,
                instants.iso(self.now),
            )
            if connection.execute(STORE, row).fetchone():
                break
            if database.find_device(connection, message.device) is not None:
                raise Denied(403, "device_taken")
        self._office(connection, person).note("device.enroll", message.device)

    def _office(self, connection: Db, actor: str = "enroll") -> StaffRegistry:
        return StaffRegistry(connection, self.team, actor, self.now)

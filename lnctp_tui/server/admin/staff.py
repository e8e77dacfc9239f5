"""People and their devices, as an administrator keeps them. Every change leaves an entry in the audit chain."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lnctp_tui.domain.authority.control import spoken
from lnctp_tui.domain.values.folio import CROCKFORD
from lnctp_tui.errors import Refused
from lnctp_tui.server.admin import access
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.http.policy import ROLES
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.vault import phrase, recovery

CODE = 24
"""Symbols of an enrolment code: 120 bits, so its hash needs no salt."""
SECRET = 12
"""Random symbols of one that also names the organisation: 60 bits, for 72 hours."""
VALID = timedelta(hours=72)
_MISREAD = str.maketrans("OIL", "011")

NEXT = {
    "active": frozenset({"pending", "upload_only"}),
    "upload_only": frozenset({"pending", "active"}),
    "revoked": frozenset({"pending", "active", "upload_only"}),
}
"""State → those it can follow, without an authority: nothing follows a revocation, such a laptop enrols anew."""


@dataclass(frozen=True)
class Person:
    """Somebody who works here."""

    id: str
    name: str
    role: str
    state: str
    """`active` or `left`."""
    devices: int


@dataclass(frozen=True)
class Device:
    """A laptop of somebody."""

    id: str
    person: str
    name: str
    state: str
    folio_prefix: str
    created_at: str
    seen_at: str | None
    obeyed_at: str | None
    """When it said that it obeyed an order to seal or to wipe it."""
    fingerprint: str
    """Six words of its public key, to compare by voice."""


@dataclass(frozen=True)
class StaffRegistry:
    """A team's people and devices, in a transaction of the caller's."""

    connection: Db
    team: str
    actor: str
    """Who does it, for the audit: a person's id, or `cli:` and the system's user."""
    now: datetime
    ruling: Ruling | None = None
    """What officers signed; the office then only prepares. None in a team without an authority."""

    def add(self, name: str, role: str) -> Person:
        """A new person. Their id becomes the counselor's on the first laptop that enrols."""
        self._known_role(role)
        person = Person(ids.new_id(), name, role, "active", 0)
        self.connection.execute(
            "INSERT INTO people (team, id, name, role, created_at) VALUES (%s, %s, %s, %s, %s)",
            (self.team, person.id, name, role, instants.iso(self.now)),
        )
        self.note(f"person.add.{role}", person.id)
        return person

    def people(self) -> list[Person]:
        """Everybody, by name."""
        rows = self.connection.execute(
            """SELECT p.id, p.name, p.role, p.state, count(d.id) FROM people p
            LEFT JOIN devices d ON d.team = p.team AND d.person = p.id
            WHERE p.team = %s GROUP BY p.team, p.id ORDER BY p.name, p.id""",
            (self.team,),
        )
        people = [Person(*row) for row in rows]
        if (ruling := self.ruling) is None:
            return people
        return [
            replace(person, role=(ruling.standing.role(person.id) and ruling.role(person.id)) or person.role,
                    state="active" if ruling.works(person.id) else "left")
            for person in people
        ]  # fmt: skip

    def person(self, id_or_name: str) -> Person:
        """The one person with that id or name. Raises Refused `no_such_person`, `many_such_people`."""
        everybody = self.people()
        matches = [person for person in everybody if person.id == id_or_name]
        matches = matches or [
            person for person in everybody if phrase.plain(person.name) == phrase.plain(id_or_name)
        ]
        if not matches:
            raise Refused("no_such_person")
        if len(matches) > 1:
            raise Refused("many_such_people", count=len(matches))
        return matches[0]

    def set_role(self, person: Person, role: str) -> None:
        """Another role from the next request on. Raises Refused `officer_signs`."""
        self._known_role(role)
        self.check_unsigned()
        self.connection.execute(
            "UPDATE people SET role = %s WHERE team = %s AND id = %s", (role, self.team, person.id)
        )
        self.note(f"person.role.{role}", person.id)
        access.change_role(self.connection, self.team, person.id, person.role, role, self.now)

    def leave(self, person: Person) -> int:
        """Their devices may still deliver and read nothing; open codes end. The number of devices.

        Raises Refused `officer_signs`.
        """
        self.check_unsigned()
        self.connection.execute(
            "UPDATE people SET state = 'left' WHERE team = %s AND id = %s", (self.team, person.id)
        )
        self.connection.execute(
            "DELETE FROM codes WHERE team = %s AND person = %s AND used_by IS NULL", (self.team, person.id)
        )
        changed = self.connection.execute(
            """UPDATE devices SET state = 'upload_only'
            WHERE team = %s AND person = %s AND state IN ('active', 'pending') RETURNING id""",
            (self.team, person.id),
        ).fetchall()
        self.note("person.leave", person.id)
        for (device,) in changed:
            self.note("device.upload_only", device)
        return len(changed)

    def code(self, person: Person) -> tuple[str, str]:
        """A fresh enrolment code in groups of four, and when it ends. Only its hash is stored.

        Where there is an authority it ends in what names the organisation. Raises Refused `person_left`.
        """
        if person.state != "active":
            raise Refused("person_left")
        named = spoken(self.ruling.newest.org) if self.ruling else ""
        symbols = "".join(secrets.choice(CROCKFORD) for _ in range(SECRET if named else CODE)) + named
        expires = instants.iso(self.now + VALID)
        self.connection.execute(
            "INSERT INTO codes (team, hash, person, expires_at) VALUES (%s, %s, %s, %s)",
            (self.team, code_hash(symbols), person.id, expires),
        )
        self.note("code.new", person.id)
        return "-".join(symbols[at : at + 4] for at in range(0, len(symbols), 4)), expires

    def devices(self) -> list[Device]:
        """All devices, those that wait for approval first."""
        rows = self.connection.execute(
            """SELECT d.public_key, d.id, d.person, p.name, d.state, d.folio_prefix, d.created_at, d.seen_at,
              (SELECT max(b.at) FROM orders o JOIN obeyed b ON b.team = o.team AND b.hash = o.hash
                WHERE o.team = d.team AND o.subject = d.public_key AND b.device = d.id)
            FROM devices d JOIN people p ON p.team = d.team AND p.id = d.person
            WHERE d.team = %s ORDER BY p.name, d.created_at""",
            (self.team,),
        ).fetchall()
        devices = [self._signed(key, Device(*(*row, fingerprint(key)))) for key, *row in rows]
        return sorted(devices, key=lambda device: device.state != "pending")

    def _signed(self, key: str, device: Device) -> Device:
        return device if self.ruling is None else replace(device, state=self.ruling.state(key, self.now))

    def device(self, start: str) -> Device:
        """The one device whose id or folio prefix begins so. Raises Refused `no_such_device`."""
        matches = [
            device
            for device in self.devices()
            if start and (device.id.startswith(start.lower()) or device.folio_prefix == start.upper())
        ]
        if len(matches) != 1:
            raise Refused("no_such_device")
        return matches[0]

    def set_state(self, device: Device, state: str) -> None:
        """Another state from the next request on. Raises Refused `device_state`, `officer_signs`."""
        self.check_unsigned()
        moved = self.connection.execute(
            "UPDATE devices SET state = %s WHERE team = %s AND id = %s AND state = ANY(%s)",
            (state, self.team, device.id, sorted(NEXT[state])),
        ).rowcount
        if not moved:
            raise Refused("device_state", state=device.state)
        self.note(f"device.{state}", device.id)

    def approve(self, device: Device, words: str) -> None:
        """Lets a device in whose six words were compared. Raises Refused `wrong_device_words`, `device_state`."""
        if phrase.normalise(words, "words") != phrase.normalise(device.fingerprint, "words"):
            raise Refused("wrong_device_words")
        self.set_state(device, "active")

    def note(self, action: str, record: str) -> None:
        """An entry in the audit chain: an id and a verb."""
        self.connection.execute(
            "SELECT note(%s, %s, %s, %s, %s)",
            (self.team, instants.iso(self.now), self.actor, action, record),
        )

    def check_unsigned(self) -> None:
        """Raises Refused `officer_signs` where officers say it."""
        if self.ruling is not None:
            raise Refused("officer_signs")

    def _known_role(self, role: str) -> None:
        if role not in ROLES:
            raise Refused("no_such_role")


def fingerprint(public_key: str) -> str:
    """The six words of a device's public key (hexadecimal); the laptop shows the same."""
    return recovery.fingerprint(bytes.fromhex(public_key))


def code_hash(typed: str) -> str:
    """The hash of an enrolment code, however it was typed: case, dashes, blanks, O for 0, I and L for 1."""
    symbols = "".join(symbol for symbol in typed.upper() if symbol.isalnum()).translate(_MISREAD)
    return hashlib.sha256(b"lnctp-code-v1" + symbols.encode()).hexdigest()

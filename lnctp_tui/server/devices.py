"""Who asks: a device with the person behind it, and what officers signed about both. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lnctp_tui.domain.authority.control import Authority, Order, Standing
from lnctp_tui.domain.authority.documents import Signed

Marked = tuple[int, int]
"""Newest authority and count of orders, as the database counts them."""


@dataclass(frozen=True)
class Ruling:
    """All verified documents of a team up to one count, and what holds by them."""

    team: str
    mark: Marked
    rows: Marked
    """Rows that were there."""
    versions: dict[int, Authority]
    authorities: tuple[Signed, ...]
    orders: tuple[Signed, ...]
    """In the order in which they came; also those that a later authority does not uphold."""
    proven: tuple[Order, ...]
    """The same, read."""
    chain: str
    """Over the hashes of the orders."""
    standing: Standing

    @property
    def newest(self) -> Authority:
        return self.versions[max(self.versions)]

    @property
    def reach(self) -> list[int]:
        """Newest version, and how many orders laptops are given: what they compare with their own."""
        return [self.newest.n, len(self.orders)]

    def state(self, key: str, now: datetime) -> str:
        """What a laptop may; `pending` when nobody signed for it."""
        order = self.standing.holding.get(("device", key))
        if order is not None and order.kind == "wipe" and order.over(now):
            return "revoked"
        state = self.standing.device(key) or "pending"
        person = self.standing.whose(key)
        departed = person is not None and not self.works(person)
        return "upload_only" if departed and state == "active" else state

    def role(self, person: str) -> str:
        """What a person is, or was before they left; a counselor when nobody signed anything."""
        order = self.standing.holding.get(("person", person))
        return str(order.data["role"]) if order else self.standing.role(person) or "counselor"

    def works(self, person: str) -> bool:
        """Whether somebody has not left."""
        return self.standing.role(person) != "left"

    def officer(self, device: DeviceRow) -> bool:
        """Whether a device is an officer's, and in use."""
        return device.state == "active" and device.person in {
            officer.person for officer in self.newest.officers
        }

    def order(self, hash_: str) -> Order | None:
        """A verified order by its hash, None for any other."""
        return next((order for order in self.proven if order.hash == hash_), None)


@dataclass(frozen=True)
class DeviceRow:
    """A device that asks, and the person behind it: as officers signed it, where there is an authority."""

    id: str
    team: str
    person: str
    actor: str
    """The counselor id this laptop wrote with before it was told its person."""
    public_key: str
    """Ed25519, hexadecimal."""
    state: str
    """`pending`, `active`, `upload_only`, `revoked`; by order of officers also `seal`, `wipe`."""
    role: str
    """The person's: `counselor`, `supervisor`, `analyst`, `admin`."""
    folio_prefix: str
    ruling: Ruling | None = field(default=None, compare=False, repr=False)
    """What officers signed; None in a team without an authority."""

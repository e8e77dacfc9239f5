"""The officers' documents on this laptop: which organisation it believes, and what holds.

Nothing is believed before a person pinned the organisation, by the code they typed at the enrolment or by six
words compared over the telephone. Source: docs/security.md, "Orders".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from sqlmodel import SQLModel

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import Authority, Order, Standing
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.models import AuthorityDocument, OrderDocument
from lnctp_tui.storage.database import state

AUTHORITIES = SQLModel.metadata.tables[str(AuthorityDocument.__tablename__)]
ORDERS = SQLModel.metadata.tables[str(OrderDocument.__tablename__)]
PINNED = "sync:authority"
"""`{"org", "by"}`: the organisation that a person pinned, by `code` or `voice`."""
OFFERED = "sync:authority_offered"
"""The organisation that the server names and nobody compared yet."""
STATE = "sync:signed_state"
"""What officers signed of this laptop (domain.authority.control.Standing.device); none when they signed nothing."""
BARRED = "sync:barred"
"""The same while it takes this laptop's records from sight."""
BARRED_AT = "sync:barred_at"
"""Since when, so that a call that was open then is hidden too, and one that is taken afterwards is not."""
ROLES = "sync:signed_roles"
"""Public key of a laptop → the roles that officers ever signed for its person; none where there is no authority."""
BARRING = frozenset({"revoked", "seal", "wipe"})
CURSOR = "sync:orders"
"""[place, hash]: how far the server's list of orders was read, and the hash of the order there."""


@dataclass(frozen=True)
class Kept:
    """An order that holds its signatures, and what this laptop did about it."""

    n: int
    order: Order
    signed: Signed
    obeyed_at: str | None
    told_at: str | None


@dataclass(frozen=True)
class Book:
    """All that is kept of one organisation."""

    versions: Mapping[int, Authority]
    orders: tuple[Kept, ...]

    @property
    def standing(self) -> Standing:
        """What holds now. There is a first version."""
        return Standing(self.versions, [each.order for each in self.orders])

    @property
    def newest(self) -> Authority:
        """The officers of now. There is a first version."""
        return self.versions[max(self.versions)]

    def of(self, order: Order) -> Kept:
        """What is kept of an order."""
        return next(each for each in self.orders if each.order.hash == order.hash)


def pinned(connection: Connection) -> str | None:
    """The organisation whose officers are believed here, or None."""
    found = state.get(connection, PINNED)
    return str(found["org"]) if found else None


def signed_roles(connection: Connection) -> dict[bytes, frozenset[str]] | None:
    """Public key of a laptop → the roles ever signed for its person; None where roles are the server's to say."""
    if pinned(connection) is None:
        return None
    kept = state.get(connection, ROLES) or {}
    return {bytes.fromhex(key): frozenset(roles) for key, roles in kept.items()}


def cursor(connection: Connection) -> tuple[int, str]:
    """How far the server's list of orders was read, and the hash of the order there; empty for none."""
    place, last = state.get(connection, CURSOR) or (0, "")
    return int(place), str(last)


def move(connection: Connection, place: int, last: str) -> None:
    """Note how far the server's list of orders was read."""
    state.put(connection, CURSOR, [place, last])


def reached(connection: Connection) -> tuple[int, int]:
    """The newest version that is kept, and how far the server's list of orders was read; 0 for none."""
    newest: int | None = connection.exec_driver_sql("SELECT max(n) FROM authorities").scalar()
    return newest or 0, cursor(connection)[0]


def versions(connection: Connection) -> dict[int, Authority]:
    """Every version from the first on, as it stands now; what does not follow ends the walk."""
    org = pinned(connection)
    if org is None:
        return {}
    rows = connection.execute(select(AUTHORITIES.c.document).order_by(AUTHORITIES.c.n)).scalars()
    return dict(_walk(tuple(map(orjson.dumps, rows)), org))


@lru_cache(maxsize=4)
def _walk(rows: tuple[bytes, ...], org: str) -> dict[int, Authority]:
    """Walked once in a process: the first version names every laptop of the line, 2 MB of 10,000."""
    found: dict[int, Authority] = {}
    former = None
    for row in rows:
        try:
            former = control.read_authority(documents.read("authority", orjson.loads(row)), former, org)
        except ControlRefused:
            break
        found[former.n] = former
    return found


def book(connection: Connection) -> Book:
    """What is believed. Orders that lack signatures, or that a later version does not uphold, are not in it."""
    walked = versions(connection)
    kept = []
    if walked:
        for row in connection.execute(select(ORDERS).order_by(ORDERS.c.n)):
            try:
                signed = _read_order(orjson.dumps(row.document))
                order = control.read_order(signed, walked)
            except ControlRefused:
                continue
            kept.append(Kept(row.n, order, signed, row.obeyed_at, row.told_at))
    return Book(walked, tuple(kept))


def keep_authority(connection: Connection, authority: Authority, signed: Signed) -> None:
    """Add the next version, which the caller has read."""
    connection.execute(AUTHORITIES.insert().values(n=authority.n, document=signed.document()))
    state.mark_stale(connection, [state.ALL_DIRECTORY])


def keep_order(connection: Connection, signed: Signed) -> None:
    """Add an order that the caller has read, unless it is kept."""
    if not is_kept(connection, signed.hash):
        connection.execute(ORDERS.insert().values(hash=signed.hash, document=signed.document()))
        state.mark_stale(connection, [state.ALL_DIRECTORY])


def is_kept(connection: Connection, hash_: str) -> bool:
    """Whether an order is kept."""
    return connection.execute(select(ORDERS.c.n).where(ORDERS.c.hash == hash_)).first() is not None


def documents_after(connection: Connection, n: int) -> list[Any]:
    """The versions after one, as they were signed."""
    rows = connection.execute(
        select(AUTHORITIES.c.document).where(AUTHORITIES.c.n > n).order_by(AUTHORITIES.c.n)
    )
    return list(rows.scalars())


def untold(connection: Connection) -> list[str]:
    """Hashes of orders that were carried out here and of which the server did not hear."""
    query = select(ORDERS.c.hash).where(ORDERS.c.obeyed_at.is_not(None), ORDERS.c.told_at.is_(None))
    return list(connection.execute(query.order_by(ORDERS.c.n)).scalars())


def obeyed(connection: Connection, hash_: str, at: str) -> None:
    """Note that an order was carried out here."""
    connection.execute(
        update(ORDERS).where(ORDERS.c.hash == hash_, ORDERS.c.obeyed_at.is_(None)).values(obeyed_at=at)
    )


def told(connection: Connection, hash_: str, at: str) -> None:
    """Note that the server heard of it."""
    connection.execute(update(ORDERS).where(ORDERS.c.hash == hash_).values(told_at=at))


@lru_cache(maxsize=4096)
def _read_order(document: bytes) -> Signed:
    """Read once, and so are its signatures checked once in a process."""
    return documents.read("order", orjson.loads(document))

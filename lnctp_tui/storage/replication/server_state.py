"""What this laptop remembers of its server, in the key-value table. Written with the rows it speaks of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state

DEVICE_KEY, DEVICE, COUNSELOR = "device_key", "device", "counselor"
"""This laptop's Ed25519 key, its id, and who works on it; made when the vault is founded."""
SERVER = "sync:server"
"""Who the server is and what this laptop is to it: `Server` as a mapping."""
CURSOR, PROOF = "sync:cursor", "sync:proof"
"""[n, chain] up to which everything was read; [n, chain] of the last acknowledgement."""
CONTACT = "sync:contact"
"""Instant of the last answer that the server signed for this laptop just then (sync.fresco)."""
LATEST = "sync:latest"
"""The greatest instant this laptop's clock showed since the last contact: setting it back wins no time."""
PROBLEM = "sync:problem"
"""Code of what went wrong last; none when the last round went well."""
OFFSET = "sync:offset"
"""Seconds the server's clock is ahead of this one."""
SEEN = "sync:seen"
"""The greatest hybrid stamp met so far, from others or of this laptop."""
TOTAL = "sync:total"
"""How many histories the first synchronisation had to fetch."""
OFFERS = "sync:offers"
"""Scope → what was offered to this person and not answered yet."""
BREAK = "break:"
"""Before the id of a break that was asked for: its week, and after when it is told."""
AUDIT, AUDIT_KNOWN = "sync:audit", "sync:audit_known"
"""[n, chain] of the server's audit; how many entries of this laptop's the server confirmed."""
RELEASE_ROOT = "sync:release_root"
"""SHA-256 of the root of the organisation's releases, as the server named it at enrolment."""
BATCH = "sync:batch"
"""How many changes a request takes on a line that broke under more; none on a good one."""
ALARMS = "sync:alarms"
"""Code → instant at which the server was last seen to deny what it had said (sync.audit_check)."""
SAVED = "sync:saved"
"""[n, chain, changes not sent, instant]: how far this laptop had saved when it last offered something. Noted before
it goes out, so that a server which knows more proves that this is a copy of before."""
BACK = "sync:back"
"""What was told of a copy put back: `{"missing", "waiting", "at"}`."""
CAME_BACK = "saves_came_back"
"""Alarm: the server knows of saves that are not in this database."""
RESTORED = "saves_restored"
"""The same where a person put a backup in place since."""
BACK_CODES = (CAME_BACK, RESTORED)
ORDER_UNSIGNED = "order_unsigned"
"""Alarm: the server told to destroy something, and nobody signed that."""
COMPARED = "sync:compared"
"""Instant of the last comparison of everything with the server."""
KEY = "key:"
"""Device id → its public key, hexadecimal; the first one known stands for ever."""
WRITES_AS = "who:"
"""Device id → the counselor ids it introduced itself with; the first ones stand for ever."""
MATCH = "match:"
"""Case → about how many cases of the whole Line match it, as the server last said."""
UNTIL = "until:"
"""Case → until when a hand-over opened it to this person."""
ASIDE = "aside:"
"""Change id → a change whose author could not be checked: kept, never folded."""


@dataclass(frozen=True)
class Server:
    """The server of this laptop."""

    url: str
    ca: str | None
    """The organisation's certificate authority, PEM; None only for loopback."""
    key: str
    """The server's Ed25519 key, hexadecimal, pinned at enrolment."""
    state: str
    """What the server said last: `pending`, `active`, `upload_only`, `revoked`. It is told, and decides nothing."""
    person: str
    role: str
    team: str
    name: str | None = None
    door: str | None = None
    """The address that was given at enrolment, where the team's own is another."""


MEMBERS = frozenset(each.name for each in fields(Server))


def server(connection: Connection) -> Server | None:
    """The server this laptop is enrolled with, None before enrolment."""
    kept: dict[str, Any] | None = state.get(connection, SERVER)
    # Earlier versions kept more of it.
    return Server(**{each: kept[each] for each in kept if each in MEMBERS}) if kept else None


def note_clock(connection: Connection, now: datetime) -> None:
    """Remember that it was at least this late. Called at every opening, view, and try to reach the server."""
    known, moment = state.get(connection, LATEST), instants.iso(now)
    if known is None or moment > known:
        state.put(connection, LATEST, moment)


def as_late_as(connection: Connection, now: datetime) -> datetime:
    """Now, or as late as it was ever seen to be: setting the clock back wins no time."""
    latest = state.get(connection, LATEST)
    return max(now, instants.parse(latest)) if latest else now


def alarm(connection: Connection, code: str, now: datetime) -> None:
    """Keep that something is wrong with what the server says, and since when."""
    kept = state.get(connection, ALARMS, {})
    state.put(connection, ALARMS, kept | {code: instants.iso(now)})


def clear_alarm(connection: Connection, code: str) -> None:
    """What was told is mended."""
    kept = state.get(connection, ALARMS, {})
    if code in kept:
        state.put(connection, ALARMS, {name: at for name, at in kept.items() if name != code})


def with_role(known: Server, role: str) -> Server:
    """The same server; its person has another role."""
    return replace(known, role=role)


def leads(connection: Connection) -> bool:
    """Whether who works here decides as supervision does. A laptop without a server is its person's alone."""
    enrolled = server(connection)
    return enrolled is None or enrolled.role == "supervisor"


def put_server(connection: Connection, known: Server) -> None:
    """Keep who the server is."""
    state.put(connection, SERVER, asdict(known))

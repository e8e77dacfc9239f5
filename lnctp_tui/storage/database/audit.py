"""The chain of views: who saw which record when, each entry sealed by the hash of the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, insert, select
from sqlmodel import SQLModel

from lnctp_tui.models import Access
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.replication import server_state

ACCESS = SQLModel.metadata.tables[str(Access.__tablename__)]
START = "0" * 64
MANY = 1000
"""Entries that go to the database at once."""


def note(connection: Connection, now: datetime, actor: str, action: str, record: str) -> None:
    """Add an entry: an id and a verb, never content."""
    server_state.note_clock(connection, now)
    last = connection.scalar(select(ACCESS.c.chain).order_by(ACCESS.c.seq.desc()).limit(1)) or START
    entry = {"at": instants.iso(now), "actor": actor, "action": action, "record": record}
    connection.execute(insert(ACCESS).values(entry | {"chain": sealed(last, entry)}))


def note_all(connection: Connection, now: datetime, actor: str, action: str, records: Sequence[str]) -> None:
    """Add an entry for each record, in their order, as `note` would."""
    server_state.note_clock(connection, now)
    last = connection.scalar(select(ACCESS.c.chain).order_by(ACCESS.c.seq.desc()).limit(1)) or START
    at = instants.iso(now)
    with engine.few_pages(connection) if len(records) > MANY else nullcontext():
        for some in batched(records, MANY):
            entries = []
            for record in some:
                entry = {"at": at, "actor": actor, "action": action, "record": record}
                last = sealed(last, entry)
                entries.append(entry | {"chain": last})
            connection.execute(insert(ACCESS), entries)


def batched(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """Lists of at most `size` items."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def sealed(last: str, entry: dict[str, str]) -> str:
    """The chain value after `entry`."""
    text = "\x1f".join((last, entry["at"], entry["actor"], entry["action"], entry["record"]))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at(connection: Connection) -> int | None:
    """The number of the first entry that does not fit its chain, or None."""
    last = START
    for row in connection.execute(select(ACCESS).order_by(ACCESS.c.seq)).mappings():
        entry = {key: str(row[key]) for key in ("at", "actor", "action", "record")}
        if sealed(last, entry) != row["chain"]:
            return int(row["seq"])
        last = row["chain"]
    return None

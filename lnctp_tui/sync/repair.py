"""When server and laptop do not share a history any more, and whether both hold the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import incoming
from lnctp_tui.storage.replication.eviction import SCOPED
from lnctp_tui.sync import audit_check, outbox, wire
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.client import Client

OFFERED = 20_000
"""Ids in one question."""


def repair(client: Client) -> int:
    """Hand back what the server lacks, this laptop's and others', then begin anew; how many went back.

    Nothing notes that a repair runs: until the new beginning is stored the old cursor stays, and so the server
    says `diverged` again after a crash.
    """
    client.outbox.restart()
    returned, last = 0, 0
    while True:
        ids, last = _held(client.store, last, min(OFFERED, 40 * client.outbox.size))
        if not ids:
            break
        answer = client.line.call("POST", "/v1/missing", {"ids": ids})
        with understood():
            missing = [str(change_id) for change_id in answer["missing"]]
        returned += give_back(client, _told(client.store, missing))
    client.start()
    return returned


def _held(store: Store, after: int, most: int) -> tuple[list[str], int]:
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT seq, id FROM changes WHERE seq > ? AND (refused IS NULL OR sent = 2) ORDER BY seq LIMIT ?",
            (after, most),
        ).all()
    return [id_ for _seq, id_ in rows], rows[-1][0] if rows else after


def _told(store: Store, ids: list[str]) -> list[str]:
    """Those that still say something: what the law erased, and the server lost, is forgotten here too."""
    parameters = (orjson.dumps(ids).decode(),)
    with store.write(behind=True) as unit:
        blank = set(
            unit.connection.exec_driver_sql(
                "DELETE FROM changes WHERE patch = '{}' AND id IN (SELECT value FROM json_each(?)) RETURNING id",
                parameters,
            ).scalars()
        )
    return [change_id for change_id in ids if change_id not in blank]


def give_back(client: Client, ids: list[str]) -> int:
    """Push these changes whoever wrote them; own ones get their receipt by it."""
    returned = 0
    while ids:
        offered = ids[: client.outbox.size]
        batch = _batch(client.store, offered)
        if not batch.ids:
            ids = ids[len(offered) :]
            continue
        envelope = outbox.envelope(client.store)
        body = envelope | {"cursor": None, "proof": None, "repair": True, "changes": batch.changes}
        client.sending.deliver(body, batch.ids, envelope["audit"]["n"])
        sent = set(batch.ids)
        returned += len(sent)
        ids = [change_id for change_id in ids if change_id not in sent]
    return returned


def _batch(store: Store, ids: list[str]) -> outbox.Offered:
    """Stored changes by id, marked as offered where they never were."""
    ids_json = orjson.dumps(ids).decode()
    with store.write(behind=True) as unit:
        unit.connection.exec_driver_sql(f"{outbox.MARK} id IN {incoming.AMONG}", (ids_json,))
        rows = unit.connection.exec_driver_sql(outbox.HELD, (ids_json,)).all()
    return outbox.fitting(rows, wire.BATCH)[1]


@dataclass(frozen=True)
class Comparison:
    """What a comparison of everything found."""

    buckets: int
    """How many of the 256 sums differed."""
    fetched: int
    returned: int

    @property
    def equal(self) -> bool:
        return not self.buckets


def compare(client: Client) -> Comparison:
    """Compare the sums of all receipted changes with the server's and repair what differs, both ways.

    Call it when nothing waits and nothing is wanted; entries that came to the server meanwhile are fetched.
    """
    different = _different(client)
    fetched = returned = 0
    unexplained: set[int] = set()
    for bucket in different:
        answer = client.line.call("POST", "/v1/bucket", {"bucket": bucket})
        with understood():
            there = {str(change_id) for change_id in answer["ids"]}
        here = set(_weights(client.store, bucket))
        fetched += client.take(sorted(there - here))
        only_here = sorted(here - there)
        if only_here:
            answer = client.line.call("POST", "/v1/missing", {"ids": only_here[:OFFERED]})
            with understood():
                missing = [str(change_id) for change_id in answer["missing"]]
            returned += give_back(client, missing)
        if here == there:
            unexplained.add(bucket)
    if unexplained and not unexplained.isdisjoint(_different(client)):
        with client.store.write() as unit:
            audit_check.alarm(unit, audit_check.CONTENT)
    return Comparison(len(different), fetched, returned)


def _different(client: Client) -> list[int]:
    """The numbers of the sums that differ. Both sides add up at the same time."""
    future = client.pool.submit(client.line.call, "POST", "/v1/equal", {})
    try:
        ours = _sums(client.store)
    finally:
        answer = future.result()
    with understood():
        theirs = [int(number) for number in answer["sums"]]
        if len(theirs) != len(ours):
            raise ValueError
    return [
        at for at, (own_sum, their_sum) in enumerate(zip(ours, theirs, strict=True)) if own_sum != their_sum
    ]


COUNTED = """SELECT json_group_array(json_array(c.id, c.hash, coalesce(c."case", c.row), c."table"))
FROM changes c WHERE c.sent = 2 AND c.refused IS NULL"""
VISIBLE = f"""{SCOPED} {COUNTED} AND NOT EXISTS (
  SELECT 1 FROM scoped WHERE t = c."table" AND r = c.row AND went AND NOT stays)"""
"""Without what hides here: the server does not count it for this person either."""


def _rows(store: Store) -> list[Any]:
    with store.read() as connection:
        went = connection.exec_driver_sql("SELECT 1 FROM scopes WHERE state = 'gone' LIMIT 1").first()
        return list(orjson.loads(connection.exec_driver_sql(VISIBLE if went else COUNTED).scalar() or "[]"))


def _bucket(row: Any) -> int:
    return wire.bucket(wire.EVERYBODY if row[3] in wire.PUBLIC_TABLES else row[2])


def _sums(store: Store) -> list[int]:
    sums = [0] * 256
    for row in _rows(store):
        at = _bucket(row)
        sums[at] = (sums[at] + wire.weight(row[0], row[1])) % 2**64
    return sums


def _weights(store: Store, bucket: int) -> list[str]:
    return [row[0] for row in _rows(store) if _bucket(row) == bucket]

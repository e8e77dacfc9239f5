"""Push: a laptop's changes into the log, each once, with all that follows from them in one transaction.

Order of the locks: records (sorted), access, devices, the audit's counter, and last the log's counter. A device is
locked late, so that two pushes of one laptop work side by side until their numbers are drawn.
Source: docs/synchronisation.md, "The server's log".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

import psycopg
from nacl.signing import SigningKey

from lnctp_tui.errors import Declined
from lnctp_tui.server import threads
from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check, cursors, ingest
from lnctp_tui.server.ingest.delivery import TOO_FAR, Anew, Delivery, Outcome, Stored
from lnctp_tui.server.ingest.incoming import IncomingChange, arrived
from lnctp_tui.server.ingest.standing import Standing, stands
from lnctp_tui.server.postgres.database import (
    AGAIN,
    SERVE,
    TRIES,
    UNFIT,
    Db,
    Pool,
    transaction,
)
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

WRITERS = """SELECT d.id, d.public_key, d.person, d.actor, p.role
  FROM devices d JOIN people p ON p.team = d.team AND p.id = d.person WHERE d.team = %s AND d.id = ANY(%s)"""
ALONE, PIECE = 64, 125
"""Fewer changes than this are not worth a second thread; the signatures that one takes at once."""


def push(
    database: Pool | Db, device: DeviceRow, message: Mapping[str, Any], now: datetime, key: SigningKey
) -> dict[str, Any]:
    """One push. `key` signs the receipt. Raises Declined."""
    delivery = read(database, device, message)
    return answer(delivery, store(database, device.team, [delivery], now), now, key)


def read(database: Pool | Db, device: DeviceRow, message: Mapping[str, Any]) -> Delivery:
    """A push as it is understood, every change checked by itself. Raises Declined `malformed`, `too_large`."""
    changes = message.get("changes")
    if not isinstance(changes, list):
        raise Declined("malformed")
    if len(changes) > wire.BATCH:
        raise Declined("too_large")
    own = check.Writer(
        device.public_key, device.person, frozenset({device.person, device.actor}), device.role
    )
    writers = {device.id: own}
    if message.get("repair") is True:
        writers |= _writers(database, device, changes)
    checked, seals = _checked(changes, device, writers)
    receipt, head = message.get("receipt"), message.get("audit")
    return Delivery(
        device,
        checked,
        cursors.read(message.get("cursor")),
        cursors.read(message.get("proof")),
        receipt if type(receipt) is int and 0 <= receipt < TOO_FAR else None,
        _ids(message.get("before")),
        head if isinstance(head, dict) else None,
        message.get("saved"),
        seals=seals,
    )


def _checked(
    changes: Sequence[Any], device: DeviceRow, writers: Mapping[str, check.Writer]
) -> tuple[list[IncomingChange], list[Future[list[int]]]]:
    """Each by itself; of many, the signatures in other threads, while the database works on what they sign."""
    if len(changes) < ALONE:
        return [_coming(raw, device, writers, check.flaw) for raw in changes], []
    incoming: list[IncomingChange] = []
    pieces, seals = [], wire.Seals()
    for start in range(0, len(changes), PIECE):
        piece = [_coming(raw, device, writers, check.unfit) for raw in changes[start : start + PIECE]]
        pieces.append(_helpers(os.getpid()).submit(_unsigned, piece, start, seals))
        incoming += piece
    return incoming, pieces


def _unsigned(changes: Sequence[IncomingChange], start: int, seals: wire.Seals) -> list[int]:
    """Places, from `start`, of those whose signature is not their writer's."""
    return [
        place
        for place, change in enumerate(changes, start)
        if change.reason is None
        and not (change.writer and seals.true(change.raw, bytes.fromhex(change.writer.public_key)))
    ]


@cache
def _helpers(_process: int) -> ThreadPoolExecutor:
    """Of this process: a fork has none of its parent's threads."""
    return ThreadPoolExecutor(2, thread_name_prefix="lnctp-check", initializer=threads.give_way)


def _coming(
    raw: Any,
    device: DeviceRow,
    writers: Mapping[str, check.Writer],
    flaw: Callable[[Any, check.Writer | None], str | None],
) -> IncomingChange:
    named = raw.get("device") if isinstance(raw, dict) else None
    writer = writers.get(named) if isinstance(named, str) else None
    reason = flaw(raw, writer)
    if reason == "unknown_device" and len(writers) == 1:
        reason = "foreign"
    return arrived(raw, device, writer, reason)


def _writers(database: Pool | Db, device: DeviceRow, changes: Sequence[Any]) -> dict[str, check.Writer]:
    """Whose changes a laptop hands back: their devices' registered keys."""
    named = {change.get("device") for change in changes if isinstance(change, dict)}
    ids = sorted(id_ for id_ in named if isinstance(id_, str) and check.ID(id_) and id_ != device.id)
    with transaction(database, device.team, SERVE) as connection:
        return writers_of(connection, device, ids)


def writers_of(connection: Db, asks: DeviceRow, ids: Sequence[str]) -> dict[str, check.Writer]:
    """The registered devices among `ids`, in whatever state; where officers sign, those they ever signed for."""
    writers = {}
    for id_, key, person, actor, role in connection.execute(WRITERS, (asks.team, list(ids))).fetchall():
        standing = asks.ruling.standing if asks.ruling else None
        whose = standing.whose(key) if standing else person
        if whose is not None:
            named = (standing.role(whose) or "") if standing else role
            writers[id_] = check.Writer(key, whose, frozenset({whose, actor}), named)
    return writers


def store(database: Pool | Db, team: str, deliveries: Sequence[Delivery], now: datetime) -> Stored:
    """Stores deliveries of one team in one transaction and says what became of each change.

    Raises Declined. What the database itself refuses is found change by change and quarantined as `storage`.
    """
    if isinstance(database, Pool):
        database.commits.present()
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction(database, team, SERVE) as connection:
                return _store(connection, team, deliveries, now)
        except Declined as busy:
            if not tries_left or not isinstance(busy.__cause__, AGAIN):
                raise
        except Anew:
            pass
        except UNFIT:
            if len(deliveries) > 1:
                raise
            _single_out(database, team, deliveries[0], now)
    raise Declined("busy")


def _proven(deliveries: Sequence[Delivery]) -> None:
    """Waits for the signatures. Raises Anew when some changes are not signed."""
    forged = False
    for delivery in deliveries:
        places = [place for seal in delivery.seals for place in seal.result()]
        delivery.seals.clear()
        delivery.refuse(places, "signature")
        forged = forged or bool(places)
    if forged:
        raise Anew


class _Rehearsed(Exception):
    """Ends a transaction that was only to be tried."""


def _single_out(database: Pool | Db, team: str, delivery: Delivery, now: datetime) -> None:
    """Finds the changes that the database does not take, each in a transaction that leaves nothing."""
    for place, change in enumerate(delivery.changes):
        if change.reason is None:
            try:
                with transaction(database, team, SERVE) as connection:
                    ingest.ingest(connection, team, [change], now)
                    raise _Rehearsed
            except _Rehearsed:
                pass
            except psycopg.Error:
                delivery.refuse([place], "storage")


def _store(connection: Db, team: str, deliveries: Sequence[Delivery], now: datetime) -> Stored:
    shared = cursors.known(
        connection, team, {cursor for delivery in deliveries for cursor in delivery.cursors}
    )
    outcomes = {delivery: Outcome(diverged=not delivery.cursors <= shared) for delivery in deliveries}
    heard = [delivery for delivery in deliveries if not outcomes[delivery].diverged and not delivery.refused]
    standings: list[Standing] = []

    def closing() -> list[ingest.Note]:
        _proven(deliveries)
        standings.extend(stands(connection, team, heard, now))
        return [note for standing in standings for note in standing.notes]

    changes = [change for delivery in heard for change in delivery.changes]
    head, results = ingest.ingest(connection, team, changes, now, closing)
    remaining = iter(results)
    for delivery, standing in zip(heard, standings, strict=True):
        own = list(islice(remaining, len(delivery.changes)))
        outcomes[delivery] = Outcome(results=own, seq=standing.seq, prefix=standing.prefix)
    return Stored(head, audit.head(connection, team), outcomes)


def _ids(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [id_ for id_ in listed if isinstance(id_, str) and check.ID(id_)]


def answer(delivery: Delivery, stored: Stored, now: datetime, key: SigningKey) -> dict[str, Any]:
    """What goes back to the laptop, with its receipt. Raises Declined `revoked`, `pending`."""
    if delivery.refused:
        raise Declined(delivery.refused)
    outcome = stored.outcomes[delivery]
    if outcome.diverged:
        return {"status": "diverged"}
    body = {
        "device": delivery.device.id,
        "seq": outcome.seq,
        "ids": wire.ids_digest(change.id for change in delivery.changes if change.id),
        "n": stored.head.n,
        "chain": stored.head.chain,
        "at": instants.iso(now),
    }
    message = {
        "status": "ok",
        "results": outcome.results,
        "proof": list(stored.head),
        "receipt": {"body": body, "sig": key.sign(wire.receipt_bytes(body)).signature.hex()},
        "audit": list(stored.audit),
    }
    return message | ({"folio_prefix": outcome.prefix} if outcome.prefix else {})

"""Push: a laptop's changes into the log, each once, with all that follows from them in one transaction.

Order of the locks: records (sorted), access, devices, the audit's counter, and last the log's counter. A device is
locked late, so that two pushes of one laptop work side by side until their numbers are drawn.
Source: docs/synchronisation.md, "The server's log".
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

import orjson
import psycopg
from nacl.signing import SigningKey

from lnctp_tui.domain.values import folio
from lnctp_tui.errors import Declined
from lnctp_tui.server import threads
from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check, cursors, ingest
from lnctp_tui.server.ingest.incoming import IncomingChange, arrived
from lnctp_tui.server.postgres.database import (
    AGAIN,
    MARKED,
    SERVE,
    TRIES,
    UNFIT,
    Db,
    Outdated,
    Pool,
    transaction,
)
from lnctp_tui.storage import instants
from lnctp_tui.sync import fresco, wire
from lnctp_tui.sync.wire import Cursor

WRITERS = """SELECT d.id, d.public_key, d.person, d.actor, p.role
  FROM devices d JOIN people p ON p.team = d.team AND p.id = d.person WHERE d.team = %s AND d.id = ANY(%s)"""
LOCK = f"""SELECT d.id, d.state, d.folio_prefix, d.receipt, d.receipt_ids, d.audit_n,
    d.audit_chain, d.audit_before, d.saved, {MARKED}
  FROM devices d LEFT JOIN control_counter c ON c.team = d.team
  WHERE d.team = %s AND d.id = ANY(%s) ORDER BY d.id FOR UPDATE OF d"""
STAND = """UPDATE devices SET folio_prefix = %s, receipt = %s, receipt_ids = %s, audit_n = %s, audit_chain = %s,
  audit_before = %s, saved = coalesce(%s::jsonb, saved), seen_at = %s WHERE team = %s AND id = %s"""
PREFIX_TAKEN = "SELECT EXISTS (SELECT FROM devices WHERE team = %s AND folio_prefix = %s)"
REMEMBERED = 3 * wire.TOLD
"""Ids of what came last from a laptop, and of what it said is coming."""
TOO_FAR = 1 << 53
DELIVERS = ("active", "upload_only", "seal")
"""States in which a laptop still delivers."""
ALONE, PIECE = 64, 125
"""Fewer changes than this are not worth a second thread; the signatures that one takes at once."""


@dataclass(eq=False)
class Delivery:
    """One laptop's push, as it arrived. What a transaction makes of it is an Outcome."""

    device: DeviceRow
    changes: list[IncomingChange]
    cursor: Cursor | None
    proof: Cursor | None
    receipt: int | None
    before: Sequence[str]
    """Ids of the batch that the laptop sent before it had an answer."""
    audit: Mapping[str, Any] | None
    saved: Any = None
    """How far the laptop saved, as it says."""
    refused: str | None = None
    """Why the laptop as a whole is not heard: once found, for good."""
    seals: list[Future[list[int]]] = field(default_factory=list)
    """Of many changes, which are not signed: known before numbers are drawn, and not before that."""

    @property
    def cursors(self) -> set[Cursor]:
        return {cursor for cursor in (self.cursor, self.proof) if cursor is not None}

    def refuse(self, places: Iterable[int], reason: str) -> None:
        """Changes that will not do whatever the database holds: once found, for good."""
        for place in places:
            self.changes[place] = self.changes[place]._replace(reason=reason)


class Standing(NamedTuple):
    """What the server remembers of a device after a push."""

    row: tuple[Any, ...]
    """As LOCK reads it."""
    seq: int
    """Of the receipt."""
    prefix: str | None
    """A new folio prefix: the laptop is an image or a clone."""
    notes: tuple[ingest.Note, ...]


class Outcome(NamedTuple):
    """What a transaction made of one delivery; of one that diverged or was not heard, nothing."""

    diverged: bool = False
    results: Sequence[list[Any]] = ()
    seq: int = 0
    prefix: str | None = None


@dataclass(frozen=True)
class Stored:
    """What a transaction left behind: where the log and the audit end, and what became of each delivery."""

    head: Cursor
    audit: Cursor
    outcomes: Mapping[Delivery, Outcome]


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
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction(database, team, SERVE) as connection:
                return _store(connection, team, deliveries, now)
        except Declined as busy:
            if not tries_left or not isinstance(busy.__cause__, AGAIN):
                raise
        except _Anew:
            pass
        except UNFIT:
            if len(deliveries) > 1:
                raise
            _single_out(database, team, deliveries[0], now)
    raise Declined("busy")


class _Anew(Exception):
    """Ends a transaction in which something was taken that may not be; now it has its reason."""


def _proven(deliveries: Sequence[Delivery]) -> None:
    """Waits for the signatures. Raises _Anew when some changes are not signed."""
    forged = False
    for delivery in deliveries:
        places = [place for seal in delivery.seals for place in seal.result()]
        delivery.seals.clear()
        delivery.refuse(places, "signature")
        forged = forged or bool(places)
    if forged:
        raise _Anew


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
        standings.extend(_stands(connection, team, heard, now))
        return [note for standing in standings for note in standing.notes]

    changes = [change for delivery in heard for change in delivery.changes]
    head, results = ingest.ingest(connection, team, changes, now, closing)
    remaining = iter(results)
    for delivery, standing in zip(heard, standings, strict=True):
        own = list(islice(remaining, len(delivery.changes)))
        outcomes[delivery] = Outcome(results=own, seq=standing.seq, prefix=standing.prefix)
    return Stored(head, audit.head(connection, team), outcomes)


def _stands(connection: Db, team: str, heard: Sequence[Delivery], now: datetime) -> list[Standing]:
    """Locks the devices and writes where each stands now.

    Raises _Anew when one was barred since it came in, Outdated when an order came since.
    """
    ids = sorted({delivery.device.id for delivery in heard})
    stored = {row[0]: tuple(row) for row in connection.execute(LOCK, (team, ids))} if ids else {}
    for delivery in heard:
        ruling = delivery.device.ruling
        row = stored.get(delivery.device.id)
        if row is not None and row[-2:] != (ruling.mark if ruling else (0, 0)):
            raise Outdated
        state = "revoked" if row is None else row[1] if ruling is None else delivery.device.state
        delivery.refused = None if state in DELIVERS else state
    if any(delivery.refused for delivery in heard):
        raise _Anew
    standings = []
    for delivery in heard:
        standing = _stand(connection, team, delivery, stored[delivery.device.id], now)
        stored[delivery.device.id] = standing.row
        standings.append(standing)
    return standings


def _stand(connection: Db, team: str, delivery: Delivery, row: Sequence[Any], now: datetime) -> Standing:
    """What the server remembers of the device after this push: its receipt, its folios, its audit's head."""
    id_, state, prefix, last, last_ids, audit_n, chain, before, saved, *mark = row
    ids = [change.id for change in delivery.changes if change.id]
    sent_ids = {*ids, *delivery.before}
    laptop_receipt = last if delivery.receipt is None else delivery.receipt
    # Its last answers were lost or are on their way: it tells what was in those batches. Another cannot.
    same = laptop_receipt >= last - wire.MAX_IN_FLIGHT and (
        not sent_ids or not last_ids or not sent_ids.isdisjoint(last_ids)
    )
    notes: list[ingest.Note] = []
    new_prefix = None
    if laptop_receipt < last and not same:
        prefix = new_prefix = _new_prefix(connection, team)
        notes.append((id_, "device_image", id_))
    if (head := _audit_head(delivery.audit)) is not None:
        n, value, confirmed = head
        if n < audit_n or (chain is not None and confirmed not in (chain, before)):
            notes.append((id_, "device_audit_altered", id_))
        audit_n, chain, before = n, value, confirmed
    seq = max(last, laptop_receipt) + 1
    met = [*dict.fromkeys([*ids[: wire.TOLD], *delivery.before[: wire.TOLD], *last_ids])][:REMEMBERED]
    reach = _saved(delivery.saved, saved)
    state_now = (prefix, seq, met, audit_n, chain, before)
    connection.execute(
        STAND, (*state_now, reach and orjson.dumps(reach).decode(), instants.iso(now), team, id_)
    )
    return Standing((id_, state, *state_now, reach or saved, *mark), seq, new_prefix, tuple(notes))


def _saved(value: Any, former: Any) -> list[Any] | None:
    """How far the laptop says it saved, [n, chain, changes not sent], when that is further than ever before."""
    reach = fresco.how_far(value)
    return reach if reach and (not former or reach[0] > former[0]) else None


def _ids(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return [id_ for id_ in listed if isinstance(id_, str) and check.ID(id_)]


def _audit_head(member: Mapping[str, Any] | None) -> tuple[int, str, str | None] | None:
    if member is None:
        return None
    n, chain, confirmed = member.get("n"), member.get("chain"), member.get("at_known")
    if type(n) is not int or not 0 <= n < TOO_FAR or not isinstance(chain, str) or len(chain) > 64:
        return None
    return n, chain, confirmed if isinstance(confirmed, str) and len(confirmed) <= 64 else None


def _new_prefix(connection: Db, team: str) -> str:
    while True:
        prefix = "".join(secrets.choice(folio.CROCKFORD) for _ in range(folio.PREFIX))
        row = connection.execute(PREFIX_TAKEN, (team, prefix)).fetchone()
        if row and not row[0]:
            return prefix


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

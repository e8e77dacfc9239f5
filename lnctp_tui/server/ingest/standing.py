"""Where a laptop stands after a push: its receipt, its folios, its audit's head, how far it saved."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.values import folio
from lnctp_tui.server.ingest import ingest
from lnctp_tui.server.ingest.delivery import TOO_FAR, Anew, Delivery
from lnctp_tui.server.postgres.database import MARKED, Db, Outdated
from lnctp_tui.storage import instants
from lnctp_tui.sync import fresco, wire

LOCK = f"""SELECT d.id, d.state, d.folio_prefix, d.receipt, d.receipt_ids, d.audit_n,
    d.audit_chain, d.audit_before, d.saved, {MARKED}
  FROM devices d LEFT JOIN control_counter c ON c.team = d.team
  WHERE d.team = %s AND d.id = ANY(%s) ORDER BY d.id FOR UPDATE OF d"""
STAND = """UPDATE devices SET folio_prefix = %s, receipt = %s, receipt_ids = %s, audit_n = %s, audit_chain = %s,
  audit_before = %s, saved = coalesce(%s::jsonb, saved), seen_at = %s WHERE team = %s AND id = %s"""
PREFIX_TAKEN = "SELECT EXISTS (SELECT FROM devices WHERE team = %s AND folio_prefix = %s)"
REMEMBERED = 3 * wire.TOLD
"""Ids of what came last from a laptop, and of what it said is coming."""
DELIVERS = ("active", "upload_only", "seal")
"""States in which a laptop still delivers."""


class Standing(NamedTuple):
    """What the server remembers of a device after a push."""

    row: tuple[Any, ...]
    """As LOCK reads it."""
    seq: int
    """Of the receipt."""
    prefix: str | None
    """A new folio prefix: the laptop is an image or a clone."""
    notes: tuple[ingest.Note, ...]


def stands(connection: Db, team: str, heard: Sequence[Delivery], now: datetime) -> list[Standing]:
    """Locks the devices and writes where each stands now.

    Raises Anew when one was barred since it came in, Outdated when an order came since.
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
        raise Anew
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
        if row and not row[0] and prefix != mark.FOLIOS:
            return prefix

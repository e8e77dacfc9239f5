"""The quarantine as supervisors work on it: what waits, let in after all, or left out."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check, ingest, push
from lnctp_tui.server.ingest.incoming import arrived
from lnctp_tui.server.postgres.database import READ, SERVE, Db, Pool, find_device, transaction
from lnctp_tui.storage import instants

WAITING = """SELECT q.id, q.reason, q."table", q."row", q.scope, c.folio, q.person, p.name, q.device, q.received_at
  FROM quarantine q LEFT JOIN people p ON p.team = q.team AND p.id = q.person
  LEFT JOIN data.cases c ON c.of_team = q.team AND c.id = q.scope
  WHERE q.team = %s AND q.state = 'open' ORDER BY q.received_at, q.id LIMIT %s"""
MEMBERS = ("id", "reason", "table", "row", "case", "folio", "person", "name", "device", "at")
MOST = 500
"""Of the queue in one answer; the oldest come first."""
ONE = "SELECT content, device FROM quarantine WHERE team = %s AND id = %s AND state = 'open'"
DISMISS = """UPDATE quarantine SET state = 'dismissed', decided_at = %s, decided_by = %s, decided_why = %s
  WHERE team = %s AND id = %s AND state = 'open'"""


def waiting(database: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """The queue, without content: what waits, whose it is, and why. Raises Declined `forbidden`."""
    _led(device)
    with transaction(database, device, READ) as connection:
        rows = connection.execute(WAITING, (device.team, MOST)).fetchall()
    return {"quarantine": [dict(zip(MEMBERS, row, strict=True)) for row in rows]}


def dismiss(database: Pool | Db, device: DeviceRow, id_: str, now: datetime, why: str) -> dict[str, Any]:
    """Leaves a change out for good; it stays stored. The reason goes into the audit chain too.

    Raises Declined `forbidden`, `not_found`.
    """
    _led(device)
    with transaction(database, device.team, SERVE) as connection:
        if not connection.execute(ONE, (device.team, id_)).fetchone():
            raise Declined("not_found")
        connection.execute(DISMISS, (instants.iso(now), device.person, why, device.team, id_))
        audit.note(connection, device.team, now, device.person, f"dismiss:{why}", id_)
    return {"status": "dismissed"}


def release(database: Pool | Db, device: DeviceRow, id_: str, now: datetime) -> dict[str, Any]:
    """Lets a change in: whose case it is no longer matters, everything else is checked again.

    Answers `accepted` or `known` with its number, `refused` with the reason that still stands. Raises
    Declined `forbidden`, `not_found`.
    """
    _led(device)
    team = device.team
    with transaction(database, team, SERVE) as connection:
        row = connection.execute(ONE, (team, id_)).fetchone()
        if not row:
            raise Declined("not_found")
        raw = _read(row[0])
        named = raw.get("device") if isinstance(raw, dict) else None
        writers = push.writers_of(connection, device, [named]) if isinstance(named, str) else {}
        writer = writers.get(named) if isinstance(named, str) else None
        deliverer = find_device(connection, row[1]) or device
        change = arrived(raw, deliverer, writer, check.flaw(raw, writer), trusted=True)
        status, n, reason = "refused", None, change.reason
        if reason is None:
            notes = [(device.person, "release", id_)]
            ingested = ingest.ingest(connection, team, [change], now, lambda: notes)
            _, status, n, _, reason = ingested.results[0]
    return {"status": status, "n": n, "reason": reason}


def _read(content: str | bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # deeper than is read: what is kept so stays out
        return None


def _led(device: DeviceRow) -> None:
    if device.role != "supervisor":
        raise Declined("forbidden")

"""What could not enter the log is kept whole, with its reason, in the quarantine. It blocks nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Json

from lnctp_tui.server.ingest import check
from lnctp_tui.server.ingest.incoming import IncomingChange
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

ADD = """INSERT INTO quarantine (team, id, reason, state, device, person, "table", "row", scope, received_at, content)
  SELECT %s, id, reason, 'open', device, person, "table", "row", scope, %s, decode(content, 'base64')
  FROM json_to_recordset(%s) AS k(id text, reason text, device text, person text, "table" text, "row" text,
    scope text, content text)
  ON CONFLICT (team, id) DO UPDATE SET reason = excluded.reason, content = excluded.content
  WHERE quarantine.device = excluded.device AND quarantine.state = 'open'"""
REMOVE = "DELETE FROM quarantine WHERE team = %s AND id = ANY(%s)"


def add(connection: Db, team: str, refused: Sequence[tuple[IncomingChange, str]], now: datetime) -> None:
    """Stores refused changes with their reasons. One that comes again, from the same device, is stored once."""
    if not refused:
        return
    row_of_id = {row["id"]: row for row in (_row(change, reason) for change, reason in refused)}
    connection.execute(
        ADD, (team, instants.iso(now), Json(sorted(row_of_id.values(), key=lambda row: str(row["id"]))))
    )


def remove(connection: Db, team: str, ids: Iterable[str]) -> None:
    """Lets go of changes that entered the log after all."""
    connection.execute(REMOVE, (team, list(ids)))


def _row(change: IncomingChange, reason: str) -> dict[str, Any]:
    content = check.preserved(change.raw)
    # An id that is none, or that stands for another change in the log, names nothing: the content does.
    named = change.id if change.id and reason != "id" else f"x{hashlib.sha256(content).hexdigest()[:35]}"
    row = {
        "id": named,
        "reason": reason,
        "device": change.device.id,
        "person": change.device.person,
        "content": base64.b64encode(content).decode(),
    }
    if reason in check.PLACED:
        row |= {"table": change.raw["table"], "row": change.raw["row"], "scope": wire.scope_of(change.raw)}
    return row

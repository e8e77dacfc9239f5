"""What could not enter the log is kept whole, with its reason, in the quarantine. It blocks nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Json

from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

if TYPE_CHECKING:
    from lnctp_tui.server.ingest.ingest import Coming

KEEP = """INSERT INTO quarantine (team, id, reason, state, device, person, "table", "row", scope, received_at, content)
  SELECT %s, id, reason, 'open', device, person, "table", "row", scope, %s, decode(content, 'base64')
  FROM json_to_recordset(%s) AS k(id text, reason text, device text, person text, "table" text, "row" text,
    scope text, content text)
  ON CONFLICT (team, id) DO UPDATE SET reason = excluded.reason, content = excluded.content
  WHERE quarantine.device = excluded.device AND quarantine.state = 'open'"""
FORGET = "DELETE FROM quarantine WHERE team = %s AND id = ANY(%s)"


def keep(connection: Db, team: str, refused: Sequence[Coming], now: datetime) -> None:
    """Stores refused changes. One that comes again, from the same device, is stored once."""
    if not refused:
        return
    kept = {row["id"]: row for row in map(_row, refused)}
    connection.execute(
        KEEP, (team, instants.iso(now), Json(sorted(kept.values(), key=lambda row: str(row["id"]))))
    )


def forget(connection: Db, team: str, ids: Iterable[str]) -> None:
    """Lets go of changes that entered the log after all."""
    connection.execute(FORGET, (team, list(ids)))


def _row(each: Coming) -> dict[str, Any]:
    content = check.preserved(each.raw)
    # An id that is none, or that stands for another change in the log, names nothing: the content does.
    named = each.id if each.id and each.reason != "id" else f"x{hashlib.sha256(content).hexdigest()[:35]}"
    row = {
        "id": named,
        "reason": each.reason,
        "device": each.device.id,
        "person": each.device.person,
        "content": base64.b64encode(content).decode(),
    }
    if each.reason in check.PLACED:
        row |= {"table": each.raw["table"], "row": each.raw["row"], "scope": wire.scope_of(each.raw)}
    return row

"""Entries of the log, as they are numbered and stored by `append` (migrations/server)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from psycopg.types.json import Json

from lnctp_tui.server.ingest import cursors, staging
from lnctp_tui.server.postgres.database import IDS, Db, lines
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync.wire import Cursor

APPEND = f"SELECT first, head, head_chain FROM append(%s, {IDS}, {IDS}, %s)"
MEMBERS = (
    "kind", "id", "hash", "device", "actor", "hlc", "placed", "table", "row", "case", "base", "patch", "size", "schema",
    "sig", "received_at", "person", "scope", "reason", "data", "joins", "salt",
)  # fmt: skip
Entry = dict[str, Any]
"""Its members by name; the patch as JSON."""


def event(
    kind: str,
    now: datetime,
    scope: str,
    *,
    person: str | None = None,
    reason: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> Entry:
    """A grant, revoke, erase or offer. `person` is to whom it is addressed; an erasure is for everybody."""
    content = {"kind": kind, "scope": scope, "person": person, "reason": reason, "data": data}
    return content | {
        "id": ids.new_id(),
        "hash": hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        "received_at": instants.iso(now),
        "size": 0,
        "joins": False,
    }


def written(entries: Sequence[Entry]) -> staging.Written | None:
    """Many entries as COPY reads them, None when they are too few for it."""
    if len(entries) < staging.FROM:
        return None
    content = staging.pieces(MEMBERS, entries)
    return content._replace(pieces=[*content.pieces])


def stage(connection: Db, content: staging.Written) -> None:
    """Brings what `written` made to where `append` finds it. The connection must be in no pipeline."""
    staging.fill(connection, "log", MEMBERS, content, "arriving")


def append(
    connection: Db, team: str, entries: Sequence[Entry], *, staged: bool = False
) -> tuple[int, Cursor]:
    """Numbers and stores entries, in their order: the first's number, and where the log then ends.

    Locks the log's counter until the commit: the last statement of a transaction. Many entries are to be `staged`
    before it, or the connection must be in no pipeline.
    """
    if not entries:
        return 0, cursors.head(connection, team)
    if not staged and (content := written(entries)) is not None:
        stage(connection, content)
        staged = True
    ids, hashes = (lines(entry[name] for entry in entries) for name in ("id", "hash"))
    content_json = None if staged else Json([_unread(entry) for entry in entries])
    row = connection.execute(APPEND, (team, ids, hashes, content_json)).fetchone()
    assert row is not None
    return row[0], Cursor(row[1], row[2])


def _unread(entry: Entry) -> Entry:
    patch = entry.get("patch")
    return entry if patch is None else entry | {"patch": orjson.Fragment(patch)}

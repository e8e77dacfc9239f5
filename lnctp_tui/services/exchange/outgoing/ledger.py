"""The log of files that left: written before the first byte, closed before the file has its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import SQLModel

from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.models import Export
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import audit
from lnctp_tui.storage.database.session import Store

EXPORTS = SQLModel.metadata.tables[str(Export.__tablename__)]


@dataclass(frozen=True)
class Intent:
    """What is about to leave, to whom and why."""

    recipient: Recipient
    reason: str
    format: str
    version: str
    fields: Sequence[str]


def begin(store: Store, intent: Intent, case_ids: Sequence[str], folios: list[str]) -> str:
    """Note the export and, in the chain of views, each case of it; the export's id. Raises StorageFailed.

    `folios` is empty afterwards: of a hundred thousand cases they need not stay in memory.
    """
    export = ids.new_id()
    with store.write() as unit:
        values = {
            "id": export, "at": instants.iso(unit.now), "by": store.author.actor, "recipient": intent.recipient.name,
            "recipient_id": intent.recipient.provider_id, "reason": intent.reason, "format": intent.format,
            "version": intent.version, "folios": folios, "fields": list(intent.fields), "state": "begun",
        }  # fmt: skip
        unit.connection.execute(insert(EXPORTS), values)
        folios.clear()
        audit.note_all(
            unit.connection, unit.now, store.author.actor, f"export.{intent.format}", [export, *case_ids]
        )
    return export


def end(store: Store, export: str, state: str, rows: int | None = None, sha256: str | None = None) -> None:
    """Note what became of it."""
    with store.write() as unit:
        values: dict[str, Any] = {"state": state, "ended_at": instants.iso(unit.now)}
        values |= {} if sha256 is None else {"rows": rows, "sha256": sha256}
        unit.connection.execute(update(EXPORTS).where(EXPORTS.c.id == export).values(values))


def listed(store: Store, limit: int) -> list[dict[str, Any]]:
    """What left, the newest first."""
    with store.read() as connection:
        query = select(EXPORTS).order_by(EXPORTS.c.at.desc(), EXPORTS.c.id.desc()).limit(limit)
        return [dict(row) for row in connection.execute(query).mappings()]

"""Search as typed: a whole folio or number on top, then words, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from lnctp_tui.services.case import offline_lockout
from lnctp_tui.storage.database import search as index
from lnctp_tui.storage.database.session import Store


@dataclass(frozen=True)
class Hit:
    """One found case, or a contact without a case."""

    case_id: str | None
    contact_id: str | None
    folio: str | None
    opened_at: str
    line: str
    why: str
    """`exact` for a whole folio, phone or handle; `text` for words."""


def search(store: Store, typed: str, limit: int = 50) -> list[Hit]:
    """Hits for what was typed, at most `limit`."""
    with store.read() as connection:
        results = index.find(connection, typed, limit)
        limit_at = offline_lockout.since(connection, store.now())
        if limit_at is not None:
            results = [result for result in results if result.at >= limit_at]
    return [_hit(result) for result in results]


def _hit(result: index.Found) -> Hit:
    case, contact = (result.id, None) if result.is_case else (None, result.id)
    return Hit(case, contact, result.folio, result.at, result.line, "exact" if result.exact else "text")

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
        found = index.find(connection, typed, limit)
        limit_at = offline_lockout.since(connection, store.now())
        if limit_at is not None:
            found = [each for each in found if each.at >= limit_at]
    return [_hit(each) for each in found]


def _hit(found: index.Found) -> Hit:
    case, contact = (found.id, None) if found.is_case else (None, found.id)
    return Hit(case, contact, found.folio, found.at, found.line, "exact" if found.exact else "text")

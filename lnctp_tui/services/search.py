"""Search as typed: a whole folio or number on top, then words, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from lnctp_tui.services.cases import CASES, CONTACTS, lines
from lnctp_tui.storage import search as index
from lnctp_tui.storage.session import Store


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
        cases = _cases(connection, [hit.id for hit in found if hit.is_case])
        calls = _calls(connection, [hit.id for hit in found if not hit.is_case])
    known = cases | calls
    return [_why(known[hit.id], hit.exact) for hit in found if hit.id in known]


def _why(hit: Hit, exact: bool) -> Hit:
    return Hit(hit.case_id, hit.contact_id, hit.folio, hit.opened_at, hit.line, "exact" if exact else "text")


def _cases(connection: Connection, ids: list[str]) -> dict[str, Hit]:
    rows = connection.execute(
        select(CASES).where(CASES.c.id.in_(ids), CASES.c.erased_at.is_(None))
    ).mappings()
    return {
        line.id: Hit(line.id, None, line.folio, line.opened_at or "", line.summary, "text")
        for line in lines(connection, list(rows))
    }


def _calls(connection: Connection, ids: list[str]) -> dict[str, Hit]:
    columns = (CONTACTS.c.id, CONTACTS.c.started_at, CONTACTS.c.narrative)
    rows = connection.execute(select(*columns).where(CONTACTS.c.id.in_(ids))) if ids else ()
    return {
        each.id: Hit(
            None, each.id, None, each.started_at or "", " ".join((each.narrative or "").split())[:120], "text"
        )
        for each in rows
    }

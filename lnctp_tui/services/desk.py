"""The desk: what needs somebody now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case as when
from sqlalchemy import select

from lnctp_tui.services.calls import UnfinishedCall, unfinished
from lnctp_tui.services.cases import CASES, CaseLine, lines
from lnctp_tui.storage.session import Store

URGENCY = ("emergency", "urgent_24h", "priority", "follow_up", "information")
"""Most urgent first (docs/protocol.md, triage)."""
OPEN = ("open", "follow_up")


@dataclass(frozen=True)
class DeskView:
    cases: list[CaseLine]
    """Open cases by urgency, then age, oldest first."""
    unfinished: list[UnfinishedCall]


def desk(store: Store, limit: int = 50, offset: int = 0) -> DeskView:
    """One page of the desk."""
    rank = when(
        {level: place for place, level in enumerate(URGENCY)}, value=CASES.c.triage, else_=len(URGENCY)
    )
    query = (
        select(CASES)
        .where(CASES.c.status.in_(OPEN), CASES.c.erased_at.is_(None))
        .order_by(rank, CASES.c.opened_at, CASES.c.id)
        .limit(limit)
        .offset(offset)
    )
    with store.read() as connection:
        found = lines(connection, list(connection.execute(query).mappings()))
    return DeskView(found, unfinished(store))

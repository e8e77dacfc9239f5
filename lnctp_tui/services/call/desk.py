"""The desk: what needs somebody now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import ColumnElement, Table, and_, exists, func, or_, select
from sqlalchemy import case as when

from lnctp_tui.domain.assess.safety import ABOUT_A_VICTIM
from lnctp_tui.services.call.calls import UnfinishedCall, unfinished
from lnctp_tui.services.call.intake import DECIDED
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.case.cases import CASES, CONTACTS, OPEN, PEOPLE, CaseLine, lines
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store

UNASSESSED = ""
"""The level of a case of which nobody asked yet how urgent it is."""
EMERGENCY = "emergency"
URGENCY = (EMERGENCY, "urgent_24h", "priority", UNASSESSED, "follow_up", "information")
"""Most urgent first (docs/protocol.md, triage). What is not known goes before what can wait."""
JUST_NOW = timedelta(hours=72)
"""A case that nobody has judged stands over those that were judged to have time, as long as it is as new as this."""


@dataclass(frozen=True)
class DeskView:
    cases: list[CaseLine]
    """Open cases by urgency; emergencies by their last contact, newest first, the others oldest first."""
    unfinished: list[UnfinishedCall]


def desk(store: Store, limit: int = 50, offset: int = 0) -> DeskView:
    """One page of the desk."""
    level = when((_unassessed(), UNASSESSED), else_=CASES.c.triage)
    known = when({code: place for place, code in enumerate(URGENCY)}, value=level, else_=len(URGENCY))
    since = instants.iso(store.now() - JUST_NOW)
    rank = when((and_(_unassessed(), CASES.c.opened_at >= since), URGENCY.index("priority")), else_=known)
    unjudged = when((_unassessed(), 0), else_=1)
    query = (
        select(CASES, level.label("level"))
        .where(CASES.c.status.in_(OPEN), CASES.c.erased_at.is_(None))
        .order_by(rank, unjudged, _last_contact().desc(), CASES.c.opened_at, CASES.c.id)
        .limit(limit)
        .offset(offset)
    )
    with store.read() as connection:
        query = query.where(offline_lockout.shown(connection, store.now()))
        rows = list(connection.execute(query).mappings())
        case_lines = lines(connection, rows)
    levels = [row["level"] if row["level"] in URGENCY else None for row in rows]
    page = [replace(line, triage=level) for line, level in zip(case_lines, levels, strict=True)]
    return DeskView(page, unfinished(store))


def _last_contact() -> ColumnElement[str | None]:
    """Of an emergency when somebody last called: the one of a minute ago is still on the line."""
    last = select(func.max(CONTACTS.c.started_at)).where(
        CONTACTS.c.case_id == CASES.c.id, CONTACTS.c.erased_at.is_(None)
    )
    return when((CASES.c.triage == EMERGENCY, func.coalesce(last.scalar_subquery(), CASES.c.opened_at)))


def _unassessed() -> ColumnElement[bool]:
    """No level yet; or an earlier version's "information" about a victim whom nobody wrote down.

    Whatever a counselor decided, the level or the class, stands.
    """

    def has(table: Table, column: str, values: tuple[str, ...]) -> ColumnElement[bool]:
        mine = (table.c.case_id == CASES.c.id, table.c.erased_at.is_(None), table.c[column].in_(values))
        return exists().where(*mine)

    silent = and_(
        CASES.c.triage == "information",
        CASES.c.report_class.is_(None),
        when(
            (func.json_valid(CASES.c.answers) == 1, func.json_extract(CASES.c.answers, f'$."{DECIDED}"'))
        ).is_(None),
        has(CONTACTS, "kind", ABOUT_A_VICTIM),
        ~has(PEOPLE, "role", ("victim", "group")),
    )
    return or_(CASES.c.triage.is_(None), silent)

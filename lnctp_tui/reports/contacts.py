"""How many contacts there were: by month on the Line's clock, and kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, String, Table, and_, column, func, select, values

from lnctp_tui.models import SYNCED

CONTACTS: Final[Table] = SYNCED["contacts"].__table__  # type: ignore[attr-defined]
HOUR = 13
"""Characters of an instant up to its hour: as exact as the analysts' view is, and of one length, so that every
collation orders them alike."""


class Month(NamedTuple):
    """A month, and the hours in UTC between which it lay: from `start` on, before `end`."""

    label: str
    """`2026-02`."""
    start: str
    end: str


class Count(NamedTuple):
    month: str
    kind: str | None
    """None when nobody said."""
    contacts: int


def months(first: date, last: date, zone: str) -> list[Month]:
    """The months from the one of `first` to the one of `last`, on the clocks of `zone`."""
    start, spans = first.replace(day=1), []
    while start <= last:
        following = (start + timedelta(days=31)).replace(day=1)
        spans.append(Month(start.isoformat()[:7], _hour(start, zone), _hour(following, zone)))
        start = following
    return spans


def _hour(day: date, zone: str) -> str:
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return midnight.astimezone(UTC).isoformat()[:HOUR]


def by_month_and_kind(spans: Sequence[Month], team: str | None = None) -> Select[tuple[str, str | None, int]]:
    """The question. `team` on the server, where those of several stand together."""
    span = (
        values(*(column(name, String) for name in Month._fields), name="spans")
        .data([tuple(month) for month in spans])
        .cte("spans")
    )
    hour = func.substr(CONTACTS.c.started_at, 1, HOUR)
    question = (
        select(span.c.label, CONTACTS.c.kind, func.count())
        .select_from(span.join(CONTACTS, and_(hour >= span.c.start, hour < span.c.end)))
        .where(CONTACTS.c.direction.is_distinct_from("out"))  # what the Line calls is no report
        .group_by(span.c.label, CONTACTS.c.kind)
    )
    return question if team is None else question.where(column("of_team", String) == team)


def count(
    connection: Connection, spans: Sequence[Month], team: str | None = None, schema: str | None = None
) -> list[Count]:
    """The answer, by month and code. `schema` is where the tables stand on the server."""
    if not spans:
        return []
    question = by_month_and_kind(spans, team).execution_options(schema_translate_map={None: schema})
    rows = map(Count._make, connection.execute(question))
    return sorted(rows, key=lambda row: (row.month, row.kind or ""))

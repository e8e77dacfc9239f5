"""The reports that alerts are made of, as the team's records have them now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from lnctp_tui.domain.alerts.reports import (
    CLASSES,
    FOREIGN,
    NO_ORIGIN,
    UNLISTED,
    Report,
    monday,
    once,
)
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.units import NO_REPORT, roots
from lnctp_tui.domain.values import moments
from lnctp_tui.server.postgres.database import Db, lines
from lnctp_tui.storage import instants
from lnctp_tui.storage.protocol import protocol_loader

ZONE: Final = "America/Mexico_City"
"""On whose clock a report has its day."""
NOWHERE: Final = ("", "no_identificado", "unknown", "refused")
SAID_OF: Final = ("victim", "group")
SAID: Final = ("venue", "hooking_method", "platform", "modality")
"""Catalogs of what is counted, in the order in which a report has them; all but the first are answers."""

MERGED = """SELECT c.id, c.merged_into FROM data.cases c
  JOIN data.cases m ON m.of_team = c.of_team AND m.id = c.merged_into AND m.erased_at IS NULL
  WHERE c.of_team = %(team)s AND c.erased_at IS NULL"""
"""A merge into a case that is not there, or was erased, ends where it stands: as in the report (reports.roots)."""
ROOT = "LEFT JOIN unnest(%(merged)s::text[], %(roots)s::text[]) AS m(id, root) ON m.id = {0}.case_id"
REPORTS = f"""WITH incoming AS (
    SELECT coalesce(m.root, k.case_id) AS case_id, k.id, k.started_at, k.country, k.state,
      (k.kind IS NULL OR k.kind <> ALL(%(no_report)s)) AS counts
    FROM data.contacts k {ROOT.format("k")}
    WHERE k.of_team = %(team)s AND k.erased_at IS NULL AND k.direction IS DISTINCT FROM 'out'),
  firsts AS (
    SELECT case_id, bool_or(counts) AS counts, min(started_at COLLATE "C") FILTER (WHERE counts) AS at
    FROM incoming GROUP BY case_id),
  chosen AS (
    SELECT c.id, coalesce(f.at, c.opened_at) AS at, f.at IS NOT NULL AS by_contact
    FROM data.cases c LEFT JOIN firsts f ON f.case_id = c.id
    WHERE c.of_team = %(team)s AND c.erased_at IS NULL AND c.report_class = ANY(%(classes)s)
      AND coalesce(f.counts, true) AND NOT c.id = ANY(%(merged)s)
      AND coalesce(f.at, c.opened_at) COLLATE "C" >= %(since)s
      AND coalesce(f.at, c.opened_at) COLLATE "C" < %(until)s)
  SELECT h.id, h.at, i.country, i.state FROM chosen h
  LEFT JOIN incoming i ON h.by_contact AND i.counts AND i.case_id = h.id AND i.started_at = h.at
  ORDER BY h.id, i.id"""
"""Cases and risk situations by the first contact that is a report; those without an incoming one by their opening."""
OF_THESE = (
    "JOIN unnest(string_to_array(%(ids)s::text, E'\\n')) AS w(id) ON w.id = coalesce(m.root, t.case_id)"
)
PLACES = f"""SELECT DISTINCT w.id, t.venue FROM data.places t {ROOT.format("t")} {OF_THESE}
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.venue <> ''"""
PEOPLE = f"""SELECT w.id, t.answers FROM data.people t {ROOT.format("t")} {OF_THESE}
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.role = ANY(%(said_of)s)"""
LINKS = f"""SELECT DISTINCT coalesce(m.root, t.case_id), coalesce(o.root, t.other_id) FROM data.links t
  {ROOT.format("t")} LEFT JOIN unnest(%(merged)s::text[], %(roots)s::text[]) AS o(id, root) ON o.id = t.other_id
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.state = 'confirmed'"""

Says = dict[str, set[str]]
"""Name of SAID → codes."""


class _First(NamedTuple):
    day: date
    origin: str


def read(connection: Db, team: str, first: int, last: int) -> list[Report]:
    """The reports of the weeks `first` to `last`, linked ones once. Duty `serve`."""
    merged = roots(dict(connection.execute(MERGED, {"team": team}).fetchall()))
    values: dict[str, Any] = {
        "team": team, "merged": list(merged), "roots": list(merged.values()), "no_report": sorted(NO_REPORT),
        "classes": list(CLASSES), "said_of": list(SAID_OF), "since": _begin(first), "until": _begin(last + 1),
    }  # fmt: skip
    local, firsts = _days(), dict[str, _First]()
    # Behind policies the planner takes tables for small, and would compare each row with each merged case.
    connection.execute("SET LOCAL enable_nestloop = off")
    for case_id, at, country, state in connection.execute(REPORTS, values):
        if case_id not in firsts and (day := local(at)) is not None:
            firsts[case_id] = _First(day, _origin(country, state))
    values["ids"] = lines(firsts)
    codes = _said(connection, values)
    links = connection.execute(LINKS, values).fetchall()
    connection.execute("SET LOCAL enable_nestloop = on")
    none: Says = {}
    return once(
        (
            Report(
                case_id, day, origin, *(frozenset(codes.get(case_id, none).get(name, ())) for name in SAID)
            )
            for case_id, (day, origin) in firsts.items()
        ),
        links,
    )


def _said(connection: Db, values: Mapping[str, Any]) -> dict[str, Says]:
    """Case → what it and its victims and groups say, by name of SAID."""
    codes: dict[str, Says] = defaultdict(lambda: defaultdict(set))
    listed, places = _known()["venue"], _Places()
    for case_id, venue in connection.execute(PLACES, values):
        codes[case_id]["venue"].add(venue if venue in listed else UNLISTED)
    for case_id, answers in connection.execute(PEOPLE, values):
        for answer, value in (answers or {}).items():
            if value == "yes" and (place := places[answer]) is not None:
                codes[case_id][place[0]].add(place[1])
    return codes


class _Places(dict[str, tuple[str, str] | None]):
    """Answer → name and code of what it says here, each read once; None for what is none of SAID."""

    def __missing__(self, answer: str) -> tuple[str, str] | None:
        name, _, code = answer.partition(".")
        self[answer] = (name, code if code in _known()[name] else UNLISTED) if name in SAID[1:] else None
        return self[answer]


@cache
def protocol() -> Protocol:
    """The program's own catalogs; reading them takes a third of a second, once."""
    return protocol_loader.load()


@cache
def _known() -> dict[str, frozenset[str]]:
    """The codes of the catalogs, those that went too."""
    catalogs = protocol().catalogs
    return {name: frozenset(catalogs[name].by_code) for name in ("state", *SAID)}


def _origin(country: str | None, state: str | None) -> str:
    """The state, FOREIGN for another country; empty where nobody knows."""
    if state in _known()["state"] and state not in NOWHERE:
        return str(state)
    return FOREIGN if country and country not in ("MX", "ZZ", *NOWHERE) else NO_ORIGIN


def _begin(week: int) -> str:
    """The instant at which a week begins."""
    midnight = datetime.combine(monday(week), time(), ZoneInfo(ZONE))
    return instants.iso(midnight.astimezone(UTC))[:19]


def _days() -> Callable[[str | None], date | None]:
    """Instant → its day on the Line's clock; None for what is no instant. An hour has one day, so each is read once."""
    hours: dict[str, date | None] = {}

    def local(at: str | None) -> date | None:
        hour = (at or "")[:13]
        if hour not in hours:
            moment = moments.instant(f"{hour}:00:00Z")
            hours[hour] = None if moment is None else moment.astimezone(ZoneInfo(ZONE)).date()
        return hours[hour]

    return local

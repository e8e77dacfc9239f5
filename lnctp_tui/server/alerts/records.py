"""The reports that alerts are made of, as the team's records have them now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
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
    roots,
)
from lnctp_tui.domain.values import moments
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants
from lnctp_tui.storage.protocol import protocol_loader

ZONE: Final = "America/Mexico_City"
"""On whose clock a report has its day."""
NO_REPORT: Final = ("silent", "hang_up", "prank", "wrong_number", "abusive", "test")
"""Kinds of contact that are no report."""
NOWHERE: Final = ("", "no_identificado", "unknown", "refused")
SAID_OF: Final = ("victim", "group")
ANSWERED: Final = ("hooking_method", "platform", "modality")

MERGED = """SELECT id, merged_into FROM data.cases
  WHERE of_team = %(team)s AND merged_into IS NOT NULL AND erased_at IS NULL"""
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
PLACES = f"""SELECT DISTINCT coalesce(m.root, t.case_id), t.venue FROM data.places t {ROOT.format("t")}
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.venue <> ''"""
PEOPLE = f"""SELECT coalesce(m.root, t.case_id), t.answers FROM data.people t {ROOT.format("t")}
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.role = ANY(%(said_of)s)"""
LINKS = f"""SELECT DISTINCT coalesce(m.root, t.case_id), coalesce(o.root, t.other_id) FROM data.links t
  {ROOT.format("t")} LEFT JOIN unnest(%(merged)s::text[], %(roots)s::text[]) AS o(id, root) ON o.id = t.other_id
  WHERE t.of_team = %(team)s AND t.erased_at IS NULL AND t.state = 'confirmed'"""

Says = dict[str, set[str]]


class _First(NamedTuple):
    day: date
    origin: str


def read(connection: Db, team: str, first: int, last: int) -> list[Report]:
    """The reports of the weeks `first` to `last`, linked ones once. Duty `serve`."""
    merged = roots(dict(connection.execute(MERGED, {"team": team}).fetchall()))
    values: dict[str, Any] = {
        "team": team, "merged": list(merged), "roots": list(merged.values()), "no_report": list(NO_REPORT),
        "classes": list(CLASSES), "said_of": list(SAID_OF), "since": _begin(first), "until": _begin(last + 1),
    }  # fmt: skip
    local, firsts = _days(), dict[str, _First]()
    for case_id, at, country, state in connection.execute(REPORTS, values):
        if case_id not in firsts and (day := local(at)) is not None:
            firsts[case_id] = _First(day, _origin(country, state))
    venues, answers = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    known = _known()
    for case_id, venue in connection.execute(PLACES, values):
        if case_id in firsts:
            venues[case_id].add(venue if venue in known["venue"] else UNLISTED)
    with connection.cursor() as rows:
        for case_id, of_person in rows.execute(PEOPLE, values):
            if case_id in firsts:
                answers[case_id].update(code for code, answer in (of_person or {}).items() if answer == "yes")
    links = connection.execute(LINKS, values).fetchall()
    return once(_reports(firsts, venues, answers), links)


def _reports(firsts: dict[str, _First], venues: Says, answers: Says) -> Iterable[Report]:
    known = _known()
    for case_id, (day, origin) in firsts.items():
        said: dict[str, set[str]] = {name: set() for name in ANSWERED}
        for answer in answers.get(case_id, ()):
            name, _, code = answer.partition(".")
            if name in said:
                said[name].add(code if code in known[name] else UNLISTED)
        methods, platforms, modalities = (frozenset(said[name]) for name in ANSWERED)
        yield Report(case_id, day, origin, frozenset(venues.get(case_id, ())), methods, platforms, modalities)


@cache
def _known() -> dict[str, frozenset[str]]:
    """The codes of the catalogs, those that went too."""
    catalogs = protocol_loader.load().catalogs
    return {name: frozenset(catalogs[name].by_code) for name in ("venue", "state", *ANSWERED)}


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

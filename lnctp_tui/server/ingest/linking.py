"""What an identifier that arrives has in common with the whole Line, and what of that is told to whom.

There is no question to ask: a box to ask in would tell a trafficker's friend whether a number is reported. What
somebody writes in a case of theirs is looked up once, a few times a day; whoever holds the case learns about how many
other cases there are, and nothing of them. What comes beyond that, supervision sees. Source: docs/synchronisation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from lnctp_tui.domain.links import keys
from lnctp_tui.domain.links.grade import MANY, STRONG, band
from lnctp_tui.domain.links.keys import Words
from lnctp_tui.server.ingest import log, rows
from lnctp_tui.server.ingest.log import Entry
from lnctp_tui.server.ingest.rows import Key
from lnctp_tui.server.postgres.database import IDS, Db, lines
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import link_keys
from lnctp_tui.storage.protocol import protocol_loader

A_DAY: Final = 30
"""Strong keys that are looked up in a day because one person wrote them."""
OVER: Final = "many"
"""Told instead of how many, when that is supervision's to see."""
NOBODY: Final = link_keys.NOBODY
DIALLED: Final = ("phone", "whatsapp")
TABLES: Final = frozenset(keys.TABLES) | {"provider_channels"}

Arrived = Mapping[Key, Sequence[Mapping[str, Any]]]
"""Record → all its changes, as they fold to its row."""
Authors = Mapping[Key, str]
"""Record → the person who just wrote it; of what a supervisor writes, who sees all cases, nobody."""

STOOD = f"""SELECT "row", key, asked FROM line_keys WHERE team = %s AND "row" = ANY({IDS})"""
DROP = f"""DELETE FROM line_keys WHERE team = %s AND "row" = ANY({IDS})"""
ADD = """INSERT INTO line_keys (team, key, case_id, "row", strength, asked)
  SELECT %s, k.key, k.case_id, k."row", k.strength, k.asked
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::smallint[], %s::boolean[])
    AS k(key, case_id, "row", strength, asked) ON CONFLICT DO NOTHING"""
TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 13))"
TODAY = "SELECT key FROM line_asked WHERE team = %s AND person = %s AND day = %s"
ASKED = """INSERT INTO line_asked (team, person, day, key, "row")
  SELECT %s, %s, %s, k.key, k."row" FROM unnest(%s::text[], %s::text[]) AS k(key, "row") ON CONFLICT DO NOTHING"""
PUBLIC = """EXISTS (SELECT FROM line_keys p WHERE p.team = k.team AND p.key = k.key AND p.case_id = '' AND (p.asked OR
  EXISTS (SELECT FROM data.provider_checks v
    JOIN data.provider_channels c ON c.of_team = v.of_team AND c.id = v.about_id
    WHERE v.of_team = p.team AND v.about_id = p."row" AND v.kind = 'verified' AND v.by_id <> c.proposed_by)))"""
"""Whether it is a provider's number: one that keeps the directory wrote it, or somebody else verified it."""
OTHERS = f"""SELECT k.case_id, array_agg(DISTINCT o.case_id)
  FROM line_keys k JOIN LATERAL (SELECT DISTINCT o.case_id FROM line_keys o
    WHERE o.team = k.team AND o.key = k.key AND o.case_id <> '' LIMIT {MANY + 1}) o ON true
  WHERE k.team = %s AND k.case_id = ANY(%s) AND k.strength = {STRONG} AND k.asked AND o.case_id <> k.case_id
    AND NOT {PUBLIC} AND {MANY} >= (SELECT count(*) FROM (SELECT DISTINCT m.case_id FROM line_keys m
      WHERE m.team = k.team AND m.key = k.key LIMIT {MANY + 1}) AS m)
  GROUP BY k.case_id"""
"""Of these cases the others that share a strong key that was looked up, is no provider's, and stands in few."""
HELD = "SELECT person, scope FROM access WHERE team = %s AND state = 'held' AND scope = ANY(%s)"
SUPERVISORS = "SELECT id FROM people WHERE team = %s AND role = 'supervisor' AND state = 'active'"
TOLD = "SELECT person, case_id, band FROM line_told WHERE team = %s AND case_id = ANY(%s)"
TELL = f"""INSERT INTO line_told (team, person, case_id, band)
  SELECT %s, p, c, b FROM unnest({IDS}, {IDS}, {IDS}) AS t(p, c, b)
  ON CONFLICT (team, person, case_id) DO UPDATE SET band = excluded.band"""

Note = tuple[str, str, str]
"""For the audit: actor, action, record."""


class LineKey(NamedTuple):
    """A key of a record of a case."""

    key: str
    case_id: str
    row: str
    strength: int


class Matched(NamedTuple):
    """What is told, as entries of the log addressed to persons, and noted in the audit."""

    entries: list[Entry]
    notes: list[Note]


class Told(NamedTuple):
    """What a person is told of a case of theirs."""

    person: str
    case_id: str
    band: str


@cache
def known() -> tuple[Words, frozenset[str]]:
    """What of the catalogs keys need, and the keys of national lines."""
    settings = link_keys.settings(protocol_loader.load())
    numbers = settings["hotlines"].values()
    return link_keys.words(settings), frozenset(key for number in numbers for key in keys.telephone(number))


def made(key: Key, row: Mapping[str, Any]) -> list[LineKey]:
    """The keys of a record as its row stands."""
    table, id_ = key
    if row.get("erased_at"):
        return []
    if table == "provider_channels":
        number = str(row.get("value") or "") if row.get("kind") in DIALLED else ""
        return [LineKey(text, NOBODY, id_, STRONG) for text in keys.telephone(number)]
    case_id = row.get("case_id")
    if not isinstance(case_id, str) or not case_id:
        return []
    words, lines_ = known()
    return [
        LineKey(entry.text, case_id, id_, entry.strength)
        for entry in keys.of_row(table, row, words)
        if entry.text not in lines_
    ]


def arrived(connection: Db, team: str, records: Arrived, authors: Authors, given: Iterable[tuple[str, str]],
            now: datetime) -> Matched:  # fmt: skip
    """Renews the keys of these records and looks up what is new of them.

    `given`: persons and scopes that they hold from this transaction on. Duty `serve`; the records are locked.
    """
    keyed = {key: changes for key, changes in records.items() if key[0] in TABLES}
    if not keyed:
        return Matched([], [])
    current = {key: rows.row_of(team, key[0], changes) if changes else {} for key, changes in keyed.items()}
    fresh = {key: made(key, row) for key, row in current.items()}
    certain = {row["id"] for row in current.values() if row and not row.get("drafted_by")}
    ids = lines(key[1] for key in keyed)
    stood = {(row, text): asked for row, text, asked in connection.execute(STOOD, (team, ids))}
    connection.execute(DROP, (team, ids))
    new = {
        key: [entry for entry in entries if (entry.row, entry.key) not in stood and entry.case_id != NOBODY]
        for key, entries in fresh.items()
    }
    allowed, over = _counted(connection, team, new, authors, now)
    entries = [entry for listed in fresh.values() for entry in listed]
    asked = [
        entry.row in certain if entry.case_id == NOBODY
        else stood.get((entry.row, entry.key), (entry.row, entry.key) in allowed)
        for entry in entries
    ]  # fmt: skip
    add(connection, team, entries, asked)
    cases = {entry.case_id for listed in new.values() for entry in listed if entry.strength == STRONG}
    return _told(connection, team, sorted(cases), over, set(given), now)


def add(connection: Db, team: str, entries: Sequence[LineKey], asked: Sequence[bool]) -> None:
    """Stores keys."""
    if entries:
        columns = [[*column] for column in zip(*entries, strict=True)]
        connection.execute(ADD, (team, *columns, [*asked]))


def _counted(
    connection: Db, team: str, new: Mapping[Key, Sequence[LineKey]], authors: Authors, now: datetime
) -> tuple[set[tuple[str, str]], dict[str, str]]:
    """Which of the strong keys are looked up (record, key), and a case of what is not → who wrote it, once a day."""
    by_person: dict[str, list[LineKey]] = {}
    allowed: set[tuple[str, str]] = set()
    for key, entries in new.items():
        strong = [entry for entry in entries if entry.strength == STRONG]
        if key in authors and strong:
            by_person.setdefault(authors[key], []).extend(strong)
        else:
            allowed |= {(entry.row, entry.key) for entry in strong}
    over: dict[str, str] = {}
    day = instants.iso(now)[:10]
    for person, listed in sorted(by_person.items()):
        connection.execute(TURN, (f"{team}\n{person}",))
        before = {key for (key,) in connection.execute(TODAY, (team, person, day))}
        asked = _within(listed, before)
        allowed |= {(entry.row, entry.key) for entry in listed if entry.key in asked}
        left = [entry for entry in listed if entry.key not in asked]
        if left and OVER not in before:
            over[left[0].case_id] = person
        wrote = {entry.key: entry.row for entry in reversed(listed) if entry.key in asked}
        wrote |= {OVER: ""} if left else {}
        connection.execute(ASKED, (team, person, day, [*wrote], [*wrote.values()]))
    return allowed, over


def _within(listed: Iterable[LineKey], before: Set[str]) -> set[str]:
    """What of a person's keys is looked up today; the same one again costs nothing."""
    asked = {*before} - {OVER}
    for entry in listed:
        if len(asked) < A_DAY:
            asked.add(entry.key)
    return asked


def _told(
    connection: Db,
    team: str,
    cases: Sequence[str],
    over: Mapping[str, str],
    given: Set[tuple[str, str]],
    now: datetime,
) -> Matched:
    others = {case: set(listed) for case, listed in connection.execute(OTHERS, (team, list(cases)))}
    wanted = bands(connection, team, others, given)
    supervisors = [person for (person,) in connection.execute(SUPERVISORS, (team,))] if over else []
    wanted += [Told(person, case, OVER) for case, author in over.items() for person in {author, *supervisors}]
    notes = [(author, "match.over", case) for case, author in over.items()]
    told = tell(connection, team, wanted, now)
    return Matched(told.entries, [*told.notes, *notes])


def bands(
    connection: Db, team: str, others: Mapping[str, set[str]], given: Set[tuple[str, str]] = frozenset()
) -> list[Told]:
    """For whoever holds a case, about how many others match that they do not hold themselves."""
    scopes = sorted({*others, *(case for listed in others.values() for case in listed)})
    held = {(person, scope) for person, scope in connection.execute(HELD, (team, scopes))} | given
    by_person: dict[str, set[str]] = {}
    for person, scope in held:
        by_person.setdefault(person, set()).add(scope)
    return [
        Told(person, case, about)
        for person, scopes_held in sorted(by_person.items())
        for case in sorted(scopes_held & others.keys())
        if (about := band(len(others[case] - scopes_held))) is not None
    ]


def tell(connection: Db, team: str, wanted: Sequence[Told], now: datetime) -> Matched:
    """Tells what was not told yet: an entry for each person and case, and a note without the number."""
    cases = sorted({entry.case_id for entry in wanted})
    rows = connection.execute(TOLD, (team, cases)) if cases else ()
    stood = {(person, case): said for person, case, said in rows}
    last = {(entry.person, entry.case_id): entry for entry in wanted}
    fresh = [entry for key, entry in last.items() if stood.get(key) != entry.band]
    if fresh:
        persons, of, said = zip(*fresh, strict=True)
        connection.execute(TELL, (team, lines(persons), lines(of), lines(said)))
    entries = [
        log.event("match", now, entry.case_id, person=entry.person, data={"band": entry.band})
        for entry in fresh
    ]
    return Matched(entries, [(entry.person, f"match:{entry.band}", entry.case_id) for entry in fresh])

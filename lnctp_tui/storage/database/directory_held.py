"""The index of the directory in memory, while nobody writes it: a search as typed reads nothing but its words.

What is held is what one reader saw at one count of writes; a later count brings the providers that were written since.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from lnctp_tui.domain.directory.eligible import Offer
from lnctp_tui.domain.directory.reliability import Tally
from lnctp_tui.domain.values.text import words
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.directory import ENTRY, FIELDS, WRITTEN, Catalogs, Entry, catalogs
from lnctp_tui.storage.database.prepared import Prepared

WHOLE_LINE: Final = "directory:tallies"
"""Provider → [answered, of how many] over the whole Line, as the server last said."""
WHOLE_LINE_AT: Final = "directory:tallies_at"
"""At which count of writes that was said: it is read once and not at every letter."""
MANY: Final = 500
"""Written providers from which on all are read again."""
COUNT = Prepared("SELECT n FROM search_directory_count", {})
ROWS = f"SELECT rowid, sort, {ENTRY} FROM search_directory_rows"
OFFERS = f"SELECT {', '.join(FIELDS)} FROM search_fit"
FOUND = Prepared(
    "SELECT rowid FROM search_directory WHERE search_directory MATCH :query ORDER BY rowid LIMIT :limit", {}
)
_TALLY = """SELECT provider_id, status, count(*) FROM referrals WHERE provider_id IS NOT NULL AND erased_at IS NULL
AND coalesce(status_at, sent_at, created_at) >= :since {} GROUP BY 1, 2"""
TALLY = Prepared(_TALLY.format(""), {})
TALLY_OF = Prepared(_TALLY.format("AND provider_id IN (SELECT value FROM json_each(:ids))"), {})


@dataclass(eq=False)
class Held:
    """All providers as lists show and rank them."""

    count: int
    codes: Catalogs
    entries: dict[str, Entry] = field(default_factory=dict)
    sorts: dict[str, str] = field(default_factory=dict)
    """Id → name as it is sorted."""
    places: dict[int, str] = field(default_factory=dict)
    """Row of the index → id."""
    offers: dict[str, list[Offer]] = field(default_factory=dict)
    whole_line: Mapping[str, Tally] = field(default_factory=dict)
    """How the whole Line's referrals ended."""
    whole_line_at: int | None = None

    def find(self, connection: Connection, typed: str, limit: int) -> list[Entry]:
        """Providers for what was typed, every word as the beginning of one of theirs; those of that name first."""
        query = match(typed)
        if not query:
            return [self.entries[id_] for id_ in sorted(self.entries, key=self.sorts.__getitem__)[:limit]]
        ids = self._found(connection, f"names: ({query})", limit)
        if len(ids) < limit:
            ids = [*dict.fromkeys([*ids, *self._found(connection, query, limit)])]
        return [self.entries[id_] for id_ in ids[:limit]]

    def matching(self, connection: Connection, typed: str) -> Iterable[str] | None:
        """Ids of all providers for what was typed; None when that says nothing."""
        query = match(typed)
        return self._found(connection, query, -1) if query else None

    def _found(self, connection: Connection, query: str, limit: int) -> list[str]:
        rows = FOUND.rows(connection, query=query, limit=limit)
        return [self.places[row] for (row,) in rows if row in self.places]

    def add(self, connection: Connection, only: str = "", bound: tuple[Any, ...] = ()) -> None:
        """Take in rows of the index: all of them, or by a condition on their provider's id."""
        where = f" WHERE {{}} IN ({only})" if only else ""
        for rowid, sort, id_, *rest in connection.exec_driver_sql(ROWS + where.format("id"), bound).all():
            self.entries[id_], self.sorts[id_] = Entry(id_, *rest), sort
            self.places[rowid] = id_
            self.offers[id_] = []
        for row in connection.exec_driver_sql(OFFERS + where.format("provider_id"), bound).all():
            offer = Offer._make(sys.intern(cell) if type(cell) is str else cell for cell in row)
            self.offers.setdefault(offer.provider_id, []).append(offer)

    def take_whole_line(self, connection: Connection, former: Held | None) -> None:
        """Take over what the server counted, from before where it said nothing since."""
        self.whole_line_at = state.get(connection, WHOLE_LINE_AT)
        if former is not None and former.whole_line_at == self.whole_line_at:
            self.whole_line = former.whole_line
        else:
            said = state.get(connection, WHOLE_LINE, {})
            self.whole_line = {id_: Tally(*counts) for id_, counts in said.items()}


_HELD: WeakKeyDictionary[Engine, Held] = WeakKeyDictionary()


def held(connection: Connection) -> Held:
    """What stands in the index as this connection sees it."""
    count = next((int(count) for (count,) in COUNT.rows(connection)), 0)
    former = _HELD.get(connection.engine)
    if former is not None and former.count == count:
        return former
    now = _later(connection, former, count) if former is not None else None
    if now is None:
        now = Held(count, catalogs(connection))
        now.add(connection)
    now.take_whole_line(connection, former)
    _HELD[connection.engine] = now
    return now


def _later(connection: Connection, former: Held, count: int) -> Held | None:
    """As before with the providers written since; None where that is not all."""
    if count < former.count:
        return None
    written = "SELECT id FROM search_directory_rows WHERE count > ?"
    since = (former.count,)
    ids = connection.exec_driver_sql(written, since).scalars().all()
    if len(ids) > MANY:
        return None
    now = Held(count, former.codes, *map(dict, (former.entries, former.sorts, former.places, former.offers)))  # type: ignore[arg-type]
    now.add(connection, written, since)
    there = connection.exec_driver_sql("SELECT count(*) FROM search_directory_rows").scalar()
    return now if len(now.entries) == there else None


def match(typed: str) -> str:
    """What was typed as a full-text query; empty when it says nothing."""
    return " ".join(f'"{word}"*' for word in words(typed))


def referrals(
    connection: Connection, since: str, ids: Iterable[str] | None = None
) -> Mapping[str, dict[str, int]]:
    """Referrals of this laptop's cases from an instant on: provider → status → how many. Of all, or of some."""
    if ids is None:
        rows = TALLY.rows(connection, since=since)
    else:
        rows = TALLY_OF.rows(connection, since=since, ids=json.dumps(list(ids)))
    counts: dict[str, dict[str, int]] = {}
    for provider_id, status, count in rows:
        counts.setdefault(provider_id, {})[str(status)] = count
    return counts


def keep_whole_line(connection: Connection, said: Iterable[tuple[str, int, int]]) -> None:
    """Note what the server counted: provider, answered, of how many."""
    counts = {id_: [answered, n] for id_, answered, n in said if 0 <= answered <= n}
    if counts != state.get(connection, WHOLE_LINE, {}):
        state.put(connection, WHOLE_LINE, counts or None)
        connection.exec_driver_sql(WRITTEN)
        state.put(connection, WHOLE_LINE_AT, next((count for (count,) in COUNT.rows(connection)), 0))

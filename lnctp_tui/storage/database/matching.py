"""Rows of other cases that share something with one: an identifier, words, a place with a way of operating."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

TOLD_IN = text("""
SELECT r.id FROM search f JOIN search_rows r ON r.rowid = f.rowid WHERE search MATCH :query
AND r.is_case ORDER BY f.rowid DESC LIMIT 60
""")
SAME_WORDS = text("""
SELECT p.case_id, p.name FROM search f JOIN search_rows r ON r.rowid = f.rowid
JOIN people p ON p.case_id = r.id WHERE search MATCH :query AND p.erased_at IS NULL
ORDER BY f.rowid DESC LIMIT 60
""")
SAME_PLACE = text("""
SELECT DISTINCT l.case_id, a.key AS way FROM places l JOIN people p ON p.case_id = l.case_id,
  json_each(iif(json_valid(p.answers), p.answers, '{}')) a
WHERE l.municipality = :municipality AND l.venue = :venue AND l.erased_at IS NULL AND a.value = 'yes'
  AND a.key IN (SELECT value FROM json_each(:ways)) LIMIT 50
""")


def that_tell(connection: Connection, word: str) -> Iterator[str]:
    """Cases that tell a word somewhere."""
    return (row.id for row in connection.execute(TOLD_IN, {"query": f'"{word}"'}))


def with_people_named(connection: Connection, words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Case and name of people whose case names somebody with all these words, as the index splits words."""
    query = " AND ".join(f'names: "{word}"' for word in words)
    return ((row.case_id, row.name) for row in connection.execute(SAME_WORDS, {"query": query}))


def with_place_and_way(
    connection: Connection, municipality: str, venue: str, ways: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Case and answer of those at the same place with one of these answers."""
    values = {"municipality": municipality, "venue": venue, "ways": json.dumps(ways)}
    return ((row.case_id, row.way) for row in connection.execute(SAME_PLACE, values))

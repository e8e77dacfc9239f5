"""The search index: one FTS5 row per case and per contact without a case, newest first by its rowid.

It is derived: rebuilt from the tables at any time, never migrated. Rows that a write touched are listed in
`search_stale` in the write's own transaction and read again right after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from lnctp_tui.domain.records.kinds import CASE, CONTACT, KINDS, Kind, Searched
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.domain.values import moments, phones
from lnctp_tui.domain.values.identifiers import normalised
from lnctp_tui.domain.values.text import sound, words
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import directory, engine, link_keys, state

VERSION = 4
BATCH = 400
LEAF = 8000
"""Bytes of a leaf of the index. One of them fills a page of the encrypted database (8192 less its seal); of
FTS5's own size, 4050, one page also holds one, so half of what is read, decrypted and cached would be empty."""
SOUND = "zz"
"""Before a sound-alike key, so that it never meets a word."""

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS search_stale (id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS search_names (code TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS search_spellings (word TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID",
    # What a list of hits shows stands here too: fifty rows that lie together instead of fifty cases.
    "CREATE TABLE IF NOT EXISTS search_rows (rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
    "is_case INTEGER NOT NULL, folio TEXT, at TEXT, line TEXT)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5(names, body, sounds, content='', "
    "contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3', detail=column)",
)


class Found(NamedTuple):
    """One hit: a case, or a contact without a case."""

    id: str
    is_case: bool
    folio: str | None
    at: str
    line: str
    exact: bool
    """A folio or an identifier typed whole."""


def create(connection: Connection) -> None:
    """Make the tables of the index if they are not there."""
    for statement in SCHEMA:
        connection.execute(text(statement))
    connection.execute(text("INSERT INTO search (search, rank) VALUES ('pgsz', :n)"), {"n": LEAF})


def rebuild(
    connection: Connection, names: Mapping[str, str], spellings: Mapping[str, str] | None = None
) -> None:
    """Throw the index away and mark everything to be read again.

    `names`: place code → spoken name; `spellings`: abbreviation or other spelling → the name it is.
    """
    for name in ("search", "search_rows", "search_stale", "search_names", "search_spellings"):
        connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    create(connection)
    rows = [{"code": code, "name": name} for code, name in names.items()]
    if rows:
        connection.execute(text("INSERT INTO search_names (code, name) VALUES (:code, :name)"), rows)
    listed = [{"word": word, "key": sound(name)} for word, name in (spellings or {}).items()]
    if listed:
        connection.execute(text("INSERT INTO search_spellings (word, key) VALUES (:word, :key)"), listed)
    connection.execute(text("INSERT INTO search_stale SELECT id FROM cases"))
    connection.execute(text("INSERT INTO search_stale SELECT id FROM contacts WHERE case_id IS NULL"))


def refresh(connection: Connection, limit: int = BATCH) -> int:
    """Read again up to `limit` stale rows; returns how many were read."""
    stale = list(connection.execute(text("SELECT id FROM search_stale LIMIT :n"), {"n": limit}).scalars())
    if stale:
        cases = [id_ for id_ in stale if not id_.startswith(state.DIRECTORY)]
        index(connection, cases)
        link_keys.of_cases(connection, cases, last=len(stale) < limit)
        directory.refresh(connection, stale)
        connection.execute(
            text("DELETE FROM search_stale WHERE id IN (SELECT value FROM json_each(:ids))"),
            {"ids": json.dumps(stale)},
        )
    return len(stale)


COUNTS = """SELECT (SELECT count(*) FROM search_rows),
  (SELECT count(*) FROM cases WHERE erased_at IS NULL)
    + (SELECT count(*) FROM contacts WHERE case_id IS NULL AND erased_at IS NULL),
  (SELECT count(*) FROM search_stale)"""


def counts(connection: Connection) -> tuple[int, int, int]:
    """Rows of the index, cases and calls without a case that it should hold, and those to be read again."""
    rows, wanted, stale = connection.execute(text(COUNTS)).one()
    return rows, wanted, stale


def index(connection: Connection, ids: Sequence[str]) -> None:
    """Write the index rows of these cases and caseless contacts anew."""
    wanted = {"ids": json.dumps(list(ids))}
    connection.execute(text(
        "DELETE FROM search WHERE rowid IN "
        "(SELECT r.rowid FROM search_rows r JOIN json_each(:ids) j ON j.value = r.id)"
    ), wanted)  # fmt: skip
    connection.execute(
        text("DELETE FROM search_rows WHERE id IN (SELECT value FROM json_each(:ids))"), wanted
    )
    rows = _read(connection, ids)
    placed = _placed(connection, rows)
    if placed:
        connection.execute(
            text(
                "INSERT INTO search_rows (rowid, id, is_case, folio, at, line) "
                "VALUES (:rowid, :id, :is_case, :folio, :at, :line)"
            ),
            [
                {"rowid": rowid, **{key: row[key] for key in ("id", "is_case", "folio", "at", "line")}}
                for rowid, row in placed
            ],
        )
        connection.execute(
            text("INSERT INTO search (rowid, names, body, sounds) VALUES (:rowid, :names, :body, :sounds)"),
            [
                {"rowid": rowid, **{key: row[key] for key in ("names", "body", "sounds")}}
                for rowid, row in placed
            ],
        )


def _read(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What the index says of cases and contacts; one that cannot be read has a place and no words."""
    wanted = {"ids": json.dumps(list(ids))}
    try:
        return [*_cases(connection, wanted), *_contacts(connection, wanted)]
    except link_keys.UNREADABLE as error:
        if engine.passes(error):
            raise
        if len(ids) > 1:
            return [row for each in ids for row in _read(connection, [each])]
        nothing = dict.fromkeys(("names", "body", "sounds", "line"), "")
        found = connection.execute(text(BARE), wanted)
        return [
            {"id": id_, "is_case": is_case, "folio": None, "at": None, **nothing} for id_, is_case in found
        ]


BARE = """
SELECT id, 1 FROM cases WHERE erased_at IS NULL AND id IN (SELECT value FROM json_each(:ids))
UNION ALL SELECT id, 0 FROM contacts WHERE case_id IS NULL AND erased_at IS NULL
  AND id IN (SELECT value FROM json_each(:ids))
"""


def _placed(connection: Connection, rows: Iterable[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """Each row with its rowid, the instant in microseconds: newest first without a sort. Ties move up."""
    wanted = [(_micros(row["at"]), row) for row in rows]
    met = set(connection.execute(TAKEN, {"r": json.dumps([at for at, _row in wanted])}).scalars())
    tops: dict[int, int] = {}
    placed = []
    for at, row in wanted:
        if at in met:
            first = at - at % SECOND
            if first not in tops:
                top = connection.scalar(TOP, {"a": first, "b": first + SECOND}) or first
                tops[first] = max(top, *(each for each in met if first <= each < first + SECOND))
            at = tops[first] = _free(connection, tops[first] + 1, met)
        met.add(at)
        placed.append((at, row))
    return placed


def _free(connection: Connection, at: int, met: Set[int]) -> int:
    """The first number from `at` on that no row has: many rows of one instant reach into the next second."""
    while True:
        while at in met:
            at += 1
        free = int(connection.scalar(FREE, {"a": at}) or at)
        if free == at:
            return at
        at = free


FREE = text("""SELECT rowid + 1 FROM search_rows r WHERE rowid >= :a
  AND EXISTS (SELECT 1 FROM search_rows WHERE rowid = :a)
  AND NOT EXISTS (SELECT 1 FROM search_rows n WHERE n.rowid = r.rowid + 1) ORDER BY rowid LIMIT 1""")


def _micros(at: str | None) -> int:
    found = moments.zoned(at)
    return instants.micros(found) if found else 1


SECOND = 1_000_000
TAKEN = text("SELECT rowid FROM search_rows WHERE rowid IN (SELECT value FROM json_each(:r))")
TOP = text("SELECT max(rowid) FROM search_rows WHERE rowid >= :a AND rowid < :b")


def _cases(connection: Connection, bound: dict[str, str]) -> list[dict[str, Any]]:
    rows = list(connection.execute(text(CASE_TEXT), bound).mappings())
    spellings = _spellings(connection, " ".join(each["names"] or "" for each in rows))
    return [_row(each, spellings, is_case=1) for each in rows]


def _contacts(connection: Connection, bound: dict[str, str]) -> list[dict[str, Any]]:
    rows = connection.execute(text(CONTACT_TEXT), bound).mappings()
    return [_row(each, {}, is_case=0) for each in rows]


def _spellings(connection: Connection, said: str) -> dict[str, str]:
    """Word → sound of the name it is, for the words of a text that are abbreviations or listed spellings."""
    listed = {"words": json.dumps(sorted(set(words(said))))}
    query = text("SELECT word, key FROM search_spellings WHERE word IN (SELECT value FROM json_each(:words))")
    return {row.word: row.key for row in connection.execute(query, listed)}


def _row(row: Any, spellings: Mapping[str, str], *, is_case: int) -> dict[str, Any]:
    row = {name: _said(row[name]) for name in ("id", "folio", "at", "told", "names", "body", "identifiers")}
    identifiers = _identifiers(row["identifiers"])
    names = " ".join(filter(None, (row["folio"], row["names"], *identifiers)))
    body = row["body"] or ""
    sounds = {SOUND + (spellings.get(word) or sound(word)) for word in words(row["names"] or "")}
    return {
        "id": row["id"],
        "is_case": is_case,
        "folio": row["folio"],
        "at": row["at"] if moments.instant(row["at"]) else None,
        "line": one_line(row["told"]),
        "names": names,
        "body": " ".join((body, *_parts(phones.mentioned(body)))),
        "sounds": " ".join(sorted(sounds)),
    }


def _said(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _identifiers(listed: str | None) -> Iterator[str]:
    """Each identifier as it was written and as it is compared; a phone by all its parts, each number of it."""
    for each in json.loads(listed or "[]"):
        kind, value, compared = map(_said, each)
        yield from filter(None, (value, compared))
        if kind == "phone" and value:
            numbers = [phones.dialled(each.number) for each in phones.read(value)]
            yield from _parts(numbers or phones.mentioned(value))


def _parts(numbers: Iterable[str]) -> Iterator[str]:
    return (part for number in numbers for part in phones.parts(number))


def one_line(told: str | None) -> str:
    """The beginning of a text as one line of a list."""
    return " ".join((told or "").split())[:120]


TOLD = """substr(coalesce(nullif(c.summary, ''), (SELECT k.narrative FROM contacts k WHERE k.case_id = c.id
  AND k.erased_at IS NULL AND k.narrative <> '' ORDER BY k.started_at LIMIT 1)), 1, 400) AS told"""


def _words_of(kind: Kind, index: Searched, row: str) -> list[str]:
    """What the index says of a row of a kind, as SQL; codes of places by their spoken names."""
    return [
        f'(SELECT name FROM search_names WHERE code = {row}."{column.name}")'
        if column.catalog
        else f'{row}."{column.name}"'
        for column in kind.columns
        if column.searched == index
    ]


def _told_beside(index: Searched) -> list[str]:
    """The words of all records of a case `c`, each kind as one text, as SQL."""
    words_of = {kind.table: _words_of(kind, index, "r") for kind in KINDS if kind.on_case}
    return [
        f"(SELECT group_concat({_joined(columns)}, ' ') FROM {table} r"
        " WHERE r.case_id = c.id AND r.erased_at IS NULL)"
        for table, columns in words_of.items()
        if columns
    ]


def _joined(columns: Sequence[str]) -> str:
    return columns[0] if len(columns) == 1 else f"concat_ws(' ', {', '.join(columns)})"


CASE_TEXT = f"""
SELECT c.id, c.opened_at AS at, c.folio, {TOLD},
  {_joined(_told_beside("names"))} AS names,
  (SELECT json_group_array(json_array(i.kind, i.value, i.normalised))
     FROM identifiers i WHERE i.case_id = c.id AND i.erased_at IS NULL) AS identifiers,
  {_joined([*_words_of(CASE, "body", "c"), *_told_beside("body")])} AS body
FROM cases c WHERE c.erased_at IS NULL AND c.id IN (SELECT value FROM json_each(:ids))
"""
CONTACT_TEXT = f"""
SELECT k.id, k.started_at AS at, NULL AS folio, NULL AS names, NULL AS identifiers,
  {_joined(_words_of(CONTACT, "body", "k"))} AS body, substr(k.narrative, 1, 400) AS told
FROM contacts k WHERE k.case_id IS NULL AND k.erased_at IS NULL
  AND k.id IN (SELECT value FROM json_each(:ids))
"""


def find(connection: Connection, typed: str, limit: int = 50) -> list[Found]:
    """Hits for what was typed: a whole folio or identifier first, then words as prefixes, newest first."""
    exact = _exact(connection, typed)
    query = match_query(typed, _spellings(connection, typed))
    rows = connection.exec_driver_sql(FIND, {"q": query, "n": limit}) if query else ()
    hits = [Found(id, bool(is_case), folio, at or "", line, False) for id, is_case, folio, at, line in rows]
    first = _found(connection, exact) if exact else []
    return (first + [hit for hit in hits if hit.id not in exact])[:limit]


def _found(connection: Connection, ids: Sequence[str]) -> list[Found]:
    """Cases by id, in that order, as the tables have them: the index may be a moment behind."""
    rows = connection.exec_driver_sql(EXACT, {"ids": json.dumps(list(ids))})
    known = {
        id: Found(id, True, folio, _said(at) or "", one_line(_said(told)), True)
        for id, at, folio, told in rows
    }
    return [known[each] for each in ids if each in known]


FIND = """
SELECT r.id, r.is_case, r.folio, r.at, r.line FROM search f JOIN search_rows r ON r.rowid = f.rowid
WHERE search MATCH :q AND r.id NOT IN (SELECT id FROM scopes WHERE state = 'gone')
ORDER BY f.rowid DESC LIMIT :n
"""
EXACT = f"""
SELECT c.id, c.opened_at AS at, c.folio, {TOLD} FROM cases c
WHERE c.erased_at IS NULL AND c.id IN (SELECT value FROM json_each(:ids))
  AND c.id NOT IN (SELECT id FROM scopes WHERE state = 'gone')
"""
BY_FOLIO = "SELECT id FROM cases WHERE folio IN (SELECT value FROM json_each(:f)) AND erased_at IS NULL"
BY_IDENTIFIER = """
SELECT case_id FROM identifiers WHERE normalised IN (SELECT value FROM json_each(:v))
  AND erased_at IS NULL AND case_id IS NOT NULL ORDER BY created_at DESC LIMIT 20
"""


def match_query(typed: str, spellings: Mapping[str, str] = MappingProxyType({})) -> str:
    """The FTS5 query of what was typed: every word as a prefix, or as it sounds in a name.

    `spellings` says the sound of words that are spelt otherwise than they sound. Figures that follow each other
    are one number in any grouping, or each for itself.
    """
    parts: list[str] = []
    for numeric, run in groupby(words(typed.replace("_", " ")), str.isdecimal):
        found = list(run)
        if numeric and len(found) > 1:
            parts.append(_figures(found))
        else:
            parts += [_term(word, spellings.get(word)) for word in found if len(word) > 1]
    return " AND ".join(parts)


def _figures(groups: Sequence[str]) -> str:
    apart = " AND ".join(f'"{each}"*' for each in groups if len(each) > 1)
    together = f'"{"".join(groups)}"*'
    return f"({together} OR ({apart}))" if apart else together


def _term(word: str, known: str | None) -> str:
    plain = f'"{word}"*'
    key = known or (sound(word) if len(word) > 3 and word.isalpha() else "")
    return f'({plain} OR sounds: "{SOUND}{key}")' if key else plain


def _exact(connection: Connection, typed: str) -> list[str]:
    """Case ids whose folio or identifier was typed whole; a mistyped folio finds its corrections."""
    wanted = [str(found)] if (found := folios.parse(typed)) else _corrections(typed)
    if not wanted and not (_phone(typed) or "@" in typed or "." in typed):
        return []
    by_folio = connection.exec_driver_sql(BY_FOLIO, {"f": json.dumps(wanted)}).scalars() if wanted else ()
    return list(dict.fromkeys([*by_folio, *_by_identifier(connection, typed)]))


def _corrections(typed: str) -> list[str]:
    """Folios near what was typed, when it has a folio's letters and digits: trying them takes a while."""
    like = sum(map(str.isdecimal, typed)) >= 3 and any(map(str.isalpha, typed))
    return list(folios.corrections(typed)) if like else []


def _phone(typed: str) -> str | None:
    return normalised("phone", typed) if sum(map(str.isdecimal, typed)) >= 7 else None


def _by_identifier(connection: Connection, typed: str) -> Iterable[str]:
    wanted = {normalised(kind, typed) for kind in (None, "handle", "url")} | {_phone(typed)}
    values = {"v": json.dumps(sorted(filter(None, wanted)))}
    return connection.exec_driver_sql(BY_IDENTIFIER, values).scalars()

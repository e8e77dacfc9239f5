"""What links cases, by its key: derived from records, made anew at any time, never synchronised.

The rows of a record are written in the transaction that writes the record, wherever that is; a record that makes no
sense has none and stops nothing. Rows without a case are the numbers of providers and national lines: they link nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from lnctp_tui.domain.links import grade, keys
from lnctp_tui.domain.links.grade import MANY, Shared
from lnctp_tui.domain.links.keys import Key, Words
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.values import nothing
from lnctp_tui.domain.values.text import fold
from lnctp_tui.storage.database import bulk, engine, state

REBUILDING = "link_keys_rebuilding"
NOBODY = ""
"""The case of a number that is a provider's."""
MOVES = frozenset({"case_id", "erased_at"})
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS search_keys (key TEXT NOT NULL, case_id TEXT NOT NULL, row TEXT NOT NULL, "
    "strength INTEGER NOT NULL, PRIMARY KEY (key, case_id, row)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS search_key_words (value TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS search_keys_row ON search_keys (row)",
    "CREATE INDEX IF NOT EXISTS search_keys_case ON search_keys (case_id)",
)
INSERT, MARKS = "INSERT OR REPLACE INTO search_keys (key, case_id, row, strength)", "(?, ?, ?, ?)"
AMONG = "(SELECT value FROM json_each(?))"
IN_CASES = f"""SELECT j.value, (SELECT json_group_array(case_id) FROM
  (SELECT DISTINCT case_id FROM search_keys WHERE key = j.value LIMIT {MANY + 3}))
FROM json_each(?) j"""
"""Each key with the cases it stands in, at most so many that it is known to stand in too many."""
UNREADABLE = (DBAPIError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a row that makes no sense may raise."""


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Standing(NamedTuple):
    """Where a key stands."""

    cases: tuple[str, ...]
    """At most MANY and a few."""
    public: bool
    """It is a provider's or a national line's number."""


def settings(protocol: Protocol) -> dict[str, Any]:
    """What of the catalogs the keys need, as JSON in the store."""
    states = protocol.catalogs.get("state", Catalog("state", ())).rows
    lines = protocol.catalogs.get("hotline", Catalog("hotline", ())).rows
    names: dict[str, str] = {}
    for row in states:
        short = (row.extra.get("abbr", ""), *row.extra.get("alias", "").split(";"))
        for name in (row.label.es, row.label.en, *short):
            # One letter or two stand on too many plates.
            if len(word := " ".join(fold(name).replace(".", "").split())) > 2:
                names.setdefault(word, row.code)
    return {
        "nothing": nothing.listed(protocol.catalogs.get("nothing")),
        "states": names,
        "hotlines": {row.code: row.extra.get("number", "") for row in lines},
    }


def version(protocol: Protocol) -> str:
    """Changes whenever keys are to be made anew."""
    import hashlib

    content = _json(settings(protocol)).encode()
    return f"{keys.VERSION}.{hashlib.sha256(content).hexdigest()[:12]}"


def words(known: Mapping[str, Any] | None) -> Words:
    """Settings as the domain takes them."""
    known = known or {}
    return Words(frozenset(known.get("nothing", ())), dict(known.get("states", {})))


def known_words(connection: Connection) -> Words:
    """What `rebuild` was told. Apart from what is read at every opening."""
    row = connection.exec_driver_sql("SELECT value FROM search_key_words").first()
    return words(orjson.loads(row[0]) if row else None)


def rebuild(connection: Connection, known: Mapping[str, Any]) -> None:
    """Throw the keys away; `of_cases` makes those of each case anew, a few cases at a time."""
    for name in ("search_keys", "search_key_words"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    for statement in SCHEMA:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO search_key_words VALUES (?)", (_json(dict(known)),))
    state.put(connection, REBUILDING, 1)
    for code, number in known.get("hotlines", {}).items():
        publish(connection, f"hotline.{code}", [number])


def concerned(table: str, patch: Iterable[str]) -> bool:
    """Whether a change of these columns may change keys."""
    columns = keys.TABLES.get(table)
    return columns is not None and not (columns | MOVES).isdisjoint(patch)


def refresh(connection: Connection, table: str, ids: Sequence[str]) -> None:
    """Make the keys of these records what their rows say now. In the transaction that wrote them."""
    if table not in keys.TABLES or not ids:
        return
    forget(connection, ids)
    known = known_words(connection)
    rows = [
        (key.text, case_id, row, key.strength)
        for row, case_id, listed in _made(connection, table, "id", ids, known)
        for key in listed
    ]
    bulk.insert(connection, INSERT, MARKS, rows)


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Take the keys of these records away."""
    connection.exec_driver_sql(f"DELETE FROM search_keys WHERE row IN {AMONG}", (_json(list(ids)),))


def forget_all(connection: Connection) -> None:
    """Take the keys of all records away; the numbers of national lines stay."""
    connection.exec_driver_sql("DELETE FROM search_keys WHERE case_id <> ?", (NOBODY,))


def of_cases(connection: Connection, case_ids: Sequence[str], *, last: bool) -> None:
    """While keys are made anew: those of these cases; `last` when no other case waits."""
    if not state.get(connection, REBUILDING):
        return
    known = known_words(connection)
    for table in keys.TABLES:
        rows = [
            (key.text, case_id, row, key.strength)
            for row, case_id, listed in _made(connection, table, "case_id", case_ids, known)
            for key in listed
        ]
        bulk.insert(connection, INSERT, MARKS, rows)
    if last:
        state.put(connection, REBUILDING, None)


def publish(connection: Connection, owner: str, numbers: Iterable[str]) -> None:
    """Note that these are numbers of a provider or a national line, and no others are its."""
    forget(connection, [owner])
    rows = [(key, NOBODY, owner, 0) for number in numbers for key in keys.telephone(number)]
    bulk.insert(connection, INSERT, MARKS, rows)


def standing(connection: Connection, listed: Iterable[str]) -> dict[str, Standing]:
    """Where these keys stand, as far as anywhere, in one look at the index."""
    rows = connection.exec_driver_sql(IN_CASES, (_json(list(listed)),))
    return {key: _standing(orjson.loads(cases)) for key, cases in rows if cases != "[]"}


SHARED = """SELECT a.key, a.strength, a.row FROM search_keys a WHERE a.case_id = ?1
AND EXISTS (SELECT 1 FROM search_keys b WHERE b.key = a.key AND b.case_id = ?2)
AND NOT EXISTS (SELECT 1 FROM search_keys p WHERE p.key = a.key AND p.case_id = '')"""


def shared(connection: Connection, case_id: str, other_id: str) -> list[Shared]:
    """What two cases really share now, whatever a link says of it."""
    rows = connection.exec_driver_sql(SHARED, (case_id, other_id)).all()
    counts = standing(connection, {key for key, _strength, _row in rows})
    return [
        Shared(key, grade.strength_in(strength, len(counts[key].cases)), row) for key, strength, row in rows
    ]


def _standing(cases: Sequence[str]) -> Standing:
    return Standing(tuple(case for case in cases if case != NOBODY), NOBODY in cases)


def _made(
    connection: Connection, table: str, column: str, ids: Sequence[str], known: Words
) -> Iterator[tuple[str, str, tuple[Key, ...]]]:
    """Record, case and keys of the rows whose `column` is among `ids`; of what cannot be read, nothing."""
    names = sorted(keys.TABLES[table])
    listed = ", ".join(f'"{name}"' for name in names)
    query = f"""SELECT id, case_id, {listed} FROM {table}
    WHERE {column} IN {AMONG} AND erased_at IS NULL AND case_id IS NOT NULL"""
    try:
        rows = connection.exec_driver_sql(query, (_json(list(ids)),)).all()
        made = [
            (row[0], row[1], keys.of_row(table, dict(zip(names, row[2:], strict=True)), known))
            for row in rows
        ]
    except UNREADABLE as error:
        if engine.passes(error):
            raise
        if column != "id" or len(ids) > 1:
            each = f"SELECT id FROM {table} WHERE {column} IN {AMONG}"
            for id_ in connection.exec_driver_sql(each, (_json(list(ids)),)).scalars().all():
                yield from _made(connection, table, "id", [id_], known)
        return
    yield from (
        entry for entry in made if isinstance(entry[0], str) and isinstance(entry[1], str) and entry[1]
    )

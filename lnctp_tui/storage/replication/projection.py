"""Rows from the log: the changes of many records folded and written with a few statements.

`storage.database.session` writes what a person saves here; this writes what comes from elsewhere. Both rest on
`domain.records.merge` and come to the same rows; a change that fits no table
(domain.records.record_check) stays in the log alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from time import gmtime, strftime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import JSON, Boolean, Connection, Float, Integer

from lnctp_tui.domain.records import bound, merge, record_check
from lnctp_tui.domain.values import moments
from lnctp_tui.domain.values.text import clean, plain_json
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import bulk, link_keys, sound
from lnctp_tui.storage.database.session import TABLES, blank, merged
from lnctp_tui.storage.database.write_guard import RECORDED

Change = Mapping[str, Any]
Key = tuple[str, str]
"""Table and id of a record."""

ORDERED = "coalesce(placed, hlc)"
"""What the merge rule orders heads by: the server's word where there is one."""
LOG = f"""SELECT row, id, {ORDERED}, base, patch, actor, unfit, hlc FROM changes
WHERE "table" = ? AND row IN (SELECT value FROM json_each(?)) ORDER BY row, seq"""
_LIKE_INSTANT = re.compile(r"....-..-..T.*Z", re.DOTALL)
_LARGEST = 2**63


class Logs(NamedTuple):
    """The changes of some records of a table."""

    fit: dict[str, list[dict[str, Any]]]
    """Record → its changes as the merge rule reads them."""
    unfit: dict[str, tuple[str, str]]
    """Change → its record, and why it fits no table."""
    told: dict[str, str | None]
    """Change → why it fits no table, None when it does, where the log says otherwise so far."""


def logs(connection: Connection, table: str, rows: Iterable[str]) -> Logs:
    """The changes of some records, and what is left out of them."""
    found = Logs({}, {}, {})
    of = (table, orjson.dumps(list(rows)).decode())
    for row, id_, order, base, patch, actor, said, hlc in connection.exec_driver_sql(LOG, of):
        seen, fields, reason = judged((table, row), base, patch, hlc)
        if reason:
            found.unfit[id_] = row, reason
        else:
            change = {"id": id_, "hlc": order, "base": seen, "patch": fields, "actor": actor}
            found.fit.setdefault(row, []).append(change)
        if reason != said:
            found.told[id_] = reason
    return found


def judged(key: Key, base: Any, patch: Any, hlc: Any) -> tuple[list[str], dict[str, Any], str | None]:
    """Base and patch of a stored change, and why it fits no table; None when it does."""
    seen, fields = sound.from_json(base), sound.from_json(patch)
    if type(seen) is not list or not all(type(each) is str for each in seen) or type(fields) is not dict:
        return [], {}, "type"
    reason = misfit(key, fields, hlc)
    if reason is None and record_check.unclean(patch.encode(), fields):
        return seen, fields, "text"
    return seen, fields, reason


def misfit(key: Key, fields: dict[str, Any], hlc: Any) -> str | None:
    """Why a change is not of its record, but for its texts; None when it is. Where rows are only added, none is
    altered: not by a change that a colleague's laptop, or an older version of this program, let through."""
    table, row = key
    flaw = record_check.flaw(table, fields, hlc)
    if flaw is not None:
        return flaw.reason
    return "name" if table in bound.ADDED and bound.flaw_of(table, row, fields) else None


def tell(connection: Connection, told: Mapping[str, str | None]) -> None:
    """Note of changes why they fit no table, or that they do."""
    if told:
        connection.exec_driver_sql(TELL, (orjson.dumps([*told.items()]).decode(),))


TELL = """UPDATE changes SET unfit = said.value ->> 1 FROM json_each(?) AS said
WHERE changes.id = said.value ->> 0"""


def as_folded(change: Change, plain: bool = False) -> dict[str, Any]:
    """A change of the line as the merge rule reads it; `plain` when its texts are known to be clean."""
    return {
        "plain": plain,
        "id": change["id"],
        "hlc": change.get("placed") or change["hlc"],
        "base": change["base"],
        "patch": change.get("patch") or {},
        "actor": change["actor"],
    }


def write(connection: Connection, records: Mapping[Key, Sequence[Change]], now: str, latest: int) -> None:
    """Make each record what its changes fold to; one without any value is removed.

    `now` as an instant, `latest` the same in microseconds: no row claims to be from the future.
    """
    rows: dict[Key, tuple[Any, ...]] = {}
    empty: dict[str, list[str]] = {}
    disputed: list[tuple[str, str, str | None, list[str]]] = []
    settled: dict[str, list[str]] = {}
    for (table, row), log in records.items():
        folded = _fold(log)
        if not folded.heads:
            empty.setdefault(table, []).append(row)
            continue
        values = _values(table, log, folded)
        rows[table, row] = _bound(table, row, values, folded.heads, log, latest)
        if folded.others:
            disputed.append(
                (table, row, row if table == "cases" else values.get("case_id"), [*folded.others])
            )
        if len(log) > 1:
            settled.setdefault(table, []).append(row)
    insert(connection, rows)
    for table, ids in empty.items():
        _forget(connection, table, ids)
    for table, ids in settled.items():
        connection.exec_driver_sql(NO_CONFLICT, (table, orjson.dumps(ids).decode()))
    _note(connection, disputed, now)


def rebuild(connection: Connection, records: Iterable[Key], now: str, latest: int) -> None:
    """Make these records anew what their whole log folds to; `now` and `latest` as in `write`."""
    ids: dict[str, list[str]] = {}
    for table, id_ in records:
        ids.setdefault(table, []).append(id_)
    for table, rows in ids.items():
        stored = logs(connection, table, rows)
        tell(connection, stored.told)
        write(connection, {(table, id_): stored.fit.get(id_, []) for id_ in rows}, now, latest)


def row(key: Key, log: Sequence[Change], latest: int) -> tuple[Any, ...]:
    """The row of a record that has values, from all its changes, for `insert`; `latest` as in `write`."""
    folded = _fold(log)
    return _bound(*key, _values(key[0], log, folded), folded.heads, log, latest)


def insert(connection: Connection, rows: Mapping[Key, tuple[Any, ...]]) -> None:
    """Write rows of records, new or not."""
    by_table: dict[str, dict[str, tuple[Any, ...]]] = {}
    for (table, id_), row in rows.items():
        by_table.setdefault(table, {})[id_] = row
    for table, by_id in by_table.items():
        bulk.insert(connection, *_into(table), [*by_id.values()], _renewed(table), options=RECORDED)
        link_keys.refresh(connection, table, [*by_id])


def _values(table: str, log: Sequence[Change], folded: merge.Folded) -> dict[str, Any]:
    return row_values(table, folded, plain=len(log) == 1 and log[0].get("plain", False))


def _fold(log: Sequence[Change]) -> merge.Folded:
    if len(log) == 1:
        patch = log[0]["patch"]
        return merge.Folded(patch, {log[0]["id"]: sorted(patch)} if patch else {}, {})
    return merge.fold(log)


NO_CONFLICT = 'DELETE FROM conflicts WHERE "table" = ? AND row IN (SELECT value FROM json_each(?))'
"""Conflicts are derived: those that stand are noted anew."""
A_CONFLICT = 'INSERT OR IGNORE INTO conflicts ("table", row, field, "case", since) VALUES (?, ?, ?, ?, ?)'


def _note(
    connection: Connection, disputed: Iterable[tuple[str, str, str | None, list[str]]], now: str
) -> None:
    rows = [(table, row, field, case, now) for table, row, case, fields in disputed for field in fields]
    if rows:
        connection.exec_driver_sql(A_CONFLICT, rows)


def _forget(connection: Connection, table: str, ids: list[str]) -> None:
    of = orjson.dumps(ids).decode()
    connection.exec_driver_sql(NO_CONFLICT, (table, of))
    connection.exec_driver_sql(
        f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (of,), RECORDED
    )
    link_keys.refresh(connection, table, ids)


def row_values(table: str, folded: merge.Folded, *, plain: bool = False) -> dict[str, Any]:
    """The columns of a record, each of the kind its column takes. What does not fit is empty."""
    kinds, values = _kinds(table), blank(table)
    for name, value in merged(table, {"answers": {}, "extra": {}}, folded.values).items():
        values[name] = value if value is None else _fitting(name, value, *kinds[name], plain)
    return values


def _fitting(name: str, value: Any, kind: type, instant: bool, plain: bool) -> Any:
    if kind is str:
        if not isinstance(value, str):
            return None
        if instant and not _LIKE_INSTANT.fullmatch(value):
            return _in_utc(value)
        return value if plain else clean(value)[0]
    if kind is dict:
        return value if plain or _all_clean(value) else _cleaned(value)
    if kind is bool:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        return None
    least = LEAST.get(name, -_LARGEST)
    return value if least <= value < _LARGEST else None


def _in_utc(value: str) -> str | None:
    """An instant with another offset as it is stored."""
    found = moments.zoned(value)
    return instants.iso(found) if found else None


LEAST = {"headcount": 1, "age_min": 0}
"""The constraints of the models."""


def _all_clean(value: Any) -> bool:
    """Whether there is certainly nothing to clean: one look at all texts, in which JSON escapes the controls."""
    try:
        return plain_json(orjson.dumps(value))
    except TypeError:
        return False


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)[0]
    if isinstance(value, dict):
        return {clean(str(key))[0]: _cleaned(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return value


@cache
def _kinds(table: str) -> dict[str, tuple[type, bool]]:
    """Column → (Python type, whether it holds an instant)."""
    found: dict[str, tuple[type, bool]] = {}
    for column in TABLES[table].columns:
        kind: type = str
        if isinstance(column.type, JSON):
            kind = dict
        elif isinstance(column.type, Boolean):
            kind = bool
        elif isinstance(column.type, Integer):
            kind = int
        elif isinstance(column.type, Float):
            kind = float
        found[column.name] = (kind, column.name in moments.INSTANTS)
    return found


@cache
def _columns(table: str) -> tuple[str, ...]:
    """The columns in the order of the statement."""
    return tuple(column.name for column in TABLES[table].columns)


@cache
def _in_json(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in TABLES[table].columns if isinstance(column.type, JSON))


@cache
def _in_order(table: str) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    return itemgetter(*_columns(table))


@cache
def _into(table: str) -> tuple[str, str]:
    names = ", ".join(f'"{name}"' for name in _columns(table))
    return f"INSERT INTO {table} ({names})", f"({', '.join('?' * len(_columns(table)))})"


@cache
def _renewed(table: str) -> str:
    """What becomes of a row that is there: who made it and when stays as it was."""
    kept = {"id", "created_at", "created_by"}
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in _columns(table) if name not in kept)
    return f"ON CONFLICT (id) DO UPDATE SET {changed}"


def _bound(
    table: str, row: str, values: Mapping[str, Any], heads: merge.Heads, log: Sequence[Change], latest: int
) -> tuple[Any, ...]:
    first = log[0] if len(log) == 1 else min(log, key=lambda each: (each["hlc"], each["id"]))
    said = {
        **values, "id": row, "heads": heads, "created_at": iso(min(first["hlc"], latest)),
        "created_by": first["actor"],
    }  # fmt: skip
    for name in _in_json(table):
        if said[name] is not None:
            said[name] = orjson.dumps(said[name]).decode()
    return _in_order(table)(said)


def iso(micros: int) -> str:
    """The instant of a stamp, as stored."""
    seconds, fraction = divmod(max(micros, 0), 1_000_000)
    return f"{_second(seconds)}.{fraction:06}Z"


@lru_cache(64)
def _second(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))

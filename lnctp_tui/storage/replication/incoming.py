"""What the server says, stored: each page with its cursor, each acknowledgement with its receipt.

Every function runs in one write transaction of its caller. Signatures were checked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from lnctp_tui.domain.records import clock, record_check
from lnctp_tui.domain.records.scopes import EVERYBODY, scope_of
from lnctp_tui.domain.values import moments
from lnctp_tui.domain.values.text import plain_json, spelled
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import bulk, state
from lnctp_tui.storage.database.session import TABLES, Unit
from lnctp_tui.storage.replication import eviction, projection, server_state
from lnctp_tui.storage.replication.projection import Key

AMONG = "(SELECT value FROM json_each(?))"
INSERT = """INSERT INTO changes (id, device, actor, hlc, "table", row, "case", base, patch, schema, hash, sig, at,
  n, placed, salt, unfit, sent)"""
MARKS = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 2)"
HELD = f"SELECT id, n, placed FROM changes WHERE id IN {AMONG}"
IN_LOG = 'SELECT DISTINCT row FROM changes WHERE "table" = ? AND row IN (SELECT value FROM json_each(?))'
NUMBERED = """UPDATE changes SET n = said.value ->> 1, placed = said.value ->> 2, refused = NULL
FROM json_each(?) AS said WHERE changes.id = said.value ->> 0"""
HOLD = """INSERT OR IGNORE INTO scopes (id, state, rank, after)
SELECT value, 'held', 0, 0 FROM json_each(?)"""
WANT = """INSERT INTO scopes (id, state, rank, after)
SELECT value ->> 0, 'wanted', value ->> 1, 0 FROM json_each(?) WHERE true
ON CONFLICT (id) DO UPDATE SET state = 'wanted', rank = excluded.rank, after = 0, reason = NULL"""
KNOWN = f"SELECT id FROM scopes WHERE id IN {AMONG}"
EXPLAINED = f"""SELECT DISTINCT c."table", c.row FROM changes c JOIN scopes s ON s.id = coalesce(c."case", c.row)
WHERE s.state IN ('held', 'wanted') AND c.row IN {AMONG} AND c.id NOT IN {AMONG}"""
TOLD = frozenset({"grant", "revoke", "erase", "offer", "match"})
"""Entries that are no changes. What a newer server tells besides is let be."""
BANDS = ("1", "2-4", "5+", "many")
"""About how many cases of the whole Line match one; `many`: only supervision is told."""
WHOLE = f"UPDATE scopes SET state = 'held', after = 0 WHERE state = 'wanted' AND id IN {AMONG}"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


class Ready(NamedTuple):
    """A change as the statements take it."""

    change: Mapping[str, Any]
    order: int
    bound: tuple[Any, ...]
    log: dict[str, Any] | None
    """As the merge rule reads it; None for what fits no table."""
    row: tuple[Any, ...] | None
    """The record's row, if this is the only change of it here and has values."""


def ready(changes: Sequence[Mapping[str, Any]], latest: int) -> dict[str, Ready]:
    """Changes whose authors were checked, by id, as `keep` stores them. Asks no database: for any thread.

    `latest` in microseconds: no row claims to be from later than that.
    """
    several = Counter((change["table"], change["row"]) for change in changes)
    return {
        change["id"]: _ready(change, latest, several[change["table"], change["row"]] == 1)
        for change in changes
    }


def _ready(change: Mapping[str, Any], latest: int, alone: bool) -> Ready:
    order, values, table = change.get("placed") or change["hlc"], change.get("patch") or {}, change["table"]
    unfit = projection.misfit((table, change["row"]), values, change["hlc"])
    patch = _kept(values)
    plain = plain_json(patch)
    if unfit is None and not plain and record_check.unclean(patch, values):
        unfit = "text"
    bound = (
        change["id"], change["device"], change["actor"], change["hlc"], change["table"], change["row"],
        change["case"], _json(change["base"]), patch.decode(), change["schema"], change["hash"], change["sig"],
        projection.iso(min(order, latest)), change.get("n"), change.get("placed"),
        change.get("salt"), unfit,
    )  # fmt: skip
    if unfit:
        return Ready(change, order, bound, None, None)
    log = projection.as_folded(change, plain)
    row = (
        projection.row((table, change["row"]), [log], latest)
        if alone and table in TABLES and values
        else None
    )
    return Ready(change, order, bound, log, row)


def _kept(patch: Any) -> bytes:
    try:
        return orjson.dumps(patch)
    except TypeError:  # nested deeper than the encoder goes
        return "".join(spelled(patch)).encode()


def keep(
    unit: Unit,
    changes: Iterable[Mapping[str, Any]],
    made: Mapping[str, Ready] | None = None,
    brought: Container[str] = (),
) -> set[str]:
    """Store changes whose authors were checked and fold the records they touch. Returns their scopes.

    What is held already only learns its number and its place. An erased one has the patch None. `made` is what
    `ready` said of some of them; `brought` are ids of changes that came with a record of another scope.
    """
    connection = unit.connection
    by_id = {str(change["id"]): change for change in changes}
    if not by_id:
        return set()
    stored = {row[0]: row[1:] for row in connection.exec_driver_sql(HELD, (_json([*by_id]),))}
    moved = _renumber(connection, by_id, stored)
    fresh = [change for id_, change in by_id.items() if id_ not in stored]
    if fresh:
        _insert(unit, fresh, made or {})
    projection.rebuild(connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    scopes = {scope_of(change) for change in fresh}
    met = _met(connection, [change for change in fresh if change["id"] not in brought], [*by_id])
    connection.exec_driver_sql(HOLD, (_json([*met, EVERYBODY]),))
    eviction.drop_asked(connection, scopes)
    return scopes | {
        scope_of(by_id[id_]) for id_ in stored if (by_id[id_]["table"], by_id[id_]["row"]) in moved
    }


def _met(connection: Connection, fresh: Iterable[Mapping[str, Any]], now: Sequence[str]) -> set[str]:
    """The scopes that this person turns out to hold: nothing else explains that these changes came.

    Whoever holds one scope of a record sees all of it. So the scope of a change says nothing where the record stood
    before in one that is held: a call that was attached to a case is seen by who has the case, and leaves with it.
    `fresh` in their order; `now` are the ids of all that is being stored.
    """
    new = list(fresh)
    scopes = {scope_of(change) for change in new}
    known_scopes = set(connection.exec_driver_sql(KNOWN, (_json([*scopes]),)).scalars())
    if scopes <= known_scopes:
        return set()
    rows = _json([change["row"] for change in new if scope_of(change) not in known_scopes])
    explained = {(table, row) for table, row in connection.exec_driver_sql(EXPLAINED, (rows, _json(now)))}
    met: set[str] = set()
    for change in new:
        key, scope = (change["table"], change["row"]), scope_of(change)
        if scope not in known_scopes and key not in explained:
            met.add(scope)
        explained.add(key)
    return met


def _renumber(
    connection: Connection, by_id: Mapping[str, Mapping[str, Any]], stored: Mapping[str, Sequence[Any]]
) -> set[Key]:
    """The numbers of what is held already; returns the records whose order that changes."""
    rows, moved = [], set()
    for id_, (n, placed) in stored.items():
        change = by_id[id_]
        if (change.get("n") or n, change.get("placed")) != (n, placed):
            rows.append((id_, change.get("n") or n, change.get("placed")))
        if change.get("placed") != placed:
            moved.add((change["table"], change["row"]))
    if rows:
        connection.exec_driver_sql(NUMBERED, (_json(rows),))
    return {key for key in moved if key[0] in TABLES}


def _insert(unit: Unit, fresh: Sequence[Mapping[str, Any]], made: Mapping[str, Ready]) -> None:
    connection, latest = unit.connection, instants.micros(unit.now)
    # One id can come twice, and only one of the two be proven: what was made of the other does not count.
    unmade = [
        change for change in fresh if change["id"] not in made or made[change["id"]].change is not change
    ]
    made = {**made, **ready(unmade, latest)} if unmade else made
    new = [made[change["id"]] for change in fresh]
    by_record: dict[Key, list[Ready]] = {}
    for prepared in new:
        key = (prepared.change["table"], prepared.change["row"])
        if prepared.log is not None and key[0] in TABLES:
            by_record.setdefault(key, []).append(prepared)
    logged = _with_log(connection, by_record)
    move_clock(unit, max(prepared.order for prepared in new))
    bulk.insert(connection, INSERT, MARKS, [prepared.bound for prepared in new])
    first = {key: of for key, of in by_record.items() if key not in logged}
    rows = {key: row for key, of in first.items() if len(of) == 1 and (row := of[0].row) is not None}
    projection.insert(connection, rows)
    logs = {
        key: [prepared.log for prepared in of if prepared.log is not None]
        for key, of in first.items()
        if key not in rows
    }
    projection.write(connection, logs, instants.iso(unit.now), latest)
    projection.rebuild(connection, logged, instants.iso(unit.now), latest)
    stale = set().union(
        *(state.stale_ids(change["table"], change["row"], change["case"]) for change in fresh)
    )
    stale |= {change["row"] for change in fresh if change["table"] == "contacts"}
    state.mark_stale(connection, stale)


def _with_log(connection: Connection, records: Iterable[Key]) -> set[Key]:
    """Those records of which changes are held already."""
    rows: dict[str, list[str]] = {}
    for table, row in records:
        rows.setdefault(table, []).append(row)
    return {
        (table, row)
        for table, ids in rows.items()
        for (row,) in connection.exec_driver_sql(IN_LOG, (table, _json(ids)))
    }


def move_clock(unit: Unit, seen: int) -> None:
    """Note the greatest stamp met, this laptop's own newest too: the next save comes after it."""
    former = state.get(unit.connection, server_state.SEEN, 0)
    newest = max(min(seen, clock.LATEST), former, unit.newest())
    if newest > former:
        unit.remember(server_state.SEEN, newest)


def apply_page(
    unit: Unit,
    page: Mapping[str, Any],
    good: Mapping[str, Mapping[str, Any]],
    asides: Iterable[Mapping[str, Any]],
) -> frozenset[str] | None:
    """Store a page and the cursor behind it; the scopes it touched, or None for a page that begins elsewhere.

    `good` holds the page's checked changes by id, and own ones that were fetched; `asides` the others.
    """
    cursor = state.get(unit.connection, server_state.CURSOR)
    if cursor != list(page["from"]):
        return None
    touched = _own(unit, [entry for entry in page["entries"] if entry["k"] == "own"], good)
    bundle: list[Mapping[str, Any]] = []
    brought = {str(change["id"]) for entry in page["entries"] for change in entry.get("before", ())}
    for entry in page["entries"]:
        if entry["k"] == "change":
            members = [*entry.get("before", ()), {**entry["c"], "n": entry["n"]}]
            bundle += [
                {**good[member["id"]], "n": member.get("n")} for member in members if member["id"] in good
            ]
        elif entry["k"] in TOLD:
            touched |= keep(unit, bundle, brought=brought)
            bundle = []
            touched |= _told(unit, entry)
    touched |= keep(unit, bundle, brought=brought)
    put_aside(unit, asides)
    unit.remember(server_state.CURSOR, list(page["next"]))
    return frozenset(touched)


def _own(unit: Unit, entries: list[Mapping[str, Any]], good: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The server's numbers of this laptop's changes; one that was fetched is stored.

    They do not wait for the entries around them: whose scope went is dropped when it is stored.
    """
    if not entries:
        return set()
    fetched = [
        {**good[entry["id"]], "n": entry["n"], "placed": entry.get("placed")}
        for entry in entries
        if entry["id"] in good
    ]
    query = f"""SELECT id, "table", row, n, placed FROM changes WHERE id IN {AMONG}"""
    stored = {
        row[0]: row[1:]
        for row in unit.connection.exec_driver_sql(query, (_json([e["id"] for e in entries]),))
    }
    numbered, moved = [], set()
    for entry in entries:
        table, row, n, placed = stored.get(entry["id"], (None, None, None, None))
        if table and (n, placed) != (entry["n"], entry.get("placed")):
            numbered.append((entry["id"], entry["n"], entry.get("placed")))
            if placed != entry.get("placed") and table in TABLES:
                moved.add((table, row))
    if numbered:
        unit.connection.exec_driver_sql(NUMBERED, (_json(numbered),))
    projection.rebuild(unit.connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    return keep(unit, fetched)


def _told(unit: Unit, entry: Mapping[str, Any]) -> set[str]:
    """A grant, a revocation, an erasure, an offer, a match: unsigned words, by which nothing of this laptop is lost."""
    connection, scope = unit.connection, str(entry["scope"])
    match entry["k"]:
        case "grant":
            connection.exec_driver_sql(WANT, (_json([[scope, int(entry.get("rank") or 0)]]),))
            _open_until(unit, scope, entry.get("until"))
        case "revoke":
            eviction.hide(connection, scope, str(entry.get("reason") or "revoked"))
            _open_until(unit, scope, None)
            eviction.drop_asked(connection, [scope])
        case "erase":
            server_state.alarm(connection, server_state.ORDER_UNSIGNED, unit.now)
            return set()
        case "offer":
            _offered(unit, scope, entry.get("data") or {})
        case "match":
            _matched(unit, scope, entry.get("band"))
    return {scope}


def _open_until(unit: Unit, scope: str, until: object) -> None:
    moment = until if isinstance(until, str) and moments.zoned(until) else None
    unit.remember(server_state.UNTIL + scope, moment)


def _matched(unit: Unit, scope: str, band: object) -> None:
    if band in BANDS:
        unit.remember(server_state.MATCH + scope, band)


def _offered(unit: Unit, scope: str, data: Mapping[str, Any]) -> None:
    standing = dict(state.get(unit.connection, server_state.OFFERS, {}))
    standing.pop(scope, None)
    if data.get("state") in (None, "open", "offered"):
        standing[scope] = dict(data)
    unit.remember(server_state.OFFERS, standing or None)


def put_aside(unit: Unit, changes: Iterable[Mapping[str, Any]]) -> None:
    """Keep changes whose author could not be checked, apart from everything."""
    for change in changes:
        deep = record_check.json_flaw(list(change.values())) == "deep"
        unit.remember(
            server_state.ASIDE + str(change["id"]), {**change, "patch": None} if deep else dict(change)
        )


def begin(
    unit: Unit,
    cursor: Sequence[Any],
    scopes: Sequence[tuple[str, int]],
    matches: Iterable[tuple[str, object]] = (),
    until: Iterable[tuple[str, object]] = (),
) -> frozenset[str]:
    """Read everything anew from `cursor` on: these scopes are wanted, what is not among them hides.

    `matches`: scope and band, as the person was told of it on another laptop or before; `until`: scope and instant, of
    what a hand-over opened. Returns the scopes that went.
    The days without proof of the server (CONTACT) are counted from here at the latest.
    """
    connection = unit.connection
    named = {scope for scope, _rank in scopes}
    shown_scopes = connection.exec_driver_sql(
        "SELECT id FROM scopes WHERE state IN ('held', 'wanted')"
    ).scalars()
    left = {scope for scope in shown_scopes if scope not in named and scope != EVERYBODY}
    connection.exec_driver_sql("UPDATE scopes SET state = 'gone', reason = 'revoked' WHERE id IN "
                               "(SELECT value FROM json_each(?))", (_json([*left]),))  # fmt: skip
    if scopes:
        connection.exec_driver_sql(WANT, (_json([[scope, int(rank)] for scope, rank in scopes]),))
    unit.remember(server_state.CURSOR, list(cursor))
    unit.remember(server_state.PROOF, None)
    unit.remember(server_state.TOTAL, len(scopes))
    if state.get(connection, server_state.CONTACT) is None:
        unit.remember(server_state.CONTACT, instants.iso(unit.now))
    for scope in state.starting_with(connection, server_state.UNTIL):
        _open_until(unit, scope, None)
    for scope, ends in until:
        _open_until(unit, scope, ends)
    for scope, band in matches:
        if scope in named:
            _matched(unit, scope, band)
    return frozenset(left)


def history_read(unit: Unit, asked: Sequence[str], done: Iterable[str], next_: Sequence[Any] | None) -> None:
    """Note which wanted histories are whole, and how far the one in work is."""
    named = set(asked)
    unit.connection.exec_driver_sql(WHOLE, (_json([scope for scope in done if scope in named]),))
    if next_ is not None:
        unit.connection.exec_driver_sql(
            "UPDATE scopes SET after = ? WHERE id = ? AND state = 'wanted'", (int(next_[1]), str(next_[0]))
        )

"""What the server says, stored: each page with its cursor, each acknowledgement with its receipt.

Every function runs in one write transaction of its caller. Signatures were checked before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from lnctp_tui.domain.scopes import EVERYBODY, scope_of
from lnctp_tui.domain.text import plain_json
from lnctp_tui.storage import folding, instants, leaving, server_state, state
from lnctp_tui.storage.folding import Key
from lnctp_tui.storage.session import TABLES, Unit

AMONG = "(SELECT value FROM json_each(?))"
INSERT = """INSERT INTO changes (id, device, actor, hlc, "table", row, "case", base, patch, schema, hash, sig, at,
  form, sent, n, placed, refused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 2, ?, ?, NULL)"""
HELD = f"SELECT id, n, placed FROM changes WHERE id IN {AMONG}"
IN_LOG = 'SELECT DISTINCT row FROM changes WHERE "table" = ? AND row IN (SELECT value FROM json_each(?))'
NUMBERED = "UPDATE changes SET n = ?, placed = ?, refused = NULL WHERE id = ?"
HOLD = "INSERT OR IGNORE INTO scopes (id, state, rank, after) VALUES (?, 'held', 0, 0)"
WANT = """INSERT INTO scopes (id, state, rank, after) VALUES (?, 'wanted', ?, 0)
ON CONFLICT (id) DO UPDATE SET state = 'wanted', rank = excluded.rank, after = 0, reason = NULL"""


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def keep(unit: Unit, changes: Iterable[Mapping[str, Any]]) -> set[str]:
    """Store changes whose authors were checked and fold the records they touch. Returns their scopes.

    What is held already only learns its number and its place. An erased one has the patch None.
    """
    connection = unit.connection
    wanted = {str(each["id"]): each for each in changes}
    if not wanted:
        return set()
    held = {row[0]: row[1:] for row in connection.exec_driver_sql(HELD, (_json([*wanted]),))}
    moved = _renumber(connection, wanted, held)
    fresh = [each for id_, each in wanted.items() if id_ not in held]
    if fresh:
        _insert(unit, fresh)
    leaving.refold(connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    scopes = {scope_of(each) for each in fresh}
    connection.exec_driver_sql(HOLD, [(scope,) for scope in scopes | {EVERYBODY}])
    # Of a scope that went, nothing stays: if it comes back, its whole history comes with the grant.
    for scope in gone(connection, scopes):
        leaving.drop(connection, scope)
    return scopes | {
        scope_of(wanted[id_]) for id_ in held if (wanted[id_]["table"], wanted[id_]["row"]) in moved
    }


def gone(connection: Connection, scopes: Iterable[str]) -> list[str]:
    """Which of these scopes were taken from this laptop."""
    query = "SELECT id FROM scopes WHERE state = 'gone' AND id IN (SELECT value FROM json_each(?))"
    return [str(each) for each in connection.exec_driver_sql(query, (_json([*scopes]),)).scalars()]


def _renumber(
    connection: Connection, wanted: Mapping[str, Mapping[str, Any]], held: Mapping[str, Sequence[Any]]
) -> set[Key]:
    """The numbers of what is held already; returns the records whose order that changes."""
    rows, moved = [], set()
    for id_, (n, placed) in held.items():
        said = wanted[id_]
        if (said.get("n") or n, said.get("placed")) != (n, placed):
            rows.append((said.get("n") or n, said.get("placed"), id_))
        if said.get("placed") != placed:
            moved.add((said["table"], said["row"]))
    if rows:
        connection.exec_driver_sql(NUMBERED, rows)
    return {key for key in moved if key[0] in TABLES}


def _insert(unit: Unit, fresh: Sequence[Mapping[str, Any]]) -> None:
    connection, latest = unit.connection, instants.micros(unit.now)
    by_record: dict[Key, list[dict[str, Any]]] = {}
    rows = []
    seen = 0
    for each in fresh:
        order = each.get("placed") or each["hlc"]
        seen = max(seen, order)
        patch = orjson.dumps(each.get("patch") or {})
        rows.append(
            (each["id"], each["device"], each["actor"], each["hlc"], each["table"], each["row"], each["case"],
             _json(each["base"]), patch.decode(), each["schema"], each["hash"], each["sig"],
             folding.iso(min(order, latest)), each.get("n"), each.get("placed"))
        )  # fmt: skip
        if each["table"] in TABLES:
            by_record.setdefault((each["table"], each["row"]), []).append(
                folding.as_folded(each, plain_json(patch))
            )
    known = _with_log(connection, by_record)
    move_clock(unit, seen)
    connection.exec_driver_sql(INSERT, rows)
    folding.write(
        connection,
        {key: log for key, log in by_record.items() if key not in known},
        instants.iso(unit.now),
        latest,
    )
    leaving.refold(connection, known, instants.iso(unit.now), latest)
    stale = {each["case"] or each["row"] for each in fresh}
    stale |= {each["row"] for each in fresh if each["table"] == "contacts"}
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
    known = state.get(unit.connection, server_state.SEEN, 0)
    newest = max(seen, known, unit.newest())
    if newest > known:
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
    touched = _own(unit, [each for each in page["entries"] if each["k"] == "own"], good)
    bundle: list[Mapping[str, Any]] = []
    for entry in page["entries"]:
        if entry["k"] == "change":
            members = [*entry.get("before", ()), {**entry["c"], "n": entry["n"]}]
            bundle += [{**good[each["id"]], "n": each.get("n")} for each in members if each["id"] in good]
        elif entry["k"] != "own":
            touched |= keep(unit, bundle)
            bundle = []
            touched |= _told(unit, entry)
    touched |= keep(unit, bundle)
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
        {**good[each["id"]], "n": each["n"], "placed": each.get("placed")}
        for each in entries
        if each["id"] in good
    ]
    query = f"""SELECT id, "table", row, n, placed FROM changes WHERE id IN {AMONG}"""
    held = {
        row[0]: row[1:]
        for row in unit.connection.exec_driver_sql(query, (_json([e["id"] for e in entries]),))
    }
    numbered, moved = [], set()
    for each in entries:
        table, row, n, placed = held.get(each["id"], (None, None, None, None))
        if table and (n, placed) != (each["n"], each.get("placed")):
            numbered.append((each["n"], each.get("placed"), each["id"]))
            if placed != each.get("placed") and table in TABLES:
                moved.add((table, row))
    if numbered:
        unit.connection.exec_driver_sql(NUMBERED, numbered)
    leaving.refold(unit.connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    return keep(unit, fetched)


def _told(unit: Unit, entry: Mapping[str, Any]) -> set[str]:
    """A grant, a revocation, an erasure, an offer."""
    connection, scope = unit.connection, str(entry["scope"])
    match entry["k"]:
        case "grant":
            connection.exec_driver_sql(WANT, (scope, int(entry.get("rank") or 0)))
        case "revoke":
            leaving.leave(connection, scope, str(entry.get("reason") or "revoked"))
        case "erase":
            now, latest = instants.iso(unit.now), instants.micros(unit.now)
            leaving.erase(connection, scope, entry["ids"], now, latest)
        case "offer":
            _offered(unit, scope, entry.get("data") or {})
    return {scope}


def _offered(unit: Unit, scope: str, data: Mapping[str, Any]) -> None:
    standing = dict(state.get(unit.connection, server_state.OFFERS, {}))
    standing.pop(scope, None)
    if data.get("state") in (None, "open", "offered"):
        standing[scope] = dict(data)
    unit.remember(server_state.OFFERS, standing or None)


def put_aside(unit: Unit, changes: Iterable[Mapping[str, Any]]) -> None:
    """Keep changes whose author could not be checked, apart from everything."""
    for each in changes:
        unit.remember(server_state.ASIDE + str(each["id"]), dict(each))


def begin(unit: Unit, cursor: Sequence[Any], scopes: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Read everything anew from `cursor` on: these scopes are wanted, what is not among them goes.

    Returns the scopes that went.
    """
    connection = unit.connection
    named = {scope for scope, _rank in scopes}
    held = connection.exec_driver_sql("SELECT id FROM scopes WHERE state IN ('held', 'wanted')").scalars()
    left = {scope for scope in held if scope not in named and scope != EVERYBODY}
    connection.exec_driver_sql("UPDATE scopes SET state = 'gone', reason = 'revoked' WHERE id IN "
                               "(SELECT value FROM json_each(?))", (_json([*left]),))  # fmt: skip
    for scope in left:
        leaving.drop(connection, scope)
    if scopes:
        connection.exec_driver_sql(WANT, [(scope, int(rank)) for scope, rank in scopes])
    unit.remember(server_state.CURSOR, list(cursor))
    unit.remember(server_state.PROOF, None)
    unit.remember(server_state.TOTAL, len(scopes))
    return frozenset(left)


def history_read(unit: Unit, asked: Sequence[str], done: Iterable[str], next_: Sequence[Any] | None) -> None:
    """Note which wanted histories are whole, and how far the one in work is."""
    named = set(asked)
    scopes = [(each,) for each in done if each in named]
    if scopes:
        unit.connection.exec_driver_sql(
            "UPDATE scopes SET state = 'held', after = 0 WHERE id = ? AND state = 'wanted'", scopes
        )
    if next_ is not None:
        unit.connection.exec_driver_sql(
            "UPDATE scopes SET after = ? WHERE id = ? AND state = 'wanted'", (int(next_[1]), str(next_[0]))
        )

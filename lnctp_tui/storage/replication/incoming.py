"""What the server says, stored: each page with its cursor, each acknowledgement with its receipt.

Every function runs in one write transaction of its caller. Signatures were checked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.scopes import EVERYBODY, scope_of
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
TOLD = frozenset({"grant", "revoke", "erase", "offer"})
"""Entries that are no changes. What a newer server tells besides is let be."""
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
    several = Counter((each["table"], each["row"]) for each in changes)
    return {each["id"]: _ready(each, latest, several[each["table"], each["row"]] == 1) for each in changes}


def _ready(change: Mapping[str, Any], latest: int, alone: bool) -> Ready:
    order, said, table = change.get("placed") or change["hlc"], change.get("patch") or {}, change["table"]
    flaw = record_check.flaw(table, said, change["hlc"])
    patch = _kept(said)
    plain = plain_json(patch)
    unfit = flaw.reason if flaw else None if plain or not record_check.unclean(patch, said) else "text"
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
        projection.row((table, change["row"]), [log], latest) if alone and table in TABLES and said else None
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
    wanted = {str(each["id"]): each for each in changes}
    if not wanted:
        return set()
    held = {row[0]: row[1:] for row in connection.exec_driver_sql(HELD, (_json([*wanted]),))}
    moved = _renumber(connection, wanted, held)
    fresh = [each for id_, each in wanted.items() if id_ not in held]
    if fresh:
        _insert(unit, fresh, made or {})
    projection.rebuild(connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    scopes = {scope_of(each) for each in fresh}
    met = _met(connection, [each for each in fresh if each["id"] not in brought], [*wanted])
    connection.exec_driver_sql(HOLD, (_json([*met, EVERYBODY]),))
    eviction.drop_asked(connection, scopes)
    return scopes | {
        scope_of(wanted[id_]) for id_ in held if (wanted[id_]["table"], wanted[id_]["row"]) in moved
    }


def _met(connection: Connection, fresh: Iterable[Mapping[str, Any]], now: Sequence[str]) -> set[str]:
    """The scopes that this person turns out to hold: nothing else explains that these changes came.

    Whoever holds one scope of a record sees all of it. So the scope of a change says nothing where the record stood
    before in one that is held: a call that was attached to a case is seen by who has the case, and leaves with it.
    `fresh` in their order; `now` are the ids of all that is being stored.
    """
    new = list(fresh)
    scopes = {scope_of(each) for each in new}
    known = set(connection.exec_driver_sql(KNOWN, (_json([*scopes]),)).scalars())
    if scopes <= known:
        return set()
    asked = _json([each["row"] for each in new if scope_of(each) not in known])
    explained = {(table, row) for table, row in connection.exec_driver_sql(EXPLAINED, (asked, _json(now)))}
    found: set[str] = set()
    for each in new:
        key, scope = (each["table"], each["row"]), scope_of(each)
        if scope not in known and key not in explained:
            found.add(scope)
        explained.add(key)
    return found


def _renumber(
    connection: Connection, wanted: Mapping[str, Mapping[str, Any]], held: Mapping[str, Sequence[Any]]
) -> set[Key]:
    """The numbers of what is held already; returns the records whose order that changes."""
    rows, moved = [], set()
    for id_, (n, placed) in held.items():
        said = wanted[id_]
        if (said.get("n") or n, said.get("placed")) != (n, placed):
            rows.append((id_, said.get("n") or n, said.get("placed")))
        if said.get("placed") != placed:
            moved.add((said["table"], said["row"]))
    if rows:
        connection.exec_driver_sql(NUMBERED, (_json(rows),))
    return {key for key in moved if key[0] in TABLES}


def _insert(unit: Unit, fresh: Sequence[Mapping[str, Any]], made: Mapping[str, Ready]) -> None:
    connection, latest = unit.connection, instants.micros(unit.now)
    # One id can come twice, and only one of the two be proven: what was made of the other does not count.
    unmade = [each for each in fresh if each["id"] not in made or made[each["id"]].change is not each]
    made = {**made, **ready(unmade, latest)} if unmade else made
    new = [made[each["id"]] for each in fresh]
    by_record: dict[Key, list[Ready]] = {}
    for each in new:
        key = (each.change["table"], each.change["row"])
        if each.log is not None and key[0] in TABLES:
            by_record.setdefault(key, []).append(each)
    known = _with_log(connection, by_record)
    move_clock(unit, max(each.order for each in new))
    bulk.insert(connection, INSERT, MARKS, [each.bound for each in new])
    first = {key: of for key, of in by_record.items() if key not in known}
    rows = {key: row for key, of in first.items() if len(of) == 1 and (row := of[0].row) is not None}
    projection.insert(connection, rows)
    logs = {
        key: [each.log for each in of if each.log is not None] for key, of in first.items() if key not in rows
    }
    projection.write(connection, logs, instants.iso(unit.now), latest)
    projection.rebuild(connection, known, instants.iso(unit.now), latest)
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
    brought = {str(each["id"]) for entry in page["entries"] for each in entry.get("before", ())}
    for entry in page["entries"]:
        if entry["k"] == "change":
            members = [*entry.get("before", ()), {**entry["c"], "n": entry["n"]}]
            bundle += [{**good[each["id"]], "n": each.get("n")} for each in members if each["id"] in good]
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
            numbered.append((each["id"], each["n"], each.get("placed")))
            if placed != each.get("placed") and table in TABLES:
                moved.add((table, row))
    if numbered:
        unit.connection.exec_driver_sql(NUMBERED, (_json(numbered),))
    projection.rebuild(unit.connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    return keep(unit, fetched)


def _told(unit: Unit, entry: Mapping[str, Any]) -> set[str]:
    """A grant, a revocation, an erasure, an offer: unsigned words, by which nothing of this laptop is lost."""
    connection, scope = unit.connection, str(entry["scope"])
    match entry["k"]:
        case "grant":
            connection.exec_driver_sql(WANT, (_json([[scope, int(entry.get("rank") or 0)]]),))
        case "revoke":
            eviction.hide(connection, scope, str(entry.get("reason") or "revoked"))
            eviction.drop_asked(connection, [scope])
        case "erase":
            server_state.alarm(connection, server_state.ORDER_UNSIGNED, unit.now)
            return set()
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
        deep = record_check.json_flaw(list(each.values())) == "deep"
        unit.remember(server_state.ASIDE + str(each["id"]), {**each, "patch": None} if deep else dict(each))


def begin(unit: Unit, cursor: Sequence[Any], scopes: Sequence[tuple[str, int]]) -> frozenset[str]:
    """Read everything anew from `cursor` on: these scopes are wanted, what is not among them hides.

    Returns the scopes that went. The days without proof of the server (CONTACT) are counted from here at the latest.
    """
    connection = unit.connection
    named = {scope for scope, _rank in scopes}
    held = connection.exec_driver_sql("SELECT id FROM scopes WHERE state IN ('held', 'wanted')").scalars()
    left = {scope for scope in held if scope not in named and scope != EVERYBODY}
    connection.exec_driver_sql("UPDATE scopes SET state = 'gone', reason = 'revoked' WHERE id IN "
                               "(SELECT value FROM json_each(?))", (_json([*left]),))  # fmt: skip
    if scopes:
        connection.exec_driver_sql(WANT, (_json([[scope, int(rank)] for scope, rank in scopes]),))
    unit.remember(server_state.CURSOR, list(cursor))
    unit.remember(server_state.PROOF, None)
    unit.remember(server_state.TOTAL, len(scopes))
    if state.get(connection, server_state.CONTACT) is None:
        unit.remember(server_state.CONTACT, instants.iso(unit.now))
    return frozenset(left)


def history_read(unit: Unit, asked: Sequence[str], done: Iterable[str], next_: Sequence[Any] | None) -> None:
    """Note which wanted histories are whole, and how far the one in work is."""
    named = set(asked)
    unit.connection.exec_driver_sql(WHOLE, (_json([each for each in done if each in named]),))
    if next_ is not None:
        unit.connection.exec_driver_sql(
            "UPDATE scopes SET after = ? WHERE id = ? AND state = 'wanted'", (int(next_[1]), str(next_[0]))
        )

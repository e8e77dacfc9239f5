"""Changes into the log, in five steps: lock, decide, project, prove, append.

The locks come in the order of docs/synchronisation.md, "The server's log". A transaction that is tried again begins
with the changes as they arrived: nothing that an earlier one decided is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from lnctp_tui.domain.records import writing
from lnctp_tui.server.admin import audit
from lnctp_tui.server.ingest import linking, log, quarantine, rows
from lnctp_tui.server.ingest.decide import Decision, Record, Stored, View, decide, named_case
from lnctp_tui.server.ingest.incoming import IncomingChange
from lnctp_tui.server.ingest.log import Entry
from lnctp_tui.server.ingest.rows import Key
from lnctp_tui.server.postgres.database import IDS, Db, lines
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire
from lnctp_tui.sync.wire import Cursor

AHEAD = 120_000_000
"""Microseconds that a change may be ahead of its arrival before it is ordered by that."""

INSERT_RECORDS = f"""INSERT INTO records (team, "table", "row", scopes)
  SELECT %s, k.t, k.r, string_to_array(k.s, ' ') FROM unnest({IDS}, {IDS}, {IDS}) AS k(t, r, s)
  ORDER BY k.r, k.t ON CONFLICT DO NOTHING RETURNING "table", "row" """
LOCK_RECORDS = f"""SELECT r."table", r."row", r.scopes, r.erased
  FROM records r JOIN unnest({IDS}, {IDS}) AS k(t, r)
    ON k.r = r."row" AND k.t = r."table"
  WHERE r.team = %s ORDER BY r."row", r."table" FOR UPDATE OF r"""
KNOWN = f"""SELECT id, n, placed, hash FROM log WHERE team = %s AND id = ANY({IDS})
  UNION ALL SELECT id, NULL, NULL, NULL FROM quarantine WHERE team = %s
    AND id = ANY({IDS})"""
SCOPES = f"""SELECT person, scope, state FROM access WHERE team = %s AND scope = ANY({IDS})
  UNION ALL SELECT '', "row", 'erased' FROM records WHERE team = %s
    AND "row" = ANY({IDS}) AND erased"""
SET_RECORDS = """UPDATE records r SET scopes = string_to_array(k.s, ' '), erased = r.erased OR k.e
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::boolean[]) AS k(t, r, s, e)
  WHERE r.team = %s AND r."row" = k.r AND r."table" = k.t"""
DROP_RECORDS = "DELETE FROM records WHERE team = %s AND scopes = '{}'  AND \"row\" = ANY(%s)"
BELONG = f"""INSERT INTO belongs (team, scope, "table", "row")
  SELECT %s, k.s, k.t, k.r FROM unnest({IDS}, {IDS},
    {IDS}) AS k(s, t, r) ON CONFLICT DO NOTHING"""
GIVE = f"""INSERT INTO access (team, person, scope, state, rank)
  SELECT %s, k.p, k.s, 'held', k.r FROM unnest({IDS}, {IDS}, %s::bigint[])
    AS k(p, s, r)
  WHERE EXISTS (SELECT FROM people p WHERE p.team = %s AND p.id = k.p)
  ORDER BY k.s, k.p ON CONFLICT DO NOTHING"""
"""Only people that there are: a hand-over may name anybody."""


Note = tuple[str, str, str]
"""For the audit: actor, action, record."""


class Ingested(NamedTuple):
    """What a transaction stored."""

    head: Cursor
    """Where the log then ends."""
    results: list[list[Any]]
    """Of each change, in their order, as it is answered: id, status, number, placed, reason."""


@dataclass(slots=True)
class IngestBatch:
    """What the decisions make to be written."""

    received_at: str
    decisions: list[Decision] = field(default_factory=list)
    """Of each change, in their order."""
    entries: list[Entry] = field(default_factory=list)
    new: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)
    """Record → its accepted changes."""
    joined: list[tuple[str, str, str]] = field(default_factory=list)
    """Scope, table, row."""
    given: dict[tuple[str, str], int] = field(default_factory=dict)
    """Person and scope → rank."""
    erased_ids: dict[str, list[str]] = field(default_factory=dict)
    """Scope → changes that came for what is erased there."""

    def add(self, change: IncomingChange, decision: Decision) -> None:
        """One accepted change."""
        entry = _entry(change, decision, self.received_at)
        self.entries.append(entry)
        self.new.setdefault(change.key, []).append({**change.raw, "placed": decision.placed})
        if decision.erased:
            self.erased_ids.setdefault(decision.scope, []).append(change.id)
        if decision.enters:
            self.joined.append((decision.scope, *change.key))
        for person in decision.sees:
            self.given[person, decision.scope] = -(rows.ordered_by(entry) // 1_000_000)


def ingest(
    connection: Db,
    team: str,
    changes: Sequence[IncomingChange],
    now: datetime,
    closing: Callable[[], Iterable[Note]] = tuple,
) -> Ingested:
    """Stores what may be stored, quarantines the rest, and says for each what became of it.

    `closing` proves what was taken so far, before numbers are drawn: it gives the audit's entries, or raises to end it
    all. Duty `serve`.
    """
    sound = [change for change in changes if change.reason is None]
    # A pipeline sends statements one after the other without waiting for each; COPY cannot stand in one.
    with connection.pipeline():
        view = _locked(connection, team, sound, now)
    batch = _decided(changes, view, now)
    logs = _logs(connection, team, batch, view, now)
    statements = rows.ready(connection, team, {key: log_ for key, log_ in logs.items() if log_})
    matched = linking.arrived(connection, team, logs, _authors(changes, batch), batch.given, now)
    batch.entries += matched.entries
    with ExitStack() as together:
        together.enter_context(connection.pipeline())
        _write(connection, team, batch, view, statements)
        quarantine.add(connection, team, _refused(changes, batch.decisions), now)
        content = log.written(batch.entries)  # while PostgreSQL writes the rows
        if content is not None:
            together.close()
            log.stage(connection, content)
        for actor, action, record in (*closing(), *matched.notes):
            audit.note(connection, team, now, actor, action, record)
        first, head = log.append(connection, team, batch.entries, staged=content is not None)
    return Ingested(head, [_result(*pair, first) for pair in zip(changes, batch.decisions, strict=True)])


def _locked(connection: Db, team: str, sound: Sequence[IncomingChange], now: datetime) -> View:
    """The records of all changes, made or locked, and what is seen after that."""
    view = View(instants.micros(now) + AHEAD)
    if sound:
        view.records = _records(connection, team, sound)
        _look(connection, team, sound, view)
    return view


def _records(connection: Db, team: str, sound: Sequence[IncomingChange]) -> dict[Key, Record]:
    offered: dict[Key, set[str]] = {}
    for change in sound:
        offered.setdefault(change.key, set()).add(wire.scope_of(change.raw))
    tables, ids = [key[0] for key in offered], [key[1] for key in offered]
    scopes = [" ".join(sorted(of)) for of in offered.values()]
    named = (lines(tables), lines(ids))
    new_keys = connection.execute(INSERT_RECORDS, (team, *named, lines(scopes))).fetchall()
    records = {(t, r): Record(stored=offered[t, r], fresh=True) for t, r in new_keys}
    if len(new_keys) < len(offered):
        for table, row, of, erased in connection.execute(LOCK_RECORDS, (*named, team)):
            if (table, row) not in records:
                records[table, row] = Record(set(of), set(of), erased, erased)
    return records


def _look(connection: Db, team: str, sound: Sequence[IncomingChange], view: View) -> None:
    """After the locks: a change that another process just stored is known by now."""
    ids = lines(change.id for change in sound)
    known = connection.execute(KNOWN, (team, ids, team, ids))
    scopes = {wire.scope_of(change.raw) for change in sound}.union(
        *(record.scopes for record in view.records.values()),
        filter(None, (named_case(change.raw) for change in sound)),
    )
    scope_lines = lines(sorted(scopes - {wire.EVERYBODY}))
    access = connection.execute(SCOPES, (team, scope_lines, team, scope_lines))
    for id_, n, placed, hash_ in known:
        if n is None:
            view.held_back.add(id_)
        else:
            view.known[id_] = Stored(n, placed, hash_)
    for person, scope, state in access:
        if state == "erased":
            view.erased_scopes.add(scope)
        else:
            view.seen.add((person, scope))
            view.scopes.add(scope)


def _decided(changes: Sequence[IncomingChange], view: View, now: datetime) -> IngestBatch:
    """Each change after those before it."""
    batch = IngestBatch(instants.iso(now))
    for change in changes:
        decision = decide(change, view) if change.reason is None else Decision("refused", change.reason)
        batch.decisions.append(decision)
        if decision.status == "accepted":
            view.take(change, decision)
            batch.add(change, decision)
    return batch


def _entry(change: IncomingChange, decision: Decision, received_at: str) -> Entry:
    raw, writer = change.raw, change.writer
    assert writer is not None
    patch = orjson.dumps(raw["patch"])
    entry: Entry = {name: raw[name] for name in wire.SENT} | {
        "kind": "change",
        "placed": decision.placed,
        "received_at": received_at,
        "person": writer.person,
        "scope": decision.scope,
        "patch": patch.decode(),
        "salt": raw.get("salt"),
        "size": len(patch),
        "joins": decision.joins,
    }
    if raw["table"] in writing.TASKS:
        # A supervisor answers for what they let in; else the writer does, with the role of this moment.
        entry["data"] = {"role": change.device.role if change.trusted else writer.role}
    if decision.erased:
        entry["patch"], entry["salt"], entry["size"] = None, None, 0
    return entry


def _authors(changes: Sequence[IncomingChange], batch: IngestBatch) -> dict[Key, str]:
    """Who wrote what was accepted; a supervisor, who sees all cases, is not named."""
    pairs = zip(changes, batch.decisions, strict=True)
    return {
        change.key: change.writer.person
        for change, decision in pairs
        if decision.status == "accepted" and change.writer is not None and change.writer.role != "supervisor"
    }


def _logs(
    connection: Db, team: str, batch: IngestBatch, view: View, now: datetime
) -> dict[Key, list[dict[str, Any]]]:
    """The changes of all records that were accepted; what came for an erased record is blank, and has none."""
    shown = {key: new for key, new in batch.new.items() if not view.records[key].erased}
    logs = rows.logs(connection, team, (key for key in shown if not view.records[key].fresh))
    for scope, ids in batch.erased_ids.items():
        batch.entries.append(log.event("erase", now, scope, data={"ids": ids}))
    return {key: logs.get(key, []) + new if key in shown else [] for key, new in batch.new.items()}


def _write(
    connection: Db, team: str, batch: IngestBatch, view: View, statements: Sequence[rows.Statement]
) -> None:
    """Rows, records and access. Nothing is waited for."""
    for statement, parameters in statements:
        connection.execute(statement, parameters)
    moved = {
        key: record
        for key, record in view.records.items()
        if (record.scopes, record.erased) != (record.stored, record.was_erased)
    }
    if moved:
        tables, ids = [key[0] for key in moved], [key[1] for key in moved]
        scopes = [" ".join(sorted(record.scopes)) for record in moved.values()]
        erased = [record.erased for record in moved.values()]
        connection.execute(SET_RECORDS, (tables, ids, scopes, erased, team))
        connection.execute(DROP_RECORDS, (team, ids))
    if batch.joined:
        connection.execute(BELONG, (team, *map(lines, zip(*batch.joined, strict=True))))
    if batch.given:
        people, scopes = [key[0] for key in batch.given], [key[1] for key in batch.given]
        connection.execute(GIVE, (team, lines(people), lines(scopes), list(batch.given.values()), team))
    if free := sorted(view.held_back & view.met.keys()):
        quarantine.remove(connection, team, free)


def _refused(
    changes: Sequence[IncomingChange], decisions: Sequence[Decision]
) -> list[tuple[IncomingChange, str]]:
    pairs = zip(changes, decisions, strict=True)
    return [(change, decision.reason) for change, decision in pairs if decision.reason is not None]


def _result(change: IncomingChange, decision: Decision, first: int) -> list[Any]:
    n = decision.n if decision.entry is None else first + decision.entry
    return [change.id, decision.status, n, decision.placed, decision.reason]

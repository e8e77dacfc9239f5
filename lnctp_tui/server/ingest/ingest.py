"""Changes enter the log: records locked, known ones let fall, access checked, rows folded, numbers drawn last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from lnctp_tui.domain.records import writing
from lnctp_tui.server.admin import audit
from lnctp_tui.server.ingest import check, log, quarantine, rows
from lnctp_tui.server.ingest.log import Entry
from lnctp_tui.server.ingest.rows import Key
from lnctp_tui.server.postgres.database import IDS, Db, DeviceRow, lines
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire
from lnctp_tui.sync.wire import Mark

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
  ORDER BY k.s, k.p ON CONFLICT DO NOTHING"""


Note = tuple[str, str, str]
"""For the audit: actor, action, record."""


@dataclass(slots=True)
class Coming:
    """One change at the door, and what became of it."""

    raw: Any
    """As it came."""
    device: DeviceRow
    """Who delivers it."""
    writer: check.Writer | None
    """Who wrote it."""
    reason: str | None
    """Why it is refused."""
    trusted: bool = False
    """A supervisor let it in: whose record it is does not matter."""
    status: str = "refused"
    n: int | None = None
    placed: int | None = None
    entry: int | None = None
    id: str = ""
    """Its id, when it has one."""

    def __post_init__(self) -> None:
        found = self.raw.get("id") if isinstance(self.raw, dict) else None
        self.id = found if isinstance(found, str) and check.ID(found) else ""

    @property
    def key(self) -> Key:
        return self.raw["table"], self.raw["row"]

    @property
    def result(self) -> list[Any]:
        """As it is answered."""
        return [self.id, self.status, self.n, self.placed, self.reason]


@dataclass(slots=True)
class Record:
    scopes: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    erased: bool = False
    was_erased: bool = False
    fresh: bool = False


def enter(
    connection: Db,
    team: str,
    coming: Sequence[Coming],
    now: datetime,
    closing: Callable[[], Iterable[Note]] = tuple,
) -> Mark:
    """Stores what may be stored, quarantines the rest, and says for each what became of it.

    `closing` is asked for the audit's entries before numbers are drawn, and raises to end it all. Returns where the
    log ends. Duty `serve`.
    """
    sound = [each for each in coming if each.reason is None]
    # A pipeline sends statements one after the other without waiting for each; COPY cannot stand in one.
    with connection.pipeline():
        work = _Entering(connection, team, now, sound)
    for each in sound:
        work.take(each)
    work.prepare()
    with ExitStack() as together:
        together.enter_context(connection.pipeline())
        work.write()
        quarantine.keep(connection, team, [each for each in coming if each.reason is not None], now)
        content = log.written(work.entries)  # while PostgreSQL writes the rows
        if content is not None:
            together.close()
            log.stage(connection, content)
        for actor, action, record in closing():
            audit.note(connection, team, now, actor, action, record)
        first, head = log.append(connection, team, work.entries, staged=content is not None)
    for each in sound:
        if each.entry is not None:
            each.n = first + each.entry
    return head


class _Entering:
    def __init__(self, connection: Db, team: str, now: datetime, sound: Sequence[Coming]) -> None:
        self.connection, self.team, self.now = connection, team, now
        self.received_at = instants.iso(now)
        self.latest = instants.micros(now) + AHEAD
        self.entries: list[Entry] = []
        self.met: dict[str, Coming] = {}
        self.new: dict[Key, list[dict[str, Any]]] = {}
        self.joined: list[tuple[str, str, str]] = []
        self.given: dict[tuple[str, str], int] = {}
        self.erased_ids: dict[str, list[str]] = {}
        self.records: dict[Key, Record] = {}
        self.known: dict[str, tuple[int, int | None, str]] = {}
        self.held_back: set[str] = set()
        self.had: set[tuple[str, str]] = set()
        self.statements: list[rows.Statement] = []
        self.scopes: set[str] = set()
        self.erased_scopes: set[str] = set()
        if sound:
            self._lock(sound)
            self._look(sound)

    def _lock(self, sound: Sequence[Coming]) -> None:
        offered: dict[Key, set[str]] = {}
        for each in sound:
            offered.setdefault(each.key, set()).add(wire.scope_of(each.raw))
        tables, ids = [key[0] for key in offered], [key[1] for key in offered]
        scopes = [" ".join(sorted(of)) for of in offered.values()]
        named = (lines(tables), lines(ids))
        made = self.connection.execute(INSERT_RECORDS, (self.team, *named, lines(scopes))).fetchall()
        self.records = {(t, r): Record(stored=offered[t, r], fresh=True) for t, r in made}
        if len(made) < len(offered):
            for table, row, of, erased in self.connection.execute(LOCK_RECORDS, (*named, self.team)):
                if (table, row) not in self.records:
                    self.records[table, row] = Record(set(of), set(of), erased, erased)

    def _look(self, sound: Sequence[Coming]) -> None:
        """After the locks: a change that another process just stored is known by now."""
        ids = lines(each.id for each in sound)
        known = self.connection.execute(KNOWN, (self.team, ids, self.team, ids))
        scopes = {wire.scope_of(each.raw) for each in sound}.union(
            *(of.scopes for of in self.records.values())
        )
        asked = lines(sorted(scopes - {wire.EVERYBODY}))
        access = self.connection.execute(SCOPES, (self.team, asked, self.team, asked))
        for id_, n, placed, hash_ in known:
            if n is None:
                self.held_back.add(id_)
            else:
                self.known[id_] = (n, placed, hash_)
        for person, scope, state in access:
            if state == "erased":
                self.erased_scopes.add(scope)
            else:
                self.had.add((person, scope))
                self.scopes.add(scope)

    def take(self, each: Coming) -> None:
        """Decides about one change, after those before it."""
        if (found := self.known.get(each.id)) is not None:
            each.n, each.placed, hash_ = found
            if hash_ == each.raw["hash"]:
                each.status = "known"
            else:
                each.n = each.placed = None
                each.reason = "id"
        elif (before := self.met.get(each.id)) is not None:
            if before.raw["hash"] == each.raw["hash"]:
                each.status, each.entry, each.placed = "known", before.entry, before.placed
            else:
                each.reason = "id"
        elif not (each.trusted or self._may(each)):
            each.reason = "forbidden"
        else:
            self.met[each.id] = each
            self._accept(each)

    def _may(self, each: Coming) -> bool:
        """Whether who delivers may write this record: never met, or once theirs, or a supervisor's."""
        change, device = each.raw, each.device
        if change["table"] in wire.PUBLIC_TABLES:
            return _may_say(change, each.writer)
        if each.writer is not None and not writing.signed(change, each.writer.actors):
            return False
        if device.role == "supervisor":
            return True
        record, scope = self.records[each.key], wire.scope_of(change)
        if record.scopes and not any((device.person, of) in self.had for of in record.scopes):
            return False
        return scope in record.scopes or scope not in self.scopes or (device.person, scope) in self.had

    def _accept(self, each: Coming) -> None:
        change, record, scope = each.raw, self.records[each.key], wire.scope_of(each.raw)
        assert each.writer is not None
        each.status = "accepted"
        each.placed = self.latest if change["hlc"] > self.latest else None
        record.erased = record.erased or scope in self.erased_scopes
        patch = orjson.dumps(change["patch"])
        entry: Entry = {name: change[name] for name in wire.SENT} | {
            "kind": "change",
            "placed": each.placed,
            "received_at": self.received_at,
            "person": each.writer.person,
            "scope": scope,
            "patch": patch.decode(),
            "salt": change.get("salt"),
            "size": len(patch),
            "joins": bool(record.scopes) and scope not in record.scopes,
        }
        if scope == wire.EVERYBODY:
            # A supervisor answers for what they let in; else the writer does, with the role of this moment.
            entry["data"] = {"role": each.device.role if each.trusted else each.writer.role}
        if record.erased:
            entry["patch"], entry["salt"], entry["size"] = None, None, 0
            self.erased_ids.setdefault(scope, []).append(each.id)
        if scope not in record.scopes:
            record.scopes.add(scope)
            self.joined.append((scope, *each.key))
        if scope != wire.EVERYBODY and scope not in self.scopes:
            for person in {each.writer.person, each.device.person}:
                self.given[person, scope] = -(rows.ordered_by(entry) // 1_000_000)
                self.had.add((person, scope))
            self.scopes.add(scope)
        each.entry = len(self.entries)
        self.entries.append(entry)
        self.new.setdefault(each.key, []).append({**change, "placed": each.placed})

    def prepare(self) -> None:
        """Folds and stages all that was accepted; what came for an erased record is blank."""
        kept = {key: new for key, new in self.new.items() if not self.records[key].erased}
        logs = rows.logs(self.connection, self.team, (key for key in kept if not self.records[key].fresh))
        self.statements = rows.ready(
            self.connection, self.team, {key: logs.get(key, []) + new for key, new in kept.items()}
        )
        for scope, ids in self.erased_ids.items():
            self.entries.append(log.event("erase", self.now, scope, data={"ids": ids}))

    def write(self) -> None:
        """Rows, records and access. Nothing is waited for."""
        execute = self.connection.execute
        for statement, parameters in self.statements:
            execute(statement, parameters)
        moved = {
            key: record
            for key, record in self.records.items()
            if (record.scopes, record.erased) != (record.stored, record.was_erased)
        }
        if moved:
            tables, ids = [key[0] for key in moved], [key[1] for key in moved]
            scopes = [" ".join(sorted(of.scopes)) for of in moved.values()]
            erased = [of.erased for of in moved.values()]
            execute(SET_RECORDS, (tables, ids, scopes, erased, self.team))
            execute(DROP_RECORDS, (self.team, ids))
        if self.joined:
            execute(BELONG, (self.team, *map(lines, zip(*self.joined, strict=True))))
        if self.given:
            people, scopes = [key[0] for key in self.given], [key[1] for key in self.given]
            execute(GIVE, (self.team, lines(people), lines(scopes), list(self.given.values())))
        if free := sorted(self.held_back & set(self.met)):
            quarantine.forget(self.connection, self.team, free)


def _may_say(change: dict[str, Any], writer: check.Writer | None) -> bool:
    """What everybody sees: who wrote it counts, whoever delivers it; and a device keeps its key."""
    if writer is None or not writing.allowed(change, writer.role, writer.actors):
        return False
    key = change["patch"].get("public_key", writer.public_key)
    return change["table"] != "devices" or bool(key == writer.public_key)

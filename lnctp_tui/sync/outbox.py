"""What this laptop has to say: which changes go next, and what the server's answer makes of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import Connection, text

from lnctp_tui.domain.records.scopes import PUBLIC_TABLES
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import folios, state
from lnctp_tui.storage.database.session import TABLES, Store, Unit
from lnctp_tui.storage.replication import eviction, incoming, projection, server_state
from lnctp_tui.sync import saves, wire

SHORTER = frozenset({"server_slow", "line_broke", "too_slow"})
"""Failures after which less is asked of the line at once."""
QUICK = 5.0
"""Seconds within which something is answered on a line that takes more."""
URGENT = ("emergency", "urgent_24h")
LARGEST = 3_600_000
"""Bytes of changes in one batch, below the cap of a body."""
MOST_BREAKS = 4
"""Breaks that one push tells of."""
COVERED = 'id, device, actor, hlc, "table", row, "case", base, patch, schema, hash, sig, salt'
QUIET = timedelta(seconds=10)
"""How long a record that is being typed in rests before it goes: until then its saves fold into one change.
Urgent cases do not rest."""
UNSENT = """SELECT seq, "table", "case", sent = 0 AND form IS NOT NULL AND at > ?
FROM changes WHERE sent < 2 AND refused IS NULL AND seq > ?"""
MINE = f"SELECT seq, {COVERED} FROM changes WHERE seq IN {incoming.AMONG} AND sent < 2"
HELD = f"SELECT seq, {COVERED} FROM changes WHERE id IN {incoming.AMONG}"
OF_SCOPE = f"""SELECT seq, {COVERED} FROM changes WHERE coalesce("case", row) = ?1
  AND "table" IN (SELECT value FROM json_each(?2)) ORDER BY seq"""
MARK = "UPDATE changes SET sent = 1 WHERE sent = 0 AND form IS NOT NULL AND"
OFFERED = f"{MARK} seq IN {incoming.AMONG}"
TAKEN = """UPDATE changes SET sent = 2, n = coalesce(said.value ->> 1, n), placed = said.value ->> 2,
  refused = said.value ->> 3 FROM json_each(?) AS said WHERE changes.id = said.value ->> 0"""
PUBLIC, FIRST, REST = 0, 1, 2


class Offered(NamedTuple):
    """A batch as it goes over the line."""

    ids: list[str]
    changes: list[orjson.Fragment]
    size: int
    """Bytes before compression."""


@dataclass
class Outbox:
    """The changes without a receipt, in the order they go: keys and people, urgent cases, the rest by age."""

    store: Store
    size: int = wire.BATCH
    """Changes in a batch; halved when the line or the server finds it too large. Pages keep in step with it."""
    waiting: list[tuple[int, int]] = field(default_factory=list)
    """(rank, seq), the next one last."""
    newest: int = 0
    """Up to which seq everything was taken up."""
    offered: set[int] = field(default_factory=set)
    """What was taken up after that, and is on its way or acknowledged."""
    sent: int = 0
    """Changes in the batch that went last and is on the line."""
    abreast: int = wire.MAX_IN_FLIGHT
    """Batches that may be on the line at once."""
    compared: bool = False
    """What the server knows of this laptop's saves was held against them. Before that none is noted: a copy of before
    would say its own count anew, and the server forget how far it had been."""

    def __post_init__(self) -> None:
        with self.store.read() as connection:
            self.size = state.get(connection, server_state.BATCH, self.size)

    def shrink(self) -> None:
        """Ask half as much of a line that broke or was too slow, in the next round and the next program too."""
        self._remember(max(1, min(self.size, self.sent or self.size) // 2))

    def grow(self) -> None:
        """A batch went quickly: twice as much."""
        self.abreast = wire.MAX_IN_FLIGHT
        if self.size < wire.BATCH:
            self._remember(min(wire.BATCH, self.size * 2))

    def went(self, began: float) -> None:
        """The line took as much as it was asked to: if it was quick it takes more. `began` by the monotonic clock."""
        if time.monotonic() - began < QUICK:
            self.grow()

    def _remember(self, size: int) -> None:
        self.size = size
        with self.store.write(behind=True) as unit:
            unit.remember(server_state.BATCH, size if size < wire.BATCH else None)

    def look(self, *, all_: bool = True) -> bool:
        """Whether something is to go; takes up what was saved since the last look.

        Without `all_`, what is still being typed may rest.
        """
        with self.store.read() as connection:
            quiet = "9" if all_ else instants.iso(self.store.now() - QUIET)
            rows = connection.exec_driver_sql(UNSENT, (quiet, self.newest)).all()
            if rows:
                self._take_up(rows, _urgent(connection))
        return bool(self.waiting)

    def _take_up(self, rows: Iterable[Sequence[Any]], urgent: set[str]) -> None:
        known_seqs = {seq for _rank, seq in self.waiting} | self.offered
        resting = []
        for seq, table, case, rests in rows:
            if rests and case not in urgent:
                resting.append(seq)
            else:
                self.newest = max(self.newest, seq)
                if seq not in known_seqs:
                    self.waiting.append((_rank(table, case in urgent), seq))
        self.newest = min([self.newest, *(seq - 1 for seq in resting)])
        self.offered = {seq for seq in self.offered if seq > self.newest}
        self.waiting.sort(reverse=True)

    def restart(self) -> None:
        """Look at everything again: a batch was not acknowledged. The next go one by one."""
        self.abreast = 1
        self.waiting.clear()
        self.offered.clear()
        self.newest = 0

    def offer(self) -> Offered | None:
        """The next batch, marked as offered on the disk: from now on no save folds these changes away."""
        while self.waiting:
            seqs = orjson.dumps([seq for _rank, seq in self.waiting[: -self.size - 1 : -1]]).decode()
            with self.store.write(behind=True) as unit:
                unit.connection.exec_driver_sql(OFFERED, (seqs,))
                if self.compared:
                    saves.note(unit, len(self.waiting) + len(self.offered))
                rows = unit.connection.exec_driver_sql(MINE, (seqs,)).all()
            taken, batch = fitting(rows, self.size)
            there = {row[0] for row in rows}
            # What was squashed meanwhile is not there any more; what did not fit goes with the next batch.
            batch_seqs = {seq for _rank, seq in self.waiting[: -self.size - 1 : -1]}
            self.waiting = [
                pair for pair in self.waiting if pair[1] not in batch_seqs or pair[1] in there - taken
            ]
            self.offered |= taken
            if batch.ids:
                return batch
        return None


def _urgent(connection: Connection) -> set[str]:
    query = text("SELECT id FROM cases WHERE status IN ('open', 'follow_up') AND triage IN (:a, :b)")
    return set(connection.execute(query, {"a": URGENT[0], "b": URGENT[1]}).scalars())


def _rank(table: str, urgent: bool) -> int:
    return PUBLIC if table in PUBLIC_TABLES else FIRST if urgent else REST


def fitting(rows: Iterable[Sequence[Any]], most: int) -> tuple[set[int], Offered]:
    """As many stored changes as one request takes, at least one; their `seq`s and the batch."""
    ids: list[str] = []
    changes: list[orjson.Fragment] = []
    taken: set[int] = set()
    size = 0
    for row in rows:
        content = encoded(row[1:])
        if ids and (size + len(content) > LARGEST or len(ids) >= most):
            break
        size += len(content)
        taken.add(row[0])
        ids.append(row[1])
        changes.append(orjson.Fragment(content))
    return taken, Offered(ids, changes, size)


def of_scope(connection: Connection, scope: str, tables: Sequence[str]) -> list[dict[str, Any]]:
    """The changes of these tables whose scope this is, as they go over the line, in the order they were stored."""
    rows = connection.exec_driver_sql(OF_SCOPE, (scope, orjson.dumps(list(tables)).decode()))
    return [orjson.loads(encoded(row[1:])) for row in rows]


def encoded(row: Sequence[Any]) -> bytes:
    """A stored change as JSON for the line. `base` and `patch` are JSON already."""
    id_, device, actor, hlc, table, of, case, base, patch, schema, digest, sig, salt = row
    change = {
        "id": id_, "device": device, "actor": actor, "hlc": hlc, "table": table, "row": of, "case": case,
        "base": orjson.Fragment(base), "patch": orjson.Fragment(patch), "schema": schema, "hash": digest,
        "sig": sig,
    }  # fmt: skip
    if patch == "{}":  # blanked by law: no save writes an empty patch
        change |= {"patch": None, "erased": True}
    elif salt is not None:
        change["salt"] = salt
    return orjson.dumps(change)


def breaks(store: Store) -> dict[str, str]:
    """Breaks that are to be told now, by the key under which this laptop keeps them: the week of each."""
    now = instants.iso(store.now())
    with store.read() as connection:
        kept = state.starting_with(connection, server_state.BREAK)
    due = sorted(key for key, (_week, after) in kept.items() if after <= now)
    return {server_state.BREAK + key: kept[key][0] for key in due[:MOST_BREAKS]}


def forget_breaks(store: Store, keys: Iterable[str]) -> None:
    """The server counted them: nothing of them stays."""
    with store.write(behind=True) as unit:
        for key in keys:
            unit.remember(key, None)


def envelope(store: Store) -> dict[str, Any]:
    """What every push says besides its changes: where this laptop stands, and how far its chain of views is."""
    with store.read() as connection:
        values = state.several(
            connection, server_state.CURSOR, server_state.PROOF, server_state.AUDIT_KNOWN, server_state.SAVED
        )
        known_seq = values.get(server_state.AUDIT_KNOWN, 0)
        last, head = connection.exec_driver_sql(
            "SELECT seq, chain FROM access ORDER BY seq DESC LIMIT 1"
        ).first() or (0, "")
        at_known = connection.exec_driver_sql("SELECT chain FROM access WHERE seq = ?", (known_seq,)).scalar()
        return {
            "cursor": values.get(server_state.CURSOR),
            "proof": values.get(server_state.PROOF),
            "saved": (values.get(server_state.SAVED) or [])[:3] or None,
            "receipt": connection.exec_driver_sql("SELECT max(seq) FROM receipts").scalar() or 0,
            "audit": {"n": last, "chain": head, "at_known": at_known},
        }


def checked_receipt(answer: Mapping[str, Any], ids: Sequence[str], device: str, server_key: str) -> None:
    """Holds an answer against the batch. Raises SyncFailed `receipt_bad`: then nothing counts as sent."""
    try:
        body, sig = answer["receipt"]["body"], answer["receipt"]["sig"]
        results = {result[0] for result in answer["results"]}
        VerifyKey(bytes.fromhex(server_key)).verify(wire.receipt_bytes(body), bytes.fromhex(sig))
        fits = (
            body["device"] == device
            and body["ids"] == wire.ids_digest(ids)
            and results == set(ids)
            and [body["n"], body["chain"]] == list(answer["proof"])
            and isinstance(body["seq"], int)
        )
    except (BadSignatureError, KeyError, TypeError, ValueError, IndexError):
        fits = False
    if not fits:
        raise SyncFailed("receipt_bad")


def acknowledge(
    unit: Unit, answer: Mapping[str, Any], sent_audit: int | None, *, proves: bool = True
) -> None:
    """Store that a checked answer came: its receipt and the proof. The cursor stays.

    The proof is the furthest: of two batches at once the second can be answered from a server that came back from
    a backup without the first.

    What became of each change is for `settle`; until that is stored too, they are offered again.
    `proves` is False in a repair, whose proof comes with the new beginning.
    """
    body = answer["receipt"]["body"]
    unit.connection.exec_driver_sql(
        "INSERT OR IGNORE INTO receipts (seq, body, sig) VALUES (?, ?, ?)",
        (body["seq"], orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(), answer["receipt"]["sig"]),
    )
    proof = state.get(unit.connection, server_state.PROOF)
    if proves and (proof is None or proof[0] < answer["proof"][0]):
        unit.remember(server_state.PROOF, list(answer["proof"]))
    if sent_audit is not None:
        unit.remember(server_state.AUDIT_KNOWN, sent_audit)
    if prefix := answer.get("folio_prefix"):
        take_prefix(unit, str(prefix))


def settle(unit: Unit, results: Iterable[Sequence[Any]]) -> None:
    """Store what became of each change of an acknowledged batch."""
    connection = unit.connection
    moved, scopes = _mark(connection, results)
    projection.rebuild(connection, moved, instants.iso(unit.now), instants.micros(unit.now))
    if scopes:
        connection.exec_driver_sql(incoming.HOLD, (orjson.dumps([*scopes]).decode(),))
    eviction.drop_asked(connection, scopes)


def _mark(connection: Connection, results: Iterable[Sequence[Any]]) -> tuple[set[tuple[str, str]], set[str]]:
    """Marks each change; returns the records whose order changed, and the scopes of all."""
    outcomes = {
        result[0]: (result[2], result[3], result[4] if result[1] == "refused" else None) for result in results
    }
    query = """SELECT id, "table", row, "case", placed FROM changes WHERE id IN (SELECT value FROM json_each(?))"""
    rows = connection.exec_driver_sql(query, (orjson.dumps([*outcomes]).decode(),)).all()
    connection.exec_driver_sql(TAKEN, (orjson.dumps([[id_, *of] for id_, of in outcomes.items()]).decode(),))
    moved = {
        (table, row)
        for id_, table, row, _case, placed in rows
        if outcomes[id_][1] != placed and table in TABLES
    }
    return moved, {case or row for _id, table, row, case, _placed in rows if table not in PUBLIC_TABLES}


def take_prefix(unit: Unit, prefix: str) -> None:
    """Give out folios under another prefix: this database has a twin, or came back from an image."""
    if state.get(unit.connection, folios.PREFIX) == prefix:
        return
    unit.remember(folios.PREFIX, prefix)
    unit.remember(folios.NEXT, 1)
    unit.record("devices", unit.author.device, {"folio_prefix": prefix})

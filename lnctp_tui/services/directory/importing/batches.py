"""Each import is one batch that can be taken back: what it made goes, what it changed is set back.

What anybody changed since, verified or referred somebody to, stays as it is and is told. A batch is known by the places
of its changes in the log of this laptop; what stood there before is kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from lnctp_tui.domain.records import merge
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory import directory
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import directory_log as log
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.directory_log import Made
from lnctp_tui.storage.database.session import Store, Unit

BATCH: Final = "directory:batch:"
PIECE: Final = "directory:piece:"
IMPORTED: Final = "directory:imported:"
"""Before a provider's id: what the last import on this laptop said of it."""
MOST: Final = 20
"""Batches that are kept to be taken back."""


class Batch(NamedTuple):
    """One import, as it is listed."""

    id: str
    at: str
    file: str
    undone_at: str | None


@dataclass
class Undo:
    """What taking a batch back does, or would do."""

    erased: list[tuple[str, str, str]] = field(default_factory=list)
    """Table, row and the name of its provider."""
    restored: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    """Table, row, the name of its provider, and what stands there again."""
    left: list[tuple[str, str, str]] = field(default_factory=list)
    """The same as erased of what somebody changed, verified or needs since."""


@dataclass
class Writing:
    """A batch while it is written: `piece` notes what one transaction did."""

    file: str
    id: str = field(default_factory=ids.new_id)
    count: int = 0
    before: dict[str, dict[str, Any]] = field(default_factory=dict)
    """`table/row` → the fields as they were."""
    imported: dict[str, Any] = field(default_factory=dict)
    """Provider → what earlier imports said of it."""
    _first: int = 0

    def begin(self, unit: Unit) -> None:
        """A transaction begins."""
        self.before, self.imported = {}, {}
        self._first = log.last(unit.connection) + 1

    def changed(self, table: str, stored: Mapping[str, Any], patch: Mapping[str, Any]) -> None:
        """A stored row is about to say something else."""
        self.before[f"{table}/{stored['id']}"] = {name: stored.get(name) for name in patch}

    def piece(self, unit: Unit) -> None:
        """Note in its own transaction what it did; nothing when it wrote nothing."""
        last = log.last(unit.connection)
        if last < self._first:
            return
        if not self.count:
            unit.remember(BATCH + self.id, {"at": instants.iso(unit.now), "file": self.file})
            for old in listed(unit.connection)[MOST:]:
                _forget(unit, old.id)
        ends = log.ends(unit.connection, self._first, last)
        unit.remember(
            f"{PIECE}{self.id}:{self.count:05}",
            {"seqs": [self._first, last], "ends": ends, "before": self.before, "imported": self.imported},
        )  # fmt: skip
        self.count += 1


def listed(connection: Connection) -> list[Batch]:
    """The imports of this laptop, the newest first."""
    rows = state.starting_with(connection, BATCH).items()
    batches = [Batch(id_, said["at"], said["file"], said.get("undone_at")) for id_, said in rows]
    return sorted(batches, key=lambda batch: (batch.at, batch.id), reverse=True)


def _forget(unit: Unit, batch_id: str) -> None:
    unit.remember(BATCH + batch_id, None)
    for name in state.starting_with(unit.connection, f"{PIECE}{batch_id}:"):
        unit.remember(f"{PIECE}{batch_id}:{name}", None)


def look(store: Store, batch_id: str) -> Undo:
    """What taking a batch back would do. Raises Refused `no_such_batch`."""
    with store.read() as connection:
        undo = Undo()
        for piece in _pieces(connection, batch_id):
            _judge(connection, piece, undo)
    return undo


def take_back(store: Store, batch_id: str) -> Undo:
    """Take a batch back, piece by piece; what it did then. Raises Refused `no_such_batch`, `not_your_task`."""
    undo = Undo()
    with store.read() as connection:
        pieces = _pieces(connection, batch_id)
    for piece in reversed(pieces):
        with store.write() as unit:
            now = Undo()
            _judge(unit.connection, piece, now)
            for table, row, _name in now.erased:
                unit.record(table, row, {"erased_at": instants.iso(unit.now)})
            for table, row, _name, values in now.restored:
                unit.record(table, row, values)
            for provider_id, former in piece["imported"].items():
                unit.remember(IMPORTED + provider_id, former)
        undo.erased += now.erased
        undo.restored += now.restored
        undo.left += now.left
    with store.write() as unit:
        said = state.get(unit.connection, BATCH + batch_id, {})
        unit.remember(BATCH + batch_id, said | {"undone_at": instants.iso(unit.now)})
    directory.settle(store)
    return undo


def _pieces(connection: Connection, batch_id: str) -> list[Mapping[str, Any]]:
    if state.get(connection, BATCH + batch_id) is None:
        raise Refused("no_such_batch")
    pieces = state.starting_with(connection, f"{PIECE}{batch_id}:")
    return [pieces[name] for name in sorted(pieces)]


def _judge(connection: Connection, piece: Mapping[str, Any], undo: Undo) -> None:
    """Say of each change of a piece what becomes of it."""
    first, last = piece["seqs"]
    if log.ends(connection, first, last) != piece["ends"]:
        return  # a log that was made anew: nobody can tell any more
    changes, own = log.made(connection, first, last), range(first, last + 1)
    made = {change.row for change in changes if f"{change.table}/{change.row}" not in piece["before"]}
    kept = {
        change.row
        for change in changes
        if change.table == "providers"
        and change.row in made
        and log.provider_lives(connection, change.row, own)
    }
    for change in changes:
        stored = log.row(connection, change)
        if stored is None or stored["erased_at"]:
            continue
        provider_id = change.row if change.table == "providers" else str(stored["provider_id"])
        name = log.name(connection, provider_id)
        if change.row not in made:
            _set_back(change, stored, piece["before"][f"{change.table}/{change.row}"], name, undo)
        elif provider_id in kept or (provider_id not in made and log.row_lives(connection, change, own)):
            undo.left.append((change.table, change.row, name))
        else:
            undo.erased.append((change.table, change.row, name))


def _set_back(
    change: Made, stored: Mapping[str, Any], before: Mapping[str, Any], name: str, undo: Undo
) -> None:
    heads = stored["heads"]
    values = {field: old for field, old in before.items() if merge.heads_of(heads, field) == {change.id}}
    if values:
        undo.restored.append((change.table, change.row, name, values))
    if len(values) < len(before):
        undo.left.append((change.table, change.row, name))

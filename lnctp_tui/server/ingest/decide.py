"""What becomes of a change: from the change and what its transaction sees, and from nothing else.

`decide` alters neither. What is accepted the transaction sees from then on (`View.take`): the next change of the
batch is decided after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lnctp_tui.domain.records import writing
from lnctp_tui.domain.records.scopes import NAMES_CASE, SHOWN_TO, WITHIN
from lnctp_tui.server.ingest import check
from lnctp_tui.server.ingest.incoming import IncomingChange
from lnctp_tui.server.ingest.rows import Key
from lnctp_tui.sync import wire


class Stored(NamedTuple):
    """A change that the log has."""

    n: int
    placed: int | None
    hash: str


class Met(NamedTuple):
    """A change that was accepted earlier in the batch."""

    entry: int
    placed: int | None
    hash: str


@dataclass(slots=True)
class Record:
    """A record that is locked: to which scopes it belongs, now and as the table has it."""

    scopes: set[str] = field(default_factory=set)
    stored: set[str] = field(default_factory=set)
    erased: bool = False
    was_erased: bool = False
    fresh: bool = False
    """Made by this transaction."""


class Decision(NamedTuple):
    """What becomes of one change."""

    status: str
    """`accepted`, `known`, `refused`."""
    reason: str | None = None
    n: int | None = None
    """Of a known one."""
    placed: int | None = None
    """What orders it instead of its own clock."""
    entry: int | None = None
    """Which entry of the batch it is, or was."""
    scope: str = ""
    enters: bool = False
    """The record belongs to the scope from now on."""
    joins: bool = False
    """And it belonged to another before."""
    erased: bool = False
    """The record is erased: nothing of the change is stored but its signature."""
    sees: tuple[str, ...] = ()
    """Persons who see the scope from now on: it is new, and theirs."""


@dataclass(slots=True)
class View:
    """What a transaction sees after its locks, and what its batch added."""

    latest: int
    """Microseconds since 1970 past which a clock is not believed."""
    records: dict[Key, Record] = field(default_factory=dict)
    """Of all changes of the batch."""
    known: dict[str, Stored] = field(default_factory=dict)
    """Id → a change of the log."""
    held_back: set[str] = field(default_factory=set)
    """Ids in quarantine."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Person and scope that this person sees, or once saw."""
    scopes: set[str] = field(default_factory=set)
    """That anybody ever saw."""
    erased_scopes: set[str] = field(default_factory=set)
    met: dict[str, Met] = field(default_factory=dict)

    def take(self, change: IncomingChange, decision: Decision) -> None:
        """Adds what was accepted."""
        assert decision.entry is not None
        record = self.records[change.key]
        record.erased = decision.erased
        record.scopes.add(decision.scope)
        if decision.sees:
            self.seen.update((person, decision.scope) for person in decision.sees)
            self.scopes.add(decision.scope)
        self.met[change.id] = Met(decision.entry, decision.placed, change.raw["hash"])


def decide(change: IncomingChange, view: View) -> Decision:
    """What becomes of a change that has no flaw of its own."""
    raw = change.raw
    if (stored := view.known.get(change.id)) is not None:
        if stored.hash != raw["hash"]:
            return Decision("refused", "id")
        return Decision("known", n=stored.n, placed=stored.placed)
    if (met := view.met.get(change.id)) is not None:
        if met.hash != raw["hash"]:
            return Decision("refused", "id")
        return Decision("known", entry=met.entry, placed=met.placed)
    if not (change.trusted or _may_write(change, view)):
        return Decision("refused", "forbidden")
    assert change.writer is not None
    record, scope = view.records[change.key], wire.scope_of(raw)
    enters = scope not in record.scopes
    new_scope = scope != wire.EVERYBODY and scope not in view.scopes
    return Decision(
        "accepted",
        placed=view.latest if raw["hlc"] > view.latest else None,
        entry=len(view.met),
        scope=scope,
        enters=enters,
        joins=enters and bool(record.scopes),
        erased=record.erased or scope in view.erased_scopes or named_case(raw) in view.erased_scopes,
        sees=tuple({change.writer.person, change.device.person, *_shown_to(raw)}) if new_scope else (),
    )


def _may_write(change: IncomingChange, view: View) -> bool:
    """Whether who delivers may write this record: never met, or once theirs, or a supervisor's."""
    raw, person = change.raw, change.device.person
    if raw["table"] in writing.TASKS:
        there = bool(view.records[change.key].scopes)
        return _may_say(raw, change.writer, there=there) and _may_name(change, view)
    if change.writer is not None and not writing.signed(raw, change.writer.actors):
        return False
    if change.device.role == "supervisor":
        return True
    record, scope = view.records[change.key], wire.scope_of(raw)
    if record.scopes and not any((person, former) in view.seen for former in record.scopes):
        return False
    return scope in record.scopes or scope not in view.scopes or (person, scope) in view.seen


def named_case(raw: Mapping[str, Any]) -> str | None:
    """The case that a row of no case names."""
    return raw["patch"].get(NAMES_CASE) if raw["table"] in WITHIN else None


def _shown_to(raw: Mapping[str, Any]) -> set[str]:
    """Whom a new row of no case names as somebody who is to see it."""
    name = raw["patch"].get(SHOWN_TO.get(raw["table"], ""))
    return {name} if name and raw["case"] is None else set()


def _may_name(change: IncomingChange, view: View) -> bool:
    """Whether its writer, or who delivers it, may see the scope it goes into and the case it names.

    A scope that nobody ever saw is not kept from anybody.
    """
    assert change.writer is not None
    if "supervisor" in (change.writer.role, change.device.role):
        return True
    persons = (change.writer.person, change.device.person)
    return all(
        scope is None or scope not in view.scopes or any((person, scope) in view.seen for person in persons)
        for scope in (change.raw["case"], named_case(change.raw))
    )


def _may_say(raw: Mapping[str, Any], writer: check.Writer | None, *, there: bool) -> bool:
    """What is of no case: who wrote it counts, whoever delivers it; and a device keeps its key.

    `there`: whether the record has changes already.
    """
    if writer is None or not writing.allowed(raw, writer.role, writer.actors):
        return False
    if there and not writing.rewrites(raw, writer.role):
        return False
    key = raw["patch"].get("public_key", writer.public_key)
    return raw["table"] != "devices" or bool(key == writer.public_key)

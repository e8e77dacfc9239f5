"""The one write path: every write of a synchronised row is also a change record, in the same transaction.

Rule and reasons: docs/synchronisation.md, "A change" and "Merge rule".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from lnctp_tui.domain.records import bound, changes, clock, merge, record_check, writing
from lnctp_tui.domain.records.merge import Heads
from lnctp_tui.domain.records.scopes import owner_of
from lnctp_tui.domain.values import stretches, text
from lnctp_tui.errors import NotStored, Refused, StorageFailed
from lnctp_tui.models import SYNCED
from lnctp_tui.storage import ids, instants, paths
from lnctp_tui.storage.database import engine, link_keys, sound, state
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.priority_lock import PriorityLock
from lnctp_tui.storage.replication.server_state import SEEN

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

    from lnctp_tui.storage.vault.mark import Mark

WRITER_SCHEMA = changes.SALTED
"""Version of the patches this program writes."""
SQUASH_WITHIN = 30 * 1_000_000
"""Microseconds after which a pause ends a save (docs/synchronisation.md)."""
KEPT = 20
"""Characters of a text: a save that takes more does not replace the one that said it, so that the history has both."""

ANSWER = "answers."
OWN = frozenset({"id", "heads", "extra", "created_at", "created_by"})

TABLES: Mapping[str, Table] = {name: SQLModel.metadata.tables[name] for name in SYNCED}
COLUMNS: Mapping[str, frozenset[str]] = {
    name: frozenset(column.name for column in table.columns) - OWN for name, table in TABLES.items()
}
CHANGES: Table = SQLModel.metadata.tables["changes"]
CONFLICTS: Table = SQLModel.metadata.tables["conflicts"]
DEFAULTS: Mapping[str, dict[str, Any]] = {
    name: {
        key: info.default for key, info in model.model_fields.items() if isinstance(info.default, str | int)
    }
    for name, model in SYNCED.items()
}
"""What a new record says when nobody said otherwise; written in its first change like everything else."""

ONE = {name: select(table).where(table.c.id == bindparam("id")) for name, table in TABLES.items()}
INSERT = {name: insert(table).execution_options(**RECORDED) for name, table in TABLES.items()}
UPDATE = {
    name: update(table).where(table.c.id == bindparam("this")).execution_options(**RECORDED)
    for name, table in TABLES.items()
}
NEWEST = select(CHANGES.c.device, CHANGES.c.hlc).order_by(CHANGES.c.seq.desc()).limit(1)
LAST_OF_ROW = (
    select(CHANGES)
    .where(CHANGES.c.table == bindparam("t"), CHANGES.c.row == bindparam("r"))
    .order_by(CHANGES.c.seq.desc())
    .limit(1)
)
INSERT_CHANGE = insert(CHANGES)


@dataclass(frozen=True)
class Author:
    """Who writes, on which machine, and the signature over what is written."""

    actor: str
    device: str
    sign: Callable[[bytes], str]


@dataclass
class EditBaseline:
    """What one open form showed: the heads its writes rest on. Lives in the writer's thread."""

    id: str
    shown: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)

    def see(self, table: str, row: str, heads: Mapping[str, list[str]]) -> None:
        """Remember what the form shows of a record, when it is opened or refreshed."""
        self.shown[table, row] = dict(heads)


class New(NamedTuple):
    """A record to make: `case` is the case it belongs to, its own id for a case, None for neither."""

    table: str
    row: str
    patch: Mapping[str, Any]
    case: str | None


class Unit:
    """One transaction that writes. Made by `Store.write`, never kept."""

    def __init__(self, connection: Connection, author: Author, now: datetime) -> None:
        self.connection = connection
        self.author = author
        self.now = now

    def record(
        self,
        table: str,
        row: str,
        patch: Mapping[str, Any],
        *,
        form: EditBaseline | None = None,
        case: str | None = None,
    ) -> str:
        """Write a patch of one record and its change; returns the change's id.

        `patch` maps columns, `answers.<code>` and unknown names to values. A record that does not exist is
        made. The base is what the form showed; without a form, the heads in this transaction. Raises Refused
        `unfit_value` for what fits no table.
        """
        stored = self.stored(table, row)
        heads = stored["heads"] if stored else {}
        if stored is None:
            patch = DEFAULTS[table] | ({"case_id": case} if "case_id" in COLUMNS[table] else {}) | dict(patch)
        hlc = self._tick()
        if flaw := record_check.flaw(table, patch, hlc):
            raise unfit(flaw)
        fields = sorted(patch)
        shown = form.shown.get((table, row), {} if stored is None else None) if form else None
        base = merge.base_for(heads if shown is None else shown, fields)
        owner = owner_of(table, row, patch, (stored or {}).get("case_id"))
        change = self._change(table, row, owner, base, dict(patch), hlc, there=stored is not None)
        squashed = self._squash(change, form)
        (change,) = self._sealed([change], form)
        new_heads = self._advanced(heads, change, squashed)
        if stored is None:
            self._insert(table, change, new_heads)
        else:
            self._update(table, stored, change, new_heads)
        if link_keys.concerned(table, patch):
            link_keys.refresh(self.connection, table, [row])
        if form:
            form.shown[table, row] = self._advanced(heads if shown is None else shown, change, squashed)
        self._note_conflicts(change, heads, new_heads)
        self._touch(table, row, owner, stored)
        return str(change["id"])

    def create_many(self, rows: Iterable[New]) -> None:
        """Make records that are not there yet, as `record` would, in a few statements for all of them.

        Raises Refused `unfit_value`.
        """
        hlc = self._tick()
        created: dict[str, list[dict[str, Any]]] = {table: [] for table in SYNCED}
        log: list[dict[str, Any]] = []
        for offset, (table, row, said, case) in enumerate(rows):
            patch = DEFAULTS[table] | ({"case_id": case} if "case_id" in COLUMNS[table] else {}) | dict(said)
            if flaw := record_check.flaw(table, patch, hlc):
                raise unfit(flaw)
            change = self._change(table, row, case, (), patch, hlc + offset)
            created[table].append(self._new_row(table, change, {change["id"]: sorted(patch)}))
            log.append(change)
        log = self._sealed(log)
        for table, values in created.items():
            if values:
                self.connection.execute(INSERT[table], values)
                link_keys.refresh(self.connection, table, [row["id"] for row in values])
        if log:
            self.connection.execute(INSERT_CHANGE, log)
            stale = [state.stale_ids(change["table"], change["row"], change["case"]) for change in log]
            state.mark_stale(self.connection, set().union(*stale))

    def stored(self, table: str, row: str) -> dict[str, Any] | None:
        """A record as it stands, None when it is not there."""
        found = self.connection.execute(ONE[table], {"id": row}).mappings().first()
        return sound.row(table, found) if found else None

    def _change(
        self,
        table: str,
        row: str,
        case: str | None,
        base: tuple[str, ...],
        patch: dict[str, Any],
        hlc: int,
        *,
        there: bool = False,
    ) -> dict[str, Any]:
        change = {
            "id": ids.new_id(),
            "device": self.author.device,
            "actor": self.author.actor,
            "hlc": hlc,
            "table": table,
            "row": row,
            "case": case,
            "base": list(base),
            "patch": {name: _clean(value) for name, value in patch.items()},
            "schema": WRITER_SCHEMA,
            "salt": ids.new_salt(),
        }
        if (name := bound.flaw(change)) is not None:
            raise unfit(record_check.Flaw("name", name))
        if table in writing.TASKS:
            self._check_task(change, there)
        elif not writing.signed(change, (self.author.actor,)):
            raise Refused("not_your_signature")
        return change

    def _check_task(self, change: Mapping[str, Any], there: bool) -> None:
        """Raises Refused `not_your_task` for what neither the server nor a colleague would take from this person."""
        server = server_state.server(self.connection)
        if server and not (
            writing.allowed(change, server.role, (self.author.actor,))
            and (not there or writing.rewrites(change, server.role))
        ):
            raise Refused("not_your_task")
        if not writing.signed(change, (self.author.actor,)):
            raise Refused("not_your_signature")

    def _sealed(
        self, made: Sequence[dict[str, Any]], form: EditBaseline | None = None
    ) -> list[dict[str, Any]]:
        """Changes with their hashes and signatures, and what only this laptop knows of them."""
        digests = [changes.digest(changes.canonical(each)) for each in made]
        own = {"at": instants.iso(self.now), "form": form.id if form else None, "sent": 0}
        return [
            each | {"hash": digest, "sig": sig} | own
            for each, digest, sig in zip(made, digests, changes.seals(digests, self.author.sign), strict=True)
        ]

    def newest(self) -> int:
        """The stamp of this laptop's last change, 0 when somebody else's came after it (then see SEEN)."""
        last = self.connection.execute(NEWEST).first()
        return last.hlc if last and last.device == self.author.device else 0

    def _tick(self) -> int:
        # When a change of somebody else is stored, SEEN takes over the newest of this laptop's.
        return clock.tick(self.newest(), instants.micros(self.now), state.get(self.connection, SEEN, 0))

    def _squash(self, change: dict[str, Any], form: EditBaseline | None) -> str | None:
        """Fold the form's last unsent change of this record into `change`; the id that went, or None."""
        if form is None:
            return None
        of = {"t": change["table"], "r": change["row"]}
        last = self.connection.execute(LAST_OF_ROW, of).mappings().first()
        if (
            last is None
            or last["form"] != form.id
            or last["sent"]
            or last["case"] != change["case"]
            or change["hlc"] - last["hlc"] > SQUASH_WITHIN
            or not set(last["patch"]) <= set(change["patch"])
            or _erases(last["patch"], change["patch"])
        ):
            return None
        change["base"] = sorted({*last["base"], *change["base"]} - {last["id"]})
        self.connection.execute(delete(CHANGES).where(CHANGES.c.seq == last["seq"]))
        return str(last["id"])

    @staticmethod
    def _advanced(
        heads: Mapping[str, list[str]], change: Mapping[str, Any], squashed: str | None
    ) -> dict[str, list[str]]:
        gone = {*change["base"]} | ({squashed} if squashed else set())
        return merge.advance(heads, change["id"], sorted(change["patch"]), gone)

    def _insert(self, table: str, change: Mapping[str, Any], heads: Heads) -> None:
        self.connection.execute(INSERT[table], self._new_row(table, change, heads))
        self.connection.execute(INSERT_CHANGE, change)

    def _new_row(self, table: str, change: Mapping[str, Any], heads: Heads) -> dict[str, Any]:
        values = blank(table) | merged(table, {"answers": {}, "extra": {}}, change["patch"])
        own = {"created_at": instants.iso(self.now), "created_by": self.author.actor}
        return values | own | {"id": change["row"], "heads": heads}

    def _update(
        self, table: str, stored: Mapping[str, Any], change: Mapping[str, Any], heads: dict[str, list[str]]
    ) -> None:
        values = merged(table, stored, change["patch"]) | {"heads": heads}
        self.connection.execute(UPDATE[table], {"this": stored["id"], **values})
        self.connection.execute(INSERT_CHANGE, change)

    def _note_conflicts(self, change: Mapping[str, Any], before: Heads, after: Heads) -> None:
        """Open a conflict for each field whose heads now differ, close it where they agree or one is left."""
        if len(before) < 2 and len(after) < 2:
            return
        several = {
            name
            for name in change["patch"]
            if max(len(merge.heads_of(heads, name)) for heads in (before, after)) > 1
        }
        if not several:
            return
        query = select(CHANGES.c.id, CHANGES.c.hlc, CHANGES.c.base, CHANGES.c.patch)
        standing = self.connection.execute(query.where(CHANGES.c.id.in_(after))).mappings()
        # The heads of a field fold to themselves: no other change names them on it.
        differ = merge.fold({**each, "patch": _only(dict(each), after)} for each in standing).others
        of = {"table": change["table"], "row": change["row"]}
        for name in sorted(several):
            if name in differ:
                values = of | {"field": name, "case": change["case"], "since": change["at"]}
                self.connection.execute(insert(CONFLICTS).values(values).prefix_with("OR IGNORE"))
            else:
                self.connection.execute(delete(CONFLICTS).filter_by(**of, field=name))

    def _touch(self, table: str, row: str, case: str | None, stored: Mapping[str, Any] | None) -> None:
        """Mark what the search index reads again: the case, the one it came from, or the contact itself."""
        before = stored["case_id"] if stored is not None and "case_id" in stored else None
        stale = {each for each in (case, before) if each}
        # A call that joins a case leaves its own place in the index.
        own = state.stale_ids(table, row, None) if table == "contacts" or not stale else set()
        state.mark_stale(self.connection, stale | own)

    def remember(self, key: str, value: Any) -> None:
        """Keep a value of this laptop's own, in the same transaction."""
        state.put(self.connection, key, value)


def unfit(flaw: record_check.Flaw) -> Refused:
    """The error for a change that fits no table."""
    return Refused("unfit_value", field=flaw.field[: record_check.LONGEST_NAME], reason=flaw.reason)


def _clean(value: Any) -> Any:
    """Texts as they may be stored: what a door let through would be refused by the server, or end the writer."""
    if isinstance(value, str):
        return text.clean(value)[0]
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    return value


def _erases(last: Mapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Whether words that `last` said are gone in `patch`."""
    texts = ((value, patch[name] or "") for name, value in last.items() if isinstance(value, str))
    return any(
        len(stretches.between(old, new).out) > KEPT
        for old, new in texts
        if len(old) > KEPT and isinstance(new, str)
    )


def _only(change: Mapping[str, Any], heads: Heads) -> dict[str, Any]:
    """The part of a patch on which the change is a head."""
    return {name: change["patch"][name] for name in heads[change["id"]] if name in change["patch"]}


def blank(table: str) -> dict[str, Any]:
    """A row of a table before anything was written to it."""
    return (
        dict.fromkeys(COLUMNS[table])
        | {"extra": {}}
        | ({"answers": {}} if "answers" in COLUMNS[table] else {})
    )


def merged(table: str, stored: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that a patch changes. JSON columns are new objects, never edited in place."""
    columns = COLUMNS[table]
    values: dict[str, Any] = {}
    answers: dict[str, Any] | None = None
    for name, value in patch.items():
        if name in columns and name != "answers":
            values[name] = value
        elif not name.startswith(ANSWER):
            values.setdefault("extra", dict(stored["extra"]))[name] = value
        else:
            if answers is None:
                answers = _answers(values, stored, columns)
            if value is None:
                answers.pop(name.removeprefix(ANSWER), None)
            else:
                answers[name.removeprefix(ANSWER)] = value
    return values


def _answers(values: dict[str, Any], stored: Mapping[str, Any], columns: Set[str]) -> dict[str, Any]:
    """The answers in `values`, a new object.

    Of a table without them they stand in the row's extra: what could not be read reads as its answers.
    """
    bag = values if "answers" in columns else values.setdefault("extra", dict(stored["extra"]))
    kept = stored["answers"] if bag is values else bag.get("answers")
    found = bag["answers"] = dict(kept) if isinstance(kept, dict) else {}
    return found


ALONG: ContextVar[Callable[[Unit], object] | None] = ContextVar("along", default=None)
"""What this thread wants written at the end of each of its transactions."""


class Store:
    """An open database: one writer, short readers. `read` from any thread, `write` one at a time."""

    def __init__(
        self,
        writer: Engine,
        readers: Engine,
        author: Author,
        now: Callable[[], datetime] = instants.now,
        *,
        mark: Mark | None = None,
    ) -> None:
        self.mark = mark
        self._writer = writer
        self._readers = readers
        self.author = author
        self.now = now
        self._turn = PriorityLock()

    @contextmanager
    def write(self, *, behind: bool = False) -> Iterator[Unit]:
        """One transaction; leaves nothing behind when it fails. Raises StorageFailed.

        `behind` lets the writes of people go first: keep such a transaction short.
        """
        with (
            self._turn.take(behind=behind),
            storage_failures(self._afresh),
            self._writer.begin() as connection,
        ):
            unit = Unit(connection, self.author, self.now())
            yield unit
            if along := ALONG.get():
                along(unit)

    def _afresh(self) -> None:
        """After an error that SQLCipher keeps for its connection, the next try gets another one."""
        self._writer.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of what is stored."""
        with storage_failures(), self._readers.begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of the files; the write-ahead log is folded into the database by the last one out."""
        self._readers.dispose()
        self._writer.dispose()


@contextmanager
def storage_failures(afresh: Callable[[], object] | None = None) -> Iterator[None]:
    """Turn what the disk says into one error that a person can act on; `afresh` is for those that stick.

    Raises StorageFailed; NotStored when the disk is well and what was to be written is not.
    """
    try:
        yield
    except (DBAPIError, OSError) as error:
        failed = told(error)
        if afresh and failed.code in engine.STICKS:
            afresh()
        raise failed from None


def told(error: DBAPIError | OSError) -> StorageFailed:
    """What a person is told of an error of the driver or the system."""
    origin = getattr(error, "orig", None) or error
    reason = type(origin).__name__
    number = getattr(origin, "sqlite_errorcode", None)
    if isinstance(error, OSError):
        return StorageFailed(reason=paths.errno_name(error))
    if number is None and reason in ("OperationalError", "DatabaseError"):
        return StorageFailed(reason=reason)
    if number is not None and number & 0xFF in engine.SAID_OF:
        return StorageFailed(engine.SAID_OF[number & 0xFF], reason=reason)
    return NotStored(reason=str(getattr(origin, "sqlite_errorname", reason)))

"""Cases for an export, some at a time: never one statement for each, never all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Integer,
    Text,
    exists,
    or_,
    select,
    type_coerce,
)

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import FOREIGN
from lnctp_tui.domain.records.document import SCHEMA, Document, Record
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import cases, offline_lockout
from lnctp_tui.services.exchange.outgoing import recipients
from lnctp_tui.storage.database import bulk, sound
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store

CASES, PEOPLE, MONEY = TABLES["cases"], TABLES["people"], TABLES["money"]
SOME: Final = 400
"""Cases whose rows are in memory together: 4 MiB of them."""
Members = Mapping[str, Sequence[str] | None]
"""Member of the document → the columns that are needed of it, None for all with what nobody knows; `cases` too."""
VICTIMS: Final = ("victim", "group")
WITH_VICTIM: Final = exists().where(
    PEOPLE.c.case_id == CASES.c.id, PEOPLE.c.erased_at.is_(None), PEOPLE.c.role.in_(VICTIMS)
)
WITH_MONEY: Final = exists().where(
    MONEY.c.case_id == CASES.c.id, MONEY.c.erased_at.is_(None), MONEY.c.share_consent == "yes"
)


class Chosen(NamedTuple):
    """The cases of an export."""

    ids: list[str]
    folios: list[str]


@dataclass
class Gathered:
    """One case with what stands around it."""

    document: Document
    root: Record
    """The case that it was merged into, else itself."""
    fields: dict[str, set[str]] = field(default_factory=dict)

    def contested(self, row: str) -> Collection[str]:
        """Fields of a record that have two values."""
        return self.fields.get(row, ())


def chosen(store: Store, condition: ColumnElement[bool] | None, named: Sequence[str]) -> Chosen:
    """The cases to export, of those that whoever works here may export: the named ones, else all that have a row.

    Raises Refused `exchange_role`, `exchange_not_yours`, `exchange_empty`, and for a named case as `cases.document`.
    """
    with store.read() as connection:
        mine = recipients.owners(connection, store.author.actor)
        for case_id in named:
            if code := offline_lockout.hides(connection, store.now(), case_id):
                raise Refused(code)
            if mine is not None and not _owned(connection, case_id, mine):
                raise Refused("exchange_not_yours")
        query = select(CASES.c.id, CASES.c.folio).where(CASES.c.erased_at.is_(None)).order_by(bulk.AS_STORED)
        if condition is not None:
            query = query.where(condition)
        if named:
            query = query.where(CASES.c.id.in_(named))
        else:
            query = query.where(offline_lockout.shown(connection, store.now()))
        if mine is not None:
            query = query.where(_of(mine))
        selection = Chosen([], [])
        for row in connection.execute(query):
            selection.ids.append(row.id)
            selection.folios.append(row.folio or row.id)
    if not selection.ids:
        raise Refused("exchange_empty")
    return selection


def merged_into(connection: Connection, case_id: str) -> list[str]:
    """Ids of the cases that were merged into this one: their records are theirs, and in no document of this one."""
    query = select(CASES.c.id).where(CASES.c.merged_into == case_id, CASES.c.erased_at.is_(None))
    return list(connection.scalars(query.order_by(CASES.c.id)))


def _of(mine: Collection[str]) -> ColumnElement[bool]:
    return or_(CASES.c.owner_id.in_(mine), CASES.c.owner_id.is_(None) & CASES.c.created_by.in_(mine))


def _owned(connection: Connection, case_id: str, mine: Collection[str]) -> bool:
    return connection.scalar(select(CASES.c.id).where(CASES.c.id == case_id, _of(mine))) is not None


def gathered(connection: Connection, ids: Sequence[str], members: Members) -> Iterator[Gathered]:
    """Each case with its records of `members`, in the order of the ids."""
    for at in range(0, len(ids), SOME):
        yield from _some(connection, ids[at : at + SOME], members)


def _some(connection: Connection, ids: Sequence[str], members: Members) -> Iterator[Gathered]:
    own = {row["id"]: row for row in _read(connection, "cases", "id", ids, members.get("cases"))}
    roots = _roots(connection, own)
    documents: dict[str, Document] = {
        id_: {"schema": SCHEMA, "case": own[id_], **{member: [] for member in members if member != "cases"}}
        for id_ in ids
        if id_ in own
    }
    for member, names in members.items():
        for record in _read(connection, member, "case_id", ids, names) if member != "cases" else ():
            if document := documents.get(record["case_id"]):
                document[member].append(record)
    fields: dict[str, set[str]] = {}
    query = select(CONFLICTS.c.row, CONFLICTS.c.field).where(CONFLICTS.c.case.in_(ids))
    for row, name in connection.execute(query):
        fields.setdefault(row, set()).add(name)
    for id_, document in documents.items():
        for member in members:
            if member != "cases" and len(document[member]) > 1:
                document[member].sort(key=itemgetter("id"))
        yield Gathered(document, roots[id_], fields)


def _read(
    connection: Connection, table: str, key: str, ids: Sequence[str], names: Sequence[str] | None
) -> Iterator[Record]:
    if names is None:
        columns = TABLES[table].c
        return _records(connection, table, columns[key].in_(ids) & columns.erased_at.is_(None))
    return _narrow(connection, table, key, ids, names)


def _narrow(
    connection: Connection, table: str, key: str, ids: Sequence[str], names: Sequence[str]
) -> Iterator[Record]:
    """Records with only these columns, and without what fits none; of fields nobody knows only what came by HTCDS."""
    source = TABLES[table].c
    columns = [
        type_coerce(source[name], Text) if isinstance(source[name].type, JSON) else source[name]
        for name in names
    ]
    query = select(*columns).where(source[key].in_(ids), source.erased_at.is_(None))
    looked_at = [(name, *reader) for name in names if (reader := _reader(table, name))]
    for row in connection.execute(query).fetchall():
        record: Record = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for name, parse, flaw in looked_at:
            if name in record:
                value = parse(record[name])
                if flaw(value):
                    del record[name]
                else:
                    record[name] = value
        if foreign := record.pop("extra", {}).get(FOREIGN):
            record[FOREIGN] = foreign
        yield record


Reader = tuple[Callable[[Any], Any], Callable[[Any], str | None]]
"""How a column's stored value is read, and what says that it does not fit."""


@cache
def _reader(table: str, name: str) -> Reader | None:
    """Of a column whose values are used as they stand: objects, lists, numbers. Codes are looked up."""
    kind, flaw = TABLES[table].c[name].type, record_check.OF_ROWS[table].get(name)
    if flaw is None or not isinstance(kind, JSON | Integer):
        return None
    return (_json if isinstance(kind, JSON) else _same), flaw


def _same(stored: Any) -> Any:
    return stored


def _json(stored: Any) -> Any:
    try:
        return orjson.loads(stored)
    except (TypeError, ValueError):
        return sound.from_json(stored)


def _records(connection: Connection, table: str, where: ColumnElement[bool]) -> Iterator[Record]:
    source = TABLES[table]
    for row in connection.execute(select(source).where(where)).mappings():
        yield cases.record_of(table, row)


def _roots(connection: Connection, own: dict[str, Record]) -> dict[str, Record]:
    """Id of a merged case → the case at the end of its merges; of a loop the one with the smallest id."""
    known: dict[str, Any] = dict(own)
    roots: dict[str, Record] = {}
    for id_, first in own.items():
        case, path = first, [id_]
        while into := case.get("merged_into"):
            if into not in known:
                known[into] = next(_records(connection, "cases", CASES.c.id == into), None)
            if known[into] is None:
                break
            if into in path:
                case = known[min(path[path.index(into) :])]
                break
            path.append(into)
            case = known[into]
        roots[id_] = case
    return roots

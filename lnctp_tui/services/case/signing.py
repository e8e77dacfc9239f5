"""Signatures under records: each person signs for themselves, what they saw, and it shows when that changed later.

The change that holds a signature says also all that stands above it: its seal is over both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from lnctp_tui.domain.records.document import Record
from lnctp_tui.domain.records.kinds import BY_TABLE, Column, Kind
from lnctp_tui.errors import Refused
from lnctp_tui.services.case.cases import record_of
from lnctp_tui.storage.database.session import CHANGES, CONFLICTS, TABLES, Store

RAW = "raw."


class Signature(NamedTuple):
    """One signature that stands."""

    by: str
    """Id of the person."""
    at: str | None
    """When it was saved (ISO 8601, UTC); None when that change is not on this laptop."""
    changed: tuple[str, ...]
    """Columns that say something else now."""


def sign(store: Store, table: str, row: str, name: str, seen: Mapping[str, Any]) -> None:
    """Sign in column `name` what was on the screen.

    Raises Refused `no_such_record`, `changed_since_read`, `unread_field`, `two_values_first`,
    `not_your_signature`, `signs_both_sides`.
    """
    kind = BY_TABLE[table]
    column = next(column for column in kind.signatures if column.name == name)
    with store.write() as unit:
        found = (
            unit.connection.execute(select(TABLES[table]).where(TABLES[table].c.id == row)).mappings().first()
        )
        if found is None or found["erased_at"] is not None:
            raise Refused("no_such_record")
        record = record_of(table, found)
        if any(record.get(code) != seen.get(code) for code in kind.content):
            raise Refused("changed_since_read")
        if unread(record):
            raise Refused("unread_field")
        if _differs(unit.connection, table, row):
            raise Refused("two_values_first")
        _may_sign(kind, column, record, unit.author.actor)
        standing = signatures(unit.connection, kind, [record])[row].get(name)
        if standing is None or standing.by != unit.author.actor or standing.changed:
            unit.record(
                table, row, {**{code: seen.get(code) for code in kind.content}, name: unit.author.actor}
            )


def unread(record: Record) -> tuple[str, ...]:
    """Codes of fields whose text was not understood: it stands beside the columns, under no signature."""
    answers = record.get("answers") or {}
    return tuple(code.removeprefix(RAW) for code in answers if code.startswith(RAW))


def _differs(connection: Connection, table: str, row: str) -> bool:
    query = select(CONFLICTS.c.field).filter_by(table=table, row=row)
    return connection.execute(query).first() is not None


def _may_sign(kind: Kind, column: Column, record: Record, person: str) -> None:
    if record.get(column.of or "") != person:
        raise Refused("not_your_signature")
    if any(record.get(side.of or "") == person for side in kind.signatures if side is not column):
        raise Refused("signs_both_sides")


def signatures(
    connection: Connection, kind: Kind, records: Iterable[Record]
) -> dict[str, dict[str, Signature]]:
    """Row → column → the signature that stands there."""
    by_row = {str(record["id"]): record for record in records}
    query = (
        select(CHANGES.c.row, CHANGES.c.patch, CHANGES.c.at)
        .where(CHANGES.c.table == kind.table, CHANGES.c.row.in_(list(by_row)))
        .order_by(CHANGES.c.hlc, CHANGES.c.id)
    )
    told: dict[str, dict[str, Any]] = {row: {} for row in by_row}
    signed: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {}
    for row, patch, at in connection.execute(query):
        if not isinstance(patch, dict):
            continue
        told[row] |= patch
        for column in kind.signatures:
            if patch.get(column.name) is not None:
                signed[row, column.name] = at, dict(told[row])
    return {
        row: {
            column.name: _signature(kind, record, str(record[column.name]), signed.get((row, column.name)))
            for column in kind.signatures
            if record.get(column.name) is not None
        }
        for row, record in by_row.items()
    }


def _signature(kind: Kind, record: Record, by: str, signed: tuple[str, dict[str, Any]] | None) -> Signature:
    if signed is None:
        return Signature(by, None, ())
    at, told = signed
    named_by_another = {column.of for column in kind.signatures}
    changed = tuple(
        code
        for code in kind.content
        if told.get(code) != record.get(code) and not (told.get(code) is None and code in named_by_another)
    )
    return Signature(by, at, changed)

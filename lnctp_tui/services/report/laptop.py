"""The report over what this laptop holds and shows. Whoever counts is noted, with what was counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection, func, or_, select

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import Refused
from lnctp_tui.reports import printed, run
from lnctp_tui.reports.changed import Since
from lnctp_tui.reports.facts import Facts
from lnctp_tui.reports.source import Source, text_of
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import audit
from lnctp_tui.storage.database.session import CHANGES, TABLES, Store
from lnctp_tui.storage.replication import server_state

ACTION: Final = "report"
COUNTING: Final = ("counselor", "curator", "supervisor")
"""Roles that count cases; analysts get what was issued."""
MOST: Final = 200
"""Characters of a definition in the chain of views."""


@contextmanager
def source(store: Store) -> Iterator[Source]:
    """What this laptop shows now, in one view of it. Raises Refused `report_role` for who works on no cases."""
    with store.read() as connection:
        enrolled = server_state.server(connection)
        if enrolled is not None and enrolled.role not in COUNTING:
            raise Refused("report_role")
        yield of(connection, store.now())


def of(connection: Connection, now: datetime) -> Source:
    """The source behind an open connection of the store."""
    shown = {table: offline_lockout.shown(connection, now, table) for table in ("cases", "contacts")}
    return Source(connection, shown=shown.__getitem__, triaged=partial(_triaged, connection))


def _triaged(connection: Connection) -> Iterator[tuple[str, int]]:
    """When each case had its first triage, by the log."""
    patch = text_of(CHANGES.c.patch)
    question = (
        select(CHANGES.c.row, func.min(CHANGES.c.hlc))
        .where(CHANGES.c.table == "cases", or_(patch.contains('"triage":"'), patch.contains('"triage": "')))
        .group_by(CHANGES.c.row)
    )
    return ((row[0], row[1]) for row in connection.execute(question))


def read(store: Store, protocol: Protocol, start: date, end: date) -> Facts:
    """Everything of a period; both days are in it."""
    with source(store) as place:
        return run.read(place, start, end, protocol)


def count(
    store: Store, protocol: Protocol, start: date, end: date, definitions: Sequence[Definition]
) -> Report:
    """The report of a period."""
    return run.made(read(store, protocol, start, end), definitions, "laptop", protocol, cited=printed.cited())


def note(store: Store, definitions: Sequence[Definition], start: date, end: date) -> None:
    """Notes who counted what."""
    noted(store, told(definitions, start, end))


def noted(store: Store, text: str) -> None:
    """Notes that somebody counted this."""
    with store.write() as unit:
        audit.note(unit.connection, unit.now, store.author.actor, ACTION, text)


def told(definitions: Sequence[Definition], start: date, end: date) -> str:
    """A definition as the chain of views keeps it: tables or dimensions, and the period."""
    names = ",".join(
        definition.id or f"{definition.unit}:{definition.rows}×{definition.columns}"
        for definition in definitions
    )
    return f"{names[:MOST]} {start}/{end}"


def folios(store: Store, case_ids: Sequence[str]) -> dict[str, str]:
    """Folio of each case that is shown."""
    cases = TABLES["cases"].c
    with store.read() as connection:
        question = select(cases.id, cases.folio).where(
            cases.id.in_(case_ids), cases.erased_at.is_(None), offline_lockout.shown(connection, store.now())
        )
        return {row.id: row.folio or "" for row in connection.execute(question)}


def since(store: Store, at: datetime) -> Since:
    """What happened to cases and contacts after an instant."""
    micros, stored = instants.micros(at), instants.iso(at)
    with store.read() as connection:

        def written(field: str) -> frozenset[str]:
            patch = text_of(CHANGES.c.patch)
            question = (
                select(CHANGES.c.row)
                .where(CHANGES.c.table == "cases", CHANGES.c.hlc > micros, patch.contains(f'"{field}":'))
                .distinct()
            )
            return frozenset(connection.scalars(question))

        late, erased = (
            frozenset(
                row
                for table in ("cases", "contacts")
                for row in connection.scalars(
                    select(TABLES[table].c.id).where(TABLES[table].c[column] > stored)
                )
            )
            for column in ("created_at", "erased_at")
        )
        return Since(late, written("report_class"), written("merged_into"), erased)

"""The report over everything the server holds, as its owner asks it at the server. Whoever counts is noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import Connection, Text, cast, column, create_engine, func, or_, select, table
from sqlalchemy.pool import StaticPool

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.reports import run
from lnctp_tui.reports.changed import Since
from lnctp_tui.reports.facts import Facts
from lnctp_tui.reports.source import Source
from lnctp_tui.server.admin import audit
from lnctp_tui.server.ingest import codes
from lnctp_tui.server.postgres.database import SERVE, become, connect, failures, transaction
from lnctp_tui.services.report.laptop import ACTION, told
from lnctp_tui.storage import instants
from lnctp_tui.storage.protocol import protocol_loader

SCHEMA = "data"
LOG = table("log", *map(column, ("kind", "table", "row", "hlc", "placed", "patch")))
ARRIVED = """SELECT "row" FROM log WHERE team = %s AND kind = 'change' AND "table" IN ('cases', 'contacts')
  GROUP BY "row" HAVING min(received_at) > %s"""
WRITTEN = """SELECT DISTINCT "row" FROM log WHERE team = %s AND kind = 'change' AND "table" = 'cases'
  AND received_at > %s AND patch::text LIKE %s"""
ERASED = [
    f"SELECT id FROM data.{name} WHERE of_team = %s AND erased_at > %s" for name in ("cases", "contacts")
]
PATIENT = "SET LOCAL statement_timeout = '15min'; SET LOCAL idle_in_transaction_session_timeout = '15min'"
"""A report reads everything, in one view of it."""


def protocol(home: Path) -> Protocol:
    """The protocol of the server's folder, else the program's own."""
    own = home / codes.FOLDER
    return protocol_loader.load(own if own.is_dir() else None)


@contextmanager
def source(url: str, team: str) -> Iterator[Source]:
    """All records of a team, in one transaction that only reads. `url`: of the application's login."""
    with failures(), connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
        with engine.connect() as opened:
            become(connection, team, SERVE)
            connection.execute(PATIENT)
            yield Source(opened, "server", SCHEMA, triaged=partial(_triaged, opened))


def _triaged(connection: Connection) -> Iterator[tuple[str, int]]:
    """When each case had its first triage, by the log."""
    patch = cast(LOG.c.patch, Text)
    question = (
        select(LOG.c.row, func.min(func.coalesce(LOG.c.placed, LOG.c.hlc)))
        .where(
            LOG.c.kind == "change",
            LOG.c.table == "cases",
            or_(patch.contains('"triage":"'), patch.contains('"triage": "')),
        )
        .group_by(LOG.c.row)
    )
    return ((row[0], row[1]) for row in connection.execute(question))


def read(url: str, team: str, rules: Protocol, start: date, end: date) -> Facts:
    """Everything of a period; both days are in it."""
    with source(url, team) as place:
        return run.read(place, start, end, rules)


def note(url: str, team: str, actor: str, definitions: Sequence[Definition], start: date, end: date) -> None:
    """Notes who counted what."""
    with connect(url) as connection, transaction(connection, team, SERVE):
        audit.note(connection, team, instants.now(), actor, ACTION, told(definitions, start, end))


def since(url: str, team: str, at: datetime) -> Since:
    """What happened to cases and contacts after an instant, by when the server received it."""
    stored = instants.iso(at)
    with connect(url) as connection, transaction(connection, team, SERVE):

        def rows(sql: str, *values: str) -> frozenset[str]:
            return frozenset(row for (row,) in connection.execute(sql, (team, *values)))

        return Since(
            rows(ARRIVED, stored), rows(WRITTEN, stored, '%"report_class":%'),
            rows(WRITTEN, stored, '%"merged_into":%'),
            frozenset(row for sql in ERASED for row in rows(sql, stored)),
        )  # fmt: skip

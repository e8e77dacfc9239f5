"""The log held against the rules of what a change may say, when this program's rules or catalogs are new to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from lnctp_tui.domain.protocol.protocol import Catalog
from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import CLOSED
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.replication import projection

CHECKED = "checked_by"
"""[version of the rules, digest of the codes] that the log was held against."""
PAGE = 2000
ALL = """SELECT seq, "table", row, hlc, base, patch, unfit FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"""
APART = """SELECT DISTINCT "table", row FROM changes WHERE unfit IS NOT NULL"""


def learn(catalogs: Mapping[str, Catalog]) -> None:
    """Take an organisation's codes for the closed catalogs."""
    for name in CLOSED & catalogs.keys():
        record_check.know(name, catalogs[name].by_code)


def prepare(connection: Connection, catalogs: Mapping[str, Catalog], now: datetime) -> None:
    """Take out of the tables what fits none by these rules, and put in what does by now."""
    learn(catalogs)
    wanted = [record_check.VERSION, hashlib.sha256(record_check.known().encode()).hexdigest()[:16]]
    held = state.get(connection, CHECKED)
    if held == wanted:
        return
    stale = set(_apart(connection))
    if not held or held[0] != record_check.VERSION:
        stale |= _changed(connection)
    records = [key for key in stale if key[0] in TABLES]
    projection.rebuild(connection, records, instants.iso(now), instants.micros(now))
    state.mark_stale(connection, _indexed(connection, records))
    state.put(connection, CHECKED, wanted)


def _apart(connection: Connection) -> list[projection.Key]:
    return [(table, row) for table, row in connection.exec_driver_sql(APART)]


def _changed(connection: Connection) -> set[projection.Key]:
    """The records with a change of which the log says something else than these rules."""
    found: set[projection.Key] = set()
    last = 0
    while page := connection.exec_driver_sql(ALL, (last, PAGE)).all():
        for _seq, table, row, hlc, base, patch, said in page:
            if projection.judged((table, row), base, patch, hlc)[2] != said:
                found.add((table, row))
        last = page[-1][0]
    return found


def _indexed(connection: Connection, records: list[projection.Key]) -> set[str]:
    """The cases and calls whose place in the search index these records have."""
    query = """SELECT DISTINCT "table", row, "case" FROM changes WHERE "table" = ? AND row = ?"""
    scopes = {
        id_
        for key in records
        for table, row, case in connection.exec_driver_sql(query, key)
        for id_ in state.stale_ids(table, row, case)
    }
    return scopes | {row for table, row in records if table == "contacts"}

"""What leaves this laptop's sight, and what leaves the laptop.

A server's unsigned word only hides. What is deleted is what this laptop itself asked away, and what a signed order
names: whoever calls `erase` and `wipe` has checked one.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from lnctp_tui.domain.records.scopes import ERASED_ALONE, PUBLIC_TABLES
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import directory, link_keys, search, state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import projection, server_state

OF_CASES = tuple(name for name in TABLES if name not in PUBLIC_TABLES)
_NAMES = ", ".join(f"'{name}'" for name in OF_CASES)
SCOPED = f"""WITH scoped AS (
  SELECT c."table" AS t, c.row AS r, max(s.state = 'gone') AS went, max(s.state IN ('held', 'wanted')) AS stays
  FROM changes c JOIN scopes s ON s.id = coalesce(c."case", c.row) WHERE c."table" IN ({_NAMES}) GROUP BY 1, 2)"""
"""Records by what became of their scopes: one that went hides unless another scope of this laptop holds it."""
ONLY_THERE = f"""
WITH mine AS (
  SELECT DISTINCT "table" AS t, row AS r FROM changes WHERE "case" = :scope AND "table" IN ({_NAMES})
  UNION SELECT "table", row FROM changes WHERE "table" IN ({_NAMES}) AND row = :scope AND "case" IS NULL)
SELECT t, r FROM mine WHERE NOT EXISTS (
  SELECT 1 FROM changes c JOIN scopes s ON s.id = coalesce(c."case", c.row)
  WHERE c."table" = t AND c.row = r AND s.state IN ('held', 'wanted') AND s.id <> :scope)
"""
"""The records of a scope that no other scope of this laptop holds."""
BLANK = "UPDATE changes SET patch = '{}', salt = NULL WHERE id IN (SELECT value FROM json_each(?))"
ROWS = "id IN (SELECT value FROM json_each(?))"
REST = "row IN (SELECT value FROM json_each(?))"
RELIEF = "relief"
"""Reason of a scope that a hand-over opened, once that is over."""
ASKED = "asked"
"""Reason of a scope that this laptop itself asked away: the only one whose records are deleted."""
ASK = f"UPDATE scopes SET reason = '{ASKED}' WHERE state = 'held' AND id IN (SELECT value FROM json_each(?))"
WENT = f"""SELECT id FROM scopes WHERE state = 'gone' AND reason = '{ASKED}'
AND id IN (SELECT value FROM json_each(?))"""
AT_WORK = "SELECT 1 FROM sync_state WHERE key = 'call:' || ?"
UNPROVEN = f'SELECT 1 FROM changes WHERE "table" = ? AND {REST} AND (sent < 2 OR refused IS NOT NULL) LIMIT 1'


def hide(connection: Connection, scope: str, reason: str) -> None:
    """Take a scope from sight (services.case.offline_lockout).

    All its rows, changes and drafts stay: nobody signed that they go. A grant brings it back as it is.
    """
    connection.exec_driver_sql(
        "INSERT INTO scopes (id, state, rank, after, reason) VALUES (?, 'gone', 0, 0, ?) "
        "ON CONFLICT (id) DO UPDATE SET state = 'gone', after = 0, "
        f"reason = CASE WHEN scopes.reason = '{ASKED}' AND excluded.reason = 'window' THEN '{ASKED}' "
        "ELSE excluded.reason END",
        (scope, reason),
    )


def over(connection: Connection, now: datetime) -> frozenset[str]:
    """Which cases that a hand-over opened are open no more, by the server's clock as far as it is known."""
    brief = state.starting_with(connection, server_state.UNTIL)
    if not brief:
        return frozenset()
    late = server_state.as_late_as(connection, now)
    late += timedelta(seconds=state.get(connection, server_state.OFFSET, 0))
    return frozenset(scope for scope, until in brief.items() if until <= instants.iso(late))


def end_brief(connection: Connection, now: datetime) -> frozenset[str]:
    """Take from sight what is open no more, also while nobody answers; the cases that went."""
    ended = over(connection, now)
    for scope in ended:
        hide(connection, scope, RELIEF)
        state.put(connection, server_state.UNTIL + scope, None)
    return ended


def ask_away(connection: Connection, scopes: Iterable[str]) -> None:
    """Note that this laptop itself wants these scopes to leave."""
    connection.exec_driver_sql(ASK, (orjson.dumps(list(scopes)).decode(),))


def drop_asked(connection: Connection, scopes: Iterable[str]) -> None:
    """Delete the records of those scopes that this laptop asked away and the server let go."""
    for scope in connection.exec_driver_sql(WENT, (orjson.dumps(list(scopes)).decode(),)).scalars().all():
        _drop(connection, scope)


def _drop(connection: Connection, scope: str) -> None:
    """Delete the records of a scope, unless a receipt is lacking or a call is not finished."""
    from sqlalchemy import text

    ids: dict[str, list[str]] = {}
    for table, row in connection.execute(text(ONLY_THERE), {"scope": scope}):
        ids.setdefault(table, []).append(row)
    listed = {table: orjson.dumps(rows).decode() for table, rows in ids.items()}
    if any(connection.exec_driver_sql(UNPROVEN, each).first() for each in listed.items()):
        return
    if any(connection.exec_driver_sql(AT_WORK, (each,)).first() for each in ids.get("contacts", ())):
        return
    gone = {scope}
    for table, of in listed.items():
        connection.exec_driver_sql(f'DELETE FROM changes WHERE "table" = ? AND {REST}', (table, of))
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE {ROWS}", (of,), RECORDED)
        connection.exec_driver_sql(f'DELETE FROM conflicts WHERE "table" = ? AND {REST}', (table, of))
        link_keys.refresh(connection, table, ids[table])
        gone.update(ids[table] if table in ("cases", "contacts") else ())
    forget(connection, gone)


def forget(connection: Connection, ids: Set[str]) -> None:
    """Take cases and calls out of the search index, the drafts and what was kept aside."""
    search.index(connection, list(ids))
    for each in ids:
        connection.exec_driver_sql(
            "DELETE FROM sync_state WHERE instr(key, ?) > 0 AND key NOT GLOB 'sync:*'", (each,)
        )
    for id_, change in state.starting_with(connection, server_state.ASIDE).items():
        if any(str(change.get(name)) in ids for name in ("case", "row")):  # its form is anything at all
            state.put(connection, server_state.ASIDE + id_, None)


def erase(connection: Connection, scope: str, ids: Iterable[str], now: str, latest: int) -> None:
    """Blank the values of changes by order of the law; id, hash and signature stay. The caller has a signed order."""
    wanted = orjson.dumps(list(ids)).decode()
    touched = connection.exec_driver_sql(
        'SELECT DISTINCT "table", row FROM changes WHERE id IN (SELECT value FROM json_each(?))', (wanted,)
    ).all()
    connection.exec_driver_sql(BLANK, (wanted,))
    projection.rebuild(connection, [(table, row) for table, row in touched], now, latest)
    forget(connection, {scope} | {row for table, row in touched if table in ("cases", "contacts")})
    if any(table in ERASED_ALONE for table, _row in touched):  # half a form may name the same person
        connection.exec_driver_sql("DELETE FROM sync_state WHERE key GLOB 'setting:draft:entry:*'")
    # A deleted row's words stay in the index until its pieces are merged.
    connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")


def wipe(connection: Connection, *, unsent: bool = True) -> None:
    """Remove all that was recorded but the chain of views.

    The caller has a signed order; without `unsent` what has no receipt stays in the log, without a row.
    """
    for table in (*TABLES, "conflicts", "scopes", "exports"):
        connection.exec_driver_sql(f"DELETE FROM {table}", None, RECORDED)
    connection.exec_driver_sql("DELETE FROM changes WHERE sent = 2 OR ?", (unsent,))
    connection.exec_driver_sql(
        "INSERT INTO scopes (id, state, rank, after, reason) "
        """SELECT DISTINCT coalesce("case", row), 'gone', 0, 0, 'revoked' FROM changes"""
    )
    connection.exec_driver_sql(
        "DELETE FROM sync_state WHERE key GLOB 'draft:*' OR key GLOB 'setting:draft:*' OR key = 'setting:resume' "
        "OR key GLOB 'call:*' "
        "OR key GLOB 'place:*' OR key GLOB 'aside:*' OR key GLOB 'directory:*' OR key GLOB 'match:*' "
        "OR key GLOB 'until:*' OR key GLOB 'practice:*' OR key = 'sync:offers'"
    )
    for table in ("search_rows", "search_stale", "search_directory_rows", "search_fit"):
        connection.exec_driver_sql(f"DELETE FROM {table}")
    link_keys.forget_all(connection)
    # Not DELETE: the words of deleted rows would stay in the index until its pieces are merged.
    for table in ("search", "search_directory"):
        connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    connection.exec_driver_sql(directory.WRITTEN)

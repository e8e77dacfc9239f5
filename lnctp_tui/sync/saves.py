"""Whether this laptop is a copy of before: files that are all put back together leave no trace here, the server's do.

What was saved is noted before each batch goes out, the server keeps the furthest, and its signed word brings it back.
Source: docs/security.md, "What was saved is there".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from lnctp_tui.storage import instants
from lnctp_tui.storage.database import audit, state
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault import loss
from lnctp_tui.sync import fresco

LAST = "SELECT n, chain, at FROM commits"
BEYOND = "UPDATE commits SET n = max(n, ?)"


def note(unit: Unit, waiting: int) -> None:
    """How far this database has saved, `waiting` changes of it not sent; in the transaction that offers some."""
    row = unit.connection.exec_driver_sql(LAST).first()
    if row and row[0]:
        unit.remember(server_state.SAVED, [row[0], row[1], waiting, row[2]])


def compare(store: Store, proven: list[Any] | None) -> bool:
    """Hold what the server signed against what was noted here; whether it knows of saves that are missing.

    Then it is told once, and counting goes on beyond: another copy put back is told again. `missing` and `at` are the
    least that is sure: where the copy ends, between what it had offered and what was saved on it since, nothing tells.
    """
    if (furthest := fresco.how_far(proven)) is None:
        return False
    n, chain, waiting = furthest
    with store.read() as connection:
        saved = state.get(connection, server_state.SAVED) or [0, "", 0, 0]
    if n < saved[0] or (n == saved[0] and chain == saved[1]):
        return False
    with store.write() as unit:
        connection = unit.connection
        last = connection.exec_driver_sql(LAST).first()
        at = instants.iso(instants.of_micros(saved[3])) if saved[3] else None
        unit.remember(
            server_state.BACK, {"missing": max(1, n - (last[0] if last else 0)), "waiting": waiting, "at": at}
        )
        code = server_state.RESTORED if _restored(connection, at or "") else server_state.CAME_BACK
        for alarm_code in server_state.BACK_CODES:
            server_state.clear_alarm(connection, alarm_code)
        server_state.alarm(connection, code, unit.now)
        connection.exec_driver_sql(BEYOND, (n,))
        unit.remember(server_state.SAVED, [n, chain, 0, instants.micros(unit.now)])
        audit.note(connection, unit.now, store.author.actor, code, store.author.device)
    return True


def _restored(connection: Connection, since: str) -> bool:
    """Whether a person put a backup in place after this instant."""
    last = loss.noted(connection)[-1:]
    return any(entry.get("code") == "restored" and str(entry.get("at")) > since for entry in last)

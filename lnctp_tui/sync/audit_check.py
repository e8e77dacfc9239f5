"""What this laptop saw of the server, held against what the server says now: who rewrites the past is noticed.

Each pull asks for the value of the server's audit chain at the last entry this laptop knows of. A server that
came back from a backup cannot tell it either: both are told to the person, once, and what was recorded stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lnctp_tui.storage.database import audit, state
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync.wire import Cursor

AUDIT, HISTORY, CONTENT = "server_audit_changed", "server_history_changed", "server_content_changed"
"""The audit's chain is another; the log's is; the same changes have another content."""
ORDER = server_state.ORDER_UNSIGNED
"""It told to destroy something, and nobody signed that."""
START = Cursor(0, audit.START)
KNEW = "knew"
"""Member that `ask_page` adds to a page: the end of the audit as this laptop knew it when it asked."""


def check(store: Store, page: Mapping[str, Any]) -> None:
    """Raise the alarm when the audit that a page speaks of does not continue the one known before."""
    knew = page.get(KNEW)
    if not knew or not knew[0] or page.get("audit_then") == knew[1]:
        return
    with store.write() as unit:
        last_end = state.get(unit.connection, server_state.AUDIT)
        if last_end and last_end[0] <= knew[0]:
            alarm(unit, AUDIT)
            unit.remember(server_state.AUDIT, _end(page))


def remember(unit: Unit, page: Mapping[str, Any]) -> None:
    """Remember how far the server's audit goes; called after `check`, with the page it looked at."""
    end, last_end = _end(page), state.get(unit.connection, server_state.AUDIT) or list(START)
    if end and end[0] > last_end[0]:
        unit.remember(server_state.AUDIT, end)


def alarm(unit: Unit, code: str) -> None:
    """Keep that something is wrong, and since when, for the people who can find out."""
    server_state.alarm(unit.connection, code, unit.now)


def _end(page: Mapping[str, Any]) -> list[Any] | None:
    end = page.get("audit")
    if isinstance(end, list) and len(end) == 2 and type(end[0]) is int and isinstance(end[1], str):
        return end
    return None

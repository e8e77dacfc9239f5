"""A break that somebody asks for: kept on this laptop, and told later, as one more of its week."""

from __future__ import annotations

import secrets
from datetime import timedelta

from lnctp_tui.domain.follow.breaks import week_of
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import server_state

LATEST = 24 * 3600
"""Seconds within which a break is told, by lot: when it reaches the server says nothing of when it was asked for."""


def asking(store: Store) -> Deed:
    """The deed that asks for a break now."""
    now = store.now()
    after = now + timedelta(seconds=secrets.randbelow(LATEST))
    return deed("break", ids.new_id(), week_of(now), instants.iso(after))


def ask(store: Store, break_id: str, week: str, after: str) -> None:
    """Keep that a break was asked for in a week, to be told after an instant. No record: nobody's name is on it."""
    with store.write() as unit:
        if state.get(unit.connection, server_state.BREAK + break_id) is None:
            unit.remember(server_state.BREAK + break_id, [week, after])

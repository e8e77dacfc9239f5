"""A case goes from hand to hand: who takes it also says so in the case, once it is on this laptop."""

from __future__ import annotations

from sqlalchemy import select

from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES, Store
from lnctp_tui.storage.replication import server_state

TAKEN = "taken:"
"""Prefix of a case that was accepted and whose history may still be on its way."""
CASES, COUNSELORS = TABLES["cases"], TABLES["counselors"]


def names(store: Store) -> dict[str, str]:
    """Id → name of everybody who answers the Line, as far as this laptop knows them."""
    with store.read() as connection:
        rows = connection.execute(select(COUNSELORS.c.id, COUNSELORS.c.name))
        return {id_: name for id_, name in rows if name}


def open_until(store: Store, case_id: str) -> str | None:
    """Until when this person sees a case that a hand-over opened; None for a case of theirs."""
    with store.read() as connection:
        until = state.get(connection, server_state.UNTIL + case_id)
    return str(until) if until else None


def accept(workspace: Workspace, scope: str) -> None:
    """Take an offered case. Blocking; raises SyncFailed."""
    from lnctp_tui.services.sync import server_requests  # here and below: with all that a network needs

    server_requests.answer(workspace, scope, True)
    with workspace.store.write() as unit:
        unit.remember(TAKEN + scope, True)
    own_what_came(workspace, frozenset({scope}))


def decline(workspace: Workspace, scope: str) -> None:
    """Do not take it. Blocking; raises SyncFailed."""
    from lnctp_tui.services.sync import server_requests

    server_requests.answer(workspace, scope, False)


def assign(workspace: Workspace, case_id: str, person: str) -> None:
    """Give a case to a colleague, as a supervisor. Blocking; raises SyncFailed."""
    from lnctp_tui.services.sync import server_requests

    server_requests.assign(workspace, case_id, person)
    _own(workspace.store, case_id, person)


def own_what_came(workspace: Workspace, scopes: frozenset[str]) -> None:
    """Write into accepted cases that have arrived whose they are now. Returns at once."""
    workspace.writer.submit(lambda store: _own_taken(store, workspace.counselor_id, scopes))


def note_what_shut(workspace: Workspace) -> None:
    """After something came from colleagues, look whose recipient closed meanwhile. Returns at once."""
    from lnctp_tui.services.case import referral_after

    workspace.writer.submit(referral_after.note_shut)


def _own_taken(store: Store, person: str, scopes: frozenset[str]) -> None:
    with store.read() as connection:
        taken = set(state.starting_with(connection, TAKEN)) & scopes
    for case_id in sorted(taken):
        if _own(store, case_id, person):
            with store.write() as unit:
                unit.remember(TAKEN + case_id, None)


def _own(store: Store, case_id: str, person: str) -> bool:
    """Whether the case is here and now says whose it is."""
    with store.write() as unit:
        owner = unit.connection.execute(select(CASES.c.owner_id).where(CASES.c.id == case_id)).first()
        if owner is not None and owner[0] != person:
            unit.record("cases", case_id, {"owner_id": person})
        return owner is not None

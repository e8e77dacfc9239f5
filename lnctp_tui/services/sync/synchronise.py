"""Synchronisation as screens and commands see it: what waits, what differs, and a thread that sees to it.

Reading is local and quick. What asks the server stands in `services.sync.server_requests` and is offered here too.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from lnctp_tui.domain.records import merge, record_check
from lnctp_tui.errors import StorageFailed, SyncFailed
from lnctp_tui.services.sync.server_requests import (
    REASON,
    Colleague,
    Handed,
    Held,
    Quarantined,
    answer,
    assign,
    colleagues,
    dismiss,
    enroll,
    fingerprint,
    offer,
    offers,
    open_again,
    quarantine,
    release,
    search_server,
)
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import hardening, ids, instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import CHANGES, CONFLICTS, TABLES, EditBaseline, Store
from lnctp_tui.storage.database.tables import SCOPES
from lnctp_tui.storage.replication import authority, server_state, withdrawal
from lnctp_tui.storage.vault import vault
from lnctp_tui.sync.client import Client
from lnctp_tui.sync.control import UNCONFIRMED
from lnctp_tui.sync.loop import TOLD, Loop, Round, note_problem
from lnctp_tui.sync.repair import Comparison, compare
from lnctp_tui.sync.transport import dial

__all__ = [
    "REASON", "Colleague", "Comparison", "Conflict", "Handed", "Held", "Quarantined", "Side", "SyncStatus",
    "Synchroniser", "Waiting", "answer", "assign", "colleagues", "conflicts", "dismiss", "enroll", "fingerprint",
    "offer", "offers", "once", "open_again", "quarantine", "release", "sealer", "search_server", "settle", "status",
    "waiting",
]  # fmt: skip

UNHURRIED = 0.5
"""Seconds of a transaction while nobody types."""
INDEXED = 400
ALARM_DAYS = 14
CASES = TABLES["cases"]
TOLD_OF = (
    authority.STATE, authority.PINNED, authority.OFFERED, server_state.CONTACT, server_state.PROBLEM,
    server_state.TOTAL, server_state.OFFSET, server_state.OFFERS, server_state.BACK, server_state.ALARMS,
)  # fmt: skip
"""What is kept of how things stand; beside it stand the signed roles of thousands."""
OPEN_TO_SEE = or_(CONFLICTS.c.case.is_(None), withdrawal.held_cases(CONFLICTS.c.case))


@dataclass(frozen=True)
class SyncStatus:
    """How things stand between this laptop and its server."""

    enrolled: bool
    state: str | None
    """`pending`, `active`, `upload_only`, `revoked`, `seal`, `wipe`: as officers signed it, else as the server says.

    None before enrolment.
    """
    server: str | None
    person: str | None
    role: str | None
    waiting: int
    """Changes that are still to be sent."""
    waiting_since: str | None
    """When the oldest of them was stored."""
    refused: int
    """Changes the server put into quarantine, or that are too large to be sent."""
    online: bool | None
    """None while nobody tried."""
    last_contact: str | None
    problem: str | None
    """Code of an error in i18n; None when the last round went well."""
    wanted: int
    wanted_total: int
    """Histories still to be fetched, and how many there were."""
    clock_offset: int
    """Seconds the server's clock is ahead."""
    conflicts: int
    offers: int
    aside: int
    """Changes of others whose author could not be checked; they are kept and not shown."""
    alarms: list[str] = field(default_factory=list)
    """Codes of what the server denied of what it had said, or told without a signature, in the last ALARM_DAYS days."""
    authority: str | None = None
    """The organisation whose officers this laptop believes."""
    authority_offered: str | None = None
    """One that the server names and nobody here confirmed."""
    saved_at: str | None = None
    """When the last change here was saved: for a person to hold against what they remember."""
    back: dict[str, Any] | None = None
    """What is missing since this laptop came back from a copy, as long as the alarm stands: at least `missing` saves;
    `waiting` changes waited at the last sending; all up to `at` is there."""
    ordered: str | None = None
    """What officers signed of this laptop that takes something from it: `upload_only`, `revoked`, `seal`, `wipe`."""
    withdrawn: int = 0
    """Cases that were taken from this person: they are kept and not shown."""


@dataclass(frozen=True)
class Waiting:
    """A change that the server does not hold yet, or put into quarantine."""

    id: str
    table: str
    folio: str | None
    at: str
    sent: int
    refused: str | None


@dataclass(frozen=True)
class Side:
    """One of the values that stand beside each other."""

    change_id: str
    value: Any
    actor_name: str
    at: str
    """When it was saved, by the clock that orders it."""
    shown: bool


@dataclass(frozen=True)
class Conflict:
    """One field of one record with several heads."""

    table: str
    row: str
    case: str | None
    folio: str | None
    field: str
    sides: list[Side]
    """The shown one first, then newest first."""


def status(workspace: Workspace) -> SyncStatus:
    """How things stand, as the database has it; `online` is known to a running Synchroniser only."""
    return _status(workspace.store, None)


def _status(store: Store, online: bool | None) -> SyncStatus:
    with store.read() as connection:
        server = server_state.server(connection)
        waiting, oldest = connection.execute(
            select(func.count(), func.min(CHANGES.c.seq)).where(
                CHANGES.c.sent < 2, CHANGES.c.refused.is_(None)
            )
        ).one()
        since = connection.scalar(select(CHANGES.c.at).where(CHANGES.c.seq == oldest)) if oldest else None
        scope_count = connection.scalar(select(func.count()).where(SCOPES.c.state == "wanted")) or 0
        values = state.several(connection, *TOLD_OF)
        ordered = values.get(authority.STATE)
        alarms = _alarms(values, instants.iso(store.now() - timedelta(days=ALARM_DAYS)))
        return SyncStatus(
            enrolled=server is not None,
            state=(ordered or server.state) if server else None,
            server=server.url if server else None,
            person=server.person if server else None,
            role=server.role if server else None,
            waiting=waiting,
            waiting_since=since,
            refused=connection.scalar(select(func.count()).where(CHANGES.c.refused.is_not(None))) or 0,
            online=online,
            last_contact=values.get(server_state.CONTACT),
            problem=values.get(server_state.PROBLEM),
            wanted=scope_count,
            wanted_total=max(scope_count, int(values.get(server_state.TOTAL) or 0)),
            clock_offset=int(values.get(server_state.OFFSET) or 0),
            conflicts=connection.scalar(select(func.count()).select_from(CONFLICTS).where(OPEN_TO_SEE)) or 0,
            offers=len(values.get(server_state.OFFERS) or {}),
            ordered=ordered if ordered in TOLD else None,
            withdrawn=connection.scalar(select(func.count()).where(CASES.c.id.in_(withdrawal.withdrawn())))
            or 0,
            aside=len(state.starting_with(connection, server_state.ASIDE)),
            saved_at=connection.scalar(select(CHANGES.c.at).order_by(CHANGES.c.seq.desc()).limit(1)),
            back=values.get(server_state.BACK)
            if any(code in alarms for code in server_state.BACK_CODES)
            else None,
            alarms=alarms,
            authority=values[authority.PINNED]["org"] if authority.PINNED in values else None,
            authority_offered=values.get(authority.OFFERED),
        )


def _alarms(values: dict[str, Any], since: str) -> list[str]:
    recent = {code for code, at in values.get(server_state.ALARMS, {}).items() if at >= since}
    if authority.PINNED not in values and values.get(authority.OFFERED):
        recent.add(UNCONFIRMED)
    return sorted(recent)


def waiting(store: Store, limit: int = 200) -> list[Waiting]:
    """What was refused, then what has no receipt, oldest first."""
    cases = TABLES["cases"]
    columns = (
        CHANGES.c.id, CHANGES.c.table, cases.c.folio, CHANGES.c.at, CHANGES.c.sent, CHANGES.c.refused,
    )  # fmt: skip
    query = select(*columns).outerjoin(cases, cases.c.id == CHANGES.c.case)
    with store.read() as connection:
        changes: list[Waiting] = []
        not_refused = CHANGES.c.refused.is_(None)
        for condition in (CHANGES.c.refused.is_not(None), and_(not_refused, CHANGES.c.sent < 2)):
            rows = connection.execute(query.where(condition).order_by(CHANGES.c.seq).limit(limit))
            changes += [Waiting(*row) for row in rows]
    return changes[:limit]


def conflicts(store: Store, case_id: str | None = None) -> list[Conflict]:
    """Open conflicts, of one case or of all, each with all its sides."""
    query = select(CONFLICTS, TABLES["cases"].c.folio).outerjoin(
        TABLES["cases"], TABLES["cases"].c.id == CONFLICTS.c.case
    )
    query = query.where(OPEN_TO_SEE)
    if case_id is not None:
        query = query.where(CONFLICTS.c.case == case_id)
    with store.read() as connection:
        rows = connection.execute(query.order_by(CONFLICTS.c.since, CONFLICTS.c.row, CONFLICTS.c.field))
        people = connection.execute(select(TABLES["counselors"].c.id, TABLES["counselors"].c.name))
        names = {row.id: row.name for row in people}
        open_conflicts = []
        for row in rows.mappings():
            sides = _sides(connection, row["table"], row["row"], row["field"], names)
            open_conflicts.append(
                Conflict(row["table"], row["row"], row["case"], row["folio"], row["field"], sides)
            )
    return open_conflicts


def _sides(connection: Any, table: str, row: str, field: str, names: dict[str, str]) -> list[Side]:
    if table not in TABLES:
        return []
    heads = connection.scalar(select(TABLES[table].c.heads).where(TABLES[table].c.id == row))
    head_ids = merge.heads_of(heads, field) if record_check.value_flaw(table, "heads", heads) is None else ()
    query = select(
        CHANGES.c.id, CHANGES.c.patch, CHANGES.c.actor, CHANGES.c.at,
        func.coalesce(CHANGES.c.placed, CHANGES.c.hlc).label("order"),
    ).where(CHANGES.c.id.in_(head_ids))  # fmt: skip
    standing = sorted(
        connection.execute(query).mappings(), key=lambda change: (change["order"], change["id"]), reverse=True
    )
    return [
        Side(
            change["id"],
            change["patch"].get(field) if isinstance(change["patch"], dict) else None,
            names.get(change["actor"]) or change["actor"],
            change["at"],
            not place,
        )
        for place, change in enumerate(standing)
    ]


def settle(store: Store, conflict: Conflict, change_id: str) -> None:
    """Let one side stand: an ordinary change that has seen exactly the sides the person was shown."""
    let_stand(store, *sides(conflict, change_id))


def sides(conflict: Conflict, change_id: str) -> tuple[str, str, str, Any, list[str]]:
    """(table, row, field, the value that is to stand, the changes that were shown): what `let_stand` takes."""
    chosen = next(side for side in conflict.sides if side.change_id == change_id)
    change_ids = [side.change_id for side in conflict.sides]
    return conflict.table, conflict.row, conflict.field, chosen.value, change_ids


def let_stand(store: Store, table: str, row: str, field: str, value: Any, change_ids: list[str]) -> None:
    """The same, of plain values."""
    form = EditBaseline(ids.new_id())
    form.see(table, row, {change: [field] for change in change_ids})
    with store.write() as unit:
        unit.record(table, row, {field: value}, form=form)


def _note_shut(store: Store) -> None:
    from lnctp_tui.services.case import referral_after  # with all that a referral needs

    referral_after.note_shut(store)


def once(workspace: Workspace, *, verify: bool = False) -> Comparison | None:
    """Synchronise now and wait for it; with `verify` compare everything afterwards. Blocking.

    Raises SyncFailed; what it did until then stays done.
    """
    store = workspace.store
    line = dial(store)
    try:
        with ThreadPoolExecutor(2) as pool:
            client = Client(store, line, pool=pool, short=UNHURRIED, seal=sealer(workspace),
                            last=workspace.writer.last)  # fmt: skip
            try:
                Round(client).run()
            except SyncFailed:
                _refuse_taken(client)
                raise
            _refuse_taken(client)
            while client.index(INDEXED):
                pass
            _note_shut(store)
            comparison = compare(client) if verify else None
    except (SyncFailed, StorageFailed) as error:
        note_problem(store, error.code)
        raise
    finally:
        line.close()
    note_problem(store, None)
    return comparison


DRAIN = 5.0
"""Seconds that a seal waits for what is being written; the rest stands in the emergency journal."""


def sealer(workspace: Workspace) -> Callable[[str], bool]:
    """What closes a workspace's vault by an order, once all that waits is written."""

    def seal(order: str) -> bool:
        workspace.writer.drain(DRAIN)
        return vault.seal(workspace.home, workspace.key, order)

    return seal


def _refuse_taken(client: Client) -> None:
    """For commands: nothing more is shown once an order took this laptop. Raises SyncFailed `signed_…`."""
    if client.control.taken:
        raise SyncFailed(f"signed_{client.control.state}")


def _keep(error: Exception) -> None:
    """For `lnctp doctor`; the person reads of it in the status."""
    hardening.keep_code(hardening.code_of(error))


class Synchroniser:
    """The thread that synchronises while the program is open. Its callbacks come in that thread."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.on_status: Callable[[SyncStatus], object] = lambda _: None
        self.on_changed: Callable[[frozenset[str]], object] = lambda _: None
        """Cases, caseless contacts or `@all` that colleagues wrote in, or that came or went."""
        self._loop = Loop(workspace.store)
        self._loop.on_round = self._tell
        self._loop.on_changed = lambda scopes: self.on_changed(scopes)
        self._loop.on_broken = _keep
        self.on_taken: Callable[[], object] = lambda: None
        """An order took this laptop from its person: lock now. What waits is saved."""
        self._loop.seal = sealer(workspace)
        self._loop.last = workspace.writer.last
        self._loop.on_taken = lambda: self.on_taken()

    def start(self) -> None:
        """Begin; returns at once. Without enrolment it waits for one."""
        self._loop.start()

    def stop(self, timeout: float = 2.0) -> None:
        """End the thread; a request on the line is let go."""
        self._loop.stop(timeout)

    def now(self) -> None:
        """Try at once, whatever the back-off: something was saved, or a person asked."""
        self._loop.wake()

    @property
    def status(self) -> SyncStatus:
        """How things stand, with what the thread knows of the line."""
        result = _status(self.workspace.store, self._loop.online)
        # A disk that takes nothing does not take what is wrong with it either.
        return replace(result, problem=self._loop.problem or result.problem)

    def _tell(self) -> None:
        self.on_status(self.status)

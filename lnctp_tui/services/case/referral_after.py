"""What follows once a referral left: another form of the same sheet, the three questions, a recipient that closed.

Accepted is not arrived, and arrived is not helped: each is asked by itself, the last of the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid5

from sqlalchemy import Connection, func, or_, select

from lnctp_tui.domain.records import bound, merge
from lnctp_tui.domain.referral import states
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.case.referrals import FORMATS, PROVIDERS, REFERRALS, USABLE, delivered, load
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import CHANGES, TABLES, Store

CASES, TASKS = TABLES["cases"], TABLES["tasks"]
LEFT: Final = ("sent", "waitlisted", "accepted")
"""States in which the same sheet may be handed over in another form."""
ASKED: Final = ("accepted", "completed")
"""States in which it is asked whether the person arrived, and whether it helped."""
QUESTIONS: Final = ("arrived", "need_met")
SHUT_PLAN: Final = "institucion_cerrada"
WITHIN: Final = timedelta(hours=24)
"""Until when somebody looks for another recipient. A proposal (D)."""


def delivering(
    store: Store, referral_id: str, form: str, to_whom: str, seen: str, sha256: str
) -> Deed:  # fmt: skip
    """The deed that notes a delivery made now, also if the disk takes it later."""
    return deed("referral_deliver", referral_id, form, to_whom, seen, sha256, instants.iso(store.now()))


def deliver(store: Store, referral_id: str, form: str, to_whom: str, seen: str, sha256: str, at: str) -> None:
    """Note that the same sheet left once more in another form, at an instant; call it before the bytes go out.

    Raises Refused `referral_status`, `sheet_changed`, `referral_to_whom`, `referral_<blocker>`.
    """
    with store.write() as unit:
        opened = load(store, referral_id)
        if states.status_of(opened.referral) not in LEFT:
            raise Refused("referral_status")
        if standing := [code for code in opened.blockers if code != "status"]:
            raise Refused(f"referral_{standing[0]}")
        if opened.sheet.fingerprint != seen:
            raise Refused("sheet_changed")
        if form not in FORMATS or not to_whom.strip():
            raise Refused("referral_to_whom")
        delivered(unit, opened, form, to_whom.strip(), sha256, at)


def answered(store: Store, referral_id: str, values: Mapping[str, Any]) -> None:
    """Write whether the person arrived, and what they say of whether it helped. Raises Refused `referral_move`."""
    with store.write() as unit:
        opened = load(store, referral_id)
        if states.status_of(opened.referral) not in ASKED:
            raise Refused("referral_move")
        unit.record("referrals", referral_id, {name: values[name] for name in QUESTIONS if name in values})


def note_shut(store: Store) -> int:
    """Put a task on each open referral whose recipient closed meanwhile; how many are new.

    Two laptops make one task: its id follows from the referral, its time from the change that closed the recipient.
    """
    with store.read() as connection:
        shut = _shut(connection, store)
    if not shut:
        return 0
    with store.write() as unit:
        made = 0
        for referral_id, case_id, heads in shut:
            task = str(uuid5(bound.NAMESPACE, f"{referral_id} referral_check {SHUT_PLAN}"))
            if unit.stored("tasks", task) is None:
                at = _since(unit.connection, heads)
                values = {
                    "kind": "referral_check", "plan": SHUT_PLAN, "referral_id": referral_id, "status": "open",
                    "due_from": instants.iso(at), "due_to": instants.iso(at + WITHIN),
                }  # fmt: skip
                unit.record("tasks", task, values, case=case_id)
                made += 1
    return made


def _shut(connection: Connection, store: Store) -> list[tuple[str, str, Any]]:
    query = (
        select(REFERRALS.c.id, REFERRALS.c.case_id, PROVIDERS.c.heads)
        .join(PROVIDERS, PROVIDERS.c.id == REFERRALS.c.provider_id)
        .join(CASES, CASES.c.id == REFERRALS.c.case_id)
        .where(
            or_(REFERRALS.c.status.is_(None), REFERRALS.c.status.in_(states.OPEN)), REFERRALS.c.erased_at.is_(None),
            PROVIDERS.c.status.not_in(USABLE), offline_lockout.shown(connection, store.now()),
        )
        .order_by(REFERRALS.c.id)
    )  # fmt: skip
    return [(id_, case_id, heads) for id_, case_id, heads in connection.execute(query) if case_id]


def _since(connection: Connection, heads: Any) -> Any:
    """When the status was last said, by the clock that orders it: the same on every laptop."""
    order = select(func.max(func.coalesce(CHANGES.c.placed, CHANGES.c.hlc)))
    found = connection.scalar(order.where(CHANGES.c.id.in_(merge.heads_of(heads, "status"))))
    return instants.of_micros(int(found or 0))

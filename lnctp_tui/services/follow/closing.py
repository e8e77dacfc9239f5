"""Closing a case: what stands against it, asked on the screen and again in the transaction that closes it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.follow import closing
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import Refused
from lnctp_tui.services.call.completeness import missing
from lnctp_tui.services.case.cases import document_in
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import CONFLICTS, Store, Unit

DEBT = "debt"
"""What the protocol asks for is missing. Only the screen has the protocol."""


def blockers(protocol: Protocol, document: Document, reason: str, disputed: bool) -> tuple[str, ...]:
    """What keeps a case from being closed for this reason (domain.follow.closing)."""
    reports = [row for row in document["contacts"] if row.get("direction") != "out"]
    last = max(reports, key=lambda row: str(row.get("started_at") or ""), default={"id": ""})
    debt = bool(missing(document, str(last["id"]), protocol, "close"))
    return closing.may_close(document, reason, disputed=disputed, debt=debt)


def seen(document: Document, blocked: Sequence[str]) -> list[str]:
    """What stood against closing when it was decided: blockers, and the danger that keeps a case open."""
    return [*blocked, *(f"danger.{code}" for code in safety.keeps_open(document))]


def decided(
    store: Store, document: Document, blocked: Sequence[str], reason: str, remarks: str | None
) -> Deed:
    """The deed that closes a case by a decision of now, with what stood against it (`blocked`) in view."""
    return deed(
        "close", document["case"]["id"], reason, remarks, seen(document, blocked), instants.iso(store.now())
    )


def close(
    store: Store, case_id: str, reason: str, remarks: str | None, known: Sequence[str], at: str
) -> None:
    """Close a case, unless more stands against it than was seen when that was decided. Done twice, it is done once.

    `remarks`: why, where something stood against it. `at`: when it was decided. Raises Refused `not_closed_since`.
    """
    with store.write() as unit:
        document = document_in(unit.connection, case_id)
        case = document["case"]
        if case.get("status") == "closed" or (case.get("reopened_at") or "") > at:
            return  # done already, or somebody opened it after this was decided
        blocked = closing.may_close(document, reason, disputed=_disputed(unit, case_id))
        if set(seen(document, blocked)) - set(known) or (blocked and not remarks):
            raise Refused("not_closed_since")
        said = {"supervisor_remarks": remarks} if remarks else {}
        closed = {"status": "closed", "closed_at": instants.iso(unit.now), "close_reason": reason}
        unit.record("cases", case_id, closed | said)


def _disputed(unit: Unit, case_id: str) -> bool:
    two = select(CONFLICTS.c.row).where(CONFLICTS.c.case == case_id).limit(1)
    return unit.connection.execute(two).first() is not None

"""Whether a provider is offered, and when it is open: said by those who keep the directory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lnctp_tui.domain.directory import hours
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import referral_after
from lnctp_tui.services.directory import writing
from lnctp_tui.services.directory.directory import gathered_of
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database.directory_catalogs import LINE
from lnctp_tui.storage.database.session import Store

CHECKED: Final[Mapping[str, str]] = {
    "active": "changed", "suspended": "changed", "closed": "closed", "merged": "changed",
}  # fmt: skip
"""Status that a person says → what is noted as found out."""
OFFERED: Final = ("active", "draft")


def set_status(
    store: Store, provider_id: str, status: str, why: str, into: str | None = None, at: str | None = None
) -> None:
    """Offer a provider, not for now, or no more; `into`: it is the same as that one. Open referrals get a task.

    `at`: when, else now; said twice of one instant it is one. Raises Refused `no_such_provider` (also of a national
    line, which no record is), `why_so`, `provider_into`, `not_your_task`.
    """
    if not any(letter.isalnum() for letter in why):
        raise Refused("why_so")
    with store.write() as unit:
        gathered = gathered_of(unit.connection, provider_id)
        if provider_id.startswith(LINE):
            raise Refused("no_such_provider")
        if (into is not None) != (status == "merged") or into == provider_id:
            raise Refused("provider_into")
        if into is not None and gathered_of(unit.connection, into).provider.get("status") not in OFFERED:
            raise Refused("provider_into")
        said = {"status": status, "merged_into": into}
        patch = {name: value for name, value in said.items() if gathered.provider.get(name) != value}
        if patch:
            unit.record("providers", provider_id, patch)
        writing.record(unit, "provider_checks", {
            "provider_id": provider_id, "kind": CHECKED[status], "at": at or instants.iso(unit.now),
            "by_id": unit.author.actor, "note": why[: writing.LONGEST_NOTE],
        })  # fmt: skip
        index.index(unit.connection, [provider_id])
    referral_after.note_shut(store)


def set_hours(store: Store, provider_id: str, typed: str, site_id: str | None = None) -> None:
    """Write when a place is open, in words or in the grammar; the first place where none is named.

    Raises Refused `no_such_provider`, `no_such_site`, `hours_unread` (also for what may mean two things),
    `not_your_task`.
    """
    read = hours.read(typed)
    if read.grammar is None:
        raise Refused("hours_unread")
    with store.write() as unit:
        ids = [stated.row["id"] for stated in gathered_of(unit.connection, provider_id).sites.current]
        if provider_id.startswith(LINE) or not ids or site_id not in (None, *ids):
            raise Refused("no_such_site")
        unit.record("provider_sites", site_id or ids[0], {"hours": read.grammar})
        index.index(unit.connection, [provider_id])

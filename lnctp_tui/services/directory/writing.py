"""Writing the directory: whoever keeps it enters and changes; everybody else says what they found and proposes.

A changed number is a proposal whoever makes it (domain.directory.trust), and who made it does not verify it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.directory.trust import Stated
from lnctp_tui.domain.records import bound, writing
from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.text import clean
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory.directory import gathered_of
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database.directory import Gathered
from lnctp_tui.storage.database.directory_catalogs import LINE
from lnctp_tui.storage.database.session import New, Store, Unit
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.persons import persons

MANUAL: Final = "manual"
LONGEST_NOTE: Final = 200
PHONES: Final = frozenset({"phone", "whatsapp", "fax"})


def role(unit: Unit) -> str | None:
    """The role of whoever writes; None on a laptop that has no server."""
    server = server_state.server(unit.connection)
    return server.role if server else None


def drafter(unit: Unit) -> str | None:
    """In whose name a row is that this person writes: a counselor's is a draft of theirs."""
    return None if writing.curates(role(unit)) else unit.author.actor


def curates_all(unit: Unit) -> bool:
    """Whether who writes may change what others entered."""
    return writing.curates(role(unit))


def record(unit: Unit, table: str, values: Mapping[str, Any]) -> str:
    """Write a bound row, if it is not there or was taken back; its id. Its columns say what is known and no more."""
    row, patch = bound.made(table, _cleaned(values))
    stored = unit.stored(table, row)
    if stored is None:
        unit.record(table, row, patch)
    elif stored["erased_at"]:
        unit.record(table, row, patch | {"erased_at": None})
    return row


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _clean(value) for name, value in values.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, list):
        return [_clean(member) for member in value]
    return clean(value)[0].strip() or None if isinstance(value, str) else value


def written(kind: str, value: str) -> dict[str, str | None]:
    """Kind, value and extension of a channel as they are kept, a Mexican number in its ten figures.

    Raises Refused `bad_number` for a phone that is none.
    """
    if kind not in PHONES:
        return {"kind": kind, "value": clean(value)[0].strip(), "extension": None}
    numbers = phones.read(value)
    short = phones.phone_digits(value)
    if len(numbers) == 1:
        national = phones.dialled(numbers[0].number).removeprefix(MEXICO)
        return {"kind": kind, "value": national, "extension": numbers[0].extension or None}
    if not numbers and short and len(short) <= SHORT:
        return {"kind": kind, "value": value.strip(), "extension": None}
    raise Refused("bad_number")


MEXICO: Final = "+52"
SHORT: Final = 6
"""Digits of 911, 089, *0311."""


def report(
    store: Store, provider_id: str, kind: str, about_id: str | None = None, told_by: str | None = None,
    note: str | None = None, at: str | None = None,
) -> None:  # fmt: skip
    """Say what one found: it did not answer, it is full. `at`: when, else now; said twice of one instant it is one.

    Raises Refused `no_such_provider`, `own_proposal`, `who_answered` for a verification without a name,
    `no_such_channel`.
    """
    with store.write() as unit:
        values = {
            "provider_id": provider_id, "about_id": about_id, "kind": kind, "at": at or instants.iso(unit.now),
            "by_id": unit.author.actor, "told_by": told_by, "note": note[:LONGEST_NOTE] if note else None,
        }  # fmt: skip
        if unit.stored("provider_checks", bound.made("provider_checks", _cleaned(values))[0]):
            return
        gathered = gathered_of(unit.connection, provider_id)
        if kind == "verified":
            _may_verify(unit, gathered, about_id, told_by)
        record(unit, "provider_checks", values)
        index.index(unit.connection, [provider_id])


def _may_verify(unit: Unit, gathered: Gathered, about_id: str | None, told_by: str | None) -> None:
    if not (told_by or "").strip():
        raise Refused("who_answered")
    row = next((row for row in rows_of(gathered) if row["id"] == about_id), None)
    if row is None:
        raise Refused("no_such_channel")
    if not trust.may_verify(row, unit.author.actor, persons(unit.connection)):
        raise Refused("own_proposal")


def rows_of(gathered: Gathered) -> list[Mapping[str, Any]]:
    """Everything of a provider that somebody may verify."""
    stated: list[Stated] = [
        entry
        for believed in (gathered.channels, gathered.sites)
        for entry in (*believed.current, *believed.proposed, *believed.former)
    ]
    return [*(entry.row for entry in stated), *gathered.services, *gathered.drafts]


def propose_channel(
    store: Store,
    provider_id: str,
    kind: str,
    value: str,
    replaces: str | None = None,
    purpose: str = "publico",
) -> str:
    """Propose a number, in the place of one or beside it; its id. Nobody is sent there before a second person called.

    Raises Refused `no_such_provider`, `bad_number`.
    """
    said = written(kind, value)
    with store.write() as unit:
        gathered_of(unit.connection, provider_id)
        return record(
            unit, "provider_channels",
            {"provider_id": provider_id, "replaces_id": replaces, "proposed_by": unit.author.actor,
             "drafted_by": drafter(unit), "purpose": purpose} | said,
        )  # fmt: skip


def say_capacity(store: Store, provider_id: str, free: int, at: str | None = None) -> None:
    """Say how many places were free at an instant, else now; what was said of a later one stays.

    Raises Refused `no_such_provider`, `no_such_service`.
    """
    with store.write() as unit:
        gathered, said_at = gathered_of(unit.connection, provider_id), at or instants.iso(unit.now)
        if not gathered.services or provider_id.startswith(LINE):
            raise Refused("no_such_service")
        for service in gathered.services:
            if str(service.get("capacity_at") or "") < said_at:
                patch = {"capacity_free": free, "capacity_at": said_at}
                unit.record("provider_services", service["id"], patch)
        index.index(unit.connection, [provider_id])


def exclude(
    store: Store, case_id: str, provider_id: str, reason: str, note: str | None = None, row_id: str | None = None
) -> None:  # fmt: skip
    """Do not offer a provider in a case. `row_id`: of the exclusion, which is made once."""
    with store.write() as unit:
        row = row_id or ids.new_id()
        if unit.stored("exclusions", row) is None:
            values = {"provider_id": provider_id, "reason": reason, "note": note}
            unit.record("exclusions", row, values, case=case_id)


Rows = Sequence[Mapping[str, Any]]


def enter(
    unit: Unit, provider: Mapping[str, Any], sites: Rows = (), services: Rows = (), channels: Rows = ()
) -> str:  # fmt: skip
    """Enter a provider with what it comes with; its id. Services name their site by its place in `sites` (`site`)."""
    new = made(drafter(unit), unit.author.actor, provider, sites, services, channels)
    unit.create_many(new)
    return new[0].row


def made(
    draft: str | None, person: str, provider: Mapping[str, Any], sites: Rows = (), services: Rows = (),
    channels: Rows = (),
) -> list[New]:  # fmt: skip
    """The records of a new provider, itself first. `draft`: the counselor in whose name it is one."""
    site_values, channel_values = ([_cleaned(row) for row in rows] for rows in (sites, channels))
    founding = [("provider_sites", row) for row in site_values]
    founding += [("provider_channels", row) for row in channel_values]
    named = {"source": MANUAL, "source_id": ids.new_id(), "status": "active"} | dict(provider)
    named |= {"founded_on": trust.founded_on(founding), "drafted_by": draft}
    new = [_new("providers", named | ({"status": "draft"} if draft else {}))]
    common = {"provider_id": new[0].row, "drafted_by": draft}
    vouched = common | {"proposed_by": person}
    site_rows = [_new("provider_sites", vouched | row) for row in site_values]
    new += site_rows + [_new("provider_channels", vouched | row) for row in channel_values]
    for number, named_service in enumerate(services):
        service = {name: value for name, value in named_service.items() if name != "site"}
        at = named_service.get("site", 0 if len(site_rows) == 1 else None)
        where = {"site_id": site_rows[at].row if at is not None else None}
        new.append(_new("provider_services", {"source_id": str(number)} | common | where | service))
    return list({(record.table, record.row): record for record in new}.values())


def _new(table: str, values: Mapping[str, Any]) -> New:
    row, patch = bound.made(table, _cleaned(values))
    return New(table, row, patch, None)

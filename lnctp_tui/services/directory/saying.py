"""What somebody says of a provider, as deeds: with ids and the instant of the key, so that they hold once."""

from __future__ import annotations

from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import Store


def report(
    store: Store, provider_id: str, kind: str, about_id: str | None, told_by: str | None = None
) -> Deed:
    """It did not answer, is full, or (`told_by`) was called and verified, now."""
    return deed("provider_report", provider_id, kind, about_id, told_by, None, instants.iso(store.now()))


def propose(provider_id: str, number: str, replaces: str | None) -> Deed:
    """Another telephone; its id follows from what it says."""
    return deed("provider_propose", provider_id, "phone", number, replaces)


def room(store: Store, provider_id: str, free: int) -> Deed:
    """How many places are free now."""
    return deed("provider_room", provider_id, free, instants.iso(store.now()))


def add(name: str, kind: str, service: str, state: str, phone: str) -> Deed:
    """A provider that nobody has entered yet."""
    return deed("provider_add", ids.new_id(), name, kind, service, state, phone)


def hours(provider_id: str, typed: str, site_id: str | None) -> Deed:
    """When a place is open."""
    return deed("provider_hours", provider_id, typed, site_id)


def status(store: Store, provider_id: str, status_said: str, why: str) -> Deed:
    """Whether it is offered, from now on."""
    return deed("provider_status", provider_id, status_said, why, None, instants.iso(store.now()))


def exclude(case_id: str, provider_id: str, reason: str) -> Deed:
    """It is not to be offered in a case."""
    return deed("provider_exclude", case_id, provider_id, reason, None, ids.new_id())

"""Reading the directory: what is found as typed, what fits a case and why, and all of one provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from lnctp_tui.domain.directory import fit, fresh, hours, reliability, trust, wanted
from lnctp_tui.domain.directory.eligible import Offer, Reason
from lnctp_tui.domain.directory.fit import Ranked, Wanted
from lnctp_tui.domain.directory.fresh import Freshness
from lnctp_tui.domain.directory.hours import OpenState
from lnctp_tui.domain.directory.reliability import Tally
from lnctp_tui.domain.directory.trust import Stated
from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory import opening
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database import search as indexes
from lnctp_tui.storage.database.directory import Entry, Gathered
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication.persons import persons

MOST = 60
MONTHS_24 = timedelta(days=730)


NOTHING = Tally()


@dataclass(frozen=True)
class Found:
    """One provider as a list shows it."""

    id: str
    name: str
    kind: str | None
    status: str | None
    open: OpenState
    free: int | None
    freshness: Freshness
    verified_at: str | None
    services: tuple[str, ...]
    tally: Tally = NOTHING
    fit: Ranked | None = None
    """Of a case."""
    excluded: Reason | None = None
    """Why it is not offered in the case."""
    dial: str | None = None
    """Id of the number to call."""


@dataclass(frozen=True)
class Listed:
    """What was found."""

    found: tuple[Found, ...]
    excluded: tuple[Found, ...] = ()
    wanted: Wanted | None = None
    """Of a case."""
    total: int = 0
    """Providers that there are."""
    unmet: bool = False
    """Nobody offers what the case needs: these are all the others."""

    def dial(self, provider_id: str) -> str | None:
        """Id of the number to call of one that is listed."""
        return next((found.dial for found in (*self.found, *self.excluded) if found.id == provider_id), None)


@dataclass(frozen=True)
class Detail:
    """All of one provider."""

    gathered: Gathered
    line: Found
    sites: tuple[tuple[Stated, OpenState], ...]
    to_dial: Stated | None
    """The number to call. A proposed one never is."""


def search(store: Store, typed: str, limit: int = MOST) -> Listed:
    """Providers for what was typed, those of that name first; all of them by name for nothing typed."""
    with store.read() as connection:
        entries = index.find(connection, typed, limit)
        offers = index.offers(connection, ids=[entry.id for entry in entries])
        by_id: dict[str, list[Offer]] = {}
        for offer in offers:
            by_id.setdefault(offer.provider_id, []).append(offer)
        tallies, now = _tallies(connection, store.now()), store.now()
        found = [
            _found(entry, by_id.get(entry.id, ()), now, tallies.get(entry.id, NOTHING)) for entry in entries
        ]
        return Listed(tuple(found), total=index.total(connection))


def for_case(store: Store, document: Document, typed: str = "", limit: int = MOST) -> Listed:
    """Providers by how they fit a case, and those that are not offered, with the reason."""
    now = store.now()
    with store.read() as connection:
        known = index.catalogs(connection)
        asked = wanted.wanted(document, known.needs, known.sexes, known.populations, now)
        ids = index.found_ids(connection, typed)
        offers = index.offers(connection, 0 if typed else asked.needs, ids)
        tallies = _tallies(connection, now)
        rates = _rates(connection, tallies)
        fitting = fit.fitting(offers, asked, opened(now), rates)
        unmet = not fitting.ranked and not typed and asked.needs != 0
        if unmet:  # an empty list would say that there is nobody to call
            fitting = fit.fitting(index.offers(connection), asked, opened(now), rates)
        shown, apart = fitting.ranked[:limit], fitting.excluded[:limit]
        ids_shown = [
            *(entry.offer.provider_id for entry in shown),
            *(offer.provider_id for offer, _why in apart),
        ]
        names = index.named(connection, ids_shown)
        found = [
            _found(names[id_], entry.offers, now, tallies.get(id_, NOTHING), entry)
            for entry in shown
            if (id_ := entry.offer.provider_id) in names
        ]
        excluded = [
            _found(names[offer.provider_id], [offer], now, NOTHING, reason=reason)
            for offer, reason in apart
            if offer.provider_id in names
        ]
        return Listed(tuple(found), tuple(excluded), asked, index.total(connection), unmet)


def detail(store: Store, provider_id: str) -> Detail:
    """All of one provider as it stands in its records. Raises Refused `no_such_provider`."""
    now = store.now()
    with store.read() as connection:
        gathered = gathered_of(connection, provider_id)
        known, person = index.catalogs(connection), persons(connection)
        offers = index.offers_of(gathered, known, person)
        provider = gathered.provider
        entry = Entry(provider["id"], name_of(provider), provider.get("kind"), provider.get("status"), None)
        tally = _tallies(connection, now).get(provider_id, NOTHING)
        sites = tuple(
            (stated, open_now(_site_offer(stated.row, offers), now)) for stated in gathered.sites.current
        )
        return Detail(gathered, _found(entry, offers, now, tally), sites, trust.to_dial(gathered.channels))


def gathered_of(connection: Connection, provider_id: str) -> Gathered:
    """All records of one provider. Raises Refused `no_such_provider`."""
    gathered = index.gather(connection, [provider_id])
    if not gathered:
        raise Refused("no_such_provider")
    return gathered[0]


def name_of(provider: Mapping[str, Any]) -> str:
    """What a provider is called."""
    return str(provider.get("name") or provider.get("short_name") or provider["id"])


def settle(store: Store) -> None:
    """Read into the index what is waiting, for commands that go on with it."""
    with store.write() as unit:
        while indexes.refresh(unit.connection):
            pass


def _site_offer(site: Mapping[str, Any], offers: Sequence[Offer]) -> Offer | None:
    return next((offer for offer in offers if offer.site_id == site["id"]), None)


def open_now(offer: Offer | None, now: datetime) -> OpenState:
    """Whether a service is open at an instant, on its own place's clock."""
    if offer is None:
        return OpenState("unknown", None, "no_hours")
    closures = offer.closures.split("\n") if offer.closures else ()
    return hours.open_state(offer.hours, offer.zone, closures, offer.country or "MX", now, opening.evaluate)


def opened(now: datetime) -> fit.Open:
    """As `open_now`, each hours of each place asked once."""
    known: dict[tuple[Any, ...], OpenState] = {}

    def state(offer: Offer) -> OpenState:
        key = offer.hours, offer.zone, offer.closures, offer.country
        if key not in known:
            known[key] = open_now(offer, now)
        return known[key]

    return state


def _found(
    entry: Entry, offers: Sequence[Offer], now: datetime, tally: Tally, ranked: Ranked | None = None,
    reason: Reason | None = None,
) -> Found:  # fmt: skip
    best = ranked.offer if ranked else next(iter(offers), None)
    free = None if best is None else fresh.free_places(best.capacity_free, best.capacity_at, now)
    known: Freshness = "never"
    if best is not None:
        known = fresh.freshness(best.verified_at, bool(best.doubted), best.verify_days, now)
    return Found(
        entry.id, entry.name, entry.kind, entry.status, open_now(best, now), free, known,
        best.verified_at if best else None, tuple(dict.fromkeys(offer.kind for offer in offers)), tally, ranked, reason,
        entry.dial,
    )  # fmt: skip


def _tallies(connection: Connection, now: datetime) -> dict[str, Tally]:
    """How referrals of this laptop's cases ended, by provider."""
    counts: dict[str, dict[str, int]] = {}
    for provider_id, status, count in index.referrals(connection, instants.iso(now - MONTHS_24)):
        counts.setdefault(provider_id, {})[status] = count
    return {provider_id: reliability.tally(of) for provider_id, of in counts.items()}


def _rates(connection: Connection, tallies: Mapping[str, Tally]) -> dict[str, int]:
    """Reliability in tenths of the providers that have referrals; the others have their kind's."""
    kinds = {id_: entry.kind for id_, entry in index.named(connection, tallies).items()}
    of_kind: dict[str | None, Tally] = {}
    for id_, one in tallies.items():
        former = of_kind.get(kinds.get(id_), NOTHING)
        of_kind[kinds.get(id_)] = Tally(former.answered + one.answered, former.n + one.n)
    return {
        id_: reliability.tenths(one, reliability.rate_of_kind(of_kind[kinds.get(id_)]))
        for id_, one in tallies.items()
    }

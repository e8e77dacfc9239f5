"""Reading the directory: what is found as typed, what fits a case and why, and all of one provider."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

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
from lnctp_tui.storage.database.directory_held import Held, held, referrals
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication.persons import persons
from lnctp_tui.sync.gc_tuning import collecting_less

MOST = 60


NOTHING = Tally()


class Found(NamedTuple):
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
    left_out: int = 0
    """Providers that are not offered in the case, of which `excluded` has the first."""

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
    now = store.now()
    with store.read() as connection:
        known = held(connection)
        entries = known.find(connection, typed, limit)
        tallies = _tallies(known, connection, now, [entry.id for entry in entries])
    shown = _shown(known, now)
    found = [
        line if (tally := tallies.get(line.id)) is None else line._replace(tally=tally)
        for line in map(shown, entries)
    ]
    return Listed(tuple(found), total=len(known.entries))


_SHOWN: WeakKeyDictionary[Held, tuple[datetime, dict[str, Found]]] = WeakKeyDictionary()


def _shown(catalog: Held, now: datetime) -> Callable[[Entry], Found]:
    """A provider as the list shows it, worked out once a minute: the next letter mostly finds the same ones."""
    minute = now.replace(second=0, microsecond=0)
    if catalog not in _SHOWN or _SHOWN[catalog][0] != minute:
        _SHOWN[catalog] = minute, {}
    lines, is_open = _SHOWN[catalog][1], opened(now)

    def shown(entry: Entry) -> Found:
        line = lines.get(entry.id)
        if line is None:
            line = lines[entry.id] = _found(entry, catalog.offers[entry.id], now, is_open)
        return line

    return shown


def for_case(store: Store, document: Document, typed: str = "", limit: int = MOST) -> Listed:
    """Providers by how they fit a case, and those that are not offered, with the reason."""
    now = store.now()
    with collecting_less():
        with store.read() as connection:
            known = held(connection)
            ids = known.matching(connection, typed)
            tallies = _tallies(known, connection, now)
        return _for_case(known, document, ids, tallies, now, limit)


def _for_case(
    catalog: Held, document: Document, ids: Iterable[str] | None,
    tallies: Mapping[str, Tally], now: datetime, limit: int,
) -> Listed:  # fmt: skip
    codes, is_open = catalog.codes, opened(now)
    asked = wanted.wanted(document, codes.needs, codes.sexes, codes.populations, now)
    of = catalog.offers.values() if ids is None else (catalog.offers[id_] for id_ in ids)
    offers = [offer for own in of for offer in own]
    useful = offers
    if asked.needs and ids is None:
        useful = [offer for offer in offers if offer.needs & asked.needs]
    rates = _rates(catalog, tallies)
    fitting = fit.fitting(useful, asked, is_open, rates, limit)
    unmet = not fitting.ranked and ids is None and asked.needs != 0
    if unmet:  # an empty list would say that there is nobody to call
        fitting = fit.fitting(offers, asked, is_open, rates, limit)
    found = [
        _found(catalog.entries[id_], entry.offers, now, is_open, tallies.get(id_, NOTHING), entry)
        for entry in fitting.ranked
        if (id_ := entry.offer.provider_id) in catalog.entries
    ]
    excluded = [
        _found(catalog.entries[offer.provider_id], [offer], now, is_open, reason=reason)
        for offer, reason in fitting.excluded
        if offer.provider_id in catalog.entries
    ]
    return Listed(tuple(found), tuple(excluded), asked, len(catalog.entries), unmet, fitting.left_out)


def detail(store: Store, provider_id: str) -> Detail:
    """All of one provider as it stands in its records. Raises Refused `no_such_provider`."""
    now = store.now()
    with store.read() as connection:
        gathered = gathered_of(connection, provider_id)
        known, person = index.catalogs(connection), persons(connection)
        offers = index.offers_of(gathered, known, person)
        provider = gathered.provider
        entry = Entry(provider["id"], name_of(provider), provider.get("kind"), provider.get("status"), None)
        tally = _tallies(held(connection), connection, now, [provider_id]).get(provider_id, NOTHING)
        sites = tuple(
            (stated, open_now(_site_offer(stated.row, offers), now)) for stated in gathered.sites.current
        )
        return Detail(
            gathered, _found(entry, offers, now, opened(now), tally), sites, trust.to_dial(gathered.channels)
        )


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


@lru_cache(2)
def _known_open(_minute: datetime) -> dict[tuple[Any, ...], OpenState]:
    return {}


def opened(now: datetime) -> fit.Open:
    """As `open_now`, each hours of each place asked once a minute: no hours begin or end within one."""
    known = _known_open(now.replace(second=0, microsecond=0))

    def state(offer: Offer) -> OpenState:
        key = offer.hours, offer.zone, offer.closures, offer.country
        there = known.get(key)
        if there is None:
            there = known[key] = open_now(offer, now)
        return there

    return state


def _found(
    entry: Entry, offers: Sequence[Offer], now: datetime, is_open: fit.Open, tally: Tally = NOTHING,
    ranked: Ranked | None = None, reason: Reason | None = None,
) -> Found:  # fmt: skip
    best = ranked.offer if ranked else next(iter(offers), None)
    free = None if best is None else fresh.free_places(best.capacity_free, best.capacity_at, now)
    known: Freshness = "never"
    if best is not None:
        known = fresh.freshness(best.verified_at, bool(best.doubted), best.verify_days, now)
    return Found(
        entry.id, entry.name, entry.kind, entry.status, is_open(best) if best else open_now(None, now), free, known,
        best.verified_at if best else None, tuple(dict.fromkeys(offer.kind for offer in offers)), tally, ranked, reason,
        entry.dial,
    )  # fmt: skip


def _tallies(
    catalog: Held, connection: Connection, now: datetime, ids: Sequence[str] | None = None
) -> Mapping[str, Tally]:
    """How referrals ended, by provider: of the whole Line as the server counted, or here where that is more."""
    counts = referrals(connection, instants.iso(now - reliability.MONTHS_24), ids)
    tallies = {provider_id: reliability.tally(of) for provider_id, of in counts.items()}
    line = catalog.whole_line
    for provider_id in line if ids is None else line.keys() & ids:
        if line[provider_id].n >= tallies.get(provider_id, NOTHING).n:
            tallies[provider_id] = line[provider_id]
    return tallies


def _rates(catalog: Held, tallies: Mapping[str, Tally]) -> dict[str, int]:
    """Reliability in tenths of the providers that have referrals; the others have their kind's."""
    kinds = {id_: catalog.entries[id_].kind for id_ in tallies if id_ in catalog.entries}
    of_kind: dict[str | None, Tally] = {}
    for id_, one in tallies.items():
        former = of_kind.get(kinds.get(id_), NOTHING)
        of_kind[kinds.get(id_)] = Tally(former.answered + one.answered, former.n + one.n)
    return {
        id_: reliability.tenths(one, reliability.rate_of_kind(of_kind[kinds.get(id_)]))
        for id_, one in tallies.items()
    }

"""Providers in the order in which they fit a case, each term a reason that can be read aloud.

Not a weighted sum: no weight can be defended to a survivor, and every place in the list is explained by one line. The
terms are compared one after the other, least first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from lnctp_tui.domain.directory import eligible, fresh
from lnctp_tui.domain.directory.eligible import Offer, Reason, Subject, Verdict
from lnctp_tui.domain.directory.hours import OpenState

URGENT: Final = frozenset({"emergency", "urgent_24h"})
FRESHNESS: Final = {"fresh": 0, "overdue": 1, "never": 2}


class Wanted(NamedTuple):
    """What is looked for."""

    subject: Subject
    now: datetime
    needs: int = 0
    """Mask of needs; 0 when none was said."""
    urgent: bool = False
    language: str | None = None
    """None for Spanish and for not known."""


class Terms(NamedTuple):
    """In the order in which they count, least first."""

    unmet: int
    cautions: int
    not_open: int
    place: int
    capacity: int
    language: int
    unknown: int
    freshness: int
    unreliable: int
    """Reliability in tenths, negative."""
    id: str


@dataclass(frozen=True)
class Ranked:
    """One provider for one case."""

    terms: Terms
    offer: Offer
    """The best of its services here."""
    verdict: Verdict
    met: int
    """Mask of needs that its services meet."""
    offers: tuple[Offer, ...]
    """Those that the case is not excluded from."""


@dataclass(frozen=True)
class Fitting:
    """All providers: those in their order, and those that are not offered."""

    ranked: tuple[Ranked, ...]
    excluded: tuple[tuple[Offer, Reason], ...]


Open = Callable[[Offer], OpenState]


def fitting(
    offers: Iterable[Offer], wanted: Wanted, is_open: Open, reliability: Mapping[str, int] | None = None
) -> Fitting:
    """Providers ranked for a case. `is_open` is only asked when the case is urgent."""
    ranked: list[Ranked] = []
    excluded: list[tuple[Offer, Reason]] = []
    by_provider: dict[str, list[Offer]] = {}
    for offer in offers:
        by_provider.setdefault(offer.provider_id, []).append(offer)
    for provider_id, own in by_provider.items():
        judged = [(offer, eligible.verdict(offer, wanted.subject)) for offer in own]
        open_to = [(offer, verdict) for offer, verdict in judged if verdict.excluded is None]
        if not open_to:
            offer, verdict = judged[0]
            assert verdict.excluded is not None
            excluded.append((offer, verdict.excluded))
            continue
        ranked.append(_ranked(open_to, wanted, is_open, (reliability or {}).get(provider_id, 5)))
    return Fitting(
        tuple(sorted(ranked, key=lambda entry: entry.terms)),
        tuple(sorted(excluded, key=lambda pair: pair[0].provider_id)),
    )


def _ranked(
    judged: Sequence[tuple[Offer, Verdict]], wanted: Wanted, is_open: Open, reliability: int
) -> Ranked:
    met = 0
    for offer, _verdict in judged:
        met |= offer.needs & wanted.needs
    useful = [pair for pair in judged if not wanted.needs or pair[0].needs & wanted.needs] or judged
    unmet = (wanted.needs & ~met).bit_count()
    terms, offer, verdict = min(
        (
            (terms_of(offer, verdict, wanted, is_open, unmet, reliability), offer, verdict)
            for offer, verdict in useful
        ),
        key=lambda judgement: judgement[0],
    )
    return Ranked(terms, offer, verdict, met, tuple(offer for offer, _verdict in judged))


def terms_of(
    offer: Offer, verdict: Verdict, wanted: Wanted, is_open: Open, unmet: int, reliability: int
) -> Terms:
    """The terms of one service."""
    free = fresh.free_places(offer.capacity_free, offer.capacity_at, wanted.now)
    known = fresh.freshness(offer.verified_at, offer.doubted, offer.verify_days, wanted.now)
    reach = eligible.reach(offer, wanted.subject.place)
    return Terms(
        unmet,
        len(verdict.cautions),
        int(wanted.urgent and is_open(offer).state != "open"),
        2 if reach is None else reach,
        1 if free is None else 0 if free else 2,
        int(bool(wanted.language) and f" {wanted.language} " not in (offer.languages or "")),
        len(verdict.unknown),
        FRESHNESS[known],
        -reliability,
        offer.provider_id + offer.service_id + (offer.site_id or ""),
    )

"""Providers in the order in which they fit a case, each term a reason that can be read aloud.

Not a weighted sum: no weight can be defended to a survivor, and every place in the list is explained by one line. The
terms are compared one after the other, least first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeVar

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
    """Providers: those in their order, and those that are not offered."""

    ranked: tuple[Ranked, ...]
    excluded: tuple[tuple[Offer, Reason], ...]
    left_out: int
    """All that are not offered."""


Open = Callable[[Offer], OpenState]
_Judged = Sequence[tuple[Offer, Verdict]]
_Row = TypeVar("_Row", bound=tuple[Any, ...])


def fitting(
    offers: Iterable[Offer],
    wanted: Wanted,
    is_open: Open,
    reliability: Mapping[str, int] | None = None,
    most: int | None = None,
) -> Fitting:
    """Providers ranked for a case, at most the first `most`. `is_open` is only asked when the case is urgent."""
    judge, ranker = eligible.Judge(wanted.subject), _Ranker(wanted, is_open)
    ranked: list[tuple[tuple[Any, ...], int, Verdict, _Judged]] = []
    excluded: list[tuple[str, Offer, Reason]] = []
    by_provider: dict[str, list[Offer]] = {}
    for offer in offers:
        by_provider.setdefault(offer.provider_id, []).append(offer)
    known = reliability or {}
    for provider_id, own in by_provider.items():
        judged = [(offer, judge(offer)) for offer in own]
        if len(judged) > 1:
            judged = [pair for pair in judged if pair[1].excluded is None] or judged[:1]
        offer, verdict = judged[0]
        if verdict.excluded is None:
            ranked.append(ranker.best(judged, known.get(provider_id, 5)))
        else:
            excluded.append((provider_id, offer, verdict.excluded))
    return Fitting(
        tuple(
            Ranked(
                Terms._make(terms),
                own[place][0],
                verdict,
                ranker.met(own),
                tuple(offer for offer, _verdict in own),
            )
            for terms, place, verdict, own in _first(ranked, most)
        ),
        tuple((offer, reason) for _id, offer, reason in _first(excluded, most)),
        len(excluded),
    )


def _first(rows: list[_Row], most: int | None) -> list[_Row]:
    """The least by their first member."""
    return nsmallest(len(rows) if most is None else most, rows, itemgetter(0))


class _Ranker:
    """The terms of services for one case; of those that are alike each is thought out once."""

    def __init__(self, wanted: Wanted, is_open: Open) -> None:
        self.wanted, self.is_open = wanted, is_open
        self._reach: dict[str | None, int] = {}
        self._fresh: dict[tuple[Any, ...], int] = {}

    def met(self, judged: _Judged) -> int:
        """Mask of the needs that services meet."""
        met = 0
        for offer, _verdict in judged:
            met |= offer.needs & self.wanted.needs
        return met

    def best(self, judged: _Judged, reliability: int) -> tuple[tuple[Any, ...], int, Verdict, _Judged]:
        """Of one provider's services the one that fits first: its terms, its place among them and its verdict."""
        needs = self.wanted.needs
        unmet = (needs & ~self.met(judged)).bit_count() if needs else 0
        if len(judged) == 1:
            return self.terms(*judged[0], unmet, reliability), 0, judged[0][1], judged
        useful = [place for place, (offer, _verdict) in enumerate(judged) if not needs or offer.needs & needs]
        places = useful or range(len(judged))
        terms, place = min((self.terms(*judged[place], unmet, reliability), place) for place in places)
        return terms, place, judged[place][1], judged

    def terms(self, offer: Offer, verdict: Verdict, unmet: int, reliability: int) -> tuple[Any, ...]:
        """The terms of one service, in their order."""
        wanted = self.wanted
        free = None
        if offer.capacity_free is not None:
            free = fresh.free_places(offer.capacity_free, offer.capacity_at, wanted.now)
        reach = self._reach.get(offer.covers)
        return (
            unmet,
            len(verdict.cautions),
            int(wanted.urgent and self.is_open(offer).state != "open"),
            self._reached(offer) if reach is None else reach,
            1 if free is None else 0 if free else 2,
            int(bool(wanted.language) and f" {wanted.language} " not in (offer.languages or "")),
            len(verdict.unknown),
            2 if offer.verified_at is None else self._freshness(offer),
            -reliability,
            offer.provider_id + offer.service_id + (offer.site_id or ""),
        )

    def _reached(self, offer: Offer) -> int:
        reach = eligible.reach(offer, self.wanted.subject.place)
        rank = self._reach[offer.covers] = 2 if reach is None else reach
        return rank

    def _freshness(self, offer: Offer) -> int:
        key = offer.verified_at, offer.doubted, offer.verify_days
        if key not in self._fresh:
            self._fresh[key] = FRESHNESS[fresh.freshness(*key, self.wanted.now)]
        return self._fresh[key]

"""Whom a service takes: exclusions in order, each with who may override it. What is not known never excludes.

The rules are the Line's to decide (proposal); the town of the trafficker excludes only where a town is known to be
small, else it is a caution.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

Override = Literal["no", "supervisor", "reason"]
RESIDES: Final = frozenset({"residencial", "presencial"})


class Victim(NamedTuple):
    """What is known of one person. Masks as domain.directory.masks makes them."""

    age_min: int | None = None
    age_max: int | None = None
    sex: int = 0
    """Mask of one sex, 0 for not known."""
    populations: int = 0
    """Known to hold."""
    children: bool | None = None
    """Whether children come along."""
    oldest_child: int | None = None


class Place(NamedTuple):
    """Where somebody is, or where it is dangerous; None for not known."""

    municipality: str | None = None
    state: str | None = None
    country: str | None = None
    locality: str | None = None


class Offer(NamedTuple):
    """One service at one site, as it stands in the index. None: not known."""

    provider_id: str
    service_id: str
    site_id: str | None
    kind: str
    needs: int
    status: str
    authority: bool
    modality: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    sexes: int | None = None
    refuses: int | None = None
    children_along: str | None = None
    children_age_max: int | None = None
    languages: str | None = None
    """Codes, each between blanks."""
    covers: str | None = None
    """`MX`, `MX-PUE`, `21114`, each between blanks."""
    municipality: str | None = None
    locality: str | None = None
    hours: str | None = None
    zone: str | None = None
    closures: str | None = None
    """One a line."""
    country: str | None = None
    capacity_free: int | None = None
    capacity_at: str | None = None
    verified_at: str | None = None
    doubted: bool = False
    verify_days: int = 365


class Reason(NamedTuple):
    """Why a service is not offered, or offered with a caution; `override`: who may still choose it."""

    code: str
    override: Override = "no"


class Verdict(NamedTuple):
    """What the rules say of one service for one case."""

    excluded: Reason | None
    """The first that holds."""
    cautions: tuple[str, ...]
    unknown: tuple[str, ...]
    """Criteria of which nothing is known on one side."""


class Subject(NamedTuple):
    """What of a case the rules ask."""

    victims: tuple[Victim, ...] = ()
    place: Place = Place()
    danger: tuple[Place, ...] = ()
    """Where the person was taken, is exploited, and where the trafficker is from."""
    excluded: frozenset[tuple[str, str | None]] = frozenset()
    """Provider, and site or None for all, that the case does not want."""
    refused: frozenset[str] = frozenset()
    """Providers that refused this case, or did not answer it, a short while ago."""
    asked: frozenset[str] = frozenset()
    """Providers that this case was referred to and that are not among those."""
    large: frozenset[str] = frozenset()
    small: frozenset[str] = frozenset()
    """Municipalities known to have, or not to have, half a million inhabitants."""


_PERSON = slice(Offer._fields.index("age_min"), Offer._fields.index("children_age_max") + 1)
"""What of a service the rules about a person ask."""
_Part = tuple[Reason | None, tuple[str, ...]]
"""What one rule says: why not, and what is not known."""


class Judge:
    """The rules in their order for one case. What they say of services that are alike is thought out once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._persons: dict[tuple[Any, ...], _Part] = {}
        self._covers: dict[str | None, _Part] = {}
        self._verdicts: dict[tuple[Any, ...], Verdict] = {}

    def __call__(self, offer: Offer) -> Verdict:
        """The verdict of one service."""
        listed = None
        if self.subject.excluded or self.subject.refused or offer.status not in _OFFERED:
            listed = _listed(offer, self.subject)
        criteria: tuple[Any, ...] = offer[_PERSON]  # type: ignore[assignment]
        person = self._persons.get(criteria) or self._of_person(criteria, offer)
        town = _town(offer, self.subject) if self.subject.danger else None
        place = self._covers.get(offer.covers) or self._of_place(offer)
        asked = offer.provider_id in self.subject.asked
        key = listed, person, town, place, asked, offer.status == "draft", offer.verified_at is None
        return self._verdicts.get(key) or self._whole(key)

    def _of_person(self, criteria: tuple[Any, ...], offer: Offer) -> _Part:
        unknown: list[str] = []
        excluded: Reason | None = None
        for victim in self.subject.victims or (Victim(),):
            excluded = excluded or _age(offer, victim, unknown) or _person(offer, victim, unknown)
        part = self._persons[criteria] = excluded, tuple(unknown)
        return part

    def _of_place(self, offer: Offer) -> _Part:
        unknown: list[str] = []
        excluded = _covers(offer, self.subject.place, unknown)
        part = self._covers[offer.covers] = excluded, tuple(unknown)
        return part

    def _whole(self, key: tuple[Any, ...]) -> Verdict:
        listed, (person, of_person), town, (place, of_place), asked, draft, unverified = key
        cautions = (
            *(("town",) if town == _CAUTION else ()), *(("asked_here",) if asked else ()),
            *(("draft",) if draft else ()), *(("unverified",) if unverified else ()),
        )  # fmt: skip
        by_town = town if town != _CAUTION else None
        excluded = listed or person or by_town or place
        unknown = () if listed else of_person if person or by_town else (*of_person, *of_place)
        made = self._verdicts[key] = Verdict(excluded, cautions, tuple(dict.fromkeys(unknown)))
        return made


def verdict(offer: Offer, subject: Subject) -> Verdict:
    """The rules in their order."""
    return Judge(subject)(offer)


def _listed(offer: Offer, subject: Subject) -> Reason | None:
    if offer.status not in _OFFERED:
        return Reason("not_active")
    if subject.excluded and subject.excluded & {
        (offer.provider_id, None),
        (offer.provider_id, offer.site_id),
    }:
        return Reason("not_wanted")
    return Reason("refused_here", "reason") if offer.provider_id in subject.refused else None


def _age(offer: Offer, victim: Victim, unknown: list[str]) -> Reason | None:
    least, most = victim.age_min, victim.age_max
    if (offer.age_min is None and offer.age_max is None) or (least is None and most is None):
        unknown.append("age")
        return None
    if most is not None and offer.age_min is not None and most < offer.age_min:
        return Reason("age", "supervisor")
    if least is not None and offer.age_max is not None and least > offer.age_max:
        return Reason("age", "supervisor")
    below = offer.age_min is not None and (least is None or least < offer.age_min)
    above = offer.age_max is not None and (most is None or most > offer.age_max)
    if below or above:
        unknown.append("age")
    return None


def _person(offer: Offer, victim: Victim, unknown: list[str]) -> Reason | None:
    if victim.sex and offer.sexes is not None:
        if not victim.sex & offer.sexes:
            return Reason("sex", "supervisor")
    else:
        unknown.append("sex")
    if offer.refuses is None:
        unknown.append("refuses")
    elif offer.refuses & victim.populations:
        return Reason("refuses", "supervisor")
    if not victim.children:
        return None
    if offer.children_along == "no":
        return Reason("children", "supervisor")
    oldest, most = victim.oldest_child, offer.children_age_max
    if oldest is not None and most is not None and oldest > most:
        return Reason("children_age", "supervisor")
    if offer.children_along != "yes":
        unknown.append("children")
    return None


_OFFERED: Final = ("active", "draft")
_CAUTION: Final = Reason("town")


def _town(offer: Offer, subject: Subject) -> Reason | None:
    """The town of the trafficker, or `_CAUTION`. It never hides authorities: nobody else may be competent."""
    if offer.modality not in RESIDES or not offer.municipality:
        return None
    met = [place for place in subject.danger if place.municipality == offer.municipality]
    if not met:
        return None
    same = any(place.locality and place.locality == offer.locality for place in met)
    certain = offer.municipality in subject.small or (offer.municipality in subject.large and same)
    return Reason("town", "reason") if certain and not offer.authority else _CAUTION


def _covers(offer: Offer, place: Place, unknown: list[str]) -> Reason | None:
    if reach(offer, place) is not None:
        return None
    if offer.covers is None or _may_reach(offer.covers.split(), place):
        unknown.append("place")
        return None
    return Reason("place", "reason")


def reach(offer: Offer, place: Place) -> int | None:
    """How near its coverage names the place: 0 the municipality, 1 the state, 2 the country; None not at all."""
    if offer.covers is None:
        return None
    for rank, name in enumerate((place.municipality, place.state, place.country)):
        if name and f" {name} " in offer.covers:
            return rank
    return None


def _may_reach(covers: list[str], place: Place) -> bool:
    """Whether a coverage names something of a level at which nobody knows where the person is."""
    return (
        (place.municipality is None and any(name.isdigit() for name in covers))
        or (place.state is None and any("-" in name for name in covers))
        or (place.country is None and any(name.isalpha() for name in covers))
    )

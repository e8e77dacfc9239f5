"""Whether a provider of a file is one that stands here: by its key, by a telephone, by its name where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.text import fold

SAME, MAYBE = 97, 88
"""Likeness of two names in one municipality, and in one state."""
SHARED: Final = 3
"""Providers that may share a telephone which still says that two are one."""
_FORM = re.compile(r"\b(?:a\s?c|i\s?a\s?p|s\s?c|a\s?b\s?p|a\s?r)\b\.?\s*$")


@dataclass
class Known:
    """A provider that stands here, or came earlier in the file."""

    id: str
    name: str
    places: frozenset[tuple[str | None, str | None]]
    """State and municipality of its sites."""


@dataclass
class Book:
    """What is known, to ask for duplicates."""

    by_source: dict[tuple[str, str], str] = field(default_factory=dict)
    by_phone: dict[str, set[str]] = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    lines: frozenset[str] = frozenset()
    """Names of national lines, to compare."""

    def add(
        self,
        id_: str,
        provider: Mapping[str, Any],
        sites: Iterable[Mapping[str, Any]],
        channels: Iterable[Mapping[str, Any]],
    ) -> None:
        """Remember a provider."""
        if provider.get("source") and provider.get("source_id"):
            self.by_source[str(provider["source"]), str(provider["source_id"])] = id_
        for number in numbers(channels):
            self.by_phone.setdefault(number, set()).add(id_)
        self.known.append(Known(id_, plain(str(provider.get("name") or "")), places(sites)))

    def match(
        self, provider: Mapping[str, Any], sites: Iterable[Mapping[str, Any]], channels: Iterable[Mapping[str, Any]],
        others: Iterable[str] = (),
    ) -> tuple[str | None, bool]:  # fmt: skip
        """The id of the provider that this is, and whether that is sure. `others`: those that it is known not to be."""
        key, apart = (str(provider.get("source")), str(provider.get("source_id"))), set(others)
        if provider.get("source_id") and key in self.by_source and self.by_source[key] not in apart:
            return self.by_source[key], True
        for number in numbers(channels):
            owners = self.by_phone.get(number, set())
            if 0 < len(owners) <= SHARED and (left := owners - apart):
                return min(left), len(owners) == 1 or len(left) == 1
        return self._by_name(plain(str(provider.get("name") or "")), places(sites), apart)

    def is_line(self, provider: Mapping[str, Any]) -> bool:
        """Whether it calls itself as a national line does: those stand in a catalog that two people sign."""
        from rapidfuzz import fuzz, process

        name = plain(str(provider.get("name") or ""))
        return (
            bool(name)
            and process.extractOne(name, self.lines, scorer=fuzz.ratio, score_cutoff=SAME) is not None
        )

    def _by_name(
        self, name: str, where: frozenset[tuple[str | None, str | None]], apart: set[str]
    ) -> tuple[str | None, bool]:
        from rapidfuzz import fuzz, process

        states, towns = {state for state, _town in where}, {town for _state, town in where if town}
        near = [
            known
            for known in self.known
            if known.name
            and known.id not in apart
            and (states & {state for state, _town in known.places} or not (where and known.places))
        ]
        if not name or not near:
            return None, False
        best = process.extractOne(name, [known.name for known in near], scorer=fuzz.ratio, score_cutoff=MAYBE)
        if best is None:
            return None, False
        _text, ratio, place = best
        same_town = bool(towns & {town for _state, town in near[place].places})
        return near[place].id, ratio >= SAME and same_town


def plain(name: str) -> str:
    """A name to compare: without accents, signs and the form of the organisation."""
    text = " ".join(re.findall(r"\w+", fold(name)))
    return _FORM.sub("", text).strip()


def numbers(channels: Iterable[Mapping[str, Any]]) -> list[str]:
    """The telephones of channels as they are dialled; short numbers are everybody's."""
    said = [str(row.get("value") or "") for row in channels if row.get("kind") in ("phone", "whatsapp")]
    return [
        phones.dialled(number) for number in map(phones.phone_digits, said) if len(number) >= phones.NATIONAL
    ]


def places(sites: Iterable[Mapping[str, Any]]) -> frozenset[tuple[str | None, str | None]]:
    """State and municipality of each site."""
    return frozenset((site.get("state"), site.get("municipality")) for site in sites)

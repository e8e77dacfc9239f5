"""The elements of the crime of trafficking, per victim. Consent is stored and never an input.

Source: Ley General en materia de Trata de Personas (last reform DOF 14-11-2025): art. 10 (act and purpose; it
names no means), arts. 11–31 (the exploitation itself, each with its own means, practices or none), art. 13, last
paragraph (means waived), art. 40 (consent); Palermo Protocol, art. 3. Which article names what is data:
catalogs modality and means. The rules are the total functions of docs/protocol.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, NamedTuple

from lnctp_tui.domain.assess.minority import presumed_minor
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol, Row
from lnctp_tui.domain.records.document import Document, Record, answer
from lnctp_tui.domain.records.identity import per_object
from lnctp_tui.domain.values import dates

CHAPTERS = ("act", "means", "purpose")
NEEDS: Mapping[str, str] = {"none": "", "list": "means", "practice": "practice", "tie": "tie"}
"""What a modality's articles ask besides the exploitation → the `kind` of the rows of means that meet it."""
NEEDS_OF: Mapping[str, str] = {
    "prostitucion_ajena_explotacion_sexual": "list",
    "explotacion_laboral": "practice",
    "trabajo_servicios_forzados": "list",
    "mendicidad_forzosa": "list",
    "matrimonio_forzoso_servil": "tie",
}
"""Where the catalog's column `means` says nothing. Every other modality of art. 10 names no means: arts. 11, 12,
25–27, 30 and 31."""
STATUTE, PALERMO = "statute", "palermo"
_ARTICLES = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")


@dataclass(frozen=True)
class Reading:
    """The line "art. N" of one modality: the exploitation itself, which these articles punish without an act."""

    modality: str
    articles: str
    needs: str
    """A key of NEEDS."""
    means: tuple[str, ...]
    """Answered yes and named by these articles."""
    waiver: str
    """Why no means is asked where one is named: `statute` (art. 13), `palermo` (art. 3.c, which the statute does
    not repeat), or nothing."""

    @property
    def stands(self) -> bool:
        return self.needs == "none" or bool(self.means or self.waiver)


@dataclass(frozen=True)
class Elements:
    """What stands: the codes answered yes, without their prefix."""

    act: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    """Modalities of exploitation."""
    means_required: bool = True
    complete: bool = False
    """Art. 10 and the article of a modality both stand."""
    missing: tuple[str, ...] = CHAPTERS
    """Of act, means, purpose: those that are needed and do not stand."""
    readings: tuple[Reading, ...] = ()
    """One for each modality, in the catalog's order."""
    second: tuple[str, ...] = ()
    """Means that none of those articles names: of another article, or of Palermo alone. They complete nothing."""

    @property
    def base(self) -> bool:
        """Whether the line "art. 10" stands: an act with a purpose of exploitation."""
        return bool(self.act and self.purpose)

    @property
    def met(self) -> tuple[Reading, ...]:
        """The lines "art. N" that stand, also where nobody knows of an act. Reading D, for a lawyer."""
        return tuple(reading for reading in self.readings if reading.stands)

    def to_json(self) -> dict[str, Any]:
        """What programs were promised of a case's elements."""
        return {
            "act": list(self.act),
            "means": list(self.means),
            "purpose": list(self.purpose),
            "means_required": self.means_required,
            "complete": self.complete,
            "missing": list(self.missing),
        }

    def lines_to_json(self) -> dict[str, Any]:
        """The two lines "art. 10" and "art. N", and the second reading."""
        readings = [
            asdict(reading) | {"means": list(reading.means), "stands": reading.stands}
            for reading in self.readings
        ]
        return {"art_10": self.base, "readings": readings, "second": list(self.second)}


class Rule(NamedTuple):
    """What the articles of a modality ask."""

    articles: str
    needs: str
    named: tuple[str, ...]
    """The rows of means that meet it."""
    waiver: bool
    """Whether the statute itself waives the means for minors and persons unable to understand."""


def elements(person: Record, protocol: Protocol, *, on: date | None = None) -> Elements:
    """The elements that stand for one victim or group; `on` is the day of the facts, else of the contact."""
    act, means, purpose = (said_yes(person, code, protocol) for code in ("act", "means", "modality"))
    minor = presumed_minor(person, on)
    unable = answer(person, "capacity.cannot_understand") == "yes"
    rule_of = rules(protocol)
    readings = tuple(_reading(each, rule_of[each], means, minor=minor, unable=unable) for each in purpose)
    own = {code for reading in readings for code in reading.means} if readings else national(protocol)
    required = (
        any(reading.needs != "none" and not reading.waiver for reading in readings) if readings else not minor
    )
    stands = (
        any(each.stands for each in readings) if readings else minor or any(each in own for each in means)
    )
    standing = {"act": bool(act), "means": stands, "purpose": bool(purpose)}
    missing = tuple(each for each in CHAPTERS if not standing[each])
    second = tuple(code for code in means if code not in own)
    return Elements(act, means, purpose, required, not missing, missing, readings, second)


def _reading(code: str, rule: Rule, means: tuple[str, ...], *, minor: bool, unable: bool) -> Reading:
    waiver = ""
    if rule.needs != "none" and (minor or unable):
        waiver = STATUTE if rule.waiver else PALERMO if minor else ""
    return Reading(
        code,
        rule.articles,
        rule.needs,
        tuple(code_of_means for code_of_means in means if code_of_means in rule.named),
        waiver,
    )


@per_object
def rules(protocol: Protocol) -> Mapping[str, Rule]:
    """Modality → what its articles ask, in the catalog's order. Source: arts. 11–31; catalogs modality, means."""
    modalities = protocol.catalogs.get("modality")
    rows = _rows(protocol.catalogs.get("means"))
    return {row.code: _rule(row, rows) for row in _rows(modalities)}


def _rule(row: Row, means: tuple[Row, ...]) -> Rule:
    articles = row.extra.get("articles", "")
    needs = row.extra.get("means") or NEEDS_OF.get(row.code, "none")
    numbers, kind = article_numbers(articles), NEEDS.get(needs, "means")
    named = tuple(
        word.code
        for word in means
        if kind_of(word) == kind and numbers & article_numbers(word.extra.get("article", ""))
    )
    return Rule(articles, needs, named, bool(row.extra.get("waiver", "13" if "13" in articles else "")))


def kind_of(row: Row) -> str:
    """means, practice or tie. Source: art. 21 lists practices; arts. 28 and 29 name the obliging and the tie."""
    by_article = {"21": "practice", "28": "tie", "29": "tie"}
    return row.extra.get("kind") or by_article.get(row.extra.get("article", ""), "means")


def article_numbers(text: str) -> frozenset[int]:
    """The articles of the statute that a cell names: `13-20`, `13;19`. Palermo is none of them."""
    if not text[:1].isdigit():
        return frozenset()
    spans = ((int(first), int(last or first)) for first, last in _ARTICLES.findall(text))
    return frozenset(number for first, last in spans for number in range(first, min(last, first + 99) + 1))


@per_object
def national(protocol: Protocol) -> frozenset[str]:
    """The rows of means that an article of the statute names; the others are of Palermo alone."""
    rows = _rows(protocol.catalogs.get("means"))
    return frozenset(row.code for row in rows if article_numbers(row.extra.get("article", "")))


def said_yes(record: Record, prefix: str, protocol: Protocol) -> tuple[str, ...]:
    """The catalog's codes that the record answers yes, in its order; codes it does not know do not count."""
    answers = record.get("answers") or {}
    return tuple(code for code in codes(protocol, prefix) if answers.get(f"{prefix}.{code}") == "yes")


def codes(protocol: Protocol, name: str, *, asked: bool = False) -> tuple[str, ...]:
    """The codes of a catalog, () when the protocol has none of that name; `asked`: without retired ones."""
    return tuple(row.code for row in _rows(protocol.catalogs.get(name)) if not (asked and row.valid_to))


def _rows(catalog: Catalog | None) -> tuple[Row, ...]:
    return catalog.rows if catalog else ()


def day_of_facts(document: Document) -> date | None:
    """The day of the first contact, else the one the case was opened: the facts are not later.

    No column tells the day of the facts, so the earliest day on record stands for it.
    """
    contacts = [contact.get("started_at") for contact in document.get("contacts") or ()]
    opened = (document.get("case") or {}).get("opened_at")
    days = sorted(day for each in contacts if (day := _day(each)))
    return days[0] if days else _day(opened)


def _day(instant: object) -> date | None:
    if isinstance(instant, date):
        return date(instant.year, instant.month, instant.day)
    match = re.match(r"\d{4}-\d\d-\d\d", instant) if isinstance(instant, str) else None
    partial = dates.stored(match.group()) if match else None
    return partial.first() if partial else None

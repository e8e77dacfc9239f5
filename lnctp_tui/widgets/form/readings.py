"""What the law's engine found, in a counselor's words: which article stands, and what is still to be learned.

The words are the catalog `reading`, so that a lawyer can sign them row by row. Nothing here says that there is
no trafficking: what does not stand reads as what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lnctp_tui.domain.assess.assess import PersonAssessment
from lnctp_tui.domain.assess.law import STATUTE, Elements, Reading
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import pick

WAIVING = "13"
"""The only article of the statute that waives the means: its last paragraph."""


def say(protocol: Protocol, code: str, **facts: str) -> str:
    """A sentence of the catalog `reading` with its facts; an organisation's list without it shows the code."""
    catalog = protocol.catalogs.get("reading")
    row = catalog.by_code.get(code) if catalog else None
    text = pick(row.label) if row else code
    for name, value in facts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def verdict(elements: Elements, protocol: Protocol) -> str:
    """One line: "possible" when an article stands, and what is missing otherwise."""
    if elements.complete:
        return say(protocol, "verdict_complete")
    missing = _missing(elements.missing, protocol)
    if elements.met:
        articles = ", ".join(dict.fromkeys(_articles(element, protocol) for element in elements.met))
        return say(protocol, "verdict_article", articles=articles, missing=missing)
    return say(protocol, "verdict_missing", missing=missing)


def lines(elements: Elements, protocol: Protocol, person: PersonAssessment | None = None) -> list[str]:
    """Age in doubt, the line "art. 10", the line "art. N" of each modality, and the second reading."""
    texts = [say(protocol, "age_doubt")] if person is not None and person.age == "doubt" else []
    if elements.act or elements.purpose:
        texts.append(_art_10(elements, protocol))
    texts += [_article(reading, protocol) for reading in elements.readings]
    if elements.second and elements.purpose:
        texts.append(say(protocol, "second", means=", ".join(_labels(elements.second, protocol))))
    return texts


def counted(elements: Elements) -> tuple[str, ...]:
    """The means that an article of the person's modalities names; without any modality, all that were said."""
    if not elements.purpose:
        return elements.means
    return tuple(code for code in elements.means if code not in elements.second)


def _art_10(elements: Elements, protocol: Protocol) -> str:
    if elements.base:
        return say(protocol, "art_10_met")
    missing = tuple(element for element in elements.missing if element != "means")
    return say(protocol, "art_10_missing", missing=_missing(missing, protocol))


def _article(reading: Reading, protocol: Protocol) -> str:
    if reading.needs == "none":
        code = "art_none"
    elif reading.means:
        code = "art_met"
    elif reading.waiver:
        code = f"waiver_{reading.waiver}"
    else:
        code = f"art_{reading.needs}"
    return say(protocol, code, articles=_articles(reading, protocol))


def _articles(reading: Reading, protocol: Protocol) -> str:
    """The article that stands by its means or its waiver, else all those of the form."""
    if reading.waiver == STATUTE and not reading.means:
        return WAIVING
    rows = protocol.catalogs["means"].by_code
    named = [rows[code].extra.get("article", "") for code in reading.means if code in rows]
    return ", ".join(dict.fromkeys(named)) or reading.articles.replace("-", "–")


def _missing(missing: tuple[str, ...], protocol: Protocol) -> str:
    return "; ".join(say(protocol, f"missing_{element}") for element in missing)


def _labels(codes: tuple[str, ...], protocol: Protocol) -> Iterator[str]:
    rows = protocol.catalogs["means"].by_code
    return (pick(rows[code].label) for code in codes if code in rows)

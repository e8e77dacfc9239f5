"""Words that stand for nothing known: `S/N`, `NO APLICA`, `SE IGNORA`, `0000000000`.

The list is data: catalogs/nothing.csv.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.records.identity import per_object
from lnctp_tui.domain.values.text import fold

UNKNOWN, REFUSED, NOTHING, FILLER = "unknown", "refused", "nothing", "filler"
_DASHES = re.compile(r"[-–—−._*/\s]*[-–—−._*/][-–—−._*/\s]*")
LONG = 7
"""From here on one figure again and again is no number."""
_BLANKS = re.compile(r"[^\w#]+|_")


def said(protocol: Protocol, text: str) -> str | None:
    """What a text that says nothing means: `unknown`, `refused` or `nothing`; None for any other text."""
    word = _word(text)
    if not word:
        return NOTHING if _DASHES.fullmatch(text) else None
    meaning = _means(protocol.catalogs.get("nothing")).get(word)
    return None if meaning == FILLER else meaning


def placeholder(catalog: Catalog | None, text: str) -> bool:
    """Whether a name or a number stands for none: also one figure again and again, and `1234567890`."""
    return stands_for_none(_means(catalog), text)


def listed(catalog: Catalog | None) -> tuple[str, ...]:
    """The words of the catalog, for whoever has no catalog at hand (`stands_for_none`)."""
    return tuple(sorted(_means(catalog)))


def stands_for_none(listed_words: Container[str], text: str) -> bool:
    """As `placeholder`, by the words of the catalog."""
    word = _word(text)
    return _filled(word) or word in listed_words


def no_id(catalog: Catalog | None, text: str) -> bool:
    """Whether an id is nobody's. `7`, `22` and `12345` may be somebody's; `0`, `XXX` and `9999999` are not."""
    word = _word(text)
    return _filled(word) or _means(catalog).get(word, FILLER) != FILLER


def _filled(word: str) -> bool:
    return len(set(word)) < 2 and (word[:1] in ("", "0", "x") or len(word) >= LONG)


def _word(text: str) -> str:
    return _BLANKS.sub("", fold(text))


def _means(catalog: Catalog | None) -> Mapping[str, str]:
    return _index(catalog) if catalog else {}


@per_object
def _index(catalog: Catalog) -> Mapping[str, str]:
    return {
        _word(name): row.extra.get("means", NOTHING)
        for row in catalog.rows
        for name in (row.label.es, row.label.en, *row.extra.get("alias", "").split(";"))
        if name
    }

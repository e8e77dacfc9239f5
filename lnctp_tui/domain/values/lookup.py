"""Finding a row of a catalog by any part of its code, its Spanish or English label or an alias."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lnctp_tui.domain.protocol.protocol import Catalog, Row
from lnctp_tui.domain.records.identity import per_object
from lnctp_tui.domain.values.text import fold

LIMIT = 50

_ALIASES = ("alias", "also", "abbr", "inegi", "alpha3", "demonym_es_m", "demonym_es_f", "demonym_en")
"""Columns with other names of a row, separated by `;`."""

_SAID = "also"
"""The column with what people say for a row. It finds the row for a person to choose, and never names it: one
who says «novio» may mean several rows, and a file with that word is not understood by guessing."""

_SPACES = re.compile(r"[\s_]+")
_POINTS = re.compile(r"[.,]+(?=[^\d]|$)")
_LETTERS = re.compile(r"\b([a-z]) (?=[a-z]\b)")


@dataclass(frozen=True)
class _Entry:
    row: Row
    keys: tuple[str, ...]
    """Folded: Spanish label, English label, code, aliases."""
    text: str
    """All keys, each after a line end and its words after a blank: one search answers "anywhere?"."""


@dataclass(frozen=True)
class _Index:
    entries: tuple[_Entry, ...]
    by_key: Mapping[str, tuple[Row, ...]]
    states: frozenset[str]
    """The states whose municipalities these are."""
    width: int
    """Figures of a code that is a number: spreadsheets drop its first zeros."""


def key(text: str) -> str:
    """`text` folded, as labels are compared: single blanks, no points, `B. C. S.` and `b.c.s.` as `bcs`."""
    return _LETTERS.sub(r"\1", _SPACES.sub(" ", _POINTS.sub(" ", fold(text))).strip())


def exact(catalog: Catalog, typed: str, *, within: str | None = None) -> tuple[Row, ...]:
    """The rows whose code, label or alias is exactly `typed`; several when a name is ambiguous.

    `within` (a state that the catalog knows) says which: 5 states have a municipality Benito Juárez, and a
    name that none of its own has is no other state's.
    """
    index = _index(catalog)
    row = catalog.by_code.get(typed.zfill(index.width) if typed.isdecimal() else typed)
    if row:
        return (row,)
    rows = index.by_key.get(key(typed), ())
    near = tuple(each for each in rows if inside(each, within))
    return near if within in index.states else rows


def search(
    catalog: Catalog, typed: str, language: str, limit: int = LIMIT, within: str | None = None
) -> tuple[Row, ...]:
    """At most `limit` rows that match `typed`: those of the state `within` first, then the better match.

    Better is: the whole, the beginning of a label, of a word, any part, then all words in any order; a label
    in the `language` of the screen before the rest. Retired rows are not offered.
    """
    typed_key = key(typed)
    own = 1 if language == "en" else 0
    ranked = []
    for order, entry in enumerate(_index(catalog).entries):
        rank = _rank(entry, typed_key, own)
        if rank is not None:
            ranked.append((not inside(entry.row, within), rank, order, entry.row))
    return tuple(hit[-1] for hit in sorted(ranked, key=lambda hit: hit[:3])[:limit])


def inside(row: Row, within: str | None) -> bool:
    """Whether a municipality is in the state `within` (`MX-PUE`); no other row is in a state."""
    return within is not None and row.extra.get("state") == within


@per_object
def _index(catalog: Catalog) -> _Index:
    by_key: dict[str, list[Row]] = {}
    entries = []
    for row in catalog.rows:
        if row.valid_to:
            continue
        aliases = ";".join(row.extra.get(alias, "") for alias in _ALIASES).split(";")
        aliases += [row.extra.get("inegi", "").lstrip("0")]
        keys = tuple(key(name) for name in (row.label.es, row.label.en, row.code, *aliases))
        for each in dict.fromkeys(filter(None, keys)):
            by_key.setdefault(each, []).append(row)
        keys += tuple(key(name) for name in row.extra.get(_SAID, "").split(";") if name)
        entries.append(_Entry(row, keys, "".join(f"\n {name}" for name in keys)))
    states = frozenset(filter(None, (row.extra.get("state") for row in catalog.rows)))
    width = max((len(row.code) for row in catalog.rows if row.code.isdecimal()), default=0)
    return _Index(tuple(entries), {name: tuple(rows) for name, rows in by_key.items()}, states, width)


def _rank(entry: _Entry, typed_key: str, own: int) -> float | None:
    if typed_key not in entry.text:
        parts = typed_key.split(" ")
        together = len(parts) > 1 and all(f" {part}" in entry.text for part in parts)
        return 4 if together else None
    return min(
        (
            0
            if entry_key == typed_key
            else 1
            if entry_key.startswith(typed_key)
            else 2
            if f" {typed_key}" in entry_key
            else 3
        )
        + (0 if at == own else 0.5)
        for at, entry_key in enumerate(entry.keys)
        if typed_key in entry_key
    )

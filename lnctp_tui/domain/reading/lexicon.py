"""What words mean: rows of the lexicon, cues and persons, matched word by word.

No row is a regular expression: a phrase has at most eight words and gaps of at most two, so that no file can make
the reading slow. Source: practice design "Facts from the narrative"; NegEx (Chapman et al. 2001) for cue classes.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, product
from typing import Any, NamedTuple

from lnctp_tui.domain.reading.spelling import Word, folded

MOST_NAME_WORDS = 6
STATE_DIGITS = 2
"""Digits of the state in the code of a municipality. Source: INEGI, Marco Geoestadístico."""
MOST_WORDS, MOST_GAP, MOST_VARIANTS, SHORTEST_PREFIX = 8, 2, 16, 3
KINDS = (
    *("term", "place", "venue", "platform", "nationality", "language", "education", "migration_status"),
    *("sex", "institution"),
)
NEGATIONS = ("normal", "inherent", "never")
CLASSES = ("neg", "pseudo", "unsure", "hypo", "feared", "asked", "past", "told", "now")
OWNERS = ("victim", "group", "trafficker", "caller", "other", "someone")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the lexicon."""

    kind: str
    values: tuple[str, ...]
    neg: str = "normal"
    needs: tuple[str, ...] = ()
    """Words of which one must stand within 25 characters."""
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    at: str = ""
    """File and line, for those who try a text."""
    flipped: bool = False
    """The affirmed form of what is said with a *no*: `sí le pagan` is a no to `no le pagan`."""
    named: bool = False
    """From a catalog: needs the company of a place or a person."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What says that a fact is denied, past, feared, told or not sure."""

    kind: str
    side: str
    reach: int
    """Words; 0 the rest of the clause."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A word for a person."""

    owner: str
    sex: str
    plural: bool


class _Term(NamedTuple):
    """A word of a phrase that has several forms; one of a single form is that form."""

    words: tuple[str, ...]
    prefixes: tuple[str, ...]


_GAP = _Term((), ())
_Piece = str | _Term


def _fits(piece: _Piece, word: str) -> bool:
    if isinstance(piece, str):
        return piece == word
    return word in piece.words or (bool(piece.prefixes) and word.startswith(piece.prefixes))


def _forms(piece: _Piece) -> tuple[str, ...]:
    return (piece,) if isinstance(piece, str) else piece.words


def _prefixes(piece: _Piece) -> tuple[str, ...]:
    return () if isinstance(piece, str) else piece.prefixes


class Hit(NamedTuple):
    """A row that stands in a sentence, from the word `first` to before `after`."""

    first: int
    after: int
    meaning: object


class Names:
    """Names of the catalogs, as one sorted text: a row is made of one only when it stands in a sentence."""

    def __init__(self, entries: Iterable[tuple[str, Row]]) -> None:
        """Folded words with a blank between, and what they name."""
        lines = sorted(
            {(say, row.values[0], (row.kind, row.at, row.named, row.needs)) for say, row in entries}
        )
        self._sources = sorted({source for _say, _value, source in lines})
        numbers = {source: number for number, source in enumerate(self._sources)}
        texts = [f"{say}\t{value}\t{numbers[source]}\n" for say, value, source in lines]
        self._text = "".join(texts)
        self._starts = array("I", accumulate(map(len, texts), initial=0))
        self._firsts = frozenset(sys.intern(say.partition(" ")[0]) for say, _value, _source in lines)

    def _line(self, number: int) -> str:
        return self._text[self._starts[number] : self._starts[number + 1] - 1]

    def at(self, terms: Sequence[Word], place: int) -> Iterator[Hit]:
        """The names that begin at a word."""
        if terms[place].text not in self._firsts:
            return
        lines, spoken = range(len(self._starts) - 1), ""
        for after in range(place + 1, min(place + MOST_NAME_WORDS, len(terms)) + 1):
            spoken += (" " if spoken else "") + terms[after - 1].text
            number = bisect_left(lines, spoken, key=self._line)
            if number == len(lines) or not self._line(number).startswith(spoken):
                return
            number = bisect_left(lines, spoken + "\t", lo=number, key=self._line)
            while number < len(lines) and (line := self._line(number)).startswith(spoken + "\t"):
                _say, value, source = line.split("\t")
                kind, at, named, needs = self._sources[int(source)]
                yield Hit(place, after, Row(kind, (value,), needs=needs, at=at, named=named))
                number += 1


_Ways = Sequence[Any]
"""Rest, meaning, rest, meaning …: flat, for there are thousands."""


class _Group:
    """The ways of many phrases that begin alike, by their second word where it has one form."""

    __slots__ = ("others", "seconds")

    def __init__(self, ways: _Ways) -> None:
        self.seconds: dict[str, _Ways] = {}
        self.others: _Ways = ()
        for rest, meaning in zip(ways[::2], ways[1::2], strict=True):
            second = rest[0] if rest else _GAP
            for word in _forms(second):
                self.seconds[word] = (*self.seconds.get(word, ()), rest, meaning)
            if not _forms(second) or _prefixes(second):
                self.others = (*self.others, rest, meaning)

    def ways(self, word: str) -> _Ways:
        """Those that may go on with a word."""
        return (*self.seconds.get(word, ()), *self.others)


FEW = 12
"""Ways, with their meanings, that are tried one by one."""


class Phrases:
    """Phrases by their first word; the longest wins."""

    def __init__(self) -> None:
        self.names: Names | None = None
        """What the catalogs call by name, after the phrases of the files."""
        self._groups: dict[_Piece, _Ways | _Group] = {}
        """First word with all its forms → what follows."""
        self._by_word: dict[str, tuple[_Ways | _Group, ...]] = {}
        self._by_stem: dict[str, list[tuple[tuple[_Piece, ...], object]]] = {}
        self._rests: dict[tuple[_Piece, ...], tuple[_Piece, ...]] = {}

    def add(self, say: str, meaning: object) -> str | None:
        """Learn all ways of a cell `say`; a problem code when it cannot be read."""
        for way in say.split("|"):
            variants = list(_variants(way))
            if not variants or len(variants) > MOST_VARIANTS:
                return "say_unreadable" if not variants else "say_too_wide"
            for terms in variants:
                if problem := _problem(terms):
                    return problem
                self._keep(terms, meaning)
        return None

    def _keep(self, terms: tuple[_Piece, ...], meaning: object) -> None:
        rest = self._rests.setdefault(terms[1:], terms[1:])
        ways = self._groups.get(terms[0], ())
        assert isinstance(ways, tuple)
        self._groups[terms[0]] = (*ways, rest, meaning)
        for prefix in _prefixes(terms[0]):
            self._by_stem.setdefault(prefix[:SHORTEST_PREFIX], []).append((terms, meaning))

    def settle(self) -> None:
        """All is learned: it is indexed, and what only learning needed goes."""
        for first, ways in self._groups.items():
            assert isinstance(ways, tuple)
            group = _Group(ways) if len(ways) > FEW else ways
            for word in _forms(first):
                self._by_word[word] = (*self._by_word.get(word, ()), group)
        self._rests, self._groups = {}, {}

    def at(self, terms: Sequence[Word], place: int) -> Iterator[Hit]:
        """The phrases that begin at a word, the files' before the catalogs'."""
        word = terms[place].text
        behind = terms[place + 1].text if place + 1 < len(terms) else ""
        for group in self._by_word.get(word, ()):
            ways = group.ways(behind) if isinstance(group, _Group) else group
            for rest, meaning in zip(ways[::2], ways[1::2], strict=True):
                after = _end(rest, terms, place + 1) if rest else place + 1
                if after:
                    yield Hit(place, after, meaning)
        for whole, meaning in self._by_stem.get(word[:SHORTEST_PREFIX], ()):
            if word.startswith(_prefixes(whole[0])) and (after := _end(whole[1:], terms, place + 1)):
                yield Hit(place, after, meaning)
        if self.names is not None:
            yield from self.names.at(terms, place)


def _end(rest: Sequence[_Piece], terms: Sequence[Word], place: int) -> int:
    """Where the rest of a phrase ends that begins at `place`; 0 when it does not stand there."""
    for at, piece in enumerate(rest):
        if piece is _GAP:
            ends = (_end(rest[at + 1 :], terms, place + skipped) for skipped in range(MOST_GAP + 1))
            return next(filter(None, ends), 0)
        if place >= len(terms) or not _fits(piece, terms[place].text):
            return 0
        place += 1
    return place


def _variants(way: str) -> Iterator[tuple[_Piece, ...]]:
    """`(ya) no le/les paga*`: optional words there or not, a word's alternatives together."""
    choices: list[tuple[tuple[_Piece, ...], ...]] = []
    for word in folded(way).split():
        optional = word.startswith("(") and word.endswith(")")
        piece = _piece(word.strip("()"))
        choices.append(((), (piece,)) if optional else ((piece,),))
    if len(choices) > MOST_WORDS or sum(len(choice) > 1 for choice in choices) > 4:
        return
    for pick in product(*choices):
        pieces_of_way = tuple(piece for part in pick for piece in part)
        if pieces_of_way:
            yield pieces_of_way


@cache
def _piece(word: str) -> _Piece:
    """A word of a phrase; the same one for the phrases that have it."""
    if word == "_":
        return _GAP
    forms = [sys.intern(form) for form in word.split("/") if form]
    if len(forms) == 1 and not word.endswith("*"):
        return forms[0]
    prefixes = tuple(sys.intern(form[:-1]) for form in forms if form.endswith("*"))
    return _Term(tuple(form for form in forms if not form.endswith("*")), prefixes)


def _problem(terms: Sequence[_Piece]) -> str | None:
    if terms[0] is _GAP or terms[-1] is _GAP or sum(piece is _GAP for piece in terms) > 2:
        return "say_gap"
    if any(len(prefix) < SHORTEST_PREFIX for piece in terms for prefix in _prefixes(piece)):
        return "say_prefix"
    bad = any(not word.isalnum() for piece in terms for word in (*_forms(piece), *_prefixes(piece)))
    empty = any(piece is not _GAP and not _forms(piece) and not _prefixes(piece) for piece in terms)
    return "say_unreadable" if bad or empty else None


@dataclass
class Lexicon:
    """All that the reader knows, made once a session."""

    rows: Phrases = field(default_factory=Phrases)
    cues: Phrases = field(default_factory=Phrases)
    nouns: Phrases = field(default_factory=Phrases)
    towns: Mapping[str, str] = field(default_factory=dict)
    """Municipality, or what all of a state begin with → the state."""
    states: Mapping[str, str] = field(default_factory=dict)
    size: int = 0

    def state_of(self, town: str) -> str:
        """The state of a municipality."""
        return self.towns.get(town) or self.towns.get(town[:STATE_DIGITS], "")

    def settle(self) -> None:
        """All is learned."""
        for phrases in (self.rows, self.cues, self.nouns):
            phrases.settle()
        _piece.cache_clear()
        pieces.cache_clear()

    def learn(self, say: str, row: Row) -> str | None:
        """Add a row; of an inherent one also its affirmed form."""
        self.size += 1
        if problem := self.rows.add(say, row):
            return problem
        if row.neg == "inherent":
            for way in say.split("|"):
                if way.startswith("no "):
                    affirmed = Row(row.kind, row.values, "never", at=row.at, flipped=True)
                    self.rows.add(f"si {way.partition(' ')[2]}", affirmed)
        return None


def longest(phrases: Phrases, terms: Sequence[Word]) -> Iterator[Hit]:
    """The phrases in a sentence, from its first word on, the longest at each place; none overlaps another."""
    place = 0
    while place < len(terms):
        best = max(phrases.at(terms, place), key=lambda hit: hit.after, default=None)
        if best is None:
            place += 1
            continue
        yield best
        place = best.after


def every(phrases: Phrases, terms: Sequence[Word], fits: Callable[[Hit], bool]) -> Iterator[Hit]:
    """As `longest`, of those that fit, with all that are equally long at a place: a name of several towns."""
    place = 0
    while place < len(terms):
        hits = list(filter(fits, phrases.at(terms, place)))
        end = max((hit.after for hit in hits), default=place + 1)
        yield from (hit for hit in hits if hit.after == end)
        place = end


@cache
def pieces(cell: str) -> tuple[str, ...]:
    """The folded words of a cell that names several."""
    return tuple(part.strip() for part in folded(cell).replace(";", "|").split("|") if part.strip())

"""What words mean: rows of the lexicon, cues and persons, held as numbers and tried where their rarest word stands.

No row is a regular expression: a phrase has at most eight words and gaps of at most two, so that no file can make the
reading slow. A word with all its forms (`le/la/lo`, `paga*`) is a piece with a number, a way of saying is a row of
them, and one look-up tells which pieces a word of a text fits: no form is held twice.
Source: practice design "Facts from the narrative"; NegEx (Chapman et al. 2001) for cue classes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, product
from typing import NamedTuple

from lnctp_tui.domain.reading.spelling import Word, folded
from lnctp_tui.domain.values.packed import Forms, Lines, Table, packed

MOST_NAME_WORDS = 6
STATE_DIGITS = 2
"""Digits of the state in the code of a municipality. Source: INEGI, Marco Geoestadístico."""
MOST_WORDS, MOST_GAPS, MOST_GAP, MOST_VARIANTS, MOST_OPTIONAL = 8, 2, 2, 16, 4
CACHED = 1024
"""Words of a text of which is remembered what they fit."""
_GAP = "_"
KINDS = (
    *("term", "place", "venue", "platform", "nationality", "language", "education", "migration_status"),
    *("sex", "institution"),
)
IDIOM = "idiom"
"""Kind of a phrase that says nothing of a case: `le pegó el sol`. No row says anything with its words."""
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


class Hit(NamedTuple):
    """A phrase that stands in a sentence, from the word `first` to before `after`."""

    first: int
    after: int
    meaning: object
    at: str = ""
    """File and line, for those who try a text."""


class Names:
    """Names of the catalogs, as one sorted text: a row is made of one only when it stands in a sentence."""

    def __init__(self, entries: Iterable[tuple[str, str, tuple[Row, str]]]) -> None:
        """Folded words with a blank between, the code they name, and its row without it with the catalog."""
        numbers: dict[tuple[Row, str], int] = {}
        lines = {
            f"{say}\t{code}\t{numbers.setdefault(source, len(numbers))}" for say, code, source in entries
        }
        self._sources, self._lines = tuple(numbers), Lines(sorted(lines))

    def begin_with(self, word: str) -> bool:
        """Whether one begins with a word."""
        number = bisect_left(self._lines, f"{word}\t")
        return number < len(self._lines) and self._lines[number].startswith((f"{word}\t", f"{word} "))

    def at(self, terms: Sequence[Word], place: int) -> Iterator[Hit]:
        """Those that begin at a word."""
        spoken, number = "", 0
        for after in range(place + 1, min(place + MOST_NAME_WORDS, len(terms)) + 1):
            spoken += (" " if spoken else "") + terms[after - 1].text
            number = bisect_left(self._lines, spoken, lo=number)
            if number == len(self._lines) or not self._lines[number].startswith(spoken):
                return
            for line in self._called(spoken):
                _say, value, source = line.split("\t")
                row, at = self._sources[int(source)]
                yield Hit(place, after, replace(row, values=(value,)), at)

    def _called(self, name: str) -> Iterator[str]:
        said = f"{name}\t"
        number = bisect_left(self._lines, said)
        while number < len(self._lines) and (line := self._lines[number]).startswith(said):
            yield line
            number += 1


class _Learned(NamedTuple):
    """What is known while files are read."""

    pieces: dict[str, int]
    meanings: dict[object, int]
    files: dict[str, int]
    rows: list[tuple[int, int, int]]
    """Meaning, file and line."""
    ways: list[list[int]]
    row_of: list[int]


class _Fit(NamedTuple):
    """What is known of a word of a text."""

    pieces: Collection[int]
    ways: array[int]
    """Those whose rarest word it may be."""
    names: bool
    """Whether a name begins with it."""


_NOTHING = _Fit(frozenset(), packed(()), names=False)


class Phrases:
    """What words mean."""

    def __init__(self) -> None:
        self.names: Names | None = None
        """What the catalogs call by name, after the phrases of the files."""
        self._learned = _Learned({_GAP: 0}, {}, {}, [], [], [])
        self._known: dict[str, _Fit] = {}

    def add(self, say: str, meaning: object, file: str = "", line: int = 0) -> str | None:
        """Learn all ways of a cell `say`; a problem code when it cannot be read."""
        known = self._learned
        number = known.meanings.setdefault(meaning, len(known.meanings))
        known.rows.append((number, known.files.setdefault(file, len(known.files)), line))
        for way in folded(say).split("|"):
            variants = _variants(way)
            if not variants or len(variants) > MOST_VARIANTS:
                return "say_unreadable" if not variants else "say_too_wide"
            for pieces in variants:
                if problem := _problem(pieces, known.pieces):
                    return problem
                known.ways.append([known.pieces.setdefault(each, len(known.pieces)) for each in pieces])
                known.row_of.append(len(known.rows) - 1)
        return None

    def settle(self) -> None:
        """All is learned: it is indexed, and what only learning needed goes."""
        pieces, meanings, files, rows, ways, row_of = self._learned
        self._forms, self._ways = Forms(pieces), Table(ways)
        self._meanings, self._files = tuple(meanings), tuple(files)
        self._rows, self._row_of = Table(rows), packed(row_of)
        rarest = _rarest(list(pieces), ways)
        by_piece: list[list[int]] = [[] for _piece in pieces]
        for number, (way, at) in enumerate(zip(ways, rarest, strict=True)):
            by_piece[way[at]].append(number)
        self._by_piece = Table(by_piece)
        self._gaps = packed(way[:at].count(0) for way, at in zip(ways, rarest, strict=True))
        self._words = packed(at - gaps for at, gaps in zip(rarest, self._gaps, strict=True))
        self._learned = _Learned({_GAP: 0}, {}, {}, [], [], [])

    def at(self, terms: Sequence[Word], place: int) -> Sequence[Hit]:
        """The phrases that begin at a word, the files' before the catalogs'."""
        found = self.find(terms[place : place + MOST_WORDS + MOST_GAPS * MOST_GAP]).get(0, ())
        return [hit._replace(first=place, after=place + hit.after) for hit in found]

    def find(self, terms: Sequence[Word]) -> Mapping[int, Sequence[Hit]]:
        """The phrases of a sentence by their first word, in the order of the files."""
        fits = [self._known.get(term.text) or self._fit(term.text) for term in terms]
        found = {
            first: [self._hit(first, after, way) for way, after in sorted(ends.items())]
            for first, ends in self._ends(fits).items()
        }
        for place, fit in enumerate(fits):
            if fit.names and self.names is not None:
                found.setdefault(place, []).extend(self.names.at(terms, place))
        return found

    def _ends(self, fits: Sequence[_Fit]) -> dict[int, dict[int, int]]:
        """First word → way → the word behind it, tried where the rarest word of a way stands."""
        words = [fit.pieces for fit in fits]
        ends: dict[int, dict[int, int]] = {}
        for place, fit in enumerate(fits):
            for way in fit.ways:
                pieces, last = self._ways[way], place - self._words[way]
                for first in range(max(0, last - MOST_GAP * self._gaps[way]), last + 1):
                    if after := _end(pieces, words, first):
                        ends.setdefault(first, {})[way] = after
        return ends

    def _hit(self, first: int, after: int, way: int) -> Hit:
        meaning, file, line = self._rows[self._row_of[way]]
        return Hit(first, after, self._meanings[meaning], f"{self._files[file]}:{line}")

    def _fit(self, word: str) -> _Fit:
        if len(self._known) >= CACHED:
            self._known.clear()
        pieces = self._forms.fitting(word)
        names = self.names is not None and self.names.begin_with(word)
        ways = packed(chain.from_iterable(map(self._by_piece.__getitem__, pieces)))
        fit = self._known[word] = _Fit(pieces, ways, names) if pieces or names else _NOTHING
        return fit


def _end(pieces: Sequence[int], words: Sequence[Collection[int]], place: int) -> int:
    """Where a phrase ends that begins at `place`; 0 when it does not stand there."""
    for at, piece in enumerate(pieces):
        if not piece:
            ends = (_end(pieces[at + 1 :], words, place + skipped) for skipped in range(MOST_GAP + 1))
            return next(filter(None, ends), 0)
        if place >= len(words) or piece not in words[place]:
            return 0
        place += 1
    return place


def _rarest(pieces: Sequence[str], ways: Iterable[Sequence[int]]) -> list[int]:
    """Of each way the place of the word that is rarest in a text: whose shortest form is the longest."""
    letters = [0, *(min(len(form) for form in piece.split("/") if form) for piece in pieces[1:])]
    return [max(range(len(way)), key=[letters[piece] for piece in way].__getitem__) for way in ways]


def _variants(way: str) -> Sequence[tuple[str, ...]]:
    """`(ya) no le/les paga*`: optional words there or not, a word's alternatives together."""
    words = way.split()
    if not 0 < len(words) <= MOST_WORDS:
        return ()
    if "(" not in way and ")" not in way:
        return (tuple(words),)
    spoken = ((word[0] == "(" and word[-1] == ")", word.strip("()")) for word in words)
    choices = [((), (piece,)) if optional else ((piece,),) for optional, piece in spoken]
    if sum(len(choice) > 1 for choice in choices) > MOST_OPTIONAL:
        return ()
    return list(filter(None, (tuple(chain.from_iterable(pick)) for pick in product(*choices))))


def _problem(pieces: Sequence[str], known: Mapping[str, int]) -> str | None:
    if _GAP in (pieces[0], pieces[-1]) or pieces.count(_GAP) > MOST_GAPS:
        return "say_gap"
    wrong = [piece for piece in pieces if not (piece in known or piece.isalnum() or _SPELT.fullmatch(piece))]
    return ("say_prefix" if any(map(_SHORT_STEM.search, wrong)) else "say_unreadable") if wrong else None


_SPELT = re.compile(r"/*(?:[^\W_]{3,}\*|[^\W_]+)(?:/+(?:[^\W_]{3,}\*|[^\W_]+))*/*")
_SHORT_STEM = re.compile(r"(?:^|/)[^/]{0,2}\*(?:/|$)")


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
        pieces.cache_clear()

    def learn(self, say: str, row: Row, file: str, line: int) -> str | None:
        """Add a row; of an inherent one also its affirmed form."""
        self.size += 1
        if problem := self.rows.add(say, row, file, line):
            return problem
        if row.neg == "inherent":
            affirmed = Row(row.kind, row.values, "never", flipped=True)
            for way in say.split("|"):
                if way.startswith("no "):
                    self.rows.add(f"si {way.partition(' ')[2]}", affirmed, file, line)
        return None


def longest(phrases: Phrases, terms: Sequence[Word]) -> Iterator[Hit]:
    """The phrases in a sentence, from its first word on, the longest at each place; none overlaps another."""
    place, found = 0, phrases.find(terms)
    while place < len(terms):
        best = max(found.get(place, ()), key=lambda hit: hit.after, default=None)
        if best is None:
            place += 1
            continue
        yield best
        place = best.after


def every(phrases: Phrases, terms: Sequence[Word], fits: Callable[[Hit], bool]) -> Iterator[Hit]:
    """As `longest`, of those that fit, with all that are equally long at a place: a name of several towns."""
    place, found = 0, phrases.find(terms)
    while place < len(terms):
        hits = list(filter(fits, found.get(place, ())))
        end = max((hit.after for hit in hits), default=place + 1)
        yield from (hit for hit in hits if hit.after == end)
        place = end


@cache
def pieces(cell: str) -> tuple[str, ...]:
    """The folded words of a cell that names several."""
    return tuple(part.strip() for part in folded(cell).replace(";", "|").split("|") if part.strip())

"""What words mean: rows of the lexicon, cues and persons, matched word by word.

No row is a regular expression: a phrase has at most eight words and gaps of at most two, so that no file can make
the reading slow. Source: practice design "Facts from the narrative"; NegEx (Chapman et al. 2001) for cue classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import NamedTuple

from lnctp_tui.domain.reading.spelling import Word, folded

MOST_WORDS, MOST_GAP, MOST_VARIANTS, SHORTEST_PREFIX = 8, 2, 16, 3
KINDS = (
    *("term", "place", "venue", "platform", "nationality", "language", "education", "migration_status"),
    *("sex", "institution"),
)
NEGATIONS = ("normal", "inherent", "never")
CLASSES = ("neg", "pseudo", "unsure", "hypo", "past", "told", "now")
OWNERS = ("victim", "group", "trafficker", "caller", "other")


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
    words: frozenset[str]
    prefixes: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.words or (bool(self.prefixes) and word.startswith(self.prefixes))


_GAP = _Term(frozenset(), ())
_rests: dict[tuple[_Term, ...], tuple[_Term, ...]] = {}


class Hit(NamedTuple):
    """A row that stands in a sentence, from the word `first` to before `after`."""

    first: int
    after: int
    meaning: object


class Phrases:
    """Phrases by their first word; the longest wins."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[tuple[_Term, ...], object]]] = {}
        self._by_stem: dict[str, list[tuple[tuple[_Term, ...], object]]] = {}

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

    def _keep(self, terms: tuple[_Term, ...], meaning: object) -> None:
        entry = (_rests.setdefault(terms[1:], terms[1:]), meaning)
        for word in terms[0].words:
            self._by_word.setdefault(word, []).append(entry)
        for prefix in terms[0].prefixes:
            self._by_stem.setdefault(prefix[:SHORTEST_PREFIX], []).append((terms, meaning))

    def at(self, terms: Sequence[Word], place: int) -> Iterator[Hit]:
        """The phrases that begin at a word, in the files' order."""
        word = terms[place].text
        for rest, meaning in self._by_word.get(word, ()):
            after = _end(rest, terms, place + 1) if rest else place + 1
            if after:
                yield Hit(place, after, meaning)
        for whole, meaning in self._by_stem.get(word[:SHORTEST_PREFIX], ()):
            if whole[0].prefixes and word.startswith(whole[0].prefixes):
                after = _end(whole[1:], terms, place + 1)
                if after:
                    yield Hit(place, after, meaning)


def _end(rest: Sequence[_Term], terms: Sequence[Word], place: int) -> int:
    """Where the rest of a phrase ends that begins at `place`; 0 when it does not stand there."""
    for at, term in enumerate(rest):
        if term is _GAP:
            ends = (_end(rest[at + 1 :], terms, place + skipped) for skipped in range(MOST_GAP + 1))
            return next(filter(None, ends), 0)
        if place >= len(terms) or not term.fits(terms[place].text):
            return 0
        place += 1
    return place


def _variants(way: str) -> Iterator[tuple[_Term, ...]]:
    """`(ya) no le/les paga*`: optional words there or not, a word's alternatives together."""
    choices: list[tuple[tuple[_Term, ...], ...]] = []
    for piece in folded(way).split():
        optional = piece.startswith("(") and piece.endswith(")")
        term = _term(piece.strip("()"))
        choices.append(((), (term,)) if optional else ((term,),))
    if len(choices) > MOST_WORDS or sum(len(choice) > 1 for choice in choices) > 4:
        return
    for pick in product(*choices):
        terms = tuple(term for part in pick for term in part)
        if terms:
            yield terms


@cache
def _term(piece: str) -> _Term:
    """A word of a phrase; the same one for all phrases that have it."""
    if piece == "_":
        return _GAP
    forms = [form for form in piece.split("/") if form]
    prefixes = tuple(form[:-1] for form in forms if form.endswith("*"))
    return _Term(frozenset(form for form in forms if not form.endswith("*")), prefixes)


def _problem(terms: Sequence[_Term]) -> str | None:
    if terms[0] is _GAP or terms[-1] is _GAP or sum(term is _GAP for term in terms) > 2:
        return "say_gap"
    if any(len(prefix) < SHORTEST_PREFIX for term in terms for prefix in term.prefixes):
        return "say_prefix"
    bad = any(not word.isalnum() for term in terms for word in (*term.words, *term.prefixes))
    empty = any(term is not _GAP and not term.words and not term.prefixes for term in terms)
    return "say_unreadable" if bad or empty else None


@dataclass
class Lexicon:
    """All that the reader knows, made once a session."""

    rows: Phrases = field(default_factory=Phrases)
    cues: Phrases = field(default_factory=Phrases)
    nouns: Phrases = field(default_factory=Phrases)
    towns: Mapping[str, str] = field(default_factory=dict)
    """Municipality → its state."""
    states: Mapping[str, str] = field(default_factory=dict)
    size: int = 0

    def learn(self, say: str, row: Row) -> str | None:
        """Add a row; of an inherent one also its affirmed form."""
        self.size += 1
        if problem := self.rows.add(say, row):
            return problem
        if row.neg == "inherent":
            for way in say.split("|"):
                if way.startswith(("no ", "sin ")):
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


def every(phrases: Phrases, terms: Sequence[Word]) -> Iterator[Hit]:
    """As `longest`, with all that are equally long at a place: a name of several towns."""
    place = 0
    while place < len(terms):
        hits = list(phrases.at(terms, place))
        end = max((hit.after for hit in hits), default=place + 1)
        yield from (hit for hit in hits if hit.after == end)
        place = end


def pieces(cell: str) -> tuple[str, ...]:
    """The folded words of a cell that names several."""
    return tuple(part.strip() for part in folded(cell).replace(";", "|").split("|") if part.strip())

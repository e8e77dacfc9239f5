"""What words mean: rows of the lexicon, cues and persons, matched word by word.

Source: practice design "Facts from the narrative"; NegEx (Chapman et al. 2001) for cue classes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from lnctp_tui.domain.reading.phrases import Hit, Lines, Phrases
from lnctp_tui.domain.reading.spelling import Word, folded

MOST_NAME_WORDS = 6
STATE_DIGITS = 2
"""Digits of the state in the code of a municipality. Source: INEGI, Marco Geoestadístico."""
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

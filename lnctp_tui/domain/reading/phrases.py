"""Phrases, held as numbers and tried where their rarest word stands.

No phrase is a regular expression: it has at most eight words and gaps of at most two, so that no file can make the
reading slow. A word with all its forms (`le/la/lo`, `paga*`) is a piece with a number, a way of saying is a row of
them, and one look-up tells which pieces a word of a text fits: no form is held twice.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, product
from typing import NamedTuple, Protocol

from lnctp_tui.domain.reading.spelling import Word, folded

MOST_WORDS, MOST_GAPS, MOST_GAP, MOST_VARIANTS, SHORTEST_PREFIX = 8, 2, 2, 16, 3
CACHED = 1024
"""Words of a text of which is remembered what they fit."""
FEW = 8
"""Pieces that are looked through one by one."""
_GAP = "_"


class Hit(NamedTuple):
    """A phrase that stands in a sentence, from the word `first` to before `after`."""

    first: int
    after: int
    meaning: object
    at: str = ""
    """File and line, for those who try a text."""


class Named(Protocol):
    """Names of a catalog, which follow the phrases of the files."""

    def begin_with(self, word: str) -> bool:
        """Whether one begins with a word."""

    def at(self, terms: Sequence[Word], place: int) -> Iterator[Hit]:
        """Those that begin at a word."""


def packed(numbers: Iterable[int]) -> array[int]:
    """Whole numbers in as few bytes as hold the greatest."""
    held = array("I", numbers)
    most = max(held, default=0)
    return array("B" if most < 1 << 8 else "H" if most < 1 << 16 else "I", held)


class Lines(Sequence[str]):
    """Texts as one."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._text = "".join(texts)
        self._starts = packed(accumulate(map(len, texts), initial=0))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        return self._text[self._starts[at] : self._starts[at + 1]]


class Table:
    """Rows of numbers as one."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self._numbers = packed(chain.from_iterable(rows))
        self._starts = packed(accumulate(map(len, rows), initial=0))

    def __getitem__(self, at: int) -> array[int]:
        return self._numbers[self._starts[at] : self._starts[at + 1]]


class Forms:
    """The forms of all pieces, sorted: what a word begins with is found from the one before it, stem by stem."""

    def __init__(self, pieces: Iterable[str]) -> None:
        said: dict[str, list[int]] = {}
        for number, piece in enumerate(pieces):
            for form in filter(None, piece.split("/")):
                said.setdefault(form.removesuffix("*"), []).append(2 * number + form.endswith("*"))
        forms = sorted(said)
        self._forms = Lines(forms)
        self._pieces = Table([said[form] for form in forms])
        self._stems = packed(_begun(forms))

    def fitting(self, word: str) -> Collection[int]:
        """The pieces that a word fits."""
        fits: set[int] = set()
        place = bisect_right(self._forms, word)
        while place:
            form = self._forms[place - 1]
            if word.startswith(form):
                fits.update(piece >> 1 for piece in self._pieces[place - 1] if piece & 1 or form == word)
            place = self._stems[place - 1]
        return frozenset(fits) if len(fits) > FEW else packed(fits)


def _begun(forms: Iterable[str]) -> Iterator[int]:
    """Of each sorted form the place, from 1 on, of the longest before it that it begins with; 0 of none."""
    begun: list[tuple[str, int]] = []
    for place, form in enumerate(forms, 1):
        while begun and not form.startswith(begun[-1][0]):
            begun.pop()
        yield begun[-1][1] if begun else 0
        begun.append((form, place))


class _Learned(NamedTuple):
    """What is known while files are read."""

    pieces: dict[str, int]
    meanings: dict[object, int]
    files: dict[str, int]
    rows: list[tuple[int, int, int]]
    """Meaning, file and line."""
    ways: list[array[int]]
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
        self.names: Named | None = None
        """What the catalogs call by name, after the phrases of the files."""
        self._learned = _Learned({_GAP: 0}, {}, {}, [], [], [])
        self._known: dict[str, _Fit] = {}

    def add(self, say: str, meaning: object, file: str = "", line: int = 0) -> str | None:
        """Learn all ways of a cell `say`; a problem code when it cannot be read."""
        known = self._learned
        number = known.meanings.setdefault(meaning, len(known.meanings))
        known.rows.append((number, known.files.setdefault(file, len(known.files)), line))
        for way in say.split("|"):
            variants = list(_variants(way))
            if not variants or len(variants) > MOST_VARIANTS:
                return "say_unreadable" if not variants else "say_too_wide"
            for pieces in variants:
                if problem := _problem(pieces, known.pieces):
                    return problem
                known.ways.append(
                    array("I", [known.pieces.setdefault(each, len(known.pieces)) for each in pieces])
                )
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
        return self.find(terms[place : place + MOST_WORDS + MOST_GAPS * MOST_GAP]).get(0, ())

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


def _variants(way: str) -> Iterator[tuple[str, ...]]:
    """`(ya) no le/les paga*`: optional words there or not, a word's alternatives together."""
    choices: list[tuple[tuple[str, ...], ...]] = []
    for word in folded(way).split():
        optional = word.startswith("(") and word.endswith(")")
        piece = (word.strip("()"),)
        choices.append(((), piece) if optional else (piece,))
    if len(choices) > MOST_WORDS or sum(len(choice) > 1 for choice in choices) > 4:
        return
    yield from filter(None, (tuple(chain.from_iterable(pick)) for pick in product(*choices)))


def _problem(pieces: Sequence[str], known: Mapping[str, int]) -> str | None:
    if _GAP in (pieces[0], pieces[-1]) or pieces.count(_GAP) > MOST_GAPS:
        return "say_gap"
    problems = {_misspelt(piece) for piece in pieces if piece not in known}
    return next((code for code in ("say_prefix", "say_unreadable") if code in problems), None)


def _misspelt(piece: str) -> str | None:
    forms = [form for form in piece.split("/") if form]
    if any(form.endswith("*") and len(form) <= SHORTEST_PREFIX for form in forms):
        return "say_prefix"
    return None if forms and all(form.removesuffix("*").isalnum() for form in forms) else "say_unreadable"

"""Texts and numbers held as one, and the forms of words: what a session keeps in memory by the thousand."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, chain

FEW = 8
"""Numbers that are looked through one by one."""


def packed(numbers: Iterable[int]) -> array[int]:
    """Whole numbers in as few bytes as hold the greatest."""
    held = list(numbers)
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
        said: dict[str, list[int]] = defaultdict(list)
        for number, piece in enumerate(pieces):
            for form in filter(None, piece.split("/")):
                said[form.removesuffix("*")].append(2 * number + form.endswith("*"))
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

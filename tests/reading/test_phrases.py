"""Which phrases stand in a sentence: what the index finds is what trying every way at every word finds."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product

from lnctp_tui.domain.reading.lexicon import MOST_GAP, Phrases
from lnctp_tui.domain.reading.spelling import words

PIECES = (
    *("la", "le/la/lo", "no", "pega", "pega*", "peg*", "pegada*", "quita/quit*", "su", "casa", "casas"),
)
WORDS = ("la", "lo", "no", "pega", "pegan", "pegada", "pegadas", "quita", "quito", "su", "casa", "otra")


def _said(chance: random.Random) -> str:
    """A way of saying with gaps and words that may be missing."""
    pieces = [chance.choice(PIECES) for _piece in range(chance.randint(1, 4))]
    middle = [f"({piece})" if chance.random() < 0.3 else piece for piece in pieces[1:]]
    for at in sorted(
        chance.sample(range(len(middle)), min(len(middle), chance.choice((0, 0, 1)))), reverse=True
    ):
        middle.insert(at, "_")
    last = chance.choice(PIECES)
    return " ".join([pieces[0], *middle, last] if middle else pieces)


def _ends(pieces: Sequence[str], terms: Sequence[str]) -> int | None:
    """How many words a way takes from the first one on, read as the format says."""
    if not pieces:
        return 0
    if pieces[0] == "_":
        rests = (_ends(pieces[1:], terms[skip:]) for skip in range(MOST_GAP + 1))
        return next((skip + rest for skip, rest in enumerate(rests) if rest is not None), None)
    fits = terms and any(
        terms[0].startswith(form[:-1]) if form.endswith("*") else terms[0] == form
        for form in pieces[0].split("/")
    )
    rest = _ends(pieces[1:], terms[1:]) if fits else None
    return None if rest is None else rest + 1


def _everywhere(says: Sequence[str], terms: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for say in says:
        choices = [("", piece.strip("()")) if piece.startswith("(") else (piece,) for piece in say.split()]
        for pick, first in product(product(*choices), range(len(terms))):
            length = _ends([piece for piece in pick if piece], terms[first:])
            if length is not None:
                yield first, first + length, say


def test_what_stands_is_found_wherever_its_rarest_word_is() -> None:
    chance = random.Random(61)
    says = list(dict.fromkeys(_said(chance) for _way in range(150)))
    phrases = Phrases()
    for say in says:
        assert phrases.add(say, say) is None
    phrases.settle()
    for _sentence in range(150):
        terms = [chance.choice(WORDS) for _word in range(chance.randint(1, 9))]
        found = [hit[:3] for hits in phrases.find(words(" ".join(terms))).values() for hit in hits]
        assert set(found) == set(_everywhere(says, terms))
        at_once = {hit[:3] for hit in phrases.at(words(" ".join(terms)), 0)}
        assert at_once == {(first, after, say) for first, after, say in found if first == 0}

"""How strongly two cases are linked by what they share, and what of that is told to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, Literal, NamedTuple

STRONG, MEDIUM, WEAK = 3, 2, 1
MANY: Final = 20
"""In more cases than this an identifier says little of two of them."""

Grade = Literal["fuerte", "media", "debil"]
Band = Literal["1", "2-4", "5+"]
ORDER: Final[tuple[Grade, ...]] = ("fuerte", "media", "debil")


class Shared(NamedTuple):
    """One thing that two cases share."""

    key: str
    strength: int
    row: str = ""
    """The record of one of them that says it: two keys of one record are one reason."""


def strength_in(strength: int, cases: int) -> int:
    """What a key counts that stands in this many cases."""
    return WEAK if cases > MANY else strength


def reasons(shared: Iterable[Shared]) -> tuple[Shared, ...]:
    """The strongest of each record, and of each key, the strongest first."""
    chosen: list[Shared] = []
    for entry in sorted(set(shared), key=lambda entry: (-entry.strength, entry.key, entry.row)):
        rows, keys = {other.row for other in chosen}, {other.key for other in chosen}
        if entry.key not in keys and (not entry.row or entry.row not in rows):
            chosen.append(entry)
    return tuple(chosen)


def grade(shared: Iterable[Shared]) -> Grade:
    """`fuerte` by one strong reason, `media` by two medium ones, else `debil`."""
    strengths = [entry.strength for entry in reasons(shared)]
    if STRONG in strengths:
        return "fuerte"
    return "media" if strengths.count(MEDIUM) > 1 else "debil"


def speaks_again(keys: Iterable[str], remembered: Collection[str]) -> bool:
    """Whether a pair that was said not to be linked has a reason that was not known then."""
    return any(key not in remembered for key in keys)


def band(cases: int) -> Band | None:
    """How many other cases, as whoever does not see them is told; None: none."""
    if cases < 1:
        return None
    return "1" if cases == 1 else "2-4" if cases < 5 else "5+"

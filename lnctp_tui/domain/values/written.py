"""Whether what is typed where single keys answer is words: a person who writes, not one who answers.

How fast it comes says nothing: answers are given as fast as words. A blank between letters tells, and letters that
are no keys there. `no` and `si` written out are answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Stroke(NamedTuple):
    """A character that was typed, and whether it is a key where it was."""

    character: str
    is_key: bool


NEAR = 4
"""Characters in which two that are no keys make words: one alone is a slip beside a key."""
LEAST = 3
ONSET = 2
"""Keys before the first that is none which belong to its word: `sr`, `ns`, `sys`."""
FARTHEST = 9
"""Characters that words are looked for in: by then they would have been seen. What is earlier was answered."""
_SPELT = frozenset(["no", "si", "sí"])


def begins(strokes: Sequence[Stroke], *, commands: bool = False) -> int | None:
    """Where among the last strokes the words begin; None while these are keys.

    `commands`: nothing is asked there and most letters are keys: after one that is none, anything is words.
    """
    told = _tell_commands(strokes) if commands else _tell(strokes)
    return _onset(strokes) if told else None


def _tell_commands(strokes: Sequence[Stroke]) -> bool:
    return len(strokes) > 1 and not strokes[-2].is_key


def _tell(strokes: Sequence[Stroke]) -> bool:
    if len(strokes) < LEAST:
        return False
    places = range(max(0, len(strokes) - NEAR), len(strokes))
    odd = [place for place in places if not strokes[place].is_key and not _spelt(strokes, place)]
    return len(odd) > 1 or strokes[-2].character == " "


def _spelt(strokes: Sequence[Stroke], place: int) -> bool:
    """Whether the answer before this letter is written out with it."""
    before = strokes[place - 1] if place else None
    return bool(before and before.is_key and before.character + strokes[place].character in _SPELT)


def _onset(strokes: Sequence[Stroke]) -> int:
    first = max(0, len(strokes) - FARTHEST)
    start = next(place for place in range(first, len(strokes)) if not strokes[place].is_key)
    return max(first, start - ONSET)

"""What typing did to a text, as stretches that can be taken back: never more of them at once than a clause."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 60
"""Characters that go at once where nothing was punctuated."""
_ENDS = re.compile(r"(?<=[.,;:!?…])\s|\n")


class Stretch(NamedTuple):
    """At a place of a text, what went and what came."""

    at: int
    out: str
    put: str

    @property
    def turned(self) -> Stretch:
        """The other way round."""
        return Stretch(self.at, self.put, self.out)


def between(old: str, new: str) -> Stretch:
    """What makes `new` of `old`: the text between what both begin and end with."""
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    return Stretch(start, old[start : len(old) - end], new[start : len(new) - end])


def _common(one: str, other: str) -> int:
    """How many characters both begin with; halving, since a narrative may have a megabyte."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def joined(last: Stretch, next: Stretch) -> Stretch | None:
    """Both as one when they are one movement: typed on, or erased on; None when the hand turned."""
    if next.put and not next.out and next.at == last.at + len(last.put) and (last.put or not last.out):
        return Stretch(last.at, last.out, last.put + next.put)
    if last.put or next.put:
        return None
    if next.at + len(next.out) == last.at:
        return Stretch(next.at, next.out + last.out, "")
    return Stretch(last.at, last.out + next.out, "") if next.at == last.at else None


def last_piece(text: str) -> str:
    """The clause that a text ends with, with the blank before it; of one without end its last words."""
    ends = [found.start() for found in _ENDS.finditer(text.rstrip()) if found.start()]
    piece = text[ends[-1] :] if ends else text
    if len(piece) <= LONGEST:
        return piece
    blank = piece.find(" ", len(piece) - LONGEST)
    return piece[blank if blank >= 0 else -LONGEST :]


def split(stretch: Stretch) -> tuple[Stretch | None, Stretch]:
    """What stays to be taken back, and what goes now: with the last of what came, what had gone for it."""
    piece = last_piece(stretch.put)
    rest = stretch.put[: len(stretch.put) - len(piece)]
    if not rest:
        return None, stretch
    return stretch._replace(put=rest), Stretch(stretch.at + len(rest), "", piece)


def taken_back(text: str, stretch: Stretch) -> str | None:
    """`text` without what came, and with what had gone; None where it says something else by now."""
    end = stretch.at + len(stretch.put)
    if stretch.at > len(text) or text[stretch.at : end] != stretch.put:
        return None
    return text[: stretch.at] + stretch.out + text[end:]


def in_words(old: str, new: str) -> tuple[str, str]:
    """What went and what came, by whole words."""
    at, out, put = between(old, new)
    after = old.find(" ", at + len(out))
    changed = out or put
    head = "" if changed[:1].isspace() else old[old.rfind(" ", 0, at) + 1 : at]
    tail = "" if changed[-1:].isspace() else old[at + len(out) : after if after >= 0 else len(old)]
    return (head + out + tail if out else ""), (head + put + tail if put else "")

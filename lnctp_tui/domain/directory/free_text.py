"""What of a free text somebody might dial or write to: nobody has verified it, so nobody is shown or given it.

Figures in words are not found: a text is no channel, and says so where it is read.
"""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = r"[\s.,()/·•*_\-\u00a0\u00ad\u2000-\u2015\u2060\ufeff]{0,4}"
"""What stands between the figures of one number; no colon, which stands between those of a time."""
_FIGURES: Final = re.compile(rf"[+＋]?\d(?:{_BETWEEN}\d){{6,}}|(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESSES: Final = re.compile(r"(?<!\S)\S+\s?[@＠]\s?\S+")
"""Begins where a word begins: of a text without an address nothing is read twice."""
_DATES: Final = re.compile(r"\d{4}-\d\d-\d\d(?:/\d{4}-\d\d-\d\d)?")


def without_numbers(text: str, instead: str) -> str:
    """A text without telephone numbers, mail and web addresses; a date is none."""
    text = _FIGURES.sub(lambda found: found[0] if _DATES.fullmatch(found[0]) else instead, text)
    return _ADDRESSES.sub(lambda _found: instead, text)

"""Where in a narrative a value was read: `seen.<field>` = `contact:start:length:hash`, without the words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

SEEN = "seen."
"""Before the code of a field."""


def source(contact: str, start: int, words: str) -> str:
    """The place of some words; eight hexadecimal figures of their SHA-256 say whether they still stand there."""
    return f"{contact}:{start}:{len(words)}:{_hash(words)}"


def words_of(narratives: Mapping[str, str], where: str) -> str | None:
    """The words that a place names, None when the narrative says something else there by now."""
    contact, *parts = where.split(":")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()) or len(where) > 100:
        return None
    start, length = int(parts[0]), int(parts[1])
    words = narratives.get(contact, "")[start : start + length]
    return words if words and _hash(words) == parts[2] else None


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:8]

"""Where in a narrative a value was read: `seen.<field>` = `contact:start:length:hash`, without the words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

SEEN = "seen."
"""Before the code of a field."""


def source(contact: str, start: int, words: str) -> str:
    """The place of some words; eight hexadecimal figures of their SHA-256 say whether they still stand there."""
    return f"{contact}:{start}:{len(words)}:{_hash(words)}"


def of_record(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of a record that were read in a narrative, and where."""
    for code, where in (record.get("answers") or {}).items():
        if code.startswith(SEEN) and isinstance(where, str):
            yield code.removeprefix(SEEN), where


def words_of(narratives: Mapping[str, str], where: str) -> str | None:
    """The words that a place names, None when the narrative says something else there by now."""
    contact, *parts = where.split(":")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()) or len(where) > 100:
        return None
    start, length = int(parts[0]), int(parts[1])
    words = narratives.get(contact, "")[start : start + length]
    return words if words and _hash(words) == parts[2] else None


def without(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record for others: where its values were read is nobody's business."""
    answers = {
        code: value for code, value in (record.get("answers") or {}).items() if not code.startswith(SEEN)
    }
    return {**record, "answers": answers} if "answers" in record else dict(record)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode(errors="replace")).hexdigest()[:8]

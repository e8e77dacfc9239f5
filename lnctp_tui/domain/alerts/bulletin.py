"""When an alert may become a bulletin, and which numbers one may have: those that were published, and no other.

A count of some weeks, beside the count of others, tells of single cases. So a bulletin has the number of an issued
edition or none, the month and not the week, and is about at least as many reports as the least printed cell.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LEAST: Final = 5
"""Reports below which even that something grows could tell of somebody: k of an edition as it comes."""


def may_say(x: int, *, listed: bool, closed: bool) -> bool:
    """Whether the public may be told of it at all. `listed`: of a catalog, so that it has a name."""
    return x >= LEAST and listed and not closed


def foreign_numbers(text: str, draft: str) -> list[str]:
    """Numbers of a text that do not stand in its draft, in the text's order; figures of any script are figures."""
    allowed = set(_numbers(draft))
    return list(dict.fromkeys(number for number in _numbers(text) if number not in allowed))


def _numbers(text: str) -> list[str]:
    """Runs of figures, as ASCII."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(character)) if character.isdigit() else " " for character in plain
    ).split()

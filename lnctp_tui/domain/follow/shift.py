"""The hand-over of a shift: what is signed, the six words that are read aloud, and whether both mean the same.

Whoever leaves reads lines and words; whoever takes over types what they hear. Both laptops may be offline: the words
say that two people mean the same text, the seals of their changes who they are. Source: docs/synchronisation.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from lnctp_tui.domain.values import moments

Row = Mapping[str, Any]
ITEM: Final = ("item_case_id", "folio", "task_id", "referral_id", "why", "line")
"""Columns of a line that are signed."""
LONGEST: Final = 120
"""Characters of a line: what can be read aloud in one breath."""
WORDS: Final = 6
BITS: Final = 11
"""Of each word: six are the first 66 bits of the digest."""
EARLY, LATE = timedelta(hours=1), timedelta(hours=36)
"""A take by voice may name a hand-over signed so much later, on two clocks, or earlier."""

OPEN: Final = timedelta(hours=72)
"""From the signature on whoever took it sees the cases of its lines."""

State = Literal["agreed", "differs", "waits", "altered"]
"""Some take has the words; takes were made and none has them; nobody took it; lines or note are not what was signed."""


@dataclass(frozen=True)
class Standing:
    """How a hand-over stands."""

    state: State
    places: tuple[int, ...]
    """Of the words in the list, from the digest of what stands here."""
    takes: tuple[Row, ...]
    """Those that are meant for it, the first first."""


def digest(note: str | None, items: Iterable[Row]) -> str:
    """SHA-256 of note and lines in their one form: the order in which they were written does not matter."""
    lines = sorted([[str(item.get(name) or "") for name in ITEM] for item in items])
    content = json.dumps(
        {"items": lines, "note": note or ""}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(content.encode()).hexdigest()


def places(digest_text: str) -> tuple[int, ...]:
    """The first 66 bits of a digest as six places in the list of 2,048 words."""
    bits = int(digest_text, 16) >> (256 - WORDS * BITS)
    return tuple(bits >> BITS * (WORDS - 1 - number) & 2047 for number in range(WORDS))


def standing(
    shift: Row,
    items: Sequence[Row],
    takes: Sequence[Row],
    spell: Mapping[str, int],
    person: Callable[[Any], str] = str,
) -> Standing:
    """How a hand-over stands. `spell`: word → its place; `person`: id that somebody writes as → one id for the person.

    Lines that somebody else wrote under it are none of it. Whoever was named takes it, else anybody but the giver.
    """
    mine = [item for item in items if person(item.get("by_id")) == person(shift.get("from_id"))]
    here = digest(shift.get("note"), mine)
    meant = tuple(take for take in takes if _meant(shift, take, person))
    if here != shift.get("digest"):
        return Standing("altered", places(here), meant)
    wanted = places(here)
    if any(_places(take, spell) == wanted for take in meant):
        return Standing("agreed", wanted, meant)
    return Standing("differs" if meant else "waits", wanted, meant)


def _meant(shift: Row, take: Row, person: Callable[[Any], str]) -> bool:
    """Whether a take is of this hand-over, by somebody who may take it."""
    giver, taker = person(shift.get("from_id")), person(take.get("taken_by"))
    if taker == giver or (shift.get("to_id") and taker != person(shift["to_id"])):
        return False
    if take.get("handover_id"):
        return bool(take["handover_id"] == shift.get("id"))
    signed, taken = moments.zoned(shift.get("signed_at")), moments.zoned(take.get("taken_at"))
    return person(take.get("giver_id")) == giver and bool(
        signed and taken and signed - EARLY <= taken <= signed + LATE
    )


def open_until(shift: Row, now: datetime) -> datetime | None:
    """Until when whoever takes it sees the cases of its lines: the same whenever it is asked.

    None when that is over, or the signature is of a time still to come.
    """
    signed = moments.zoned(shift.get("signed_at"))
    if signed is None or not signed - EARLY <= now < signed + OPEN:
        return None
    return signed + OPEN


def has_words(standing_now: Standing, take: Row, spell: Mapping[str, int]) -> bool:
    """Whether a take has the words of what stands here."""
    return _places(take, spell) == standing_now.places


def of_another(take: Row, own: str, digests: Iterable[str], spell: Mapping[str, int]) -> bool:
    """Whether a take by voice has the words of another hand-over, not those of the digest `own`."""
    heard = _places(take, spell)
    others = {places(text) for text in digests}
    return not take.get("handover_id") and heard != places(own) and heard in others


def _places(take: Row, spell: Mapping[str, int]) -> tuple[int | None, ...]:
    return tuple(map(spell.get, str(take.get("words") or "").split()))

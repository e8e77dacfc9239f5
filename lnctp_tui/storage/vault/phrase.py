"""Passphrases: seven generated words that can be typed carelessly, or an own phrase that is strong enough.

The list is the Spanish one of BIP-39: 2,048 words, each told apart by its first four letters without
accents. Source: BIP-39, wordlists; package `mnemonic`.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal

Kind = Literal["words", "own"]

WORDS = 7
"""7 x 11 bits = 77 bits."""
OWN_MINIMUM = 15
OWN_SCORE = 3
_MEASURED = 72
"""zxcvbn takes no more characters at once."""
_PREFIX = 4
_DISTINCT = 5
"""Chance draws fewer different words once in a thousand million times; a person who picks them, often."""


def generate(count: int = WORDS) -> str:
    """A new phrase in canonical form. The randomness is the system's."""
    return " ".join(secrets.choice(words()) for _ in range(count))


@cache
def words() -> tuple[str, ...]:
    """The list in canonical form (no accents, ñ as n), in its own order: the index is the value."""
    from mnemonic import Mnemonic

    return tuple(plain(word) for word in Mnemonic("spanish").wordlist)


def plain(text: str) -> str:
    """Lowercase, compatibility forms unified, accents and tildes gone."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(piece for piece in parts if not unicodedata.combining(piece))


@cache
def _spelling() -> dict[str, str]:
    from mnemonic import Mnemonic

    return {plain(word): unicodedata.normalize("NFC", word) for word in Mnemonic("spanish").wordlist}


def spelled(text: str) -> str:
    """Words of the list as people write them, with accents and ñ; others stay. Typing them without is the same."""
    return " ".join(_spelling().get(piece, piece) for piece in text.split())


def complete(prefix: str, limit: int = 8) -> list[str]:
    """The words of the list that begin so, for the entry field."""
    begins = plain(prefix).strip()
    return [word for word in words() if begins and word.startswith(begins)][:limit]


def word(typed: str) -> str | None:
    """The word of the list that is meant: whole, or begun with four letters or more; else None."""
    begins = plain(typed)
    if begins in _whole():
        return begins
    found = _by_prefix().get(begins[:_PREFIX]) if len(begins) >= _PREFIX else None
    return found if found and found.startswith(begins) else None


@cache
def _whole() -> dict[str, int]:
    return {piece: index for index, piece in enumerate(words())}


@cache
def _by_prefix() -> dict[str, str]:
    return {piece[:_PREFIX]: piece for piece in words()}


def unknown(text: str) -> list[int]:
    """Positions, from 1, of the words that are not in the list."""
    return [place for place, piece in enumerate(text.split(), 1) if word(piece) is None]


def normalise(text: str, kind: Kind) -> str:
    """The one form of a phrase from which the key is derived, however it was typed.

    Generated: case, accents, extra blanks and everything after four letters do not matter; a word that is
    not in the list stays as typed. Own: only compatibility forms and extra blanks do not matter.
    """
    if kind == "words":
        return " ".join(word(piece) or plain(piece) for piece in text.split())
    return " ".join(unicodedata.normalize("NFKC", text).split())


def weakness(text: str, kind: Kind, hints: Sequence[str] = ()) -> str | None:
    """Why a new phrase is refused: `phrase_words`, `phrase_short`, `phrase_weak`; None when it is good.

    `hints` are words an acquaintance would try first, such as the counselor's name.
    """
    said = normalise(text, kind)
    if kind == "words":
        drawn = len(said.split()) >= WORDS and len(set(said.split())) >= _DISTINCT
        return None if drawn and not unknown(said) else "phrase_words"
    if len(said) < OWN_MINIMUM:
        return "phrase_short"
    return None if _score(said, hints) >= OWN_SCORE else "phrase_weak"


def _score(said: str, hints: Sequence[str]) -> int:
    """zxcvbn's 0–4. A long phrase is at least as strong as its strongest measured end."""
    from zxcvbn import zxcvbn

    known = ["lnctp", "trata", "linea nacional", *hints, " ".join(hints)]
    ends = {said[:_MEASURED], said[-_MEASURED:]}
    return max(int(zxcvbn(end, user_inputs=known)["score"]) for end in ends)


def encode(value: bytes) -> str:
    """32 bytes as 24 words of the list with BIP-39's checksum, to print and to type back."""
    from mnemonic import Mnemonic

    return plain(Mnemonic("spanish").to_mnemonic(value))


def decode(text: str) -> bytes | None:
    """The bytes of typed words; None when a word is unknown or the checksum does not fit."""
    from mnemonic import Mnemonic

    source = Mnemonic("spanish")
    typed = [_whole().get(word(piece) or "") for piece in text.split()]
    if None in typed:
        return None
    try:
        return bytes(source.to_entropy([source.wordlist[index] for index in typed if index is not None]))
    except (ValueError, LookupError):
        return None

"""Folios: `K7Q2-0042-X` = 4 device symbols, a counter, one check symbol.

Source: ISO/IEC 7064:2003, hybrid system MOD 37,36 (alphanumeric, the check symbol is a letter or a digit);
the prefix uses Crockford's base 32 (no I, L, O, U).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = 4
_DIGITS = "0123456789"
_SYMBOLS = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_LOOKALIKES = ({"0", "O"}, {"1", "I", "L"})
_LONGEST = 40
_MOST = 20


@dataclass(frozen=True)
class Folio:
    """A folio whose check symbol is right."""

    prefix: str
    number: int

    def __str__(self) -> str:
        return make(self.prefix, self.number)


def check_symbol(body: str) -> str:
    """The check symbol of `body`. Source: ISO/IEC 7064:2003, clause 8, M = 36."""
    remainder = 36
    for symbol in body:
        remainder = (remainder + _SYMBOLS.index(symbol)) % 36 or 36
        remainder = remainder * 2 % 37
    return _SYMBOLS[(37 - remainder) % 36]


def make(prefix: str, number: int) -> str:
    """The folio of the device's `number`-th case. Raises ValueError for a prefix or number that has none."""
    if len(prefix) != PREFIX or any(symbol not in CROCKFORD for symbol in prefix) or number < 0:
        raise ValueError("a folio is made of 4 Crockford symbols and a number from 0")
    digits = f"{number:04d}"
    return f"{prefix}-{digits}-{check_symbol(prefix + digits)}"


def parse(text: str) -> Folio | None:
    """The folio that `text` writes in any case, with or without dashes and blanks; None if it is none.

    O is read as 0, I and L as 1 where only those can stand. The check symbol may be any letter: there a
    look-alike is a mistake, which `corrections` offers first.
    """
    symbols = _symbols(text)
    return _read(symbols) if symbols else None


def is_valid(text: str) -> bool:
    """Whether `text` writes a folio."""
    return parse(text) is not None


def corrections(text: str) -> tuple[str, ...]:
    """Folios one wrong symbol or one swap of neighbours away from `text`, likeliest first, at most 20."""
    symbols = _symbols(text)
    if symbols is None or _read(symbols):
        return ()
    number = symbols[PREFIX:-1].translate(_MISREAD)
    if sum(each not in _DIGITS for each in number) > 1:  # one change or swap mends one letter in the number
        return ()
    readings = (_read(each) for each in _neighbours(symbols))
    return tuple(dict.fromkeys(str(each) for each in readings if each))[:_MOST]


def _symbols(text: str) -> str | None:
    """The letters and digits of something as long as a folio, its number filled up to 4 digits."""
    if len(text) > _LONGEST:
        return None
    parts = re.findall("[0-9A-Z]+", unicodedata.normalize("NFKC", text).upper())
    if len(parts) == 3 and len(parts[0]) == PREFIX and len(parts[2]) == 1:
        parts[1] = parts[1].rjust(4, "0")
    symbols = "".join(parts)
    return symbols if len(symbols) >= PREFIX + 5 else None


def _read(symbols: str) -> Folio | None:
    body, check = symbols[:-1].translate(_MISREAD), symbols[-1]
    prefix, digits = body[:PREFIX], body[PREFIX:]
    if any(symbol not in CROCKFORD for symbol in prefix) or any(symbol not in _DIGITS for symbol in digits):
        return None
    if len(digits) > 4 and digits.startswith("0"):
        return None
    return Folio(prefix, int(digits)) if check_symbol(body) == check else None


def _neighbours(text: str) -> Iterator[str]:
    """`text` with its check read as a look-alike, with two neighbours swapped, with one symbol changed."""
    for alike in _LOOKALIKES:
        if text[-1] in alike:
            yield from (text[:-1] + other for other in sorted(alike - {text[-1]}))
    for at in range(len(text) - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    for at in range(len(text)):
        alphabet = CROCKFORD if at < PREFIX else _DIGITS if at < len(text) - 1 else _SYMBOLS
        yield from (text[:at] + symbol + text[at + 1 :] for symbol in alphabet)

"""Numbers of certificates: `GA-26-0042-X` = what it certifies, the year, a count, one check symbol.

The check symbol is that of folios (domain.values.folio; ISO/IEC 7064:2003, MOD 37,36).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.values.folio import check_symbol

SERIES: Final[Mapping[str, str]] = {"guardian_asfalto": "GA", "other": "CT"}
"""Kind of a certificate → the two letters its numbers begin with."""
TABLE: Final = "certificates"
_DIGITS = "0123456789"
_SYMBOLS = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_ALIKE = ({"0", "O"}, {"1", "I", "L"})
_LONGEST = 40
_HEAD, _YEAR, _LEAST = 2, 2, 4
"""Letters, digits of the year, digits of the count at least."""
MOST = 10**6
"""Counts stay below: more than one Line gives in a year."""
NEAREST = 3


class Number(NamedTuple):
    """A number whose check symbol is right."""

    series: str
    year: int
    """The last two digits."""
    serial: int

    def __str__(self) -> str:
        body = f"{self.series}{self.year:02d}{self.serial:04d}"
        return f"{self.series}-{self.year:02d}-{self.serial:04d}-{check_symbol(body)}"


def parse(text: str) -> Number | None:
    """The number that `text` writes in any case, with or without dashes and blanks; None if it is none."""
    symbols = _symbols(text)
    return _read(symbols) if symbols else None


def row_of(number: Number) -> str:
    """The id of the certificate that bears this number, on every laptop."""
    return bound.row_id(TABLE, {"number": str(number)})


def nearest(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Numbers one wrong symbol or one swap of neighbours away, those of `known` first, at most 3."""
    symbols = _symbols(text)
    if symbols is None or _read(symbols):
        return ()
    found = tuple(dict.fromkeys(str(number) for near in _neighbours(symbols) if (number := _read(near))))
    there = set(known)
    return tuple(sorted(found, key=lambda number: number not in there))[:NEAREST]


def following(kind: str, year: int, known: Iterable[str]) -> Number:
    """The number after the greatest of this kind and year among those known here. Raises KeyError for a kind."""
    series, short = SERIES[kind], year % 100
    read = (parse(number) for number in known)
    counts = (each.serial for each in read if each and (each.series, each.year) == (series, short))
    return Number(series, short, max(counts, default=0) + 1)


def _symbols(text: str) -> str | None:
    """The letters and digits of something as long as a number, its count filled up to four digits."""
    if len(text) > _LONGEST:
        return None
    parts = re.findall("[0-9A-Z]+", unicodedata.normalize("NFKC", text).upper())
    if len(parts) == 4 and len(parts[0]) == _HEAD and len(parts[1]) == _YEAR and len(parts[3]) == 1:
        parts[2] = parts[2].rjust(_LEAST, "0")
    symbols = "".join(parts)
    return symbols if _HEAD + _YEAR + _LEAST < len(symbols) <= _HEAD + _YEAR + len(str(MOST)) else None


def _read(symbols: str) -> Number | None:
    series, digits, check = symbols[:_HEAD], symbols[_HEAD:-1].translate(_MISREAD), symbols[-1]
    count = digits[_YEAR:]
    if series not in SERIES.values() or not digits.isascii() or not digits.isdigit():
        return None
    if (len(count) > _LEAST and count.startswith("0")) or check_symbol(series + digits) != check:
        return None
    return Number(series, int(digits[:_YEAR]), int(count))


def _neighbours(text: str) -> Iterator[str]:
    """`text` with its check read as a look-alike, with two neighbours swapped, with one symbol changed."""
    for alike in _ALIKE:
        if text[-1] in alike:
            yield from (text[:-1] + other for other in sorted(alike - {text[-1]}))
    for at in range(len(text) - 1):
        yield text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    for series in SERIES.values():
        yield series + text[_HEAD:]
    for at in range(_HEAD, len(text)):
        alphabet = _DIGITS if at < len(text) - 1 else _SYMBOLS
        yield from (text[:at] + symbol + text[at + 1 :] for symbol in alphabet)

"""Telephone numbers in every writing of Mexico, as far as text alone can tell. Whether one exists is not asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lnctp_tui.domain.values.text import digits

FEWEST, MOST = 7, 15
"""Digits of a number that can be dialled: the shortest local ones, and E.164's most."""
NATIONAL = 10
"""Digits of a number of Mexico (Plan Técnico Fundamental de Numeración, 2019)."""
LONGEST_WRITING = 1000
"""Characters of a writing of numbers; a longer one is no number and is not looked through."""
SHORTEST_PART = 4
"""Digits by which a part of a number is found."""

_MARKS = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SCIENTIFIC = re.compile(r"\s*\d{1,40}(?:[.,]\d{1,40})?E\+?\d{1,3}\s*", re.IGNORECASE)
_WHOLE = re.compile(r"\s*(\+?\d+)[.,]0+\s*")
_EXTENSION = re.compile(
    r"[\s,;(-]*(?:\b(?:extensi[oó]n|extension|extn?|int(?:erno)?)\b\.?|(?<![a-z])x|#)\s*[:.]?\s*(\d{1,6})\)?\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[/;,|\n]|(?<=[\d\s)])\b(?:y|o|u|e|and|or)\b|(?<=\d)\s+(?=\+)", re.IGNORECASE)
_OLD = ("044", "045", "01", "1")
"""What was dialled before the ten digits until August 2019, and may stand after the country too."""
_MENTIONED = re.compile(r"(?<![\w.,])\+?\(?\d(?:[ .()\u00a0-]{0,2}\d){9,30}(?![\w]|[:/]\d)")


@dataclass(frozen=True)
class Phone:
    """One number of a writing."""

    number: str
    """As `phone_digits` gives it."""
    extension: str
    text: str
    """The part of the writing that says it."""


def unmarked(raw: str) -> str:
    """`raw` without the marks of direction that telephones and web pages put around a number."""
    return _MARKS.sub("", raw)


def digits_lost(raw: str) -> bool:
    """Whether a spreadsheet wrote the number as `5.51235E+09`, so that its last digits are gone."""
    if not _SCIENTIFIC.fullmatch(raw):
        return False
    return _exact(raw) is None


def phone_digits(raw: str) -> str:
    """The digits of one number, with `+` if it was written; "" when there is none.

    `00` is `+`, and so is 011. The mobile 1 of `+52 1 55 …`, dropped from Mexico's plan in August 2019, goes, and
    so do the old prefixes 01, 044 and 045, also after the country. Short numbers (911, 089, 079, 4 digits) stay
    as they are. An extension is not part of the number.
    """
    text = _spelled(raw)
    text = text[: match.start()] if (match := _EXTENSION.search(text)) else text
    plus = "+" in text[: next((at for at, character in enumerate(text) if character.isdecimal()), 0)]
    number = digits(text)
    for exit_code in ("00", "011"):
        if not plus and number.startswith(exit_code) and len(number) > NATIONAL + 1:
            plus, number = True, number.removeprefix(exit_code)
    if number.startswith("52") and len(number) > NATIONAL + 2:
        rest = _without_old(number[2:])
        plus, number = plus or len(rest) == NATIONAL, "52" + rest
    elif not plus and not number.startswith("1"):
        number = _without_old(number)
    return f"+{number}" if plus and number else number


def read(raw: str) -> tuple[Phone, ...]:
    """Every number that a field's text says, () when one of them cannot be told."""
    if len(raw) > LONGEST_WRITING:
        return ()
    text = _spelled(raw)
    parts = [part for part in _parts(text) if digits(part)]
    if len(parts) > 1 and any(len(digits(part)) < FEWEST for part in parts):
        if len(digits(text)) > NATIONAL:  # `55 1234 5678 / 79` says half of a second one
            return ()
        parts = [text]
    if len(parts) == 1:
        parts = list(_tens(text)) or parts
    phones = tuple(_phone(part) for part in parts)
    return phones if all(plausible(part.number) for part in phones) else ()


def mentioned(text: str) -> tuple[str, ...]:
    """The numbers that running text names with ten digits or more, as they are dialled."""
    numbers = (dialled(phone.number) for match in _MENTIONED.finditer(text) for phone in read(match.group()))
    return tuple(dict.fromkeys(phone for phone in numbers if phone.startswith("+") and _of_area(phone)))


def dialled(number: str) -> str:
    """A number of `phone_digits` as it is dialled from abroad, so that `222 345 6789` and `+52 222 345 6789` are one.

    Ten digits without a country are Mexico's national numbers.
    """
    if len(number) == NATIONAL and not number.startswith("+"):
        return f"+52{number}"
    return f"+{number}" if len(number) == NATIONAL + 2 and number.startswith("52") else number


def parts(number: str) -> tuple[str, ...]:
    """The endings by whose beginnings any part of a dialled number is found, and the whole."""
    whole = number.lstrip("+")
    inner = whole.removeprefix("52") if len(whole) == NATIONAL + 2 else whole
    endings = (inner[at:] for at in range(len(inner) - SHORTEST_PART + 1))
    return tuple(dict.fromkeys((whole, *endings)))


def plausible(number: str) -> bool:
    """Whether `phone_digits` found something that can be dialled: 7 to 15 digits, or a short number.

    One digit again and again (`0000000000`) stands for no number.
    """
    figures = number.lstrip("+")
    if len(figures) > 3 and len(set(figures)) == 1:
        return False
    return FEWEST <= len(figures) <= MOST or (len(figures) in (3, 4) and not number.startswith("+"))


def _spelled(raw: str) -> str:
    """Without marks, and as a spreadsheet's number was before it became one."""
    text = unmarked(raw)
    if match := _WHOLE.fullmatch(text):
        return match[1]
    if _SCIENTIFIC.fullmatch(text):
        return _exact(text) or ""
    return text


def _exact(raw: str) -> str | None:
    """The whole number of a scientific writing that still has all its digits."""
    number = Decimal(raw.strip().replace(",", "."))
    _sign, figures, exponent = number.as_tuple()
    return str(int(number)) if exponent in (0, 1) and len(figures) >= FEWEST else None


def _without_old(number: str) -> str:
    # Both one after the other: +52 1 044 …
    ones = len(number) - len(number.lstrip("1"))
    number = number[min(ones, max(0, len(number) - NATIONAL - 3)) :]
    for prefix in _OLD:
        if len(number) == NATIONAL + len(prefix) and number.startswith(prefix):
            return number.removeprefix(prefix)
    return number


def _parts(text: str) -> Iterator[str]:
    """The text between separators; what only says an extension stays with its number."""
    part = ""
    for piece in _BETWEEN.split(text):
        if part and _EXTENSION.fullmatch(piece):
            part = f"{part},{piece}"
        else:
            yield part
            part = piece
    yield part


def _tens(text: str) -> Iterator[str]:
    """Numbers of ten digits that follow each other with nothing between; none when they do not come out even."""
    if "+" in text or _EXTENSION.search(text):
        return
    numbers: list[str] = []
    now = ""
    for group in re.findall(r"\d+", text):
        now += group
        if len(now) == NATIONAL:
            numbers, now = [*numbers, now], ""
    if len(numbers) > 1 and not now:
        yield from numbers


def _phone(text: str) -> Phone:
    match = _EXTENSION.search(text)
    return Phone(phone_digits(text), match[1] if match else "", text.strip())


def _of_area(number: str) -> bool:
    """Whether a dialled number of Mexico has an area: none begins with 0 or 1."""
    return not number.startswith("+52") or (len(number) == NATIONAL + 3 and number[3] not in "01")

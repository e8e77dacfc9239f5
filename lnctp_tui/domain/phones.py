"""Telephone numbers, as far as text alone can tell. Whether one exists is libphonenumber's business."""

from __future__ import annotations

from lnctp_tui.domain.text import digits

FEWEST, MOST = 7, 15
"""Digits of a number that can be dialled: the shortest local ones, and E.164's most."""


def phone_digits(raw: str) -> str:
    """The digits of `raw`, with `+` if it was written; "" when there is none.

    `00` is `+`. The mobile 1 of `+52 1 55 …`, dropped from Mexico's plan in August 2019, goes, and so do
    the old prefixes 01, 044 and 045. Short numbers (911, 089, 079, 4 digits) stay as they are.
    """
    plus = raw.strip().lstrip("(").startswith("+")
    number = digits(raw)
    if not plus and number.startswith("00") and len(number) > 10:
        plus, number = True, number[2:]
    if len(number) == 13 and number.startswith("521"):
        number = "52" + number[3:]
        plus = True
    for prefix in ("044", "045", "01"):
        if not plus and len(number) == 10 + len(prefix) and number.startswith(prefix):
            number = number.removeprefix(prefix)
    return f"+{number}" if plus and number else number


def plausible(number: str) -> bool:
    """Whether `phone_digits` found something that can be dialled: 7 to 15 digits, or a short number."""
    count = len(number.lstrip("+"))
    return FEWEST <= count <= MOST or (count in (3, 4) and not number.startswith("+"))

"""The `normalised` column of an identifier: what two writings of one phone, handle or plate share."""

from __future__ import annotations

import re

from lnctp_tui.domain.phones import phone_digits
from lnctp_tui.domain.text import fold


def normalised(kind: str | None, value: str) -> str | None:
    """`value` in the one form that is compared, by the identifier's kind; None when nothing is left of it."""
    text = fold(value).strip()
    if kind == "phone":
        text = dialled(value)
    elif kind in ("plate", "account"):
        text = re.sub(r"[\W_]+", "", text)
    elif kind == "handle":
        text = re.sub(r"\s+", "", text).lstrip("@")
    elif kind == "url":
        text = re.sub(r"^https?://(?:www\.)?|^www\.|/+$", "", text)
    return re.sub(r"\s+", " ", text) or None


def dialled(value: str) -> str:
    """A phone as it is dialled from abroad, so that `222 345 6789` and `+52 222 345 6789` are one number.

    Ten digits without a country are Mexico's national numbers (Plan Técnico Fundamental de Numeración, 2019).
    """
    number = phone_digits(value)
    if len(number) == 10 and not number.startswith("+"):
        return f"+52{number}"
    return f"+{number}" if len(number) == 12 and number.startswith("52") else number

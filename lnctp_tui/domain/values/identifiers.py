"""The `normalised` column of an identifier: what two writings of one phone, handle or plate share."""

from __future__ import annotations

import re

from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.text import fold


def normalised(kind: str | None, value: str) -> str | None:
    """`value` in the one form that is compared, by the identifier's kind; None when nothing is left of it."""
    text = fold(value).strip()
    if kind == "phone":
        return _number(value)
    if kind in ("plate", "account") and len(set(re.sub(r"[\W_]+", "", text))) < 2:
        return None  # 0000, XXXX: stands for no number
    if kind in ("plate", "account"):
        text = re.sub(r"[\W_]+", "", text)
    elif kind == "handle":
        text = re.sub(r"\s+", "", text).lstrip("@")
    elif kind == "url":
        text = re.sub(r"^https?://(?:www\.)?|^www\.|/+$", "", text)
    return re.sub(r"\s+", " ", text) or None


def _number(value: str) -> str | None:
    """The first number of a text as it is dialled; what cannot be dialled is compared with nothing."""
    numbers = phones.read(value)
    if numbers:
        return phones.dialled(numbers[0].number)
    return next(iter(phones.mentioned(value)), None)

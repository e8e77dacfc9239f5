"""The `normalised` column of an identifier: what two writings of one phone, handle or plate share."""

from __future__ import annotations

import re

from lnctp_tui.domain.phones import phone_digits
from lnctp_tui.domain.text import fold


def normalised(kind: str | None, value: str) -> str | None:
    """`value` in the one form that is compared, by the identifier's kind; None when nothing is left of it."""
    text = fold(value).strip()
    if kind == "phone":
        text = phone_digits(value)
    elif kind in ("plate", "account"):
        text = re.sub(r"[\W_]+", "", text)
    elif kind == "handle":
        text = re.sub(r"\s+", "", text).lstrip("@")
    elif kind == "url":
        text = re.sub(r"^https?://(?:www\.)?|^www\.|/+$", "", text)
    return re.sub(r"\s+", " ", text) or None

"""Amounts of money as people say them: `$1,500`, `como 100 mil pesos`, `200 dls`, `1 500.50 EUR`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lnctp_tui.domain.values import numbers
from lnctp_tui.domain.values.text import fold

DEFAULT = "MXN"

_CURRENCIES = {
    "CAD": r"cad|dolares canadienses|canadian dollars",
    "COP": r"cop|pesos colombianos",
    "USD": r"us\$|usd|dolares(?: americanos)?|dolar|dlls?|dls|dollars?",
    "EUR": r"€|euros?|eur",
    "GTQ": r"gtq|quetzal(?:es)?",
    "HNL": r"hnl|lempiras?",
    "VES": r"ves|bolivar(?:es)?",
    "CUP": r"cup|pesos cubanos",
    "XXX": r"btc|bitcoins?|₿|cripto\w*|crypto\w*",
    "MXN": r"mxn|mx\$|\$\s*mxn?|mx|pesos(?: mexicanos)?|peso|m\.?\s?n\.?|varos",
}
_SIGNS = re.compile(
    "|".join(rf"(?P<{code}>(?<![a-z])(?:{forms})(?![a-z]))" for code, forms in _CURRENCIES.items())
)
_ABOUT = re.compile(
    r"~|\+|\b(?:como|unos|unas|casi|mas de|mas o menos|aprox\w*|alrededor de|cerca de|about"
    r"|around|almost|over)\b\.?"
)


@dataclass(frozen=True)
class Amount:
    value: int | float
    currency: str | None
    """What was said, as ISO 4217 (XXX: a cryptocurrency); None when nothing was: then DEFAULT, pesos."""
    estimated: bool


def parse(raw: str) -> Amount | str:
    """The amount that `raw` says, or a problem code of `numbers.parse`."""
    text = fold(raw)
    estimated = bool(_ABOUT.search(text))
    text = _ABOUT.sub(" ", text)
    sign = _SIGNS.search(text)
    text = _SIGNS.sub(" ", text).replace("$", " ")
    text = re.sub(r"\b(?:de|of)\b", " ", text)
    value = numbers.parse(re.sub(r"\s+", " ", text))
    if isinstance(value, str):
        return value
    return Amount(value, sign.lastgroup if sign else None, estimated)

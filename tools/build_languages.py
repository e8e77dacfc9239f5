"""Writes language.csv from build_languages.csv, with the ISO 639-3 codes checked and completed by pycountry.

    pip install pycountry==26.2.16    (in an environment of its own: LGPL, the app does not need it)
    python tools/build_languages.py

`*Nahuatl` in the column iso639 stands for every living individual language of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pycountry
from build_common import joined, read, write

LANGUAGES = Path(__file__).with_suffix(".csv")
INALI = "INALI (DOF 14-01-2008); ISO 639-3 (pycountry 26.2.16)"
ISO = "ISO 639-3 (pycountry 26.2.16)"
OWN = "catálogo propio"


def codes(text: str) -> list[str]:
    """The ISO 639-3 codes meant, in order; an unknown code is a KeyError."""
    if text.startswith("*"):
        return sorted(
            each.alpha_3
            for each in pycountry.languages
            if text[1:] in each.name and (each.scope, each.type) == ("I", "L")
        )
    for code in text.split():
        if pycountry.languages.get(alpha_3=code) is None:
            raise KeyError(code)
    return text.split()


def origin(row: dict[str, str]) -> tuple[str, str]:
    """The source and the mark of a row: the groupings were seen in secondary sources only."""
    if row["family"]:
        return INALI, "V2"
    return (ISO, "V") if row["iso639"] else (OWN, "D")


def rows() -> Iterator[dict[str, str]]:
    """The catalog in the order of its table: Spanish, the groupings, signed, foreign."""
    for row in read(LANGUAGES):
        source, mark = origin(row)
        alias = joined(row["alias"].split(";"), row["es"], row["en"])
        own = {"iso639": ";".join(codes(row["iso639"])), "alias": alias}
        yield {**row, **own, "source": source, "mark": mark}


if __name__ == "__main__":
    write("language", ("family", "iso639", "alias"), rows())

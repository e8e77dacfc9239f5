"""Writes country.csv: ISO 3166-1, names of the CLDR, demonyms of npm `i18n-nationality`.

    npm pack i18n-nationality@1.4.0
    python tools/build_countries.py i18n-nationality-1.4.0.tgz

The package lacks four territories, has masculine Spanish demonyms only and errs in some: the feminine is
derived by rule, and build_countries.csv has what is missing, the corrections and the everyday names.
"""

from __future__ import annotations

import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale
from build_common import joined, read, write

NAMES = "ISO 3166-1; CLDR (babel 2.18.0)"
DEMONYMS = "i18n-nationality 1.4.0"
CORRECTED = "gentilicio corregido"
FEMININES = {"o": "a", "és": "esa", "án": "ana", "ín": "ina", "ón": "ona", "ol": "ola"}
CHANGES = Path(__file__).with_suffix(".csv")
KOSOVO = "XK"
"""In the package, not in ISO 3166-1."""


def feminine(masculine: str) -> str:
    """The feminine of a Spanish demonym by its ending; other endings have one form for both."""
    for ending, other in FEMININES.items():
        if masculine.endswith(ending):
            return masculine.removesuffix(ending) + other
    return masculine


def package_file(tarball: Path, name: str) -> Any:
    """One JSON file of the npm package."""
    with tarfile.open(tarball) as archive:
        member = archive.extractfile(f"package/{name}")
        assert member is not None
        return json.load(member)


def demonym(text: str) -> str:
    """The demonym without what a package adds in parentheses."""
    return text.partition(" (")[0].strip()


def rows(tarball: Path) -> Iterator[dict[str, str]]:
    """The catalog in the order of the codes, changes applied."""
    changes = {each["code"]: each for each in read(CHANGES)}
    alpha3 = {row[0]: row[1] for row in package_file(tarball, "codes.json") if row[0] != KOSOVO}
    alpha3 |= {code: each["alpha3"] for code, each in changes.items() if code not in alpha3}
    demonyms_es = package_file(tarball, "langs/es.json")["nationalities"]
    demonyms_en = package_file(tarball, "langs/en.json")["nationalities"]
    names_es, names_en = Locale("es", "MX").territories, Locale("en").territories
    for code in sorted(alpha3):
        change = changes.get(code, {})
        es, en = change.get("es") or names_es[code], change.get("en") or names_en[code]
        masculine = change.get("demonym_es_m") or demonym(demonyms_es[code]).lower()
        yield {
            "code": code,
            "es": es,
            "en": en,
            "source": f"{NAMES}; {CORRECTED if change.get('demonym_es_m') else DEMONYMS}",
            "mark": "V",
            "alpha3": alpha3[code],
            "demonym_es_m": masculine,
            "demonym_es_f": change.get("demonym_es_f") or feminine(masculine),
            "demonym_en": change.get("demonym_en") or demonym(demonyms_en[code]),
            "alias": joined([*change.get("alias", "").split(";"), names_es[code], names_en[code]], es, en),
        }


if __name__ == "__main__":
    own = ("alpha3", "demonym_es_m", "demonym_es_f", "demonym_en", "alias")
    write("country", own, rows(Path(sys.argv[1])))

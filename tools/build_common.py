"""What the catalog builders share: the column set, the folding of names, the writing of one CSV."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

CATALOGS = Path(__file__).parent.parent / "lnctp_tui" / "data" / "catalogs"
COLUMNS = ("code", "es", "en", "valid_from", "valid_to", "source", "mark", "note")


def fold(text: str) -> str:
    """The text in lower case and without accents, to compare two spellings of a name."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV by column name."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def joined(names: Iterable[str], *known: str) -> str:
    """The names in lower case joined by `;`, once each, without those that fold like a known name."""
    seen = {fold(name) for name in known}
    kept = []
    for name in (each.strip().lower() for each in names):
        if name and fold(name) not in seen:
            seen.add(fold(name))
            kept.append(name)
    return ";".join(kept)


def write(name: str, own: Iterable[str], rows: Iterable[Mapping[str, str]]) -> Path:
    """The path of the catalog written: the common columns, then its own; a missing value is empty."""
    path = CATALOGS / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*COLUMNS, *own], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path

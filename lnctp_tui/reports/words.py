"""Words for what is counted, in either language: catalogs for their codes, data/report/words.toml for all else."""

from __future__ import annotations

from functools import cache
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import BANDS, DIMENSIONS
from lnctp_tui.domain.report.result import Table
from lnctp_tui.reports import printed, tables


@cache
def values() -> dict[str, Any]:
    """The file."""
    return tables.loaded("words.toml", tables.text("words.toml"))[0]


class Words:
    """Names in one language."""

    def __init__(self, protocol: Protocol, language: str) -> None:
        self.catalogs = protocol.catalogs
        self.language = "en" if language == "en" else "es"

    def of(self, kind: str, code: str) -> str:
        """The name of a unit, dimension, part, measure or base; the code where it has none."""
        entry = values()[kind].get(code)
        return str(entry[self.language]) if entry else code

    def row(self, dimension: str, code: str) -> str:
        """The label of a row of a dimension."""
        if code == "":
            return ""
        if known := DIMENSIONS.get(dimension):
            catalog = self.catalogs.get(known.catalog)
            row = catalog.by_code.get(code) if catalog else None
            row = row or (states.by_code.get(code) if (states := self.catalogs.get("state")) else None)
            if row:
                return row.label[self.language]
        if any(code == band for band, _low, _high in BANDS):
            return _band(code, self.language)
        return self.of("code", code)

    def title(self, table: Table, definition: Definition | None) -> str:
        """The title of a table; of one that was asked for by dimensions, these."""
        if definition is not None and definition.title.es:
            return definition.title[self.language]
        names = [self.of("dimension", name) for name in (table.rows, table.columns) if name]
        unit = self.of("unit", table.unit)
        return f"{unit[:1].upper()}{unit[1:]}: {' × '.join(names)}"

    def measure(self, code: str) -> str:
        """The label of a measure; `minutes.KIND` are those of a kind of support."""
        name, _dot, rest = code.partition(".")
        if rest:
            return f"{self.of('measure', name)}: {self.row('support_kind', rest)}"
        if code in printed.cited_words():
            label, unit = printed.cited_words()[code]
            return label[self.language] + (f", {unit}" if unit else "")
        return self.of("measure", code)

    def note(self, note: str) -> str:
        """The words of a note."""
        return printed.notes()[note][self.language]

    def under(self, table: Table, bases: tuple[str, ...]) -> str:
        """What stands under a title: unit, whether several, base, what is not known."""
        base = self.base(table, bases[0])
        unknown = "sin dato" if self.language == "es" else "no data"
        return f"{self.head(table)}. Base: {base}; {unknown}: {table.unknown:,}."

    def head(self, table: Table) -> str:
        """What a table counts, and whether there may be several."""
        spanish = self.language == "es"
        unit = self.of("unit", table.unit)
        dimension = next(iter(sorted(table.many)), "")
        head = f"{unit[:1].upper()}{unit[1:]}"
        if table.unit == "mention" and dimension:
            inside = self.of("dimension", dimension)
            head = (
                f"Menciones de {inside} (un caso puede tener varias)"
                if spanish
                else f"Mentions of {inside} (a case may have several)"
            )
        elif dimension:
            head += " (pueden tener varias)" if spanish else " (each may have several)"
        return head

    def base(self, table: Table, base: str) -> str:
        """The number that percentages are of, with its unit."""
        count = base_of(table, base)
        unit = "case" if base == "case" or (base == "known" and table.unit == "mention") else table.unit
        known = {"es": " con dato", "en": " with data"}[self.language] if base == "known" else ""
        return f"{count:,} {self.of('unit', unit)}{known}"


def base_of(table: Table, base: str) -> int:
    """What percentages of this base are of; `case` is a table's own base."""
    return {"unit": table.units, "known": table.known}.get(base, table.base)


def _band(code: str, language: str) -> str:
    low, _dash, high = code.partition("-")
    if not high:
        return f"{code[:-1]} años o más" if language == "es" else f"{code[:-1]} or older"
    return f"De {low} a {high} años" if language == "es" else f"{low} to {high} years"

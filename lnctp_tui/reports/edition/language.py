"""The words of an edition, and the codes that it lists whether they occur or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import DIMENSIONS
from lnctp_tui.reports import printed, tables
from lnctp_tui.reports.words import Words


@dataclass(frozen=True)
class Language:
    """Words of both languages, and what the tables are called."""

    es: Words
    en: Words
    definitions: Mapping[str, Definition]
    notes: Mapping[str, tuple[str, ...]]
    """Table → codes of the notes that stand under it."""

    def both(self, dimension: str, code: str) -> tuple[str, str]:
        """A row or column in Spanish and English."""
        return self.es.row(dimension, code), self.en.row(dimension, code)


def all_codes(protocol: Protocol) -> dict[str, tuple[str, ...]]:
    """Dimension → every code of its catalog, for those whose rows a report lists only where they occur."""
    return {
        name: tuple(
            code for code in protocol.catalogs[dimension.catalog].by_code if code not in dimension.unknown
        )
        for name, dimension in DIMENSIONS.items()
        if dimension.seen and dimension.catalog
    }


def language(protocol: Protocol, period: Period) -> Language:
    """Words for an edition; notes of the printed report only with its own years."""
    definitions = {definition.id: definition for definition in tables.built_in()}
    start, end = printed.periods()
    told = period.start >= start and period.end <= end
    notes = {id_: definition.notes if told else () for id_, definition in definitions.items()}
    return Language(Words(protocol, "es"), Words(protocol, "en"), definitions, notes)

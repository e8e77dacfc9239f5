"""Unknown first: the question that would fill most blanks, by what tables lack."""

from __future__ import annotations

from typing import NamedTuple

from lnctp_tui.domain.report.result import PARTS, Report


class Blank(NamedTuple):
    """What nobody knows of one dimension."""

    unit: str
    dimension: str
    unknown: int
    of: int
    parts: tuple[tuple[str, int], ...]
    """Of PARTS: how often."""
    tables: tuple[str, ...]
    """Ids of the tables it would fill."""


def first(report: Report) -> list[Blank]:
    """Dimensions by how many blanks they leave, most first. Only tables with one dimension tell it."""
    by_dimension: dict[tuple[str, str], Blank] = {}
    for table in report.tables:
        if not table.unknown or not table.rows or table.columns or not table.parts:
            continue
        unit = "case" if table.unit == "mention" else table.unit
        key = (unit, table.rows)
        parts = dict.fromkeys(PARTS, 0)
        for cell in table.parts:
            parts[cell.row] += cell.count
        known = tuple((part, count) for part, count in parts.items() if count)
        earlier = by_dimension.get(key)
        tables = (*earlier.tables, table.id) if earlier else (table.id,)
        by_dimension[key] = Blank(unit, table.rows, table.unknown, table.known + table.unknown, known, tables)
    return sorted(by_dimension.values(), key=_weight)


def _weight(blank: Blank) -> tuple[int, str, str]:
    return -blank.unknown, blank.unit, blank.dimension

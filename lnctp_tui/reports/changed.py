"""What changed: one period as it was counted then and as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import BadInput
from lnctp_tui.reports import tables
from lnctp_tui.reports.facts import Facts
from lnctp_tui.storage import instants

MOST = 64 << 20
"""Bytes of a report."""


@dataclass(frozen=True)
class Earlier:
    """A report as its JSON file says it."""

    start: date
    end: date
    counted_at: datetime
    reports: int
    tables: tuple[dict[str, Any], ...]


class Difference(NamedTuple):
    """A cell that is another number."""

    table: str
    rows: str
    row: str
    columns: str
    column: str
    then: int
    now: int


class Since(NamedTuple):
    """Ids of what happened to records after an instant, by the log."""

    late: frozenset[str]
    """Cases and contacts that came after it."""
    reclassified: frozenset[str]
    """Cases whose class was written after it."""
    merged: frozenset[str]
    """Cases that were merged, or taken apart."""
    erased: frozenset[str]
    """Cases and contacts that were erased by law."""


class Reasons(NamedTuple):
    """Why a period counts otherwise, in cases and contacts."""

    late: int
    """Reports of the period that came after it was counted."""
    reclassified: int
    """Reports of the period whose case got its class since."""
    merged: int
    """Cases merged or taken apart since, of any period: a merged case has no period of its own."""
    erased: int
    """Cases and contacts erased since, of any period: what is erased says no day."""


def reasons(facts: Facts, since: Since) -> Reasons:
    """Splits what changed. A report that is late is not reclassified besides."""
    roots = set(facts.root)
    late = roots & since.late
    return Reasons(
        len(late), len(roots & since.reclassified - late), len(since.merged - since.late), len(since.erased)
    )


def earlier(file: Path) -> Earlier:
    """The report of a file. Raises BadInput `report_file`."""
    try:
        if file.stat().st_size > MOST:
            raise BadInput("report_file", name=file.name)
        document = orjson.loads(file.read_bytes())
        tables_told = tuple(document["tables"])
        for table in tables_told:
            for cell in table["cells"]:
                if type(cell["count"]) is not int or not all(
                    isinstance(cell[key], str) for key in ("row", "column")
                ):
                    raise BadInput("report_file", name=file.name)
            if not all(isinstance(table[key], str) for key in ("id", "unit", "rows", "columns")):
                raise BadInput("report_file", name=file.name)
        return Earlier(
            date.fromisoformat(document["from"]),
            date.fromisoformat(document["to"]),
            instants.parse(document["counted_at"]),
            int(document["reports"]),
            tables_told,
        )
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadInput("report_file", name=file.name) from error


def definitions(then: Earlier) -> tuple[Definition, ...]:
    """The tables of an earlier report. Raises BadInput where this program has none of that name."""
    return tuple(
        tables.chosen([table["id"]])[0]
        if table["id"]
        else tables.asked(tuple(filter(None, (table["rows"], table["columns"]))), table["unit"])
        for table in then.tables
    )


def differences(then: Earlier, now: Report) -> list[Difference]:
    """The cells that are not the same, in the order of the tables."""
    differing: list[Difference] = []
    for earlier_table, table in zip(then.tables, now.tables, strict=True):
        before = {(cell["row"], cell["column"]): cell["count"] for cell in earlier_table["cells"]}
        for row, column in dict.fromkeys((*before, *table.counts)):
            counts = before.get((row, column), 0), table.count(row, column)
            if counts[0] != counts[1]:
                differing.append(Difference(table.id, table.rows, row, table.columns, column, *counts))
    return differing

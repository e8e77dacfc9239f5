"""A report as JSON and as CSV: codes, labels, counts, the cases behind them, notes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report, Table
from lnctp_tui.domain.values.spreadsheet import BEGINS
from lnctp_tui.reports.printed import percent
from lnctp_tui.reports.words import Words, base_of

COLUMNS: Final = (
    "period_from", "period_to", "scope", "table", "kind", "unit", "row_dim", "row_code", "row_label", "col_dim",
    "col_code", "col_label", "count", "cases", "base", "percent",
)  # fmt: skip


def as_json(report: Report, definitions: Iterable[Definition], words: Words) -> dict[str, Any]:
    """The whole report."""
    return {
        "from": report.start.isoformat(), "to": report.end.isoformat(), "zone": report.zone, "scope": report.scope,
        "cases_held": report.held, "reports": report.reports, "cases": report.cases, "catalogs": report.catalogs,
        "first_report": report.first and report.first.isoformat(),
        "last_report": report.last and report.last.isoformat(),
        "tables": [
            table_json(table, definition, words)
            for table, definition in zip(report.tables, definitions, strict=True)
        ],
    }  # fmt: skip


def table_json(table: Table, definition: Definition, words: Words) -> dict[str, Any]:
    """One table, with zeros."""
    counts = {(cell.row, cell.column): cell for cell in table.cells}
    cells = []
    for row in table.row_codes:
        for column in table.column_codes:
            cell = counts.get((row, column))
            count = cell.count if cell else 0
            cells.append({
                "row": row, "row_label": words.row(table.rows, row), "column": column,
                "column_label": words.row(table.columns, column), "count": count, "cases": cell.cases if cell else 0,
                "percent": percent(count, table.base) if table.base else None,
            })  # fmt: skip
    return {
        "id": table.id, "title": words.title(table, definition), "unit": table.unit, "rows": table.rows,
        "columns": table.columns, "many": sorted(table.many), "about": words.under(table, definition.base),
        "base": table.base, "bases": {base: base_of(table, base) for base in definition.base}, "units": table.units,
        "known": table.known, "unknown": table.unknown, "cases": table.cases, "cells": cells,
        "unknown_parts": [
            {"part": cell.row, "label": words.of("part", cell.row), "column": cell.column, "count": cell.count,
             "cases": cell.cases}
            for cell in table.parts
        ],
        "measures": [
            {"code": measure.code, "label": words.measure(measure.code), "value": measure.value, "n": measure.n}
            for measure in table.measures
        ],
        "notes": [{"id": note, "text": words.note(note)} for note in table.notes],
    }  # fmt: skip


def as_csv(report: Report, definitions: Iterable[Definition], words: Words) -> str:
    """One line per cell, measure and note."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for table, definition in zip(report.tables, definitions, strict=True):
        for row in _rows(table, definition, words):
            head = {
                "period_from": report.start.isoformat(), "period_to": report.end.isoformat(), "scope": report.scope,
                "table": table.id, "unit": table.unit,
            }  # fmt: skip
            writer.writerow({name: quoted(value) for name, value in (head | row).items()})
    return text.getvalue()


def _rows(table: Table, definition: Definition, words: Words) -> Iterator[dict[str, Any]]:
    content = table_json(table, definition, words)
    dims = {"row_dim": table.rows, "col_dim": table.columns}
    for cell in content["cells"]:
        yield dims | {
            "kind": "cell", "row_code": cell["row"], "row_label": cell["row_label"], "col_code": cell["column"],
            "col_label": cell["column_label"], "count": cell["count"], "cases": cell["cases"], "base": table.base,
            "percent": cell["percent"],
        }  # fmt: skip
    for part in content["unknown_parts"]:
        yield dims | {
            "kind": "unknown", "row_code": part["part"], "row_label": part["label"], "col_code": part["column"],
            "count": part["count"], "cases": part["cases"],
        }  # fmt: skip
    for measure in content["measures"]:
        yield {
            "kind": "measure", "row_code": measure["code"], "row_label": measure["label"], "count": measure["value"],
            "base": measure["n"],
        }  # fmt: skip
    for note in content["notes"]:
        yield {"kind": "note", "row_code": note["id"], "row_label": note["text"]}


def quoted(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; no cell of ours is a number with a sign, so those too."""
    if isinstance(value, str) and value.lstrip(" ")[:1] in BEGINS and value:
        return f"'{value}"
    return value

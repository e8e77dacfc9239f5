"""Editions as text: every true number with whether it was printed, for the one who owns the server."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from lnctp_tui.domain.disclosure.edition import Edition, Sheet
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.rule import Count

FORM = 1


def write(edition: Edition) -> str:
    """Canonical JSON: the same edition, the same text."""
    content: dict[str, Any] = {
        "form": FORM, "from": edition.period.start.isoformat(), "to": edition.period.end.isoformat(),
        "k": edition.k, "round": edition.rounded, "withheld": sorted(edition.withheld),
        "totals": {unit: [count.n, count.cases] for unit, count in edition.totals.items()},
        "sheets": {id_: _sheet(sheet) for id_, sheet in edition.sheets.items()},
    }  # fmt: skip
    if edition.internal:
        content["internal"] = True
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "unit": sheet.unit, "rows": sheet.rows, "columns": sheet.columns, "many": sheet.many,
        "of_known": sheet.of_known, "withheld": sheet.withheld,
        "cells": [[*key, count.n, count.cases, key in sheet.hidden] for key, count in sheet.cells.items()],
    }  # fmt: skip


def read(text: str) -> Edition:
    """The edition that `write` wrote. Raises ValueError, KeyError, TypeError for anything else."""
    content = json.loads(text)
    if content["form"] != FORM:
        raise ValueError(content["form"])
    sheets = {}
    for id_, each in content["sheets"].items():
        cells = {(row, column): Count(n, cases) for row, column, n, cases, _hidden in each["cells"]}
        hidden = frozenset((row, column) for row, column, _n, _cases, hidden in each["cells"] if hidden)
        sheets[id_] = Sheet(id_, each["unit"], each["rows"], each["columns"], each["many"], cells, hidden,
                            each["withheld"], each["of_known"])  # fmt: skip
    period = Period(date.fromisoformat(content["from"]), date.fromisoformat(content["to"]))
    totals = {unit: Count(n, cases) for unit, (n, cases) in content["totals"].items()}
    return Edition(period, content["k"], totals, sheets, frozenset(content["withheld"]), content["round"],
                   content.get("internal", False))  # fmt: skip

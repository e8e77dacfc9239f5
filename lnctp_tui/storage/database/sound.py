"""Rows as they may be shown: whatever stands in a table, a value that fits no column is left out.

Rows from before a rule, from a damaged file or from other programs must not end what reads them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import DECLARED, OBJECTS


def from_json(stored: Any) -> Any:
    """The value of a JSON column; None for what is none."""
    try:
        return json.loads(stored)
    except (TypeError, ValueError, RecursionError):
        # SQLite keeps what looks like a number as one.
        return stored if isinstance(stored, int | float) else None


def row(table: str, stored: Mapping[Any, Any]) -> dict[str, Any]:
    """A stored row without the values that fit no column of it."""
    found = dict(stored)
    for name, check in record_check.OF_ROWS[table].items():
        value = found.get(name)
        if value is None:
            if name in OBJECTS:
                found[name] = {}
        elif check(value):
            found[name] = {} if name in OBJECTS else None
    for name, prefix in INSIDE.items():
        if bag := found.get(name):
            found[name] = {
                code: value for code, value in bag.items() if _stands(table, name, prefix, code, value)
            }
    return found


INSIDE = {"answers": record_check.ANSWER, "extra": ""}
"""Columns that hold fields of their own, and what their names begin with in a change."""


def _stands(table: str, column: str, prefix: str, code: str, value: Any) -> bool:
    if column == "extra" and code == "answers" and "answers" not in DECLARED[table]:
        return type(value) is dict
    return record_check.unknown_flaw(prefix + code, value) is None


def flaws(table: str, stored: Mapping[Any, Any]) -> list[str]:
    """The columns of a stored row whose values do not fit, sorted."""
    return sorted(name for name, value in stored.items() if record_check.value_flaw(table, name, value))

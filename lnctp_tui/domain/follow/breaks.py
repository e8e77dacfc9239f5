"""A break after a hard call: of whom nobody knows, so only the week of it is said."""

from __future__ import annotations

from datetime import datetime


def week_of(at: datetime) -> str:
    """`2026-W48`: the week of ISO 8601."""
    year, week, _day = at.isocalendar()
    return f"{year}-W{week:02}"

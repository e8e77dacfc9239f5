"""Whether a place is open, by the library that reads OpenStreetMap's grammar of hours."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.directory.hours import State

FAR_DAYS = 60
"""A change that is farther away is as good as none."""


def evaluate(hours: str, zone: str, country: str, at: datetime) -> tuple[State, datetime | None] | None:
    """The state at an instant and until when it holds; None for hours or a zone that cannot be read."""
    parsed = _parsed(hours, zone, country)
    if parsed is None:
        return None
    local = at.astimezone(ZoneInfo(zone))
    state: State = "open" if parsed.is_open(local) else "closed" if parsed.is_closed(local) else "unknown"
    return state, parsed.next_change(local)


def readable(hours: str) -> bool:
    """Whether the library understands these hours."""
    from opening_hours import validate

    return bool(validate(hours))


@lru_cache(4096)
def _parsed(hours: str, zone: str, country: str) -> Any:
    import opening_hours

    if not readable(hours):
        return None
    zone_info = ZoneInfo(zone)
    try:
        return opening_hours.OpeningHours(
            hours, timezone=zone_info, country=country, max_interval_days=FAR_DAYS
        )
    except opening_hours.UnknownCountryError:  # type: ignore[attr-defined] # its types leave the errors out
        return opening_hours.OpeningHours(hours, timezone=zone_info, max_interval_days=FAR_DAYS)

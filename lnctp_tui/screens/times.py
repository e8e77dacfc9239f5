"""Stored instants and dates as a counselor reads them, on their own clock."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from lnctp_tui.domain.values import moments
from lnctp_tui.i18n import N_, _, ngettext

MONTHS = (
    N_("ene"), N_("feb"), N_("mar"), N_("abr"), N_("may"), N_("jun"),
    N_("jul"), N_("ago"), N_("sep"), N_("oct"), N_("nov"), N_("dic"),
)  # fmt: skip


DATE = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(-(?P<day>\d{2}))?")


def local(stored: str | None, zone: str) -> datetime | None:
    """A stored instant on the clock of `zone`; None for nothing or for what is no instant."""
    instant = moments.instant(stored)
    return instant.astimezone(ZoneInfo(zone)) if instant else None


def moment(stored: str | None, zone: str) -> str:
    """`22 nov 2026 12:03`."""
    at = local(stored, zone)
    return f"{at.day} {_(MONTHS[at.month - 1])} {at.year} {at:%H:%M}" if at else ""


def day(stored: str) -> str:
    """`3 jun 2026`, `jun 2026` for a date of that precision; anything else as it is."""
    match = DATE.fullmatch(stored)
    if match is None or not 1 <= int(match["month"]) <= 12:
        return stored
    month = f"{_(MONTHS[int(match['month']) - 1])} {match['year']}"
    return f"{int(match['day'])} {month}" if match["day"] else month


def clock(stored: str | None, zone: str) -> str:
    """`12:03`."""
    at = local(stored, zone)
    return f"{at:%H:%M}" if at else ""


def age(stored: str | None, now: datetime) -> str:
    """How long ago: minutes, hours, days. A clock that was set back reads as now."""
    at = local(stored, "UTC")
    minutes = max(0, int((now - at).total_seconds() // 60)) if at else None
    if minutes is None:
        return ""
    if minutes < 60:
        return ngettext("{count} min", "{count} min", minutes).format(count=minutes)
    if minutes < 48 * 60:
        return ngettext("{count} h", "{count} h", minutes // 60).format(count=minutes // 60)
    days = minutes // 1440
    return ngettext("{count} día", "{count} días", days).format(count=days)

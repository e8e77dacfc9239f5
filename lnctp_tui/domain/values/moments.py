"""Instants and dates as a record may hold them: the one rule of typing, import, synchronisation and server.

Reads no clock: `latest` is the record's own day where nobody may ask what day it is.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from lnctp_tui.domain.records.columns import BIRTHS as BIRTHS
from lnctp_tui.domain.records.columns import DATES as DATES
from lnctp_tui.domain.records.columns import INSTANTS as INSTANTS
from lnctp_tui.domain.values.dates import EARLIEST, LATEST, stored

_FULL = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d.*)?", re.ASCII)


def instant(value: object) -> datetime | None:
    """The instant that ISO 8601 says, naive without an offset; None when it says none of 1900 to 2200."""
    if not isinstance(value, str) or not _FULL.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not EARLIEST <= moment.year <= LATEST:
        return None
    if moment.tzinfo is not None and not EARLIEST <= moment.astimezone(UTC).year <= LATEST:
        return None
    return moment


def iso(moment: datetime) -> str:
    """An instant as it is stored: ISO 8601, UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def zoned(value: object) -> datetime | None:
    """The same of an instant that says its offset, as every stored one does."""
    moment = instant(value)
    return moment if moment is not None and moment.tzinfo is not None else None


def day(value: object, latest: date | None, *, birth: bool = False) -> str | None:
    """Why `value` is no date of a record, None when it is one; a `birth` is not after `latest`."""
    partial = stored(value)
    if partial is None:
        return "bad_date"
    return "date_future" if birth and latest is not None and partial.first() > latest else None

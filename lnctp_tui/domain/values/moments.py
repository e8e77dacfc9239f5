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
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if not EARLIEST <= found.year <= LATEST:
        return None
    if found.tzinfo is not None and not EARLIEST <= found.astimezone(UTC).year <= LATEST:
        return None
    return found


def zoned(value: object) -> datetime | None:
    """The same of an instant that says its offset, as every stored one does."""
    found = instant(value)
    return found if found is not None and found.tzinfo is not None else None


def day(value: object, latest: date | None, *, birth: bool = False) -> str | None:
    """Why `value` is no date of a record, None when it is one; a `birth` is not after `latest`."""
    found = stored(value)
    if found is None:
        return "bad_date"
    return "date_future" if birth and latest is not None and found.first() > latest else None


def flaw(column: str, value: object, latest: date | None) -> str | None:
    """Why `value` cannot stand in `column`: `bad_instant`, `bad_date` or `date_future`; None when it can.

    A column of neither kind takes anything here. `latest` None: births are not compared.
    """
    if value is None:
        return None
    if column in INSTANTS:
        return None if zoned(value) else "bad_instant"
    return day(value, latest, birth=column in BIRTHS) if column in DATES else None

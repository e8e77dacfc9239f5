"""The one place that reads the wall clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present instant, UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """An instant as stored: ISO 8601, UTC, microseconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(moment: datetime) -> int:
    """Microseconds since 1970, as the hybrid clock counts."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def of_micros(count: int) -> datetime:
    """The instant that `micros` counted."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=count)


def iso_of(count: int | None) -> str | None:
    """The same as it is stored; None for none."""
    return None if count is None else iso(of_micros(count))


def parse(stored: str) -> datetime:
    """The instant that `iso` wrote, or any ISO 8601 with an offset."""
    return datetime.fromisoformat(stored).astimezone(UTC)


def local(stored: str, zone: str) -> datetime:
    """A stored instant on the counselor's clock."""
    return parse(stored).astimezone(ZoneInfo(zone))


def today(zone: str) -> date:
    """The counselor's date."""
    return now().astimezone(ZoneInfo(zone)).date()

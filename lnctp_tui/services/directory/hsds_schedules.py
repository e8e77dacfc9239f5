"""Hours as the schedules of HSDS: one row for each span of time on its days of the week.

Source: openreferral/specification, schema/schedule.json (`freq`, `wkst`, `byday` as iCalendar writes them, times with
the offset of the place). Hours that say more than days and times are one row, whose text says them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from lnctp_tui.domain.directory.hours import ALWAYS, DAYS

_RULE: Final = re.compile(
    r"(?:(?P<days>(?:[A-Z][a-z](?:-[A-Z][a-z])?)(?:,[A-Z][a-z](?:-[A-Z][a-z])?)*)\s+)?"
    r"(?P<times>\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)"
)


class Span(NamedTuple):
    """A span of time on some days of the week."""

    byday: str
    """`MO,TU`."""
    opens: str
    closes: str


def spans(hours: str) -> list[Span]:
    """The spans of hours in the grammar; none where they say more than that."""
    if hours == ALWAYS:
        return [Span(",".join(day.upper() for day in DAYS), "00:00", "24:00")]
    found: list[Span] = []
    for rule in re.split(r"\s*,\s+(?=[A-Z])", hours.strip()):
        match = _RULE.fullmatch(rule)
        days = _days(match["days"]) if match else None
        if match is None or days is None:
            return []
        for span in match["times"].split(","):
            opens, _to, closes = span.partition("-")
            found.append(Span(days, opens, closes))
    return found


def _days(text: str | None) -> str | None:
    """`Mo-We,Fr` as `MO,TU,WE,FR`; every day for none, None for what is no day."""
    if text is None:
        return ",".join(day.upper() for day in DAYS)
    named: list[str] = []
    for part in text.split(","):
        first, _to, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            return None
        begin, end = DAYS.index(first), DAYS.index(last or first)
        named += [DAYS[place % 7].upper() for place in range(begin, (end if end >= begin else end + 7) + 1)]
    return ",".join(dict.fromkeys(named))


def time(text: str, offset: str) -> str:
    """A time of the day with its offset; midnight at the end of a day is the next one's beginning."""
    return f"{'00:00' if text == '24:00' else text}:00{offset}"

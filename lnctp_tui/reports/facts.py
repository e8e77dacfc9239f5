"""What was read of a period, by columns: one number per unit and dimension, the report that each unit belongs to."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Catalog
from lnctp_tui.domain.report.dimensions import DIMENSIONS, STREAMS
from lnctp_tui.reports.codes import Codes, codes_of
from lnctp_tui.reports.periods import Period

WIDEST: Final = 63
"""Bits that a number of an array holds; of more rows the numbers are a list."""
Numbers = Sequence[int]


@dataclass
class Stream:
    """The units of one kind, in the order they were read."""

    report: array[int] = field(default_factory=lambda: array("i"))
    """Of each unit: the number of its report. Of reports themselves: nothing, they are their own."""
    columns: dict[str, Any] = field(default_factory=dict)
    """Dimension → numbers (reports.codes)."""


@dataclass
class Facts:
    """A period, read."""

    period: Period
    codes: Mapping[str, Codes]
    streams: Mapping[str, Stream]
    own_files: Stream
    """Files by their own date, of cases of any date."""
    is_case: bytearray = field(default_factory=bytearray)
    """Of each report: 1 where its root case is of trafficking."""
    at: list[str] = field(default_factory=list)
    """Of each report: the stored instant."""
    root: list[str] = field(default_factory=list)
    """Of each report: the root case's id, or the contact's that has no case."""
    own_roots: dict[int, str] = field(default_factory=dict)
    """What `own_files` belong to: number of the root case → its id."""
    held: int = 0
    first: str = ""
    last: str = ""
    ages: array[int] = field(default_factory=lambda: array("h"))
    """Of each victim: the least age, -1 for none."""
    headcounts: array[int] = field(default_factory=lambda: array("i"))
    """Of each group, 0 for none."""
    minutes: array[int] = field(default_factory=lambda: array("i"))
    """Of each support, -1 for none."""
    abroad: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    """(Role of the place, country that is not Mexico) → its cases."""
    days: dict[str, dict[int, float]] = field(default_factory=dict)
    """`first_triage`, `first_referral`, `first_file` → report → days from the contact."""

    @property
    def reports(self) -> int:
        return len(self.is_case)

    @property
    def cases(self) -> int:
        return sum(self.is_case)


def empty(period: Period, catalogs: Mapping[str, Catalog]) -> Facts:
    """Facts of a period in which nothing was read yet."""
    rows = {"year": period.years, "month": period.months}
    codes = {
        name: codes_of(dimension, catalogs, rows.get(name, ())) for name, dimension in DIMENSIONS.items()
    }
    streams = {name: Stream() for name in STREAMS}
    for name, dimension in DIMENSIONS.items():
        for stream in dimension.of:
            streams[stream].columns[name] = numbers(codes[name])
    own = Stream(columns={name: array("i") for name in streams["file"].columns})
    return Facts(period, codes, streams, own)


def numbers(codes: Codes, count: int = 0) -> Any:
    """Room for the numbers of a dimension, `count` of them zero: nobody was asked yet."""
    if not codes.dimension.many:
        return array("i", bytes(4 * count))
    if codes.outside + len(codes.parts) < WIDEST:
        return array("Q", bytes(8 * count))
    return [0] * count


def column(
    facts: Facts, stream_name: str, dimension: str, stream: Stream | None = None
) -> Callable[[], Numbers]:
    """The numbers of a dimension for the units of a stream: its own, or those of the reports they belong to."""
    units = stream or facts.streams[stream_name]
    own = units.columns.get(dimension)
    if own is not None:
        return lambda: own
    of_reports = facts.streams["report"].columns[dimension]
    return lambda: [of_reports[report] for report in units.report]

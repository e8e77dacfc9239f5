"""Where a number comes from: the cases behind one cell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import compress

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import UNITS
from lnctp_tui.domain.report.result import ALONE
from lnctp_tui.reports.facts import Facts, column


def roots(facts: Facts, definition: Definition, row: str, column_code: str = ALONE) -> list[str]:
    """Ids of the root cases (of reports without a case: of the contact) that a cell is made of, in their order.

    None for tables that no dimension makes, and for files by their own date, whose cases may be of any period.
    """
    if definition.special or definition.own_date:
        return []
    stream_name = UNITS[definition.unit]
    stream = facts.streams[stream_name]
    if stream_name == "contact":
        return []
    names = [definition.rows, *([definition.columns] if definition.columns else [])]
    numbers = [column(facts, stream_name, name)() for name in names]
    reports = list(stream.report) if stream_name != "report" else range(facts.reports)
    units: Iterable[tuple[int, ...]] = zip(*numbers, reports, strict=True)
    if definition.unit in ("case", "mention"):
        units = compress(units, facts.is_case)
    wanted = (row, column_code)
    codes = [facts.codes[name] for name in names]
    behind: dict[int, None] = {}
    for unit in units:
        labels = (code.labels(number) for code, number in zip(codes, unit[:-1], strict=True))
        if all(code in shown for code, shown in zip(wanted, labels, strict=False)):
            behind[unit[-1]] = None
    return [facts.root[report] for report in sorted(behind)]

"""Where a number comes from: the cases behind one cell or measure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import ABROAD, PLACE_ROLES, UNITS
from lnctp_tui.domain.report.result import ALONE
from lnctp_tui.reports.facts import Facts, column
from lnctp_tui.reports.special import YOUNG


def roots(facts: Facts, definition: Definition, row: str = "", column_code: str = ALONE) -> list[str]:
    """Ids of the root cases (of reports without a case: of the contact) that a number is made of, in their order.

    Without a column those of the whole row; without a row those of the whole table. None for contacts that are no
    reports and for figures from outside.
    """
    if definition.own_date:
        stream = facts.own_files
        chosen = _of_dimensions(facts, definition, (row, column_code), "file", stream.report)
        return [facts.own_roots[number] for number in sorted(set(chosen))]
    if definition.special:
        reports: Iterable[int] = _of_special(facts, definition.special, row, column_code)
    else:
        stream_name = UNITS[definition.unit]
        if stream_name == "contact":
            return []
        of_stream = range(facts.reports) if stream_name == "report" else facts.streams[stream_name].report
        reports = _of_dimensions(facts, definition, (row, column_code), stream_name, of_stream)
    return [facts.root[report] for report in sorted(set(reports))]


def _of_dimensions(
    facts: Facts, definition: Definition, wanted: tuple[str, str], stream_name: str, reports: Iterable[int]
) -> Iterator[int]:
    stream = facts.own_files if definition.own_date else facts.streams[stream_name]
    names = [name for name in (definition.rows, definition.columns) if name]
    numbers = [column(facts, stream_name, name, stream)() for name in names]
    units: Iterable[tuple[int, ...]] = zip(*numbers, reports, strict=True)
    if definition.unit in ("case", "mention"):
        units = compress(units, facts.is_case)
    codes = [facts.codes[name] for name in names]
    for unit in units:
        labels = (code.labels(number) for code, number in zip(codes, unit[:-1], strict=True))
        if all(not code or code in shown for code, shown in zip(wanted, labels, strict=False)):
            yield unit[-1]


def _of_special(facts: Facts, special: str, row: str, column_code: str) -> Iterator[int]:
    if special in facts.days:
        yield from facts.days[special]
    elif special == "ages":
        least, most = YOUNG if row else (0, 999)
        reports = facts.streams["victim"].report
        yield from (report for age, report in zip(facts.ages, reports, strict=True) if least <= age <= most)
    elif special == "headcount":
        reports = facts.streams["group"].report
        yield from (report for size, report in zip(facts.headcounts, reports, strict=True) if size > 0)
    elif special in ("roles_by_state", "states_per_role"):
        for role in (row,) if row else PLACE_ROLES:
            yield from _of_role(facts, special, role, column_code)


def _of_role(facts: Facts, special: str, role: str, column_code: str) -> Iterator[int]:
    codes = facts.codes["state_destino"]
    abroad = codes.bit(ABROAD)
    wanted = codes.inside
    if special == "roles_by_state" and column_code:
        wanted = codes.bit(column_code)
    elif special == "states_per_role" and column_code:
        wanted = abroad if column_code == "country" else (codes.inside >> 1) & ~abroad
    numbers = facts.streams["report"].columns[f"state_{role}"]
    yield from (report for report, bits in enumerate(numbers) if facts.is_case[report] and bits & wanted)

"""Tables out of what was read: each distinct pair of numbers is counted once and named at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import UNITS
from lnctp_tui.domain.report.result import ALONE, OUTSIDE, UNKNOWN, Cell, Table
from lnctp_tui.reports.codes import Codes
from lnctp_tui.reports.facts import Facts, Stream, column

Pair = tuple[int, int]


@dataclass
class Tally:
    """What was counted of a table, by rows and columns as people will see them."""

    counts: Counter[tuple[str, str]]
    cases: Counter[tuple[str, str]]
    parts: Counter[tuple[str, str]]
    part_cases: Counter[tuple[str, str]]
    units: int
    known: int
    behind: int
    """Distinct cases behind all units."""


def table(facts: Facts, definition: Definition) -> Table:
    """A table that two dimensions at most make."""
    rows = facts.codes[definition.rows]
    columns = facts.codes[definition.columns] if definition.columns else None
    tally = _tally(facts, definition, rows, columns)
    is_mention = definition.unit == "mention"
    units = _mentions(tally, definition) if is_mention else tally.units
    base = {"unit": units, "known": tally.known, "case": facts.cases}[definition.base[0]]
    row_codes = listed(rows, {row for row, _column in tally.counts})
    column_codes = listed(columns, {code for _row, code in tally.counts}) if columns else (ALONE,)
    return Table(
        definition.id, definition.unit, definition.rows, definition.columns, definition.many,
        in_order(tally.counts, tally.cases, row_codes, column_codes), base, units, tally.known,
        tally.units - tally.known, definition.notes, row_codes, column_codes,
        tuple(
            Cell(part, code, count, tally.part_cases[part, code]) for (part, code), count in sorted(tally.parts.items())
        ),
        cases=tally.behind,
    )  # fmt: skip


def listed(codes: Codes, seen: Iterable[str]) -> tuple[str, ...]:
    """The rows that a table shows, in order: all of a catalog, also zeros; the others as they occur."""
    occur = set(seen)
    rows = [code for code in codes.rows if code in occur or not codes.dimension.seen]
    if codes.dimension.seen and not codes.dimension.catalog:
        rows.sort()
    return (*rows, *(code for code in (OUTSIDE, UNKNOWN) if code in occur))


def in_order(
    counts: Counter[tuple[str, str]],
    cases: Counter[tuple[str, str]],
    rows: Sequence[str],
    columns: Sequence[str],
) -> tuple[Cell, ...]:
    """The cells above zero."""
    return tuple(
        Cell(row, code, counts[row, code], cases[row, code])
        for row in rows
        for code in columns
        if counts[row, code] > 0
    )


def _mentions(tally: Tally, definition: Definition) -> int:
    """How many mentions there are: of a cross with a dimension of one code per case, those of the other."""
    return sum(
        count
        for (row, code), count in tally.counts.items()
        if not (row == UNKNOWN and definition.rows in definition.many)
        and not (code == UNKNOWN and definition.columns in definition.many)
    )


def _tally(facts: Facts, definition: Definition, rows: Codes, columns: Codes | None) -> Tally:
    stream_name = UNITS[definition.unit]
    stream = facts.own_files if definition.own_date else facts.streams[stream_name]
    numbers = [column(facts, stream_name, definition.rows, stream)()]
    if columns is not None:
        numbers.append(column(facts, stream_name, definition.columns, stream)())
    of_cases = definition.unit in ("case", "mention")
    if of_cases:
        numbers = [list(compress(of_reports, facts.is_case)) for of_reports in numbers]
    pairs: Iterable[Pair] = zip(numbers[0], numbers[1] if columns else (0,) * len(numbers[0]), strict=True)
    tally = _named(Counter(pairs), rows, columns)
    if stream_name in ("report", "contact"):
        tally.cases, tally.part_cases, tally.behind = tally.counts, tally.parts, tally.units
    else:
        _distinct(tally, stream, numbers, rows, columns)
    return tally


def _named(pairs: Counter[Pair], rows: Codes, columns: Codes | None) -> Tally:
    counts: Counter[tuple[str, str]] = Counter()
    parts: Counter[tuple[str, str]] = Counter()
    units = known = 0
    for pair, count in pairs.items():
        units += count
        cells = _cells(pair, rows, columns)
        if not any(UNKNOWN in cell for cell in cells):
            known += count
        for cell in cells:
            counts[cell] += count
            if cell[0] == UNKNOWN:
                parts[rows.part(pair[0]), cell[1]] += count
    return Tally(counts, Counter(), parts, Counter(), units, known, 0)


def _cells(pair: Pair, rows: Codes, columns: Codes | None) -> list[tuple[str, str]]:
    labels = columns.labels(pair[1]) if columns else (ALONE,)
    return [(row, label) for row in rows.labels(pair[0]) for label in labels]


def _distinct(
    tally: Tally, stream: Stream, numbers: Sequence[Sequence[int]], rows: Codes, columns: Codes | None
) -> None:
    """Distinct cases behind each cell: only cases with several units can be fewer than these."""
    tally.cases, tally.part_cases = Counter(tally.counts), Counter(tally.parts)
    per_report = Counter(stream.report)
    tally.behind = len(per_report)
    for units in _several(stream, per_report):
        met: Counter[tuple[str, str]] = Counter()
        met_parts: Counter[tuple[str, str]] = Counter()
        for unit in units:
            pair = (numbers[0][unit], numbers[1][unit] if columns else 0)
            for cell in _cells(pair, rows, columns):
                met[cell] += 1
                if cell[0] == UNKNOWN:
                    met_parts[rows.part(pair[0]), cell[1]] += 1
        for cell, count in met.items():
            tally.cases[cell] -= count - 1
        for cell, count in met_parts.items():
            tally.part_cases[cell] -= count - 1


def _several(stream: Stream, per_report: Counter[int]) -> Iterator[list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for unit, report in enumerate(stream.report):
        if per_report[report] > 1:
            groups[report].append(unit)
    return iter(groups.values())

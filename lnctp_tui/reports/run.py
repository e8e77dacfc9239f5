"""Counts a report: reads the store once, then makes each table from what was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report, Table
from lnctp_tui.reports import counting, hanging, people, periods, printed, roots, special
from lnctp_tui.reports.facts import Facts, empty
from lnctp_tui.reports.source import Source
from lnctp_tui.reports.special import Cited


def read(source: Source, start: date, end: date, protocol: Protocol, zone: str = periods.ZONE) -> Facts:
    """Everything of a period, streamed once. `start` and `end` are days on the clocks of `zone`, both in it."""
    facts = empty(periods.period(start, end, zone), protocol.catalogs)
    cases = roots.read(source, facts)
    foreign = people.read(source, facts, cases)
    hanging.read(source, facts, cases, foreign)
    return facts


def tables(facts: Facts, definitions: Iterable[Definition], cited: Iterable[Cited] = ()) -> tuple[Table, ...]:
    """The tables of these definitions."""
    return tuple(_table(facts, definition, cited) for definition in definitions)


def _table(facts: Facts, definition: Definition, cited: Iterable[Cited]) -> Table:
    if not printed.concerns(facts.period.start, facts.period.end):
        definition = replace(definition, notes=())
    if definition.special:
        return special.table(facts, definition, cited)
    made = counting.table(facts, definition)
    return special.minutes(facts, made) if definition.rows == "support_kind" else made


def report(
    source: Source,
    start: date,
    end: date,
    definitions: Iterable[Definition],
    protocol: Protocol,
    *,
    zone: str = periods.ZONE,
    cited: Iterable[Cited] = (),
) -> Report:
    """The report of a period: what `source` holds, counted by these definitions."""
    facts = read(source, start, end, protocol, zone)
    return made(facts, definitions, source.scope, protocol, zone=zone, cited=cited)


def made(
    facts: Facts,
    definitions: Iterable[Definition],
    scope: str,
    protocol: Protocol,
    *,
    zone: str = periods.ZONE,
    cited: Iterable[Cited] = (),
) -> Report:
    """The report of what was read already."""
    period = facts.period
    return Report(
        period.start, period.end, scope, tables(facts, definitions, cited), facts.reports, facts.cases, facts.held,
        periods.local_day(facts.first, zone), periods.local_day(facts.last, zone), zone, protocol.version,
    )  # fmt: skip

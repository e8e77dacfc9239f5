"""Tables that no two dimensions make: how many states a role has, ages, sizes of groups, days, cited figures."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.dimensions import ABROAD, PLACE_ROLES
from lnctp_tui.domain.report.result import ALONE, UNKNOWN, Cell, Measure, Table
from lnctp_tui.reports.counting import in_order, listed
from lnctp_tui.reports.facts import Facts

YOUNG = (13, 31)
"""The ages of which the Line's printed report says a share."""


@dataclass(frozen=True)
class Cited:
    """A figure from another register or from outside: never counted here."""

    code: str
    value: float


def table(facts: Facts, definition: Definition, cited: Iterable[Cited] = ()) -> Table:
    """The table of a special definition."""
    if definition.special == "outside":
        return _outside(definition, cited)
    return _MADE[definition.special](facts, definition)


def _bare(facts: Facts, definition: Definition, **more: object) -> Table:
    made = Table(
        definition.id, definition.unit, "", "", frozenset(), (), facts.cases, 0, 0, 0, definition.notes
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _outside(definition: Definition, cited: Iterable[Cited]) -> Table:
    measures = tuple(Measure(figure.code, figure.value, 0, 0) for figure in cited)
    return Table(
        definition.id, definition.unit, "", "", frozenset(), (), 0, len(measures), len(measures), 0,
        definition.notes, measures=measures,
    )  # fmt: skip


def _roles_by_state(facts: Facts, definition: Definition) -> Table:
    counts: Counter[tuple[str, str]] = Counter()
    known: set[int] = set()
    codes = facts.codes["state_destino"]
    for role in PLACE_ROLES:
        bits = list(compress(facts.streams["report"].columns[f"state_{role}"], facts.is_case))
        for number, count in Counter(bits).items():
            for label in codes.labels(number):
                if label != UNKNOWN:
                    counts[role, label] += count
        known.update(at for at, number in enumerate(bits) if number & codes.inside)
    states = listed(codes, {state for _role, state in counts})
    return _bare(
        facts, definition, rows="place_role", columns="state_destino", units=sum(counts.values()),
        many=frozenset(("place_role", "state_destino")), cells=in_order(counts, counts, PLACE_ROLES, states),
        known=len(known), unknown=facts.cases - len(known), row_codes=PLACE_ROLES, column_codes=states,
        cases=len(known),
    )  # fmt: skip


def _states_per_role(facts: Facts, definition: Definition) -> Table:
    """Rows: roles. Columns: distinct states of the country, distinct countries abroad."""
    cells, units = [], 0
    codes = facts.codes["state_destino"]
    abroad = codes.bit(ABROAD)
    for role in PLACE_ROLES:
        numbers = list(compress(facts.streams["report"].columns[f"state_{role}"], facts.is_case))
        every = 0
        for number in set(numbers):
            every |= number
        states = every & (codes.inside >> 1) & ~abroad
        mexican = sum(1 for number in numbers if number & states)
        countries = [cases for (of_role, _country), cases in facts.abroad.items() if of_role == role]
        for column, count, cases in (
            ("state", states.bit_count(), mexican),
            ("country", len(countries), len(set().union(*countries))),
        ):
            units += count
            if count:
                cells.append(Cell(role, column, count, cases))
    return _bare(
        facts, definition, rows="place_role", columns="level", units=units, cells=tuple(cells), row_codes=PLACE_ROLES,
        column_codes=("state", "country"), known=units,
    )  # fmt: skip


def _ages(facts: Facts, definition: Definition) -> Table:
    reports = facts.streams["victim"].report
    known = [(age, report) for age, report in zip(facts.ages, reports, strict=True) if age >= 0]
    young = [report for age, report in known if YOUNG[0] <= age <= YOUNG[1]]
    cases = len({report for _age, report in known})
    ages = sorted(age for age, _report in known)
    ends = (("least", ages[0]), ("greatest", ages[-1])) if ages else (("least", None), ("greatest", None))
    measures = [Measure(code, value, len(ages), cases) for code, value in ends]
    cells = (Cell("13-31", ALONE, len(young), len(set(young))),) if young else ()
    return _bare(
        facts, definition, rows="age", cells=cells, base=len(ages), units=len(facts.ages), known=len(ages),
        unknown=len(facts.ages) - len(ages), row_codes=("13-31",), column_codes=(ALONE,), measures=tuple(measures),
        cases=len(set(reports)),
    )  # fmt: skip


def _headcount(facts: Facts, definition: Definition) -> Table:
    reports = facts.streams["group"].report
    sizes = [(size, report) for size, report in zip(facts.headcounts, reports, strict=True) if size > 0]
    people = Measure(
        "people", sum(size for size, _ in sizes), len(sizes), len({report for _, report in sizes})
    )
    return _bare(
        facts, definition, base=len(reports), units=len(reports), known=len(sizes), unknown=len(reports) - len(sizes),
        measures=(people,), cases=len(set(reports)),
    )  # fmt: skip


def _days(facts: Facts, definition: Definition) -> Table:
    days = sorted(facts.days.get(definition.special, {}).values())
    count = len(days)
    measures = (
        Measure("median", statistics.median(days) if days else None, count, count),
        Measure("p90", nearest_rank(days, 0.9), count, count),
    )
    return _bare(
        facts, definition, base=count, units=facts.cases, known=count, unknown=facts.cases - count, measures=measures,
        cases=facts.cases,
    )  # fmt: skip


def nearest_rank(values: Sequence[float], share: float) -> float | None:
    """The least of sorted values that at least this share does not exceed; None of none."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


def minutes(facts: Facts, made: Table) -> Table:
    """The table of support with the minutes of each kind."""
    kinds = facts.streams["support"].columns["support_kind"]
    codes = facts.codes["support_kind"]
    per_kind: dict[str, list[int]] = {}
    for kind, count in zip(kinds, facts.minutes, strict=True):
        if count >= 0:
            per_kind.setdefault(codes.labels(kind)[0], []).append(count)
    measures = tuple(
        Measure(f"minutes.{kind}", sum(per_kind[kind]), len(per_kind[kind]), 0)
        for kind in made.row_codes
        if kind in per_kind
    )
    return replace(made, measures=measures)


_MADE: Mapping[str, Callable[[Facts, Definition], Table]] = {
    "roles_by_state": _roles_by_state, "states_per_role": _states_per_role, "ages": _ages, "headcount": _headcount,
    "first_triage": _days, "first_referral": _days, "first_file": _days,
}  # fmt: skip

"""Random people, and the editions made of them: nothing here knows how numbers are hidden."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lnctp_tui.domain.disclosure.edition import Edition, Sheet
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.planning import plan
from lnctp_tui.domain.disclosure.rule import Count

HALVES = [Period(date(y, m, 1), date(y, m + 5, 30 if m == 1 else 31)) for y in (2019, 2020) for m in (1, 7)]
Y19, Y20 = Period(date(2019, 1, 1), date(2019, 12, 31)), Period(date(2020, 1, 1), date(2020, 12, 31))
BOTH = Period(date(2019, 1, 1), date(2020, 12, 31))
ORDERS: Sequence[Sequence[Period]] = (
    [BOTH], [Y19, BOTH], [HALVES[0], Y19], [HALVES[0], Y19, BOTH], [Y19, HALVES[0]], [BOTH, Y20], [Y19, Y20, BOTH],
    [BOTH, Y19, HALVES[1]], [HALVES[0], HALVES[1], Y19], [Y19, HALVES[1], BOTH],
)  # fmt: skip
"""Editions one after the other: alone, growing, shrinking, and pieces put together."""
PAIRS = [order for order in ORDERS if len(order) == 2]


@dataclass(frozen=True)
class Unit:
    """One kind of unit: its dimensions by name → codes, the first the hub; what is a set, what is crossed."""

    name: str
    codes: Mapping[str, Sequence[str]]
    many: frozenset[str]
    crossed: frozenset[str]
    times: int
    """1: by halves; 6: by months of 2019, which the hub is crossed with."""
    unlined: frozenset[str] = frozenset()
    """Dimensions that only the cross prints."""

    @property
    def hub(self) -> str:
        return next(iter(self.codes))


CASES = Unit("case", {"origin": "ABCD", "route": "xy", "modality": "mn"}, frozenset({"modality"}),
             frozenset({"modality"}), 1)  # fmt: skip
VICTIMS = Unit(
    "victim",
    {"sex": "hm?", "age": "nap", "nationality": "XYZ"},
    frozenset(),
    frozenset({"age", "nationality"}),
    1,
)
REPORTS = Unit(
    "report",
    {"report_class": ("trata", "riesgo", "otros", "info"), "channel": "tc"},
    frozenset(),
    frozenset(),
    6,
)

FILES = Unit(
    "file", {"entity": "PQRS", "stage": "123"}, frozenset(), frozenset({"stage"}), 1, frozenset({"stage"})
)


@dataclass(frozen=True)
class Person:
    time: int
    """Half-year, or month, from the start of 2019."""
    case: int
    traits: Mapping[str, frozenset[str]]


def people(rng: random.Random, unit: Unit) -> list[Person]:
    """Some, unevenly spread; of victims and the like several to a case, at times very many."""
    many, made, case = rng.choice([12, 30, 80]), [], 0
    weights = {dim: [rng.choice([0, 0.3, 1, 6]) + 0.05 for _ in codes] for dim, codes in unit.codes.items()}
    while len(made) < many:
        case += 1
        time = rng.randrange(4 if unit.times == 1 else 12)
        for _ in range(1 if unit.name in ("case", "report") else rng.choice([1, 1, 2, 7])):
            traits = {
                dim: frozenset(rng.choices(list(codes), weights[dim], k=_how_many(rng, dim in unit.many)))
                for dim, codes in unit.codes.items()
            }
            made.append(Person(time, case, traits))
    return made


def _how_many(rng: random.Random, many: bool) -> int:
    return rng.choice([0, 1, 1, 2]) if many else 1


def times(unit: Unit, period: Period) -> range:
    """Which atoms of time a period has."""
    size = 6 // unit.times
    first = (period.start.year - 2019) * 12 + period.start.month - 1
    last = (period.end.year - 2019) * 12 + period.end.month
    return range(first // size, last // size) if unit.times == 1 else range(first, last)


def counted(unit: Unit, persons: Sequence[Person], period: Period, k: int) -> Edition:
    """A period with nothing hidden."""
    inside = [person for person in persons if person.time in times(unit, period)]
    hub = unit.hub
    sheets = {}
    for dim in unit.codes:
        if dim not in unit.unlined:
            sheets[dim] = sheet_of(unit, inside, dim, "")
        if dim in unit.crossed:
            sheets[f"{hub}*{dim}"] = sheet_of(unit, inside, hub, dim)
    if unit.times == 6:
        cells = {
            (f"{2019 + at // 12}-{at % 12 + 1:02}", code): Count(0, 0)
            for at in times(unit, period)
            for code in unit.codes[hub]
        }
        for person in inside:
            key = (f"{2019 + person.time // 12}-{person.time % 12 + 1:02}", next(iter(person.traits[hub])))
            cells[key] = cells[key] + Count(1, 1)
        sheets["months"] = Sheet("months", unit.name, "month", hub, False, cells)
    totals = {unit.name: Count(len(inside), len({person.case for person in inside}))}
    if unit.name == "report":
        n = sum("trata" in person.traits[hub] for person in inside)
        totals["case"] = Count(n, n)
    return Edition(period, k, totals, sheets)


def sheet_of(unit: Unit, inside: Sequence[Person], rows: str, columns: str) -> Sheet:
    numbers: Counter[tuple[str, str]] = Counter()
    cases: dict[tuple[str, str], set[int]] = {}
    for person in inside:
        for row in person.traits[rows]:
            for column in person.traits[columns] if columns else [""]:
                numbers[row, column] += 1
                cases.setdefault((row, column), set()).add(person.case)
    keys = [
        (row, column) for row in unit.codes[rows] for column in (unit.codes[columns] if columns else [""])
    ]
    cells = {key: Count(numbers[key], len(cases.get(key, ()))) for key in keys}
    return Sheet(
        f"{rows}*{columns}" if columns else rows,
        unit.name,
        rows,
        columns,
        (columns or rows) in unit.many,
        cells,
    )


def issued(
    unit: Unit, persons: Sequence[Person], order: Sequence[Period], levels: Sequence[int]
) -> list[Edition]:
    """Editions one after the other, each knowing those before it."""
    editions: list[Edition] = []
    for period, k in zip(order, levels, strict=False):
        editions.append(plan(counted(unit, persons, period, k), editions))
    return editions

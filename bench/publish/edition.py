"""An edition of every table, with two earlier ones, next to a solver's attack of all three."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from time import process_time
from typing import Any

from bench.report import Measure, within
from bench.store import SEED
from lnctp_tui.domain.disclosure.edition import REST, Edition, Key, Sheet
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.planning import plan
from lnctp_tui.domain.disclosure.rule import NONE, Count, primary

Y19, Y20 = (Period(date(year, 1, 1), date(year, 12, 31)) for year in (2019, 2020))
BOTH = Period(Y19.start, Y20.end)
K = 5
CODES = {
    "report_class": 6, "channel": 8, "reporter": 19, "origin": 35, "modality": 11, "hooking_means": 5, "platform": 20,
    "venue": 26, "violence": 8, "sex": 5, "age_class": 4, "nationality": 250, "entity": 34, "stage": 12,
}  # fmt: skip
TABLES = {
    "report": ("report_class", "channel", "reporter", "month*report_class"),
    "case": ("origin", "modality", "hooking_means", "platform", "venue", "violence", "origin*modality"),
    "victim": ("sex", "age_class", "nationality", "sex*age_class", "sex*nationality"),
    "group": ("sex", "nationality"),
    "file": ("entity", "entity*stage"),
}
MANY = frozenset(("modality", "hooking_means", "platform", "venue", "violence"))
SIZES = {"report": 4400, "case": 184, "victim": 232, "group": 119, "file": 109}


def editions() -> list[Measure]:
    """Processor seconds for two years printed and both together, and for the least and most of each small cell."""
    rng = random.Random(SEED)
    people = {unit: _people(rng, unit) for unit in TABLES}
    started = process_time()
    made: list[Edition] = []
    for period in (Y19, Y20, BOTH):
        made.append(plan(_counted(people, period), made))
    ours = process_time() - started
    started = process_time()
    cells, narrowed = _attack(made)
    theirs = process_time() - started
    if narrowed:
        raise AssertionError(f"{narrowed} cells narrowed")
    title = "edition, all tables, two earlier ones"
    detail = {"cells attacked": float(cells)}
    return [within(title, "HiGHS attack of it", ours, theirs, "s", 0.5, at_most=5, detail=detail)]


@dataclass(frozen=True)
class _Person:
    month: int
    case: int
    traits: dict[str, tuple[str, ...]]


def _people(rng: random.Random, unit: str) -> list[_Person]:
    dims = {dim for table in TABLES[unit] for dim in table.split("*") if dim != "month"}
    made = []
    for at in range(SIZES[unit]):
        case = at if unit in ("report", "case") else rng.randrange(SIZES["case"])
        traits = {dim: tuple({_code(rng, dim) for _ in range(rng.choice((1, 1, 2)) if dim in MANY else 1)})
                  for dim in dims}  # fmt: skip
        if unit == "report":
            traits["report_class"] = (
                "trata" if at < SIZES["case"] else f"c{1 + at % (CODES['report_class'] - 1)}",
            )
        made.append(_Person((case if unit != "report" else at) * 7919 % 24, case, traits))
    return made


def _code(rng: random.Random, dim: str) -> str:
    """Few codes are frequent and most are rare, as in life."""
    return f"c{min(int(rng.paretovariate(0.9)) - 1, CODES[dim] - 1)}"


def _codes(dim: str) -> list[str]:
    if dim == "report_class":
        return ["trata", *(f"c{at}" for at in range(1, CODES[dim]))]
    return [f"c{at}" for at in range(CODES[dim])]


def _counted(people: dict[str, list[_Person]], period: Period) -> Edition:
    months = range((period.start.year - 2019) * 12, (period.end.year - 2019) * 12 + 12)
    sheets, totals = {}, {}
    for unit, tables in TABLES.items():
        inside = [person for person in people[unit] if person.month in months]
        totals[unit] = Count(len(inside), len({person.case for person in inside}))
        for table in tables:
            sheets[f"{unit}.{table}"] = _sheet(unit, table, inside, months)
    return Edition(period, K, totals, sheets)


def _sheet(unit: str, table: str, inside: Sequence[_Person], months: range) -> Sheet:
    rows, _star, columns = table.partition("*")
    names = [f"{2019 + at // 12}-{at % 12 + 1:02}" for at in months]
    row_codes = names if rows == "month" else _codes(rows)
    cases: dict[Key, list[int]] = {
        (row, column): [] for row in row_codes for column in (_codes(columns) if columns else [""])
    }
    for person in inside:
        of_row = (
            (f"{2019 + person.month // 12}-{person.month % 12 + 1:02}",)
            if rows == "month"
            else person.traits[rows]
        )
        for row in of_row:
            for column in person.traits[columns] if columns else ("",):
                cases[row, column].append(person.case)
    cells = {key: Count(len(some), len(set(some))) if some else NONE for key, some in cases.items()}
    return Sheet(f"{unit}.{table}", unit, rows, columns, bool({rows, columns} & MANY), cells)


@dataclass
class _Program:
    """Cells as unknowns, what was printed as equations."""

    tops: list[float] = field(default_factory=list)
    rows: list[tuple[list[int], float]] = field(default_factory=list)
    targets: list[tuple[list[int], Count]] = field(default_factory=list)

    def unknown(self, top: float) -> int:
        self.tops.append(top)
        return len(self.tops) - 1


def _attack(made: Sequence[Edition]) -> tuple[int, int]:
    """How many small cells were driven to their least and most, and how many of them are known too well."""
    cells = narrowed = 0
    for program in _programs(made):
        solver = _solver(program)
        for members, count in program.targets:
            least, most = (_driven(solver, len(program.tops), members, sense) for sense in (1, -1))
            wanted = (0, K) if count.n < K else (count.n - K, count.n + K)
            cells += 1
            narrowed += least > wanted[0] + 1e-6 or most < wanted[1] - 1e-6
    return cells, narrowed


def _programs(made: Sequence[Edition]) -> Iterator[_Program]:
    first, second, whole = made
    for id_, sheet in whole.sheets.items():
        if not sheet.columns:
            yield _over_time(id_, first, second, whole)
    for edition in made:
        for sheet in edition.sheets.values():
            if sheet.columns and not sheet.withheld:
                yield _inside(edition, sheet)


def _over_time(id_: str, first: Edition, second: Edition, whole: Edition) -> _Program:
    """A table of one dimension: each code in each year, and what the three editions print of it."""
    program = _Program()
    sheets = [edition.sheets[id_] for edition in (first, second, whole)]
    totals = [edition.totals[sheets[0].unit].n for edition in (first, second)]
    at = {(key, year): program.unknown(totals[year]) for key in sheets[0].cells for year in (0, 1)}
    for sheet, years in zip(sheets, ((0,), (1,), (0, 1)), strict=True):
        for key, count in sheet.cells.items():
            members = [at[key, year] for year in years]
            if sheet.withheld:
                continue
            if key not in sheet.hidden:
                program.rows.append((members, count.n))
            elif primary(count, K):
                program.targets.append((members, count))
    for year, edition in enumerate((first, second)):
        if not sheets[0].many and sheets[0].unit not in edition.withheld:
            program.rows.append(([at[key, year] for key in sheets[0].cells], totals[year]))
    return program


def _inside(edition: Edition, sheet: Sheet) -> _Program:
    """A cross: its cells, with margins as far as they are printed."""
    program = _Program()
    at = {key: program.unknown(float("inf")) for key in sheet.cells}
    for key, count in sheet.cells.items():
        if key not in sheet.hidden:
            program.rows.append(([at[key]], count.n))
        elif primary(count, K):
            program.targets.append(([at[key]], count))
    for side, dim in enumerate((sheet.rows, sheet.columns)):
        line = edition.sheets.get(f"{sheet.unit}.{dim}")
        adds_up = dim == "month" or (line is not None and not (sheet.many and dim not in MANY))
        for code in sorted({key[side] for key in sheet.cells}) if adds_up else ():
            some = [key for key in sheet.cells if key[side] == code]
            if line is None or code == REST or (code, "") not in line.hidden:
                n = sum(sheet.cells[key].n for key in some)
                program.rows.append(([at[key] for key in some], n))
    return program


def _solver(program: _Program) -> Any:
    import highspy
    import numpy as np

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.tops), len(program.rows)
    lp.col_cost_, lp.col_lower_ = np.zeros(len(program.tops)), np.zeros(len(program.tops))
    lp.col_upper_ = np.array([min(top, highspy.kHighsInf) for top in program.tops])
    lp.row_lower_ = lp.row_upper_ = np.array([float(n) for _members, n in program.rows])
    starts = np.cumsum([0, *(len(members) for members, _n in program.rows)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.value_ = starts, np.ones(int(starts[-1]))
    lp.a_matrix_.index_ = np.array([at for members, _n in program.rows for at in members])
    solver.passModel(lp)
    return solver


def _driven(solver: Any, columns: int, members: list[int], sense: int) -> float:
    import highspy
    import numpy as np

    cost = np.zeros(columns)
    cost[members] = sense
    solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), cost)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return float("inf")
    return sense * float(solver.getInfo().objective_function_value)

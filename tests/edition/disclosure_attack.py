"""An attacker with everything that was printed and a solver: the least and most that a hidden cell can be.

The unknowns are records: how many units of each combination of everything known of one, in each atom of time. So
what any two tables have in common is used, whatever the method believes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import highspy
import numpy as np
from disclosure_worlds import Unit, times

from lnctp_tui.domain.disclosure.edition import REST, Edition, Sheet
from lnctp_tui.domain.disclosure.periods import month

Record = tuple[int, tuple[frozenset[str], ...]]


@dataclass(frozen=True)
class Narrowed:
    cell: str
    true: int
    least: float
    most: float


class Attack:
    """The polytope of all records that fit what was printed."""

    def __init__(self, unit: Unit, editions: Sequence[Edition], *, whole: bool) -> None:
        self.unit, self.editions = unit, editions
        dims = list(unit.codes)
        atoms = sorted({at for edition in editions for at in times(unit, edition.period)})
        kinds = [self._kinds(dim) for dim in dims]
        self.records: list[Record] = [(at, combo) for at in atoms for combo in product(*kinds)]
        self._place = {dim: at for at, dim in enumerate(dims)}
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        lp = highspy.HighsLp()
        columns, rows = len(self.records), [*self._printed()]
        lp.num_col_, lp.num_row_ = columns, len(rows)
        lp.col_cost_ = np.zeros(columns)
        lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, highspy.kHighsInf)
        lp.row_lower_ = lp.row_upper_ = np.array([n for _members, n in rows], dtype=float)
        starts = np.cumsum([0, *(len(members) for members, _n in rows)])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = starts
        lp.a_matrix_.index_ = np.array([at for members, _n in rows for at in members])
        lp.a_matrix_.value_ = np.ones(int(starts[-1]))
        if whole:
            lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
        self.solver.passModel(lp)

    def _kinds(self, dim: str) -> list[frozenset[str]]:
        codes = self.unit.codes[dim]
        if dim not in self.unit.many:
            return [frozenset({code}) for code in codes]
        return [frozenset(some) for size in range(len(codes) + 1) for some in combinations(codes, size)]

    def _printed(self) -> Iterator[tuple[list[int], int]]:
        for edition in self.editions:
            if self.unit.name not in edition.withheld:
                yield self.members(edition, None, ("", "")), edition.totals[self.unit.name].n
            if self.unit.name == "report" and "case" not in edition.withheld:
                sheet = edition.sheets[self.unit.hub]
                yield self.members(edition, sheet, ("trata", "")), edition.totals["case"].n
            for sheet in edition.sheets.values():
                for key, count in sheet.shown.items():
                    yield self.members(edition, sheet, key), count.n
                if sheet.by_month and not sheet.withheld:
                    for code in sorted({code for code, _class in sheet.cells}):
                        total = sum(count.n for key, count in sheet.cells.items() if key[0] == code)
                        yield self.members(edition, sheet, (code, "")), total

    def members(self, edition: Edition, sheet: Sheet | None, key: tuple[str, str]) -> list[int]:
        """The records that a cell counts; without a table, all of the period."""
        atoms = set(times(self.unit, edition.period))
        tests = []
        for dim, code in zip((sheet.rows, sheet.columns), key, strict=True) if sheet is not None else ():
            if dim == "month":
                atoms &= set(times(self.unit, month(code)))
            elif code:
                codes = {row for row, _ in edition.sheets[dim].hidden} if code == REST else {code}
                tests.append((self._place[dim], codes))
        return [
            at
            for at, (time, traits) in enumerate(self.records)
            if time in atoms and all(traits[place] & codes for place, codes in tests)
        ]

    def most(self, members: Iterable[int], sense: int) -> float:
        """The most (1) or least (-1) that some records can be together."""
        chosen = np.array(sorted(members), dtype=np.int32)
        everything = np.arange(len(self.records), dtype=np.int32)
        cost = np.zeros(len(self.records))
        cost[chosen] = -sense
        self.solver.changeColsCost(len(everything), everything, cost)
        self.solver.run()
        status = self.solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return float("inf") * sense
        assert status == highspy.HighsModelStatus.kOptimal, status
        return round(-sense * float(self.solver.getInfo().objective_function_value) * 1e6) / 1e6 * 1.0

    def narrowed(self) -> tuple[list[Narrowed], int]:
        """Numbers that tell of somebody and are known too well; and how many were tried."""
        bad, tried = [], 0
        for name, members, n, wanted in self._targets():
            tried += 1
            least, most = self.most(members, -1), self.most(members, 1)
            if least > wanted[0] + 1e-6 or most < wanted[1] - 1e-6:
                bad.append(Narrowed(name, n, least, most))
        return bad, tried

    def _targets(self) -> Iterator[tuple[str, set[int], int, tuple[int, int]]]:
        """Cells of printed tables, totals, and what is left of each when printed parts are taken from it."""
        for edition in self.editions:
            for sheet in (None, *edition.sheets.values()):
                if self._unprinted(edition, sheet):
                    continue
                for key, count in (
                    sheet.cells.items() if sheet else [(("", ""), edition.totals[self.unit.name])]
                ):
                    members = set(self.members(edition, sheet, key))
                    name = f"{edition.period} {sheet.id if sheet else self.unit.name} {key}"
                    yield from self._target(name, members, count.n, count.cases, edition.k)
                    left = self._left(edition, sheet, key)
                    if left is not None:
                        rest, n, cases, k = left
                        yield from self._target(
                            f"{name} rest", members - rest, count.n - n, count.cases - cases, k
                        )

    def _unprinted(self, edition: Edition, sheet: Sheet | None) -> bool:
        return self.unit.name in edition.withheld or (sheet is not None and edition.sheets[sheet.id].withheld)

    def total(self, edition: Edition) -> tuple[float, float]:
        """The least and most that a unit's total can be."""
        members = self.members(edition, None, ("", ""))
        return self.most(members, -1), self.most(members, 1)

    def _target(
        self, name: str, members: set[int], n: int, cases: int, k: int
    ) -> Iterator[tuple[str, set[int], int, tuple[int, int]]]:
        if 0 < n < k:
            yield name, members, n, (0, k)
        elif n and cases < 3:
            yield name, members, n, (n - k, n + k)

    def _left(
        self, outer: Edition, sheet: Sheet | None, key: tuple[str, str]
    ) -> tuple[set[int], int, int, int] | None:
        """The records, number and cases of all printed editions within a period; None without any."""
        if sheet is not None and sheet.columns:
            return None
        inner = [edition for edition in self.editions if edition.period.side(outer.period) == "inside"]
        inner = [edition for edition in inner
                 if not any(edition.period.side(other.period) == "inside" for other in inner)]  # fmt: skip
        inner = list({edition.period: edition for edition in inner}.values())
        if any(self._unprinted(edition, sheet) for edition in (outer, *inner)):
            return None
        members: set[int] = set()
        n = cases = 0
        for edition in inner:
            part = edition.sheets[sheet.id] if sheet else None
            count = part.cells[key] if part else edition.totals[self.unit.name]
            members |= set(self.members(edition, None, ("", "")))
            n, cases = n + count.n, cases + count.cases
        return (members, n, cases, max([outer.k, *(edition.k for edition in inner)])) if inner else None


def narrowed_totals(unit: Unit, editions: Sequence[Edition]) -> list[Narrowed]:
    """Withheld totals that a later edition told of."""
    bad = []
    for at, edition in enumerate(editions):
        total = edition.totals[unit.name]
        if unit.name not in edition.withheld or at + 1 == len(editions) or not total.n:
            continue
        if total.n >= edition.k and total.cases >= 3:
            continue
        wanted = (0, edition.k) if total.n < edition.k else (total.n - edition.k, total.n + edition.k)
        before = Attack(unit, editions[: at + 1], whole=False).total(edition)
        least, most = Attack(unit, editions, whole=False).total(edition)
        if least > max(wanted[0], before[0]) + 1e-6 or most < min(wanted[1], before[1]) - 1e-6:
            bad.append(Narrowed(f"{edition.period} {unit.name}", total.n, least, most))
    return bad

"""Editions looked at together, by their files alone: the ledger's have no finding, others have."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from counts import often
from disclosure_worlds import BOTH, PAIRS, VICTIMS, Y19, people
from disclosure_worlds import counted as count
from test_disclosure_attack import world

from lnctp_tui.domain.disclosure import printed
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.planning import plan
from lnctp_tui.domain.disclosure.printed import HIDDEN, OK, Line, Printed
from lnctp_tui.domain.disclosure.together import Public, check
from lnctp_tui.reports.edition import verify


def public(editions: Sequence[Edition]) -> list[Public]:
    return [
        Public(f"e{at}", edition.period, edition.k, 1, {table.id: table for table in printed.tables(edition)},
               printed.totals(edition))
        for at, edition in enumerate(editions)
    ]  # fmt: skip


def test_what_was_planned_with_the_ledger_has_no_finding_and_what_was_not_often_has() -> None:
    caught = 0
    for seed in range(often(2000, 40)):
        unit, editions = world(seed, PAIRS)
        assert check(public(editions)) == [], seed
        persons = people(random.Random(seed + 7), unit)
        alone = [plan(count(unit, persons, edition.period, edition.k), []) for edition in editions]
        caught += bool(check(public(alone)))
    assert caught > often(600, 12)


def table(cells: dict[str, int | None]) -> Printed:
    lines = tuple(Line((key, ""), n, None, None, HIDDEN if n is None else OK) for key, n in cells.items())
    return Printed("V1", "victim", "nationality", "", False, lines)


def edition(period: Period, total: int, cells: dict[str, int | None], name: str = "") -> Public:
    return Public(name or str(period.start.year), period, 5, 1, {"V1": table(cells)}, {"victim": total})


def test_a_difference_of_two_printed_numbers_is_found_by_its_period_and_row() -> None:
    outer = edition(BOTH, 100, {"MX": 80, "HN": 12, "GT": 8}, "dos")
    inner = edition(Y19, 50, {"MX": 40, "HN": 10, "GT": None}, "uno")
    found = check([outer, inner])
    assert ("narrow", "dos (resto) V1 HN: 2–2") in found
    # nothing is left of the row that is hidden: its total says what it is, and so does what is left of it
    assert {code for code, _where in found} == {"narrow"}
    assert check([outer]) == []


def test_periods_that_cross_sums_that_do_not_hold_and_small_changes_are_found() -> None:
    cells: dict[str, int | None] = {"MX": 40, "HN": 10}
    later = Period(date(2019, 7, 1), date(2020, 6, 30))
    assert check([edition(Y19, 50, cells, "a"), edition(later, 50, cells, "b")])[0] == ("across", "a b")
    less: dict[str, int | None] = {"MX": 30, "HN": 20}
    assert ("sum", "dos V1") in check([edition(BOTH, 50, less, "dos"), edition(Y19, 50, cells)])
    changed = edition(Y19, 52, {"MX": 42, "HN": 10}, "r2")
    assert check([edition(Y19, 50, cells, "r1"), changed]) == [("small_change", "r1 r2")]


def test_a_cross_and_the_leaf_of_a_part_of_its_period_are_a_ring() -> None:
    for seed in range(60):
        persons = people(random.Random(seed), VICTIMS)
        outer, inner = (plan(count(VICTIMS, persons, period, 3), []) for period in (BOTH, Y19))
        crosses = [sheet for sheet in outer.sheets.values() if sheet.cross and not sheet.withheld]
        if crosses and not inner.withheld:
            assert "ring" in {code for code, _where in check(public([outer, inner]))}
            bare = replace(
                inner, sheets={id_: sheet for id_, sheet in inner.sheets.items() if sheet.rows == "sex"}
            )
            assert "ring" not in {code for code, _where in check(public([outer, bare]))}
            return
    raise AssertionError("no cross was printed")


def test_files_that_are_none_are_told_and_end_nothing() -> None:
    notes = {
        "edition": "x", "from": "2019-01-01", "to": "2019-12-31", "k": 5, "rounded": 1, "totals": {},
        "tables": {"R1": {"unit": "report", "rows": "report_class", "columns": "", "many": False},
                   "R2": {"unit": "report", "rows": "month", "columns": "report_class", "many": False}},
    }  # fmt: skip
    line = {
        "row_code": "nunca",
        "col_code": "trata",
        "count": "x",
        "base": None,
        "percent": None,
        "flag": "ok",
    }
    rows = json.dumps({"rows": [line]}).encode()
    content = {"notas.json": json.dumps(notes).encode(), "tabla-R1.json": rows, "tabla-R2.json": rows}
    assert [finding.code for finding in verify.together([content, content])] == ["form"]
    assert verify.together([{}, {"notas.json": b"["}]) == ()

"""The edition that analysts read beside a public one: finer, and nobody is told of by both together."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from counts import often
from disclosure_attack import Attack, Narrowed
from disclosure_worlds import ORDERS, PAIRS, Unit, counted, people
from test_disclosure_attack import UNITS, Y19, revision

from lnctp_tui.domain.disclosure import internal, planning
from lnctp_tui.domain.disclosure.edition import Edition, Key, Sheet
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.planning import plan

PUBLIC = (5, 10, 11)
"""Levels of a public edition beside which there may be an internal one."""


def others(public: Iterable[Edition], internals: Iterable[Edition], period: Period) -> list[Edition]:
    """What analysts have of every other period."""
    return internal.known((edition for edition in public if edition.period != period), internals)


def world(
    seed: int, orders: Sequence[Sequence[Period]] = ORDERS
) -> tuple[Unit, list[Edition], list[Edition]]:
    """Public editions one after the other, and between them internal ones beside some of those that there are."""
    rng = random.Random(seed)
    unit = UNITS[seed % 3]
    order = list(rng.choice(orders))
    if unit.name == "report":
        order = [period for period in order if period.end.year == 2019] or [Y19]
    persons = people(rng, unit)
    public: list[Edition] = []
    internals: list[Edition] = []
    for period in order:
        made = plan(counted(unit, persons, period, rng.choice(PUBLIC)), public)
        public.append(internal.guarded(made, others(public, internals, period)))
        bare = [edition for edition in public if edition.period not in {one.period for one in internals}]
        for edition in rng.sample(bare, len(bare)):
            if rng.random() < 0.7:
                internals.append(internal.finer(edition, others(public, internals, edition.period)))
    return unit, public, internals


def narrowed(
    unit: Unit, public: Sequence[Edition], internals: Sequence[Edition], *, whole: bool = False
) -> list[Narrowed]:
    """What analysts know too well by everything that they have: numbers below their k, and those of few cases.

    A number of few cases that the public edition hides as a small one may be anything up to its k, as for everybody.
    """
    everything = [*(replace(edition, k=internal.K) for edition in public), *internals]
    k_of = {str(edition.period): edition.k for edition in public}
    cells, _tried = Attack(unit, everything, whole=whole).narrowed()
    return [
        cell
        for cell in cells
        if not (cell.least == 0 and cell.most >= k_of[cell.cell.split()[0]] > cell.true)
    ]


def shown(editions: Iterable[Edition]) -> int:
    """How many numbers tables of one dimension print."""
    return sum(
        len(sheet.shown) for edition in editions for sheet in edition.sheets.values() if not sheet.cross
    )


def test_no_analyst_narrows_a_number_by_both_editions_of_all_periods_together() -> None:
    more = 0
    for seed in range(60_000, 60_000 + often(1500, 40)):
        unit, public, internals = world(seed)
        assert narrowed(unit, public, internals) == [], seed
        beside = [edition for edition in public if edition.period in {one.period for one in internals}]
        more += shown(internals) - shown(beside)
    assert more > often(1500, 40)


def test_not_even_in_whole_numbers() -> None:
    for seed in range(70_000, 70_000 + often(300, 6)):
        unit, public, internals = world(seed, PAIRS)
        assert narrowed(unit, public, internals, whole=True) == [], seed


def test_nor_by_a_revision_that_came_after_an_internal_edition_even_if_nobody_ever_left() -> None:
    done = 0
    for seed in range(50_000, 50_000 + often(1500, 30)):
        unit, revised = revision(seed)
        if revised is not None:
            done += 1
            assert narrowed(unit, revised, [internal.finer(revised[0], [])]) == [], seed
    assert done > often(100, 2)


def by_itself(patch: pytest.MonkeyPatch) -> None:
    """Internal editions that know of no other, not of the public one of their period either."""
    full = planning.suppressed

    def alone(
        sheet: Sheet, edition: Edition, near: Sequence[Edition], fixed: frozenset[Key], **more: bool
    ) -> Any:
        return full(sheet, edition, *(([], frozenset()) if edition.internal else (near, fixed)), **more)

    patch.setattr(planning, "suppressed", alone)


def unguarded(patch: pytest.MonkeyPatch) -> None:
    """Public editions that know of no internal one."""
    patch.setattr(internal, "guarded", lambda edition, of_others: edition)


@pytest.mark.parametrize(("mutant", "first"), [(by_itself, 60_000), (unguarded, 60_120)])
def test_an_internal_edition_or_a_public_one_that_forgets_the_other_is_caught(
    mutant: Callable[[pytest.MonkeyPatch], None], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    assert any(narrowed(*world(seed)) for seed in range(first, first + 30))

"""The internal edition beside a public one: what analysts read, at the lowest k.

Analysts have everything that is public too. So an internal edition hides less of the tables that the public edition of
its period prints, and nothing else; what is left hidden is told by nobody who has both, and all other editions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from lnctp_tui.domain.disclosure import planning
from lnctp_tui.domain.disclosure.edition import Edition, Sheet
from lnctp_tui.domain.disclosure.rule import LEVELS

K: Final = min(LEVELS)


def known(public: Iterable[Edition], internal: Iterable[Edition]) -> list[Edition]:
    """What analysts have of each period: the internal edition's tables with the public one's crosses, held to K."""
    finer_of = {edition.period: edition for edition in internal}
    return [_both(edition, finer_of.get(edition.period)) for edition in public]


def _both(public: Edition, finer_one: Edition | None) -> Edition:
    if finer_one is None:
        return replace(public, k=K)
    sheets = {id_: sheet if sheet.cross else finer_one.sheets[id_] for id_, sheet in public.sheets.items()}
    return replace(finer_one, sheets=sheets)


def finer(public: Edition, of_others: Sequence[Edition]) -> Edition:
    """The internal edition of a period. `of_others`: what analysts have of other periods (`known`).

    Its numbers are those that the ledger has of the public one: no record is counted. It has no crosses: the public
    ones stand as they are.
    """
    edition = replace(public, k=K, rounded=1, internal=True)
    months = {id_: sheet for id_, sheet in public.sheets.items() if sheet.by_month}
    near = [*planning.in_one_tree(public.period, of_others), replace(public, k=K, sheets=months)]
    return replace(
        edition, sheets={id_: _finer(sheet, edition, near) for id_, sheet in public.sheets.items()}
    )


def _finer(sheet: Sheet, edition: Edition, near: Sequence[Edition]) -> Sheet:
    """A table with what must stay hidden of it: all that the public one hides where nothing less suffices."""
    if sheet.cross or sheet.withheld:
        return replace(sheet, hidden=frozenset(), withheld=True)
    open_to_all = frozenset(sheet.shown)
    hidden = planning.suppressed(replace(sheet, hidden=frozenset()), edition, near, open_to_all)
    return sheet if hidden is None else replace(sheet, hidden=hidden)


def guarded(edition: Edition, of_others: Sequence[Edition]) -> Edition:
    """A new public edition with what more must be hidden of it because of internal ones of other periods.

    Raises Drifted.
    """
    if not any(other.internal for other in planning.in_one_tree(edition.period, of_others)):
        return edition
    return replace(planning.plan(replace(edition, k=K), of_others), k=edition.k)

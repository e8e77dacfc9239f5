"""What of a new edition is printed, given every edition before it.

Units first: a total that would tell of somebody withholds its unit. Then tables of one dimension, each over all
periods at once; then crosses, in a period that no other edition touches. What cannot be protected is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from lnctp_tui.domain.disclosure.crosses import alike, protected
from lnctp_tui.domain.disclosure.edition import Edition, Key, Sheet
from lnctp_tui.domain.disclosure.periods import Period, month
from lnctp_tui.domain.disclosure.rule import NONE, primary
from lnctp_tui.domain.disclosure.time_tree import Node, TimeTree, planted

WHOLE: Key = ("", "")
CASE, REPORT = "case", "report"
TRATA: Key = ("trata", "")
"""The row of the reports' hub that is the total of cases."""


def plan(counted: Edition, earlier: Sequence[Edition]) -> Edition:
    """The edition with what is hidden of it; what `counted` hides already stays so. `earlier` are those that stand.

    Raises Drifted where a period holds less than a part of it that is printed.
    """
    around = in_one_tree(counted.period, earlier)
    edition = _without_leaves(counted, around)
    withheld = set(counted.withheld)
    withheld |= {unit for unit in edition.totals if not _total_holds(unit, edition, around)}
    for unit in sorted(edition.totals):
        if unit != REPORT and unit not in withheld:
            edition, holds = _lines(unit, edition, around, frozenset())
            withheld |= set() if holds else {unit}
    edition, withheld = _reports(edition, around, withheld)
    edition = replace(edition, withheld=frozenset(withheld))
    edition = replace(edition, sheets={id_: _bare(sheet, edition) for id_, sheet in edition.sheets.items()})
    return _crosses(edition, alone=not around)


def in_one_tree(period: Period, earlier: Sequence[Edition]) -> list[Edition]:
    """Editions in one tree with a period: inside it or around it, and inside those."""
    if all(edition.period.side(period) == "apart" for edition in earlier):
        return []
    widest = max([period, *(each.period for each in earlier if each.period.holds(period))],
                 key=lambda each: each.end - each.start)  # fmt: skip
    return [edition for edition in earlier if widest.holds(edition.period)]


def _without_leaves(edition: Edition, near: Iterable[Edition]) -> Edition:
    """Within a period of which a cross is printed, the table of its leaf is not: three tables would close a ring."""
    closed = {
        (cross.unit, cross.leaf)
        for outer in near
        if outer.period.holds(edition.period)
        for cross in outer.sheets.values()
        if cross.cross and not cross.by_month and not cross.withheld and cross.unit not in outer.withheld
    }
    sheets = {
        id_: replace(sheet, withheld=True)
        if (sheet.unit, sheet.rows) in closed and not sheet.columns
        else sheet
        for id_, sheet in edition.sheets.items()
    }
    return replace(edition, sheets=sheets)


def _total_holds(unit: str, edition: Edition, near: Iterable[Edition]) -> bool:
    """Whether a unit's total may be printed: neither it nor what is left beside it tells of somebody."""
    if primary(edition.totals[unit], edition.k):
        return False
    nodes = [
        Node(other.period, other.k, total, {WHOLE: total}, {WHOLE} if unit in other.withheld else set())
        for other in (*near, edition)
        if (total := other.totals.get(unit)) is not None
    ]
    if unit == REPORT:
        nodes += [node for other in near for node in _months(other)]
        for node in nodes:
            node.cells = {WHOLE: node.total}
            node.hidden = {WHOLE} if not node.known else node.hidden & {WHOLE}
    root = planted(nodes, nodes[len([other for other in near if unit in other.totals])])
    return TimeTree(root, adds_up=False, bounded=False).protect()


def _lines(
    unit: str, edition: Edition, near: Sequence[Edition], printed: frozenset[Key], *, known: bool = True
) -> tuple[Edition, bool]:
    """A unit's tables of one dimension (and pairs that are no cross), with what is hidden of them; whether that holds.

    `printed` are keys of the hub that are known in any case.
    """
    sheets = dict(edition.sheets)
    for sheet in edition.tables(unit):
        if sheet.cross or (sheet.withheld and not near):
            continue
        fixed = printed if sheet.rows == "report_class" else frozenset()
        made = suppressed(sheet, edition, near, fixed, known=known and not sheet.withheld, total=known)
        if made is None:
            return edition, False
        sheets[sheet.id] = replace(sheet, hidden=made)
    return replace(edition, sheets=sheets), True


def suppressed(
    sheet: Sheet, edition: Edition, near: Sequence[Edition], fixed: frozenset[Key], *, known: bool = True,
    total: bool = True,
) -> frozenset[Key] | None:  # fmt: skip
    """What is hidden of a table of one dimension, over all periods; None where nothing suffices.

    `fixed`: keys that are printed in any case; `known`: whether the table is printed; `total`: its unit's total.
    """
    small = {key for key, count in sheet.cells.items() if primary(count, edition.k)}
    start = (small | sheet.hidden) - fixed
    if sheet.rows == "report_class" and TRATA in sheet.cells and TRATA not in fixed:
        start.add(TRATA)
    mine = Node(edition.period, edition.k, edition.totals[sheet.unit], dict(sheet.cells),
                start if known else set(sheet.cells) - fixed, known=total, free=True, fixed=fixed)  # fmt: skip
    nodes = [mine, *(node for other in near for node in _former(sheet, other))]
    root = planted(nodes, mine)
    tree = TimeTree(root, adds_up=not sheet.many)
    if not tree.protect():
        return None
    tree.collect()
    return frozenset(mine.hidden)


def _former(sheet: Sheet, edition: Edition) -> list[Node]:
    """A table as an earlier edition has it; of classes of reports, with its months."""
    former = edition.sheets.get(sheet.id)
    months = _months(edition) if sheet.rows == "report_class" else []
    if former is None or former.unit not in edition.totals:
        return months
    gone = former.withheld or former.unit in edition.withheld
    hidden = set(former.cells) if gone else set(former.hidden)
    if sheet.rows == "report_class" and CASE not in edition.withheld:
        hidden.discard(TRATA)
    node = Node(edition.period, edition.k, edition.totals[former.unit], dict(former.cells), hidden,
                known=former.unit not in edition.withheld)  # fmt: skip
    return [node, *months]


def _months(edition: Edition) -> list[Node]:
    """The months of an edition's classes of reports, where it prints them."""
    by_month = next((sheet for sheet in edition.tables(REPORT) if sheet.by_month), None)
    if by_month is None or by_month.withheld or REPORT in edition.withheld:
        return []
    nodes: dict[str, Node] = {}
    first = by_month.rows == "month"
    for key, count in sorted(by_month.cells.items()):
        code, class_ = key if first else (key[1], key[0])
        node = nodes.setdefault(code, Node(month(code), edition.k, NONE, {}, set(), month=True))
        node.total = node.total + count
        node.cells[class_, ""] = count
        if key in by_month.hidden:
            node.hidden.add((class_, ""))
    return list(nodes.values())


def _reports(edition: Edition, near: Sequence[Edition], withheld: set[str]) -> tuple[Edition, set[str]]:
    """Reports last, for one of their classes is the total of cases: printed with it, withheld with it."""
    if REPORT not in edition.totals:
        return edition, withheld
    tries = [(report, case) for case in (True, False) for report in (True, False)]
    for report, case in tries:
        if (report and REPORT in withheld) or (case and (CASE in withheld or CASE not in edition.totals)):
            continue
        made, holds = _lines(REPORT, edition, near, frozenset({TRATA} if case else ()), known=report)
        if not report:
            holds = holds or not case
            made = edition
        if holds:
            gone = withheld - {REPORT, CASE} | ({REPORT} if not report else set())
            return made, gone | ({CASE} if not case and CASE in edition.totals else set())
    return edition, withheld | {REPORT, CASE}


def _bare(sheet: Sheet, edition: Edition) -> Sheet:
    """A table of a withheld unit has nothing printed."""
    return replace(sheet, hidden=frozenset(), withheld=True) if sheet.unit in edition.withheld else sheet


def _crosses(edition: Edition, *, alone: bool) -> Edition:
    sheets = dict(edition.sheets)
    for sheet in edition.sheets.values():
        if not sheet.cross:
            continue
        hub = edition.hub(sheet.unit)
        leaf = _leaf(edition, sheet)
        lost = leaf is not None and leaf.withheld
        if not alone or sheet.withheld or hub is None or hub.withheld or lost:
            sheets[sheet.id] = replace(sheet, hidden=frozenset(), withheld=True)
        elif sheet.by_month:
            sheets[sheet.id] = _by_month(sheet, hub, edition)
        else:
            total = edition.totals[sheet.unit].n
            sheets[sheet.id] = protected(sheet, hub, leaf, total, edition.k)
    return replace(edition, sheets=sheets)


def _leaf(edition: Edition, cross: Sheet) -> Sheet | None:
    """The printed table of a cross's other dimension."""
    lines = (sheet for sheet in edition.tables(cross.unit) if not sheet.columns and sheet.many == cross.many)
    return next((sheet for sheet in lines if sheet.rows == cross.leaf), None)


def _by_month(sheet: Sheet, hub: Sheet, edition: Edition) -> Sheet:
    """Classes by month: months are parts of the period, so that a later edition of some of them is in the tree."""
    year = Node(edition.period, edition.k, edition.totals[REPORT], dict(hub.cells), set(hub.hidden))
    parts = _months(replace(edition, sheets={sheet.id: sheet}))
    if any(primary(part.total, edition.k) for part in parts):
        return replace(sheet, withheld=True)
    for part in parts:
        part.free = True
        part.hidden |= {key for key, count in part.cells.items() if primary(count, part.k)} | hub.hidden
    tree = TimeTree(planted([year, *parts], year), adds_up=True)
    if not tree.protect() or not alike(tree.network, edition.k):
        return replace(sheet, withheld=True)
    tree.collect()
    first = sheet.rows == "month"
    hidden = {
        (part.period.start.isoformat()[:7], key[0]) if first else (key[0], part.period.start.isoformat()[:7])
        for part in parts
        for key in part.hidden
    }
    return replace(sheet, hidden=frozenset(hidden & set(sheet.cells)))

"""A cross of a unit's hub with something else, in a period that no other edition has a day of.

Its margins are the two tables of one dimension, printed before it; what they hide is one row or column together.
So all margins are numbers that are known already, and the inside is a network of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from lnctp_tui.domain.disclosure.edition import REST, Key, Sheet
from lnctp_tui.domain.disclosure.flow import DOWN, GROUND, UP, Edge, Network
from lnctp_tui.domain.disclosure.rule import Count, needs, price, primary
from lnctp_tui.domain.disclosure.time_tree import satisfied


def grouped(sheet: Sheet, hub: Sheet, leaf: Sheet | None) -> Sheet:
    """The cross over printed categories. Hidden ones of mentions are left out: they add up to nothing."""
    swapped = sheet.rows != hub.rows
    hub_hidden = {row for row, _ in hub.hidden}
    leaf_hidden = {row for row, _ in leaf.hidden} if leaf is not None else set()
    cells: dict[Key, Count] = {}
    for key, count in sorted(sheet.cells.items()):
        of_hub, of_leaf = reversed(key) if swapped else key
        if of_leaf in leaf_hidden and sheet.many:
            continue
        pair = (REST if of_hub in hub_hidden else of_hub, REST if of_leaf in leaf_hidden else of_leaf)
        placed = (pair[1], pair[0]) if swapped else pair
        former = cells.get(placed)
        # How many cases the categories have together is not known; never more than said here is certain.
        cells[placed] = count if former is None else Count(former.n + count.n, max(former.cases, count.cases))
    return replace(sheet, cells=cells)


def fits(sheet: Sheet, hub: Sheet, leaf: Sheet | None) -> bool:
    """Whether a cross has the margins that its two tables say."""
    swapped = sheet.rows != hub.rows
    of_hub: Counter[str] = Counter()
    of_leaf: Counter[str] = Counter()
    for key, count in sheet.cells.items():
        row, column = reversed(key) if swapped else key
        of_hub[row] += count.n
        of_leaf[column] += count.n
    rows = sheet.many or all(of_hub[row] == count.n for (row, _), count in hub.cells.items())
    return rows and (leaf is None or all(of_leaf[code] == count.n for (code, _), count in leaf.cells.items()))


def protected(sheet: Sheet, hub: Sheet, leaf: Sheet | None, total: int, k: int) -> Sheet:
    """The cross with what must be hidden of it; withheld where nothing suffices."""
    if not fits(sheet, hub, leaf):
        return replace(sheet, withheld=True)
    sheet = grouped(sheet, hub, leaf)
    swapped = sheet.rows != hub.rows
    sizes = {row: count.n for (row, _), count in hub.cells.items()}
    sizes[REST] = sum(hub.cells[key].n for key in hub.hidden)
    network, numbers = Network(), {}
    for key, count in sheet.cells.items():
        of_hub, of_leaf = reversed(key) if swapped else key
        row = GROUND if sheet.many else ("row", of_hub)
        column = GROUND if leaf is None else ("column", of_leaf)
        top = min(sizes.get(of_hub, total), total)
        edge = Edge(row, column, count.n, top, primary(count, k) or key in sheet.hidden, price(count.n))
        numbers[key] = network.add(edge)
    wanted = [(numbers[key], needs(count, k)) for key, count in sheet.cells.items() if primary(count, k)]
    if not satisfied(network, wanted) or not alike(network, k):
        return replace(sheet, withheld=True)
    return replace(
        sheet, hidden=frozenset(key for key, number in numbers.items() if network.edges[number].hidden)
    )


def alike(network: Network, k: int) -> bool:
    """Makes every hidden cell one that could be zero and could be k, or is k at least whatever happens.

    Whoever has the files alone can then see that no hidden cell is narrowed, whichever of them are the small ones.
    False where that cannot be done.
    """
    done: set[int] = set()
    while open_cells := [at for at, edge in enumerate(network.edges) if edge.hidden and at not in done]:
        for number in open_cells:
            n = network.edges[number].value
            least = n - network.reach(number, DOWN, n)
            if least < k and not network.protect(number, DOWN, n):
                return False
            if n < k and not network.protect(number, UP, k - n):
                return False
            done.add(number)
    return True

"""One table over all periods in which it was printed, as one network.

Periods lie within one another or apart: they are a tree, and what of a period none of its parts printed, its rest,
is one more part, hidden from the start, since anybody can subtract. A cell of a part stands at + in the sum of its
period and at − in the total of the part; of a period with parts, at − in that sum. So every cell is in two equations.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from math import inf

from lnctp_tui.domain.disclosure.edition import Key
from lnctp_tui.domain.disclosure.flow import DOWN, GROUND, UP, Edge, Network
from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.rule import NONE, Count, needs, price, primary

ENDLESS = 1 << 40


class Drifted(ValueError):
    """A period has fewer of something than a part of it had when it was printed."""


@dataclass(slots=True)
class Node:
    """A table in one period."""

    period: Period
    k: int
    total: Count
    cells: dict[Key, Count]
    hidden: set[Key]
    known: bool = True
    """Whether its total is printed."""
    free: bool = False
    """Whether more of it may be hidden: it is being made."""
    fixed: frozenset[Key] = frozenset()
    """What is printed for good even so."""
    parts: list[Node] = field(default_factory=list)
    above: Node | None = None
    month: bool = False
    """Whether it is a month of the edition around it, not an edition."""


def planted(nodes: Iterable[Node], root_of: Node) -> Node:
    """The tree in which one node is, with the rests of every period. Raises Drifted."""
    ordered = sorted(nodes, key=lambda node: (node.period.start, -node.period.end.toordinal()))
    for at, node in enumerate(ordered):
        around = [other for other in ordered[:at] if other.period.holds(node.period)]
        node.above = max(
            around, key=lambda other: (other.period.start, -other.period.end.toordinal()), default=None
        )
        if node.above is not None:
            node.above.parts.append(node)
    root = root_of
    while root.above is not None:
        root = root.above
    for node in ordered:
        _add_rest(node)
    return root


def _add_rest(node: Node) -> None:
    """Puts what no edition within it has under one part more; months that are in none are the parts of that."""
    editions = [part for part in node.parts if not part.month]
    months = [part for part in node.parts if part.month]
    total, cells = node.total, dict(node.cells)
    for part in editions or months:
        total = total - part.total
        for key, count in part.cells.items():
            cells[key] = cells.get(key, NONE) - count
    if total.n < 0 or any(count.n < 0 for count in cells.values()):
        raise Drifted(str(node.period))
    left = total.n or any(count.n for count in cells.values())
    if months and not editions and left:
        raise Drifted(str(node.period))
    if not editions or not left:
        return
    k = max([node.k, *(part.k for part in editions)])
    rest = Node(node.period, k, total, cells, set(cells), known=False, parts=months, above=node)
    for part in months:
        part.above = rest
    node.parts = [*editions, rest]


def walk(node: Node) -> list[Node]:
    """The node and all below it."""
    return [node, *(below for part in node.parts for below in walk(part))]


class TimeTree:
    """The network of one table over a tree of periods."""

    def __init__(self, root: Node, *, adds_up: bool, bounded: bool = True) -> None:
        self.network = Network()
        self.numbers: dict[tuple[int, Key], int] = {}
        self.nodes = walk(root)
        self._adds_up, self._bounded = adds_up, bounded
        keys = sorted({key for node in self.nodes for key in node.cells})
        for at, node in enumerate(self.nodes):
            for key in keys:
                self.numbers[at, key] = self.network.add(self._edge(node, key))

    def _edge(self, node: Node, key: Key) -> Edge:
        n = node.cells.get(key, NONE).n
        plus: Hashable = ("sum", key, id(node.above)) if node.above is not None else GROUND
        minus: Hashable = ("sum", key, id(node)) if node.parts else self._total(node)
        if node.above is None and node.parts:
            plus = self._total(node)
        settled = not node.free or key in node.fixed
        top = max(node.total.n, n) if self._bounded else ENDLESS
        return Edge(plus, minus, n, top, key in node.hidden, inf if settled else price(n))

    def _total(self, node: Node) -> Hashable:
        """The equation of a part's total. Those that nobody knows apart are known together."""
        if not self._adds_up:
            return GROUND
        if node.known:
            return ("total", id(node))
        above = node.above
        while above is not None and not above.known:
            above = above.above
        return GROUND if above is None else ("left", id(above))

    def protect(self) -> bool:
        """Hides what every cell that tells of somebody needs. False where that cannot be done."""
        wanted = []
        for (at, key), number in self.numbers.items():
            node = self.nodes[at]
            count = node.cells.get(key, NONE)
            if self.network.edges[number].hidden and primary(count, node.k):
                wanted.append((number, needs(count, node.k)))
        return satisfied(self.network, wanted)

    def collect(self) -> None:
        """Tells each free node what was hidden of it."""
        for (at, key), number in self.numbers.items():
            if self.nodes[at].free and self.network.edges[number].hidden:
                self.nodes[at].hidden.add(key)


def satisfied(network: Network, wanted: list[tuple[int, tuple[int, int]]]) -> bool:
    """Whether every cell can move as far as it must, once what that takes is hidden; the widest first."""
    for number, (up, down) in sorted(wanted, key=lambda cell: (-sum(cell[1]), cell[0])):
        if not (network.protect(number, UP, up) and network.protect(number, DOWN, down)):
            return False
    return True

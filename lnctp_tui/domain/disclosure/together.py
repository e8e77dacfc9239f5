"""What several editions tell together, reckoned from their files alone: differences that nobody printed.

A table of one dimension over nested periods is a network: a period is the sum of what was printed of its parts and of
a rest. Every equation is a node, every number an edge; hidden ones take any values that fit (a flow), and how far one
can move from there is exact. Why crosses add nothing as long as they keep to their rule: decision 034.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lnctp_tui.domain.disclosure.edition import HUBS, Key
from lnctp_tui.domain.disclosure.flow import DOWN, GROUND, UP, Edge, Network, Way
from lnctp_tui.domain.disclosure.periods import Period, month
from lnctp_tui.domain.disclosure.printed import Printed
from lnctp_tui.domain.disclosure.time_tree import ENDLESS

Found = tuple[str, str]
"""What is wrong, and where."""


@dataclass(frozen=True)
class Public:
    """An edition as everybody has it."""

    name: str
    period: Period
    k: int
    step: int
    tables: Mapping[str, Printed]
    totals: Mapping[str, int | None]


@dataclass(slots=True)
class _Part:
    """A table in one period. What is not printed of it is None."""

    name: str
    period: Period
    k: int
    total: int | None
    cells: Mapping[Key, int | None]
    parts: list[_Part] = field(default_factory=list)
    above: _Part | None = None


def check(editions: Sequence[Public]) -> list[Found]:
    """All that is wrong between editions: across one another, a ring of tables, a difference that tells of somebody."""
    found = list(_sides(editions))
    if any(edition.step > 1 for edition in editions):
        return found  # what was rounded says nothing to the unit
    last = list({edition.period: edition for edition in editions}.values())
    found += _rings(last)
    for id_ in sorted(
        {id_ for edition in last for id_, table in edition.tables.items() if not table.columns}
    ):
        for root in _trees(last, id_):
            found += _narrowed(id_, root)
    return found


def _sides(editions: Sequence[Public]) -> Iterator[Found]:
    for at, later in enumerate(editions):
        for former in editions[:at]:
            side = later.period.side(former.period)
            if side == "across":
                yield "across", f"{former.name} {later.name}"
            elif side == "same" and former.step == later.step == 1 and _small(former, later):
                yield "small_change", f"{former.name} {later.name}"


def _small(former: Public, later: Public) -> bool:
    """Whether a printed number of a period changed by so little that it tells of somebody."""
    pairs = [(n, later.totals.get(unit)) for unit, n in former.totals.items()]
    for id_, table in former.tables.items():
        now = later.tables[id_].cells if id_ in later.tables else {}
        pairs += [(n, now.get(key)) for key, n in table.cells.items()]
    return any(a is not None and b is not None and 0 < abs(a - b) < former.k for a, b in pairs)


def _rings(editions: Sequence[Public]) -> Iterator[Found]:
    """Hub by leaf of a period, and the leaf of a part of it: three tables that close a ring."""
    for outer in editions:
        crosses = [table for table in outer.tables.values() if table.columns and table.lines]
        for inner in editions:
            if outer.period.side(inner.period) != "around":
                continue
            for cross in crosses:
                leaf = cross.columns if cross.rows == HUBS.get(cross.unit) else cross.rows
                for table in inner.tables.values():
                    same = (table.unit, table.rows, table.many) == (cross.unit, leaf, cross.many)
                    if same and table.lines and not table.columns:
                        yield "ring", f"{outer.name} {cross.id}, {inner.name} {table.id}"


def _trees(editions: Iterable[Public], id_: str) -> list[_Part]:
    """The table over all periods in which it stands, those within others below them; roots that have parts."""
    parts = [part for edition in editions for part in _parts_of(edition, id_)]
    roots = []
    for part in sorted(parts, key=lambda part: (part.period.start, -part.period.end.toordinal())):
        around = [
            other for other in parts if other is not part and other.period.side(part.period) == "around"
        ]
        part.above = min(around, key=lambda other: other.period.end - other.period.start, default=None)
        if part.above is None:
            roots.append(part)
        else:
            part.above.parts.append(part)
    for part in parts:
        _add_rest(part)
    return [root for root in roots if root.parts]


def _parts_of(edition: Public, id_: str) -> list[_Part]:
    table = edition.tables.get(id_)
    if table is None or (table.many and not table.lines):
        return []
    total = None if table.many else edition.totals.get(table.unit)
    whole = _Part(edition.name, edition.period, edition.k, total, dict(table.cells))
    by_month = next(
        (other for other in edition.tables.values() if {other.rows, other.columns} == {"month", table.rows}),
        None,
    )
    return [whole, *(_months(edition, by_month) if by_month else [])]


def _months(edition: Public, table: Printed) -> list[_Part]:
    at = 0 if table.rows == "month" else 1
    codes = sorted({key[at] for key in table.cells if key[at]})
    return [
        _Part(
            f"{edition.name} {code}", month(code), edition.k,
            next((n for key, n in table.cells.items() if key[at] == code and not key[1 - at]), None),
            {(key[1 - at], ""): n for key, n in table.cells.items() if key[at] == code and key[1 - at]},
        )
        for code in codes
    ]  # fmt: skip


def _add_rest(part: _Part) -> None:
    """What no part has is one part more, of which nothing is printed."""
    if not part.parts or not part.period.without([inner.period for inner in part.parts]):
        return
    totals = [inner.total for inner in part.parts]
    known = [n for n in totals if n is not None]
    left = part.total - sum(known) if part.total is not None and len(known) == len(totals) else None
    k = max([part.k, *(inner.k for inner in part.parts)])
    part.parts.append(_Part(f"{part.name} (resto)", part.period, k, left, {}, above=part))


class _Together:
    """The network of one table over a tree of periods."""

    def __init__(self, root: _Part) -> None:
        self.network = Network()
        self.short: dict[Hashable, int] = {}
        """Equation → what its edges still lack."""
        self.hidden: dict[tuple[int, Key], int] = {}
        self.parts = list(_walk(root))
        keys = sorted({key for part in self.parts for key in part.cells})
        for at, part in enumerate(self.parts):
            for key in keys:
                self._add(at, part, key)
            if not part.parts and part.total is not None:
                self._lacks(("total", id(part)), -part.total)

    def _add(self, at: int, part: _Part, key: Key) -> None:
        plus: Hashable = ("sum", key, id(part.above)) if part.above is not None else GROUND
        minus: Hashable = ("sum", key, id(part)) if part.parts else GROUND
        if not part.parts and part.total is not None:
            minus = ("total", id(part))
        n = part.cells.get(key)
        if n is None:
            self.hidden[at, key] = self.network.add(Edge(plus, minus, 0, ENDLESS, True, 0.0))
        else:
            self._lacks(plus, -n)
            self._lacks(minus, n)

    def _lacks(self, node: Hashable, n: int) -> None:
        if node != GROUND:
            self.short[node] = self.short.get(node, 0) + n

    def fill(self) -> bool:
        """Gives hidden cells values that fit. False where none do."""
        while True:
            more = [node for node, n in self.short.items() if n > 0]
            less = {node for node, n in self.short.items() if n < 0}
            path = self._path([*more, GROUND], less) or self._path(more, {GROUND})
            if path is None:
                return not any(self.short.values())
            start, end, steps = path
            wanting = [abs(self.short[node]) for node in (start, end) if node != GROUND]
            room = min([*(self.network.edges[at].room(way) for at, way in steps), *wanting])
            for at, way in steps:
                self.network.edges[at].value += way * room
            self._lacks(start, -room)
            self._lacks(end, room)

    def _path(
        self, sources: Iterable[Hashable], goals: set[Hashable]
    ) -> tuple[Hashable, Hashable, list[tuple[int, Way]]] | None:
        came: dict[Hashable, tuple[Hashable, int, Way] | None] = dict.fromkeys(sources)
        waiting = deque(came)
        while waiting:
            node = waiting.popleft()
            if node in goals and came[node] is not None:
                steps, end = list[tuple[int, Way]](), node
                while (step := came[node]) is not None:
                    node, at, way = step
                    steps.append((at, way))
                return node, end, steps
            for at in self.network.touching(node):
                edge = self.network.edges[at]
                way = UP if edge.plus == node else DOWN
                following = edge.minus if way == UP else edge.plus
                if following not in came and edge.room(way) > 0:
                    came[following] = (node, at, way)
                    waiting.append(following)
        return None

    def intervals(self) -> Iterator[tuple[_Part, Key, int, int]]:
        """Of each hidden cell, the least and most that it can be."""
        for (at, key), number in self.hidden.items():
            edge = self.network.edges[number]
            down = self.network.reach(number, DOWN, edge.value)
            up = self.network.reach(number, UP, self.parts[at].k)
            yield self.parts[at], key, edge.value - down, edge.value + up


def _walk(part: _Part) -> Iterator[_Part]:
    yield part
    for inner in part.parts:
        yield from _walk(inner)


def _narrowed(id_: str, root: _Part) -> Iterator[Found]:
    """Cells of which the editions tell that they are above zero and below k, or exactly which such number."""
    reckoned = _Together(root)
    if not reckoned.fill():
        yield "sum", f"{root.name} {id_}"
        return
    for part, key, least, most in reckoned.intervals():
        if least > 0 and most < part.k:
            yield "narrow", f"{part.name} {id_} {key[0]}: {least}–{most}"

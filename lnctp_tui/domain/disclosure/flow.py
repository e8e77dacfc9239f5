"""Cells as the edges of a network, equations as its nodes: how far a hidden cell can move, and what to hide for it.

A cell stands at + in one equation and at − in another. Hidden cells move along cycles, whole units at a time, so the
most that a cell can move is a greatest flow, and what has to be hidden for it to move further is a cheapest path.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Final, Literal

GROUND = "ground"
"""The node of whatever stands in one equation only: it asks for nothing."""
Way = Literal[1, -1]
UP: Final[Way] = 1
DOWN: Final[Way] = -1


@dataclass(slots=True)
class Edge:
    """One cell."""

    plus: Hashable
    minus: Hashable
    value: int
    top: int
    """The most it can be, by what everybody knows."""
    hidden: bool
    price: float
    """What it costs to hide it; infinite where it is printed for good."""

    def room(self, way: Way) -> int:
        """How far it can go up or down by itself."""
        return self.top - self.value if way == UP else self.value

    def cost(self, room: int) -> float:
        """What one unit through it costs: cheap where it is hidden, dear where it is printed and carries little."""
        return 0.0 if self.hidden else self.price / room


@dataclass(slots=True)
class _Flow:
    """What moves through edges, by number, at present."""

    moved: dict[int, int] = field(default_factory=dict)

    def room(self, number: int, edge: Edge, way: Way) -> int:
        moved = self.moved.get(number, 0)
        return edge.top - edge.value - moved if way == UP else edge.value + moved


class Network:
    """Cells and the equations between them."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._at: dict[Hashable, list[int]] = {}

    def add(self, edge: Edge) -> int:
        """Its number."""
        number = len(self.edges)
        self.edges.append(edge)
        for node in {edge.plus, edge.minus}:
            self._at.setdefault(node, []).append(number)
        return number

    def touching(self, node: Hashable) -> Sequence[int]:
        """The cells of an equation."""
        return self._at.get(node, ())

    def reach(self, number: int, way: Way, need: int) -> int:
        """How far a hidden cell can move, up to `need`: exact, in whole units."""
        edge = self.edges[number]
        need = min(need, edge.room(way))
        flow = _Flow({})
        moved = 0
        while moved < need:
            path = self._shortest(number, way, flow)
            if path is None:
                return moved
            moved += self._push(path, flow, need - moved)
        return moved

    def protect(self, number: int, way: Way, need: int) -> bool:
        """Hides what is cheapest until the cell can move by `need`. False where nothing that may be hidden suffices."""
        edge = self.edges[number]
        if need > edge.room(way):
            return False
        flow = _Flow({})
        moved = 0
        while moved < need:
            path = self._shortest(number, way, flow) or self._cheapest(number, way, flow, need - moved)
            if path is None:
                return False
            for step, _way in path:
                self.edges[step].hidden = True
            moved += self._push(path, flow, need - moved)
        return True

    def _ends(self, number: int, way: Way) -> tuple[Hashable, Hashable]:
        edge = self.edges[number]
        return (edge.plus, edge.minus) if way == UP else (edge.minus, edge.plus)

    def _steps(self, node: Hashable, without: int, flow: _Flow) -> list[tuple[int, Way, Hashable, int]]:
        steps: list[tuple[int, Way, Hashable, int]] = []
        for number in self.touching(node):
            edge = self.edges[number]
            if number == without or edge.plus == edge.minus or not (edge.hidden or edge.price < inf):
                continue
            way: Way = DOWN if edge.plus == node else UP
            room = flow.room(number, edge, way)
            if room > 0:
                steps.append((number, way, edge.minus if way == DOWN else edge.plus, room))
        return steps

    def _shortest(self, number: int, way: Way, flow: _Flow) -> list[tuple[int, Way]] | None:
        """The fewest hidden cells that let the cell move one unit further."""
        start, goal = self._ends(number, way)
        came: dict[Hashable, tuple[Hashable, int, Way] | None] = {start: None}
        waiting = deque([start])
        while waiting and goal not in came:
            node = waiting.popleft()
            for step, step_way, following, _room in self._steps(node, number, flow):
                if following not in came and self.edges[step].hidden:
                    came[following] = (node, step, step_way)
                    waiting.append(following)
        return _walked(came, goal)

    def _cheapest(self, number: int, way: Way, flow: _Flow, need: int) -> list[tuple[int, Way]] | None:
        """The cheapest path, through cells that are still printed too (Dijkstra)."""
        start, goal = self._ends(number, way)
        came: dict[Hashable, tuple[Hashable, int, Way] | None] = {start: None}
        least: dict[Hashable, float] = {start: 0.0}
        queue: list[tuple[float, int, Hashable]] = [(0.0, 0, start)]
        order = 0
        final: set[Hashable] = set()
        while queue:
            cost, _order, node = heappop(queue)
            if node in final:
                continue
            final.add(node)
            if node == goal:
                break
            for step, step_way, following, room in self._steps(node, number, flow):
                total = cost + self.edges[step].cost(min(room, need)) + 1e-6
                if total < least.get(following, inf):
                    least[following] = total
                    came[following] = (node, step, step_way)
                    order += 1
                    heappush(queue, (total, order, following))
        return _walked(came, goal) if goal in final else None

    def _push(self, path: list[tuple[int, Way]], flow: _Flow, most: int) -> int:
        room = min([most, *(flow.room(number, self.edges[number], way) for number, way in path)])
        for number, way in path:
            flow.moved[number] = flow.moved.get(number, 0) + way * room
        return room


def _walked(
    came: dict[Hashable, tuple[Hashable, int, Way] | None], goal: Hashable
) -> list[tuple[int, Way]] | None:
    if goal not in came:
        return None
    path: list[tuple[int, Way]] = []
    node = goal
    while (step := came[node]) is not None:
        node, number, way = step
        path.append((number, way))
    return path

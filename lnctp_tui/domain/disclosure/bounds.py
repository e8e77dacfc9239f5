"""What everybody can reckon of a hidden cell from one edition's files: the least and most it can be.

From what is printed alone, so that anybody can do it again. The margins of a cross are printed numbers, so each table
is reckoned by itself; why that is all there is: decision 034.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping

from lnctp_tui.domain.disclosure.edition import HUBS, REST, Key
from lnctp_tui.domain.disclosure.flow import DOWN, GROUND, UP, Edge, Network
from lnctp_tui.domain.disclosure.printed import Printed
from lnctp_tui.domain.disclosure.time_tree import ENDLESS

Interval = tuple[int, int]


def intervals(
    tables: Iterable[Printed], totals: Mapping[str, int | None], step: int = 1
) -> dict[str, dict[Key, Interval]]:
    """Table → hidden cell → the least and most it can be. `step`: to what numbers are rounded."""
    printed = list(tables)
    lines = {(table.unit, table.rows, table.many): table for table in printed if not table.columns}
    made = {}
    for table in printed:
        total = totals.get(table.unit)
        if not table.lines or total is None:
            continue
        if not table.columns:
            made[table.id] = _line(table, total, step)
        else:
            made[table.id] = _cross(table, lines, total, step)
    return made


def left(table: Printed | None, total: int) -> int:
    """What the hidden cells of a table of one dimension have together."""
    return total - sum(n for n in table.cells.values() if n is not None) if table is not None else total


def _line(table: Printed, total: int, step: int) -> dict[Key, Interval]:
    hidden = [key for key, n in table.cells.items() if n is None]
    if table.many:
        return dict.fromkeys(hidden, (0, total + step // 2))
    slack = step // 2 * (len(table.lines) - len(hidden) + 1)
    most = left(table, total) + slack
    least = most - 2 * slack if len(hidden) == 1 else 0
    return {key: (max(least, 0), most) for key in hidden}


def _cross(
    table: Printed, lines: Mapping[tuple[str, str, bool], Printed], total: int, step: int
) -> dict[Key, Interval]:
    margins = _margins(table, lines, total)
    network, numbers, needs = Network(), {}, dict(margins)
    swapped = table.rows != HUBS[table.unit]
    for key, n in table.cells.items():
        of_hub, of_leaf = (key[1], key[0]) if swapped else key
        if "" in key:
            continue
        row: Hashable = ("row", of_hub) if ("row", of_hub) in needs else GROUND
        column: Hashable = ("column", of_leaf) if ("column", of_leaf) in needs else GROUND
        if n is None:
            top = margins.get(("size", of_hub), ENDLESS)
            numbers[key] = network.add(Edge(row, column, 0, top, True, 0.0))
            continue
        for node in (row, column):
            if node in needs:
                needs[node] -= n
    for hub_code in [code for kind, code in needs if kind == "of"]:
        network.add(Edge(("left", ""), ("row", hub_code), 0, ENDLESS, True, 0.0))
    if step > 1:
        return {key: (0, _widened(key, needs, swapped, step * len(table.lines))) for key in numbers}
    _fill(network, needs)
    return {key: _reached(network, number) for key, number in numbers.items()}


def _margins(
    table: Printed, lines: Mapping[tuple[str, str, bool], Printed], total: int
) -> dict[tuple[str, str], int]:
    """The sums that are known of the rows (the hub's) and columns of a cross."""
    hub_name = HUBS[table.unit]
    leaf_name = table.columns if table.rows == hub_name else table.rows
    hub, leaf = lines[table.unit, hub_name, False], lines.get((table.unit, leaf_name, table.many))
    sums: dict[tuple[str, str], int] = {}
    row = "size" if table.many else "row"
    for (code, _), n in hub.cells.items():
        if n is not None:
            sums[row, code] = n
        elif leaf_name == "month":
            sums["row", code] = 0
            sums["of", code] = 0
    if leaf_name == "month":
        sums["left", ""] = left(hub, total)
        at = 0 if table.rows == "month" else 1
        sums |= {
            ("column", key[at]): n for key, n in table.cells.items() if key[1 - at] == "" and n is not None
        }
        return sums
    sums[row, REST] = left(hub, total)
    if leaf is not None:
        sums |= {("column", code): n for (code, _), n in leaf.cells.items() if n is not None}
        if not table.many:
            sums["column", REST] = left(leaf, total)
    return sums


def _widened(key: Key, needs: Mapping[tuple[str, str], int], swapped: bool, slack: int) -> int:
    of_hub, of_leaf = (key[1], key[0]) if swapped else key
    known = [
        needs[node] for node in (("row", of_hub), ("column", of_leaf), ("size", of_hub)) if node in needs
    ]
    return max(0, min(known, default=0)) + slack


def _fill(network: Network, needs: Mapping[tuple[str, str], int]) -> None:
    """Gives the hidden cells any values that fit: a greatest flow from rows to columns."""
    short = {node: n for node, n in needs.items() if node[0] in ("row", "column", "left") and n > 0}
    free_rows, free_columns = _is_ground(network, "plus"), _is_ground(network, "minus")
    while True:
        sources: list[Hashable] = [node for node, n in short.items() if node[0] != "column" and n > 0] or (
            [GROUND] if free_rows and any(n > 0 for node, n in short.items() if node[0] == "column") else []
        )
        goals: set[Hashable] = {node for node, n in short.items() if node[0] == "column" and n > 0}
        path = _path(network, sources, goals, to_ground=free_columns)
        if path is None:
            return
        ends, steps = path
        room = min([*(network.edges[at].room(UP if up else DOWN) for at, up in steps),
                    *(short[node] for node in ends if node in short)])  # fmt: skip
        for at, up in steps:
            network.edges[at].value += room if up else -room
        for node in ends:
            if node in short:
                short[node] -= room


def _is_ground(network: Network, side: str) -> bool:
    return any(getattr(edge, side) == GROUND for edge in network.edges)


def _path(
    network: Network, sources: Iterable[Hashable], goals: set[Hashable], *, to_ground: bool
) -> tuple[tuple[Hashable, Hashable], list[tuple[int, bool]]] | None:
    came: dict[Hashable, tuple[Hashable, int, bool] | None] = dict.fromkeys(sources)
    waiting: deque[Hashable] = deque(came)
    while waiting:
        node = waiting.popleft()
        if node in goals or (to_ground and node == GROUND and came[node] is not None):
            steps: list[tuple[int, bool]] = []
            end = node
            while (step := came[node]) is not None:
                node, at, up = step
                steps.append((at, up))
            return (node, end), steps
        for at in network.touching(node):
            edge = network.edges[at]
            for here, there, up in ((edge.plus, edge.minus, True), (edge.minus, edge.plus, False)):
                if here == node and there not in came and edge.room(UP if up else DOWN) > 0:
                    came[there] = (node, at, up)
                    waiting.append(there)
    return None


def _reached(network: Network, number: int) -> Interval:
    edge = network.edges[number]
    down = network.reach(number, DOWN, edge.value)
    most = min(edge.top, ENDLESS)
    return edge.value - down, edge.value + network.reach(number, UP, min(most - edge.value, 1 << 30))

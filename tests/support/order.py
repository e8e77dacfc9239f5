"""Which tests begin a run: those that wait, then those that take long, so that no core is idle at its end.

A plugin of pytest. xdist hands each process one piece of the list, one after the other, and whoever is done takes
from the end of another's. So what waits stands at the beginning of three pieces, beside processes that compute.
"""

from __future__ import annotations

import os
from itertools import cycle

import pytest

WAITING = (
    "test_demo_terminal", "test_sync_network", "test_crash", "test_whole_calls", "test_server_stays_up",
    "test_sync_abreast", "test_plain_call",
)  # fmt: skip
"""Files whose tests wait for a slow line, a screen or a clock most of the time."""
LONG = (
    "test_sync_crash", "test_hostile_text", "test_server_cli", "test_sync_walks", "test_long_text", "test_import_crash",
    "test_attack_lock", "test_terminal", "test_drafts", "test_sync_mutants", "test_attack_load", "test_wheel",
)  # fmt: skip
"""Files with tests of five seconds and more."""
WAIT_IN = 3
"""Processes that begin with what waits."""
READING = (
    "test_architecture", "test_i18n", "test_programs", "test_write_guard", "test_sql_of_one_team",
)  # fmt: skip
"""Files that parse the whole program: one process does, for all of them (shared.tree)."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the list in this order, in each process of several."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > WAIT_IN:
        items[:] = ordered(items, processes)


def ordered(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The items in as many pieces as there are processes, one after the other. Tests of a file stay together."""
    by_file: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_file.setdefault(item.path.stem, []).append(item)
    first: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for names, pieces in ((WAITING, first[:WAIT_IN]), (LONG, first[WAIT_IN:])):
        for name, piece in zip(names, cycle(pieces), strict=False):
            piece += by_file.pop(name, [])
    first[-1][:0] = [item for name in READING for item in by_file.pop(name, [])]
    others = iter([item for each in by_file.values() for item in each])
    found: list[pytest.Item] = []
    for number, piece in enumerate(first):
        size = (len(items) - len(found)) // (processes - number)
        found += piece
        found += (item for _, item in zip(range(size - len(piece)), others, strict=False))
    return [*found, *others]

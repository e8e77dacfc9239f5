"""How the server is built: no module imports another in a circle, local names say what they hold."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import grimp

from lnctp_tui.errors import Declined, Denied, LnctpError

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "lnctp_tui" / "server"
sys.path.insert(0, str(ROOT / "tools"))
import count_local_names  # noqa: E402

MOST = 0.04
"""Of the server's local names, those that say nothing."""


def test_no_module_of_the_server_imports_another_in_a_circle() -> None:
    graph = grimp.build_graph("lnctp_tui")
    modules = {name for name in graph.modules if name.startswith("lnctp_tui.server")}
    assert len(modules) > 50
    in_circles = {
        name
        for name in modules
        for imported in graph.find_modules_directly_imported_by(name)
        if imported in modules and graph.chain_exists(importer=imported, imported=name)
    }
    assert in_circles == set()


def test_local_names_of_the_server_say_what_they_hold() -> None:
    names = Counter(name for path in SERVER.rglob("*.py") for name in count_local_names.names(path))
    empty = {name: count for name, count in names.items() if name in count_local_names.SAYING_NOTHING}
    assert sum(empty.values()) <= MOST * names.total(), empty


def test_names_that_say_nothing_are_counted_in_each_scope(tmp_path: Path) -> None:
    file = tmp_path / "sample.py"
    file.write_text(
        "def f(said, row):\n    return [each for each in said if (found := row)]\n", encoding="utf-8"
    )
    assert Counter(count_local_names.names(file)) == {"said": 1, "row": 1, "each": 1, "found": 1}


def test_every_refusal_of_the_server_hangs_on_the_tree_of_errors() -> None:
    assert issubclass(Declined, LnctpError)
    assert issubclass(Denied, LnctpError)
    assert (Declined("busy").code, Denied(429, "rate_limited", 3, "x").code) == ("busy", "rate_limited")

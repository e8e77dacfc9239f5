"""Whatever stands in a document, an import stores it or refuses it with a reason; the log always fits."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from counts import often
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_import import Importer, take

from lnctp_tui.domain.values.text import clean
from lnctp_tui.i18n.reasons import REASONS
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.sync import projection_check
from lnctp_tui.services.vault import demo

__all__ = ["take"]

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["", "yes", "~x", "\ud800", "\x00", "2026-02-30", "9999-12-31T23:59:59Z", "0", "1e400"])
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
)
SAMPLES = sorted(demo.documents())


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a document, itself included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, part in inner for each in places(part, (*path, key)))]


def mutated(document: Any, value: Any, seed: int) -> Any:
    """The document with one of its values replaced."""
    path = random.Random(seed).choice(places(document))
    if not path:
        return value
    found = copy.deepcopy(document)
    inside = found
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return found


@settings(
    max_examples=often(150, 40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.sampled_from(SAMPLES), VALUES, st.integers(0, 2**32))
def test_a_changed_value_is_stored_or_refused(take: Importer, name: str, value: Any, seed: int) -> None:
    document = mutated(demo.documents()[name], value, seed)
    content = json.dumps([document]).encode()
    report = take(content)
    reasons = [each.reason for row in report.refused for each in row.problems]
    assert bool(reasons) != bool(report.created + report.changed + report.unchanged)
    assert set(reasons) <= set(REASONS)
    again = take(content)
    assert again.unchanged == (0 if reasons else 1), "importing twice changes nothing"


def test_what_was_stored_is_clean_and_agrees_with_the_log(take: Importer) -> None:
    for seed in range(often(300, 75)):
        name = SAMPLES[seed % len(SAMPLES)]
        take([mutated(demo.documents()[name], f"\x1b[31m\u202e{seed}", seed)])
    with take.workspace.store.read() as connection:
        assert projection_check.compare(connection).different == []
    for line in exporting.lines(take.workspace.store, None):
        text = json.dumps(json.loads(line), ensure_ascii=False)
        assert clean(text) == (text, 0)

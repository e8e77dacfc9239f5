"""What is counted, alike by the report and by the alerts: which contact is no report, and where a merge ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NO_REPORT: Final = frozenset(("silent", "hang_up", "prank", "wrong_number", "abusive", "test"))
"""Kinds of contacts that are no report."""


def roots(merged: Mapping[str, str]) -> dict[str, str]:
    """Case → the case that it became at last, for all that are merged. A loop ends at its smallest id."""
    ends: dict[str, str] = {}
    for case_id in merged:
        path = [case_id]
        while path[-1] in merged and path[-1] not in ends:
            following = merged[path[-1]]
            if following in path:
                end = min(path[path.index(following) :])
                break
            path.append(following)
        else:
            end = ends.get(path[-1], path[-1])
        ends |= dict.fromkeys(path, end)
    return {case_id: end for case_id, end in ends.items() if case_id != end}

"""The merge rule: the state of a record as a pure function of the SET of its changes.

heads(field) = the changes on that field whose id no other change on it names in its base. Shown is the head
with the greatest (hlc, id); the others stand beside it until a change names them all. A record stores its
heads grouped by change: `{change id: [field, …]}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Heads = dict[str, list[str]]


class Other(NamedTuple):
    """A head that is not shown: somebody's value that nobody has settled yet."""

    id: str
    hlc: int
    value: Any


class Folded(NamedTuple):
    values: dict[str, Any]
    """Field → shown value."""
    heads: Heads
    others: dict[str, list[Other]]
    """Field → the heads whose value differs from the shown one, newest first. Only fields in conflict."""


def heads_of(heads: Mapping[str, Iterable[str]], field: str) -> frozenset[str]:
    """The ids of the heads of one field."""
    return frozenset(change for change, fields in heads.items() if field in fields)


def base_for(heads: Mapping[str, Iterable[str]], fields: Iterable[str]) -> tuple[str, ...]:
    """The base of a change to `fields` by a form that shows these heads, sorted."""
    wanted = set(fields)
    return tuple(sorted(change for change, of in heads.items() if not wanted.isdisjoint(of)))


def advance(
    heads: Mapping[str, Iterable[str]], change_id: str, fields: Iterable[str], base: Iterable[str]
) -> Heads:
    """The heads after one more change, which has seen the ids in `base`.

    Equals `fold` as long as no change arrives after one that names it: what a device writes itself.
    """
    written, seen = set(fields), set(base)
    kept = {
        change: sorted(set(of) - written if change in seen else of)
        for change, of in heads.items()
        if change != change_id
    }
    kept[change_id] = sorted(written.union(heads.get(change_id, ())))
    return {change: of for change, of in sorted(kept.items()) if of}


def fold(changes: Iterable[Mapping[str, Any]]) -> Folded:
    """Values, heads and conflicts of one record. Order and duplicates do not matter.

    Each change has `id`, `hlc`, `base` and `patch`. Heads with equal values are no conflict.
    """
    by_field: dict[str, list[Mapping[str, Any]]] = {}
    for change in {each["id"]: each for each in changes}.values():
        for field in change["patch"]:
            by_field.setdefault(field, []).append(change)
    values: dict[str, Any] = {}
    heads: Heads = {}
    others: dict[str, list[Other]] = {}
    for field, on_it in sorted(by_field.items()):
        standing = _standing(on_it)
        values[field] = standing[0]["patch"][field]
        for change in standing:
            heads.setdefault(change["id"], []).append(field)
        if len(standing) > 1 and (beside := _different(field, standing)):
            others[field] = beside
    return Folded(values, dict(sorted(heads.items())), others)


def _standing(changes: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if len(changes) == 1:
        return changes
    over = {seen for each in changes for seen in each["base"] if seen != each["id"]}
    heads = [each for each in changes if each["id"] not in over]
    # Bases that name each other in a ring are forged, but the state must still be a value.
    return sorted(heads or changes, key=lambda each: (each["hlc"], each["id"]), reverse=True)


def _different(field: str, standing: list[Mapping[str, Any]]) -> list[Other]:
    met = {_key(standing[0]["patch"][field])}
    beside = []
    for each in standing[1:]:
        value = each["patch"][field]
        if _key(value) not in met:
            met.add(_key(value))
            beside.append(Other(each["id"], each["hlc"], value))
    return beside


def _key(value: Any) -> str:
    # As JSON: in Python True equals 1, in the data it does not.
    return json.dumps(value, sort_keys=True)

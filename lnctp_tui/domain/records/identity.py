"""Remembering what was computed from a large frozen value (a catalog, a protocol) that cannot be hashed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Value = TypeVar("Value")
Result = TypeVar("Result")

MOST = 256


def per_object(function: Callable[[Value], Result]) -> Callable[[Value], Result]:
    """`function`, computed once per object. The object is kept, so its identity is never another's."""
    known: dict[int, tuple[Value, Result]] = {}

    @wraps(function)
    def remembered(value: Value) -> Result:
        found = known.get(id(value))
        if found is None:
            if len(known) >= MOST:
                known.clear()
            found = known[id(value)] = value, function(value)
        return found[1]

    return remembered

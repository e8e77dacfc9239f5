"""Changes as they go over the line: the columns to ask for, and the members they become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

MEMBERS = (
    "id",
    "device",
    "actor",
    "hlc",
    "table",
    "row",
    "case",
    "base",
    "schema",
    "hash",
    "sig",
    "n",
    "placed",
    "salt",
)
JSON = ("base",)
COLUMNS = ", ".join(f'l."{name}"' + "::text" * (name in JSON) for name in MEMBERS) + (
    ", l.data ->> 'role', l.patch::text"
)
"""Of a log called `l`. What is JSON goes out as it stands there, and is not read on the way. The role is said of
what everybody sees: with it the laptop judges whether its writer may write it (domain.records.writing)."""
WIDTH = len(MEMBERS) + 2
N = MEMBERS.index("n")
PLACED = MEMBERS.index("placed")
PAGE_BYTES = 8 << 20
"""Of patches, after which a page ends."""


def change(row: Sequence[Any]) -> dict[str, Any]:
    """A change from a row of COLUMNS; an erased one says so and keeps its hash and signature."""
    members = dict(zip(MEMBERS, row, strict=False))
    members["base"] = orjson.Fragment(members["base"])
    for name in ("placed", "salt"):
        if members[name] is None:
            del members[name]
    role, patch = row[WIDTH - 2 : WIDTH]
    if role is not None:
        members["role"] = role
    return members | ({"patch": None, "erased": True} if patch is None else {"patch": orjson.Fragment(patch)})

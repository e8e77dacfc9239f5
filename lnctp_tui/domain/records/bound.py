"""Rows whose id is made of what they say: under one id a telephone number is never another one.

A later change cannot put another number, address or verdict under the id of one that is there: such a change is not
of this record, whoever wrote it, and no door takes it. Another number is another row, which nobody has verified yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from lnctp_tui.domain.records.kinds import KINDS

NAMESPACE: Final = UUID("8c0d6a0e-98a3-5a55-8d8e-6469726563ff")
BOUND: Final[Mapping[str, tuple[str, ...]]] = {kind.table: kind.bound for kind in KINDS if kind.bound}
"""Table → the columns that its ids are made of."""
VOUCHED: Final[Mapping[str, str]] = {
    kind.table: column.name
    for kind in KINDS
    for column in kind.columns
    if kind.bound and column.signature and column.standing
}
"""Table → the column that says who says so: it stands beside the bound ones, and not without them."""
ADDED: Final = frozenset(kind.table for kind in KINDS if kind.bound and kind.writers == "reporter")
"""Tables whose rows are only added: a change of one that is there, or one that takes it away, is not of it."""
PLACES: Final = ("address", "locality", "postal_code", "how_to_arrive")
"""What a row whose address is secret does not have: no laptop may be a map of refuges."""


def row_id(table: str, patch: Mapping[str, Any]) -> str:
    """The id of the row that says this: UUIDv5 of its bound columns, of which an empty one is as good as none."""
    values = {name: patch[name] for name in BOUND[table] if patch.get(name) is not None}
    return str(uuid5(NAMESPACE, json.dumps([table, values], sort_keys=True, ensure_ascii=False)))


def made(table: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The id and the patch of a row that says these values, without the empty ones."""
    patch = {name: value for name, value in values.items() if value is not None}
    return row_id(table, patch), patch


def flaw(change: Mapping[str, Any]) -> str | None:
    """The column by which a change is not of the row it names; None when it is, or its table binds nothing."""
    return flaw_of(change["table"], change["row"], change["patch"])


def flaw_of(table: str, row: str, patch: Mapping[str, Any] | None) -> str | None:
    """As `flaw`, of a change in parts."""
    names = BOUND.get(table)
    if names is None or not patch:
        return None
    voucher = VOUCHED.get(table)
    named = [name for name in (*names, voucher) if name is not None and name in patch]
    if table in ADDED:
        named = named or sorted(patch)
        if "erased_at" in patch:
            return "erased_at"
    if not named:
        return None
    if row != row_id(table, patch):
        return named[0]
    if voucher and not patch.get(voucher):
        return voucher
    return next((name for name in PLACES if patch.get("address_secret") and patch.get(name)), None)

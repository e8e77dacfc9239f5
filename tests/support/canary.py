"""A word that nobody writes, in every field that takes words: where it is found, something got out."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.records.columns import CLOSED, CODES
from lnctp_tui.domain.records.kinds import Column, Kind

CANARY = "Canariña"
AT = "2026-03-14T20:05:00.000000Z"


def bird(kind: Kind, column: Column) -> Any:
    """A canary that fits a column; None where only ids, codes or numbers do."""
    said = f"{CANARY} {kind.singular} {column.name}"
    if column.type == "code":
        return None if column.strict or CODES.get(kind.table, {}).get(column.name) in CLOSED else f"~{said}"
    return {"text": said, "long": said, "period": said, "list": [said]}.get(column.type)


def birds(kind: Kind) -> dict[str, Any]:
    """A patch of a kind of record, full of them."""
    values = {column.name: bird(kind, column) for column in kind.columns if not column.signature}
    values |= {column.name: AT for column in kind.columns if column.type == "instant"}
    values |= {f"nuevo_{kind.singular}": f"{CANARY} de otra versión"}
    if kind.answers:
        values |= {f"answers.need.{CANARY}": "yes", "answers.raw.age": f"{CANARY} de la respuesta"}
    return {name: value for name, value in values.items() if value is not None and name != "number_key"}

"""Small values that services and screens pass around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Ref(NamedTuple):
    """One record: SQL table and id."""

    table: str
    id: str


class Place(NamedTuple):
    """Where a counselor is in a form: stage code, field code, id of the record shown."""

    stage: str
    field: str
    record: str = ""


@dataclass(frozen=True)
class Saved:
    """What is on disk, and since when."""

    at: str
    """Instant of the transaction, ISO 8601 UTC."""
    form: str
    folio: str | None = None
    case: str | None = None

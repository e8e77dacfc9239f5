"""What every table shares: ids and instants as text, JSON columns, the columns of a synchronised row."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Text
from sqlmodel import Field, SQLModel

INSTANT = "____-__-__T%Z"
"""LIKE pattern of an instant: ISO 8601, UTC. Text, so that a row, a change and a document say the same."""


class Table(SQLModel):
    """What all tables are made of. No row passes pydantic's own validators: none are built at the start."""

    model_config = {"defer_build": True}


class Synced(Table):
    """Columns of every row that is synchronised; written only through storage.database.session."""

    id: str = Field(primary_key=True, max_length=36)
    heads: dict[str, list[str]] = Field(default_factory=dict, sa_type=JSON)
    """Change id → the fields whose head it is (docs/synchronisation.md)."""
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Fields a newer version wrote and this one does not know: kept and sent on untouched."""
    created_at: str = Field(max_length=32)
    created_by: str = Field(max_length=36)
    erased_at: str | None = Field(default=None, max_length=32)


class OfCase(Synced):
    """A row that belongs to one case."""

    case_id: str | None = Field(default=None, index=True, max_length=36)
    """No foreign key: what comes from other laptops comes in any order, and a case may never come."""


def answers() -> Any:
    """The column of a record's answers: flat, stable code → yes, no, unknown, refused or a value."""
    return Field(default_factory=dict, sa_type=JSON)


def text() -> Any:
    """An optional text without a length that SQLite would ignore anyway; limits: domain.records.record_check."""
    return Field(default=None, sa_type=Text)


def instant(name: str) -> CheckConstraint:
    """A constraint that `name` is an instant or empty."""
    return CheckConstraint(f"{name} IS NULL OR {name} LIKE '{INSTANT}'", name=f"{name}_is_utc")

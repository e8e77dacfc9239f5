"""People, machines and the directory: synchronised rows that belong to no case."""

from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from lnctp_tui.models.base import Synced, answers


class Counselor(Synced, table=True):
    """Somebody who answers the Line."""

    __tablename__ = "counselors"

    name: str | None = None
    role: str | None = "counselor"
    team: str | None = None
    time_zone: str | None = None


class Device(Synced, table=True):
    """A laptop. Its public key checks what it wrote."""

    __tablename__ = "devices"

    counselor_id: str | None = None
    public_key: str | None = None
    """Ed25519, hexadecimal."""
    folio_prefix: str | None = None
    state: str | None = "active"


class Provider(Synced, table=True):
    """One service of the directory."""

    __tablename__ = "providers"

    name: str | None = Field(default=None, index=True)
    kind: str | None = None
    services: list[str] | None = Field(default=None, sa_type=JSON)
    populations: list[str] | None = Field(default=None, sa_type=JSON)
    states: list[str] | None = Field(default=None, sa_type=JSON)
    municipalities: list[str] | None = Field(default=None, sa_type=JSON)
    hours: str | None = None
    languages: list[str] | None = Field(default=None, sa_type=JSON)
    capacity: str | None = None
    phones: list[str] | None = Field(default=None, sa_type=JSON)
    last_verified: str | None = None
    reliability: int | None = None
    answers: dict[str, Any] = answers()

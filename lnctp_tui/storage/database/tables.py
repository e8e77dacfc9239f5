"""The tables of synchronisation as Core sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from lnctp_tui.models import Scope

if TYPE_CHECKING:
    from sqlalchemy import Table

SCOPES: Table = SQLModel.metadata.tables[str(Scope.__tablename__)]

"""Alembic's environment, of both lines: runs on the connection it is given, never opens one."""

from typing import Any

import sqlmodel  # noqa: F401 - the revisions name its types
from alembic import context
from sqlmodel import SQLModel

from lnctp_tui.models import SYNCED  # noqa: F401 - fills the metadata


def ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """The search tables are rebuilt, never migrated."""
    return not (kind == "table" and name is not None and name.startswith("search"))


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    include_object=ours,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

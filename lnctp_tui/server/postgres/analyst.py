"""What `lnctp_analyst` may read: the views of schema `statistics`, and nothing else.

Each has the columns of a table that statistics may be made of, under the same names: no ids, no words, instants
to the hour. They hold no data, so they are no revision's: they go before a migration and are made anew after it.
`lnctp_app` may not read them, because they pass the policies of the tables below.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import Connection

from lnctp_tui.domain.records.kinds import KINDS, Column

SCHEMA: Final = "statistics"


def _shown(column: Column) -> str:
    name = column.name
    return f"left({name}, 13) || ':00:00Z' AS {name}" if column.type == "instant" else name


VIEWS: Final[dict[str, str]] = {
    kind.table: f"SELECT of_team, {', '.join(map(_shown, columns))} FROM data.{kind.table}"
    for kind in KINDS
    if (columns := [column for column in kind.columns if column.counted])
}
"""View → what it shows: the columns of which whoever counts may know."""
CURRENT: Final = hashlib.sha256(repr(sorted(VIEWS.items())).encode()).hexdigest()[:16]
DROP: Final = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"
"""As the tables' owner."""
STORED: Final = "SELECT obj_description(to_regnamespace('statistics'), 'pg_namespace')"


def current(connection: Connection) -> bool:
    """Whether the views are those of this program."""
    return bool(connection.exec_driver_sql(STORED).scalar() == CURRENT)


def create(connection: Connection) -> None:
    """Makes schema, views and the analyst's right to read them. As the tables' owner, who passes their policies."""
    connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    for name, shown in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {SCHEMA}.{name} WITH (security_barrier) AS {shown}")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO lnctp_analyst")
    connection.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO lnctp_analyst")
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{CURRENT}'")

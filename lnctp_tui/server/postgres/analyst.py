"""What `lnctp_analyst` may read: the view `published` of schema `statistics`, and nothing else.

The printed cells of every edition; `internal` are those of an edition that nobody else is shown. Whoever may count what
they please tells one person from the next by the difference, so an analyst has no records, not even without ids and
words. The view holds no data, so it is no revision's: it goes before a migration and is made anew after it. `lnctp_app`
may not read it, because it passes the policies below.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import Connection

SCHEMA: Final = "statistics"
VIEWS: Final[dict[str, str]] = {
    "published": "SELECT team AS of_team, edition, period_from, period_to, table_id, unit, row_dim, row_code, col_dim,"
    " col_code, count, base, percent, flag, NOT EXISTS (SELECT FROM public.edition_files AS f"
    " WHERE f.team = p.team AND f.edition = p.edition) AS internal"
    " FROM public.published AS p WHERE EXISTS (SELECT FROM public.editions AS e"
    " WHERE e.named AND e.team = p.team AND e.id = p.edition)"
}
"""View → what it shows."""
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

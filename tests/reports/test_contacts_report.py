"""Contacts by month and kind: one question of SQLCipher and of PostgreSQL; what an analyst may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa

from lnctp_tui.reports import contacts
from lnctp_tui.reports.contacts import Count
from lnctp_tui.server.postgres import analyst, database, embedded, schema
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids

ZONE = "America/Mexico_City"
CALLS = [
    ("2026-01-31T23:30:00.000000Z", "witness"),
    ("2026-02-01T05:59:59.999999Z", "witness"),
    ("2026-02-01T06:00:00Z", "witness"),
    ("2026-02-14T12:00:00.000001Z", "victim"),
    ("2026-02-14T12:00:00.000001Z", None),
    ("2026-03-01T05:59:00.000000Z", "victim"),
    ("2026-03-01T06:00:00.000000Z", "victim"),
    (None, "victim"),
    (OUTGOING := ("2026-02-20T12:00:00.000000Z", "victim")),
]
"""Started at and kind; one is a call that the Line made, which is no report.
January ends in the Line's zone six hours after it ends in UTC."""
EXPECTED = [
    Count("2026-01", "witness", 2), Count("2026-02", None, 1), Count("2026-02", "victim", 2),
    Count("2026-02", "witness", 1),
]  # fmt: skip
SPANS = contacts.months(date(2026, 1, 15), date(2026, 2, 1), ZONE)
READABLE = """SELECT n.nspname || '.' || c.relname, array_agg(a.attname ORDER BY a.attnum)::text[]
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
    AND has_schema_privilege(%(who)s, n.oid, 'USAGE') AND has_column_privilege(%(who)s, c.oid, a.attnum, 'SELECT')
  GROUP BY 1 ORDER BY 1"""


@pytest.fixture
def name(pg: str, owner: str) -> str:
    """A database with the same contacts, and those of another team."""
    with database.connect(owner) as connection:
        for number, (started, kind) in enumerate(CALLS):
            for team in ("main", "otra"):
                connection.execute(
                    "INSERT INTO data.contacts (of_team, id, extra, created_at, created_by, started_at, kind,"
                    " narrative) VALUES (%s, %s, '{}', '', '', %s, %s, 'CANARIO')",
                    (team, f"c{number}", started, kind),
                )
                connection.execute(
                    "UPDATE data.contacts SET direction = 'out' WHERE started_at = %s", (OUTGOING[0],)
                )
    return pg.rpartition("/")[2].partition("?")[0]


@contextmanager
def asking(cluster: embedded.Embedded, name: str, role: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(
        "postgresql+psycopg://", creator=lambda: database.connect(cluster.url(role, name))
    )
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_laptop_and_server_answer_the_same(
    workspace: Workspace, cluster: embedded.Embedded, name: str
) -> None:
    with workspace.store.write() as unit:
        for started, kind in CALLS:
            fields: dict[str, str | None] = {"started_at": started, "kind": kind}
            fields |= {"direction": "out"} if (started, kind) == OUTGOING else {}
            unit.record("contacts", ids.new_id(), {key: value for key, value in fields.items() if value})
    with workspace.store.read() as laptop:
        assert contacts.count(laptop, SPANS) == EXPECTED
    with asking(cluster, name, embedded.OWNER) as server:
        assert contacts.count(server, SPANS, "main", "data") == EXPECTED
        both = contacts.count(server, SPANS, schema="data")
        assert both == [row._replace(contacts=2 * row.contacts) for row in EXPECTED]
        assert contacts.count(server, [], "main", "data") == []


def test_a_month_is_that_of_the_clocks_of_its_zone() -> None:
    spans = contacts.months(date(2021, 3, 31), date(2021, 5, 1), ZONE)
    assert spans == [
        ("2021-03", "2021-03-01T06", "2021-04-01T06"), ("2021-04", "2021-04-01T06", "2021-05-01T05"),
        ("2021-05", "2021-05-01T05", "2021-06-01T05"),
    ]  # fmt: skip
    assert [month.label for month in contacts.months(date(2025, 12, 31), date(2026, 1, 1), "America/Tijuana")] == [
        "2025-12", "2026-01",
    ]  # fmt: skip


def test_the_analyst_reads_exactly_what_was_published_and_the_app_none_of_it(
    cluster: embedded.Embedded, name: str, owner: str
) -> None:
    with database.connect(owner) as connection:
        readable = connection.execute(READABLE, {"who": embedded.ANALYST}).fetchall()
        assert [view for view, _columns in readable] == ["statistics.published"]
        assert {view for view, _ in readable} == {f"{analyst.SCHEMA}.{view}" for view in analyst.VIEWS}
        served = dict(connection.execute(READABLE, {"who": embedded.APP}).fetchall())
        assert not any(view.startswith(analyst.SCHEMA) for view in served)
    with database.connect(cluster.url(embedded.ANALYST, name)) as connection:
        assert connection.execute("SELECT * FROM statistics.published").fetchall() == []
        for statement in ("SELECT FROM data.contacts", "DELETE FROM statistics.published", "SELECT FROM log",
                          "SELECT FROM editions", "SELECT FROM published"):  # fmt: skip
            with pytest.raises(database.psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)


def test_views_of_another_program_are_made_anew(owner: str) -> None:
    with database.connect(owner) as connection:
        connection.execute("COMMENT ON SCHEMA statistics IS 'older'")
        connection.execute("GRANT USAGE ON SCHEMA data TO lnctp_analyst")
        connection.execute("CREATE VIEW statistics.leak AS SELECT narrative FROM data.contacts")
        connection.execute("GRANT SELECT ON statistics.leak TO lnctp_analyst")
    schema.migrate(owner)
    with database.connect(owner) as connection:
        readable = connection.execute(READABLE, {"who": embedded.ANALYST}).fetchall()
        assert [view for view, _ in readable] == ["statistics.published"]

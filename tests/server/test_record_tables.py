"""Tables of records: what migrations/steps makes for both lines, and the walls of all of schema `data`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import READ, SERVE, Db, Pool
from migrations import steps

COLUMNS = (
    ("case_id", "id"), ("reason", "code"), ("note", "text"), ("seen_at", "instant"), ("count", "integer"),
    ("amount", "real"), ("urgent", "boolean"), ("listed", "json"), ("answers", "answers"),
)  # fmt: skip
POLICIES = """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
    coalesce(array_agg(concat_ws(' ', p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[]::text,
      pg_get_expr(p.polqual, p.polrelid) LIKE '%app.team%app.duty%',
      coalesce((pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid))::text, '-'))
      ORDER BY p.polname) FILTER (WHERE p.polname IS NOT NULL), '{}')
  FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname = 'data'
  LEFT JOIN pg_policy p ON p.polrelid = c.oid
  WHERE c.relkind IN ('r', 'p') GROUP BY c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity"""
WALLS = ["read r t {lnctp_app} t -", "serve * t {lnctp_app} t true"]
"""Name, command, permissive, roles, whether it asks for team and duty, whether it checks what it lets write."""


def unwalled(connection: Db) -> set[str]:
    """Tables of schema `data` whose row-level security is not forced, or that have not exactly both policies."""
    rows = connection.execute(POLICIES).fetchall()
    assert len(rows) >= 14
    return {table for table, forced, policies in rows if not forced or policies != WALLS}


@contextmanager
def made(owner: str) -> Iterator[sa.Connection]:
    """The owner's connection on which a revision made the table `samples`."""
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: database.connect(owner))
    try:
        with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
            steps.create_record_table("samples", COLUMNS)
            yield connection
    finally:
        engine.dispose()


def test_every_table_of_records_is_walled_by_both_policies(owner: str) -> None:
    with made(owner):
        pass
    with database.connect(owner) as connection:
        assert unwalled(connection) == set()


@pytest.mark.parametrize(
    "mutant",
    [
        "DROP POLICY read ON data.samples", "DROP POLICY serve ON data.samples",
        "ALTER TABLE data.samples NO FORCE ROW LEVEL SECURITY", "ALTER TABLE data.samples DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY third ON data.samples USING (true)", "ALTER POLICY read ON data.samples TO PUBLIC",
        "ALTER POLICY read ON data.samples USING (true)", "ALTER POLICY serve ON data.samples WITH CHECK (true)",
        "DROP TABLE data.samples; CREATE TABLE data.samples (of_team text, id text)",
    ],
)  # fmt: skip
def test_a_forgotten_wall_is_found(owner: str, mutant: str) -> None:
    with made(owner) as connection:
        connection.exec_driver_sql(mutant)
    with database.connect(owner) as connection:
        assert unwalled(connection) == {"samples"}


def test_the_walls_of_a_new_table_are_those_of_the_first_ones(owner: str) -> None:
    with made(owner) as connection:
        rows = connection.exec_driver_sql(
            "SELECT polrelid::regclass::text, polname, pg_get_expr(polqual, polrelid) FROM pg_policy"
            " WHERE polrelid IN ('data.cases'::regclass, 'data.samples'::regclass)"
        ).all()
    first = {name: text for table, name, text in rows if table == "data.cases"}
    assert {
        name: text.replace("samples", "cases") for table, name, text in rows if table != "data.cases"
    } == first


def test_a_new_table_shows_a_record_to_who_holds_it_and_to_nobody_else(owner: str, pool: Pool) -> None:
    with made(owner):
        pass
    with database.transaction(pool, "main", SERVE) as connection:
        connection.execute(
            "INSERT INTO records (team, \"table\", \"row\", scopes) VALUES ('main', 'samples', 'x', '{c}')"
        )
        connection.execute("INSERT INTO access VALUES ('main', 'ana', 'c', 'held', 0)")
        connection.execute(
            "INSERT INTO data.samples (of_team, id, extra, created_at, created_by)"
            " VALUES ('main', 'x', '{}', '', 'ana')"
        )

    def count(person: str, role: str, team: str = "main") -> int:
        device = DeviceRow("d", team, person, person, "", "active", role, "")
        with database.transaction(pool, device, READ) as connection:
            return len(connection.execute("SELECT id FROM data.samples").fetchall())

    assert [count("ana", "counselor"), count("beto", "supervisor")] == [1, 1]
    assert [count("beto", "counselor"), count("ana", "analyst"), count("ana", "counselor", "otra")] == [
        0,
        0,
        0,
    ]


def test_a_laptops_table_is_the_one_a_model_of_the_same_columns_declares() -> None:
    from sqlmodel.sql.sqltypes import AutoString

    wanted = sa.MetaData()
    sa.Table(
        "samples", wanted, sa.Column("id", AutoString(length=36), primary_key=True),
        sa.Column("heads", sa.JSON, nullable=False), sa.Column("extra", sa.JSON, nullable=False),
        sa.Column("created_at", AutoString(length=32), nullable=False),
        sa.Column("created_by", AutoString(length=36), nullable=False), sa.Column("erased_at", AutoString(length=32)),
        sa.Column("case_id", AutoString(length=36), index=True), sa.Column("reason", AutoString),
        sa.Column("note", sa.Text), sa.Column("seen_at", AutoString), sa.Column("count", sa.Integer),
        sa.Column("amount", sa.Float),
        sa.Column("urgent", sa.Boolean), sa.Column("listed", sa.JSON), sa.Column("answers", sa.JSON, nullable=False),
    )  # fmt: skip
    with sa.create_engine("sqlite://").begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        with Operations.context(context):
            steps.create_record_table("samples", COLUMNS)
            assert compare_metadata(context, wanted) == []
            with pytest.raises(sa.exc.IntegrityError, match="seen_at_is_utc"):
                connection.exec_driver_sql(
                    "INSERT INTO samples VALUES ('x','{}','{}','','',NULL,'c','','','ayer',0,0,0,'','{}')"
                )
            steps.drop_record_table("samples")
            assert not sa.inspect(connection).get_table_names()


def test_the_table_goes_again(owner: str) -> None:
    with made(owner):
        steps.drop_record_table("samples")
    with database.connect(owner) as connection:
        assert connection.execute("SELECT to_regclass('data.samples')").fetchone() == (None,)

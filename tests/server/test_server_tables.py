"""The server's line of migrations, its roles, and the embedded PostgreSQL's own folder."""

from __future__ import annotations

import stat
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Float, Integer

from lnctp_tui.errors import StorageFailed
from lnctp_tui.server.postgres import backups, database, embedded, schema
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.storage.database.session import TABLES

REVISIONS = [each.revision for each in ScriptDirectory.from_config(schema.configuration()).walk_revisions()][
    ::-1
]
COLUMNS = """SELECT table_name, column_name, data_type FROM information_schema.columns
  WHERE table_schema = 'data'"""
ALL = """SELECT table_name, column_name FROM information_schema.columns
  WHERE table_schema IN ('public', 'data') AND table_name <> 'alembic_version'
  UNION SELECT tablename, indexdef FROM pg_indexes WHERE schemaname IN ('public', 'data')"""


def test_the_programs_revision_is_the_newest() -> None:
    assert REVISIONS[-1] == schema.HEAD


def test_the_rows_of_the_server_are_those_of_the_models(owner: str) -> None:
    def kind(column: object) -> str:
        for python, name in (
            (Boolean, "boolean"),
            (Integer, "bigint"),
            (Float, "double precision"),
            (JSON, "jsonb"),
        ):
            if isinstance(column, python):
                return name
        return "text"

    wanted = {
        (table, column.name, kind(column.type))
        for table, model in TABLES.items()
        for column in model.columns
        if column.name != "heads"
    } | {(table, "of_team", "text") for table in TABLES}
    with database.connect(owner) as connection:
        assert set(connection.execute(COLUMNS).fetchall()) == wanted


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_goes_down_and_up_again(owner: str, revision: str) -> None:
    before = REVISIONS[REVISIONS.index(revision) - 1] if REVISIONS.index(revision) else "base"

    def made() -> set[tuple[str, ...]]:
        with database.connect(owner) as connection:
            return set(connection.execute(ALL).fetchall())

    full = made()
    schema.migrate(owner, before)
    assert made() != full
    schema.migrate(owner)
    assert made() == full
    assert schema.revision(owner) == schema.HEAD


def test_a_database_of_a_newer_program_is_not_touched(owner: str) -> None:
    with database.connect(owner) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageFailed, match="database_newer"):
        schema.migrate(owner)


def test_what_serves_is_neither_superuser_nor_owner(pool: Pool, owner: str) -> None:
    with pool.connection() as connection:
        (row,) = connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert row == (False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER TABLE log DISABLE ROW LEVEL SECURITY")
    with database.connect(owner) as connection:
        forced = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
            " AND relowner <> 'lnctp_app'::regrole"
        ).fetchone()
        assert forced == (len(TABLES) + 21,)


def test_an_analyst_reads_no_row(cluster: embedded.Embedded, pg: str) -> None:
    name = pg.rpartition("/")[2].partition("?")[0]
    with database.connect(cluster.url(embedded.ANALYST, name)) as connection:
        for table in ("log", "people", "data.cases"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"SELECT FROM {table}")


def test_a_login_needs_its_password(cluster: embedded.Embedded, pg: str) -> None:
    for role in (embedded.OWNER, embedded.APP):
        secret = cluster.passwords[role]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(cluster.url(role, "postgres").replace(secret, "x" * len(secret)))
    assert stat.S_IMODE((cluster.folder / "logins.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((cluster.folder / "data").stat().st_mode) == 0o700
    log = (cluster.folder / "postgres.log").read_text(encoding="utf-8")
    assert not any(secret in log for secret in cluster.passwords.values())


def test_starting_what_runs_changes_nothing(cluster: embedded.Embedded) -> None:
    assert embedded.running(cluster.folder)
    assert embedded.start(cluster.folder) == cluster


def test_a_folder_without_a_cluster_runs_nothing(tmp_path: Path) -> None:
    assert not embedded.running(tmp_path)
    embedded.stop(tmp_path)


def test_a_backup_writes_the_counters_anew_and_waits_for_nobody(owner: str, tmp_path: Path) -> None:
    """Every push rewrites their row, and a backup's snapshot keeps the old versions alive meanwhile."""
    key = backups.secret_key(backups.new_key(tmp_path)).public_key

    def pages() -> int:
        row = connection.execute("SELECT pg_relation_size('counter') / 8192").fetchone()
        return int(row[0]) if row else 0

    with database.connect(owner, autocommit=True) as connection, database.connect(owner) as push:
        connection.execute("INSERT INTO counter VALUES ('equipo', 0, '') ON CONFLICT DO NOTHING")
        connection.execute("DO 'BEGIN FOR i IN 1..2500 LOOP UPDATE counter SET n = n + 1; END LOOP; END'")
        assert pages() > 10
        push.execute("UPDATE counter SET n = n + 1")
        backups.backup(owner, key, tmp_path / "beside_a_push", "2026-11-30T00:00:00Z")
        assert pages() > 10
        push.rollback()
        backups.backup(owner, key, tmp_path / "alone", "2026-11-30T00:00:01Z")
        assert pages() == 1

"""The client line of migrations: clean, up and down, with data, and never touched when it is current."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from workspaces import Founded

from lnctp_tui.errors import VaultError
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine, schema
from lnctp_tui.storage.database.write_guard import RECORDED

REVISIONS = [each.revision for each in ScriptDirectory.from_config(schema.configuration()).walk_revisions()][
    ::-1
]


@pytest.fixture
def database(office: Founded) -> Iterator[Engine]:
    opened = engine.writer_engine(office.home / paths.DATABASE, office.key.dek)
    yield opened
    opened.dispose()


def tables(opened: Engine) -> set[str]:
    """Their names, and those of their indexes and columns."""
    with opened.connect() as connection:
        rows = connection.execute(text(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'index') UNION "
            "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        ))  # fmt: skip
        return {name for name in rows.scalars() if not name.startswith(("search", "alembic", "sqlite"))}


def test_the_programs_revision_is_the_newest() -> None:
    assert REVISIONS[-1] == schema.HEAD


def test_the_models_and_the_migrations_agree(database: Engine) -> None:
    with database.connect() as connection:
        config = schema.configuration()
        config.attributes["connection"] = connection
        command.check(config)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_goes_down_and_up_again_with_data_beside_it(database: Engine, revision: str) -> None:
    before = REVISIONS[REVISIONS.index(revision) - 1] if REVISIONS.index(revision) else "base"
    full = tables(database)
    schema.migrate(database, before)
    assert tables(database) != full
    schema.migrate(database)
    assert tables(database) == full
    with database.begin() as connection:
        connection.execute(text(
            "INSERT INTO sync_state (key, value) VALUES ('kept', '1')"
        ))  # fmt: skip
        assert schema.revision(connection) == schema.HEAD


def test_a_database_of_a_newer_program_is_not_touched(database: Engine) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(VaultError, match="database_newer"):
        schema.prepare(database)
    with database.connect() as connection:
        assert schema.revision(connection) == "9999"


def test_alembic_is_not_imported_when_the_revision_is_current(office: Founded, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lnctp_tui.storage.database import engine, schema\n"
        f"path, key = Path({str(office.home / paths.DATABASE)!r}), bytes.fromhex({office.key.dek.hex()!r})\n"
        "opened = engine.writer_engine(path, key)\n"
        "schema.prepare(opened); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_was_agreed_to_by_field_is_kept_where_nothing_reads_it(database: Engine) -> None:
    schema.migrate(database, "0010")
    with database.begin() as connection:
        connection.execute(text(
            """INSERT INTO referrals (id, heads, extra, created_at, created_by, consented_fields)
            VALUES ('r1', '{}', '{"futuro": 1}', '2026-11-29T10:00:00.000000Z', 'ana', '["name"]'),
            ('r2', '{}', '{}', '2026-11-29T10:00:00.000000Z', 'ana', NULL)"""
        ), execution_options=RECORDED)  # fmt: skip
    schema.migrate(database)
    with database.begin() as connection:
        rows = connection.execute(text("SELECT id, json(extra), answers FROM referrals ORDER BY id")).all()
    assert rows == [("r1", '{"futuro":1,"consented_fields":["name"]}', "{}"), ("r2", "{}", "{}")]
    schema.migrate(database, "0010")
    with database.begin() as connection:
        rows = connection.execute(
            text("SELECT id, json(extra), consented_fields FROM referrals ORDER BY id")
        ).all()
    assert [(row[0], row[1]) for row in rows] == [("r1", '{"futuro":1}'), ("r2", "{}")]
    assert rows[0][2] == '["name"]'

"""The server's tables: brought up to date by their owner, and held against the models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lnctp_tui.errors import StorageFailed
from lnctp_tui.server.admin import identity
from lnctp_tui.server.postgres import analyst, database, embedded

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0009"
"""The newest revision of migrations/server; a test holds that it is."""


def prepare(cluster: embedded.Embedded, name: str = embedded.DATABASE, home: Path | None = None) -> None:
    """Makes logins and database of an embedded cluster where they lack, and migrates. `home` as in `migrate`."""
    from psycopg import sql

    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        for role in (embedded.APP, embedded.ANALYST):
            there = owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            verb = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if there else "CREATE ROLE {} LOGIN PASSWORD {}")
            owner.execute(verb.format(sql.Identifier(role), sql.Literal(cluster.passwords[role])))
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
            owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    migrate(cluster.url(embedded.OWNER, name), home=home)


def revision(url: str) -> str | None:
    """The stored revision; None for an empty database."""
    with database.connect(url) as connection:
        there = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if not there or not there[0]:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def migrate(url: str, target: str = "head", home: Path | None = None) -> None:
    """Runs the server's line of migrations, as the tables' owner. Raises StorageFailed `database_newer`.

    The analyst's views stand only on the newest revision, and are made anew when this program has others.
    `home` is the server's folder: the signing key that an older version kept in the database goes there first.
    """
    from alembic import command
    from sqlalchemy import create_engine

    stored = revision(url)
    if stored is not None and stored > HEAD:
        raise StorageFailed("database_newer", revision=stored)
    moves = stored != HEAD or target != "head"
    if moves and home is not None and stored is not None:
        identity.take_out(home, url)
    engine = create_engine("postgresql+psycopg://", creator=lambda: database.connect(url))
    try:
        with engine.begin() as connection:
            if not moves and analyst.current(connection):
                return
            connection.exec_driver_sql(analyst.DROP)
            if moves:
                config = configuration()
                config.attributes["connection"] = connection
                down = target == "base" or (target != "head" and (stored or "") > target)
                (command.downgrade if down else command.upgrade)(config, target)
            if target == "head":
                analyst.create(connection)
    finally:
        engine.dispose()


def configuration() -> Config:
    """Alembic's settings for the server's line."""
    from alembic.config import Config

    import migrations

    config = Config()
    folder = Path(migrations.__file__).parent
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / "server").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config

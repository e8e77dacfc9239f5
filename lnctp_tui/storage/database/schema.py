"""The database's revision: made, checked and brought up to date. Alembic is imported only when it differs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

import migrations
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.values.text import words
from lnctp_tui.errors import VaultError
from lnctp_tui.storage.database import directory, directory_catalogs, link_keys, search, state
from lnctp_tui.storage.database.write_guard import RECORDED

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine


HEAD = migrations.newest("client")
"""The newest revision of migrations/client."""
INDEX = "search_version"


def revision(connection: Connection) -> str | None:
    """The stored revision; None for an empty database."""
    there = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if there else None


def prepare(engine: Engine, before: Callable[[], object] = lambda: None) -> None:
    """Bring the tables to HEAD; `before` is called when there are older ones.

    Raises VaultError `database_newer` when a newer program wrote it.
    """
    with engine.connect() as connection:
        stored = revision(connection)
    if stored == HEAD:
        return
    if stored is not None and stored > HEAD:
        raise VaultError("database_newer", revision=stored)
    if stored is not None:
        before()
    migrate(engine)


def migrate(engine: Engine, target: str = "head") -> None:
    """Run the client line of migrations up or down to `target`."""
    from alembic import command

    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection.execution_options(**RECORDED)
        down = target == "base" or (target != "head" and (revision(connection) or "") > target)
        (command.downgrade if down else command.upgrade)(config, target)


def configuration() -> Config:
    """Alembic's settings; there is no alembic.ini to find."""
    from alembic.config import Config

    config = Config()
    folder = Path(migrations.__file__).parent
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("version_locations", str(folder / "client").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def prepare_index(connection: Connection, protocol: Protocol) -> None:
    """Make the search index anew when its form or the names in it have changed."""
    spelt = protocol.catalogs.get("name_spelling", Catalog("name_spelling", ()))
    used = (protocol.catalogs["state"], protocol.catalogs["municipality"], spelt)
    wanted = "/".join(
        [
            str(search.VERSION), *(each.version for each in used), str(directory.VERSION),
            directory_catalogs.version(protocol), link_keys.version(protocol),
        ]
    )  # fmt: skip
    if state.get(connection, INDEX) == wanted:
        return
    names = {
        row.code: " ".join(dict.fromkeys(words(f"{row.label.es} {row.extra.get('alias', '')}")))
        for catalog in ("state", "municipality")
        for row in protocol.catalogs[catalog].rows
    }
    spellings = {
        word: row.code for row in spelt.rows for word in (row.code, *words(row.extra.get("alias", "")))
    }
    search.rebuild(connection, names, spellings)
    link_keys.rebuild(connection, link_keys.settings(protocol))
    directory.rebuild(connection, directory_catalogs.of(protocol))
    state.put(connection, INDEX, wanted)

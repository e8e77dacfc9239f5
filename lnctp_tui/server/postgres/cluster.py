"""Which database: the one that DATABASE_URL names, or the embedded one, held up while anybody uses it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from lnctp_tui.errors import Refused
from lnctp_tui.server.postgres import database, embedded, login, schema
from lnctp_tui.server.postgres.embedded import Embedded
from lnctp_tui.server.settings import Settings

HELD = "server.lock"


@dataclass(frozen=True)
class Database:
    """How to reach it. Both hold passwords: never to be logged."""

    app: str
    """As the server's processes log in."""
    owner: str | None
    """As the tables' owner; None when DATABASE_URL names only the application's login."""
    embedded: Embedded | None = None
    """The cluster, when it is ours to keep."""


def app_url(settings: Settings) -> str:
    """The application's login of a database that runs."""
    return settings.database or embedded.start(settings.home).url()


@contextmanager
def running(settings: Settings) -> Iterator[Database]:
    """The database, started and migrated if it is the embedded one; it stops with its last user."""
    if settings.database:
        yield Database(settings.database, settings.owner)
        return
    folder = settings.home
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(folder / HELD) as last:
        cluster = embedded.start(folder)
        try:
            schema.prepare(cluster, home=folder)
            yield Database(cluster.url(), cluster.url(embedded.OWNER), cluster)
        finally:
            if last():
                embedded.stop(folder)


def check_revision(url: str) -> None:
    """Raises Refused `server_not_ready` when the tables are not those of this version, `server_no_database`."""
    try:
        stored = schema.revision(url)
    except psycopg.errors.InsufficientPrivilege:
        stored = None
    except psycopg.OperationalError as error:
        raise Refused("server_no_database") from error
    if stored != schema.HEAD:
        raise Refused("server_not_ready", revision=stored or "—")


def check_login(url: str) -> None:
    """Raises Refused `server_login_…` for a login that row-level security does not hold, `server_no_database`."""
    try:
        with database.connect(url) as connection:
            login.check(connection)
    except psycopg.OperationalError as error:
        raise Refused("server_no_database") from error


@contextmanager
def _held(path: Path) -> Iterator[Callable[[], bool]]:
    """A claim that several processes share. What it yields tells whether this one is the last that holds it."""
    if sys.platform == "win32":
        yield lambda: True
        return
    import fcntl

    with path.open("a") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_SH)

        def last() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

        yield last

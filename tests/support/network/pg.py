"""A PostgreSQL of the test session, and a database of each test's own, copied from a migrated one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from shared import made_once

from lnctp_tui.server.postgres import database, embedded, schema

FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB",
    "scram_iterations": "1",
}  # fmt: skip
"""Nothing here outlives its test, and no password of it guards anything."""
TEMPLATE = "lnctp_template"
_numbers = count(1)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Embedded]:
    """One embedded PostgreSQL for all tests of this process: the files of the one that the first process made."""
    made, _ = made_once(tmp_path_factory, "pg", _made)
    with _passable() as folder:
        _moved(made, folder)
        if runner := embedded.user():
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, runner)
        running = embedded.start(folder)
        try:
            yield running
        finally:
            embedded.stop(folder)


def _made(files: Path) -> None:
    with _passable() as folder:
        schema.prepare(embedded.start(folder, FAST), TEMPLATE)
        embedded.stop(folder)
        _moved(folder, files)


def _moved(source: Path, target: Path) -> None:
    for each in source.iterdir():
        each.rename(target / each.name)


@contextmanager
def _passable() -> Iterator[Path]:
    """A folder that PostgreSQL's own user can come to; the tests' are for their owner only."""
    folder = Path(tempfile.mkdtemp(prefix="lnctp-pg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def pg(cluster: embedded.Embedded) -> Iterator[str]:
    """The URL of a migrated, empty database, as the server's processes log in."""
    with fresh(cluster) as name:
        yield cluster.url(database=name)


class fresh:
    """A database that lives as long as the block; its name."""

    def __init__(self, cluster: embedded.Embedded) -> None:
        self.owner = cluster.url(embedded.OWNER, "postgres")
        self.name = f"t{next(_numbers)}"

    def __enter__(self) -> str:
        with database.connect(self.owner, autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {self.name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        return self.name

    def __exit__(self, *_: object) -> None:
        with database.connect(self.owner, autocommit=True) as owner:
            owner.execute(f"DROP DATABASE {self.name} WITH (FORCE)")


@pytest.fixture
def owner(cluster: embedded.Embedded, pg: str) -> str:
    """The same database, as its owner."""
    return cluster.url(embedded.OWNER, pg.rpartition("/")[2].partition("?")[0])


@pytest.fixture
def pool(pg: str) -> Iterator[database.Pool]:
    """Connections to this test's database, as `lnctp_app`."""
    with database.pool(pg) as opened:
        yield opened

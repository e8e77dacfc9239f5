"""A server's database with the records of the printed report, and a press over it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from filled_store import insert
from pg import fresh

from lnctp_tui.server.admin.issuing import Press
from lnctp_tui.server.postgres import embedded
from lnctp_tui.server.postgres.cluster import Database
from lnctp_tui.server.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import build_published


@pytest.fixture(scope="module")
def filled(cluster: embedded.Embedded) -> Iterator[str]:
    """The name of a database with the cases that the printed report counted, and some other reports."""
    with fresh(cluster) as name:
        documents = list(build_published.documents())
        others = [document for document in documents if not document.get("case")]
        cases = [document for document in documents if document.get("case")]
        add(cluster.url(embedded.OWNER, name), [*cases, *others[::20]])
        yield name


def add(owner: str, documents: Any) -> None:
    with psycopg.connect(owner) as connection:
        insert(connection, documents, server=True)


def press(cluster: embedded.Embedded, name: str, home: Path) -> Press:
    """The press of a server whose folder is `home`."""
    urls = Database(cluster.url(database=name), cluster.url(embedded.OWNER, name))
    return Press(Settings(home=home), urls, "cli:prueba")

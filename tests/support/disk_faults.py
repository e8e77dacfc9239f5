"""A disk that takes no more, and a program that ends without a word: for tests of what is kept nevertheless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from lnctp_tui.services.vault.workspace import Workspace


@contextmanager
def full(workspace: Workspace) -> Iterator[None]:
    """The database cannot grow by a page; what fits into its pages is taken."""
    fill(workspace)
    try:
        yield
    finally:
        free(workspace)


def fill(workspace: Workspace) -> None:
    """The database is full."""
    with workspace.store.write() as unit:
        pages = unit.connection.execute(text("PRAGMA page_count")).scalar()
        unit.connection.execute(text(f"PRAGMA max_page_count = {pages}"))


def free(workspace: Workspace) -> None:
    """It has room again."""
    with workspace.store.write() as unit:
        unit.connection.execute(text("PRAGMA max_page_count = 1073741823"))


def die(workspace: Workspace) -> None:
    """Ends like `kill -9`: nothing is written, and the files are let go of."""
    writer = workspace.writer
    writer.queue.end()
    writer._hands.join(5)
    writer._watch.join(5)
    writer.shelter.close()
    workspace.store.close()

"""Where a report is read from: a laptop's SQLCipher or the server's PostgreSQL, asked alike in SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, Text, cast, true
from sqlalchemy.sql.elements import KeyedColumnElement

from lnctp_tui.models import SYNCED

AT_ONCE: Final = 10_000
"""Rows that a server sends at a time."""
TABLES: Final[dict[str, Table]] = {name: model.__table__ for name, model in SYNCED.items()}  # type: ignore[attr-defined]
Rows = Iterator[tuple[Any, ...]]


def everything(_table: str) -> ColumnElement[bool]:
    """Nothing is hidden."""
    return true()


def no_log() -> Iterator[tuple[str, int]]:
    """No log at hand."""
    return iter(())


@dataclass(frozen=True)
class Source:
    """A store that is read in one transaction."""

    connection: Connection
    scope: str = "laptop"
    """`laptop` or `server`."""
    schema: str | None = None
    """Where the tables stand on the server."""
    shown: Callable[[str], ColumnElement[bool]] = everything
    """The condition under which rows of `cases` and `contacts` are seen."""
    triaged: Callable[[], Iterator[tuple[str, int]]] = no_log
    """Case id and microseconds since 1970 of its first triage, of every case that the log has one of."""

    def rows(self, question: Select[Any]) -> Rows:
        """The answer, without ever holding all of it."""
        options = {"schema_translate_map": {None: self.schema}} if self.schema else {}
        result = self.connection.execute(
            question, execution_options=options | {"stream_results": True, "yield_per": AT_ONCE}
        )
        for part in result.partitions():
            yield from part


def text_of(column: Column[Any] | KeyedColumnElement[Any]) -> ColumnElement[Any]:
    """A JSON column as the text it is stored as."""
    return cast(column, Text)

"""Questions that are written once and asked often: SQLAlchemy's language, without its cost at each asking.

Lists that are read again with every key and every news ask like this (docs/measurements.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import CompoundSelect, Connection, Integer, Select, Table, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DBAPIError

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import INSTANTS
from lnctp_tui.storage.database.session import TABLES

_STORED = re.compile(
    r"(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
)
_plain_instant = _STORED.fullmatch
"""Nearly every instant that is stored; what does not look like it is read with care."""


@dataclass(frozen=True)
class Prepared:
    """A question as the driver takes it, with the values that stand in it."""

    text: str
    values: dict[str, Any]

    def rows(self, connection: Connection, **values: Any) -> Sequence[Any]:
        """Its answer, all of it, from the driver itself."""
        driver: Any = connection.connection.driver_connection
        try:
            answer: Sequence[Any] = driver.execute(self.text, {**self.values, **values}).fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            raise DBAPIError(None, None, error) from None
        return answer


class _ByIndex(SQLiteCompiler):
    """Writes the index that a question names (`by_index`)."""

    def get_from_hint_text(self, _table: Any, text: str | None) -> str | None:
        return text


def by_index(query: Select[Any], table: Table, name: str) -> Select[Any]:
    """The same question by this index of a table, whatever SQLite thinks; an error where it cannot be used."""
    return query.with_hint(table, f"INDEXED BY {name}", "sqlite")


def prepared(query: Select[Any] | CompoundSelect[Any]) -> Prepared:
    """A question whose open values are `bindparam`s."""
    dialect = sqlite.dialect(paramstyle="named")
    dialect.statement_compiler = _ByIndex
    compiled = query.compile(dialect=dialect)
    return Prepared(
        str(compiled), {name: value for name, value in compiled.params.items() if value is not None}
    )


def soundness(table: str, names: Sequence[str]) -> Callable[[Sequence[Any]], bool]:
    """Tells of values of these columns, none of them JSON, whether each may be shown as it stands."""
    checks = [
        (place, name in INSTANTS, record_check.OF_ROWS[table][name]) for place, name in enumerate(names)
    ]

    def sound(row: Sequence[Any]) -> bool:
        for place, timed, check in checks:
            value = row[place]
            plain = value is None or (timed and type(value) is str and _plain_instant(value))
            if not plain and check(value):
                return False
        return True

    return sound


# Open cases and tasks, word for word as the partial indexes of migration 0013 have them.

CASES, TASKS = TABLES["cases"], TABLES["tasks"]
RANK: Final = literal_column(
    "CASE cases.triage WHEN 'emergency' THEN 0 WHEN 'urgent_24h' THEN 1 WHEN 'priority' THEN 2 "
    "WHEN 'follow_up' THEN 4 WHEN 'information' THEN 5 ELSE 3 END",
    Integer,
)
"""The place of a level in URGENCY: what nobody assessed goes before what can wait."""
OPEN_CASE: Final = (
    CASES.c.status.in_((literal_column("'open'"), literal_column("'follow_up'"))), CASES.c.erased_at.is_(None),
)  # fmt: skip
OPEN_TASK: Final = (TASKS.c.status == literal_column("'open'"), TASKS.c.erased_at.is_(None))
MINIMUM: Final = TASKS.c.kind == literal_column("'minimum_record'")
IS_EMERGENCY: Final = literal_column("0") == RANK
IS_NO_EMERGENCY: Final = literal_column("0") < RANK
PRESSING: Final = literal_column("2") > RANK
"""Emergencies and what is urgent within 24 hours."""

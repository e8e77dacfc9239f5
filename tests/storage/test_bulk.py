"""Many rows in one statement."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, event

from lnctp_tui.storage.database import bulk


@pytest.mark.parametrize("count", [0, 1, 2, 511, 512, 513, 1_100])
def test_every_row_is_inserted_once_with_few_statements(count: int) -> None:
    with create_engine("sqlite://").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, kept INTEGER)")
        said: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *given: said.append(given[2]))
        rows = [(number, f"a'{number}") for number in range(count)]
        bulk.insert(connection, "INSERT INTO t (id, name, kept)", "(?, ?, 7)", rows)
        assert len(said) <= count // bulk.MOST + bulk.MOST.bit_length()
        found = connection.exec_driver_sql("SELECT id, name FROM t WHERE kept = 7 ORDER BY id").all()
        assert [tuple(each) for each in found] == rows


def test_rows_that_are_there_are_renewed() -> None:
    with create_engine("sqlite://").begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
        renew = "ON CONFLICT (id) DO UPDATE SET name = excluded.name"
        for name in ("before", "after"):
            bulk.insert(connection, "INSERT INTO t (id, name)", "(?, ?)", [(1, name), (2, name)], renew)
        assert connection.exec_driver_sql("SELECT name FROM t").scalars().all() == ["after", "after"]


def test_wide_rows_stay_below_what_a_statement_takes() -> None:
    wide = bulk.VARIABLES // 100
    with create_engine("sqlite://").begin() as connection:
        columns = ", ".join(f"c{number}" for number in range(wide))
        connection.exec_driver_sql(f"CREATE TABLE t ({columns})")
        marks = f"({', '.join('?' * wide)})"
        bulk.insert(connection, "INSERT INTO t", marks, [tuple(range(wide))] * 250)
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 250

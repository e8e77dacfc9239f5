"""A break: asked for by two keys, told later by lot, counted by week, and nobody's (71)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from app_world import app_on, desk, furnished, furnished_template, spanish
from served import Served
from test_pending_screen import press
from workspaces import Founded

from lnctp_tui.domain.follow.breaks import week_of
from lnctp_tui.server.admin import breaks as counted
from lnctp_tui.server.postgres.database import SERVE, Pool, transaction
from lnctp_tui.services.follow import breaks
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants
from lnctp_tui.sync import outbox

__all__ = ["app_on", "furnished", "furnished_template", "spanish"]
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_asked_for_once_it_is_kept_here_alone_and_told_later(workspace: Workspace) -> None:
    store = workspace.store
    store.now = lambda: NOW  # type: ignore[method-assign]
    before = log_size(workspace)
    jobs = [breaks.asking(store) for _ in range(20)]
    for job in (*jobs, *jobs):
        job(store)
    assert len({job.arguments[2] for job in jobs}) > 10, "when each is told is drawn"
    store.now = lambda: NOW + timedelta(seconds=breaks.LATEST)  # type: ignore[method-assign]
    told: list[str] = []
    while due := outbox.breaks(store):
        assert len(due) <= outbox.MOST_BREAKS
        told += due.values()
        outbox.forget_breaks(store, due)
    assert told == ["2026-W48"] * 20
    assert log_size(workspace) == before, "it is no record"


def log_size(workspace: Workspace) -> int:
    with workspace.store.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM changes").scalar_one())


def test_a_push_tells_of_it_and_the_database_names_nobody(served: Served, pool: Pool) -> None:
    week = week_of(instants.now())
    laptop = served.laptop()
    for said in ([], [week], [week] * 4):
        assert laptop.push(laptop.case(), breaks=said).status == 200
    for wrong in (["2026-48"], [week] * 5, [1], week):
        assert laptop.push(laptop.case(), breaks=wrong).status == 422
    with transaction(pool, "main", SERVE) as connection:
        tables = [name for (name,) in connection.execute(
            "SELECT name FROM (SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables"
            " WHERE schemaname IN ('public', 'data')) AS named WHERE has_table_privilege(name, 'SELECT')"
        )]  # fmt: skip
        assert len(tables) > 20
        for table in tables:
            rows: Any = connection.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", (f"%{week}%",)
            )
            assert rows.fetchone() == (0,), table


def test_weeks_are_written_together_and_shown_when_they_are_over_from_five_on(pool: Pool) -> None:
    mine, other = counted.Breaks(pool), counted.Breaks(pool)
    mine.add("main", ["2026-W47"] * 3 + ["2026-W48"] * 9 + ["2026-W49", "2020-W01", "9999-W99"], NOW)
    other.add("main", ["2026-W47"] + ["2026-W46"] * 4, NOW)
    mine.write()
    mine.write()
    other.write()
    with transaction(pool, "main", SERVE) as connection:
        assert connection.execute("SELECT week, n FROM breaks ORDER BY week").fetchall() == [
            ("2026-W46", 4), ("2026-W47", 4), ("2026-W48", 9),
        ]  # fmt: skip
        assert counted.shown(connection, "main", NOW) == []
    mine.add("main", ["2026-W47"], NOW)
    mine.write()
    with transaction(pool, "main", SERVE) as connection:
        assert counted.shown(connection, "main", NOW) == [["2026-W47", 5]]
        assert counted.shown(connection, "main", NOW + timedelta(days=7)) == [
            ["2026-W48", 9],
            ["2026-W47", 5],
        ]


@pytest.mark.usefixtures("spanish")
async def test_two_keys_ask_and_one_does_not(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        await press(pilot, "f9")
        assert app.workspace.writer.drain(30)
        assert kept(app.workspace) == 0
        await press(pilot, "f9")
        assert app.workspace.writer.drain(30)
        assert kept(app.workspace) == 1


def kept(workspace: Workspace) -> int:
    with workspace.store.read() as connection:
        count = connection.exec_driver_sql(
            "SELECT count(*) FROM sync_state WHERE key LIKE 'break:%'"
        ).scalar_one()
    return int(count)

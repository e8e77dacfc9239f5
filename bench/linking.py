"""Links: what a new identifier has in common with 100,000 cases, and the whole Line at once on the server."""

import random
import statistics
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.homes import opened
from bench.report import Measure, p50, p95, within
from bench.server_core import cluster, pg
from bench.store import SEED, milliseconds, until_quiet
from lnctp_tui.domain.links import keys
from lnctp_tui.server.admin import line_run
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.storage.database import link_keys

LOOKS = 1000
ONE = "SELECT case_id FROM search_keys WHERE key = ?"
SAMPLE = "SELECT kind, platform, value FROM identifiers WHERE value <> '' ORDER BY random() LIMIT ?"
FILL = """INSERT INTO line_keys (team, key, case_id, "row", strength, asked)
  SELECT 'main', 'phone:+52' || (2220000000 + CASE WHEN n %% 50 = 0 THEN n / 4 ELSE n END), 'case-' || n, 'row-' || n,
    3, true FROM generate_series(1, %s) AS n"""
"""One in fifty has a number that may be another's."""
HOLD = """INSERT INTO access (team, person, scope, state, rank)
  SELECT 'main', 'ana', 'case-' || n, 'held', 0 FROM generate_series(50, %s, 50) AS n"""
GROUPED = "SELECT count(*) FROM (SELECT key, count(*) FROM line_keys WHERE team = 'main' GROUP BY key) AS g"
TURNS = 5


def arriving(home: Path) -> list[Measure]:
    """The other cases of an identifier that was just written, next to one look into the index, on one connection."""
    with opened(home) as (workspace, bare):
        rows = bare.execute(SAMPLE, (LOOKS,)).fetchall()
        count = bare.execute("SELECT count(*) FROM cases").fetchone()[0]
        mine, theirs = [], []
        chooser = random.Random(SEED)
        until_quiet(bare)
        with workspace.store.read() as connection:
            known = link_keys.known_words(connection)
            for kind, platform, value in rows:
                row = {"kind": kind, "platform": platform, "value": value}
                made = keys.of_row("identifiers", row, known)
                if not made:
                    continue

                def look(row: dict[str, Any] = row) -> object:
                    return link_keys.standing(
                        connection, [key.text for key in keys.of_row("identifiers", row, known)]
                    )

                def floor(key: str = made[0].text) -> object:
                    return connection.exec_driver_sql(ONE, (key,)).all()

                pairs = ((mine, look), (theirs, floor))
                for times, work in pairs if chooser.random() < 0.5 else reversed(pairs):
                    times.append(milliseconds(work))
    title = f"links of a new identifier, {count:,} cases, p50"
    detail = {"p95": p95(mine), "floor p95": p95(theirs)}
    return [
        within(title, "one index look-up, same connection", p50(mine), p50(theirs), "ms", 3, detail=detail)
    ]


def line(count: int) -> list[Measure]:
    """The whole Line compared, with what is told stored, next to one GROUP BY over the same table."""
    mine, theirs = [], []
    with cluster() as running, pg.fresh(running) as name:
        with database.connect(running.url(embedded.OWNER, name), autocommit=True) as owner:
            owner.execute("ALTER TABLE line_keys NO FORCE ROW LEVEL SECURITY")
            owner.execute("SET statement_timeout = 0")
            owner.execute(FILL, (count,))
            owner.execute("ALTER TABLE access NO FORCE ROW LEVEL SECURITY")
            owner.execute(HOLD, (count,))
            owner.execute("ALTER TABLE access FORCE ROW LEVEL SECURITY")
            owner.execute("VACUUM ANALYZE line_keys")
            owner.execute("ALTER TABLE line_keys FORCE ROW LEVEL SECURITY")
        with database.pool(running.url(database=name)) as pool:
            for _ in range(TURNS):
                with database.transaction(pool, "main", database.SERVE) as connection:
                    began = perf_counter()
                    connection.execute(GROUPED).fetchone()
                    theirs.append(perf_counter() - began)
                    began = perf_counter()
                    line_run.run(connection, "main", datetime(2026, 11, 29, tzinfo=UTC))
                    mine.append(perf_counter() - began)
    ours, floor = statistics.median(mine), statistics.median(theirs)
    return [within(f"whole Line, {count:,} identifiers", "one GROUP BY of the table", ours, floor, "s", 3)]

"""The server's own part of synchronisation, without a network: accept and apply, and reading from a long log."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from bench import office
from bench.report import Measure, within
from lnctp_tui.server.ingest import push
from lnctp_tui.server.postgres import database, embedded, schema
from lnctp_tui.server.read import pull
from lnctp_tui.sync import wire
from lnctp_tui.sync.gc_tuning import collecting_less
from lnctp_tui.sync.wire import Cursor

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support" / "network"))

import pg
from server_office import KEY, Laptop

BATCH, PAGE = wire.BATCH, 500
PULLS = 31
COPIED = ("log", "records", "belongs", "access", "data.cases", "counter")


@contextmanager
def cluster() -> Iterator[embedded.Embedded]:
    """An embedded PostgreSQL as it comes, with a migrated template."""
    folder = Path(tempfile.mkdtemp(prefix="lnctp-bench-"))
    running = embedded.start(folder)
    try:
        schema.prepare(running, pg.TEMPLATE)
        yield running
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)


def share(count: int, turns: int = 3) -> list[Measure]:
    """Checks, folds and stores `count` cases, next to COPY of the rows that this leaves; in turns."""
    mine, theirs = [], []
    with cluster() as running:
        for _ in range(turns):
            with pg.fresh(running) as name, database.pool(running.url(database=name)) as pool:
                laptop = Laptop(pool, "ana")
                mine.append(accepted(pool, laptop, count))
                theirs.append(copy(running, name))
    ours, floor = statistics.median(mine), statistics.median(theirs)
    name = f"server's share: accept and apply {count:,} cases"
    return [within(name, "COPY of the same rows", ours, floor, "s", 5, detail={"per second": count / ours})]


def accepted(pool: database.Pool, laptop: Laptop, count: int) -> float:
    """Seconds to take `count` cases in batches, each durable. The heap is searched as in the server's process."""
    cases = [laptop.case(id_, **patch) for id_, patch in office.cases(count)]
    with collecting_less():
        return _taken(pool, laptop, cases)


def _taken(pool: database.Pool, laptop: Laptop, cases: list[dict[str, Any]]) -> float:
    row, count = laptop.row, len(cases)
    began = perf_counter()
    for start in range(0, count, BATCH):
        delivery = push.read(pool, row, {"changes": cases[start : start + BATCH], "receipt": start // BATCH})
        said = push.answer(delivery, push.store(pool, "main", [delivery], laptop.now), laptop.now, KEY)
        assert all(each[1] == "accepted" for each in said["results"])
    return perf_counter() - began


def growth(few: int, many: int) -> list[Measure]:
    """A pull of 500 changes with a short and with a long log behind them, in turns."""
    with cluster() as running, pg.fresh(running) as short, pg.fresh(running) as long:
        found = []
        for name, size in ((short, few), (long, many)):
            with database.pool(running.url(database=name)) as pool:
                laptop, reader = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
                accepted(pool, laptop, min(few, 5000))
                row = reader.row
            grow(running, name, size)
            found.append((database.pool(running.url(database=name)), row, size))
        times: list[list[float]] = [[], []]
        for _ in range(PULLS):
            for (pool, row, _), into in zip(found, times, strict=True):
                into.append(timed(partial(page, pool, row)))
        for pool, _, _ in found:
            pool.close()
    before, after = (statistics.median(each) * 1000 for each in times)
    name = f"pull of {PAGE} changes, log of {many:,}"
    return [within(name, f"log of {few:,}", after, before, "ms", 1.2)]


def page(pool: database.Pool, row: Any) -> None:
    """Pulls the last changes of the log."""
    with database.transaction(pool, "main", database.SERVE) as connection:
        found = connection.execute(
            "SELECT l.n, l.chain FROM log l, counter c WHERE l.n = c.n - %s AND c.team = l.team", (PAGE,)
        ).fetchone()
    assert found
    said = pull.pull(pool, row, Cursor(*found), None, PAGE)
    assert len(said["entries"]) == PAGE


def timed(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def copy(cluster: embedded.Embedded, name: str) -> float:
    """Seconds that COPY takes for what the pushes stored, into empty tables with the same indexes."""
    content: dict[str, list[bytes]] = {}
    with database.connect(cluster.url(embedded.OWNER, name)) as owner:
        for table in COPIED:
            with owner.cursor().copy(f"COPY {table} TO STDOUT") as out:
                content[table] = [bytes(part) for part in out]
    with pg.fresh(cluster) as other, database.connect(cluster.url(embedded.OWNER, other)) as owner:
        began = perf_counter()
        for table, parts in content.items():
            with owner.cursor().copy(f"COPY {table} FROM STDIN") as into:
                into.write(b"".join(parts))
        owner.commit()
        return perf_counter() - began


FOLLOWS = (
    """INSERT INTO records SELECT DISTINCT team, "table", "row", ARRAY[scope] FROM log WHERE kind = 'change'
    ON CONFLICT DO NOTHING""",
    'INSERT INTO belongs SELECT team, scope, "table", "row" FROM log WHERE kind = \'change\' ON CONFLICT DO NOTHING',
    """INSERT INTO access SELECT team, person, scope, 'held', 0 FROM log WHERE kind = 'change'
    ON CONFLICT DO NOTHING""",
)


def grow(cluster: embedded.Embedded, name: str, size: int) -> None:
    """Makes the log long, with changes of other cases before the ones measured."""
    with database.connect(cluster.url(embedded.OWNER, name)) as owner:
        owner.execute("CREATE TEMP TABLE tail AS SELECT * FROM log ORDER BY n DESC LIMIT 500")
        owner.execute("DELETE FROM log WHERE n IN (SELECT n FROM tail)")
        owner.execute(
            """INSERT INTO log SELECT team, log.n + c.n * g, md5(g || chain), kind, gen_random_uuid()::text, hash,
              device, actor, hlc, placed, "table", "row" || g, "case" || g, base, patch, size, schema, sig,
              received_at, person, scope || g, reason, data, joins
            FROM log, (SELECT max(n) AS n FROM log) c, generate_series(1, %s / c.n) g WHERE log.n <= c.n""",
            (size,),
        )
        for statement in FOLLOWS:
            owner.execute(statement)
        owner.execute("UPDATE tail SET n = n - (SELECT min(n) FROM tail) + 1 + (SELECT max(n) FROM log)")
        owner.execute("INSERT INTO log SELECT * FROM tail")
        owner.execute("UPDATE counter SET (n, chain) = (SELECT n, chain FROM log ORDER BY n DESC LIMIT 1)")
        owner.commit()
    with database.connect(cluster.url(embedded.OWNER, name), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")

"""The server's share: accept and apply cases, against COPY of the same rows into the same tables; pulls by log size.

python -m bench.server_core [cases] [log size]. Prints seconds, rates and ratios; leaves nothing behind.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import pg
from server_office import KEY, Laptop

from lnctp_tui.server import database, embedded, history, pull, push, schema
from lnctp_tui.sync.wire import Mark

BATCH = 500
TEXT = "La persona refiere que le ofrecieron un empleo; texto de prueba, ficticio, para medir. " * 14
COPIED = ("log", "records", "belongs", "access", "data.cases", "counter")


def made(laptop: Laptop, count: int) -> list[dict[str, Any]]:
    """Cases of about 2 KB, as a laptop makes them."""
    answers = {f"answers.q{number:02d}": "unknown" for number in range(30)}
    return [
        laptop.case(folio=f"K7Q2-{each:04d}-X", summary=TEXT, triage="high", **answers)
        for each in range(count)
    ]


def measure(cluster: embedded.Embedded, count: int, grown: int) -> None:
    with pg.fresh(cluster) as name, database.pool(cluster.url(database=name)) as pool:
        laptop = Laptop(pool, "ana")
        cases = made(laptop, count)
        row = laptop.row
        began = perf_counter()
        checked = 0.0
        for start in range(0, count, BATCH):
            step = perf_counter()
            message = {"changes": cases[start : start + BATCH], "receipt": start // BATCH}
            delivery = push.read(pool, row, message)
            checked += perf_counter() - step
            push.answer(delivery, push.store(pool, "main", [delivery], laptop.now), laptop.now, KEY)
        whole = perf_counter() - began
        copied = copy(cluster, name)
        print(f"push: {count / whole:,.0f}/s ({whole:.2f} s, of it checks {checked:.2f} s)")
        print(f"COPY of the same rows: {copied:.2f} s; accept and apply / COPY = {whole / copied:.2f}")
        reader = Laptop(pool, "sup", "supervisor")
        began = perf_counter()
        got = len(reader.pull())
        print(f"pull: {got / (perf_counter() - began):,.0f}/s")
        began = perf_counter()
        scopes = [scope for scope, _ in history.start(pool, reader.row)["scopes"]]
        got, place = 0, reader.row
        for start in range(0, len(scopes), 200):
            asked, after = scopes[start : start + 200], 0
            while asked:
                page = history.history(pool, place, asked, after)
                got += len(page["changes"])
                following = page["next"]
                asked = asked[len(page["done"]) :] if following else []
                after = following[1] if following else 0
        print(f"history: {got / (perf_counter() - began):,.0f}/s")
        empty = [timed(lambda: pull.pull(pool, place, reader.cursor, reader.proof)) for _ in range(200)]
        print(f"pull of nothing: {sorted(empty)[100] * 1000:.2f} ms")
        one = [timed(partial(laptop.push, each)) for each in made(laptop, 100)]
        print(f"push of one: {sorted(one)[50] * 1000:.2f} ms")
        if grown:
            before = pages(pool, reader, 500)
            grow(cluster, name, grown)
            print(f"pull of 500: {before * 1000:.1f} ms, after the log grew to {grown:,}: "
                  f"{pages(pool, reader, 500) * 1000:.1f} ms")  # fmt: skip


def timed(call: Any) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def pages(pool: database.Pool, reader: Laptop, limit: int) -> float:
    """The median of pulls of the last `limit` changes, in seconds."""
    with database.transaction(pool, "main", database.SERVE) as connection:
        found = connection.execute(
            "SELECT l.n, l.chain FROM log l, counter c WHERE l.n = c.n - %s AND c.team = l.team", (limit,)
        ).fetchone()
    assert found
    row = reader.row
    return sorted(timed(lambda: pull.pull(pool, row, Mark(*found), None, limit)) for _ in range(15))[7]


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
        owner.execute(
            """INSERT INTO records SELECT DISTINCT team, "table", "row", ARRAY[scope] FROM log WHERE kind = 'change'
            ON CONFLICT DO NOTHING"""
        )
        owner.execute("UPDATE tail SET n = n - (SELECT min(n) FROM tail) + 1 + (SELECT max(n) FROM log)")
        owner.execute("INSERT INTO log SELECT * FROM tail")
        owner.execute("UPDATE counter SET (n, chain) = (SELECT n, chain FROM log ORDER BY n DESC LIMIT 1)")
        owner.commit()
    with database.connect(cluster.url(embedded.OWNER, name), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    grown = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    folder = Path(tempfile.mkdtemp(prefix="lnctp-bench-"))
    cluster = embedded.start(folder)
    try:
        schema.prepare(cluster, pg.TEMPLATE)
        measure(cluster, count, grown)
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

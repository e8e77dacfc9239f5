"""The log: numbers without gap that no reader skips, with 8 processes pushing to the same cases at once."""

from __future__ import annotations

import multiprocessing
import random
from typing import Any

import pytest
from nacl.signing import SigningKey
from server_office import KEY, NOON, Laptop

from lnctp_tui.errors import Declined
from lnctp_tui.server.ingest import cursors, projection_check, push
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import pull
from lnctp_tui.storage import ids
from lnctp_tui.sync.wire import START, Cursor

WRITERS, BATCHES, MOST, SHARED = 8, 10, 30, 12

NAIVE = """
CREATE SEQUENCE numbers;
GRANT USAGE ON SEQUENCE numbers TO lnctp_app;
DROP TABLE counter;
CREATE VIEW counter AS SELECT team, n, chain FROM log ORDER BY n DESC LIMIT 1;
GRANT SELECT ON counter TO lnctp_app;
CREATE OR REPLACE FUNCTION append(p_team text, p_ids text[], p_hashes text[], p_entries json)
RETURNS TABLE (first bigint, head bigint, head_chain text) LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  FOR i IN 1 .. cardinality(p_ids) LOOP
    head := nextval('numbers');
    first := coalesce(first, head);
    head_chain := p_ids[i];
    INSERT INTO log (team, n, chain, kind, id, hash, received_at, joins, size)
      VALUES (p_team, head, head_chain, 'change', p_ids[i], p_hashes[i], '', false, 0);
  END LOOP;
  RETURN NEXT;
END $$
"""
"""The obvious form: a sequence. Everything else stays as it is."""


def write(url: str, name: str, seed: bytes, shared: list[str], again: list[dict[str, Any]]) -> None:
    """One process: batches of new cases, of changes to cases that others write too, and of what all send."""
    chance = random.Random(name)
    with database.pool(url, 2) as pool:
        laptop = object.__new__(Laptop)
        laptop.pool, laptop.id, laptop.person, laptop.key = pool, f"device-{name}", name, SigningKey(seed)
        laptop.now, laptop.seq = NOON, 0
        for _ in range(BATCHES):
            batch = [laptop.case() for _ in range(chance.randint(1, MOST))]
            rows = chance.sample(shared, 4)
            batch += [laptop.change("cases", row, {"summary": name, "triage": "high"}) for row in rows]
            push.push(
                pool, laptop.row, {"changes": batch + chance.sample(again, 3), "repair": True}, NOON, KEY
            )


def run(pool: Pool, url: str) -> tuple[list[int], list[int]]:
    """Eight processes push while a reader follows. The numbers the reader met, and those there are."""
    laptops = [Laptop(pool, f"w{number}", "supervisor") for number in range(WRITERS)]
    reader = Laptop(pool, "reader", "supervisor").row
    shared = [ids.new_id() for _ in range(SHARED)]
    again = [laptops[0].case() for _ in range(6)]
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    start = multiprocessing.get_context(method).Process
    writers = [
        start(target=write, args=(url, each.person, bytes(each.key), shared, again)) for each in laptops
    ]
    for each in writers:
        each.start()
    met: list[int] = []
    cursor = START
    with pool.connection() as connection:
        working = True
        while True:
            page = pull.pull(connection, reader, cursor, None)
            met += [entry["n"] for entry in page["entries"]]
            cursor = Cursor(*page["next"])
            if not working and not page["more"]:
                break
            working = any(each.is_alive() for each in writers)
    assert [each.exitcode for each in writers] == [0] * WRITERS
    with database.transaction(pool, "main", database.SERVE) as connection:
        stored = [n for (n,) in connection.execute("SELECT n FROM log ORDER BY n")]
    return met, stored


def test_no_reader_skips_a_number_with_eight_processes_pushing(pool: Pool, pg: str) -> None:
    met, stored = run(pool, pg)
    assert met == stored == list(range(1, len(stored) + 1))
    assert projection_check.broken_at(pool, "main") is None
    compared = projection_check.compare(pool, "main")
    assert compared.different == []
    assert compared.changes == len(stored)


def test_numbers_from_a_sequence_fail_the_same_test(pool: Pool, pg: str, owner: str) -> None:
    with database.connect(owner) as connection:
        connection.execute(NAIVE)
    met, stored = run(pool, pg)
    assert set(met) < set(stored)


def test_a_broken_chain_is_found(pool: Pool, owner: str) -> None:
    ana = Laptop(pool, "ana")
    ana.push(*(ana.case() for _ in range(5)))
    for edit in (
        "UPDATE log SET hash = repeat('0', 64) WHERE n = 3",
        "UPDATE log SET id = 'x' WHERE n = 3",
        "DELETE FROM log WHERE n = 3",
    ):
        with database.connect(owner) as connection:
            connection.execute(edit)
            assert projection_check.broken_at(connection, "main") == 3
            connection.rollback()
    with database.connect(owner) as connection:
        connection.execute("DELETE FROM log WHERE n = 5")
        assert projection_check.broken_at(connection, "main") == 5


def test_a_push_that_fails_leaves_nothing_behind(pool: Pool, owner: str) -> None:
    ana = Laptop(pool, "ana")
    with database.connect(owner) as connection:
        connection.execute("ALTER TABLE counter ADD CONSTRAINT full_disk CHECK (n < 3)")
    ana.push(ana.case())
    two = [push.read(pool, ana.row, {"changes": [ana.case() for _ in range(2)]}) for _ in range(2)]
    with pytest.raises(Exception, match="full_disk"):
        push.store(pool, "main", two, NOON)
    with database.transaction(pool, "main", database.SERVE) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {each}").fetchone()
            for each in ("log", "records", "access")
        ]
        assert counts == [(1,)] * 3
        assert cursors.head(connection, "main").n == 1


def test_a_lock_that_does_not_come_is_answered_as_busy(pool: Pool, pg: str) -> None:
    ana = Laptop(pool, "ana")
    with database.connect(pg) as slow, database.connect(pg) as quick, slow.transaction(), quick.transaction():
        database.become(slow, "main", database.SERVE)
        slow.execute("SELECT FROM devices FOR UPDATE")
        quick.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(Declined, match="busy"):
            push.push(quick, ana.row, {"changes": [ana.case()]}, NOON, KEY)

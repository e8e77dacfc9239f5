"""A day of 10,000 counselors in 72 minutes: `python -m bench.day [--small]`; figures in bench/out/day.json.

Real server with two workers, real PostgreSQL, real time: only the arrivals are denser, so that nonces and autovacuum
keep their pace. Twenty of the laptops are real. Meanwhile a worker is killed, a hundredth of the laptops has no line
for a morning, two officers change a role and wipe a laptop, and four backups are made.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
import warnings
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import orjson
from nacl.signing import SigningKey

from bench import load, office
from bench.day.laptops import Laptops
from bench.day.traffic import Traffic
from bench.office import TEAM, Served, below
from bench.report import OUT
from lnctp_tui.server.ingest import projection_check
from lnctp_tui.server.postgres import backup_key, backups, database, embedded
from lnctp_tui.server.read import state
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import ids, instants

PUSHES = 48
"""Of one counselor: twelve contacts with four each (docs/scale.md)."""
WORKERS = 2
BACKUPS = 4
AFTERNOON = 13
"""The hour by which the busiest is over: until then nonces grow with what comes, and a table keeps its room."""
KEPT = 960.0
"""Seconds that a nonce lasts at most: its 15 minutes, and the minute between two clearings."""
TABLES = ("nonces", "rates", "counter", "audit_counter", "devices", "log", "records", "access", "audit")
SIZES = """SELECT s.relname, pg_relation_size(s.relid), pg_total_relation_size(s.relid), n_live_tup, n_dead_tup,
    autovacuum_count, n_tup_hot_upd, n_tup_upd
  FROM pg_stat_user_tables s WHERE s.schemaname = 'public' AND s.relname = ANY(%s)"""
REST = """SELECT pg_database_size(current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'),
  (SELECT coalesce(sum(pg_relation_size(indexrelid)), 0) FROM pg_stat_user_indexes WHERE indexrelname = 'log_ids'),
  (SELECT count(*) FROM nonces), (SELECT n FROM counter)"""


class Day(NamedTuple):
    """What is played. `lasts` and `each`, from one look to the next, in seconds."""

    people: int
    lasts: float
    each: float = 30.0
    pushes: int = PUSHES
    laptops: int = 20


SMALL = Day(200, 60.0, 5.0, 12, 4)


class Watch(threading.Thread):
    """Looks at the server and its database every `each` seconds."""

    def __init__(self, served: Served, traffic: Traffic, each: float) -> None:
        super().__init__(daemon=True)
        self.served, self.traffic, self.each = served, traffic, each
        self.looks: list[dict[str, Any]] = []
        self._over, self._began = threading.Event(), monotonic()

    def run(self) -> None:
        while not self._over.wait(self.each):
            self.looks.append(self.look())

    def end(self) -> None:
        self._over.set()
        self.join()
        self.looks.append(self.look())

    def look(self) -> dict[str, Any]:
        with database.connect(self.served.cluster.url(embedded.OWNER), autocommit=True) as owner:
            tables = {
                name: dict(
                    zip(("heap", "total", "live", "dead", "vacuums", "hot", "updates"), of, strict=True)
                )
                for name, *of in owner.execute(SIZES, (list(TABLES),))
            }
            size, wal, log_ids, nonces, n = owner.execute(REST).fetchone() or (0, 0, 0, 0, 0)
        return {
            "at": monotonic() - self._began, "rss": sum(map(resident, below(self.served.process.pid))),
            "database": size, "wal": int(wal), "log_ids": int(log_ids), "nonces": nonces, "n": n, "tables": tables,
            "routes": self.traffic.seen.taken(), "acknowledged": len(self.traffic.seen.acknowledged),
        }  # fmt: skip


def resident(process: int) -> int:
    """Bytes of memory of a process. Linux."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


async def troubled(served: Served, traffic: Traffic, folder: Path) -> None:
    """What also happens on a day."""
    quarter, key = traffic.lasts / BACKUPS, backups.public_key(folder)
    owner, loop = served.cluster.url(embedded.OWNER), asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as threads:
        for number in range(BACKUPS):
            await asyncio.sleep(quarter * 0.5)
            if number == 1:
                os.kill(max(below(served.process.pid)), signal.SIGKILL)
            file, at = folder / f"{number}{backups.SUFFIX}", instants.iso(instants.now())
            await loop.run_in_executor(threads, backups.backup, owner, key, file, at)
            file.unlink()
            await asyncio.sleep(max(0.0, quarter * 0.5 - 5))


def lived(day: Day) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every look, and what was right in the end."""
    everybody = [load.Counselor(ids.new_id(), SigningKey.generate()) for _ in range(day.people + 1)]
    with office.served("day-server", WORKERS) as served, ExitStack() as stack:
        load.register(served, everybody)
        with served.office() as desk:
            desk.set_role(desk.person(everybody[-1].device), "supervisor")
        real = Laptops(
            [stack.enter_context(office.laptop(served, f"day-{number}", "supervisor" if number < 2 else "counselor"))
             for number in range(day.laptops)],
            everybody[0].device, day.lasts, day.lasts / day.pushes,
        )  # fmt: skip
        settings, url = Settings(home=served.folder), served.cluster.url()
        real.found(url, settings)
        backup_key.agree(served.folder, served.cluster.url(embedded.OWNER))
        traffic = Traffic(everybody[:-1], everybody[-1], served.port, day.lasts, day.pushes)
        watch = Watch(served, traffic, day.each)
        watch.start()
        asyncio.run(spent(traffic, real, url, troubled(served, traffic, served.folder)))
        watch.end()
        return watch.looks, right(url, settings, traffic, real)


async def spent(traffic: Traffic, real: Laptops, url: str, trouble: Coroutine[Any, Any, None]) -> None:
    """A whole day, of light laptops and real ones, with what else happens."""
    also = asyncio.create_task(trouble)
    with ThreadPoolExecutor(1) as threads:
        living = asyncio.get_running_loop().run_in_executor(threads, real.live, url)
        await traffic.day()
        await living
    await also


def right(url: str, settings: Settings, traffic: Traffic, real: Laptops) -> dict[str, Any]:
    """What is right in the evening."""
    evening = real.evening()
    with database.pool(url, 1) as pool:
        compared, broken = projection_check.compare(pool, TEAM), projection_check.broken_at(pool, TEAM)
        with database.transaction(pool, TEAM, database.SERVE) as connection:
            stored = {id_ for (id_,) in connection.execute("SELECT id FROM log WHERE team = %s", (TEAM,))}
    acknowledged = traffic.seen.acknowledged | evening.pop("acknowledged")
    return {
        "acknowledged": len(acknowledged),
        "lost": len(acknowledged - stored),
        "different": len(compared.different),
        "chain broken at": broken,
        "audit broken at": state.read(url, settings)["audit_broken_at"],
        "refused": sorted(traffic.seen.refused),
        "repeated": traffic.seen.repeated,
        "real laptops": evening,
    }


def sound(found: Mapping[str, Any]) -> bool:
    """The first line of the table: nothing lost, nothing different, the chains whole, the laptops' sums equal."""
    real = found["real laptops"]
    return (
        found["acknowledged"] > 0
        and not any(found[name] for name in ("lost", "different", "refused"))
        and found["chain broken at"] is found["audit broken at"] is None
        and real["equal"] == real["of"]
        and not real["unsent"]
        and real["wiped after"] is not None
        and real["doomed"] > 0
        and not real["left on it"]
    )


def figures(
    looks: list[dict[str, Any]], found: dict[str, Any], lasts: float
) -> dict[str, tuple[float, float]]:
    """What was measured and at most may be; of the size of things, only of a whole day."""
    busiest, last = looks[len(looks) * AFTERNOON // 24], looks[-1]
    half = looks[len(looks) // 4 : len(looks) // 2 or 1]
    rate = found["acknowledged"] / lasts
    routes = [look["routes"] for look in looks]

    def slowest(route: str) -> float:
        return max((of[route]["p99"] for of in routes if route in of), default=0.0)

    def mean(of: list[dict[str, Any]], name: str) -> float:
        return sum(float(look[name]) for look in of) / len(of)

    tables = last["tables"]
    grown = last["database"] - looks[0]["database"]
    contacts = (last["acknowledged"] - looks[0]["acknowledged"]) / 4
    return {
        "memory, last ÷ second quarter": (
            mean(looks[-max(1, len(looks) // 4) :], "rss") / mean(half or looks, "rss"), 1.05,
        ),
        "nonces ÷ (rate × 960 s)": (last["nonces"] / (rate * KEPT), 2.4 * 1.3),
        "nonces, size, end ÷ after the busiest hours": (
            tables["nonces"]["total"] / max(1, busiest["tables"]["nonces"]["total"]), 1.2,
        ),
        "counter, pages": (tables["counter"]["heap"] / 8192, 10),
        "devices, bytes a row": (tables["devices"]["heap"] / max(1, tables["devices"]["live"]), 10 * 400),
        "log_ids ÷ heap of log": (last["log_ids"] / max(1, tables["log"]["heap"]), 0.25),
        "disk per contact, KB": (grown / 1024 / max(1, contacts), 25),
        "push, p99, ms": (slowest("push"), 500),
        "pull without wait, p99, ms": (slowest("pull without wait"), 300),
        "news to a supervisor, p99, ms": (slowest("news"), 2000),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--small", action="store_true", help="200 counselors, a minute; only what is lost counts"
    )
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=72)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="platformdirs")  # about a folder that nothing here uses
    day = SMALL if arguments.small else Day(arguments.people, arguments.minutes * 60)
    looks, found = lived(day)
    measured = figures(looks, found, day.lasts)
    OUT.mkdir(exist_ok=True)
    (OUT / "day.json").write_bytes(orjson.dumps({"right": found, "figures": measured, "looks": looks}))
    print(found)
    for name, (value, most) in measured.items():
        short = value > most and not arguments.small
        print(f"{name}: {value:.2f} (at most {most:g}){': NOT REACHED' if short else ''}")
    reached = arguments.small or all(value <= most for value, most in measured.values())
    return int(not (sound(found) and reached))


if __name__ == "__main__":
    sys.exit(main())

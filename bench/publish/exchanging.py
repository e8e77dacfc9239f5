"""HTCDS of every case of a vault next to reading the rows that it is made of, and what it keeps in memory."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, select

from bench import homes
from bench.report import OUT, Measure, within
from lnctp_tui.services.exchange.outgoing import sheets
from lnctp_tui.services.exchange.outgoing.sheets import NEEDED, Order
from lnctp_tui.storage.database.session import TABLES

REASON = "Medición de la hoja completa"
EXTRA = 32.0
"""MiB that making a file may take besides the open vault."""


def exchanging(home: Path) -> list[Measure]:
    """Time of the export and its memory, each in a process of its own so that neither warms the other."""
    ours, floor, extra, rows = (float(part) for part in _run(home).split())
    name = f"HTCDS, {int(rows):,} rows"
    return [
        within(name, "reading the rows", ours, floor, "s", 3, detail={"rows per second": rows / ours}),
        within(f"{name}, memory beside the open vault", "limit", extra, EXTRA, "MiB", 1, at_most=EXTRA),
    ]


def _run(home: Path) -> str:
    command = [sys.executable, "-m", "bench.publish.exchanging", str(home)]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=homes.ROOT).stdout


def reading(workspace: Any) -> int:
    """The rows that an export is made of, whole, every table once in the order of its cases; how many."""
    with workspace.store.read() as connection:
        return _rows(connection)


def _rows(connection: Connection) -> int:
    count = 0
    for name in NEEDED:
        table = TABLES[name]
        query = (
            select(table)
            .where(table.c.erased_at.is_(None))
            .order_by(table.c["id" if name == "cases" else "case_id"])
        )
        found = connection.execute(query)
        while some := found.fetchmany(250):
            count += len(some)
    return count


def main(home: Path) -> None:
    """Prints seconds of ours and of the floor, MiB, and rows."""
    OUT.mkdir(exist_ok=True)
    out = OUT / "htcds.csv"
    with homes.opened(home) as (workspace, _):
        with (
            workspace.store.read() as one,
            workspace.store.read() as other,
        ):  # the pages that each reader keeps
            _rows(one)
            _rows(other)
        floor = min(_seconds(lambda: reading(workspace)) for _ in range(3))
        times = []
        with watched() as most:
            for _ in range(3):
                out.unlink(missing_ok=True)
                order = Order("Organización de Prueba", REASON, out)
                times.append(_seconds(lambda order=order: sheets.make_htcds(workspace, order)))
        with out.open("rb") as file:
            rows = sum(1 for _ in file) - 1
    out.unlink()
    print(min(times), floor, most[0], rows)


def _seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


@contextmanager
def watched() -> Iterator[list[float]]:
    """The most memory that this process held inside, beyond what it held before, in MiB."""
    most, done = [0.0], threading.Event()
    before = resident()

    def look() -> None:
        while not done.wait(0.02):
            most[0] = max(most[0], resident() - before)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield most
    done.set()
    thread.join()


def resident() -> float:
    """Memory that this process holds now, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

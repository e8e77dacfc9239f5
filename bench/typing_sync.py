"""A key in an intake field while synchronisation runs behind it, next to the same program without a server.

Both run at once and take turns. All the while a colleague keeps writing in the cases that both have, a few
changes each second, and what is typed goes out too. Only one of the two programs is enrolled.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import homes, office, terminal
from bench.report import OUT, Measure, p50, p95, within
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace

PAUSE = 0.25
"""Seconds between two changes of the colleague."""


def typing(home: Path, turns: int) -> list[Measure]:
    """Key to paint with and without synchronisation, on copies of the same vault."""
    mine: list[float] = []
    theirs: list[float] = []
    with office.served("typing-server") as served, colleague(served) as written:
        enrolled, alone = copied(home, "typing-on"), copied(home, "typing-off")
        with homes.opened(enrolled) as (workspace, _):
            served.enrol(workspace, "supervisor")
            synchronise.once(workspace)
        with terminal.desk(enrolled) as ours, terminal.desk(alone) as without:
            for app in (ours, without):
                terminal.open_field(app)
            before = written.count
            for _ in range(turns):
                mine += terminal.type_word(ours)
                theirs += terminal.type_word(without)
            came = written.count - before
        with homes.opened(enrolled) as (workspace, _), workspace.store.read() as connection:
            # What the colleague wrote, and what was typed, did go over the line meanwhile.
            query = "SELECT count(*) FROM changes WHERE actor <> ?"
            received = connection.exec_driver_sql(query, (workspace.counselor_id,)).scalar() or 0
        for copy in (enrolled, alone):
            shutil.rmtree(copy)
    assert received >= came / 2, (received, came)
    detail = {"changes of the colleague": float(came), "received": float(received)}
    return [
        within(
            "key → paint while synchronising, p50",
            "without",
            p50(mine),
            p50(theirs),
            "ms",
            1.1,
            detail=detail,
        ),
        within(
            "key → paint while synchronising, p95",
            "without",
            p95(mine),
            p95(theirs),
            "ms",
            1.1,
            detail=detail,
        ),
    ]


def copied(home: Path, name: str) -> Path:
    """The vault once more; what identifies a laptop comes with it, so only one copy is ever enrolled."""
    shutil.rmtree(OUT / name, ignore_errors=True)
    return Path(shutil.copytree(home, OUT / name))


class Colleague(threading.Thread):
    """Writes in cases of their own and sends them, until told to stop."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(daemon=True)
        self.workspace, self.count = workspace, 0
        self.stopped = threading.Event()

    def run(self) -> None:
        made = list(office.cases(20, seed=7))
        office.record(self.workspace, made)
        with office.line(self.workspace) as client:
            while not self.stopped.wait(PAUSE):
                id_, _ = made[self.count % len(made)]
                with self.workspace.store.write() as unit:
                    unit.record("cases", id_, {"summary": f"Persona de Prueba, vez {self.count}"})
                self.count += client.push()


@contextmanager
def colleague(served: office.Served) -> Iterator[Colleague]:
    with office.laptop(served, "typing-colleague", "counselor") as workspace:
        with office.line(workspace) as client:
            office.whole_round(client)
        at_work = Colleague(workspace)
        at_work.start()
        try:
            yield at_work
        finally:
            at_work.stopped.set()
            at_work.join(10)

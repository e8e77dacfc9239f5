"""Measures of the encrypted database, each next to the bare SQL on the same file and settings."""

import random
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.homes import opened
from bench.report import Measure, p50, p95, within
from lnctp_tui.services import search
from lnctp_tui.services.workspace import Workspace
from lnctp_tui.storage.search import FIND, match_query

EDITS = 300
SEED = 7
BARE_SEARCH = FIND.replace(":q", "?").replace(":n", "50")
TYPED = (
    "citlali prueba", "san pedro muestra", "mexicali", "barbería", "credencial policía", "5555012345",
    "@prueba.4711", "nezahualcoyotl", "güero 17", "tere simulada", "hija encuentren", "zzz-071-a",
)  # fmt: skip


def milliseconds(job: Callable[[], object]) -> float:
    began = perf_counter()
    job()
    return (perf_counter() - began) * 1000


def edits(home: Path) -> list[Measure]:
    """One field of a person, through the writer thread, next to one bare commit of the same row."""
    with opened(home) as (workspace, bare):
        people = [row[0] for row in bare.execute("SELECT id FROM people ORDER BY random() LIMIT ?", (EDITS,))]
        columns = [row[1] for row in bare.execute("PRAGMA table_info(people)")]
        update = f"UPDATE people SET {', '.join(name + ' = ?' for name in columns)} WHERE id = ?"
        mine, theirs = [], []
        for number, person in enumerate(people):
            name = f"Persona {number}"
            mine.append(
                milliseconds(lambda name=name, person=person: _through_writer(workspace, person, name))
            )
            row = bare.execute("SELECT * FROM people WHERE id = ?", (person,)).fetchone()
            theirs.append(milliseconds(lambda row=row, person=person: bare.execute(update, (*row, person))))
        return [
            within("edit → durable, row + change, p95", "one raw commit", p95(mine), p95(theirs), "ms", 8,
                   at_most=10, detail={"p50": p50(mine), "floor p50": p50(theirs)}),
        ]  # fmt: skip


def _through_writer(workspace: Workspace, person: str, name: str) -> None:
    durable = threading.Event()

    def job(store: Any) -> None:
        with store.write() as unit:
            unit.record("people", person, {"name": name})

    workspace.writer.submit(job, lambda _: durable.set())
    assert durable.wait(5)


def _until_quiet(bare: Any) -> None:
    """Waits for the index to be read again, which happens after each save and while nobody waits."""
    while bare.execute("SELECT count(*) FROM search_stale").fetchone()[0]:
        threading.Event().wait(0.002)
    bare.execute("BEGIN IMMEDIATE")
    bare.execute("COMMIT")


def searching(home: Path) -> list[Measure]:
    """Search as typed, letter by letter, next to the same full-text query alone."""
    with opened(home) as (workspace, bare):
        mine, theirs = [], []
        typed = [text[:end] for text in TYPED for end in range(2, len(text) + 1)]
        chooser = random.Random(SEED)
        chooser.shuffle(typed)
        for text in typed:
            query = match_query(text)
            if not query:
                continue
            ours = (mine, lambda text=text: search.search(workspace.store, text, 50))
            floor = (theirs, lambda query=query: bare.execute(BARE_SEARCH, (query,)).fetchall())
            # Who comes second finds the pages in the system's cache: they take turns by lot.
            for times, work in (ours, floor) if chooser.random() < 0.5 else (floor, ours):
                times.append(milliseconds(work))
    detail = {
        "p50": p50(mine),
        "floor p50": p50(theirs),
        "median ratio": p50([a / b for a, b in zip(mine, theirs, strict=True)]),
    }
    return [
        within(
            "search as typed, 100,000 cases, p95",
            "bare FTS query",
            p95(mine),
            p95(theirs),
            "ms",
            2,
            at_most=50,
            detail=detail,
        )
    ]

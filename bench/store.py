"""Measures of the encrypted database, each next to the bare SQL on the same file and settings."""

import random
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.homes import opened
from bench.report import Measure, p50, p95, within
from lnctp_tui.services.case import search
from lnctp_tui.services.follow import supervision, worklist
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.prepared import Prepared
from lnctp_tui.storage.database.search import FIND, match_query
from lnctp_tui.storage.database.session import New
from lnctp_tui.storage.vault import loss, vault
from lnctp_tui.storage.vault.mark import counting
from tests.support.pty_app import PHRASE

EDITS = 300
Counting = counting()
SEED = 7
TURNS = 100
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


def marking(home: Path) -> list[Measure]:
    """An edit until it is durable with the count and the mark, by turns with the same without, in one run."""
    found: dict[bool, list[float]] = {True: [], False: []}
    count = Counting._count
    with opened(home) as (workspace, bare):
        people = [
            row[0] for row in bare.execute("SELECT id FROM people ORDER BY random() LIMIT ?", (EDITS * 2,))
        ]
        try:
            for number, person in enumerate(people):
                marked = bool(number % 2)
                Counting._count = count if marked else lambda _self: None  # type: ignore[attr-defined]
                name = f"Persona {number}"
                found[marked].append(
                    milliseconds(lambda name=name, of=person: _through_writer(workspace, of, name))
                )
                until_quiet(bare)
        finally:
            Counting._count = count  # type: ignore[attr-defined]
    detail = {"p95": p95(found[True]), "floor p95": p95(found[False])}
    return [
        within("edit → durable with the mark, p50", "without it, same run", p50(found[True]), p50(found[False]), "ms",
               1.05, detail=detail),
        *_looking(home),
    ]  # fmt: skip


def _looking(home: Path) -> list[Measure]:
    """What the comparison with the mark adds to an opening."""
    key = vault.unlock(home, PHRASE)
    times = [milliseconds(lambda: loss.refuse(home, key)) for _ in range(50)]
    return [within("start: the look at the mark, p50", "5 ms", p50(times), 5, "ms", 1)]


def _through_writer(workspace: Workspace, person: str, name: str) -> None:
    durable = threading.Event()

    def job(store: Any) -> None:
        with store.write() as unit:
            unit.record("people", person, {"name": name})

    workspace.writer.submit(job, lambda _: durable.set())
    assert durable.wait(5)


def until_quiet(bare: Any) -> None:
    """Waits for the index to be read again, which happens after each save and while nobody waits."""
    while bare.execute("SELECT count(*) FROM search_stale").fetchone()[0]:
        threading.Event().wait(0.002)
    bare.execute("BEGIN IMMEDIATE")
    bare.execute("COMMIT")


def working(home: Path) -> list[Measure]:
    """A page of the work list and of supervision, next to the bare questions of what stands on it on the same file.

    On a copy: the tasks that are made here would be in the way of the next measure.
    """
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        return _working(Path(shutil.copytree(home, Path(folder, "home"))))


def _working(home: Path) -> list[Measure]:
    with opened(home) as (workspace, bare):
        cases = [row[0] for row in bare.execute("SELECT id FROM cases")]
        chooser = random.Random(SEED)
        with workspace.store.write() as unit:
            unit.create_many(
                New("tasks", ids.new_id(), {"kind": "callback", "due_to": _due(chooser)}, case)
                for case in cases
            )
        return [
            _by_turns(f"work list, {len(cases):,} cases, a page, p95", chooser,
                      lambda: worklist.worklist(workspace.store, workspace.zone, 50),
                      lambda: _asked(bare, worklist.questions(workspace.store, workspace.zone, 50))),
            _by_turns(f"supervision, {len(cases):,} cases, a page, p95", chooser,
                      lambda: supervision.supervision(workspace.store, "urgency", 50),
                      lambda: _asked(bare, supervision.questions(workspace.store, "urgency", 50))),
        ]  # fmt: skip


def _asked(bare: Any, questions: list[tuple[Prepared, dict[str, Any]]]) -> None:
    """The questions of a screen, asked bare in one view of the file and fetched."""
    bare.execute("BEGIN")
    for question, values in questions:
        bare.execute(question.text, {**question.values, **values}).fetchall()
    bare.execute("ROLLBACK")


def _by_turns(
    title: str, chooser: random.Random, ours: Callable[[], object], floor: Callable[[], object]
) -> Measure:
    mine: list[float] = []
    theirs: list[float] = []
    for _turn in range(TURNS):
        pair = ((mine, ours), (theirs, floor))
        for times, work in pair if chooser.random() < 0.5 else reversed(pair):
            times.append(milliseconds(work))
    detail = {"p50": p50(mine), "floor p50": p50(theirs)}
    return within(title, "its bare questions", p95(mine), p95(theirs), "ms", 2, detail=detail)


def _due(chooser: random.Random) -> str:
    return f"2026-{chooser.randint(10, 12)}-{chooser.randint(1, 28):02}T{chooser.randint(0, 23):02}:00:00.000000Z"


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

"""Measures that a person feels, taken in real terminals next to the smallest app that Textual can make.

Both apps run at the same time and take turns, so that a busy machine slows both.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from bench.report import Measure, p50, p95, within
from lnctp_tui.storage.vault import vault
from tests.support.pty_app import KEYS, PHRASE, PtyApp

ROWS, COLUMNS = 34, 130
FLOOR = (sys.executable, "-m", "bench.one_input")
BARE_TEXT = (sys.executable, "-m", "bench.bare_text")
WORD = "zwkxjqvy"
"""Letters that stand on no screen in this order."""
TURNS = 30
STARTS = 9
DESK = "Escritorio"
UNLOCK = "Frase"
FIELD = "Nombre o alias"
VICTIM, STAGES = 4, 14
"""The stage of that field, and the last one."""
TYPED_IN = 3.0
"""Seconds over which the phrase is typed: the heavy imports run meanwhile."""


@contextmanager
def floor_app(command: tuple[str, ...] = FLOOR) -> Iterator[PtyApp]:
    with PtyApp(*command, rows=ROWS, columns=COLUMNS) as app:
        yield app.see("listo").settle()


@contextmanager
def desk(home: Path) -> Iterator[PtyApp]:
    with PtyApp(home=home, rows=ROWS, columns=COLUMNS) as app:
        app.unlock().see(DESK).settle()
        yield app


def seen_after(app: PtyApp, press: Callable[[], object], shown: Callable[[], bool]) -> float:
    """Milliseconds from a key to the read that completed what it should show."""
    app.pump()
    began = perf_counter()
    press()
    app.until(shown, "the paint of a key")
    return (app.at - began) * 1000


def type_word(app: PtyApp) -> list[float]:
    """The paint times of one word's letters but the first, which may stand elsewhere on the screen too."""
    times = []
    app.send(WORD[0]).settle(0.1)
    for end in range(2, len(WORD) + 1):
        part = WORD[:end]
        times.append(seen_after(app, lambda key=part[-1]: app.send(key), lambda part=part: part in app.text))
    app.send("\x7f" * len(WORD)).gone(WORD[:2]).settle(0.1)
    return times


def typing(home: Path) -> list[Measure]:
    """A key in an intake field, and the way from stage to stage, next to a key in one Input."""
    mine: list[float] = []
    theirs: list[float] = []
    with desk(home) as ours, floor_app() as floor:
        open_field(ours)
        for _ in range(TURNS):
            mine += type_word(ours)
            theirs += type_word(floor)
        first, again = stage_switches(ours)
    key = p50(theirs)
    return [
        within("key → paint, intake field, p50", "one Input", p50(mine), key, "ms", 1.15),
        within("key → paint, intake field, p95", "one Input", p95(mine), p95(theirs), "ms", 1.5),
        within(
            "stage switch, first visit, p50",
            "its key → paint",
            p50(first),
            key,
            "ms",
            10,
            detail={"p95": p95(first)},
        ),
        within(
            "stage switch, again, p50",
            "its key → paint",
            p50(again),
            key,
            "ms",
            3,
            detail={"p95": p95(again)},
        ),
    ]


def narrating(home: Path) -> list[Measure]:
    """A key in the narrative, next to a key in a bare TextArea."""
    mine: list[float] = []
    theirs: list[float] = []
    with desk(home) as ours, floor_app(BARE_TEXT) as floor:
        ours.press("n").see("3 · Relato").settle()
        for _ in range(TURNS):
            mine += type_word(ours)
            theirs += type_word(floor)
    return [
        within("key → paint, narrative, p50", "a bare TextArea", p50(mine), p50(theirs), "ms", 1.1),
        within("key → paint, narrative, p95", "a bare TextArea", p95(mine), p95(theirs), "ms", 1.3),
    ]


def stage_switches(app: PtyApp) -> tuple[list[float], list[float]]:
    """Milliseconds until the next stage's heading is painted: stages never seen, and seen before."""
    down, up = KEYS["right"], KEYS["left"]
    first = [switch(app, down, number) for number in range(VICTIM + 1, STAGES + 1)]
    again = [switch(app, up, number) for number in range(STAGES - 1, VICTIM, -1)]
    again += [switch(app, down, number) for number in range(VICTIM + 2, STAGES + 1)]
    return first, again


def switch(app: PtyApp, key: str, number: int) -> float:
    app.press("escape").settle(0.3)
    return seen_after(app, lambda: app.send(key), lambda: f" {number} · " in app.text)


def open_field(app: PtyApp) -> None:
    """Starts a call and puts the cursor into a text field of the victim."""
    app.press("n").see("3 · Relato").settle()
    app.press("f3").see("Ir a un campo").send(FIELD).see(f"{FIELD}  {VICTIM}")
    app.press("enter").see(f"{VICTIM} · ").settle()


def start(home: Path) -> list[Measure]:
    """From the command to the prompt on the screen, taking turns."""
    mine, theirs = [], []
    for _ in range(STARTS):
        mine.append(started(UNLOCK, home=home))
        theirs.append(started("listo", *FLOOR))
    return [within("lnctp → unlock prompt, p50", "one-Input app's start", p50(mine), p50(theirs), "ms", 1.2)]


def started(word: str, *command: str, home: Path | None = None) -> float:
    began = perf_counter()
    with PtyApp(*command, home=home, rows=ROWS, columns=COLUMNS) as app:
        app.see(word)
        return (app.at - began) * 1000


def unlock(home: Path) -> list[Measure]:
    """From Enter after a phrase typed in three seconds to the desk with its cases."""
    mine, theirs = [], []
    for _ in range(STARTS):
        mine.append(unlocked(home))
        began = perf_counter()
        vault.unlock(home, PHRASE)
        theirs.append((perf_counter() - began) * 1000)
    ours, floor = p50(mine), p50(theirs)
    added = ours - floor
    reach, reached = "+ ≤ 500 ms", added <= 500
    return [
        Measure("phrase → desk, p50", "key derivation", ours, floor, "ms", reach, reached, {"added": added})
    ]


def unlocked(home: Path) -> float:
    with PtyApp(home=home, rows=ROWS, columns=COLUMNS) as app:
        app.see(UNLOCK)
        for letter in PHRASE:
            app.send(letter)
            app.rest(TYPED_IN / len(PHRASE))
        return seen_after(app, lambda: app.press("enter"), lambda: DESK in app.text)


def memory(home: Path) -> list[Measure]:
    """Resident memory with a case open. RSS counts shared pages in each process: the strict sum."""
    with desk(home) as ours, floor_app() as floor:
        open_field(ours)
        type_word(ours)
        type_word(floor)
        mine, theirs = [measured([app.child.pid, *app.workers]) for app in (ours, floor)]
    detail = {"pss": mine["Pss"], "floor pss": theirs["Pss"]}
    name = "resident memory, case open, launcher + worker"
    return [within(name, "one-Input app", mine["Rss"], theirs["Rss"], "MiB", 3.5, detail=detail)]


def measured(processes: list[int]) -> dict[str, float]:
    """MiB of resident and of proportional memory, summed. Linux."""
    sums = {"Rss": 0.0, "Pss": 0.0}
    for process in processes:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            name, _, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0]) / 1024
    return sums

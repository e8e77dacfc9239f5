"""The battery comes out, the window closes: what is missing afterwards, and what the next start offers.

A few of each here; `make soak` runs the full counts (docs/security.md, attacks 4 and 5).
"""

from __future__ import annotations

import math
import os
import random
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from counts import in_soak, often
from pty_app import PHRASE, PtyApp

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault

KILLS = often(200, 2)
SIGNALS = often(20, 1)
LONGEST = 6.0
"""Seconds of typing at most before the end comes."""
LOST = 1.0
"""Seconds of typing that may be missing."""
GATHERED = 0.6
"""Seconds that a key may have waited for the transaction that the save mark speaks of."""
NEVER = math.inf
MARK = re.compile(r"✓ guardado (\d\d):(\d\d):(\d\d)")
FIELDS = (
    ("Relato", "SELECT narrative FROM contacts"),
    ("Nombre o alias", "SELECT name FROM people WHERE role IN ('victim', 'group')"),
    ("Localidad", "SELECT locality FROM places"),
    ("Palabra clave", "SELECT code_word FROM cases"),
    ("Resumen", "SELECT summary FROM cases"),
    ("Resultado de este contacto", "SELECT outcome FROM contacts"),
    ("Modo: quién paga", "SELECT way FROM money"),
)
"""Label that F3 finds, and where its text ends up. The call starts in the first one."""


class Typist:
    """Types invented words, one field after the other, and remembers when each key stood on the screen."""

    def __init__(self, app: PtyApp, dice: random.Random, lasting: float) -> None:
        self.app = app
        self.dice = dice
        self.end = time.monotonic() + lasting
        self.keys: dict[str, list[tuple[float, float, str]]] = {label: [] for label, _ in FIELDS}
        """Label → (monotonic, wall, character), in the order typed."""
        self.order = [FIELDS[0][0]]

    @property
    def field(self) -> str:
        return self.order[-1]

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.end

    def work(self) -> None:
        """Types until the time is over."""
        self.write(3)
        labels = [label for label, _ in FIELDS[1:]]
        self.dice.shuffle(labels)
        for label in labels:
            if not self.go(label):
                return
            self.write(3)
        while not self.over:
            self.app.pump(0.02)

    def go(self, label: str) -> bool:
        """Whether the cursor came to the field before the time was over."""
        self.app.press("f3")
        if not self.wait("Ir a un campo"):
            return False
        self.app.send(label)
        if not self.wait(label):
            return False
        self.app.press("enter")
        while "Ir a un campo" in self.app.text and not self.over:
            self.app.pump(0.02)
        self.app.settle(0.2)  # somebody who types looks where the cursor is
        self.order.append(label)
        return not self.over

    def write(self, words: int) -> None:
        for _ in range(words):
            word = ""
            for letter in self.word():
                word += letter
                self.app.send(letter)
                if not self.wait(word):
                    self.keys[self.field].append((NEVER, NEVER, letter))
                    return
                self.keys[self.field].append((time.monotonic(), time.time(), letter))
            self.app.send(" ")
            self.keys[self.field].append((time.monotonic(), time.time(), " "))

    def word(self) -> str:
        return "".join(self.dice.choice("bcdfghjklmnpqrstvwxyz") for _ in range(self.dice.randint(5, 9)))

    def wait(self, shown: str) -> bool:
        while shown not in self.app.text:
            if self.over:
                return False
            self.app.pump(0.02)
        return not self.over

    def last_before(self, instant: float) -> int:
        """Index in `order` of the field that was typed in last before an instant."""
        begun = [self.keys[label] and self.keys[label][0][0] < instant for label in self.order]
        return max((at for at, true in enumerate(begun) if true), default=0)

    def typed(self, label: str, *, before: float, clock: int = 0) -> str:
        """What stood on the screen before an instant of the monotonic (0) or wall clock (1)."""
        return "".join(key[2] for key in self.keys[label] if key[clock] <= before).rstrip()


@pytest.fixture(scope="session")
def dek(made_vault: Path) -> bytes:
    return vault.unlock(made_vault, PHRASE).dek


def stored(home: Path, dek: bytes) -> dict[str, str]:
    """The text of each field as the database has it, opened the way the program opens it."""
    connection = engine.connect(home / paths.DATABASE, dek)
    try:
        assert engine_is_sound(connection)
        found: dict[str, Any] = {label: connection.execute(query).fetchone() for label, query in FIELDS}
    finally:
        connection.close()
    return {label: (row[0] if row else None) or "" for label, row in found.items()}


def engine_is_sound(connection: Any) -> bool:
    return connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]


def start_call(home: Path) -> PtyApp:
    app = PtyApp(home=home, rows=34, columns=130)
    app.unlock().see("Escritorio").settle().press("n").see("3 · Relato").settle()
    return app


def marked(app: PtyApp) -> float:
    """The instant of the save mark on the screen; 0 when there is none yet. The hour depends on the zone."""
    found = MARK.search(app.text)
    if not found:
        return 0
    now = time.time()
    return now - (now - int(found[2]) * 60 - int(found[3])) % 3600


def check_nothing_lost(typist: Typist, ended: float, mark: float, found: dict[str, str]) -> None:
    """What was typed a second before the end is there, what the mark spoke of too, and nothing else."""
    for label, _ in FIELDS:
        text = found[label].rstrip()
        acknowledged = typist.typed(label, before=mark - GATHERED, clock=1)
        assert typist.typed(label, before=NEVER).startswith(text), label
        assert text.startswith(typist.typed(label, before=ended - LOST)), f"{label}: more than a second lost"
        assert text.startswith(acknowledged), f"{label}: acknowledged and lost"


def check_goes_on(typist: Typist, ended: float, home: Path, dek: bytes, *, offered: bool = True) -> None:
    """The next start goes on in the field that was being typed in; after a crash it first asks."""
    before = stored(home, dek)
    with PtyApp(home=home, rows=34, columns=130) as app:
        app.unlock()
        if offered:
            app.see("sin terminar").press("enter")
        app.see("Elementos del delito").settle().send("QQ").see("QQ").rest(LOST + 0.2).see("✓ guardado")
        app.kill()
    after = stored(home, dek)
    changed = [label for label in before if before[label] != after[label]]
    assert len(changed) == 1
    assert changed[0] in typist.order[typist.last_before(ended - LOST) :]
    assert after[changed[0]].replace(" ", "") == before[changed[0]].replace(" ", "") + "QQ"


@pytest.mark.parametrize("seed", range(KILLS))
def test_kill_9_while_typing_loses_at_most_a_second(seed: int, home: Path, dek: bytes) -> None:
    dice = random.Random(seed)
    with start_call(home) as app:
        typist = Typist(app, dice, dice.uniform(0.5, LONGEST))
        typist.work()
        mark = marked(app)
        ended = time.monotonic()
        app.kill()
    check_nothing_lost(typist, ended, mark, stored(home, dek))
    check_goes_on(typist, ended, home, dek)


@pytest.mark.parametrize("seed", range(SIGNALS))
@pytest.mark.parametrize("ending", ["SIGTERM", "window", *in_soak("SIGHUP")])
def test_a_closed_window_or_a_polite_end_locks_and_loses_nothing(
    ending: str, seed: int, home: Path, dek: bytes
) -> None:
    dice = random.Random(seed)
    with start_call(home) as app:
        typist = Typist(app, dice, dice.uniform(0.5, LONGEST / 3))
        typist.work()
        ended = time.monotonic()
        processes = [app.child.pid, *app.workers]
        if ending == "window":
            app.close_window()
        else:
            os.kill(app.child.pid, getattr(signal, ending))
        wait_for_end(app, processes)
    check_nothing_lost(typist, ended, 0, stored(home, dek))
    check_goes_on(typist, ended, home, dek, offered=False)


def wait_for_end(app: PtyApp, processes: list[int]) -> None:
    """Until none of the processes is left: the key is no longer in any memory."""
    end = time.monotonic() + 20
    while any(alive(each) for each in processes):
        assert time.monotonic() < end, "still running"
        if not app.child.closed:
            app.pump(0.05)
            app.child.isalive()


def alive(process: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

"""When the app must lock by itself: nobody types, the laptop slept, the day is over, the window closed.

This module owns the clocks of the lock. They are arguments of the watch, so that tests can move them.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Mapping

LOCKED = 75
"""Exit code of a worker that locked: the launcher starts the next one."""
KEPT, LOST = 76, 77
"""The same, when the last that was typed is sealed beside the database, and when it could be saved nowhere."""

PRACTISE = 80
"""The same, so that a practice call follows in a program of its own."""
ORDERED = 79
"""The same by order of officers, who took the laptop from its person."""

IDLE_MINUTES = 5
IDLE_RANGE = (1, 15)
LONGEST = 12 * 3600.0
SLEPT = 30.0
"""A clock that leaps this much between two ticks of one second was asleep."""

Clocks = Mapping[str, Callable[[], float]]


def system_clocks() -> dict[str, Callable[[], float]]:
    """Monotonic, wall and, where there is one, the clock that counts sleep."""
    clocks = {"monotonic": time.monotonic, "wall": time.time}
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is not None:
        clocks["boot"] = lambda: time.clock_gettime(boot)
    return clocks


class LockWatch:
    """Says at each tick why to lock: `idle`, `slept`, `longest`, or None. A wall clock set back never locks."""

    def __init__(self, clocks: Clocks | None = None, idle_minutes: int = IDLE_MINUTES) -> None:
        self.clocks = clocks or system_clocks()
        self.idle_minutes = idle_minutes
        self.last = self._read()
        self.begun = self.touched = self.last["monotonic"]
        self.set_back = False
        """The wall clock went back since `set_back` was last cleared."""

    def _read(self) -> dict[str, float]:
        return {name: read() for name, read in self.clocks.items()}

    def begin(self) -> None:
        """The phrase was accepted now."""
        self.begun = self.touched = self.clocks["monotonic"]()

    def touch(self) -> None:
        """Somebody used the keyboard or the mouse."""
        self.touched = self.clocks["monotonic"]()

    def set_idle(self, minutes: int) -> None:
        """Minutes without a key after which to lock, within bounds."""
        self.idle_minutes = max(IDLE_RANGE[0], min(IDLE_RANGE[1], minutes))

    def tick(self) -> str | None:
        """Compare the clocks with the last tick; call it once a second."""
        now, before = self._read(), self.last
        self.last = now
        steps = {name: now[name] - before[name] for name in now}
        self.set_back = self.set_back or steps["wall"] < -SLEPT
        if max(steps.values()) > SLEPT:
            return "slept"
        if now["monotonic"] - self.touched >= self.idle_minutes * 60:
            return "idle"
        return "longest" if now["monotonic"] - self.begun >= LONGEST else None


def on_hang_up(lock: Callable[[], None]) -> None:
    """Call `lock` in the event loop when the window closes or the system asks the process to end."""
    loop = asyncio.get_running_loop()
    for name in ("SIGHUP", "SIGTERM", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, lock)
        except NotImplementedError:  # Windows: no signal handlers in the loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(lock))

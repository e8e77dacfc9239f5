"""The watchdog of a machine on loopback: what the kernel's does, over the named pipe of Patroni's driver for tests."""

import os
import re
import select
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

TIMEOUT = re.compile(rb"Ctimeout=(\d+)\n")
DISARMED = b"V"
"""What Patroni writes when it puts a watchdog away."""
LOOK = 0.25


class Watchdog(threading.Thread):
    """Takes the power from a machine whose Patroni armed it and then stands still."""

    def __init__(self, pipe: Path, takes_power: Callable[[], None]) -> None:
        """`pipe` is there."""
        super().__init__(daemon=True)
        self.fired = 0
        """How often the power was taken."""
        self._pipe, self._takes_power = pipe, takes_power
        self._seconds, self._patted = 60.0, 0.0
        self._frozen, self._over = threading.Event(), threading.Event()

    def run(self) -> None:
        # Both ends are held, so that no Patroni waits for a reader and none is the last writer.
        handle = os.open(self._pipe, os.O_RDWR)
        try:
            while not self._over.is_set():
                if select.select([handle], [], [], LOOK)[0]:
                    self._heard(os.read(handle, 4096))
                elif self._patted and not self._frozen.is_set():
                    self._look()
        finally:
            os.close(handle)

    def _heard(self, content: bytes) -> None:
        for seconds in TIMEOUT.findall(content):
            self._seconds = float(seconds)
        self._patted = 0.0 if content.endswith(DISARMED) else monotonic()

    def _look(self) -> None:
        if monotonic() - self._patted > self._seconds:
            self._patted = 0.0
            self.fired += 1
            self._takes_power()

    def put_away(self) -> None:
        """The machine has no power: nothing is armed."""
        self._patted = 0.0

    def freeze(self) -> None:
        """The whole machine stands still, and its watchdog with it."""
        self._frozen.set()

    def thaw(self) -> None:
        """It goes on, with all of its time."""
        if self._patted:
            self._patted = monotonic()
        self._frozen.clear()

    def end(self) -> None:
        self._over.set()
        self.join()

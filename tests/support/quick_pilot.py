"""A pilot that waits for whoever has something to do, and does not wake the others.

Textual 8.2.8 sends each widget of a screen a message of its own at each key and each pause, and waits until all were
answered: more than half of the processor time of a test on the intake. A pump that waits for its next message has
answered all of them.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout

TURNS = 3
"""Turns of the loop for what was just begun to reach a pump."""


def wait_for_the_busy() -> None:
    """From now on in this process."""
    pilot: Any = Pilot
    pilot._wait_for_screen = _wait_for_screen


def is_busy(pump: MessagePump) -> bool:
    """Whether it handles a message, has one before it, or does not run yet."""
    queue = pump._message_queue
    return bool(queue.values or queue.ready_event.is_set() or not queue.ready_event._waiters)


async def _wait_for_screen(self: Pilot[Any], timeout: float = 30.0) -> bool:
    for _ in range(TURNS):
        await asyncio.sleep(0)
    try:
        pumps = [self.app, *self.app.screen.walk_children(with_self=True)]
    except Exception:  # as Textual's own: an app that ended has no screen
        return False
    answered = asyncio.Semaphore(0)
    waits = [pump.call_later(answered.release) for pump in pumps if is_busy(pump)].count(True)
    ended = asyncio.ensure_future(self.app._exception_event.wait())
    try:
        for _ in range(waits):
            answer = asyncio.ensure_future(answered.acquire())
            done, _others = await asyncio.wait(
                (answer, ended), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
            )
            if answer not in done:
                answer.cancel()
                if not done:
                    raise WaitForScreenTimeout("A widget did not come to its messages.")
                return False
    finally:
        ended.cancel()
    return True

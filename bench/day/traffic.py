"""The counselors of a day: devices with a key and a cursor, that push as calls come and hold long polls meanwhile."""

import asyncio
import random
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass, field
from time import perf_counter, time
from typing import Any

from bench.load import Counselor
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

HOURS = (1, 1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 10, 9, 8, 7, 7, 6, 5, 5, 4, 3, 2, 1, 1)
"""Hundredths of a day's contacts in each of its hours: the busiest has a tenth (docs/scale.md)."""
LINES = 128
"""Pushes at the same time; more wait, and their waiting counts."""
WAIT = 60
"""Seconds of a long poll."""
MORNING = (6 / 24, 12 / 24)
"""Of a day: a hundredth of the counselors has no line then, and what they recorded is sent at its end."""
CUT_OFF = 100
HEARS = 5.0
"""Seconds in the evening in which supervisors still hear of the last of it."""
AGAIN = 2.0
"""Seconds after which what was not acknowledged is sent again."""
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Seen:
    """What clients saw: milliseconds by route since the last look, and what was acknowledged."""

    milliseconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: set[str] = field(default_factory=set)
    repeated: int = 0
    """Requests that were sent again, for a line that broke or a server that was busy."""
    refused: set[str] = field(default_factory=set)
    """Outcomes and codes that nobody should be given."""

    def taken(self) -> dict[str, dict[str, float]]:
        """p50 and p99 by route, of what came since the last time."""
        now, self.milliseconds = self.milliseconds, defaultdict(list)
        return {
            route: {"count": len(of), "p50": at(of, 0.5), "p99": at(of, 0.99)}
            for route, of in now.items()
            if of
        }


def at(values: list[float], share: float) -> float:
    """A share's value of a list that is not empty."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Traffic:
    """One event loop's worth of counselors."""

    def __init__(
        self, people: list[Counselor], supervisor: Counselor, port: int, lasts: float, pushes: int
    ) -> None:
        """`pushes` of each in `lasts` seconds, denser where a day is."""
        self.people, self.supervisor, self.port, self.lasts = people, supervisor, port, lasts
        self.total, self.seen, self.over = pushes * len(people), Seen(), asyncio.Event()
        self._idle: deque[Line] = deque()
        self._room = asyncio.Semaphore(LINES)
        self._dice = random.Random(1)
        self._numbers = 0
        self._cut_off = {each.device for each in people[::CUT_OFF]}

    async def day(self) -> None:
        """Until everything that was due is acknowledged."""
        waiting = [asyncio.create_task(self._follow(each, "pull")) for each in self.people[::3]]
        waiting.append(asyncio.create_task(self._follow(self.supervisor, "news")))
        began, sending = perf_counter(), set[asyncio.Task[None]]()
        for due in self._arrivals():
            if (left := began + due - perf_counter()) > 0:
                await asyncio.sleep(left)
            who = self._dice.choice(self.people)
            later = self._morning_over(due) if who.device in self._cut_off else due
            task = asyncio.create_task(self._push(who, began + later))
            sending.add(task)
            task.add_done_callback(sending.discard)
        await asyncio.gather(*sending)
        await asyncio.sleep(HEARS)
        self.over.set()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for _, writer in self._idle:
            writer.close()

    def _arrivals(self) -> list[float]:
        hour = self.lasts / len(HOURS)
        moments = [
            (number + self._dice.random()) * hour
            for number, share in enumerate(HOURS)
            for _ in range(round(self.total * share / 100))
        ]
        return sorted(moments)

    def _morning_over(self, due: float) -> float:
        start, end = (part * self.lasts for part in MORNING)
        return end if start <= due < end else due

    async def _push(self, who: Counselor, due: float) -> None:
        if (left := due - perf_counter()) > 0:
            await asyncio.sleep(left)
        self._numbers += 1
        change = who.change(self._numbers % 1000)
        body = wire.pack({"cursor": None, "proof": None, "receipt": None, "audit": None, "repair": False,
                          "changes": [change]})  # fmt: skip
        async with self._room:
            while True:
                status, answer = await self._ask(who, "POST", "/v1/push", body)
                if status == 200 and answer["results"][0][1] in ("accepted", "known"):
                    break
                if status == 200 or status not in (0, 429, 503):
                    self.seen.refused.add(str(answer))
                    return
                self.seen.repeated += 1
                await asyncio.sleep(AGAIN)
        self.seen.acknowledged.add(str(change["id"]))
        self.seen.milliseconds["push"].append((perf_counter() - due) * 1000)

    async def _follow(self, who: Counselor, name: str) -> None:
        """A laptop that is open. Of a supervisor the news is timed, from the change's own clock."""
        cursor, wait = "0.", 0
        await asyncio.sleep(self._dice.random() * min(WAIT, self.lasts / 4))
        while not self.over.is_set():
            began = perf_counter()
            path = f"/v1/pull?cursor={cursor}&proof=&limit=500&wait={wait}"
            status, answer = await self._ask(who, "GET", path, b"")
            if status != 200:
                await asyncio.sleep(AGAIN)
                continue
            if not wait:
                self.seen.milliseconds["pull without wait"].append((perf_counter() - began) * 1000)
            elif name == "news":
                now = instants.micros(instants.now())
                self.seen.milliseconds["news"] += [
                    (now - entry["c"]["hlc"]) / 1000 for entry in answer["entries"] if entry["k"] == "change"
                ]
            n, chain = answer["next"]
            cursor, wait = f"{n}.{chain}", 0 if answer["more"] else WAIT

    async def _ask(self, who: Counselor, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and message; 0 for a line that broke."""
        host = f"127.0.0.1:{self.port}"
        signed = wire.request_headers(
            who.key, method, host, path, who.device, int(time()), secrets.token_hex(16), body
        )
        head = (
            {"Host": host}
            | ({"Content-Type": wire.MEDIA, "Content-Length": str(len(body))} if body else {})
            | signed
        )
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        try:
            reader, writer = (
                self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self.port)
            )
            writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
            head_bytes = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head_bytes.partition(b"content-length: ")[2].partition(b"\r\n")[0]
            content = await reader.readexactly(int(length))
        except (OSError, asyncio.IncompleteReadError, ValueError):
            return 0, None
        if b"connection: close" in head_bytes:
            writer.close()
        else:
            self._idle.append((reader, writer))
        status = int(head_bytes[9:12])
        return status, wire.unpack(content, wire.ANSWER_CAP) if status == 200 else content

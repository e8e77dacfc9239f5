"""The board and the open data before 200 readers, while 200 laptops synchronise; next to an answer without a page."""

import asyncio
import random
import time
from collections.abc import Sequence
from time import perf_counter

from nacl.signing import SigningKey

from bench import load, office
from bench.alerting import looks
from bench.load import Counselor
from bench.report import Measure, p50
from bench.server_core import pg as _network  # noqa: F401 - puts the tests' laptops on the path
from lnctp_tui.server.pages import sessions
from lnctp_tui.server.postgres import embedded
from lnctp_tui.storage import ids

from served import Laptop  # isort: skip

ALLOWED = 200.0
"""Milliseconds for the slowest of a hundred."""
EVERY = 2.0
"""Seconds between two pages of one reader."""
CASES = 20_000
ROLE = "UPDATE people SET role = 'supervisor' WHERE team = %s AND id = ANY(%s)"
OPENED = """UPDATE data.cases SET status = 'open', triage = CASE WHEN random() < 0.2 THEN 'urgent_24h' END
  WHERE random() < 0.1"""


def read(readers: int, laptops: int, lasts: float) -> list[Measure]:
    """Half of the readers look at the board, half at the open data; each also asks for an answer without a page."""
    pushing = [Counselor(ids.new_id(), SigningKey.generate()) for _ in range(laptops)]
    looking = [Counselor(ids.new_id(), SigningKey.generate()) for _ in range(readers)]
    with office.served("pages-server") as served:
        name = embedded.DATABASE
        looks.filled(served.cluster, name, CASES)
        looks.as_owner(served.cluster, name, "data.cases", OPENED)
        load.register(served, [*pushing, *looking])
        with served.office() as desk:
            desk.connection.execute(ROLE, (office.TEAM, [reader.device for reader in looking]))
            cookies = [sessions.begin(desk.connection, office.TEAM, reader.device) for reader in looking]
        asked = Laptop(served.url, looking[0].device, looking[0].device, looking[0].key)
        assert asked.call("POST", "/v1/board").status == 200
        count = max(1, int(lasts / load.EVERY))
        begin = int(time.time())
        written = [laptop.requests(served.port, count, begin) for laptop in pushing]
        times, errors, (pushed, lost) = asyncio.run(_all(written, cookies, served.port, lasts))
    floor = _at(times["/health"], 0.99)
    detail = {"readers": readers, "laptops": laptops, "errors": errors, "pushes lost": lost,
              "push p50": p50(pushed), "push p99": _at(pushed, 0.99)}  # fmt: skip
    return [
        Measure(f"{title}, {readers} readers while {laptops} laptops synchronise: p99", "an answer without a page",
                _at(times[path], 0.99), floor, "ms", f"≤ {ALLOWED:g} ms, 0 errors",
                _at(times[path], 0.99) <= ALLOWED and not errors and not lost, detail | {"p50": p50(times[path])})
        for title, path in (("board", "/tablero"), ("open data", "/datos"))
    ]  # fmt: skip


async def _all(
    written: Sequence[Sequence[bytes]], cookies: Sequence[str], port: int, lasts: float
) -> tuple[dict[str, list[float]], int, tuple[list[float], int]]:
    times: dict[str, list[float]] = {"/tablero": [], "/datos": [], "/health": []}
    pushed, *errors = await asyncio.gather(
        load.play(written, port),
        *(
            _reader(("/tablero", "/datos")[at % 2], cookie, port, lasts, times)
            for at, cookie in enumerate(cookies)
        ),
    )
    return times, sum(errors), pushed


async def _reader(path: str, cookie: str, port: int, lasts: float, times: dict[str, list[float]]) -> int:
    """One reader's connection: pages and answers without one by turns. How many were no page."""
    dice, errors = random.Random(cookie), 0
    begin = perf_counter() + 1 + dice.random() * EVERY
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(int(lasts / EVERY)):
        asked = path if number % 4 else "/health"
        due = begin + number * EVERY
        await asyncio.sleep(max(0.0, due - perf_counter()))
        head = f"GET {asked} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: __Host-lnctp={cookie}\r\n\r\n"
        writer.write(head.encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        times[asked].append((perf_counter() - due) * 1000)
        errors += not answer.startswith(b"http/1.1 200")
    writer.close()
    return errors


def _at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
